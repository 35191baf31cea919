"""The link of a question: its token, and what it opens."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.callbacks.asking_back.models import AskedBack
from app.callbacks.models import CallbackCase
from app.contacts.models import Contact
from app.kit.crypto import Vault, digest
from app.kit.errors import NotFoundError
from app.kit.i18n import Language, read_language
from app.kit.link_tokens import hash_typed, link_token
from app.organisation.models import Unit
from app.responses.models import SurveyResponse

# How long after the answer it can be rated, explained, and a "yes" taken back: as long as a survey's page stays open.
CHANGEABLE = timedelta(hours=12)


class QuestionNotInUseError(NotFoundError):
    """No question can be answered under this token: unknown, never sent and expired are told alike."""

    code = "link_not_in_use"


@dataclass(frozen=True, slots=True)
class Question:
    """What a link leads to; `about_at` is when the customer told us, `has_number` whether the case can be rung."""

    id: uuid.UUID
    case_id: uuid.UUID
    round: int
    contact_id: uuid.UUID | None
    unit_id: uuid.UUID
    unit_name: str
    language: Language | None
    about_at: datetime
    has_number: bool
    settled: bool | None
    answered_at: datetime | None
    rating: int | None

    def takes_more(self, now: datetime) -> bool:
        """Tell whether the answer can still be rated and explained."""
        return self.answered_at is not None and now < self.answered_at + CHANGEABLE


def question_token(vault: Vault, question_id: uuid.UUID) -> str:
    """Return the 16 Crockford characters (80 bits) of `/s/<token>`: the same at each send, derived by us alone."""
    return link_token(vault, "asked back", str(question_id))


def token_hash(vault: Vault, question_id: uuid.UUID) -> bytes:
    """Return what is stored of the token."""
    return digest(question_token(vault, question_id))


def get_question(session: Session, token: str, *, now: datetime) -> Question:
    """Return what the token opens, in any case and with O as 0; raises QuestionNotInUseError. One query."""
    return _get(session, AskedBack.token_hash == hash_typed(token), now)


def get_question_by_id(session: Session, question_id: uuid.UUID, *, now: datetime) -> Question:
    """Return the question if it can be answered now; raises QuestionNotInUseError."""
    return _get(session, AskedBack.id == question_id, now)


def _get(session: Session, which: ColumnElement[bool], now: datetime) -> Question:
    row = session.execute(
        select(
            AskedBack.id,
            AskedBack.case_id,
            AskedBack.round,
            AskedBack.contact_id,
            CallbackCase.unit_id,
            Unit.name,
            func.coalesce(SurveyResponse.language, CallbackCase.language, Contact.language),
            SurveyResponse.answered_at,
            CallbackCase.opened_at,
            CallbackCase.contact_id,
            AskedBack.settled,
            AskedBack.answered_at,
            AskedBack.rating,
        )
        .join(CallbackCase, CallbackCase.id == AskedBack.case_id)
        .join(Unit, Unit.id == CallbackCase.unit_id)
        .outerjoin(SurveyResponse, SurveyResponse.id == CallbackCase.response_id)
        .outerjoin(Contact, Contact.id == AskedBack.contact_id)
        .where(which, AskedBack.asked_at.is_not(None), AskedBack.answer_by > now)
    ).one_or_none()
    if row is None:
        raise QuestionNotInUseError("no question can be answered under this token")
    question_id, case_id, number, contact_id, unit_id, unit_name, language, responded_at, opened_at, *rest = row
    rung_id, settled, answered_at, rating = rest
    return Question(
        question_id,
        case_id,
        number,
        contact_id,
        unit_id,
        unit_name,
        read_language(language),
        responded_at or opened_at,
        rung_id is not None,
        settled,
        answered_at,
        rating,
    )
