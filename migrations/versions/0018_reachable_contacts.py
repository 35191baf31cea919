"""Contacts with an address, by when they were last used: the purge finds the few that it forgets among millions.

Revision 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_REACHABLE = (
    "(phone_index IS NOT NULL OR email_index IS NOT NULL OR telegram_index IS NOT NULL OR viber_index IS NOT NULL)"
)


def upgrade() -> None:
    op.create_index(
        "ix_contact_updated_at_reachable",
        "contact",
        ["updated_at"],
        sqlite_where=sa.text(_REACHABLE),
        postgresql_where=sa.text(_REACHABLE),
    )


def downgrade() -> None:
    op.drop_index("ix_contact_updated_at_reachable", "contact")
