"""What we notice of a single-use link beside its answer: that people opened it, that a scanner touched it."""

import uuid
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.invitations.links import TOKEN_LENGTH
from app.invitations.models import Invitation
from app.kit.crypto import digest
from app.kit.ids import read_code


def count_open(session: Session, token: str, *, now: datetime) -> None:
    """Add one to the opens of the link, in any case; nothing for one that cannot be answered."""
    stored = read_code(token, TOKEN_LENGTH)
    session.execute(
        update(Invitation)
        .where(
            Invitation.token_hash == digest(stored or ""),
            Invitation.answer_by > now,
            Invitation.withdrawn_at.is_(None),
        )
        .values(opens=Invitation.opens + 1)
        .execution_options(synchronize_session=False)
    )


def mark_scanned(session: Session, invitation_id: uuid.UUID) -> None:
    """Keep that a machine was at work on the link; its answer is judged by how it was given, not by this."""
    session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.scanned.is_(False))
        .values(scanned=True)
        .execution_options(synchronize_session=False)
    )
