"""The clocks of cases, looked at each minute: who is told when one is nearly up or has run out, and who is reminded."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.callbacks.escalation.escalating import AT_ONCE, escalate_cases
from app.callbacks.escalation.reminding import remind_waiting
from app.callbacks.rules.escalation import EscalationRules
from app.kit.slots import last_run

ESCALATE, REMIND = "escalate-cases", "remind-of-cases"
# How far back a first look goes: what ran out before there was any escalation stays the list's matter.
_FIRST_LOOK = timedelta(hours=1)
# How much of the last look each look repeats, so that nothing falls between two of them.
_OVERLAP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Escalating:
    """The steps of both jobs; `full` is what a step returns to be called again."""

    rules: EscalationRules
    full: int

    def tell(self, session: Session, now: datetime) -> int:
        """Tell of clocks that came up since this was last done, however long ago: a run that died is not a done one."""
        before = last_run(session, ESCALATE)
        since = now - _FIRST_LOOK if before is None else before - _OVERLAP
        return self._more(escalate_cases(session, self.rules, since=since, now=now))

    def remind(self, session: Session, now: datetime) -> int:
        """Remind whoever was told on an earlier working day and has not said that they saw it."""
        return self._more(remind_waiting(session, self.rules, now=now, limit=AT_ONCE))

    def _more(self, done: int) -> int:
        return self.full if done >= AT_ONCE else done
