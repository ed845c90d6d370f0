"""Commands on results: observe, retract; and takedown, of any row."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.cli.common import (
    OK,
    USAGE,
    Stop,
    add_orders,
    already_there,
    not_written,
    orders_of,
    published,
)
from app.db import checker_engine, closing, told
from app.publish.causes import RESULT_CAUSES
from app.settings import read_settings

if TYPE_CHECKING:
    from app.cli.common import Commands
    from app.publish.writer import Outcome


def _add_observe(commands: "Commands") -> None:
    observe = commands.add_parser(
        "observe", help="publish results from a workbook or CSV, or write a workbook to fill in"
    )
    observe.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="workbook (.xlsx) or table (.csv); with --template the workbook to be written",
    )
    observe.add_argument(
        "--template",
        action="store_true",
        help="write a workbook to fill in to FILE, by default PLAN-results.xlsx",
    )
    observe.add_argument("--plan", metavar="PLAN", help="the plan whose promises it lists")
    add_orders(observe, RESULT_CAUSES)
    observe.set_defaults(run=_observe)


def _add_retract(commands: "Commands") -> None:
    retract = commands.add_parser("retract", help="withdraw published results")
    retract.add_argument("codes", nargs="+", metavar="CODE", help="code of a result")
    add_orders(retract)
    retract.set_defaults(run=_retract)


def _add_takedown(commands: "Commands") -> None:
    takedown = commands.add_parser(
        "takedown", help="remove a row's content from all releases, where the law demands it"
    )
    takedown.add_argument(
        "row", metavar="RESOURCE/CODE", help="the row, as its address names it: bodies/xxjyj"
    )
    add_orders(takedown)
    takedown.set_defaults(run=_takedown)


COMMANDS = (_add_observe, _add_retract, _add_takedown)


def _observe(parsed: argparse.Namespace) -> int:
    from app.publish.results import observe

    if parsed.template:
        return _write_template(parsed)
    if parsed.plan:
        raise Stop(
            "--plan belongs to --template: a file of results names its indicators",
            "--plan仅用于--template：结果文件自会写明指标",
            USAGE,
        )
    if parsed.file is None:
        raise Stop(
            "which file? yaodian observe FILE.xlsx, or --template --plan PLAN",
            "请给出文件：yaodian observe 文件名.xlsx，或用--template --plan 计划代码生成填报表",
            USAGE,
        )
    orders = orders_of(parsed)
    return published(parsed, orders, lambda engine: observe(engine, parsed.file, orders))


def _write_template(parsed: argparse.Namespace) -> int:
    from app.publish.prepare import require_tables
    from app.publish.results import template_of
    from app.publish.template import write_template

    if parsed.plan is None:
        raise Stop(
            "--template of which plan? Give --plan PLAN",
            "请用--plan给出为哪一计划生成填报表，如--plan xxjyj-2023",
            USAGE,
        )
    path = parsed.file or Path(f"{parsed.plan}-results.xlsx")
    url = read_settings().database_url
    with told(url), closing(checker_engine(url)) as engine:
        require_tables(engine, url)
        with engine.begin() as connection:
            template = template_of(connection, parsed.plan)
    try:
        write_template(path, template)
    except FileExistsError:
        raise already_there(path) from None
    except OSError as error:
        raise not_written(path, error) from None
    print(path)
    return OK


def _retract(parsed: argparse.Namespace) -> int:
    from app.publish.results import retract

    if not parsed.note:
        raise Stop(
            "a result is withdrawn with a reason: give --note",
            "撤回结果须说明理由：请用--note写明，最好中文、英文各写一次",
            USAGE,
        )
    orders = orders_of(parsed)
    return published(parsed, orders, lambda engine: retract(engine, parsed.codes, orders))


def _takedown(parsed: argparse.Namespace) -> int:
    from app.publish.takedown import takedown, told_takedown

    if not parsed.note:
        raise Stop(
            "content goes for a reason that stays: give --note, never the content",
            "删除内容的理由会一直保留：请用--note写明理由，但不要重复被删内容",
            USAGE,
        )
    orders = orders_of(parsed)
    resource, _, code = parsed.row.partition("/")

    def take_down(engine: sa.Engine) -> "Outcome":
        outcome = takedown(engine, resource, code, orders)
        for line in told_takedown(outcome, parsed.lang):
            print(line)
        return outcome

    return published(parsed, orders, take_down)
