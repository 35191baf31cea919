"""What happened when: events that figures are compared before and after.

Revision 0032, after 0031.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "time_line_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('script', 'staff', 'process', 'product', 'price', 'place', 'campaign', 'outage', 'other')",
            name=op.f("ck_time_line_event_kind_known"),
        ),
        sa.CheckConstraint("length(note) <= 2000", name=op.f("ck_time_line_event_note_length")),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 120", name=op.f("ck_time_line_event_title_length")),
        sa.ForeignKeyConstraint(
            ["added_by_id"],
            ["staff_user.id"],
            name=op.f("fk_time_line_event_added_by_id_staff_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_time_line_event_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_line_event")),
    )
    op.create_index("ix_time_line_event_day", "time_line_event", ["day", "unit_id"])
    op.create_index(op.f("ix_time_line_event_unit_id"), "time_line_event", ["unit_id"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("time_line_event")
