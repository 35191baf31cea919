"""Interactions of the past, kept without anybody being asked: many at once, by the shortest way into the database.

They are what `accept_many` keeps of a draft with `history`, without its looking for whom to ask. People who were told
of are found or added before, in transactions of their own.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.contacts.many import Addresses, find_or_add_contacts
from app.invitations.drafts import InteractionDraft
from app.invitations.models import Decision, Interaction, Reason
from app.kit.crypto import Vault
from app.kit.db import table_of
from app.kit.errors import ConflictError
from app.kit.rows import insert_rows

_TOLD = (
    *("source", "external_id", "channel", "language", "started_at", "ended_at", "wait_seconds", "handle_seconds"),
    *("topic", "answered", "resolved", "recording_url", "delivery", "demo"),
)
_FACTS = attrgetter(*_TOLD)
_OURS = ("id", "body_hash", "unit_id", "employee_id", "contact_id", "tags", "decision", "reason", "decided_at")


class HistoryConflictError(ConflictError):
    """One of the interactions was told, or its unit or person deleted, since the others were looked up."""

    code = "history_conflict"


@dataclass(frozen=True, slots=True)
class Past:
    """An interaction to keep: a read draft (`read_draft`, `hash_draft`), where it was and who took it."""

    id: uuid.UUID
    draft: InteractionDraft
    body_hash: bytes
    unit_id: uuid.UUID
    employee_id: uuid.UUID | None


def add_history_contacts(
    session: Session, vault: Vault, past: Sequence[Past], *, now: datetime
) -> dict[tuple[str, str], uuid.UUID]:
    """Return the id of each one's contact by the interaction's name, found or added; none where nothing was told.

    For some thousands at a time: whoever is found is locked until the transaction ends.
    """
    told = [one.draft for one in past if one.draft.phone or one.draft.email or one.draft.telegram_id]
    people = [
        Addresses(draft.phone, draft.email, draft.telegram_id, language=draft.language, demo=draft.demo)
        for draft in told
    ]
    found = find_or_add_contacts(session, vault, people, now=now) if people else []
    return {draft.name: contact.id for draft, contact in zip(told, found, strict=True)}


def write_history(
    session: Session, past: Sequence[Past], contacts: Mapping[tuple[str, str], uuid.UUID], *, now: datetime
) -> None:
    """Keep them as skipped for being history; raises HistoryConflictError if one was told of meanwhile."""
    rows = (
        (
            *_FACTS(one.draft),
            *(one.id, one.body_hash, one.unit_id, one.employee_id, contacts.get(one.draft.name)),
            *(list(one.draft.tags), Decision.SKIPPED, Reason.HISTORY, now),
        )
        for one in past
    )
    try:
        insert_rows(session, table_of(Interaction), (*_TOLD, *_OURS), rows)
    except IntegrityError as error:
        raise HistoryConflictError("one of these was told of just now, or its unit deleted; try again") from error


def take_back_history(session: Session, past: Sequence[Past]) -> None:
    """Delete those of the interactions that were written; for some thousands at a time."""
    ids = [one.id for one in past]
    session.execute(delete(Interaction).where(Interaction.id.in_(ids)).execution_options(synchronize_session=False))
