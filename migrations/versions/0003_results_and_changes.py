"""Results find their targets by themselves; the log of changes; takedowns."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CURRENT = {
    "sqlite_where": sa.text("release_to IS NULL"),
    "postgresql_where": sa.text("release_to IS NULL"),
}

REASONS = ("redacted", "unquantified", "readings_differ", "sources_differ")
STATUSES = ("measured", "provisional", "estimated", "redacted")
ATTAINMENTS = ("met", "not_met", "interim", "no_result", "not_assessable")
ACTIONS = ("added", "changed", "removed", "blanked")


def upgrade() -> None:
    """Make them; the service fills what is derived when it next prepares the database."""
    op.drop_index("ix_observation_target", "observation")
    op.drop_index("ix_observation_target_now", "observation")
    op.drop_column("observation", "target")
    status = sa.Column("observation_value_status", TEXT, nullable=True)
    _make_readings(
        (*REASONS, "no_baseline", "provisional"),
        status,
        _in("target_reading", "observation_value_status", STATUSES),
    )
    _index("target_reading", "observation_value_status")
    _create_clocked(
        "observation_reading",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=True),
        sa.Column("plan", TEXT, nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
    )
    _index("observation_reading", "target", "plan", "year")
    op.create_table(
        "change",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("material", sa.Boolean(), nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("resource", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=True),
        sa.Column("name_zh", TEXT, nullable=True),
        sa.Column("name_en", TEXT, nullable=True),
        sa.Column("field", TEXT, nullable=True),
        sa.Column("before", TEXT, nullable=True),
        sa.Column("after", TEXT, nullable=True),
        sa.Column("row_id", sa.Integer(), nullable=False),
        _in("change", "action", ACTIONS),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_change_code")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_change")),
        sa.UniqueConstraint(
            "release",
            "resource",
            "code",
            "field",
            name=op.f("uq_change_release_resource_code_field"),
        ),
    )
    for column in ("code", "plan", "resource", "material"):
        op.create_index(f"ix_change_{column}", "change", [column, "release"])
    op.create_table(
        "takedown",
        sa.Column("release", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("resource", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("release", "resource", "code", name=op.f("pk_takedown")),
    )


def downgrade() -> None:
    """Take them away; what was derived must be derived again by a newer version."""
    op.drop_table("takedown")
    op.drop_table("change")
    op.drop_table("observation_reading")
    _make_readings(REASONS)
    op.add_column("observation", sa.Column("target", TEXT, nullable=True))
    _index("observation", "target")


def _make_readings(reasons: tuple[str, ...], *more: sa.schema.SchemaItem) -> None:
    """The two tables of attainment, empty, with these reasons; `more` belongs to the first."""
    op.drop_table("target_reading")
    op.drop_table("indicator_reading")
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
        sa.Column("has_alternative", sa.Boolean(), nullable=False),
        _in("target_reading", "attainment", ATTAINMENTS),
        _in("target_reading", "attainment_reason", reasons),
    )
    _index("target_reading", "attainment", "attainment_reason", "observation", "has_alternative")
    _create_clocked(
        "indicator_reading",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=True),
        sa.Column("latest_period", TEXT, nullable=True),
        sa.Column("latest_value", sa.Float(), nullable=True),
        sa.Column("latest_value_status", TEXT, nullable=True),
        sa.Column("attainment", TEXT, nullable=True),
        sa.Column("attainment_reason", TEXT, nullable=True),
        _in("indicator_reading", "latest_value_status", STATUSES),
        _in("indicator_reading", "attainment", ATTAINMENTS),
        _in("indicator_reading", "attainment_reason", reasons),
    )
    _index("indicator_reading", "target", "latest_value_status", "attainment", "attainment_reason")


def _in(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column, "release_from"])
        op.create_index(f"ix_{table}_{column}_now", table, [column], **CURRENT)


def _create_clocked(table: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        *parts,
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f(f"ck_{table}_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f(f"ck_{table}_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("code", "release_from", name=op.f(f"uq_{table}_code_release_from")),
    )
    op.create_index(f"ix_{table}_opened", table, ["release_from"])
    op.create_index(f"ix_{table}_closed", table, ["release_to"])
    op.create_index(f"ix_{table}_current_code", table, ["code"], unique=True, **CURRENT)
