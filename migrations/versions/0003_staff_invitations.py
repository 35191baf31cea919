"""Links by which staff choose their first password, or a new one.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name=op.f("ck_staff_invitation_used_or_revoked")),
        sa.ForeignKeyConstraint(
            ["invited_by"],
            ["staff_user.id"],
            name=op.f("fk_staff_invitation_invited_by_staff_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_staff_invitation_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_invitation")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_staff_invitation_secret_hash")),
    )
    op.create_index("ix_staff_invitation_user_id", "staff_invitation", ["user_id"])
    still_open = sa.text("used_at IS NULL AND revoked_at IS NULL")
    op.create_index(
        "uq_staff_invitation_user_id_open",
        "staff_invitation",
        ["user_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def downgrade() -> None:
    op.drop_table("staff_invitation")
