"""Readings of indicators, searched text, and indexes for every filter."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CURRENT = {
    "sqlite_where": sa.text("release_to IS NULL"),
    "postgresql_where": sa.text("release_to IS NULL"),
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
CLOCKED = (*SEARCHED, "document_relation")
ASKED = {
    "area": ("source_document",),
    "body": ("level", "parent"),
    "deliverable": ("source_document",),
    "document_relation": ("relation",),
    "erratum": ("source_document",),
    "indicator": ("desired_direction",),
    "indicator_reading": (
        "target",
        "latest_value_status",
        "attainment",
        "attainment_reason",
    ),
    "participation": ("source_document",),
    "plan": ("continues", "document"),
    "target": ("commitment_basis", "source_document"),
    "target_reading": ("observation", "has_alternative"),
    "task": ("continues", "source_document"),
}


def upgrade() -> None:
    """Add them; the service fills what is derived when it next prepares the database."""
    op.drop_table("target_reading")
    _create_target_reading(sa.Column("has_alternative", sa.Boolean(), nullable=False))
    for table in SEARCHED:
        _create_clocked(
            f"{table}_text",
            sa.Column("code", TEXT, nullable=False),
            sa.Column("names", TEXT, nullable=False),
            sa.Column("words", TEXT, nullable=False),
        )
    _create_clocked(
        "indicator_reading",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=True),
        sa.Column("latest_period", TEXT, nullable=True),
        sa.Column("latest_value", sa.Float(), nullable=True),
        sa.Column("latest_value_status", TEXT, nullable=True),
        sa.Column("attainment", TEXT, nullable=True),
        sa.Column("attainment_reason", TEXT, nullable=True),
        sa.CheckConstraint(
            "attainment IN ('met', 'not_met', 'interim', 'no_result', 'not_assessable')",
            name=op.f("ck_indicator_reading_attainment"),
        ),
        sa.CheckConstraint(
            "attainment_reason IN ('redacted', 'unquantified', 'readings_differ', 'sources_differ')",
            name=op.f("ck_indicator_reading_attainment_reason"),
        ),
        sa.CheckConstraint(
            "latest_value_status IN ('measured', 'provisional', 'estimated', 'redacted')",
            name=op.f("ck_indicator_reading_latest_value_status"),
        ),
        code_first=True,
    )
    for table in CLOCKED:
        op.create_index(f"ix_{table}_opened", table, ["release_from"])
    for table, columns in ASKED.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column, "release_from"])
            op.create_index(f"ix_{table}_{column}_now", table, [column], **CURRENT)


def _create_clocked(table: str, *parts: sa.schema.SchemaItem, code_first: bool = False) -> None:
    clock = (
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
    )
    op.create_table(
        table,
        *((*parts, *clock) if code_first else (*clock, *parts)),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f(f"ck_{table}_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f(f"ck_{table}_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("code", "release_from", name=op.f(f"uq_{table}_code_release_from")),
    )
    op.create_index(f"ix_{table}_opened", table, ["release_from"])
    op.create_index(f"ix_{table}_closed", table, ["release_to"])
    op.create_index(f"ix_{table}_current_code", table, ["code"], unique=True, **CURRENT)


def _create_target_reading(*more: sa.schema.SchemaItem) -> None:
    _create_clocked(
        "target_reading",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("attainment", TEXT, nullable=False),
        sa.Column("attainment_reason", TEXT, nullable=True),
        sa.Column("attainment_rule", TEXT, nullable=True),
        sa.Column("observation", TEXT, nullable=True),
        sa.Column("observation_period", TEXT, nullable=True),
        sa.Column("observation_value", sa.Float(), nullable=True),
        *more,
        sa.CheckConstraint(
            "attainment IN ('met', 'not_met', 'interim', 'no_result', 'not_assessable')",
            name=op.f("ck_target_reading_attainment"),
        ),
        sa.CheckConstraint(
            "attainment_reason IN ('redacted', 'unquantified', 'readings_differ', 'sources_differ')",
            name=op.f("ck_target_reading_attainment_reason"),
        ),
        code_first=True,
    )
    for column in ("attainment", "attainment_reason"):
        op.create_index(f"ix_target_reading_{column}", "target_reading", [column, "release_from"])
        op.create_index(f"ix_target_reading_{column}_now", "target_reading", [column], **CURRENT)


def downgrade() -> None:
    """Drop them; what was derived must be derived again by a newer version."""
    for table, columns in ASKED.items():
        if table not in ("indicator_reading", "target_reading"):
            for column in columns:
                op.drop_index(f"ix_{table}_{column}", table)
                op.drop_index(f"ix_{table}_{column}_now", table)
    op.drop_table("target_reading")
    _create_target_reading()
    op.drop_index("ix_target_reading_opened", "target_reading")
    for table in CLOCKED:
        op.drop_index(f"ix_{table}_opened", table)
    for table in ("indicator_reading", *(f"{of}_text" for of in SEARCHED)):
        op.drop_table(table)
