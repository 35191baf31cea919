"""The tap: store a rating and let follow what follows from it.

A scanned code's tap comes here; `invited` takes the answer to a single-use link, from a page, a chat, an SMS or the
API, through the same steps. `additions` has what comes after.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.callbacks import opening
from app.kit.crypto import digest
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.kit.outbox import record_event
from app.organisation.service import working_time
from app.responses import service as responses
from app.responses.flags import SuspectReason, suspect_reasons
from app.responses.forms import FormToken
from app.responses.models import Via
from app.responses.service import About
from app.review_sites import service as review_sites
from app.routing.desk import Desk
from app.routing.rules import Answer, NextStep, choose
from app.surveys import service as surveys
from app.surveys.definition import Band, Definition
from app.touchpoints.service import LiveTouchpoint


class RatingNotOnScaleError(InvalidInputError):
    """The rating is no whole number of the question's scale."""

    code = "rating_not_on_scale"


@dataclass(frozen=True, slots=True)
class Taken:
    """A rating that is stored: the key of its page, and whether this very call made it."""

    response_id: uuid.UUID
    key: str
    band: Band | None
    created: bool


def take_rating(
    session: Session,
    desk: Desk,
    *,
    touchpoint: LiveTouchpoint,
    definition: Definition,
    rating: int,
    form: FormToken,
    device: str | None,
    address: str | None,
    language: Language,
    via: Via = Via.PAGE,
    trap_filled: bool = False,
    repeated: bool = False,
    now: datetime,
) -> Taken:
    """Store a rating and let follow what follows from it; the same form or device again finds what it made.

    `repeated`: the browser has answered before, where that shall not count again. Raises RatingNotOnScaleError. Nothing
    is refused for being fast, repeated or from a busy address: it is flagged.
    """
    if not definition.first.accepts(rating):
        raise RatingNotOnScaleError("choose one of the answers shown", field="rating")
    sender = responses.identify_sender(desk.vault, form=form, device=device, address=address, now=now)
    window = timedelta(hours=desk.policy.change_hours)
    version_id = version_of(session, desk, definition, now=now)
    about = responses.about_touchpoint(touchpoint)
    response_id, known = responses.reserve_for_device(
        session, sender, touchpoint=touchpoint, version_id=version_id, now=now, window=window
    )
    if known is None:
        limits = desk.policy.limits
        from_address, at_touchpoint = responses.count_recent(
            session, sender, touchpoint_id=touchpoint.id, now=now, limit=limits.per_touchpoint_per_minute
        )
        signals = responses.signals(
            form=form, trap_filled=trap_filled, from_address=from_address, at_touchpoint=at_touchpoint, now=now
        )
        reasons = [*suspect_reasons(signals, limits), *([SuspectReason.REPEATED] if repeated else [])]
        step = choose(Answer(definition, rating, suspect=bool(reasons)), desk.policy)
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
            reasons=reasons,
            sender=sender,
            language=language,
            via=via,
            now=now,
        ):
            follow(session, desk, response_id, about, step, now=now)
            record_event(session, "response.created", {"response_id": str(response_id)}, now=now)
            if SuspectReason.BURST in reasons:
                _raise_alarm(session, touchpoint, now=now)
            return taken(desk, response_id, step.band, created=True)
        known = responses.find_by_form(session, digest(form.nonce))
        if known is None:
            raise NotFoundError("the response was deleted while it was being given")
    in_time = now < known.answered_at + window
    # Devices are forgotten after a while; only two that are known can be told apart.
    if in_time and known.device_hash and sender.device_hash and known.device_hash != sender.device_hash:
        responses.flag_replay(session, known, now=now)
        return taken(desk, known.id, known.band, created=False)
    if rating == known.rating or not in_time or not responses.is_about(known, touchpoint, version_id):
        return taken(desk, known.id, known.band, created=False)
    return change(session, desk, known, about=about, definition=definition, rating=rating, now=now)


def change(
    session: Session,
    desk: Desk,
    known: responses.Known,
    *,
    about: About,
    definition: Definition,
    rating: int,
    now: datetime,
) -> Taken:
    """Let the latest rating of a known response count, and let follow what follows from it."""
    answer = Answer(definition, rating, suspect=known.suspect, has_number=about.contact_id is not None)
    step = choose(answer, desk.policy)
    responses.change_rating(session, known, definition=definition, rating=rating, band=step.band, now=now)
    case = opening.find_open_case(session, known.id) if step.routed else None
    if case is None:
        follow(session, desk, known.id, about, step, now=now)
    else:
        # The case of the first answer stays: what went wrong did go wrong.
        opening.note_rating_change(session, case, old_rating=known.rating, new_rating=rating, now=now)
    return taken(desk, known.id, step.band, created=False)


def follow(
    session: Session, desk: Desk, response_id: uuid.UUID, about: About, step: NextStep, *, now: datetime
) -> None:
    """Open the case, or note what is offered, that a rating leads to."""
    if step.case is not None and step.deadline is not None:
        opening.open_case(
            session,
            unit_id=about.unit_id,
            response_id=response_id,
            reason=step.case,
            deadline=step.deadline,
            rules=desk.case_rules,
            channel=about.channel,
            interaction_id=about.interaction_id,
            working_time=working_time(session, about.unit_id),
            contact_id=about.contact_id,
            now=now,
            demo=about.demo,
        )
    elif step.band == Band.HAPPY:
        offers = review_sites.offers_for(
            session,
            desk.catalogue,
            unit_id=about.unit_id,
            band=step.band,
            channel=about.channel,
            now=now,
        )
        review_sites.record_offer(session, response_id, [offer.site for offer in offers], now=now)


def _raise_alarm(session: Session, touchpoint: LiveTouchpoint, *, now: datetime) -> None:
    """Tell of a burst once an hour: one row to look at, however many answers it brings."""
    hour = f"{now:%Y-%m-%dT%H}"
    payload = {"touchpoint_id": str(touchpoint.id), "hour": hour}
    record_event(session, "response.burst", payload, now=now, once_key=f"burst {touchpoint.id} {hour}")


def version_of(session: Session, desk: Desk, definition: Definition, *, now: datetime) -> uuid.UUID:
    """Return the id of the stored version; versions never change, so it is looked up once and remembered."""
    key = (definition.key, definition.version)
    if key not in desk.version_ids:
        found = surveys.find_version_id(session, *key)
        if found is None:  # nobody has stored the surveys yet; this answer must not be lost for it
            session.info["stored_version"] = True
            return surveys.store_version(session, definition, now=now)
        if "stored_version" in session.info:  # perhaps just now, by a neighbour in this transaction: it may be undone
            return found
        desk.version_ids[key] = found
    return desk.version_ids[key]


def taken(desk: Desk, response_id: uuid.UUID, band: Band | None, *, created: bool) -> Taken:
    """Return what a tap led to, with the key of its page."""
    return Taken(response_id, responses.response_key(desk.vault, response_id), band, created)
