"""Commands that run the service and look after its database."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from app.cli.common import (
    NETWORK,
    OK,
    REFUSED,
    Stop,
    add_language,
    add_texts,
    bodies,
    fail,
    progress,
)
from app.db import checker_engine, closing, told, writer_engine
from app.settings import read_settings

if TYPE_CHECKING:
    from app.cli.common import Commands

MOST_WORKERS = 64


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


def _add_check(commands: "Commands") -> None:
    check = commands.add_parser("check", help="prove that the database is sound")
    add_texts(check, "also prove all passages against this document")
    add_language(check)
    check.set_defaults(run=_check)


def _add_migrate(commands: "Commands") -> None:
    migrate = commands.add_parser("migrate", help="create or update the tables")
    migrate.set_defaults(run=_migrate)


def _add_schema(commands: "Commands") -> None:
    schema = commands.add_parser("schema", help="print the JSON Schema of a plan file")
    schema.set_defaults(run=_schema)


def _add_openapi(commands: "Commands") -> None:
    openapi = commands.add_parser("openapi", help="print the description of the API (OpenAPI 3.1)")
    openapi.set_defaults(run=_openapi)


COMMANDS = (_add_serve, _add_check, _add_migrate, _add_schema, _add_openapi)


def _serve(parsed: argparse.Namespace) -> int:
    from app.publish.prepare import prepare
    from app.serve import listen, serve

    settings = read_settings()
    try:
        listener = listen(parsed.host, parsed.port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Stop(
            f"cannot listen on {parsed.host}:{parsed.port}: {reason}",
            f"无法监听{parsed.host}:{parsed.port}：{reason}",
            NETWORK,
        ) from None
    with listener:
        prepare(settings, progress(parsed.lang))
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


def _check(parsed: argparse.Namespace) -> int:
    from app.publish.check import check
    from app.publish.prepare import require_tables

    settings = read_settings()
    url = settings.database_url
    texts = bodies(parsed)
    with told(url), closing(checker_engine(url)) as engine:
        require_tables(engine, url)
        with engine.begin() as connection:
            findings = [zh if parsed.lang == "zh" else en for en, zh in check(connection, texts)]
    for finding in findings:
        print(finding, file=sys.stderr)
    if findings:
        count = len(findings)
        zh, en = f"{count}处问题", f"{count} finding{'s' if count > 1 else ''}"
        return fail(zh if parsed.lang == "zh" else en, REFUSED)
    print("数据库无误" if parsed.lang == "zh" else "the database is sound")
    return OK
