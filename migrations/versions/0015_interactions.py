"""Interactions, their invitations, and the response that spends a link.

Revision 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "asked_count",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.CheckConstraint("asked >= 0", name=op.f("ck_asked_count_asked_counted")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_asked_count_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit_id", "day", name=op.f("pk_asked_count")),
    )
    op.create_table(
        "interaction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wait_seconds", sa.Integer(), nullable=True),
        sa.Column("handle_seconds", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=True),
        sa.Column("resolved", sa.Boolean(), nullable=True),
        sa.Column("recording_url", sa.String(), nullable=True),
        sa.Column("tags", _JSON, nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(decision = 'skipped') = (reason IS NOT NULL)", name=op.f("ck_interaction_skipped_says_why")
        ),
        sa.CheckConstraint(
            "channel IN ('call', 'visit', 'chat', 'messenger', 'social', 'written', 'video', 'app', 'field')",
            name=op.f("ck_interaction_channel_known"),
        ),
        sa.CheckConstraint("decision IN ('invited', 'skipped')", name=op.f("ck_interaction_decision_known")),
        sa.CheckConstraint("delivery IN ('auto', 'self')", name=op.f("ck_interaction_delivery_known")),
        sa.CheckConstraint(
            "reason IS NULL OR reason IN ('no_address', 'no_channel', 'opted_out', 'staff', 'asked_lately', 'topic_excluded', 'queue_excluded', 'not_sampled', 'country_not_allowed', 'quiet_hours', 'daily_cap', 'budget', 'paused', 'too_old', 'same_contact', 'unanswered', 'history', 'switched_off')",
            name=op.f("ck_interaction_reason_known"),
        ),
        sa.CheckConstraint("handle_seconds >= 0", name=op.f("ck_interaction_handle_counted")),
        sa.CheckConstraint("wait_seconds >= 0", name=op.f("ck_interaction_wait_counted")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_interaction_contact_id_contact")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_interaction_employee_id_employee")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_interaction_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_interaction_source_external_id")),
    )
    op.create_index("ix_interaction_contact_id_ended_at", "interaction", ["contact_id", "ended_at"], unique=False)
    op.create_index("ix_interaction_decided_at", "interaction", ["decided_at", "decision", "reason"], unique=False)
    op.create_index("ix_interaction_employee_id_ended_at", "interaction", ["employee_id", "ended_at"], unique=False)
    op.create_index("ix_interaction_ended_at", "interaction", ["ended_at", "id"], unique=False)
    op.create_index("ix_interaction_unit_id_ended_at", "interaction", ["unit_id", "ended_at"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("survey_key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("scanned", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("send_at <= answer_by", name=op.f("ck_invitation_answered_after_sent")),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["interaction.id"],
            name=op.f("fk_invitation_interaction_id_interaction"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("interaction_id", name=op.f("uq_invitation_interaction_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index("ix_invitation_answer_by", "invitation", ["answer_by"], unique=False)

    with op.batch_alter_table("survey_response", schema=None) as batch_op:
        batch_op.add_column(sa.Column("interaction_id", sa.Uuid(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_survey_response_interaction_id"), ["interaction_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_survey_response_interaction_id_interaction"), "interaction", ["interaction_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("survey_response") as batch:
        batch.drop_constraint(batch.f("fk_survey_response_interaction_id_interaction"), type_="foreignkey")
        batch.drop_constraint(batch.f("uq_survey_response_interaction_id"), type_="unique")
        batch.drop_column("interaction_id")
    op.drop_table("invitation")
    op.drop_table("interaction")
    op.drop_table("asked_count")
