"""Asking whether it is settled, by the clock: a question for what was closed, then the questions that are due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.callbacks.asking_back.asking import ask_due
from app.callbacks.asking_back.planning import plan_questions
from app.callbacks.rules.case_rules import CaseRules
from app.invitations.desk import AskDesk
from app.kit.slots import last_run

ASK_BACK = "ask-whether-settled"
# A first look takes nothing that was closed before there were questions; later ones repeat a little of the one before.
_FIRST_LOOK = timedelta(hours=1)
_OVERLAP = timedelta(minutes=5)
# A worker that stood still for longer leaves what was closed before that alone.
_LONGEST_AWAY = timedelta(days=3)
_FEW = 50


@dataclass(frozen=True, slots=True)
class AskingBackWork:
    """The two steps; `full` is what a step returns when there may be more to do."""

    desk: AskDesk | None
    rules: CaseRules | None
    full: int

    def plan(self, session: Session, now: datetime) -> int:
        """Write the questions for cases closed since this was last done."""
        if self.desk is None or self.rules is None:
            return 0
        before = last_run(session, ASK_BACK)
        since = now - _FIRST_LOOK if before is None else max(before - _OVERLAP, now - _LONGEST_AWAY)
        return plan_questions(session, desk=self.desk, rules=self.rules, since=since, limit=self.full)

    def ask(self, session: Session, now: datetime) -> int:
        """Decide questions that are due, few in one transaction."""
        if self.desk is None or self.rules is None:
            return 0
        done = ask_due(session, desk=self.desk, rules=self.rules, now=now, limit=_FEW)
        return self.full if done == _FEW else done
