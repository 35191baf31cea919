"""An answer to an invitation, wherever it was given: the page, a chat's button, an SMS, the API.

One interaction has one response; the database says so. Whoever answers again is the same person (the same form, the
same device, the same chat) and changes the answer, or finds the link spent.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.invitations.ending import end_asking
from app.invitations.links import LiveInvitation
from app.kit.errors import ConflictError, NotFoundError
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.outbox import record_event
from app.responses import service as responses
from app.responses.flags import SuspectReason
from app.responses.models import Via
from app.responses.service import About, Known, Sender
from app.routing.desk import Desk
from app.routing.known_person import only_if_rung
from app.routing.rules import Answer, choose
from app.routing.service import RatingNotOnScaleError, Taken, change, follow, taken, version_of
from app.surveys.definition import Definition

# An answer that comes from a chat or by API has no form, no cookie and no address of the respondent's own.
NOBODY = Sender(form_hash=None, device_hash=None, address_hash=None)


class LinkSpentError(ConflictError):
    """The invitation was answered already, by somebody who is not known to be this person."""

    code = "link_spent"


@dataclass(frozen=True, slots=True)
class AnswerIn:
    """How an answer came in: who sent it as far as hashes tell, whether it is surely the same person as before.

    `same_person` is true for a chat (its id is the person's) and for the API (whoever holds the key answers for them).
    """

    via: Via
    language: Language
    sender: Sender = NOBODY
    same_person: bool = False
    reasons: tuple[SuspectReason, ...] = ()


def about_invitation(invitation: LiveInvitation) -> About:
    """Return what an answer to the invitation is about."""
    return About(
        unit_id=invitation.unit_id,
        employee_id=invitation.employee_id,
        channel=invitation.channel,
        demo=invitation.demo,
        interaction_id=invitation.interaction_id,
        contact_id=invitation.contact_id,
    )


def take_invited_rating(
    session: Session,
    desk: Desk,
    *,
    invitation: LiveInvitation,
    definition: Definition,
    rating: int,
    answer: AnswerIn,
    now: datetime,
) -> Taken:
    """Store the rating that answers an invitation and let follow what follows; `created` tells the first from a repeat.

    Raises RatingNotOnScaleError, and LinkSpentError when somebody else has answered it, or it is too late to change.
    """
    return take_rating_about(
        session,
        desk,
        about=about_invitation(invitation),
        definition=definition,
        rating=rating,
        answer=answer,
        now=now,
    )


def take_rating_about(
    session: Session, desk: Desk, *, about: About, definition: Definition, rating: int, answer: AnswerIn, now: datetime
) -> Taken:
    """As `take_invited_rating`, about any interaction: one that nobody was invited for may still have been rated."""
    if about.interaction_id is None:
        raise ValueError("this takes what is about an interaction; a scanned code has `take_rating`")
    if not definition.first.accepts(rating):
        raise RatingNotOnScaleError("choose one of the answers shown", field="rating")
    interaction_id, about = about.interaction_id, only_if_rung(session, about)
    version_id = version_of(session, desk, definition, now=now)
    known = responses.find_by_interaction(session, interaction_id)
    if known is None:
        response_id = new_id()
        suspect = bool(answer.reasons)
        step = choose(Answer(definition, rating, suspect=suspect, has_number=about.contact_id is not None), desk.policy)
        if responses.insert_response(
            session,
            desk.vault,
            response_id=response_id,
            about=about,
            definition=definition,
            version_id=version_id,
            rating=rating,
            band=step.band,
            routed=step.routed,
            reasons=answer.reasons,
            sender=answer.sender,
            language=answer.language,
            via=answer.via,
            now=now,
        ):
            follow(session, desk, response_id, about, step, now=now)
            end_asking(session, interaction_id, failure="answered", now=now)
            record_event(session, "response.created", {"response_id": str(response_id)}, now=now)
            return taken(desk, response_id, step.band, created=True)
        known = responses.find_by_interaction(session, interaction_id)
        if known is None:
            raise NotFoundError("the response was deleted while it was being given")
    if _finds_it_as_it_is(known, version_id, rating, answer):
        return taken(desk, known.id, known.band, created=False)
    if now >= known.answered_at + timedelta(hours=desk.policy.change_hours):
        raise LinkSpentError("this answer was given too long ago to be changed")
    return change(session, desk, known, about=about, definition=definition, rating=rating, now=now)


def _finds_it_as_it_is(known: Known, version_id: uuid.UUID, rating: int, answer: AnswerIn) -> bool:
    """Tell whether this repeat changes nothing; raises LinkSpentError for anybody else than who answered.

    Two taps of one form are one person's, and the later counts; a form that comes again from another device does not.
    """
    sender = answer.sender
    same_form = sender.form_hash is not None and sender.form_hash == known.form_hash
    if not (same_form or answer.same_person or is_same_device(known, sender)):
        raise LinkSpentError("this link has been answered already")
    elsewhere = known.device_hash and sender.device_hash and known.device_hash != sender.device_hash
    return rating == known.rating or bool(elsewhere) or known.survey_version_id != version_id


def is_same_device(known: Known, sender: Sender) -> bool:
    """Tell whether the device that answered is the one that asks now; devices are forgotten after two days."""
    return known.device_hash is not None and known.device_hash == sender.device_hash
