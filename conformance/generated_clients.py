"""Clients that are generated from the description, type-checked, and used to read real rows."""

import shutil
from pathlib import Path

from conformance.report import Report
from conformance.tools import HERE, Command, refuse, succeed

PROGRAMS = HERE / "clients"
TSC = ("tsc", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--types", "node",
       "--module", "nodenext", "--moduleResolution", "nodenext")  # fmt: skip


def check_python(report: Report, description: Path, address: str, folder: Path) -> None:
    """A Python client is made; a program that uses it is type-checked and run."""
    folder.mkdir()
    shutil.copytree(PROGRAMS / "python", folder, dirs_exist_ok=True)
    generate: Command = [
        "openapi-python-client", "generate", "--path", description, "--meta", "none",
        "--output-path", "yaodian_client", "--config", PROGRAMS / "python.yaml",
        "--fail-on-warning",
    ]  # fmt: skip
    report.check("openapi-python-client makes a client", succeed, generate, folder)
    report.check(
        "the Python client and a program that uses it pass mypy --strict",
        succeed, ["mypy", "--strict", "yaodian_client", "read_rows.py"], folder,
    )  # fmt: skip
    report.check(
        "a misspelt field does not",
        refuse, ["mypy", "--strict", "misspelt.py"], folder, ['"valeu"'],
    )  # fmt: skip
    report.check(
        "the Python program reads rows and a typed problem",
        succeed, ["python", "read_rows.py", address], folder,
    )  # fmt: skip


def check_typescript(report: Report, description: Path, address: str, folder: Path) -> None:
    """Types for TypeScript are made; a program that uses them is compiled and run."""
    folder.mkdir()
    shutil.copytree(PROGRAMS / "typescript", folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    generate: Command = ["openapi-typescript", description, "-o", "schema.d.ts"]
    report.check("openapi-typescript makes types", succeed, generate, folder)
    report.check(
        "the types and a program that uses them pass tsc --strict",
        succeed, [*TSC, "read_rows.ts"], folder,
    )  # fmt: skip
    report.check(
        "a misspelt field does not",
        refuse, [*TSC, "--noEmit", "misspelt.ts"], folder, ["'valeu'"],
    )  # fmt: skip
    report.check(
        "the TypeScript program reads rows and a typed problem under node",
        succeed, ["node", "read_rows.js", address], folder,
    )  # fmt: skip
