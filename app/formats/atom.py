"""Atom (RFC 4287): the log of changes as a feed, one entry for each field or row that changed.

A program that follows `next` (RFC 5005) reads the whole log. Nothing in it depends on today.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import orjson

from app.formats.base import Answer, Format
from app.formats.citation import COMPILER
from app.formats.column import Choices, Column, words_zh
from app.formats.day import day_of

NAMESPACE = "http://www.w3.org/2005/Atom"
SUFFIX = ".atom"
MEDIA_TYPE = "application/atom+xml"

TITLE = "要点（Yaodian）：数据改动 / Yaodian: changes of the data"

LONGEST_IN_TITLE = 40
"""Characters of a value in a title; the content has it whole."""

ONE_PAGE = frozenset({"format", "bom", "cursor", "limit"})
"""Parameters by which feeds of the same changes differ."""

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry in any way."""

Change = dict[str, Any]
"""A row of `changes` by the names of its columns, the day of its release, the field's column."""


Columns = Mapping[str, Mapping[str, Column]]
"""The columns of each resource that changes are told of, by its name and theirs."""


def feed_of(columns: Columns) -> Format:
    """The format, for changes of these resources."""
    return Format(
        "atom",
        MEDIA_TYPE,
        "Atom feed (RFC 4287), one entry for each change",
        partial(_write, columns=columns),
        absolute=True,
    )


def _write(answer: Answer, columns: Columns) -> bytes:
    """The changes as a feed; the answer has all columns of `changes`."""
    names = [column.name for column in answer.columns]
    choices = {column.name: column.choices for column in answer.columns if column.choices}
    changes = [dict(zip(names, row, strict=True)) for row in answer.rows]
    for change in changes:
        change["day"] = day_of(change["released_at"], answer.zone)
        change["column"] = columns.get(change["resource"], {}).get(change["field"] or "")
    feed = Element("feed", xmlns=NAMESPACE)
    address = answer.base + _address(answer.links["self"])
    _add(feed, "id", address)
    _add(feed, "title", TITLE)
    _add(feed, "updated", _updated(changes, answer.meta))
    _add(_add(feed, "author"), "name", COMPILER)
    _add(feed, "rights", f"{answer.meta['attribution_zh']} / {answer.meta['attribution_en']}")
    _link(feed, "self", answer.base + _own_address(answer.links["self"]))
    _link(feed, "alternate", address)
    if following := answer.links["next"]:
        _link(feed, "next", answer.base + following)
    for change in changes:
        _add_entry(feed, change, choices, answer.base)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _address(asked: str) -> str:
    """The address of the changes themselves, whatever the form and the page."""
    parts = urlsplit(asked)
    pairs = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in ONE_PAGE
    ]
    path = parts.path.removesuffix(SUFFIX)
    return f"{path}?{urlencode(pairs, safe=',:')}" if pairs else path


def _own_address(asked: str) -> str:
    """The address as it was asked; with the suffix where Accept alone chose this form."""
    parts = urlsplit(asked)
    if parts.path.endswith(SUFFIX) or "format" in dict(parse_qsl(parts.query)):
        return asked
    return parts._replace(path=parts.path + SUFFIX).geturl()


def _updated(changes: list[Change], meta: dict[str, Any]) -> str:
    """When the newest change was published; without any, the release or moment asked for."""
    moment: str = max((change["released_at"] for change in changes), default=meta["released_at"])
    if moment is None:
        asked = datetime.fromisoformat(meta["as_of"])
        moment = (asked if asked.tzinfo else asked.replace(tzinfo=UTC)).isoformat()
    return moment


def _add_entry(feed: Element, change: Change, choices: dict[str, Choices], base: str) -> None:
    entry = _add(feed, "entry")
    row = f"{base}/v1/{change['resource']}/{change['code']}?release={change['release']}"
    what = change["action"] + (f"-{change['field']}" if change["field"] else "")
    _add(entry, "id", f"{row}#{what}")
    _add(entry, "title", _title(change, choices))
    _add(entry, "updated", change["released_at"])
    _link(entry, "alternate", base + _shown_at(change))
    for name in ("cause", "action", "resource"):
        labels = choices.get(name)
        label = f"{labels(change[name]).zh} / {labels(change[name]).en}" if labels else change[name]
        scheme = f"{base}/v1/changes#{name}"
        _add(entry, "category", term=change[name], scheme=scheme, label=label)
    _add(entry, "content", f"{_told_zh(change, choices)}\n{_told_en(change, choices)}", type="text")


def _shown_at(change: Change) -> str:
    """Where the row stands as of the release; for a removed one as of the release before.

    Of a row whose content was taken down only the release tells. Relations of a document have no
    address of their own, so documents are shown as the list of their plan, with its relations.
    """
    if change["action"] == "blanked":
        return f"/v1/releases/{change['release']}"
    release = change["release"] - (change["action"] == "removed")
    if change["resource"] == "documents":
        return f"/v1/documents?plan={change['plan']}&include=relations&release={release}"
    return f"/v1/{change['resource']}/{change['code']}?release={release}"


# --- words ---


def _title(change: Change, choices: dict[str, Choices]) -> str:
    what = choices["action"](change["action"]).zh
    if change["field"]:
        name, before, after = _values_zh(change)
        what = f"{name} {_short(before)} → {_short(after)}"
    elif figure := _figure(change):
        what = f"{what} {_short(figure)}"
    name = change["name_zh"] or change["code"]
    return f"{name}：{what}（{choices['cause'](change['cause']).zh}）"


def _told_zh(change: Change, choices: dict[str, Choices]) -> str:
    name = change["name_zh"] or change["code"]
    action, cause = (choices[of](change[of]).zh for of in ("action", "cause"))
    what = f"：{_figure(change)}" if _figure(change) else ""
    if change["field"]:
        what = "：{}（{field}）{} → {}".format(*_values_zh(change), field=change["field"])
    text = f"第{change['release']}版（{change['day']}）{action}“{name}”"
    text += f"（{change['resource']}，{change['code']}）{what}。原因：{cause}。"
    note = change["note_zh"] or change["note_en"]
    text += f"说明：{note}" if note else ""
    return text + (f"经办单位：{change['by']}。" if change["by"] else "")


def _told_en(change: Change, choices: dict[str, Choices]) -> str:
    name = change["name_en"] or change["name_zh"] or change["code"]
    action, cause = (choices[of](change[of]).en for of in ("action", "cause"))
    what = f": {_figure(change)}" if _figure(change) else ""
    if change["field"]:
        what = f": {change['field']} {_text(change['before'])} → {_text(change['after'])}"
    text = f"Release {change['release']} ({change['day']}) {action} “{name}”"
    text += f" ({change['resource']}, {change['code']}){what}. Cause: {cause}."
    note = change["note_en"] or change["note_zh"]
    text += f" Note: {note}" if note else ""
    return text + (f" By: {change['by']}." if change["by"] else "")


def _figure(change: Change) -> str:
    """What a promise or a result says that was added or removed; empty for other rows."""
    figure = change["before"] or change["after"]
    return "" if change["field"] or figure is None else _text(figure)


def _values_zh(change: Change) -> tuple[str, str, str]:
    """What a Chinese reader calls a field, and its two values."""
    column: Column | None = change["column"]
    before, after = (_text_zh(change[side], column) for side in ("before", "after"))
    return column.zh if column else change["field"], before, after


def _text_zh(value: Any, column: Column | None) -> str:
    """A value in the words of a Chinese reader."""
    return words_zh(value, column) or _text(value)


def _text(value: Any) -> str:
    """A value of JSON, text without its quotation marks."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_IN_TITLE else f"{text[: LONGEST_IN_TITLE - 1]}…"


# --- elements ---


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    made = ElementTree.SubElement(parent, name, attributes)
    made.text = text and FORBIDDEN.sub("", text)
    return made


def _link(parent: Element, rel: str, href: str) -> None:
    """A link; readers pass over an alternate that says to be something else than a page."""
    own = {"type": MEDIA_TYPE} if rel != "alternate" else {}
    _add(parent, "link", rel=rel, href=href, **own)
