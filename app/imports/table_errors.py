"""What makes a file unreadable as a whole."""

from typing import Any, NamedTuple

from app.kit.errors import InvalidInputError


class Place(NamedTuple):
    """A file and, where one is to blame, its line."""

    name: str
    line: int | None = None

    def __str__(self) -> str:
        return self.name if self.line is None else f"{self.name}:{self.line}"


class InvalidTableError(InvalidInputError):
    """A file that cannot be read: `name:line: what is wrong; what to do`. Nothing was changed.

    A finer `code` says which of the things that people often do was done.
    """

    code = "invalid_table"

    def __init__(self, place: Place, reason: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(f"{place}: {reason}", code=code, line=place.line, **details)
        self.reason = reason
