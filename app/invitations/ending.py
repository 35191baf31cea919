"""End what is still to be sent about an interaction that nobody needs to be asked about any more."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.invitations.models import Invitation
from app.messaging.service import cancel_messages


def end_asking(session: Session, interaction_id: uuid.UUID, *, failure: str, now: datetime) -> int:
    """Cancel what waits to be sent about the interaction, the reminder with it, and return how many messages.

    `failure` says why, as a stable code: `answered`.
    """
    invitation_id = session.scalar(select(Invitation.id).where(Invitation.interaction_id == interaction_id))
    return cancel_messages(session, invitation_id, failure=failure, now=now) if invitation_id is not None else 0
