"""Complaints that came without a rating: told by another system, or written down by somebody of the staff."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.permissions import Actor, Permission
from app.accounts.scope import EVERYTHING
from app.callbacks import opening
from app.callbacks.models import CallWindow
from app.callbacks.states import CaseReason
from app.contacts import service as contacts
from app.contacts.models import Contact
from app.contacts.suppression import find_suppression
from app.invitations.models import Interaction
from app.kit.crypto import digest
from app.kit.errors import InvalidInputError
from app.kit.i18n import Language, read_language
from app.kit.idempotency import KeptAnswer, find_answer, keep_answer
from app.kit.phones import normalise_phone
from app.organisation.models import Unit
from app.organisation.service import find_unit, working_time
from app.routing.desk import Desk
from app.surveys.answers import read_text
from app.touchpoints.models import Channel


class UnknownInteractionError(InvalidInputError):
    """No interaction was told under this source and external id."""

    code = "unknown_interaction"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A matter to settle that came without a rating; with a phone somebody rings, without one it is looked into.

    `unit` is a code. `source` and `external_id` name the call, visit or chat it is about, which says the channel, the
    language and whom to ring where the complaint does not.
    """

    unit: str
    text: str
    phone: str | None = None
    topic: str | None = None
    call_window: CallWindow | None = None
    language: Language | None = None
    channel: Channel | None = None
    source: str | None = None
    external_id: str | None = None


def write_down_complaint(
    session: Session, desk: Desk, complaint: Complaint, *, actor: Actor, form_key: str, now: datetime
) -> uuid.UUID:
    """Return the id of the case that this very form opened: two taps on its button arrive as two requests.

    `form_key` is what makes a form one; with other words in it, it is another complaint; without a key, too.
    Raises as `open_complaint`.
    """
    if not form_key:
        return open_complaint(session, desk, complaint, actor=actor, now=now)
    said = digest(repr((form_key, complaint)))
    key = f"complaint {said.hex()}"
    found = find_answer(session, actor.user_id, key, said)
    if found is not None:
        return uuid.UUID(found.body)
    with session.begin_nested() as opened:
        case_id = open_complaint(session, desk, complaint, actor=actor, now=now)
        if keep_answer(session, actor.user_id, key, said, KeptAnswer(201, str(case_id)), now=now):
            return case_id
        opened.rollback()  # the other tap was faster, and what it wrote is committed by now
    found = find_answer(session, actor.user_id, key, said)
    if found is None:
        raise LookupError("an answer that was kept is gone")
    return uuid.UUID(found.body)


def open_complaint(
    session: Session, desk: Desk, complaint: Complaint, *, actor: Actor | None = None, now: datetime
) -> uuid.UUID:
    """Return the id of the new case, which keeps the words of the complaint.

    Its clocks are those of a call that somebody asked for, or of its channel. Nobody is asked for consent: the person
    is a customer of the company and told it so. `actor` is who writes it down by hand, at a unit whose cases they work;
    another system has none. Raises InvalidInputError with the field, UnknownInteractionError, NotPermittedError.
    """
    scope = actor.scope(Permission.WORK_CASES) if actor else EVERYTHING
    unit = find_unit(session, complaint.unit, scope)
    if unit is None:
        raise InvalidInputError(f"no unit {complaint.unit[:40]!r}", field="unit", code="unknown_unit")
    words = read_text(complaint.text, "text")
    if words is None:
        raise InvalidInputError("say what it is about", field="text", code="missing")
    topic = read_text(complaint.topic, "topic") if complaint.topic else None
    if topic is not None:
        words = read_text(f"{topic}\n{words}", "text")
    told = _find_interaction(session, complaint)
    if told is not None and actor is not None:
        _check_within(session, told, actor)
    contact_id = _find_contact(session, desk, complaint, told, demo=unit.demo, now=now)
    language = complaint.language or (read_language(told.language) if told is not None and told.language else None)
    return opening.open_case(
        session,
        unit_id=unit.id,
        response_id=None,
        reason=CaseReason.COMPLAINT,
        deadline=desk.policy.requested_deadline(),
        rules=desk.case_rules,
        working_time=working_time(session, unit.id),
        channel=complaint.channel or (told.channel if told is not None else None),
        interaction_id=told.id if told is not None else None,
        contact_id=contact_id,
        call_window=complaint.call_window if contact_id else None,
        complaint=words,
        language=language,
        opened_by_id=actor.user_id if actor else None,
        now=now,
        demo=unit.demo,
    )


def _find_interaction(session: Session, complaint: Complaint) -> Interaction | None:
    if complaint.source is None and complaint.external_id is None:
        return None
    if not complaint.source or not complaint.external_id:
        missing = "external_id" if complaint.source else "source"
        raise InvalidInputError("name both source and external_id, or neither", field=missing, code="missing")
    found = session.scalars(
        select(Interaction).where(
            Interaction.source == " ".join(complaint.source.split()),
            Interaction.external_id == " ".join(complaint.external_id.split()),
        )
    ).one_or_none()
    if found is None:
        raise UnknownInteractionError("no interaction was told under this source and external_id", field="external_id")
    return found


def _check_within(session: Session, told: Interaction, actor: Actor) -> None:
    """Let nobody learn by a complaint of an interaction that lies beyond what they work."""
    within = actor.scope(Permission.WORK_CASES).where(Unit.id)
    if session.scalar(select(Unit.id).where(Unit.id == told.unit_id, within)) is None:
        raise UnknownInteractionError("no interaction was told under this source and external_id", field="external_id")


def _find_contact(
    session: Session, desk: Desk, complaint: Complaint, told: Interaction | None, *, demo: bool, now: datetime
) -> uuid.UUID | None:
    """Return whom to ring: the number given, else that of the interaction unless its person said stop."""
    if complaint.phone is not None and complaint.phone.strip():
        try:
            number = normalise_phone(complaint.phone, desk.phone_region)
        except InvalidInputError as error:
            error.field = "phone"
            raise
        return contacts.find_or_add_contact(
            session, desk.vault, phone=number, language=complaint.language, now=now, demo=demo
        ).id
    contact = session.get(Contact, told.contact_id) if told is not None and told.contact_id else None
    if contact is None or contact.phone_enc is None or find_suppression(session, desk.vault, contact) is not None:
        return None
    return contact.id
