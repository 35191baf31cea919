"""Start, change, extend and find responses. Writes with Core: this is the hot path."""

import base64
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from app.kit.crypto import Vault, digest
from app.kit.db import dialect_of
from app.kit.errors import ConflictError, NotFoundError
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.responses.days import mark_if_past
from app.responses.flags import Signals, SuspectReason, is_suspect, join_reasons
from app.responses.forms import FormToken
from app.responses.models import RatingChange, ResponseAnswer, SurveyResponse, Via
from app.responses.scoring import scale_style, score
from app.responses.statements import (
    COUNT_RECENT,
    DEVICE,
    KNOWN_BY_FORM,
    KNOWN_BY_ID,
    KNOWN_BY_INTERACTION,
    RESPONSE,
    insert_once,
    reserve_device,
)
from app.surveys.answers import Answer
from app.surveys.definition import Band, Definition
from app.touchpoints.models import Channel
from app.touchpoints.service import LiveTouchpoint

# For how long before an answer others at the same touchpoint count towards a burst.
_BURST_WINDOW = timedelta(minutes=1)


class ResponseClosedError(ConflictError):
    """The response takes no more additions; it is too long ago."""

    code = "response_closed"


@dataclass(frozen=True, slots=True)
class Sender:
    """How an answer came in, hashed: nothing here leads back to a device or an address without our keys."""

    form_hash: bytes | None
    device_hash: bytes | None
    address_hash: bytes | None


@dataclass(frozen=True, slots=True)
class About:
    """What an answer is about: a code that was scanned, or the interaction that we asked about."""

    unit_id: uuid.UUID
    employee_id: uuid.UUID | None
    channel: Channel
    demo: bool
    touchpoint_id: uuid.UUID | None = None
    interaction_id: uuid.UUID | None = None
    # Whom we know how to ring, if the answer asks for it.
    contact_id: uuid.UUID | None = None


def about_touchpoint(touchpoint: LiveTouchpoint) -> About:
    """Return what an answer to a scanned code is about."""
    return About(
        touchpoint.unit_id, touchpoint.employee_id, touchpoint.channel, touchpoint.demo, touchpoint_id=touchpoint.id
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A response that a form or a device has given already."""

    id: uuid.UUID
    survey_version_id: uuid.UUID
    unit_id: uuid.UUID
    rating: int
    band: Band | None
    suspect: bool
    suspect_reasons: str
    device_hash: bytes | None
    answered_at: datetime
    finished_at: datetime | None
    form_hash: bytes | None = None


def identify_sender(vault: Vault, *, form: FormToken, device: str | None, address: str | None, now: datetime) -> Sender:
    """Return the hashes under which the form, the device's cookie and the day's address are kept."""
    return Sender(
        form_hash=digest(form.nonce),
        device_hash=vault.blind_index("device", device) if device else None,
        # Salted by the day: enough for bursts, useless for following anybody.
        address_hash=vault.blind_index("address", f"{now.date()} {address}") if address else None,
    )


def response_key(vault: Vault, response_id: uuid.UUID) -> str:
    """Return the key of `/r/<key>`: 128 bits that only this installation can derive, the same at each call."""
    return base64.urlsafe_b64encode(vault.derive_link("response", str(response_id))[:16]).decode().rstrip("=")


def find_by_form(session: Session, form_hash: bytes) -> Known | None:
    """Return the response that this form has made already, locked against a second tap, or None."""
    return _find(session, KNOWN_BY_FORM, form_hash=form_hash)


def find_by_interaction(session: Session, interaction_id: uuid.UUID) -> Known | None:
    """Return the response that answers the interaction, locked against a second tap, or None."""
    return _find(session, KNOWN_BY_INTERACTION, interaction_id=interaction_id)


def find_answer_id(session: Session, interaction_id: uuid.UUID) -> uuid.UUID | None:
    """Return the id of the response that answers the interaction, or None; for who only looks: it locks nothing."""
    return session.scalar(select(SurveyResponse.id).where(SurveyResponse.interaction_id == interaction_id))


def reserve_for_device(
    session: Session,
    sender: Sender,
    *,
    touchpoint: LiveTouchpoint,
    version_id: uuid.UUID,
    now: datetime,
    window: timedelta,
) -> tuple[uuid.UUID, Known | None]:
    """Return the id for a new response and None, or the id of the response that this device is giving, and that.

    One upsert decides, so that two tabs make one response: whoever comes second is handed the first one's id. A device
    gives a new response after `window`, or when the code has been pointed at another survey or unit since.
    """
    fresh = new_id()
    if sender.device_hash is None:
        return fresh, None
    reserved: uuid.UUID = session.execute(
        reserve_device(dialect_of(session)),
        {
            "device_hash": sender.device_hash,
            "touchpoint_id": touchpoint.id,
            "response_id": fresh,
            "first_answered_at": now,
            "since": now - window,
        },
    ).scalar_one()
    if reserved == fresh:
        return fresh, None
    known = _find(session, KNOWN_BY_ID, response_id=reserved)
    if known is None or not is_about(known, touchpoint, version_id):
        session.execute(
            update(DEVICE)
            .where(DEVICE.c.device_hash == sender.device_hash, DEVICE.c.touchpoint_id == touchpoint.id)
            .values(response_id=fresh, first_answered_at=now)
        )
        return fresh, None
    return reserved, known


def is_about(known: Known, touchpoint: LiveTouchpoint, version_id: uuid.UUID) -> bool:
    """Tell whether the response answers what the code asks now, at the unit that it stands for now."""
    return known.survey_version_id == version_id and known.unit_id == touchpoint.unit_id


def count_recent(
    session: Session, sender: Sender, *, touchpoint_id: uuid.UUID, now: datetime, limit: int
) -> tuple[int, int]:
    """Return (answers from this address, all answers) at the touchpoint in the last minute, counted up to `limit`."""
    total, from_address = session.execute(
        COUNT_RECENT,
        {
            "touchpoint_id": touchpoint_id,
            "since": now - _BURST_WINDOW,
            "limit": limit,
            "address_hash": sender.address_hash or b"",
        },
    ).one()
    return int(from_address or 0), int(total)


def insert_response(
    session: Session,
    vault: Vault,
    *,
    response_id: uuid.UUID,
    about: About,
    definition: Definition,
    version_id: uuid.UUID,
    rating: int,
    band: Band | None,
    routed: bool,
    reasons: Sequence[SuspectReason],
    sender: Sender,
    language: Language,
    via: Via,
    now: datetime,
) -> bool:
    """Write a new response; False if the same form, or an answer to the same interaction, was faster.

    The unique indexes of both say so.
    """
    values: dict[str, Any] = {
        "id": response_id,
        "survey_version_id": version_id,
        "touchpoint_id": about.touchpoint_id,
        "unit_id": about.unit_id,
        "employee_id": about.employee_id,
        "interaction_id": about.interaction_id,
        "channel": about.channel,
        "via": via,
        "language": language,
        "rating": rating,
        "score": score(definition.first.type, rating),
        "band": band,
        "scale_style": scale_style(definition.first.type),
        "answered_at": now,
        "touched_at": now,
        "key_hash": digest(response_key(vault, response_id)),
        "form_hash": sender.form_hash,
        "device_hash": sender.device_hash,
        "address_hash": sender.address_hash,
        "suspect": bool(reasons),
        "suspect_reasons": join_reasons("", reasons),
        "routed": routed,
        "demo": about.demo,
    }
    if session.execute(insert_once(dialect_of(session)), values).scalar_one_or_none() is not None:
        return True
    # The device's reservation points at a response that will never be.
    session.execute(delete(DEVICE).where(DEVICE.c.response_id == response_id))
    return False


def change_rating(
    session: Session, known: Known, *, definition: Definition, rating: int, band: Band | None, now: datetime
) -> None:
    """Let the latest rating count and keep the old one as history."""
    session.execute(
        update(RESPONSE)
        .where(RESPONSE.c.id == known.id)
        .values(rating=rating, score=score(definition.first.type, rating), band=band, touched_at=now)
    )
    session.execute(
        insert(RatingChange),
        {"id": new_id(), "response_id": known.id, "changed_at": now, "old_rating": known.rating, "new_rating": rating},
    )
    mark_if_past(session, known.answered_at, now=now)


def flag_replay(session: Session, known: Known, *, now: datetime) -> None:
    """Mark a response whose form was sent again from elsewhere; it keeps its rating.

    One that somebody has read and found genuine goes on counting.
    """
    reasons = join_reasons(known.suspect_reasons, [SuspectReason.REPLAY])
    session.execute(
        update(RESPONSE).where(RESPONSE.c.id == known.id).values(suspect=is_suspect(reasons), suspect_reasons=reasons)
    )
    mark_if_past(session, known.answered_at, now=now)


def get_by_key(session: Session, key: str, *, for_update: bool = False) -> SurveyResponse:
    """Return the response whose page has this key; raises NotFoundError for any other text."""
    query = select(SurveyResponse).where(SurveyResponse.key_hash == digest(key[:64]))
    response = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if response is None:
        raise NotFoundError("no such response")
    return response


def is_open(response: SurveyResponse, *, now: datetime, window: timedelta) -> bool:
    """Tell whether the response still takes additions: for `window` after it was last touched."""
    return now < response.touched_at + window


def write_answers(
    session: Session, response: SurveyResponse, *, keys: Collection[str], answers: Sequence[Answer], now: datetime
) -> None:
    """Replace the answers to the questions `keys` by `answers` (none of them: taken back)."""
    if keys:
        session.execute(
            delete(ResponseAnswer).where(
                ResponseAnswer.response_id == response.id, ResponseAnswer.question_key.in_(keys)
            )
        )
    if answers:
        session.execute(
            insert(ResponseAnswer),
            [
                {
                    "id": new_id(),
                    "response_id": response.id,
                    "question_key": answer.question_key,
                    "value": answer.value,
                    "text": answer.text,
                }
                for answer in answers
            ],
        )
    response.touched_at = now
    mark_if_past(session, response.answered_at, now=now)


def list_answers(session: Session, response_id: uuid.UUID) -> list[Answer]:
    """Return the answers to the later questions, in no particular order."""
    rows = session.execute(
        select(ResponseAnswer.question_key, ResponseAnswer.value, ResponseAnswer.text).where(
            ResponseAnswer.response_id == response_id
        )
    )
    return [Answer(key, value, text) for key, value, text in rows]


def signals(*, form: FormToken, trap_filled: bool, from_address: int, at_touchpoint: int, now: datetime) -> Signals:
    """Return what is known about an answer as it comes in."""
    return Signals((now - form.issued_at).total_seconds(), trap_filled, from_address, at_touchpoint)


def _find(session: Session, query: Select[Any], **values: object) -> Known | None:
    row = session.execute(query, values).one_or_none()
    if row is None:
        return None
    return Known(
        id=row.id,
        survey_version_id=row.survey_version_id,
        unit_id=row.unit_id,
        rating=row.rating,
        band=Band(row.band) if row.band else None,
        suspect=row.suspect,
        suspect_reasons=row.suspect_reasons,
        device_hash=row.device_hash,
        answered_at=row.answered_at,
        finished_at=row.finished_at,
        form_hash=row.form_hash,
    )
