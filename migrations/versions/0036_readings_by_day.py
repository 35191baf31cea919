"""The readings of a day side by side in an index, so that thousands of pages are looked up at once and not one by one.

Revision 0036, after 0035.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_NAME, _COLUMNS = "ix_public_rating_day", ["day", "unit_id", "site", "rating", "count"]


def upgrade() -> None:
    """Make the index; it holds all that a figure asks of a reading."""
    op.create_index(_NAME, "public_rating", _COLUMNS)


def downgrade() -> None:
    """Drop it again."""
    op.drop_index(_NAME, "public_rating")
