"""What a single-use link shows to whom: the question, the way back to one's own answer, or that it was answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.invitations.links import LiveInvitation, get_live, invitation_token
from app.invitations.models import Invitation
from app.organisation.service import working_time
from app.responses.models import SurveyResponse
from app.responses.service import is_open, response_key
from app.routing.desk import Desk


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """The answer that the reader's own device has given, while it takes additions; `changeable`: the rating too."""

    key: str
    rating: int
    changeable: bool


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A link that leads somewhere. `own` is None for everybody but whoever answered; nobody else learns the answer."""

    invitation: LiveInvitation
    zone: ZoneInfo
    answered: bool
    own: OwnAnswer | None


def open_link(session: Session, desk: Desk, *, token: str, device: str | None, now: datetime) -> OpenedLink:
    """Return what the link shows to the device; raises LinkNotInUseError. Reads only."""
    invitation = get_live(session, token, now=now)
    response = session.scalars(
        select(SurveyResponse).where(SurveyResponse.interaction_id == invitation.interaction_id)
    ).one_or_none()
    return OpenedLink(
        invitation=invitation,
        zone=working_time(session, invitation.unit_id).time_zone,
        answered=response is not None,
        own=_own(desk, response, device, now) if response is not None else None,
    )


def is_same_device(desk: Desk, response: SurveyResponse, device: str | None) -> bool:
    """Tell whether the device gave the response; devices are forgotten after two days."""
    if device is None or response.device_hash is None:
        return False
    return response.device_hash in desk.vault.blind_indexes("device", device)


def find_change_token(
    session: Session, desk: Desk, response: SurveyResponse, *, device: str | None, now: datetime
) -> str | None:
    """Return the token of the link by which this device may still change its rating, or None."""
    in_time = now < response.answered_at + timedelta(hours=desk.policy.change_hours)
    if response.interaction_id is None or not in_time or not is_same_device(desk, response, device):
        return None
    invitation_id = session.scalar(
        select(Invitation.id).where(
            Invitation.interaction_id == response.interaction_id,
            Invitation.answer_by > now,
            Invitation.withdrawn_at.is_(None),
        )
    )
    return invitation_token(desk.vault, invitation_id) if invitation_id is not None else None


def _own(desk: Desk, response: SurveyResponse, device: str | None, now: datetime) -> OwnAnswer | None:
    window = timedelta(hours=desk.policy.change_hours)
    if not is_same_device(desk, response, device) or not is_open(response, now=now, window=window):
        return None
    key = response_key(desk.vault, response.id)
    return OwnAnswer(key, response.rating, changeable=now < response.answered_at + window)
