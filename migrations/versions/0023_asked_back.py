"""The question after a case.

Revision 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


_BEFORE = "purpose IN ('invitation', 'reminder', 'reply')"
_NOW = "purpose IN ('invitation', 'reminder', 'reply', 'asked_back')"


def upgrade() -> None:
    _know_purposes(_NOW)
    op.create_table(
        "asked_back",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("skipped", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("via", sa.String(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(settled IS NULL) = (answered_at IS NULL)", name=op.f("ck_asked_back_answer_is_whole")),
        sa.CheckConstraint("rating IS NULL OR (rating BETWEEN 1 AND 5)", name=op.f("ck_asked_back_rating_in_range")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["callback_case.id"], name=op.f("fk_asked_back_case_id_callback_case"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_asked_back_contact_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_back")),
        sa.UniqueConstraint("case_id", "round", name=op.f("uq_asked_back_case_id_round")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_asked_back_token_hash")),
    )
    with op.batch_alter_table("asked_back", schema=None) as batch_op:
        batch_op.create_index("ix_asked_back_contact_id_asked_at", ["contact_id", "asked_at"], unique=False)
        batch_op.create_index(
            "ix_asked_back_waiting",
            ["ask_at", "id"],
            unique=False,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
    op.create_index("ix_callback_case_opened_at", "callback_case", ["opened_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_callback_case_opened_at", "callback_case")
    op.drop_table("asked_back")
    # What was sent was sent; the version before has no word for it.
    op.execute("DELETE FROM message WHERE purpose = 'asked_back'")
    _know_purposes(_BEFORE)


def _know_purposes(rule: str) -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_message_purpose_known"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_message_purpose_known"), rule)
