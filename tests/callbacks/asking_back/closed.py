"""A closed case and the question that follows it: what tests of asking back start from."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.asking_back.asking import ask_due
from app.callbacks.asking_back.links import Question, get_question_by_id
from app.callbacks.asking_back.models import AskedBack
from app.callbacks.asking_back.planning import plan_questions
from app.callbacks.closing import close_case
from app.callbacks.models import CallbackCase, CaseEvent, EventKind
from app.callbacks.rules.case_rules import CaseRules
from app.contacts.models import Contact
from app.invitations.desk import AskDesk
from app.kit.crypto import Vault
from app.messaging.models import Message, MessagePurpose, MessageState
from app.organisation.models import Unit
from tests.callbacks.factories import RULES, acting, make_case, make_contact, make_office, make_response, make_user
from tests.invitations.calls import ask_desk

DAY = timedelta(hours=24)


def rules(**changes: Any) -> CaseRules:
    """The shipped rules with another way of asking."""
    return RULES.model_copy(update={"asking_back": RULES.asking_back.model_copy(update=changes)})


@dataclass
class Closed:
    """A case that was closed at `closed_at` as settled by phone."""

    session: Session
    case_id: uuid.UUID
    user_id: uuid.UUID
    unit: Unit
    contact: Contact | None
    closed_at: datetime
    desk: AskDesk

    def case(self) -> CallbackCase:
        """The case as it stands."""
        return self.session.get_one(CallbackCase, self.case_id, populate_existing=True)

    def close(self, *, outcome: str = "settled", now: datetime) -> None:
        """Close it, once more."""
        actor = acting(self.user_id)
        close_case(self.session, self.case_id, actor=actor, rules=RULES, outcome=outcome, cause="waiting", now=now)
        self.session.flush()

    def ask(self, *, now: datetime | None = None, by: CaseRules = RULES, desk: AskDesk | None = None) -> AskedBack:
        """Let the job run right after closing and when the question is due, and return what became of it."""
        desk = desk or self.desk
        plan_questions(self.session, desk=desk, rules=by, since=self.closed_at - DAY)
        ask_due(self.session, desk=desk, rules=by, now=now or self.closed_at + DAY)
        return self.question()

    def question(self) -> AskedBack:
        """The latest question about the case."""
        query = select(AskedBack).where(AskedBack.case_id == self.case_id).order_by(AskedBack.round.desc())
        found = self.session.scalars(query.execution_options(populate_existing=True)).first()
        assert found is not None
        return found

    def live(self, now: datetime) -> Question:
        """What its link opens."""
        return get_question_by_id(self.session, self.question().id, now=now)

    def message(self) -> Message:
        """The only question that was queued."""
        return self.session.scalars(select(Message).where(Message.purpose == MessagePurpose.ASKED_BACK)).one()

    def hand_over(self, at: datetime) -> None:
        """Let the gateway take what waits."""
        for message in self.session.scalars(select(Message).where(Message.state == MessageState.WAITING)):
            message.state, message.handed_over_at = MessageState.HANDED_OVER, at
        self.session.flush()

    def events(self, kind: EventKind) -> list[CaseEvent]:
        """What its timeline says of the kind."""
        query = select(CaseEvent).where(CaseEvent.case_id == self.case_id, CaseEvent.kind == kind)
        return list(self.session.scalars(query.order_by(CaseEvent.at, CaseEvent.id)))


def make_closed(
    session: Session,
    vault: Vault,
    *,
    now: datetime,
    outcome: str = "settled",
    unit: Unit | None = None,
    contact: Contact | None = None,
    with_contact: bool = True,
) -> Closed:
    """Return a low rating whose case was closed at `now`."""
    unit = unit or make_office(session, now=now)
    response = make_response(session, unit.id, rating=2, now=now - DAY)
    person = (contact or make_contact(session, vault, now=now - DAY)) if with_contact else None
    case = make_case(session, unit.id, contact=person, response=response, now=now - DAY)
    user = make_user(session, f"Dana{str(case.id)[-6:]}", now=now)
    closed = Closed(session, case.id, user.id, unit, person, now, ask_desk(vault=vault))
    closed.close(outcome=outcome, now=now)
    return closed
