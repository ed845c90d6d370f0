"""Programs that others wrote: where they are, how they are called, what they say."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which

HERE = Path(__file__).resolve().parent
PROGRAMS = (Path(sys.executable).parent, HERE / "node_modules" / ".bin")
"""Where `make conformance` installed the tools."""

NEEDED = {
    "node": "Node.js 20 or newer, a package of most systems",
    "npm": "comes with Node.js, or is a package of its own beside it",
    "soffice": "LibreOffice Calc; in Debian the package libreoffice-calc",
}

Command = Sequence[str | Path]


class Failed(Exception):
    """A check has failed; the text says what was seen."""


def require_programs() -> None:
    """Leave with a sentence for each program that is not installed."""
    lacking = [f"{name} is missing: {what}" for name, what in NEEDED.items() if not which(name)]
    if lacking:
        sys.exit("\n".join(lacking))


def run(
    command: Command, folder: Path, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Exit code and output of a program that runs in a folder."""
    # Tools that are sent through a proxy would not find the service on this machine.
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    path = os.pathsep.join([*map(str, PROGRAMS), kept.get("PATH", "")])
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**kept, "PATH": path, "NO_COLOR": "1", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stdout


def succeed(command: Command, folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """The output of a program; raises Failed if it fails."""
    code, output = run(command, folder, environment)
    if code:
        raise Failed(f"{Path(command[0]).name} ended with {code}:\n{output}")
    return output


def refuse(
    command: Command,
    folder: Path,
    because: Sequence[str],
    environment: Mapping[str, str] | None = None,
) -> None:
    """Let a program fail for the reason that is expected; raises Failed if it does not."""
    code, output = run(command, folder, environment)
    if code == 0 or not all(reason in output for reason in because):
        expected = ", ".join(map(repr, because))
        raise Failed(
            f"{command[0]} should fail and say {expected}; it ended with {code}:\n{output}"
        )


if __name__ == "__main__":
    require_programs()
