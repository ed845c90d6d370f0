"""The index of searched text: single tokens and pairs of Chinese characters.

A word leads through it to the few rows that may have it; whether they do is then read in their
text. SQLite keeps it in a full-text table beside each table of text, filled by triggers;
PostgreSQL in an index on what a function of its own makes of the text.
"""

from itertools import pairwise

import sqlalchemy as sa

GRAMS = "yaodian_grams"
"""The SQL function that gives the grams of stored text; on SQLite each writer brings it along."""

FIRST_HAN = "\u3000"
"""Every Chinese token sorts behind it, every other token before it."""

BETWEEN = "|"
"""Stands between fields as a token does, and is none."""


def grams(words: str) -> str:
    """The grams of stored text, between spaces: its tokens, and pairs of neighbouring Chinese ones.

    `" 教 育 | c1c "` gives `"教 育 教育 c1c"`, in any order.
    """
    tokens = words.split()
    found = {token for token in tokens if token != BETWEEN}
    return " ".join(found.union(pairs(tokens)))


def pairs(tokens: list[str]) -> list[str]:
    """The pairs of neighbouring Chinese characters."""
    return [one + two for one, two in pairwise(tokens) if min(one, two) >= FIRST_HAN]


def sqlite_index(text_table: str) -> list[str]:
    """The statements that make the index of a table of text on SQLite."""
    name = gram_table(text_table)
    insert = f"INSERT INTO {name} (rowid, grams) VALUES (new.row_id, {GRAMS}(new.words))"
    delete = (
        f"INSERT INTO {name} ({name}, rowid, grams) "
        f"VALUES ('delete', old.row_id, {GRAMS}(old.words))"
    )
    on = f"ON {text_table} BEGIN"
    return [
        f"CREATE VIRTUAL TABLE {name} "
        "USING fts5(grams, content='', columnsize=0, detail=none, tokenize=ascii)",
        f"CREATE TRIGGER {name}_inserted AFTER INSERT {on} {insert}; END",
        f"CREATE TRIGGER {name}_deleted AFTER DELETE {on} {delete}; END",
        f"CREATE TRIGGER {name}_updated AFTER UPDATE OF words {on} {delete}; {insert}; END",
    ]


POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {GRAMS}(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
SELECT array_agg(gram) FROM (
    SELECT unnest(ARRAY[
        token,
        CASE WHEN least(token, following) COLLATE "C" >= chr({ord(FIRST_HAN)})
                  AND following IS NOT NULL
             THEN token || following END
    ]) AS gram
    FROM (
        SELECT token COLLATE "C" AS token,
               lead(token COLLATE "C") OVER (ORDER BY place) AS following
        FROM unnest(string_to_array(btrim(words), ' ')) WITH ORDINALITY AS tokens (token, place)
    ) AS neighbours
) AS all_grams
WHERE gram <> '{BETWEEN}'
$$
"""


def postgresql_index(text_table: str) -> str:
    """The statement that makes the index of a table of text on PostgreSQL."""
    name = gram_table(text_table)
    return f"CREATE INDEX ix_{name} ON {text_table} USING gin ({GRAMS}(words))"


def gram_table(text_table: str) -> str:
    """The name of the index of a table of text: `task_grams` for `task_text`."""
    return f"{text_table.removesuffix('_text')}_grams"


def add_index(table: sa.Table) -> None:
    """Make the index whenever a table of text is made, and take it away with it."""
    name = gram_table(table.name)
    for statement in sqlite_index(table.name):
        _after(table, "after_create", statement, "sqlite")
    _after(table, "before_drop", f"DROP TABLE {name}", "sqlite")
    _after(table, "after_create", POSTGRESQL_FUNCTION, "postgresql")
    _after(table, "after_create", postgresql_index(table.name), "postgresql")


def _after(table: sa.Table, event: str, statement: str, dialect: str) -> None:
    ddl: sa.DDL = sa.DDL(  # type: ignore[no-untyped-call]
        statement.replace("%", "%%")
    ).execute_if(dialect=dialect)
    sa.event.listen(table, event, ddl)
