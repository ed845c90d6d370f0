"""Anchors: where each passage and quote of a plan file stands in the document's normalised body.

Nobody types offsets and hashes: they are found from headings and quotes, and whoever holds the
document can find them again and compare.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.publish.complaint import Complaint, JsonPath
from app.publish.text import Body, sha256

AREA_MARKER = r"[一二三四五六七八九十]+、"
TASK_MARKER = r"[(（][一二三四五六七八九十]+[)）]|\d+[.．、]"
CONTEXT = 12
"""Characters shown on both sides of a candidate."""

QUOTED_LISTS = ("targets", "deliverables", "participations", "errata")


@dataclass(frozen=True)
class Heading:
    """A heading that was found in the body."""

    start: int
    end: int
    marker: str


@dataclass
class Anchored:
    """What anchoring found: values to write, by place, and what could not be found."""

    values: dict[JsonPath, Any] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)


def find_anchors(raw: dict[str, Any], body: Body) -> Anchored:
    """Every offset, section and hash of a plan file, from its headings and quotes."""
    return _Anchoring(raw, body).run()


def compare_anchors(raw: dict[str, Any], body: Body) -> list[Complaint]:
    """All differences between the anchors in a plan file and those found in the text."""
    found = find_anchors(raw, body)
    differing = [
        Complaint(
            path,
            f"the text has {value!r}",
            f"文本中为{value!r}",
            value=at(raw, path),
        )
        for path, value in found.values.items()
        if at(raw, path) != value
    ]
    return found.complaints + differing


def at(raw: Any, path: JsonPath) -> Any:
    """The value at a place; None where there is none."""
    for part in path:
        if isinstance(raw, dict):
            raw = raw.get(part)
        elif isinstance(raw, list) and isinstance(part, int) and part < len(raw):
            raw = raw[part]
        else:
            return None
    return raw


def written(raw: dict[str, Any], anchors: Anchored) -> dict[str, Any]:
    """The plan file with the anchors that were found put into it."""
    for path, value in anchors.values.items():
        at(raw, path[:-1])[path[-1]] = value
    return raw


class _Anchoring:
    def __init__(self, raw: dict[str, Any], body: Body):
        self.raw = raw
        self.body = body
        self.text = body.text
        self.done = Anchored()

    def run(self) -> Anchored:
        self.done.values[("document", "body_characters")] = len(self.text)
        self.done.values[("document", "body_sha256")] = self.body.sha256
        areas = self._areas()
        first = min((heading.start for _, heading in areas), default=len(self.text))
        self._quotes((), self.raw, Heading(0, 0, ""), first)
        for (path, heading), end in zip(areas, self._ends(areas, len(self.text)), strict=True):
            self.done.values[(*path, "section_zh")] = heading.marker.rstrip("、")
            self.done.values[(*path, "at")] = [heading.start, end]
            self._tasks(path, heading, end)
        return self.done

    def _areas(self) -> list[tuple[JsonPath, Heading]]:
        paths: list[JsonPath] = [("areas", n) for n in range(len(_listed(self.raw, ("areas",))))]
        return self._headings(paths, AREA_MARKER, 0, len(self.text))

    def _tasks(self, path: JsonPath, area: Heading, end: int) -> None:
        paths = [(*path, "tasks", n) for n in range(len(_listed(self.raw, (*path, "tasks"))))]
        tasks = self._headings(paths, TASK_MARKER, area.end, end)
        for (task, heading), stop in zip(tasks, self._ends(tasks, end), strict=True):
            self.done.values[(*task, "section_zh")] = area.marker + heading.marker
            self.done.values[(*task, "at")] = [heading.start, stop]
            self.done.values[(*task, "sha256")] = sha256(self.text[heading.start : stop])
            self._quotes(task, at(self.raw, task), heading, stop)

    @staticmethod
    def _ends(found: list[tuple[JsonPath, Heading]], end: int) -> list[int]:
        return [heading.start for _, heading in found[1:]] + [end] * bool(found)

    def _headings(
        self, paths: list[JsonPath], marker: str, start: int, end: int
    ) -> list[tuple[JsonPath, Heading]]:
        """The headings, each behind the one before."""
        found: list[tuple[JsonPath, Heading]] = []
        for path in paths:
            part = at(self.raw, path)
            printed = isinstance(part, dict) and part.get("title_printed_zh")
            name = "title_printed_zh" if printed else "title_zh"
            heading = self._heading((*path, name), marker, start, end)
            if heading:
                found.append((path, heading))
                start = heading.end
        return found

    def _heading(self, path: JsonPath, marker: str, start: int, end: int) -> Heading | None:
        title = at(self.raw, path)
        if not isinstance(title, str) or not title:
            self._complain(path, "a heading is needed to find its place", "缺少标题，无法定位")
            return None
        pattern = re.compile(f"({marker}){re.escape(title)}")
        matches = list(pattern.finditer(self.text, start, end))
        # One heading may begin with another; the whole one ends with 。
        whole = [match for match in matches if self.text.startswith("。", match.end())]
        matches = whole if len(whole) == 1 else matches
        given = at(self.raw, (*path[:-1], "at", 0))
        matches = [match for match in matches if match.start() == given] or matches
        if len(matches) == 1:
            match = matches[0]
            return Heading(match.start(), match.end(), match.group(1))
        spans = [(match.start(), match.end()) for match in matches]
        self._not_once(path, title, spans, start, end)
        return None

    def _quotes(self, path: JsonPath, part: Any, heading: Heading, end: int) -> None:
        for name in QUOTED_LISTS:
            for number, item in enumerate(_dicts(part, name)):
                place = (*path, name, number)
                key = "printed_zh" if name == "errata" else "quote"
                self._quote(place, key, item, heading, end)

    def _quote(
        self, path: JsonPath, key: str, item: dict[str, Any], heading: Heading, end: int
    ) -> None:
        quote = item.get(key)
        if not isinstance(quote, str) or not quote:
            complaint = Complaint(
                (*path, key), "is needed to find its place", "缺少，无法定位", quote
            )
            self.done.complaints.append(complaint)
            return
        spans = list(_occurrences(self.text, quote, heading.start, end))
        given = item.get("at")
        spans = [span for span in spans if list(span) == given] or spans
        if len(spans) != 1:
            self._not_once((*path, key), quote, spans, heading.start, end)
            return
        ((first, last),) = spans
        passage = self._sentence(first, last, heading, end)
        self.done.values[(*path, "at")] = [first, last]
        self.done.values[(*path, "passage")] = list(passage)
        self.done.values[(*path, "sha256")] = sha256(self.text[passage[0] : passage[1]])

    def _sentence(self, first: int, last: int, heading: Heading, end: int) -> tuple[int, int]:
        start = heading.end if first >= heading.end else heading.start
        before = self.text.rfind("。", start, first)
        after = self.text.find("。", last - 1, end)
        return (before + 1 if before >= 0 else start, after + 1 if after >= 0 else end)

    def _not_once(
        self, path: JsonPath, quote: str, spans: list[tuple[int, int]], start: int, end: int
    ) -> None:
        if spans:
            candidates = [self._candidate(first, last) for first, last in spans[:8]]
            self._complain(
                path,
                f"stands {len(spans)} times between {start} and {end}: lengthen it, or give `at`",
                f"在{start}至{end}之间出现{len(spans)}次：请加长，或写明at",
                quote,
                candidates,
            )
            return
        self._complain(
            path,
            f"does not stand in the text between {start} and {end}",
            f"不在文本{start}至{end}之间",
            quote,
            [self._candidate(*span) for span in self._similar(quote, start, end)],
        )

    def _similar(self, quote: str, start: int, end: int) -> list[tuple[int, int]]:
        """The three places that most resemble a quote that is not there."""
        matcher = difflib.SequenceMatcher(None, autojunk=False)
        matcher.set_seq2(quote)
        scored: list[tuple[float, int]] = []
        for first in range(start, max(start + 1, end - len(quote) + 1)):
            matcher.set_seq1(self.text[first : first + len(quote)])
            if matcher.real_quick_ratio() > 0.5 and matcher.quick_ratio() > 0.5:
                scored.append((matcher.ratio(), first))
        best: list[tuple[int, int]] = []
        for ratio, first in sorted(scored, reverse=True):
            apart = all(abs(first - other) >= len(quote) for other, _ in best)
            if ratio > 0.5 and apart and len(best) < 3:
                best.append((first, first + len(quote)))
        return best

    def _candidate(self, first: int, last: int) -> str:
        before = self.text[max(0, first - CONTEXT) : first]
        after = self.text[last : last + CONTEXT]
        return f"[{first}, {last}] …{before}【{self.text[first:last]}】{after}…"

    def _complain(
        self, path: JsonPath, en: str, zh: str, value: Any = None, allowed: list[str] | None = None
    ) -> None:
        self.done.complaints.append(Complaint(path, en, zh, value, allowed or ()))


def _listed(raw: Any, path: JsonPath) -> list[Any]:
    """The list at a place; empty where there is none."""
    found = at(raw, path)
    return found if isinstance(found, list) else []


def _dicts(part: Any, name: str) -> list[dict[str, Any]]:
    return [item if isinstance(item, dict) else {} for item in _listed(part, (name,))]


def _occurrences(text: str, quote: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = text.find(quote, start, end)
    while first >= 0:
        yield first, first + len(quote)
        first = text.find(quote, first + 1, end)
