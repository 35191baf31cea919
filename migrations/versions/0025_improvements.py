"""Wishes and improvements.

Revision 0025, after 0024.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_BEFORE = "purpose IN ('invitation', 'reminder', 'reply', 'asked_back')"
_NOW = "purpose IN ('invitation', 'reminder', 'reply', 'asked_back', 'improvement')"


def upgrade() -> None:
    _know_purposes(_NOW)
    op.create_index(
        "ix_callback_case_complained",
        "callback_case",
        ["opened_at", "id"],
        sqlite_where=sa.text("complaint IS NOT NULL"),
        postgresql_where=sa.text("complaint IS NOT NULL"),
    )
    op.create_table(
        "wish_watermark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_wish_watermark_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish_watermark")),
    )
    op.create_table(
        "improvement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("done_kk", sa.String(), nullable=True),
        sa.Column("done_ru", sa.String(), nullable=True),
        sa.Column("done_uk", sa.String(), nullable=True),
        sa.Column("done_en", sa.String(), nullable=True),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("telling_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_improvement_done_when")),
        sa.CheckConstraint("telling_since IS NULL OR done_at IS NOT NULL", name=op.f("ck_improvement_told_when_done")),
        sa.CheckConstraint(
            "state IN ('proposed', 'planned', 'in_progress', 'done', 'declined')",
            name=op.f("ck_improvement_state_known"),
        ),
        sa.CheckConstraint("length(description) <= 2000", name=op.f("ck_improvement_description_length")),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 120", name=op.f("ck_improvement_title_length")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["staff_user.id"], name=op.f("fk_improvement_created_by_id_staff_user")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["staff_user.id"], name=op.f("fk_improvement_owner_id_staff_user")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_improvement_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement")),
    )
    with op.batch_alter_table("improvement", schema=None) as batch_op:
        batch_op.create_index("ix_improvement_unit_id_state", ["unit_id", "state"], unique=False)

    op.create_table(
        "wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("found_by", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("improvement_id", sa.Uuid(), nullable=True),
        sa.Column("gathered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gathered_by_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("untold", sa.String(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(state = 'gathered') = (improvement_id IS NOT NULL)", name=op.f("ck_wish_gathered_where")),
        sa.CheckConstraint("state IN ('new', 'gathered', 'dismissed')", name=op.f("ck_wish_state_known")),
        sa.CheckConstraint(
            "untold IS NULL OR untold IN "
            "('anonymous', 'for_a_call', 'no_address', 'no_channel', 'opted_out', 'staff', 'no_words')",
            name=op.f("ck_wish_untold_known"),
        ),
        sa.CheckConstraint("(response_id IS NULL) <> (case_id IS NULL)", name=op.f("ck_wish_one_source")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["callback_case.id"], name=op.f("fk_wish_case_id_callback_case"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["gathered_by_id"], ["staff_user.id"], name=op.f("fk_wish_gathered_by_id_staff_user")),
        sa.ForeignKeyConstraint(
            ["improvement_id"], ["improvement.id"], name=op.f("fk_wish_improvement_id_improvement"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_wish_response_id_survey_response"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_wish_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint("case_id", name=op.f("uq_wish_case_id")),
        sa.UniqueConstraint("response_id", name=op.f("uq_wish_response_id")),
    )
    with op.batch_alter_table("wish", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wish_improvement_id"), ["improvement_id"], unique=False)
        batch_op.create_index(
            "ix_wish_new",
            ["said_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )
        batch_op.create_index("ix_wish_unit_id_state_said_at", ["unit_id", "state", "said_at"], unique=False)


def downgrade() -> None:
    op.drop_table("wish")
    op.drop_table("improvement")
    op.drop_table("wish_watermark")
    op.drop_index("ix_callback_case_complained", "callback_case")
    # What was sent was sent; the version before has no word for it.
    op.execute("DELETE FROM message WHERE purpose = 'improvement'")
    _know_purposes(_BEFORE)


def _know_purposes(rule: str) -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_message_purpose_known"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_message_purpose_known"), rule)
