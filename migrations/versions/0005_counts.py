"""Counts of what belongs to a row, which were counted for each answer before."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CURRENT = {
    "sqlite_where": sa.text("release_to IS NULL"),
    "postgresql_where": sa.text("release_to IS NULL"),
}
CLOSED = {
    "sqlite_where": sa.text("release_to IS NOT NULL"),
    "postgresql_where": sa.text("release_to IS NOT NULL"),
}

OF_PARTS = ("task_count", "target_count", "redacted_count", "deliverable_count")
COUNTS = {
    "plan_counts": ("area_count", *OF_PARTS),
    "area_counts": OF_PARTS,
    "task_counts": OF_PARTS[1:],
}


def upgrade() -> None:
    """Make them, empty; the service fills them when it next prepares the database."""
    for table, columns in COUNTS.items():
        op.create_table(
            table,
            sa.Column("release_from", sa.Integer(), nullable=False),
            sa.Column("row_id", sa.Integer(), nullable=False),
            sa.Column("release_to", sa.Integer(), nullable=True),
            sa.Column("code", TEXT, nullable=False),
            *(sa.Column(column, sa.Integer(), nullable=False) for column in columns),
            sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f(f"ck_{table}_code")),
            sa.CheckConstraint("release_to > release_from", name=op.f(f"ck_{table}_clock")),
            sa.PrimaryKeyConstraint("row_id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint("code", "release_from", name=op.f(f"uq_{table}_code_release_from")),
        )
        op.create_index(f"ix_{table}_opened", table, ["release_from"])
        op.create_index(f"ix_{table}_closed", table, ["release_to"], **CLOSED)
        op.create_index(f"ix_{table}_current_code", table, ["code"], unique=True, **CURRENT)


def downgrade() -> None:
    """Remove them."""
    for table in COUNTS:
        op.drop_table(table)
