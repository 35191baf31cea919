"""What we notice of a single-use link beside its answer: that people opened it, that a scanner touched it."""

import uuid

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.invitations.models import Invitation


def count_open(session: Session, invitation_id: uuid.UUID) -> None:
    """Add one to the opens of the invitation's link."""
    session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id)
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
