"""Search that is right for Chinese, with the same answers on both databases.

Text and query are read alike: NFKC, lower case; a token is one Han character or one run of Latin
letters and digits; everything else separates. A word matches where its tokens follow one another
in one field. The database holds the tokens of each row as text, ` 教 育 | c1c `, so a match is a
plain substring and no tokenizer of a database has a say.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from app.models.grams import FIRST_HAN, GRAMS, gram_table, pairs

HAN = "〇々\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
LATIN = "0-9a-z\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff"
TOKEN = re.compile(f"[{HAN}]|[{LATIN}]+")
BETWEEN_FIELDS = " | "
"""No token has this character, so no word matches across two fields."""

MAX_CHARACTERS = 200
MAX_WORDS = 10


def tokens(text: str) -> list[str]:
    """The tokens of a text, in order."""
    return TOKEN.findall(unicodedata.normalize("NFKC", text).lower())


def searchable(fields: Iterable[str | None]) -> str:
    """What is stored of a row's fields: tokens between spaces, fields apart."""
    found = (" ".join(tokens(field)) for field in fields if field)
    return f" {BETWEEN_FIELDS.join(part for part in found if part)} "


def words_of(query: str) -> list[str]:
    """The words of a query as they stand in stored text; words without a token are left out.

    A run of letters begins behind a space. A Chinese character is a token wherever it stands, and
    is found in half the time without the space before it: every other character is one.
    """
    normal = unicodedata.normalize("NFKC", query)
    found = (" ".join(tokens(word)) for word in normal.split())
    words = (f"{word} " if word >= FIRST_HAN else f" {word} " for word in found if word)
    return list(dict.fromkeys(words))


def contains(
    text: sa.ColumnElement[str], word: sa.BindParameter[str], dialect: str
) -> sa.ColumnElement[bool]:
    """Whether stored text has a word."""
    place = sa.func.instr if dialect == "sqlite" else sa.func.strpos
    return place(text, word) > sa.literal_column("0")


def needed_grams(words: Iterable[str], dialect: str) -> str:
    """What a row's index must hold for all words of a query, as `may_contain` takes it.

    A pair of characters is in few rows; a single one counts where no pair has it.
    """
    needed: dict[str, None] = {}
    for word in words:
        parts = word.split()
        both = pairs(parts)
        paired = set("".join(both))
        needed |= dict.fromkeys(both) | dict.fromkeys(t for t in parts if t not in paired)
    if dialect == "sqlite":
        return " AND ".join(f'"{gram}"' for gram in needed)
    return " ".join(needed)


def may_contain(
    text: sa.FromClause, needed: sa.BindParameter[str], dialect: str
) -> sa.ColumnElement[bool]:
    """Whether a row of text has all grams: few rows that do not match have them too."""
    if dialect == "sqlite":
        return text.c.row_id.in_(candidates(text, needed, dialect))
    made = sa.Function(GRAMS, text.c.words, type_=sa.ARRAY(sa.Text))
    return made.op("@>", is_comparison=True)(
        sa.func.string_to_array(needed, sa.literal_column("' '"))
    )


def candidates(
    text: sa.FromClause, needed: sa.BindParameter[str], dialect: str
) -> sa.Select[tuple[int]]:
    """The `row_id` of all rows of text that have all grams."""
    if dialect != "sqlite":
        return sa.select(text.c.row_id).where(may_contain(text, needed, dialect))
    table = text.element if isinstance(text, sa.Alias) else text
    assert isinstance(table, sa.Table)
    name = gram_table(table.name)
    index = sa.table(name, sa.column("rowid", sa.Integer))
    return sa.select(index.c.rowid).where(sa.literal_column(name).op("MATCH")(needed))


def relevance(
    names: sa.ColumnElement[str],
    text: sa.ColumnElement[str],
    words: Sequence[sa.BindParameter[str]],
    dialect: str,
) -> sa.ColumnElement[int]:
    """How well a row matches: words in its names first, then how often they occur."""
    named: sa.ColumnElement[int] = sa.literal_column("1000")
    none: sa.ColumnElement[int] = sa.literal_column("0")
    score: sa.ColumnElement[int] = none
    for word in words:
        without = sa.func.replace(text, word, sa.text("''"))
        gone = sa.func.length(text) - sa.func.length(without)
        score = score + sa.case((contains(names, word, dialect), named), else_=none)
        score = score + gone.self_group().op("/")(sa.func.length(word))
    return sa.type_coerce(score, sa.Integer)
