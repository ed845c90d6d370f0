"""Thousands of requests that schemathesis makes from the description, right and wrong ones."""

import copy
import json
import os
from functools import partial
from pathlib import Path

from conformance.description import Description, saved
from conformance.report import Report
from conformance.tools import HERE, Command, Failed, refuse, succeed

SEED = os.environ.get("SEED", "1")
"""The same seed makes the same requests."""

EXAMPLES = 100
"""Random requests for each operation, beside those that follow from the description."""

PHASES = "examples,coverage,fuzzing,stateful"

HOOKS = {"SCHEMATHESIS_HOOKS": str(HERE / "hooks.py")}


def check_requests(report: Report, addresses: dict[str, str], folder: Path) -> None:
    """Check the service on each database, all at once: each keeps one processor busy."""
    runs = {
        f"schemathesis finds nothing wrong on {database}": partial(
            _run, address, folder / f"schemathesis-{database}.json"
        )
        for database, address in addresses.items()
    }
    report.together(runs)


def _run(address: str, told: Path) -> None:
    options = ("--max-examples", str(EXAMPLES), "--phases", PHASES)
    written = ("--report", "json", "--report-json-path", str(told))
    succeed(_command(f"{address}/openapi.json", *options, *written), told.parent, HOOKS)
    result = json.loads(told.read_text(encoding="utf-8"))
    operations = result["operations"]
    phases = {name: phase["status"] for name, phase in result["phases"].items()}
    if operations["tested"] != operations["total"] or set(phases.values()) != {"success"}:
        raise Failed(f"not everything was tried: {operations}, {phases}")
    print(f"{result['test_cases']['generated']} requests to {operations['tested']} operations")


def _command(location: str | Path, *options: str) -> Command:
    return [
        "schemathesis", "--config-file", HERE / "schemathesis.toml", "run", location,
        "--checks", "all", "--seed", SEED, "--generation-database", "none",
        "--continue-on-failure", *options,
    ]  # fmt: skip


def check_that_faults_are_found(
    report: Report, description: Description, address: str, folder: Path
) -> None:
    """Check that a description is found out which promises what the service does not do."""
    changed = copy.deepcopy(description)
    changed["components"]["parameters"]["limit"]["schema"]["maximum"] = 5000
    changed["components"]["schemas"]["ReleaseRow"]["properties"]["number"]["type"] = "string"
    wrong = saved(changed, folder / "wrong.json")
    options = ("--url", address, "--phases", "coverage", "--include-operation-id", "list_releases")
    report.check(
        "schemathesis finds a limit and a type that are described wrongly",
        refuse, _command(wrong, *options), folder,
        ("Schema-valid request rejected", "Response violates schema"), HOOKS,
    )  # fmt: skip
