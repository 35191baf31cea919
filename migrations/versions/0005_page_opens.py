"""How often a code's page was opened, by day.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_open",
        sa.Column("touchpoint_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.CheckConstraint("opens > 0", name=op.f("ck_page_open_opens_counted")),
        sa.ForeignKeyConstraint(
            ["touchpoint_id"], ["touchpoint.id"], name=op.f("fk_page_open_touchpoint_id_touchpoint"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("touchpoint_id", "day", name=op.f("pk_page_open")),
    )


def downgrade() -> None:
    op.drop_table("page_open")
