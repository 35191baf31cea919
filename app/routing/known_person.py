"""Whom an answer to a link came from, as far as we knew before: by what the person is reached."""

import uuid
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.invitations.models import Interaction
from app.responses.models import SurveyResponse
from app.responses.service import About


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """The contact of the interaction that was rated; no address is told, only that there is one."""

    contact_id: uuid.UUID
    has_number: bool
    has_telegram: bool


def find_person(session: Session, response: SurveyResponse) -> KnownPerson | None:
    """Return whom we know to have answered, or None where nobody is known."""
    if response.interaction_id is None:
        return None
    row = session.execute(
        select(Contact.id, Contact.phone_enc.is_not(None), Contact.telegram_enc.is_not(None))
        .join(Interaction, Interaction.contact_id == Contact.id)
        .where(Interaction.id == response.interaction_id)
    ).one_or_none()
    return KnownPerson(row[0], bool(row[1]), bool(row[2])) if row else None


def only_if_rung(session: Session, about: About) -> About:
    """Return the same without its contact unless there is a number: an e-mail or a chat cannot be rung."""
    if about.contact_id is None:
        return about
    has_number = session.scalar(select(Contact.phone_enc.is_not(None)).where(Contact.id == about.contact_id))
    return about if has_number else replace(about, contact_id=None)
