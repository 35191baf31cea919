"""What follows when an interaction is told: kept once, decided on, and whoever is to be asked invited."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.invitations.drafts import InteractionConflictError
from app.invitations.links import get_live
from app.invitations.models import Decision, Delivery, Interaction, Invitation
from app.invitations.service import accept_interaction
from app.kit.outbox import OutboxRow
from app.messaging.models import Message, MessagePurpose
from tests.conftest import NOW
from tests.invitations.calls import ask_desk, call, make_place

PHONE = "+77011234567"


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_call_is_kept_and_its_caller_invited_five_minutes_later(session: Session) -> None:
    unit = make_place(session)
    result = accept_interaction(session, ask_desk(), call(), now=NOW)
    assert (result.decision, result.reason, result.repeated, result.token) == (Decision.INVITED, None, False, None)
    invitation = session.scalars(select(Invitation)).one()
    message = session.scalars(select(Message)).one()
    row = session.scalars(select(OutboxRow).where(OutboxRow.kind == "message.send")).one()
    assert (invitation.survey_key, invitation.language) == ("call-follow-up", "ru")
    assert invitation.send_at == NOW + timedelta(minutes=4)
    assert invitation.answer_by == invitation.send_at + timedelta(days=7)
    assert (message.channel, message.purpose, message.unit_id) == ("sms", MessagePurpose.INVITATION, unit)
    assert (message.due_at, message.send_by) == (invitation.send_at, invitation.send_by)
    assert (row.lane, row.due_at, row.payload) == ("sms", message.due_at, {"message_id": str(message.id)})


def test_the_repeat_answers_the_same_and_another_body_is_a_conflict(session: Session) -> None:
    make_place(session)
    first = accept_interaction(session, ask_desk(), call(), now=NOW)
    again = accept_interaction(session, ask_desk(), call(), now=NOW + timedelta(hours=1))
    assert again == replace(first, repeated=True)
    with pytest.raises(InteractionConflictError):
        accept_interaction(session, ask_desk(), call(topic="Roaming"), now=NOW)
    assert (count(session, Interaction), count(session, Message)) == (1, 1)


def test_a_link_to_be_shown_is_told_and_told_again_and_nothing_is_sent(session: Session, vault) -> None:
    make_place(session)
    draft = call(phone=None, delivery=Delivery.SELF)
    first = accept_interaction(session, ask_desk(), draft, now=NOW)
    assert first.token is not None
    assert get_live(session, first.token, now=NOW).interaction_id == first.interaction_id
    assert accept_interaction(session, ask_desk(), draft, now=NOW).token == first.token
    assert count(session, Message) == 0
