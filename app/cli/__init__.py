"""The command `yaodian`: arguments in, one call, an exit code."""

import argparse
import io
import sys
from collections.abc import Callable, Sequence

from app import __version__
from app.cli import plans, results, service
from app.cli.common import DATABASE, OK, REFUSED, USAGE, Stop, fail, refuse
from app.cli.parser import DESCRIPTIONS, PARSERS, language_of
from app.db import DatabaseProblem
from app.publish.complaint import Language, Refused
from app.publish.text import TextProblem
from app.settings import SettingError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # no terminal may fail what is done
    given = sys.argv[1:] if arguments is None else arguments
    parsed = _parser(language_of(given)).parse_args(given)
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return run(parsed)
    except Stop as stop:
        return fail(stop.told(parsed.lang), stop.code)
    except SettingError as error:
        return fail(str(error), USAGE)
    except DatabaseProblem as error:
        return fail(str(error), DATABASE)
    except Refused as refused:
        return refuse(refused, parsed.lang)
    except TextProblem as error:
        return fail(error.zh if parsed.lang == "zh" else error.en, REFUSED)
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except KeyboardInterrupt:
        return fail("已中断" if parsed.lang == "zh" else "interrupted", 130)


def _parser(language: Language) -> argparse.ArgumentParser:
    parser = PARSERS[language](prog="yaodian", description=DESCRIPTIONS[language])
    parser.add_argument("--version", action="version", version=f"yaodian {__version__}")
    parser.add_argument(
        "--lang", choices=("en", "zh"), default="en", help="language of messages (%(default)s)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (*service.COMMANDS, *plans.COMMANDS, *results.COMMANDS):
        add(commands)
    return parser
