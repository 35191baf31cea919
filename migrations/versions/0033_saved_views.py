"""Views of figures that somebody saved, and reports sent by the clock.

Revision 0033, after 0032.
"""

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Drop them again."""
