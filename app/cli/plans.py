"""Commands on plan files: import, anchor, plan new."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.common import (
    OK,
    add_language,
    add_orders,
    add_texts,
    bodies,
    not_written,
    orders_of,
    progress,
    published,
    refuse,
    written_anew,
)
from app.db import checker_engine, closing, told
from app.publish.causes import PLAN_CAUSES
from app.publish.complaint import Complaint, Refused
from app.publish.text import read_body
from app.settings import read_settings

if TYPE_CHECKING:
    from app.cli.common import Commands


def _add_import(commands: "Commands") -> None:
    importer = commands.add_parser("import", help="publish plan files as one release")
    importer.add_argument("files", nargs="+", type=Path, metavar="FILE", help="plan files")
    add_orders(importer, PLAN_CAUSES)
    add_texts(importer, "also prove the files' anchors against this document")
    importer.set_defaults(run=_import)


def _add_anchor(commands: "Commands") -> None:
    anchor = commands.add_parser(
        "anchor", help="fill in, or verify, where a plan file's quotes stand in the document"
    )
    anchor.add_argument("files", nargs=1, type=Path, metavar="FILE", help="plan file")
    add_texts(anchor, "the document: plain text or DOCX", required=True)
    anchor.add_argument("--check", action="store_true", help="change nothing, only compare")
    add_language(anchor)
    anchor.set_defaults(run=_anchor)


def _add_plan(commands: "Commands") -> None:
    plan = commands.add_parser("plan", help="write next year's plan file")
    new = plan.add_subparsers(required=True, metavar="new").add_parser(
        "new", help="write a plan file to edit, from what the database holds of another plan"
    )
    new.add_argument("code", metavar="CODE", help="code of the new plan: xxjyj-2024")
    new.add_argument(
        "--from", dest="before", required=True, metavar="PLAN", help="the plan that it continues"
    )
    new.add_argument("--output", type=Path, metavar="FILE", help="by default CODE.json")
    add_language(new)
    new.set_defaults(run=_new_plan)


COMMANDS = (_add_import, _add_anchor, _add_plan)


def _import(parsed: argparse.Namespace) -> int:
    from app.publish.plans import import_plans

    orders, texts = orders_of(parsed), bodies(parsed)
    return published(
        parsed,
        orders,
        lambda engine: import_plans(engine, parsed.files, orders, progress(parsed.lang), texts),
    )


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
        return refuse(Refused({str(path): [error.complaint]}), parsed.lang)
    if not isinstance(source.value, dict) or not isinstance(source.value.get("document"), dict):
        wrong = Complaint((), "is no plan file: document is missing", "不是计划文件：缺少document")
        return refuse(Refused({str(path): [wrong]}), parsed.lang)
    found = find_anchors(source.value, body)
    complaints = compare_anchors(source.value, body) if parsed.check else found.complaints
    complaints = source.repeated + [told_at(source, complaint) for complaint in complaints]
    if complaints:
        return refuse(Refused({str(path): complaints}), parsed.lang)
    count = len(found.values)
    if not parsed.check:
        try:
            replace_file(path, write_plan(written(source.value, found)))
        except OSError as error:
            raise not_written(path, error) from None
    zh = f"{count}项定位与文本一致" if parsed.check else f"已写入{count}项定位"
    en = f"{count} anchors agree with the text" if parsed.check else f"{count} anchors written"
    print(zh if parsed.lang == "zh" else en)
    return OK


def _new_plan(parsed: argparse.Namespace) -> int:
    from app.publish.layout import write_plan
    from app.publish.next_plan import left_behind, next_plan
    from app.publish.prepare import require_tables

    path = parsed.output or Path(f"{parsed.code}.json")
    url = read_settings().database_url
    with told(url), closing(checker_engine(url)) as engine:
        require_tables(engine, url)
        with engine.begin() as connection:
            raw = next_plan(connection, parsed.code, parsed.before)
            announced = left_behind(connection, parsed.before)
    written_anew(path, write_plan(raw).encode())
    if announced:
        progress(parsed.lang)(
            f"not carried over: the {len(announced)} documents that {parsed.before} announced "
            f"({'; '.join(announced)}). Write those of the new text under `deliverables`",
            f"未沿用{parsed.before}提出要印发的{len(announced)}份文件："
            f"{''.join(f'《{title}》' for title in announced)}。"
            "新文本提出的请写在各任务的deliverables中",
        )
    return OK
