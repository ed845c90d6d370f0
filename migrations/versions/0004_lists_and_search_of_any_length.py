"""Indexes in the default order of lists, and of searched text: the cost of a page is its own."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CURRENT = {
    "sqlite_where": sa.text("release_to IS NULL"),
    "postgresql_where": sa.text("release_to IS NULL"),
}
NUMBERED = ("year DESC", "plan", "number", "code")
IN_TEXT = ("year DESC", "plan", "quote_start", "code")
ORDERS = {
    "plan": ("year DESC", "code"),
    "area": NUMBERED,
    "task": NUMBERED,
    "target": IN_TEXT,
    "deliverable": IN_TEXT,
    "participation": IN_TEXT,
    "erratum": IN_TEXT,
    "observation": ("indicator", "period_end DESC", "code"),
}
FEW = {
    "plan": ("text_complete", "year"),
    "area": ("year",),
    "task": ("responsibility_stated", "text_complete", "year"),
    "target": (
        "commitment_basis",
        "commitment",
        "due_basis",
        "floor_stated",
        "met_if",
        "value_status",
        "year",
    ),
    "deliverable": ("outcome", "year"),
    "participation": ("role", "stated", "year"),
    "erratum": ("certainty", "kind", "year"),
    "observation": ("value_status",),
}
CHANGES = {
    "order": ("release DESC", "resource", "code"),
    "code": ("code", "release DESC", "resource"),
    "plan": ("plan", "release DESC", "resource", "code"),
    "resource": ("resource", "release DESC", "code"),
    "material": ("material", "release DESC", "resource", "code"),
}
SEARCHED = (
    "plan",
    "area",
    "task",
    "indicator",
    "target",
    "observation",
    "body",
    "participation",
    "deliverable",
    "erratum",
    "document",
)

CLOCKED = (
    *SEARCHED,
    *(f"{table}_text" for table in SEARCHED),
    "document_relation",
    "target_reading",
    "indicator_reading",
    "observation_reading",
)
DEFINED = ("document", "document_relation", "body", "indicator")
CLOSED = {
    "sqlite_where": sa.text("release_to IS NOT NULL"),
    "postgresql_where": sa.text("release_to IS NOT NULL"),
}

FUNCTION = """
CREATE OR REPLACE FUNCTION yaodian_grams(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
SELECT array_agg(gram) FROM (
    SELECT unnest(ARRAY[
        token,
        CASE WHEN least(token, following) COLLATE "C" >= chr(12288)
                  AND following IS NOT NULL
             THEN token || following END
    ]) AS gram
    FROM (
        SELECT token COLLATE "C" AS token,
               lead(token COLLATE "C") OVER (ORDER BY place) AS following
        FROM unnest(string_to_array(btrim(words), ' ')) WITH ORDINALITY AS tokens (token, place)
    ) AS neighbours
) AS all_grams
WHERE gram <> '|'
$$
"""


def upgrade() -> None:
    """Make the indexes, of the text that is there as well."""
    for table in CLOCKED:
        op.drop_index(f"ix_{table}_closed", table)
        _index(table, "closed", "release_to", **CLOSED)
    for table in DEFINED:
        _index(table, "defined_in_now", "defined_in", **CURRENT)
    for table, order in ORDERS.items():
        _index(table, "order", *order, "release_from", "release_to")
        for column in FEW[table]:
            op.drop_index(f"ix_{table}_{column}_now", table)
            _index(table, f"{column}_now", column, *_others(order[:2], column), **CURRENT)
    for name, columns in CHANGES.items():
        if name != "order":
            op.drop_index(f"ix_change_{name}", "change")
        _index("change", name, *columns)
    if op.get_bind().dialect.name == "sqlite":
        for table in SEARCHED:
            _add_grams_on_sqlite(table)
        return
    op.execute(FUNCTION)
    for table in SEARCHED:
        op.execute(
            f"CREATE INDEX ix_{table}_grams ON {table}_text USING gin (yaodian_grams(words))"
        )


def downgrade() -> None:
    """Put the indexes back that were there before."""
    _drop_grams()
    for name in CHANGES:
        op.drop_index(f"ix_change_{name}", "change")
        if name != "order":
            _index("change", name, name, "release")
    for table in CLOCKED:
        op.drop_index(f"ix_{table}_closed", table)
        _index(table, "closed", "release_to")
    for table in DEFINED:
        op.drop_index(f"ix_{table}_defined_in_now", table)
    for table in ORDERS:
        op.drop_index(f"ix_{table}_order", table)
        for column in FEW[table]:
            op.drop_index(f"ix_{table}_{column}_now", table)
            _index(table, f"{column}_now", column, **CURRENT)


def _drop_grams() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in SEARCHED:
            op.execute(f"DROP INDEX ix_{table}_grams")
        op.execute("DROP FUNCTION yaodian_grams(text)")
        return
    for table in SEARCHED:
        for event in ("inserted", "deleted", "updated"):
            op.execute(f"DROP TRIGGER {table}_grams_{event}")
        op.execute(f"DROP TABLE {table}_grams")


def _index(table: str, name: str, *columns: str, **where: sa.TextClause) -> None:
    parts = [sa.text(column) if " " in column else column for column in columns]
    op.create_index(f"ix_{table}_{name}", table, parts, **where)


def _others(order: tuple[str, ...], column: str) -> list[str]:
    return [part for part in order if part.split()[0] != column]


def _add_grams_on_sqlite(table: str) -> None:
    name, text = f"{table}_grams", f"{table}_text"
    insert = f"INSERT INTO {name} (rowid, grams) VALUES (new.row_id, yaodian_grams(new.words))"
    delete = (
        f"INSERT INTO {name} ({name}, rowid, grams) "
        "VALUES ('delete', old.row_id, yaodian_grams(old.words))"
    )
    for statement in (
        f"CREATE VIRTUAL TABLE {name} "
        "USING fts5(grams, content='', columnsize=0, detail=none, tokenize=ascii)",
        f"INSERT INTO {name} (rowid, grams) SELECT row_id, yaodian_grams(words) FROM {text}",
        f"CREATE TRIGGER {name}_inserted AFTER INSERT ON {text} BEGIN {insert}; END",
        f"CREATE TRIGGER {name}_deleted AFTER DELETE ON {text} BEGIN {delete}; END",
        f"CREATE TRIGGER {name}_updated AFTER UPDATE OF words ON {text} "
        f"BEGIN {delete}; {insert}; END",
    ):
        op.execute(statement)
