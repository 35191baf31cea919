"""What is given for the trouble.

Revision 0020, after 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "compensation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f("ck_compensation_decided_when")),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'declined', 'withdrawn')", name=op.f("ck_compensation_state_known")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_compensation_amount_positive")),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_compensation_note_length")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["callback_case.id"], name=op.f("fk_compensation_case_id_callback_case"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["staff_user.id"], name=op.f("fk_compensation_decided_by_id_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["staff_user.id"], name=op.f("fk_compensation_proposed_by_id_staff_user")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_compensation_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compensation")),
    )
    with op.batch_alter_table("compensation", schema=None) as batch_op:
        batch_op.create_index("ix_compensation_case_id_proposed_at", ["case_id", "proposed_at"], unique=False)
        batch_op.create_index(
            "ix_compensation_pending",
            ["proposed_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(
            "ix_compensation_unit_totals", ["unit_id", "state", "decided_at", "currency", "amount"], unique=False
        )


def downgrade() -> None:
    op.drop_table("compensation")
