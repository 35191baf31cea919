"""A filter in the address: its days, its unit, its choices, seconds; what is none of these is told beside its field."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.periods import start_of
from app.organisation.places import Place
from app.web.manage.unit_choice import seek_unit

Known = TypeVar("Known", bound=StrEnum)
_YES_NO = {"yes": True, "no": False}


class Query(Protocol):
    """A filter as it was asked for; `problems` are by field, in the reader's words."""

    problems: dict[str, str]

    def value(self, name: str) -> str:
        """Return what stands in the field."""
        ...


@dataclass(slots=True)
class TypedFilter:
    """What was typed, a value a field; `problems` are by field, in the reader's words, and with any nothing is listed.

    `suggestions` are units that a typed name may have meant.
    """

    typed: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    suggestions: Sequence[Place] = ()

    def value(self, name: str) -> str:
        """Return what was typed into a field, or an empty text."""
        return self.typed.get(name, "")

    def changed(self, **values: str) -> dict[str, str]:
        """Return the address's values with changes."""
        return {**self.typed, **values}


def read_typed(
    args: Mapping[str, str], names: Sequence[str], *, longest: int | None = None, problem: str | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what was typed into the fields, and the problem of those that can be nothing that we store."""
    typed = {name: value for name in names if (value := args.get(name, "").strip())}
    # PostgreSQL refuses NUL even in a comparison, and nothing that we store under a key holds control characters.
    longest = longest or max(map(len, typed.values()), default=0)
    kept = {name: value for name, value in typed.items() if value.isprintable() and len(value) <= longest}
    return kept, dict.fromkeys(typed.keys() - kept, problem or gettext("There is no such choice."))


def read_unit(session: Session, query: TypedFilter, scope: Scope) -> uuid.UUID | None:
    """Return the unit in the field `unit`, or None for none and for what is none within the scope."""
    if not query.value("unit"):
        return None
    choice = seek_unit(session, query.value("unit"), scope)
    if choice.unit is None:
        query.problems["unit"] = choice.problem or ""
        query.suggestions = choice.suggestions
        return None
    return choice.unit.id


def read_span(query: Query, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return from when on and until before when: whole days in `zone` of the fields `from` and `to`, `to` included."""
    first, last = read_day(query, "from"), read_day(query, "to")
    if first and last and first > last:
        query.problems["to"] = gettext("The last day comes before the first.")
    return start_of(first, zone) if first else None, start_of(last + timedelta(days=1), zone) if last else None


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


def read_flag(query: Query, name: str) -> bool | None:
    """Return whether the field says `yes` or `no`, or None for neither."""
    typed = query.value(name)
    if typed and typed not in _YES_NO:
        query.problems[name] = gettext("There is no such choice.")
    return _YES_NO.get(typed)
