"""Citations: how a record is quoted, as a line of GB/T 7714, as BibTeX and as CSL-JSON.

Each names what is quoted, who compiled it, the release with its date, the address whose answer
never changes, and what the record rests on: a copy that the issuer did not publish is said to be
one where readers of the finished reference see it.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from app.formats.base import Answer, Format

COMPILER = "Yaodian 要点"
COMPILER_ZH = "要点（Yaodian）"
LICENSE = "CC BY 4.0"

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""Names that both classic BibTeX and biblatex know as months."""


@dataclass(frozen=True)
class Citation:
    """What is needed to quote one record in one release."""

    code: str
    path: str
    """Path and parameters of the address whose answer never changes."""
    release: int
    released_on: date
    title_zh: str
    """What is quoted, a figure ready to print: 公办幼儿园在园幼儿占比：达到60%."""
    title_en: str
    source_zh: str | None = None
    """What it rests on and what sort of copy that is, without a full stop; None = on nothing."""
    source_en: str | None = None
    publisher: str | None = None
    """Who published the copy that was read, where that is known."""

    @property
    def key(self) -> str:
        """By what a bibliography names it: the same record of another release is another one."""
        return f"{self.code}-r{self.release}"


def plain(text: str) -> str:
    """A text on one line, without control characters."""
    kept = (c for c in text if c.isspace() or unicodedata.category(c) != "Cc")
    return " ".join("".join(kept).split())


def _source(citation: Citation) -> str:
    """Sentences on what a record rests on, in Chinese and in English; empty where on nothing."""
    publisher = citation.publisher
    zh = f"{citation.source_zh}。" if citation.source_zh else ""
    en = f"{citation.source_en}." if citation.source_en else ""
    if publisher:
        zh += f"所据副本的发布者：{publisher}。"
        en += f" Copy published by {publisher}."
    return f"{zh} {en}".strip()


# --- GB/T 7714-2015 ---


def _reference(citation: Citation, base: str) -> str:
    """A reference by GB/T 7714-2015, 4.6 (electronic resources), to a data set on line, [DS/OL].

    Creator. Title：other title information[DS/OL]. (date of update). Address. The release, the
    source and the licence are other title information, since 4.6 has no place for an edition and
    "第1版" is never given as one; they read like the attribution of every answer. The date of the
    release stands as date of update. The date of access, which the standard has behind it in
    square brackets, is left to the reader: no answer depends on today, and this one never changes.
    The full stop at the end, which the standard leaves open, would become part of the address.
    """
    source = f"，{citation.source_zh}" if citation.source_zh else ""
    title = f"{citation.title_zh}：第{citation.release}版{source}，{LICENSE}"
    day = citation.released_on.isoformat()
    return f"{COMPILER_ZH}. {plain(title)}[DS/OL]. ({day}). {base}{citation.path}"


def _write_references(answer: Answer) -> bytes:
    lines = (_reference(citation, answer.base) for citation in answer.citations)
    return "".join(f"{line}\n" for line in lines).encode()


GBT7714 = Format(
    "gbt7714",
    "text/plain",
    "references by GB/T 7714-2015, one a line",
    _write_references,
    parameters="; charset=utf-8",
    cites=True,
    absolute=True,
)


# --- BibTeX ---

LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        # BibTeX counts braces even behind a backslash, so \{ would not do.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{special: f"\\{special}" for special in "&%$#_"},
    }
)
"""What LaTeX takes for a command, and how it is written as text."""


def _entry(citation: Citation, base: str) -> str:
    """An entry that classic BibTeX and biblatex read: only the latter knows @dataset.

    Values that styles would turn into lower case (XX市) or take for a person's name stand in
    braces of their own. The release is not `version`, which classic styles leave out.
    """
    day = citation.released_on
    made = f"Data set, release {citation.release} of {day.isoformat()}, {LICENSE}"
    fields = {
        "author": f"{{{{{COMPILER}}}}}",
        "title": f"{{{{{_latex(citation.title_zh)}}}}}",
        "titleaddon": f"{{{{{_latex(citation.title_en)}}}}}",
        "howpublished": f"{{{made}}}",
        "year": f"{{{day.year}}}",
        "month": MONTHS[day.month - 1],
        "url": f"{{{base}{citation.path}}}",
    }
    if source := _source(citation):
        fields["note"] = f"{{{_latex(source)}}}"
    lines = (f"  {name} = {value}" for name, value in fields.items())
    return f"@misc{{{citation.key},\n" + ",\n".join(lines) + "\n}\n"


def _latex(text: str) -> str:
    return plain(text).translate(LATEX)


def _write_entries(answer: Answer) -> bytes:
    return "\n".join(_entry(citation, answer.base) for citation in answer.citations).encode()


BIBTEX = Format(
    "bibtex",
    "application/x-bibtex",
    "BibTeX, for LaTeX and reference managers",
    _write_entries,
    as_file=True,
    cites=True,
    absolute=True,
)


# --- CSL-JSON ---


def _item(citation: Citation, base: str) -> dict[str, Any]:
    """An item of CSL-JSON; the source stands in the title too, since few styles print notes."""
    day = citation.released_on
    source = f"：{citation.source_zh}" if citation.source_zh else ""
    return {
        "id": citation.key,
        "type": "dataset",
        "title": plain(citation.title_zh + source),
        "title-short": plain(citation.title_zh),
        "author": [{"literal": COMPILER}],
        "publisher": COMPILER,
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "version": str(citation.release),
        "number": citation.code,
        "URL": base + citation.path,
        "language": "zh-CN",
        "note": plain(f"{citation.title_en}. {_source(citation)} {LICENSE}."),
    }


def _write_items(answer: Answer) -> bytes:
    return orjson.dumps([_item(citation, answer.base) for citation in answer.citations])


CSL_JSON = Format(
    "csl-json",
    "application/vnd.citationstyles.csl+json",
    "CSL-JSON, for reference managers and citation processors",
    _write_items,
    as_file=True,
    cites=True,
    absolute=True,
)
