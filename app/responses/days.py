"""Which days are to be counted anew, because an answer of theirs came late, changed or went.

Figures of past days are read from counts that the worker keeps. Whoever changes an answer of a day that may have been
counted says so here, in the same transaction: until the day is counted again, its figures come from the answers.
Answers of today need no mark, for today is never counted ahead.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.kit.ids import new_id
from app.responses.models import ChangedDay

# How long after a day has ended it is counted at the earliest: most forms are finished by then, and need no mark.
SETTLED_AFTER = timedelta(minutes=15)
_SURELY_UNCOUNTED = timedelta(minutes=10)
_BATCH = 1000
# No day of any zone is as short, clocks that are moved on it included.
_WITHIN_TWO_DAYS = timedelta(hours=20)


def mark_days(session: Session, instants: Iterable[datetime]) -> None:
    """Mark the days of these answers, whatever zone they are counted in."""
    marks = choose_marks(instants)
    for start in range(0, len(marks), _BATCH):
        rows = [{"id": new_id(), "answered_at": each} for each in marks[start : start + _BATCH]]
        session.execute(insert(ChangedDay), rows)


def choose_marks(instants: Iterable[datetime]) -> list[datetime]:
    """Return few of these instants, by their quarters of an hour, so that every day of every zone with one has a mark.

    No zone begins its day within a quarter. Between two marks that are less than a day apart at most one day begins, so
    that whatever lies between them shares its day with one of the two: a file of years leaves two marks a day.
    """
    quarters = sorted({quarter_of(instant) for instant in instants})
    marks: list[datetime] = []
    for quarter, following in zip(quarters, [*quarters[1:], None], strict=False):
        if not marks or following is None or following - marks[-1] >= _WITHIN_TWO_DAYS:
            marks.append(quarter)
    return marks


def quarter_of(instant: datetime) -> datetime:
    """Return when the quarter of an hour began that the instant lies in."""
    return instant.replace(minute=instant.minute - instant.minute % 15, second=0, microsecond=0)


def mark_if_past(session: Session, answered_at: datetime, *, now: datetime) -> None:
    """Mark the day of an answer that is changed now, unless it was given just now."""
    if now - answered_at > _SURELY_UNCOUNTED:
        mark_days(session, [answered_at])
