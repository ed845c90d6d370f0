# Everything a developer does; each target sets up what it needs in .venv.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help serve test check lint types format migrate schema openapi lock wheel clean

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

check: lint types test ## exactly what CI runs

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

wheel: .venv/ready ## build dist/*.whl
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

clean: ## remove what was made, but not var/
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
