"""What staff are told, and how they want to be told.

Revision 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column(
            "params", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("once_key", sa.String(), nullable=True),
        sa.Column("for_digest", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('case_opened', 'case_handed_over', 'case_escalated', 'case_reopened', 'case_reminder', 'approval_asked', 'approval_decided', 'load_warning', 'digest', 'sign_in_changed', 'test')",
            name=op.f("ck_notice_kind_known"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'digested', 'failed', 'dropped')", name=op.f("ck_notice_state_known")
        ),
        sa.CheckConstraint("way IN ('email', 'telegram')", name=op.f("ck_notice_way_known")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_notice_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("once_key", name=op.f("uq_notice_once_key")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_created_at", ["created_at"], unique=False)
        batch_op.create_index(
            "ix_notice_for_digest",
            ["user_id", "way", "created_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting' AND for_digest"),
            postgresql_where=sa.text("state = 'waiting' AND for_digest"),
        )
        batch_op.create_index("ix_notice_user_id_created_at", ["user_id", "created_at"], unique=False)

    op.create_table(
        "notice_choice",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ways", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("digest_at", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "digest_at IS NULL OR (digest_at BETWEEN 0 AND 1439)", name=op.f("ck_notice_choice_digest_in_a_day")
        ),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439",
            name=op.f("ck_notice_choice_quiet_in_a_day"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_notice_choice_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notice_choice")),
    )

    op.create_table(
        "staff_chat",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("chat_enc", sa.LargeBinary(), nullable=False),
        sa.Column("chat_index", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_staff_chat_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_staff_chat")),
        sa.UniqueConstraint("chat_index", name=op.f("uq_staff_chat_chat_index")),
    )

    op.create_table(
        "staff_chat_link",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_staff_chat_link_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_staff_chat_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_chat_link_token_hash")),
    )


def downgrade() -> None:
    op.drop_table("staff_chat_link")
    op.drop_table("staff_chat")
    op.drop_table("notice_choice")
    op.drop_table("notice")
