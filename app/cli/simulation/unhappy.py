"""Unhappy visitors of the demo's offices, for a desk that looks like one in the middle of a week."""

import random
import secrets
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.acting import load_actor
from app.accounts.models import StaffGrant, StaffUser
from app.accounts.permissions import Actor, Permission
from app.callbacks.errors import CaseNotFoundError
from app.callbacks.models import AttemptResult, CallWindow
from app.callbacks.opening import find_open_case
from app.callbacks.working import claim_case, log_attempt
from app.demo.words import COMMENTS
from app.organisation.models import Unit
from app.responses.forms import FormToken
from app.routing.additions import extend_response, request_callback
from app.routing.desk import Desk
from app.routing.service import Taken, take_rating
from app.surveys.definition import Band
from app.surveys.loader import SurveyLibrary
from app.touchpoints.models import Touchpoint
from app.touchpoints.service import LiveTouchpoint, find_live

_SURVEY = "office-visit"
# What has become of a case by now: nothing yet, somebody took it, it was tried in vain.
_UNTOUCHED, _TAKEN, _TRIED = "untouched", "taken", "tried"
_SHARES = {_UNTOUCHED: 60, _TAKEN: 20, _TRIED: 20}
_NO_NUMBER = 0.1


@dataclass(frozen=True, slots=True)
class Made:
    """How many cases there are more, and how many of them somebody works already."""

    opened: int
    worked: int


def open_cases(
    session: Session, desk: Desk, surveys: SurveyLibrary, *, count: int, days: float, seed: int, now: datetime
) -> Made:
    """Let so many unhappy visitors answer over the last days, by the very use cases that their pages call."""
    chance = random.Random(seed)  # noqa: S311 -- made-up people, no secrets
    places, staff = list(_places(session)), list(_managers(session))
    if not places:
        return Made(0, 0)
    opened = worked = 0
    moments = sorted(now - timedelta(days=days * chance.random() ** 2) for _ in range(count))
    for number, at in enumerate(moments):
        taken = _answer(session, desk, surveys, chance.choice(places), chance, number=number, at=at)
        case = find_open_case(session, taken.response_id)
        if case is None:
            continue
        opened += 1
        fate = chance.choices(list(_SHARES), list(_SHARES.values()))[0]
        if fate != _UNTOUCHED and case.contact_id is not None:
            worked += _work(session, desk, case.id, staff, chance, fate=fate, at=min(now, at + timedelta(minutes=40)))
    return Made(opened, worked)


def _answer(
    session: Session,
    desk: Desk,
    surveys: SurveyLibrary,
    place: LiveTouchpoint,
    chance: random.Random,
    *,
    number: int,
    at: datetime,
) -> Taken:
    said = chance.choice(COMMENTS[_SURVEY, Band.UNHAPPY])
    taken = take_rating(
        session,
        desk,
        touchpoint=place,
        definition=surveys.current(_SURVEY),
        rating=chance.choice((1, 1, 2)),
        form=FormToken(secrets.token_hex(8), at - timedelta(seconds=chance.randint(5, 60))),
        device=secrets.token_hex(8),
        address=None,
        language=said.language,
        now=at,
    )
    extend_response(session, desk, key=taken.key, answers={}, comment=said.text, now=at)
    if chance.random() >= _NO_NUMBER:
        request_callback(
            session,
            desk,
            key=taken.key,
            # Reserved for fiction, so that nobody is ever rung; some of them come back, as people do.
            phone=f"+1 202 555 01{number % 100:02}",
            call_window=chance.choice(list(CallWindow)),
            consent_given=True,
            language=said.language,
            now=at,
        )
    return taken


def _work(
    session: Session,
    desk: Desk,
    case_id: uuid.UUID,
    staff: Sequence[Actor],
    chance: random.Random,
    *,
    fate: str,
    at: datetime,
) -> int:
    for actor in chance.sample(staff, len(staff)):
        try:
            claim_case(session, case_id, actor=actor, now=at)
        except CaseNotFoundError:
            continue  # works elsewhere
        if fate == _TRIED:
            log_attempt(
                session,
                case_id,
                actor=actor,
                rules=desk.case_rules,
                result=AttemptResult.NO_ANSWER,
                now=at,
            )
        return 1
    return 0


def _places(session: Session) -> Iterator[LiveTouchpoint]:
    codes = session.scalars(
        select(Touchpoint.code)
        .join(Unit, Unit.id == Touchpoint.unit_id)
        .where(Unit.demo, Unit.closed_at.is_(None), Touchpoint.survey_key == _SURVEY)
        .order_by(Touchpoint.code)
    )
    for code in codes.all():
        live = find_live(session, code)
        if live is not None:
            yield live


def _managers(session: Session) -> Iterator[Actor]:
    ids = session.scalars(
        select(StaffUser.id)
        .where(StaffUser.active, StaffUser.id.in_(select(StaffGrant.user_id)))
        .order_by(StaffUser.id)
    )
    for user_id in ids.all():
        actor = load_actor(session, user_id)
        if actor is not None and actor.may(Permission.WORK_CASES):
            yield actor
