"""Where a page of a list goes on: the instant and the id of its last row, as text for an address."""

import uuid
from datetime import UTC, datetime

from app.kit.errors import InvalidInputError


def write_cursor(at: datetime, row_id: uuid.UUID) -> str:
    """Return the cursor of what comes after the row."""
    return f"{at.isoformat()}_{row_id}"


def read_cursor(cursor: str) -> tuple[datetime, uuid.UUID]:
    """Return the instant (UTC) and the id; raises InvalidInputError for what `write_cursor` did not write."""
    at, _, row_id = cursor.partition("_")
    try:
        # At the ends of the calendar a zone leads out of it: OverflowError.
        moment, found = datetime.fromisoformat(at), uuid.UUID(row_id)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC), found
    except (ValueError, OverflowError):
        pass
    raise InvalidInputError("this page of the list is not known", field="before")
