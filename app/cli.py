"""The command `yaodian`: arguments in, one call, an exit code."""

import argparse
import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app import __version__
from app.db import DatabaseProblem, absolute, checker_engine, closing, told, writer_engine
from app.publish.complaint import Complaint, Language, Refused
from app.publish.text import Body, TextProblem, read_body
from app.settings import SettingError, Settings, hide_password, read_settings

OK, REFUSED, USAGE, DATABASE, NETWORK = 0, 1, 2, 3, 4
"""Exit codes: done · the data are refused · wrong call or setting · the database · the port."""


LONGEST = 1000
"""Characters of a note."""

MOST_WORKERS = 64


class Stop(Exception):
    """The command ends here, with a sentence and an exit code."""

    def __init__(self, sentence: str, code: int):
        super().__init__(sentence)
        self.code = code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # no terminal may fail what is done
    parsed = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return run(parsed)
    except Stop as stop:
        return _fail(str(stop), stop.code)
    except SettingError as error:
        return _fail(str(error), USAGE)
    except DatabaseProblem as error:
        return _fail(str(error), DATABASE)
    except TextProblem as error:
        return _fail(error.zh if getattr(parsed, "lang", "en") == "zh" else error.en, REFUSED)
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except KeyboardInterrupt:
        return _fail("interrupted", 130)


def _fail(sentence: str, code: int) -> int:
    print(f"yaodian: {sentence}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="yaodian", description="Government work plans as open data."
    )
    parser.add_argument("--version", action="version", version=f"yaodian {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_import(commands)
    _add_anchor(commands)
    _add_check(commands)
    migrate = commands.add_parser("migrate", help="create or update the tables")
    migrate.set_defaults(run=_migrate)
    schema = commands.add_parser("schema", help="print the JSON Schema of a plan file")
    schema.set_defaults(run=_schema)
    openapi = commands.add_parser("openapi", help="print the description of the API (OpenAPI 3.1)")
    openapi.set_defaults(run=_openapi)
    return parser


if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def _add_serve(commands: "Commands") -> None:
    serve = commands.add_parser("serve", help="prepare the database and answer requests")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    serve.add_argument("--port", type=_port, default=8000, help="port (%(default)s)")
    serve.add_argument(
        "--workers", type=_workers, default=1, help="processes that answer (%(default)s)"
    )
    serve.set_defaults(run=_serve)


def _workers(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of workers: 1 to {MOST_WORKERS}")
    return int(text)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")
    return int(text)


def _add_import(commands: "Commands") -> None:
    from app.publish.writer import PLAN_CAUSES

    importer = commands.add_parser("import", help="publish plan files as one release")
    importer.add_argument("files", nargs="+", type=Path, metavar="FILE", help="plan files")
    importer.add_argument("--dry-run", action="store_true", help="only show what would change")
    importer.add_argument(
        "--cause",
        choices=[str(cause) for cause in PLAN_CAUSES],
        help="why; needed where a published plan changes",
    )
    importer.add_argument("--note", type=_words, help="what readers should know of the release")
    importer.add_argument("--by", type=_words, help="the office that publishes")
    _add_texts(importer, "also prove the files' anchors against this document")
    _add_language(importer)
    importer.set_defaults(run=_import)


def _words(text: str) -> str:
    """A note or an office's name: one line that people can see."""
    if len(text) > LONGEST or not text.isprintable():
        raise argparse.ArgumentTypeError(f"must be one visible line, at most {LONGEST} characters")
    return text


def _add_anchor(commands: "Commands") -> None:
    anchor = commands.add_parser(
        "anchor", help="fill in, or verify, where a plan file's quotes stand in the document"
    )
    anchor.add_argument("files", nargs=1, type=Path, metavar="FILE", help="plan file")
    _add_texts(anchor, "the document: plain text or DOCX", required=True)
    anchor.add_argument("--check", action="store_true", help="change nothing, only compare")
    _add_language(anchor)
    anchor.set_defaults(run=_anchor)


def _add_check(commands: "Commands") -> None:
    check = commands.add_parser("check", help="prove that the database is sound")
    _add_texts(check, "also prove all passages against this document")
    _add_language(check)
    check.set_defaults(run=_check)


def _add_texts(parser: argparse.ArgumentParser, meaning: str, required: bool = False) -> None:
    parser.add_argument("--text", type=Path, metavar="TEXT", required=required, help=meaning)
    parser.add_argument(
        "--page", action="store_true", help="TEXT is the text of a preview page: join its pieces"
    )


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lang", choices=("en", "zh"), default="en", help="language of messages (%(default)s)"
    )


def _progress(language: Language) -> Callable[[str, str], None]:
    def show(en: str, zh: str) -> None:
        print(zh if language == "zh" else en, file=sys.stderr, flush=True)

    return show


def _bodies(parsed: argparse.Namespace) -> list[Body]:
    if parsed.page and not parsed.text:
        raise Stop("--page says what --text is: give --text too", USAGE)
    return [read_body(parsed.text, parsed.page)] if parsed.text else []


# --- commands ---------------------------------------------------------------------------------


def _serve(parsed: argparse.Namespace) -> int:
    from app.publish.prepare import prepare
    from app.serve import listen, serve

    settings = read_settings()
    try:
        listener = listen(parsed.host, parsed.port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Stop(f"cannot listen on {parsed.host}:{parsed.port}: {reason}", NETWORK) from None
    with listener:
        prepare(settings, _progress("en"))
        serve(settings, listener, parsed.workers)
    return OK


def _migrate(_parsed: argparse.Namespace) -> int:
    from app.publish.prepare import migrate

    settings = read_settings()
    url = settings.writer_url
    with told(url), closing(writer_engine(url, settings.lock_seconds)) as engine:
        migrate(engine, url)
    return OK


def _schema(_parsed: argparse.Namespace) -> int:
    from app.publish.plan_file import plan_schema

    print(json.dumps(plan_schema(), ensure_ascii=False, indent=2))
    return OK


def _openapi(_parsed: argparse.Namespace) -> int:
    from app.openapi import describe
    from app.resources import RESOURCES

    print(json.dumps(describe(RESOURCES), ensure_ascii=False, indent=1))
    return OK


def _import(parsed: argparse.Namespace) -> int:
    from app.models.choices import Cause
    from app.publish.prepare import migrate, require_tables
    from app.publish.report import told_outcome
    from app.publish.writer import CauseProblem, Orders, import_plans

    settings: Settings = read_settings()
    url, language = settings.writer_url, parsed.lang
    orders = Orders(
        cause=Cause(parsed.cause) if parsed.cause else None,
        note=parsed.note,
        by=parsed.by,
        dry_run=parsed.dry_run,
        texts=_bodies(parsed),
    )
    try:
        if orders.dry_run:
            with told(url), closing(checker_engine(url)) as engine:
                require_tables(engine, url)
        with told(url), closing(writer_engine(url, settings.lock_seconds)) as engine:
            migrate(engine, url)
            outcome = import_plans(engine, parsed.files, orders, _progress(language))
    except Refused as refused:
        return _refuse(refused, language)
    except CauseProblem as error:
        raise Stop(error.zh if language == "zh" else error.en, USAGE) from None
    for line in told_outcome(outcome, language):
        print(line)
    if outcome.release:
        print(hide_password(absolute(url)))
    return OK


def _refuse(refused: Refused, language: Language) -> int:
    lines = refused.told(language)
    for line in lines:
        print(line, file=sys.stderr)
    count = len(lines)
    ending = (
        f"共{count}处错误；未作任何改动"
        if language == "zh"
        else (f"{count} error{'s' if count > 1 else ''}; nothing was changed")
    )
    return _fail(ending, REFUSED)


def _anchor(parsed: argparse.Namespace) -> int:
    from app.publish.anchor import compare_anchors, find_anchors, written
    from app.publish.files import replace_file
    from app.publish.json_source import NotJson, read_source
    from app.publish.layout import write_plan
    from app.publish.reading import told_at

    (path,) = parsed.files
    body = read_body(parsed.text, parsed.page)
    try:
        source = read_source(path)
    except NotJson as error:
        return _refuse(Refused({str(path): [error.complaint]}), parsed.lang)
    if not isinstance(source.value, dict) or not isinstance(source.value.get("document"), dict):
        wrong = Complaint((), "is no plan file: document is missing", "不是计划文件：缺少document")
        return _refuse(Refused({str(path): [wrong]}), parsed.lang)
    found = find_anchors(source.value, body)
    complaints = compare_anchors(source.value, body) if parsed.check else found.complaints
    complaints = source.repeated + [told_at(source, complaint) for complaint in complaints]
    if complaints:
        return _refuse(Refused({str(path): complaints}), parsed.lang)
    count = len(found.values)
    if not parsed.check:
        try:
            replace_file(path, write_plan(written(source.value, found)))
        except OSError as error:
            raise Stop(f"{path} cannot be written: {error.strerror}", REFUSED) from None
    zh = f"{count}项定位与文本一致" if parsed.check else f"已写入{count}项定位"
    en = f"{count} anchors agree with the text" if parsed.check else f"{count} anchors written"
    print(zh if parsed.lang == "zh" else en)
    return OK


def _check(parsed: argparse.Namespace) -> int:
    from app.publish.check import check
    from app.publish.prepare import require_tables

    settings = read_settings()
    url = settings.database_url
    bodies = _bodies(parsed)
    with told(url), closing(checker_engine(url)) as engine:
        require_tables(engine, url)
        with engine.begin() as connection:
            findings = [zh if parsed.lang == "zh" else en for en, zh in check(connection, bodies)]
    for finding in findings:
        print(finding, file=sys.stderr)
    if findings:
        count = len(findings)
        zh, en = f"{count}处问题", f"{count} finding{'s' if count > 1 else ''}"
        return _fail(zh if parsed.lang == "zh" else en, REFUSED)
    print("数据库无误" if parsed.lang == "zh" else "the database is sound")
    return OK
