"""The description of the API, read by linters; each is first shown a fault that it must find."""

import copy
import json
from pathlib import Path
from typing import Any

from conformance.report import Report
from conformance.service import PROJECT, ROOT
from conformance.tools import HERE, refuse, succeed

Description = dict[str, Any]

LINTERS: dict[str, tuple[tuple[str | Path, ...], str]] = {
    "openapi-spec-validator": (("openapi-spec-validator",), "Path parameter 'code'"),
    "spectral": (("spectral", "lint", "-r", HERE / "spectral.yaml"), "path-params"),
    "redocly": (("redocly", "lint", "--extends=recommended"), "path-parameters-defined"),
}
"""By name: how each is called, and what it must say of a path parameter that is not described."""

QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def printed() -> Description:
    """The description as the command prints it."""
    found: Description = json.loads(succeed([PROJECT / "yaodian", "openapi"], ROOT))
    return found


def saved(description: Description, path: Path) -> Path:
    """The description as a file."""
    path.write_text(json.dumps(description, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def check_description(report: Report, description: Description, folder: Path) -> None:
    """Each linter finds a fault that was put in, and no error in the description itself."""
    sound = saved(description, folder / "openapi.json")
    wrong = saved(_without_path_parameter(description), folder / "faulty.json")
    for name, (command, because) in LINTERS.items():
        report.check(
            f"{name} finds a parameter that is not described",
            refuse, [*command, wrong], folder, [because], QUIET,
        )  # fmt: skip
        report.check(
            f"{name} finds no error in the description",
            succeed, [*command, sound], folder, QUIET,
        )  # fmt: skip


def _without_path_parameter(description: Description) -> Description:
    changed = copy.deepcopy(description)
    operation = changed["paths"]["/v1/tasks/{code}"]["get"]
    operation["parameters"] = [p for p in operation["parameters"] if p.get("name") != "code"]
    return changed
