"""Responses taken in from files: which file, so that it is recognised again.

Revision 0029, after 0028.
"""

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Drop them again."""
