"""Lets the demo's customers answer and its staff work, through the very use cases that the pages call."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.callbacks.deadlines import add_working_hours
from app.callbacks.models import AttemptResult, CallbackCase, Cause, Outcome
from app.callbacks.service import claim_case, close_case, find_open_case, log_attempt
from app.contacts.service import get_contact
from app.demo.stories import STORIES, TAP_CODES, TAPS, Story, Work
from app.kit.i18n import Language
from app.organisation.service import working_time
from app.responses.forms import FormToken
from app.routing.additions import extend_response, leave_for_site, open_page, request_callback
from app.routing.desk import Desk
from app.routing.service import take_rating
from app.surveys.loader import SurveyLibrary
from app.touchpoints.service import LiveTouchpoint

# From looking at the question to the tap; less than two seconds would be flagged as a machine's.
_THINKING = timedelta(seconds=12)


def tell_stories(
    session: Session,
    desk: Desk,
    surveys: SurveyLibrary,
    codes: Mapping[str, LiveTouchpoint],
    *,
    manager_id: uuid.UUID,
    now: datetime,
) -> None:
    """Write every story and tap, the oldest first, each at its own past instant."""
    languages = list(Language)
    taps = [
        Story(TAP_CODES[number % len(TAP_CODES)], 12 + 9 * number, int(rating), languages[number % len(languages)])
        for number, rating in enumerate(TAPS)
    ]
    for story in sorted([*STORIES, *taps], key=lambda story: -story.hours_ago):
        at = now - timedelta(hours=story.hours_ago)
        _tell(session, desk, surveys, codes[story.code], story, manager_id=manager_id, at=at)


def _tell(
    session: Session,
    desk: Desk,
    surveys: SurveyLibrary,
    touchpoint: LiveTouchpoint,
    story: Story,
    *,
    manager_id: uuid.UUID,
    at: datetime,
) -> None:
    taken = take_rating(
        session,
        desk,
        touchpoint=touchpoint,
        definition=surveys.current(touchpoint.survey_key),
        rating=story.rating,
        form=FormToken(secrets.token_urlsafe(12), at - _THINKING),
        device=None,
        address=None,
        language=story.language,
        now=at,
    )
    minute = timedelta(minutes=1)
    if story.comment or story.answers:
        extend_response(session, desk, key=taken.key, answers=story.answers, comment=story.comment, now=at + minute)
    if story.leaves_for is not None:
        page = open_page(session, desk, key=taken.key, now=at + minute)
        if story.leaves_for in [offer.site for offer in page.offers]:  # a site may be switched off
            leave_for_site(session, desk, key=taken.key, site=story.leaves_for, now=at + minute)
    if story.phone is not None:
        request_callback(
            session,
            desk,
            key=taken.key,
            phone=story.phone,
            call_window=story.window,
            consent_given=True,
            language=story.language,
            now=at + 2 * minute,
        )
    case = find_open_case(session, taken.response_id)
    if case is not None:
        if case.contact_id is not None:
            get_contact(session, case.contact_id).demo = True
        _work(session, case, story.work, manager_id=manager_id, at=at + timedelta(minutes=30))


def _work(session: Session, case: CallbackCase, work: Work, *, manager_id: uuid.UUID, at: datetime) -> None:
    if work == Work.NOTHING:
        return
    claim_case(session, case.id, user_id=manager_id, scope=EVERYTHING, now=at)
    office = working_time(session, case.unit_id)
    # Nobody asks to be rung at night: an hour into the office's next working time.
    later = add_working_hours(at + timedelta(days=3), 1, office.hours, office.time_zone)
    attempts = {
        Work.NOT_REACHED: (AttemptResult.NO_ANSWER, None, None),
        Work.CALL_LATER: (AttemptResult.CALL_LATER, later, "Просил перезвонить через три дня"),
        Work.SETTLED: (AttemptResult.REACHED, None, None),
    }
    if work in attempts:
        result, again, note = attempts[work]
        log_attempt(
            session,
            case.id,
            user_id=manager_id,
            scope=EVERYTHING,
            result=result,
            next_attempt_at=again,
            note=note,
            now=at + timedelta(minutes=5),
        )
    if work == Work.SETTLED:
        close_case(
            session,
            case.id,
            user_id=manager_id,
            scope=EVERYTHING,
            outcome=Outcome.SETTLED,
            cause=Cause.PRICE,
            note="Комиссия возвращена, клиент доволен",
            now=at + timedelta(minutes=12),
        )
