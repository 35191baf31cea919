"""Made-up calls that we asked about: an interaction, its invitation and the person, where tests of follow-ups start."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.contacts.service import find_or_add_contact
from app.invitations.links import LiveInvitation, get_live_by_id, invitation_token, token_hash
from app.invitations.models import Decision, Interaction, Invitation
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.surveys.service import store_version
from tests.respondents import SURVEYS

CALL = SURVEYS.current("call-follow-up")
PHONE = "+77011234567"
_NUMBERS = count(1)


@dataclass(frozen=True)
class AskedCall:
    """A finished call that somebody was invited to rate."""

    invitation: LiveInvitation
    token: str
    contact: Contact | None


def make_asked_call(
    session: Session,
    vault: Vault,
    unit_id: uuid.UUID,
    *,
    now: datetime,
    phone: str | None = PHONE,
    telegram: str | None = None,
    employee_id: uuid.UUID | None = None,
    language: Language = Language.RU,
    ended_at: datetime | None = None,
) -> AskedCall:
    """Return a call that ended five minutes ago, with an invitation that is good for a week."""
    contact = None
    if phone or telegram:
        contact = find_or_add_contact(session, vault, phone=phone, telegram=telegram, language=language, now=now)
    interaction = Interaction(
        id=new_id(),
        source="pbx",
        external_id=f"call-{next(_NUMBERS)}",
        body_hash=bytes(32),
        channel="call",
        unit_id=unit_id,
        employee_id=employee_id,
        contact_id=contact.id if contact else None,
        ended_at=ended_at or now - timedelta(minutes=5),
        wait_seconds=42,
        handle_seconds=180,
        topic="Internet",
        recording_url="https://pbx.example/records/1",
        tags=[],
        decision=Decision.INVITED,
        decided_at=now,
    )
    session.add(interaction)
    session.flush()
    invitation_id = new_id()
    session.add(
        Invitation(
            id=invitation_id,
            interaction_id=interaction.id,
            token_hash=token_hash(vault, invitation_id),
            survey_key=CALL.key,
            language=language,
            created_at=now,
            send_at=now,
            send_by=now + timedelta(hours=24),
            answer_by=now + timedelta(days=7),
        )
    )
    session.flush()
    store_version(session, CALL, now=now)
    return AskedCall(get_live_by_id(session, invitation_id, now=now), invitation_token(vault, invitation_id), contact)
