"""Which clocks of a case have come up, which of them is told, and when somebody is reminded; pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.callbacks.escalation.models import EscalationRule
from app.organisation.workdays import WorkingTime

# The gravest first: of clocks that came up together, one is told.
LATE = (EscalationRule.SETTLE_LATE, EscalationRule.PROMISE_LATE, EscalationRule.FIRST_ATTEMPT_LATE)
SOON = (EscalationRule.FIRST_ATTEMPT_SOON, EscalationRule.SETTLE_SOON)
# A unit that works once a week is reminded once a week; longer than the longest holidays nobody is left alone.
_LONGEST = 14


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of an open case as it stands."""

    first_attempt_warn_at: datetime | None
    first_attempt_due_at: datetime | None
    first_attempt_at: datetime | None
    settle_warn_at: datetime | None
    settle_due_at: datetime
    promise_due_at: datetime | None


def rules_up(clocks: Clocks, *, since: datetime, now: datetime) -> set[EscalationRule]:
    """Return the rules whose time came after `since` and until `now`.

    A first attempt that was made is neither soon nor late any more, whatever was agreed after it; and what is late is
    not soon.
    """

    def came(moment: datetime | None) -> bool:
        return moment is not None and since < moment <= now

    found = set()
    if clocks.first_attempt_at is None and clocks.first_attempt_due_at is not None:
        if clocks.first_attempt_due_at > now and came(clocks.first_attempt_warn_at):
            found.add(EscalationRule.FIRST_ATTEMPT_SOON)
        if came(clocks.first_attempt_due_at):
            found.add(EscalationRule.FIRST_ATTEMPT_LATE)
    if clocks.settle_due_at > now and came(clocks.settle_warn_at):
        found.add(EscalationRule.SETTLE_SOON)
    if came(clocks.settle_due_at):
        found.add(EscalationRule.SETTLE_LATE)
    if came(clocks.promise_due_at):
        found.add(EscalationRule.PROMISE_LATE)
    return found


def choose_told(up: Collection[EscalationRule]) -> set[EscalationRule]:
    """Return what of it is told: one that is soon, to whoever works the case, and one that is late, to the next up.

    After a worker stood still for a day, several clocks of a case have come up at once; it must not rain messages.
    """
    return {rule for group in (LATE, SOON) for rule in [each for each in group if each in up][:1]}


def next_reminder(after: datetime, remind_at: str, when: WorkingTime) -> datetime:
    """Return the next working day's `remind_at` (`09:30`) by the unit's clock, later than the aware instant."""
    clock = time.fromisoformat(remind_at)
    local = after.astimezone(when.time_zone)
    days = [local.date() + timedelta(days=ahead) for ahead in range(1, _LONGEST + 1)]
    day = next((day for day in days if when.spans_on(day)), days[-1])
    return datetime.combine(day, clock, tzinfo=when.time_zone)
