"""Who sees a respondent's number: the one who works the case, or somebody who says why; each time is written down."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import AuditEntry
from app.accounts.permissions import Actor, Permission
from app.callbacks.errors import (
    CaseClosedError,
    CaseNotFoundError,
    InvalidWorkError,
    NoNumberError,
    TooManyRevealsError,
)
from app.callbacks.models import CallbackCase, EventKind
from app.callbacks.timeline import write_event
from app.contacts.models import Consent, Contact
from app.contacts.service import read_phone
from app.kit.crypto import UnreadableValueError, Vault
from app.kit.phones import display_phone, mask_phone
from app.organisation.models import Unit
from app.surveys.answers import read_text

_SHOWN = "callback.number_shown"
_REVEALED = "callback.number_revealed"
REVEALS_AN_HOUR = 30


class NumberState(StrEnum):
    """What there is to show of a number."""

    NONE = "none"
    WITHDRAWN = "withdrawn"
    UNREADABLE = "unreadable"
    MASKED = "masked"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """A number as one reader sees it: `text` masked or as people write it, `e164` for the link to ring, if full."""

    state: NumberState
    text: str = ""
    e164: str = ""


def show_number(session: Session, vault: Vault, case: CallbackCase, *, user_id: uuid.UUID | None) -> ShownNumber:
    """Return the number as the user may see it: in full while working the open case, masked otherwise (and to None).

    Never raises for a number that cannot be read: the rest of the case must stay usable without the key.
    """
    state, number = _read(session, vault, case)
    if number is None:
        return ShownNumber(state)
    if user_id is not None and case.closed_at is None and case.claimed_by_id == user_id:
        return ShownNumber(NumberState.FULL, display_phone(number), number)
    return ShownNumber(NumberState.MASKED, mask_phone(number))


def reveal_number(
    session: Session,
    vault: Vault,
    case: CallbackCase,
    *,
    actor: Actor,
    reason: str,
    address: str | None = None,
    now: datetime,
) -> ShownNumber:
    """Return the number in full for a given reason, and write down who saw it and why.

    Raises NotPermittedError, CaseNotFoundError for a case where the actor may not, CaseClosedError, InvalidWorkError
    without a reason, NoNumberError, UnreadableValueError, and TooManyRevealsError after 30 in an hour.
    """
    within = select(Unit.id).where(Unit.id == case.unit_id, actor.scope(Permission.REVEAL_NUMBERS).where(Unit.id))
    if session.scalar(within) is None:
        raise CaseNotFoundError("no such case")
    if case.closed_at is not None:
        raise CaseClosedError("the case is closed", at=case.closed_at)
    words = read_text(reason, "reason")
    if words is None:
        raise InvalidWorkError("say why the number is needed", field="reason", code="reason_missing")
    state, number = _read(session, vault, case)
    if state is NumberState.UNREADABLE:
        raise UnreadableValueError("the number was written with a key that is not here")
    if number is None:
        raise NoNumberError("there is no number that may be rung")
    seen = session.scalars(
        select(func.count()).where(
            AuditEntry.user_id == actor.user_id,
            AuditEntry.action == _REVEALED,
            AuditEntry.at > now - timedelta(hours=1),
        )
    ).one()
    if seen >= REVEALS_AN_HOUR:
        raise TooManyRevealsError("more numbers than a person can ring in an hour; claim the cases you work")
    write_event(session, case.id, EventKind.REVEALED, now=now, user_id=actor.user_id, note=words)
    record(
        session,
        _REVEALED,
        now=now,
        user_id=actor.user_id,
        object_type="callback",
        object_id=case.id,
        address=address,
    )
    return ShownNumber(NumberState.FULL, display_phone(number), number)


def note_number_shown(session: Session, case: CallbackCase, user_id: uuid.UUID, *, how: str, now: datetime) -> None:
    """Write into the audit that working the case shows its number to the user; nothing if there is no number."""
    if case.contact_id is not None:
        details = {"how": how}
        record(session, _SHOWN, now=now, user_id=user_id, object_type="callback", object_id=case.id, details=details)


def _read(session: Session, vault: Vault, case: CallbackCase) -> tuple[NumberState, str | None]:
    if case.contact_id is None:
        return NumberState.NONE, None
    contact = session.get_one(Contact, case.contact_id)
    if contact.phone_enc is None:  # deleted when its time was over
        return NumberState.NONE, None
    consent = session.get(Consent, case.consent_id) if case.consent_id else None
    if consent is not None and consent.withdrawn_at is not None:
        return NumberState.WITHDRAWN, None
    try:
        return NumberState.MASKED, read_phone(vault, contact)
    except UnreadableValueError:
        return NumberState.UNREADABLE, None
