"""Counts by day that figures are read from, and the days to be counted anew.

Revision 0028, after 0027.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; the worker fills them."""
    op.create_table(
        "changed_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_day")),
    )
    op.create_table(
        "unit_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_move")),
    )
    op.create_table(
        "counted_days",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted_days")),
    )
    op.create_table(
        "counted_series",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("survey_version_id", sa.Uuid(), nullable=False),
        sa.Column("question_key", sa.String(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_version_id"],
            ["survey_version.id"],
            name=op.f("fk_counted_series_survey_version_id_survey_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted_series")),
        sa.UniqueConstraint(
            "survey_version_id", "question_key", name=op.f("uq_counted_series_survey_version_id_question_key")
        ),
    )
    op.create_table(
        "value_count",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('unit', 'topic', 'employee')", name=op.f("ck_value_count_kind_known")),
        sa.CheckConstraint("grain IN ('day', 'month')", name=op.f("ck_value_count_grain_known")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["counted_series.id"], name=op.f("fk_value_count_series_id_counted_series")
        ),
        sa.PrimaryKeyConstraint(
            "subject_id", "kind", "grain", "starts_on", "series_id", "part", "value", name=op.f("pk_value_count")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_value_count_starts_on", "value_count", ["starts_on", "grain"], unique=False)
    op.create_index(
        "ix_survey_response_suspect",
        "survey_response",
        ["answered_at", "unit_id"],
        unique=False,
        sqlite_where=sa.text("suspect"),
        postgresql_where=sa.text("suspect"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_survey_response_suspect", table_name="survey_response")
    op.drop_index("ix_value_count_starts_on", table_name="value_count")
    for table in ("value_count", "counted_series", "counted_days", "unit_move", "changed_day"):
        op.drop_table(table)
