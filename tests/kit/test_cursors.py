"""Where a page of a list goes on: what was written is read, whatever else somebody typed is refused."""

import uuid
from datetime import UTC, datetime

import pytest

from app.kit.cursors import read_cursor, write_cursor
from app.kit.errors import InvalidInputError

ID = uuid.UUID(int=7)


def test_what_was_written_is_read() -> None:
    at = datetime(2026, 3, 4, 6, 42, 1, 5, tzinfo=UTC)
    assert read_cursor(write_cursor(at, ID)) == (at, ID)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "_",
        f"_{ID}",
        f"2026-03-04T06:42:00_{ID}",  # no zone
        f"0001-01-01T00:00:00+14:00_{ID}",  # before the calendar begins
        f"9999-12-31T23:59:59-12:00_{ID}",
        "2026-03-04T06:42:00+00:00_7",
        "2026-03-04T06:42:00+00:00_\0",
        "\ud800",
    ],
)
def test_whatever_else_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInputError):
        read_cursor(typed)
