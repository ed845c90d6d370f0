"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CURRENT = {
    "sqlite_where": sa.text("release_to IS NULL"),
    "postgresql_where": sa.text("release_to IS NULL"),
}


def upgrade() -> None:
    """The first tables.."""
    op.create_table(
        "area",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("section_zh", TEXT, nullable=False),
        sa.Column("title_zh", TEXT, nullable=False),
        sa.Column("title_en", TEXT, nullable=False),
        sa.Column("summary_zh", TEXT, nullable=False),
        sa.Column("summary_en", TEXT, nullable=False),
        sa.Column("source_document", TEXT, nullable=False),
        sa.Column("source_start", sa.Integer(), nullable=False),
        sa.Column("source_end", sa.Integer(), nullable=False),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.Column("issuer", TEXT, nullable=False),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_area_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_area_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_area")),
        sa.UniqueConstraint("code", "release_from", name=op.f("uq_area_code_release_from")),
    )
    op.create_index("ix_area_closed", "area", ["release_to"])
    op.create_index("ix_area_current_code", "area", ["code"], unique=True, **CURRENT)
    op.create_index("ix_area_issuer", "area", ["issuer", "release_from"])
    op.create_index("ix_area_issuer_now", "area", ["issuer"], **CURRENT)
    op.create_index("ix_area_plan", "area", ["plan", "release_from"])
    op.create_index("ix_area_plan_now", "area", ["plan"], **CURRENT)
    op.create_index("ix_area_year", "area", ["year", "release_from"])
    op.create_index("ix_area_year_now", "area", ["year"], **CURRENT)
    op.create_table(
        "body",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name_zh", TEXT, nullable=False),
        sa.Column("name_en", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("level", TEXT, nullable=True),
        sa.Column("region_code", TEXT, nullable=True),
        sa.Column("parent", TEXT, nullable=True),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.Column("defined_in", TEXT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('government', 'party', 'schools', 'universities', 'enterprises', 'research', 'international', 'association', 'facility', 'region', 'other')",
            name=op.f("ck_body_kind"),
        ),
        sa.CheckConstraint(
            "level IN ('national', 'provincial', 'city', 'county', 'township', 'international')",
            name=op.f("ck_body_level"),
        ),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_body_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_body_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_body")),
        sa.UniqueConstraint("code", "release_from", name=op.f("uq_body_code_release_from")),
    )
    op.create_index("ix_body_closed", "body", ["release_to"])
    op.create_index("ix_body_current_code", "body", ["code"], unique=True, **CURRENT)
    op.create_index("ix_body_kind", "body", ["kind", "release_from"])
    op.create_index("ix_body_kind_now", "body", ["kind"], **CURRENT)
    op.create_index("ix_body_region_code", "body", ["region_code", "release_from"])
    op.create_index("ix_body_region_code_now", "body", ["region_code"], **CURRENT)
    op.create_table(
        "deliverable",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("area", TEXT, nullable=False),
        sa.Column("task", TEXT, nullable=False),
        sa.Column("title_zh", TEXT, nullable=False),
        sa.Column("title_en", TEXT, nullable=False),
        sa.Column("verb_zh", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_title_zh", TEXT, nullable=True),
        sa.Column("issued_number", TEXT, nullable=True),
        sa.Column("issued_url", TEXT, nullable=True),
        sa.Column("quote", TEXT, nullable=False),
        sa.Column("quote_start", sa.Integer(), nullable=False),
        sa.Column("quote_end", sa.Integer(), nullable=False),
        sa.Column("section_zh", TEXT, nullable=False),
        sa.Column("source_document", TEXT, nullable=False),
        sa.Column("source_start", sa.Integer(), nullable=False),
        sa.Column("source_end", sa.Integer(), nullable=False),
        sa.Column("source_sha256", TEXT, nullable=False),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.Column("issuer", TEXT, nullable=False),
        sa.CheckConstraint(
            "outcome IN ('issued', 'issued_otherwise') OR issued_on IS NULL",
            name=op.f("ck_deliverable_issued"),
        ),
        sa.CheckConstraint(
            "outcome IN ('issued', 'issued_otherwise', 'not_issued', 'no_result')",
            name=op.f("ck_deliverable_outcome"),
        ),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_deliverable_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_deliverable_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_deliverable")),
        sa.UniqueConstraint("code", "release_from", name=op.f("uq_deliverable_code_release_from")),
    )
    op.create_index("ix_deliverable_area", "deliverable", ["area", "release_from"])
    op.create_index("ix_deliverable_area_now", "deliverable", ["area"], **CURRENT)
    op.create_index("ix_deliverable_closed", "deliverable", ["release_to"])
    op.create_index("ix_deliverable_current_code", "deliverable", ["code"], unique=True, **CURRENT)
    op.create_index("ix_deliverable_issuer", "deliverable", ["issuer", "release_from"])
    op.create_index("ix_deliverable_issuer_now", "deliverable", ["issuer"], **CURRENT)
    op.create_index("ix_deliverable_outcome", "deliverable", ["outcome", "release_from"])
    op.create_index("ix_deliverable_outcome_now", "deliverable", ["outcome"], **CURRENT)
    op.create_index("ix_deliverable_plan", "deliverable", ["plan", "release_from"])
    op.create_index("ix_deliverable_plan_now", "deliverable", ["plan"], **CURRENT)
    op.create_index("ix_deliverable_task", "deliverable", ["task", "release_from"])
    op.create_index("ix_deliverable_task_now", "deliverable", ["task"], **CURRENT)
    op.create_index("ix_deliverable_year", "deliverable", ["year", "release_from"])
    op.create_index("ix_deliverable_year_now", "deliverable", ["year"], **CURRENT)
    op.create_table(
        "document",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("title_zh", TEXT, nullable=False),
        sa.Column("title_en", TEXT, nullable=True),
        sa.Column("publisher", TEXT, nullable=False),
        sa.Column("copy", TEXT, nullable=False),
        sa.Column("file_name", TEXT, nullable=True),
        sa.Column("file_sha256", TEXT, nullable=True),
        sa.Column("body_sha256", TEXT, nullable=False),
        sa.Column("body_characters", sa.Integer(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("text_complete", sa.Boolean(), nullable=False),
        sa.Column("text_gap_zh", TEXT, nullable=True),
        sa.Column("text_gap_en", TEXT, nullable=True),
        sa.Column("rights_zh", TEXT, nullable=False),
        sa.Column("rights_en", TEXT, nullable=False),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.Column("defined_in", TEXT, nullable=False),
        sa.CheckConstraint(
            "copy IN ('original', 'official_copy', 'third_party')", name=op.f("ck_document_copy")
        ),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_document_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_document_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_document")),
        sa.UniqueConstraint("code", "release_from", name=op.f("uq_document_code_release_from")),
    )
    op.create_index("ix_document_closed", "document", ["release_to"])
    op.create_index("ix_document_copy", "document", ["copy", "release_from"])
    op.create_index("ix_document_copy_now", "document", ["copy"], **CURRENT)
    op.create_index("ix_document_current_code", "document", ["code"], unique=True, **CURRENT)
    op.create_index("ix_document_text_complete", "document", ["text_complete", "release_from"])
    op.create_index("ix_document_text_complete_now", "document", ["text_complete"], **CURRENT)
    op.create_table(
        "document_relation",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.Column("relation", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("basis_zh", TEXT, nullable=False),
        sa.Column("basis_en", TEXT, nullable=False),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.Column("defined_in", TEXT, nullable=False),
        sa.CheckConstraint(
            "relation IN ('likely-original', 'original', 'other-copy')",
            name=op.f("ck_document_relation_relation"),
        ),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_document_relation_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_document_relation_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_document_relation")),
        sa.UniqueConstraint(
            "code", "release_from", name=op.f("uq_document_relation_code_release_from")
        ),
    )
    op.create_index("ix_document_relation_closed", "document_relation", ["release_to"])
    op.create_index(
        "ix_document_relation_current_code", "document_relation", ["code"], unique=True, **CURRENT
    )
    op.create_index(
        "ix_document_relation_document", "document_relation", ["document", "release_from"]
    )
    op.create_index(
        "ix_document_relation_document_now", "document_relation", ["document"], **CURRENT
    )
    op.create_table(
        "erratum",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("task", TEXT, nullable=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("printed_zh", TEXT, nullable=False),
        sa.Column("reading_zh", TEXT, nullable=True),
        sa.Column("certainty", TEXT, nullable=False),
        sa.Column("reason_zh", TEXT, nullable=False),
        sa.Column("reason_en", TEXT, nullable=False),
        sa.Column("quote_start", sa.Integer(), nullable=False),
        sa.Column("quote_end", sa.Integer(), nullable=False),
        sa.Column("section_zh", TEXT, nullable=False),
        sa.Column("source_document", TEXT, nullable=False),
        sa.Column("source_start", sa.Integer(), nullable=False),
        sa.Column("source_end", sa.Integer(), nullable=False),
        sa.Column("source_sha256", TEXT, nullable=False),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("issuer", TEXT, nullable=False),
        sa.CheckConstraint(
            "certainty IN ('certain', 'near_certain', 'likely', 'possible', 'unknown')",
            name=op.f("ck_erratum_certainty"),
        ),
        sa.CheckConstraint(
            "kind IN ('lost_dash', 'wrong_dash', 'wrong_character', 'wrong_quotation_mark', 'lost_punctuation', 'lost_words', 'lost_line_break', 'converted_mask', 'masked_number', 'masked_name', 'truncated')",
            name=op.f("ck_erratum_kind"),
        ),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_erratum_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_erratum_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_erratum")),
        sa.UniqueConstraint("code", "release_from", name=op.f("uq_erratum_code_release_from")),
    )
    op.create_index("ix_erratum_certainty", "erratum", ["certainty", "release_from"])
    op.create_index("ix_erratum_certainty_now", "erratum", ["certainty"], **CURRENT)
    op.create_index("ix_erratum_closed", "erratum", ["release_to"])
    op.create_index("ix_erratum_current_code", "erratum", ["code"], unique=True, **CURRENT)
    op.create_index("ix_erratum_issuer", "erratum", ["issuer", "release_from"])
    op.create_index("ix_erratum_issuer_now", "erratum", ["issuer"], **CURRENT)
    op.create_index("ix_erratum_kind", "erratum", ["kind", "release_from"])
    op.create_index("ix_erratum_kind_now", "erratum", ["kind"], **CURRENT)
    op.create_index("ix_erratum_plan", "erratum", ["plan", "release_from"])
    op.create_index("ix_erratum_plan_now", "erratum", ["plan"], **CURRENT)
    op.create_index("ix_erratum_task", "erratum", ["task", "release_from"])
    op.create_index("ix_erratum_task_now", "erratum", ["task"], **CURRENT)
    op.create_index("ix_erratum_year", "erratum", ["year", "release_from"])
    op.create_index("ix_erratum_year_now", "erratum", ["year"], **CURRENT)
    op.create_table(
        "indicator",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("issuer", TEXT, nullable=False),
        sa.Column("name_zh", TEXT, nullable=False),
        sa.Column("name_en", TEXT, nullable=False),
        sa.Column("definition_zh", TEXT, nullable=False),
        sa.Column("definition_en", TEXT, nullable=False),
        sa.Column("population_zh", TEXT, nullable=False),
        sa.Column("population_en", TEXT, nullable=False),
        sa.Column("open_zh", TEXT, nullable=True),
        sa.Column("open_en", TEXT, nullable=True),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("unit_zh", TEXT, nullable=False),
        sa.Column("unit_en", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("measure", TEXT, nullable=False),
        sa.Column("desired_direction", TEXT, nullable=False),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.Column("defined_in", TEXT, nullable=False),
        sa.CheckConstraint(
            "desired_direction IN ('increase', 'decrease')",
            name=op.f("ck_indicator_desired_direction"),
        ),
        sa.CheckConstraint("kind IN ('outcome', 'output')", name=op.f("ck_indicator_kind")),
        sa.CheckConstraint(
            "measure IN ('stock', 'flow', 'increment', 'share', 'rank')",
            name=op.f("ck_indicator_measure"),
        ),
        sa.CheckConstraint(
            "unit IN ('percent', 'school', 'kindergarten', 'place', 'county', 'party_branch', 'workstation', 'base', 'college', 'community', 'team', 'major', 'trainee', 'person', 'cny', 'rank')",
            name=op.f("ck_indicator_unit"),
        ),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_indicator_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_indicator_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("code", "release_from", name=op.f("uq_indicator_code_release_from")),
    )
    op.create_index("ix_indicator_closed", "indicator", ["release_to"])
    op.create_index("ix_indicator_current_code", "indicator", ["code"], unique=True, **CURRENT)
    op.create_index("ix_indicator_issuer", "indicator", ["issuer", "release_from"])
    op.create_index("ix_indicator_issuer_now", "indicator", ["issuer"], **CURRENT)
    op.create_index("ix_indicator_kind", "indicator", ["kind", "release_from"])
    op.create_index("ix_indicator_kind_now", "indicator", ["kind"], **CURRENT)
    op.create_index("ix_indicator_measure", "indicator", ["measure", "release_from"])
    op.create_index("ix_indicator_measure_now", "indicator", ["measure"], **CURRENT)
    op.create_index("ix_indicator_unit", "indicator", ["unit", "release_from"])
    op.create_index("ix_indicator_unit_now", "indicator", ["unit"], **CURRENT)
    op.create_table(
        "observation",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("indicator", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=True),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("value_status", TEXT, nullable=False),
        sa.Column("value_text_zh", TEXT, nullable=False),
        sa.Column("value_text_en", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("source_title", TEXT, nullable=False),
        sa.Column("source_url", TEXT, nullable=True),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column("note_zh", TEXT, nullable=True),
        sa.Column("note_en", TEXT, nullable=True),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(value IS NULL) = (value_status = 'redacted')", name=op.f("ck_observation_honest")
        ),
        sa.CheckConstraint(
            "value_status IN ('measured', 'provisional', 'estimated', 'redacted')",
            name=op.f("ck_observation_value_status"),
        ),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_observation_code")),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_observation_period")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_observation_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_observation")),
        sa.UniqueConstraint("code", "release_from", name=op.f("uq_observation_code_release_from")),
    )
    op.create_index("ix_observation_closed", "observation", ["release_to"])
    op.create_index("ix_observation_current_code", "observation", ["code"], unique=True, **CURRENT)
    op.create_index("ix_observation_indicator", "observation", ["indicator", "release_from"])
    op.create_index("ix_observation_indicator_now", "observation", ["indicator"], **CURRENT)
    op.create_index("ix_observation_period_end", "observation", ["period_end", "release_from"])
    op.create_index("ix_observation_period_end_now", "observation", ["period_end"], **CURRENT)
    op.create_index("ix_observation_source", "observation", ["source", "release_from"])
    op.create_index("ix_observation_source_now", "observation", ["source"], **CURRENT)
    op.create_index("ix_observation_target", "observation", ["target", "release_from"])
    op.create_index("ix_observation_target_now", "observation", ["target"], **CURRENT)
    op.create_index("ix_observation_value", "observation", ["value", "release_from"])
    op.create_index("ix_observation_value_now", "observation", ["value"], **CURRENT)
    op.create_index("ix_observation_value_status", "observation", ["value_status", "release_from"])
    op.create_index("ix_observation_value_status_now", "observation", ["value_status"], **CURRENT)
    op.create_table(
        "participation",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("area", TEXT, nullable=False),
        sa.Column("task", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("stated", sa.Boolean(), nullable=False),
        sa.Column("quote", TEXT, nullable=False),
        sa.Column("quote_start", sa.Integer(), nullable=False),
        sa.Column("quote_end", sa.Integer(), nullable=False),
        sa.Column("section_zh", TEXT, nullable=False),
        sa.Column("source_document", TEXT, nullable=False),
        sa.Column("source_start", sa.Integer(), nullable=False),
        sa.Column("source_end", sa.Integer(), nullable=False),
        sa.Column("source_sha256", TEXT, nullable=False),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.Column("issuer", TEXT, nullable=False),
        sa.CheckConstraint(
            "role IN ('issuer', 'lead', 'responsible', 'cooperating', 'implementer', 'participant', 'partner', 'beneficiary', 'to_be_established', 'mentioned')",
            name=op.f("ck_participation_role"),
        ),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_participation_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_participation_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_participation")),
        sa.UniqueConstraint(
            "code", "release_from", name=op.f("uq_participation_code_release_from")
        ),
    )
    op.create_index("ix_participation_area", "participation", ["area", "release_from"])
    op.create_index("ix_participation_area_now", "participation", ["area"], **CURRENT)
    op.create_index("ix_participation_body", "participation", ["body", "release_from"])
    op.create_index("ix_participation_body_now", "participation", ["body"], **CURRENT)
    op.create_index("ix_participation_closed", "participation", ["release_to"])
    op.create_index(
        "ix_participation_current_code", "participation", ["code"], unique=True, **CURRENT
    )
    op.create_index("ix_participation_issuer", "participation", ["issuer", "release_from"])
    op.create_index("ix_participation_issuer_now", "participation", ["issuer"], **CURRENT)
    op.create_index("ix_participation_plan", "participation", ["plan", "release_from"])
    op.create_index("ix_participation_plan_now", "participation", ["plan"], **CURRENT)
    op.create_index("ix_participation_role", "participation", ["role", "release_from"])
    op.create_index("ix_participation_role_now", "participation", ["role"], **CURRENT)
    op.create_index("ix_participation_stated", "participation", ["stated", "release_from"])
    op.create_index("ix_participation_stated_now", "participation", ["stated"], **CURRENT)
    op.create_index("ix_participation_task", "participation", ["task", "release_from"])
    op.create_index("ix_participation_task_now", "participation", ["task"], **CURRENT)
    op.create_index("ix_participation_year", "participation", ["year", "release_from"])
    op.create_index("ix_participation_year_now", "participation", ["year"], **CURRENT)
    op.create_table(
        "plan",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title_zh", TEXT, nullable=False),
        sa.Column("title_en", TEXT, nullable=False),
        sa.Column("issuer", TEXT, nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("continues", TEXT, nullable=True),
        sa.Column("text_complete", sa.Boolean(), nullable=False),
        sa.Column("text_gap_zh", TEXT, nullable=True),
        sa.Column("text_gap_en", TEXT, nullable=True),
        sa.Column("document", TEXT, nullable=False),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_plan_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_plan_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_plan")),
        sa.UniqueConstraint("code", "release_from", name=op.f("uq_plan_code_release_from")),
    )
    op.create_index("ix_plan_closed", "plan", ["release_to"])
    op.create_index("ix_plan_current_code", "plan", ["code"], unique=True, **CURRENT)
    op.create_index("ix_plan_issuer", "plan", ["issuer", "release_from"])
    op.create_index("ix_plan_issuer_now", "plan", ["issuer"], **CURRENT)
    op.create_index("ix_plan_text_complete", "plan", ["text_complete", "release_from"])
    op.create_index("ix_plan_text_complete_now", "plan", ["text_complete"], **CURRENT)
    op.create_index("ix_plan_year", "plan", ["year", "release_from"])
    op.create_index("ix_plan_year_now", "plan", ["year"], **CURRENT)
    op.create_table(
        "release",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("note_zh", TEXT, nullable=True),
        sa.Column("note_en", TEXT, nullable=True),
        sa.Column("by", TEXT, nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("resources", TEXT, nullable=False),
        sa.CheckConstraint(
            "cause IN ('first_publication', 'new_plan', 'new_data', 'revision', 'issuer_change', 'better_source', 'correction', 'retraction', 'editorial')",
            name=op.f("ck_release_cause"),
        ),
        sa.CheckConstraint("length(time) = 24", name=op.f("ck_release_time")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_release_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_release")),
        sa.UniqueConstraint("time", name=op.f("uq_release_time")),
    )
    op.create_table(
        "target",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("issuer", TEXT, nullable=False),
        sa.Column("area", TEXT, nullable=False),
        sa.Column("task", TEXT, nullable=False),
        sa.Column("indicator", TEXT, nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("value_upper", sa.Float(), nullable=True),
        sa.Column("value_status", TEXT, nullable=False),
        sa.Column("value_text_zh", TEXT, nullable=False),
        sa.Column("value_text_en", TEXT, nullable=False),
        sa.Column("met_if", TEXT, nullable=False),
        sa.Column("floor_stated", sa.Boolean(), nullable=False),
        sa.Column("commitment", TEXT, nullable=False),
        sa.Column("commitment_basis", TEXT, nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("due_basis", TEXT, nullable=False),
        sa.Column("baseline_value", sa.Float(), nullable=True),
        sa.Column("baseline_period", TEXT, nullable=True),
        sa.Column("alternative_value", sa.Float(), nullable=True),
        sa.Column("alternative_value_upper", sa.Float(), nullable=True),
        sa.Column("alternative_due", sa.Date(), nullable=True),
        sa.Column("alternative_zh", TEXT, nullable=True),
        sa.Column("alternative_en", TEXT, nullable=True),
        sa.Column("note_zh", TEXT, nullable=True),
        sa.Column("note_en", TEXT, nullable=True),
        sa.Column("quote", TEXT, nullable=False),
        sa.Column("quote_start", sa.Integer(), nullable=False),
        sa.Column("quote_end", sa.Integer(), nullable=False),
        sa.Column("section_zh", TEXT, nullable=False),
        sa.Column("source_document", TEXT, nullable=False),
        sa.Column("source_start", sa.Integer(), nullable=False),
        sa.Column("source_end", sa.Integer(), nullable=False),
        sa.Column("source_sha256", TEXT, nullable=False),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(commitment = 'firm') = (commitment_basis IS NULL)", name=op.f("ck_target_hedge")
        ),
        sa.CheckConstraint(
            "(value IS NULL) = (value_status IN ('redacted', 'unquantified'))",
            name=op.f("ck_target_honest"),
        ),
        sa.CheckConstraint("commitment IN ('firm', 'strive')", name=op.f("ck_target_commitment")),
        sa.CheckConstraint(
            "commitment_basis IN ('stated', 'carried_over')",
            name=op.f("ck_target_commitment_basis"),
        ),
        sa.CheckConstraint(
            "due_basis IN ('stated', 'plan_period')", name=op.f("ck_target_due_basis")
        ),
        sa.CheckConstraint(
            "met_if IN ('at_least', 'at_most', 'equal', 'between', 'increase_by', 'decrease_by')",
            name=op.f("ck_target_met_if"),
        ),
        sa.CheckConstraint(
            "value_status IN ('stated', 'implied', 'redacted', 'unquantified')",
            name=op.f("ck_target_value_status"),
        ),
        sa.CheckConstraint(
            "alternative_value_upper IS NULL OR alternative_value_upper > alternative_value",
            name=op.f("ck_target_alternative_range"),
        ),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_target_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_target_clock")),
        sa.CheckConstraint(
            "value_upper IS NULL OR value_upper > value", name=op.f("ck_target_range")
        ),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_target")),
        sa.UniqueConstraint("code", "release_from", name=op.f("uq_target_code_release_from")),
    )
    op.create_index("ix_target_area", "target", ["area", "release_from"])
    op.create_index("ix_target_area_now", "target", ["area"], **CURRENT)
    op.create_index("ix_target_closed", "target", ["release_to"])
    op.create_index("ix_target_commitment", "target", ["commitment", "release_from"])
    op.create_index("ix_target_commitment_now", "target", ["commitment"], **CURRENT)
    op.create_index("ix_target_current_code", "target", ["code"], unique=True, **CURRENT)
    op.create_index("ix_target_due", "target", ["due", "release_from"])
    op.create_index("ix_target_due_basis", "target", ["due_basis", "release_from"])
    op.create_index("ix_target_due_basis_now", "target", ["due_basis"], **CURRENT)
    op.create_index("ix_target_due_now", "target", ["due"], **CURRENT)
    op.create_index("ix_target_floor_stated", "target", ["floor_stated", "release_from"])
    op.create_index("ix_target_floor_stated_now", "target", ["floor_stated"], **CURRENT)
    op.create_index("ix_target_indicator", "target", ["indicator", "release_from"])
    op.create_index("ix_target_indicator_now", "target", ["indicator"], **CURRENT)
    op.create_index("ix_target_issuer", "target", ["issuer", "release_from"])
    op.create_index("ix_target_issuer_now", "target", ["issuer"], **CURRENT)
    op.create_index("ix_target_met_if", "target", ["met_if", "release_from"])
    op.create_index("ix_target_met_if_now", "target", ["met_if"], **CURRENT)
    op.create_index("ix_target_plan", "target", ["plan", "release_from"])
    op.create_index("ix_target_plan_now", "target", ["plan"], **CURRENT)
    op.create_index("ix_target_task", "target", ["task", "release_from"])
    op.create_index("ix_target_task_now", "target", ["task"], **CURRENT)
    op.create_index("ix_target_value", "target", ["value", "release_from"])
    op.create_index("ix_target_value_now", "target", ["value"], **CURRENT)
    op.create_index("ix_target_value_status", "target", ["value_status", "release_from"])
    op.create_index("ix_target_value_status_now", "target", ["value_status"], **CURRENT)
    op.create_index("ix_target_year", "target", ["year", "release_from"])
    op.create_index("ix_target_year_now", "target", ["year"], **CURRENT)
    op.create_table(
        "target_reading",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("attainment", TEXT, nullable=False),
        sa.Column("attainment_reason", TEXT, nullable=True),
        sa.Column("attainment_rule", TEXT, nullable=True),
        sa.Column("observation", TEXT, nullable=True),
        sa.Column("observation_period", TEXT, nullable=True),
        sa.Column("observation_value", sa.Float(), nullable=True),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "attainment IN ('met', 'not_met', 'interim', 'no_result', 'not_assessable')",
            name=op.f("ck_target_reading_attainment"),
        ),
        sa.CheckConstraint(
            "attainment_reason IN ('redacted', 'unquantified', 'readings_differ', 'sources_differ')",
            name=op.f("ck_target_reading_attainment_reason"),
        ),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_target_reading_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_target_reading_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_target_reading")),
        sa.UniqueConstraint(
            "code", "release_from", name=op.f("uq_target_reading_code_release_from")
        ),
    )
    op.create_index(
        "ix_target_reading_attainment", "target_reading", ["attainment", "release_from"]
    )
    op.create_index("ix_target_reading_attainment_now", "target_reading", ["attainment"], **CURRENT)
    op.create_index(
        "ix_target_reading_attainment_reason",
        "target_reading",
        ["attainment_reason", "release_from"],
    )
    op.create_index(
        "ix_target_reading_attainment_reason_now",
        "target_reading",
        ["attainment_reason"],
        **CURRENT,
    )
    op.create_index("ix_target_reading_closed", "target_reading", ["release_to"])
    op.create_index(
        "ix_target_reading_current_code", "target_reading", ["code"], unique=True, **CURRENT
    )
    op.create_table(
        "task",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("area", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("section_zh", TEXT, nullable=False),
        sa.Column("title_zh", TEXT, nullable=False),
        sa.Column("title_en", TEXT, nullable=False),
        sa.Column("title_printed_zh", TEXT, nullable=True),
        sa.Column("summary_zh", TEXT, nullable=False),
        sa.Column("summary_en", TEXT, nullable=False),
        sa.Column("responsibility_stated", sa.Boolean(), nullable=False),
        sa.Column("text_complete", sa.Boolean(), nullable=False),
        sa.Column("text_gap_zh", TEXT, nullable=True),
        sa.Column("text_gap_en", TEXT, nullable=True),
        sa.Column("continues", TEXT, nullable=True),
        sa.Column("source_document", TEXT, nullable=False),
        sa.Column("source_start", sa.Integer(), nullable=False),
        sa.Column("source_end", sa.Integer(), nullable=False),
        sa.Column("source_sha256", TEXT, nullable=False),
        sa.Column("release_from", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.Column("issuer", TEXT, nullable=False),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 80", name=op.f("ck_task_code")),
        sa.CheckConstraint("release_to > release_from", name=op.f("ck_task_clock")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_task")),
        sa.UniqueConstraint("code", "release_from", name=op.f("uq_task_code_release_from")),
    )
    op.create_index("ix_task_area", "task", ["area", "release_from"])
    op.create_index("ix_task_area_now", "task", ["area"], **CURRENT)
    op.create_index("ix_task_closed", "task", ["release_to"])
    op.create_index("ix_task_current_code", "task", ["code"], unique=True, **CURRENT)
    op.create_index("ix_task_issuer", "task", ["issuer", "release_from"])
    op.create_index("ix_task_issuer_now", "task", ["issuer"], **CURRENT)
    op.create_index("ix_task_plan", "task", ["plan", "release_from"])
    op.create_index("ix_task_plan_now", "task", ["plan"], **CURRENT)
    op.create_index(
        "ix_task_responsibility_stated", "task", ["responsibility_stated", "release_from"]
    )
    op.create_index(
        "ix_task_responsibility_stated_now", "task", ["responsibility_stated"], **CURRENT
    )
    op.create_index("ix_task_text_complete", "task", ["text_complete", "release_from"])
    op.create_index("ix_task_text_complete_now", "task", ["text_complete"], **CURRENT)
    op.create_index("ix_task_year", "task", ["year", "release_from"])
    op.create_index("ix_task_year_now", "task", ["year"], **CURRENT)


def downgrade() -> None:
    """Drop them all, and their indexes with them."""
    for table in (
        "task",
        "target_reading",
        "target",
        "release",
        "plan",
        "participation",
        "observation",
        "indicator",
        "erratum",
        "document_relation",
        "document",
        "deliverable",
        "body",
        "area",
    ):
        op.drop_table(table)
