"""A question for each case that was closed: when it is due, by the delivery policy and the person's own night."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.callbacks.asking_back.links import token_hash
from app.callbacks.asking_back.models import AskedBack
from app.callbacks.models import CallbackCase
from app.callbacks.rules.case_rules import CaseRules
from app.contacts.models import Contact
from app.invitations.desk import AskDesk
from app.invitations.models import Interaction
from app.invitations.places import Place, find_places_by_id
from app.invitations.policy import quiet_until
from app.invitations.reach import reach_of
from app.kit.db import upsert
from app.kit.ids import new_id
from app.responses.models import SurveyResponse


@dataclass(frozen=True, slots=True)
class _Closed:
    """A closed case that nobody was asked about yet, in this round."""

    case_id: uuid.UUID
    unit_id: uuid.UUID
    contact_id: uuid.UUID | None
    closed_at: datetime
    round: int
    demo: bool


def plan_questions(session: Session, *, desk: AskDesk, rules: CaseRules, since: datetime, limit: int = 1000) -> int:
    """Write a question for up to `limit` cases closed from `since` on whose outcome asks for one; return how many.

    Once for each closing: the unique index of case and round decides if two do it at once. The person is the case's,
    or whoever the call or visit was with.
    """
    found = _find_closed(session, rules, since, limit)
    if not found:
        return 0
    places = find_places_by_id(session, {each.unit_id for each in found})
    ids = {each.contact_id for each in found}
    people = {contact.id: contact for contact in session.scalars(select(Contact).where(Contact.id.in_(ids)))}
    rows = [_plan(each, people.get(each.contact_id), places[each.unit_id], desk, rules) for each in found]  # type: ignore[arg-type]
    statement = upsert(session, AskedBack).on_conflict_do_nothing(index_elements=["case_id", "round"])
    session.execute(statement, rows)
    return len(found)


def _find_closed(session: Session, rules: CaseRules, since: datetime, limit: int) -> Sequence[_Closed]:
    asking = [outcome.key for outcome in rules.outcomes if outcome.ask_back]
    asked = exists().where(AskedBack.case_id == CallbackCase.id, AskedBack.round == CallbackCase.reopenings)
    query = (
        select(
            CallbackCase.id,
            CallbackCase.unit_id,
            func.coalesce(CallbackCase.contact_id, Interaction.contact_id),
            CallbackCase.closed_at,
            CallbackCase.reopenings,
            CallbackCase.demo,
        )
        .outerjoin(SurveyResponse, SurveyResponse.id == CallbackCase.response_id)
        .outerjoin(
            Interaction,
            Interaction.id == func.coalesce(CallbackCase.interaction_id, SurveyResponse.interaction_id),
        )
        .where(CallbackCase.closed_at >= since, CallbackCase.outcome.in_(asking), ~asked)
        .order_by(CallbackCase.closed_at, CallbackCase.id)
        .limit(limit)
    )
    return [_Closed(*row) for row in session.execute(query)]  # type: ignore[arg-type]


def _plan(closed: _Closed, contact: Contact | None, place: Place, desk: AskDesk, rules: CaseRules) -> dict[str, object]:
    delivery = desk.policy.rules_at(place.path)
    reach = reach_of(desk.vault, contact, carried=desk.channels, rules=delivery, unit_zone=place.zone)
    wished = closed.closed_at + timedelta(hours=rules.asking_back.after_hours)
    ask_at = quiet_until(wished, reach.zone, delivery.quiet_hours) or wished
    question_id = new_id()
    return {
        "id": question_id,
        "case_id": closed.case_id,
        "round": closed.round,
        "contact_id": closed.contact_id,
        "token_hash": token_hash(desk.vault, question_id),
        "closed_at": closed.closed_at,
        "ask_at": ask_at,
        "answer_by": ask_at + timedelta(days=rules.asking_back.answer_by_days),
        "demo": closed.demo,
    }
