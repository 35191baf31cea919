"""The counts of histograms in the index of their key, so that PostgreSQL reads no page of the table for them.

Revision 0035, after 0034. SQLite keeps the rows in their key already.
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_KEY = "subject_id, kind, grain, starts_on, series_id, part, value"


def upgrade() -> None:
    """Put the count into the key's index."""
    _replace(f"PRIMARY KEY ({_KEY}) INCLUDE (n)")


def downgrade() -> None:
    """Take it out again."""
    _replace(f"PRIMARY KEY ({_KEY})")


def _replace(key: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE value_count DROP CONSTRAINT pk_value_count, ADD CONSTRAINT pk_value_count {key}")
