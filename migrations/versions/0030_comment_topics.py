"""What comments are about, and how far they have been sorted.

Revision 0030, after 0029.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_COUNTED = ("topic", "survey_version_id", "rating", "first", "response_id")
_WRITTEN = sa.text("comment IS NOT NULL")
_SAID = sa.text("comment IS NOT NULL OR finished_at IS NOT NULL")


def upgrade() -> None:
    """Make the tables; the worker sorts what is there."""
    # The wider index serves those who look for comments alone as well: one to keep instead of two.
    op.create_index(
        "ix_survey_response_said",
        "survey_response",
        ["touched_at", "id"],
        sqlite_where=_SAID,
        postgresql_where=_SAID,
    )
    op.drop_index("ix_survey_response_commented", "survey_response")
    op.create_table(
        "topic_watermark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_topic_watermark_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_watermark")),
    )
    op.create_table(
        "response_topic",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("survey_version_id", sa.Uuid(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.CheckConstraint("source IN ('chip', 'rule', 'none')", name=op.f("ck_response_topic_source_known")),
        sa.CheckConstraint("(topic = '') = (source = 'none')", name=op.f("ck_response_topic_none_without_topic")),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_response_topic_response_id_survey_response"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["survey_version_id"],
            ["survey_version.id"],
            name=op.f("fk_response_topic_survey_version_id_survey_version"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_response_topic_unit_id_unit")),
        sa.PrimaryKeyConstraint("response_id", "topic", name=op.f("pk_response_topic")),
    )
    op.create_index("ix_response_topic_unit", "response_topic", ["unit_id", "answered_at", *_COUNTED])
    op.create_index("ix_response_topic_answered", "response_topic", ["answered_at", *_COUNTED])
    op.create_index("ix_response_topic_topic", "response_topic", ["topic", "answered_at", "response_id", "unit_id"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("response_topic")
    op.drop_table("topic_watermark")
    op.create_index(
        "ix_survey_response_commented",
        "survey_response",
        ["touched_at", "id"],
        sqlite_where=_WRITTEN,
        postgresql_where=_WRITTEN,
    )
    op.drop_index("ix_survey_response_said", "survey_response")
