# Everything a developer does; each target sets up what it needs in .venv.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help serve test check lint types format migrate schema openapi lock wheel clean conformance bench

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/ready: requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@echo "setting up .venv: once, about a minute"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

serve: .venv/ready ## prepare var/yaodian.db and answer on http://HOST:PORT
	$(BIN)/yaodian serve --host $(HOST) --port $(PORT)

test: .venv/ready ## all tests, on SQLite and PostgreSQL
	$(BIN)/pytest

check: lint types test ## what to run before a commit

.venv-conformance/ready: conformance/requirements.lock conformance/package-lock.json
	$(PYTHON) -m conformance.tools
	@echo "setting up .venv-conformance and conformance/node_modules: once, about a minute"
	test -x .venv-conformance/bin/python || $(PYTHON) -m venv .venv-conformance
	.venv-conformance/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r conformance/requirements.lock
	cd conformance && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

conformance: .venv/ready .venv-conformance/ready ## other people's tools on the real service: docs/ci.md
	.venv-conformance/bin/python -m conformance

.venv-bench/ready: benchmarks/requirements.lock
	@echo "setting up .venv-bench: once, about a minute"
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r benchmarks/requirements.lock
	touch $@

bench: .venv/ready .venv-bench/ready ## measure the service beside others: benchmarks/RESULTS.md
	.venv-bench/bin/python -m benchmarks

lint: .venv/ready ## format, style, import rule
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: .venv/ready ## strict types
	$(BIN)/mypy

format: .venv/ready ## write the format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

migrate: .venv/ready ## create or update the tables
	$(BIN)/yaodian migrate

openapi: .venv/ready ## write docs/openapi.json from the declarations
	$(BIN)/yaodian openapi > docs/openapi.json

schema: .venv/ready ## write data/plan.schema.json from the models
	$(BIN)/yaodian schema > data/plan.schema.json

lock: .venv/ready ## pin all dependencies anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet \
		--extra postgresql pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet \
		--extra postgresql --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet \
		conformance/requirements.in -o conformance/requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet \
		-c requirements.lock benchmarks/requirements.in -o benchmarks/requirements.lock
	cd conformance && npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts

wheel: .venv/ready ## build dist/*.whl
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

clean: ## remove what was made, but not var/
	rm -rf .venv .venv-conformance .venv-bench conformance/node_modules build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
