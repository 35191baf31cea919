"""Lanes in the outbox, so that what is slow in one never holds up another.

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("lane", sa.String(), server_default="events", nullable=False))
    op.execute(sa.text("UPDATE outbox SET lane = 'long' WHERE kind = 'posters.wanted' AND state = 'waiting'"))
    op.create_index(
        "ix_outbox_waiting_lane",
        "outbox",
        ["lane", "due_at", "id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.drop_index("ix_outbox_waiting", table_name="outbox")


def downgrade() -> None:
    op.create_index("ix_outbox_waiting", "outbox", ["due_at", "id"], sqlite_where=_WAITING, postgresql_where=_WAITING)
    op.drop_index("ix_outbox_waiting_lane", table_name="outbox")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("lane")
