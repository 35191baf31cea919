"""The fields of a filter in the address: a day, seconds, a choice; what is none of these is told beside its field."""

import re
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from flask_babel import gettext

Known = TypeVar("Known", bound=StrEnum)


class Query(Protocol):
    """A filter as it was asked for; `problems` are by field, in the reader's words."""

    problems: dict[str, str]

    def value(self, name: str) -> str:
        """Return what stands in the field."""
        ...


def read_day(query: Query, name: str) -> date | None:
    """Return the day in the field, or None for none and for what is no day."""
    typed = query.value(name)
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = None
    if day is None or not 1970 <= day.year <= 9000:  # further out, its midnight in UTC may not exist
        query.problems[name] = gettext("This is not a day.")
        return None
    return day


def read_seconds(query: Query, name: str) -> tuple[int, int | None] | None:
    """Return the bounds of `30-60`, or of `300-`, which has none above."""
    typed = query.value(name)
    if not typed:
        return None
    found = re.fullmatch(r"(\d{1,6})-(\d{0,6})", typed, re.ASCII)
    if found is None:
        query.problems[name] = gettext("There is no such choice.")
        return None
    return int(found[1]), int(found[2]) if found[2] else None


def read_known(query: Query, name: str, known: type[Known]) -> Known | None:
    """Return the choice in the field, or None for none and for what is not among them."""
    typed = query.value(name)
    found = next((one for one in known if one.value == typed), None)
    if typed and found is None:
        query.problems[name] = gettext("There is no such choice.")
    return found
