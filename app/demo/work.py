"""What staff of the demo do about a case: steps in their working hours, from the first call to the settlement. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from app.callbacks.deadlines import add_working_hours
from app.callbacks.models import AttemptResult
from app.demo.words import CALL_LATER_NOTES, NOT_SETTLED_NOTES, ON_SITE_NOTES, SETTLED_NOTES
from app.organisation.workdays import WorkingTime


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
    outcome: str
    cause: str
    note: str | None = None


Step = Claim | Attempt | Close
T = TypeVar("T")

_RUNG = (
    ("settled", 0.56),
    ("not_settled", 0.12),
    ("not_reached", 0.12),
    ("wrong_number", 0.05),
    ("refused", 0.06),
    ("duplicate", 0.04),
    ("not_ours", 0.05),
)
_LOOKED_INTO = (
    ("settled_on_site", 0.66),
    ("not_settled", 0.2),
    ("duplicate", 0.04),
    ("not_ours", 0.1),
)
_CAUSES = (
    ("waiting", 5),
    ("employee", 3),
    ("unresolved", 4),
    ("price", 3),
    ("technical", 2),
    ("information", 2),
    ("premises", 1),
    ("other", 1),
)
_NOTES = {
    "settled": SETTLED_NOTES,
    "settled_on_site": ON_SITE_NOTES,
    "not_settled": NOT_SETTLED_NOTES,
}
# One case in so many of the last days lies forgotten, so that there is something overdue.
_FORGOTTEN, _LATELY = 0.14, timedelta(days=9)


def plan_work(
    dice: random.Random, *, opened_at: datetime, has_number: bool, works: WorkingTime, now: datetime
) -> tuple[Step, ...]:
    """Return the steps that staff take; those after `now` are still to come. None for a case that lies forgotten."""
    if now - opened_at < _LATELY and dice.random() < _FORGOTTEN:
        return ()

    def after(start: datetime, low: float, high: float) -> datetime:
        return add_working_hours(start, dice.uniform(low, high), works)

    claimed = after(opened_at, 0.2, 6)
    steps: list[Step] = [Claim(claimed)]
    outcome = _draw(dice, _RUNG if has_number else _LOOKED_INTO)
    cause = _draw(dice, _CAUSES)
    note = dice.choice(_NOTES[outcome]) if outcome in _NOTES and dice.random() < 0.8 else None
    if not has_number:
        return (*steps, Close(after(claimed, 1, 9), outcome, cause, note))
    at = after(claimed, 0.05, 0.6)
    if outcome == "not_reached":
        for _ in range(2):
            again = after(at, 3, 3.2)
            steps.append(Attempt(at, AttemptResult.NO_ANSWER, again))
            at = after(again, 0.05, 0.5)
        steps.append(Attempt(at, AttemptResult.NO_ANSWER))
        return (*steps, Close(after(at, 0.02, 0.2), outcome, cause))
    if outcome == "wrong_number":
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
