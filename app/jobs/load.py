"""Once a day: whoever answers for a team hears that the rules open more cases for it than its people can work."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.callbacks.escalation.people import find_responsible
from app.callbacks.rules.escalation import LoadRules
from app.messaging.notices.models import NoticeKind
from app.messaging.notices.telling import tell
from app.organisation.service import get_unit
from app.routing.policy import RoutingPolicy
from app.routing.thresholds import list_pressed

WARN = "warn-of-load"
# The most pressed come first; with more, the rule is wrong and not a team.
MOST = 50


@dataclass(frozen=True, slots=True)
class LoadWarning:
    """The job's step. The team itself is not told: who has more people, or may change the rule, stands above it."""

    rules: LoadRules
    policy: RoutingPolicy

    def warn(self, session: Session, now: datetime) -> int:
        """Tell the next person up of each pressed team, else its owner of last resort; once a day and team."""
        told = 0
        for team in list_pressed(session, self.rules, self.policy, now=now)[:MOST]:
            unit_id = get_unit(session, team.unit_code).id
            for person in find_responsible(session, unit_id, level=1, now=now):
                told += tell(
                    session,
                    user_id=person.user_id,
                    kind=NoticeKind.LOAD_WARNING,
                    subject_id=unit_id,
                    once_key=f"{NoticeKind.LOAD_WARNING} {unit_id} {person.user_id} {now:%Y-%m-%d}",
                    now=now,
                )
        return told
