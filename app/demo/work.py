"""What staff of the demo do about a case: steps in their working hours, from the first call to the settlement. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.callbacks.deadlines import add_working_hours
from app.callbacks.models import AttemptResult, Cause, Outcome
from app.demo.words import CALL_LATER_NOTES, NOT_SETTLED_NOTES, ON_SITE_NOTES, SETTLED_NOTES
from app.organisation.hours import WeekHours


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody takes the case."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody rings."""

    at: datetime
    result: AttemptResult
    next_at: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """The matter is over."""

    at: datetime
    outcome: Outcome
    cause: Cause
    note: str | None = None


Step = Claim | Attempt | Close
T = TypeVar("T")

_RUNG = (
    (Outcome.SETTLED, 0.56),
    (Outcome.NOT_SETTLED, 0.12),
    (Outcome.NOT_REACHED, 0.12),
    (Outcome.WRONG_NUMBER, 0.05),
    (Outcome.REFUSED, 0.06),
    (Outcome.DUPLICATE, 0.04),
    (Outcome.NOT_OURS, 0.05),
)
_LOOKED_INTO = (
    (Outcome.SETTLED_ON_SITE, 0.66),
    (Outcome.NOT_SETTLED, 0.2),
    (Outcome.DUPLICATE, 0.04),
    (Outcome.NOT_OURS, 0.1),
)
_CAUSES = (
    (Cause.WAITING, 5),
    (Cause.EMPLOYEE, 3),
    (Cause.UNRESOLVED, 4),
    (Cause.PRICE, 3),
    (Cause.TECHNICAL, 2),
    (Cause.INFORMATION, 2),
    (Cause.PREMISES, 1),
    (Cause.OTHER, 1),
)
_NOTES = {
    Outcome.SETTLED: SETTLED_NOTES,
    Outcome.SETTLED_ON_SITE: ON_SITE_NOTES,
    Outcome.NOT_SETTLED: NOT_SETTLED_NOTES,
}
# One case in so many of the last days lies forgotten, so that there is something overdue.
_FORGOTTEN, _LATELY = 0.14, timedelta(days=9)


def plan_work(
    dice: random.Random, *, opened_at: datetime, has_number: bool, hours: WeekHours, zone: ZoneInfo, now: datetime
) -> tuple[Step, ...]:
    """Return the steps that staff take; those after `now` are still to come. None for a case that lies forgotten."""
    if now - opened_at < _LATELY and dice.random() < _FORGOTTEN:
        return ()

    def after(start: datetime, low: float, high: float) -> datetime:
        return add_working_hours(start, dice.uniform(low, high), hours, zone)

    claimed = after(opened_at, 0.2, 6)
    steps: list[Step] = [Claim(claimed)]
    outcome = _draw(dice, _RUNG if has_number else _LOOKED_INTO)
    cause = _draw(dice, _CAUSES)
    note = dice.choice(_NOTES[outcome]) if outcome in _NOTES and dice.random() < 0.8 else None
    if not has_number:
        return (*steps, Close(after(claimed, 1, 9), outcome, cause, note))
    at = after(claimed, 0.05, 0.6)
    if outcome is Outcome.NOT_REACHED:
        for _ in range(2):
            again = after(at, 3, 3.2)
            steps.append(Attempt(at, AttemptResult.NO_ANSWER, again))
            at = after(again, 0.05, 0.5)
        steps.append(Attempt(at, AttemptResult.NO_ANSWER))
        return (*steps, Close(after(at, 0.02, 0.2), outcome, cause))
    if outcome is Outcome.WRONG_NUMBER:
        return (*steps, Attempt(at, AttemptResult.WRONG_NUMBER), Close(after(at, 0.02, 0.1), outcome, cause))
    draw = dice.random()
    if draw < 0.2:
        again = after(at, 3, 3.2)
        steps.append(Attempt(at, AttemptResult.NO_ANSWER, again))
        at = after(again, 0.05, 0.5)
    elif draw < 0.3:
        again = after(at, 6, 12)
        steps.append(Attempt(at, AttemptResult.CALL_LATER, again, dice.choice(CALL_LATER_NOTES)))
        at = after(again, 0.02, 0.3)
    steps.append(Attempt(at, AttemptResult.REACHED))
    return (*steps, Close(after(at, 0.1, 10), outcome, cause, note))


def _draw(dice: random.Random, weighted: Sequence[tuple[T, float]]) -> T:
    return dice.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]
