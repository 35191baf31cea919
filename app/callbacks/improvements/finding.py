"""Look for wishes in what was written since the last look, each text once; and mark one by hand."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.accounts.permissions import Actor, Permission
from app.callbacks.improvements.models import Wish, WishState, WishWatermark
from app.callbacks.improvements.recogniser import Recogniser
from app.callbacks.models import CallbackCase
from app.kit.db import upsert
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.ids import new_id
from app.responses.models import SurveyResponse
from app.responses.reading.unread import is_customers

# The first look goes back as far as anybody would still act on.
FIRST_LOOK = timedelta(days=30)
# What is written at this very moment may be committed a little later than what was written after it.
SETTLED = timedelta(minutes=2)
_NOBODY = uuid.UUID(int=0)


class WishSourceNotFoundError(NotFoundError):
    """There is no such response or case, or it is another office's."""

    code = "unknown_wish_source"


class AlreadyAWishError(ConflictError):
    """It stands among the wishes."""

    code = "already_wish"


class NoWordsError(InvalidInputError):
    """Nothing was written there that could be a wish."""

    code = "no_words"


def find_wishes(session: Session, recogniser: Recogniser, *, now: datetime, limit: int) -> int:
    """Look at up to `limit` comments and as many complaints not looked at yet; return how many of either, the larger.

    A comment that is changed later, within its 12 hours, is looked at again. Less than `limit`: all has been seen.
    """
    mark = session.get(WishWatermark, 1, with_for_update=True)
    if mark is None:
        begin = now - FIRST_LOOK
        mark = WishWatermark(id=1, touched_at=begin, response_id=_NOBODY, opened_at=begin, case_id=_NOBODY)
        session.add(mark)
    response, case = SurveyResponse, CallbackCase
    comments = session.execute(
        select(response.id, response.unit_id, response.comment, response.touched_at, response.demo, response.suspect)
        .where(
            response.comment.is_not(None),
            _is_after(response.touched_at, response.id, mark.touched_at, mark.response_id),
            response.touched_at <= now - SETTLED,
            is_customers(),
        )
        .order_by(response.touched_at, response.id)
        .limit(limit)
    ).all()
    complaints = session.execute(
        select(case.id, case.unit_id, case.complaint, case.opened_at, case.demo)
        .where(
            case.complaint.is_not(None),
            _is_after(case.opened_at, case.id, mark.opened_at, mark.case_id),
            case.opened_at <= now - SETTLED,
        )
        .order_by(case.opened_at, case.id)
        .limit(limit)
    ).all()
    found = [
        _wish(unit_id, at, rule, demo=demo, response_id=one)
        for one, unit_id, text, at, demo, suspect in comments
        if not suspect and (rule := recogniser.find(text or ""))
    ]
    found += [
        _wish(unit_id, at, rule, demo=demo, case_id=one)
        for one, unit_id, text, at, demo in complaints
        if (rule := recogniser.find(text or ""))
    ]
    if found:
        # What stands there already was found before, or marked, or dismissed by somebody.
        session.execute(upsert(session, Wish).on_conflict_do_nothing(), found)
    if comments:
        mark.touched_at, mark.response_id = comments[-1].touched_at, comments[-1].id
    if complaints:
        mark.opened_at, mark.case_id = complaints[-1].opened_at, complaints[-1].id
    return max(len(comments), len(complaints))


def mark_wish(session: Session, response_id: uuid.UUID, actor: Actor, *, now: datetime) -> uuid.UUID:
    """Put the comment among the new wishes and return the wish; one that was dismissed comes back.

    Raises WishSourceNotFoundError, NoWordsError, AlreadyAWishError.
    """
    response = session.scalars(
        select(SurveyResponse).where(
            SurveyResponse.id == response_id,
            is_customers(),
            actor.scope(Permission.IMPROVE).where(SurveyResponse.unit_id),
        )
    ).one_or_none()
    if response is None:
        raise WishSourceNotFoundError("no such response")
    if not response.comment:
        raise NoWordsError("nothing was written", field="note")
    known = session.scalars(select(Wish).where(Wish.response_id == response.id).with_for_update()).one_or_none()
    return _put(
        session, known, _wish(response.unit_id, response.touched_at, "", demo=response.demo, response_id=response.id)
    )


def mark_wish_of_case(session: Session, case_id: uuid.UUID, actor: Actor, *, now: datetime) -> uuid.UUID:
    """Put what a case is about among the new wishes: its complaint, else the comment of its response.

    Raises as `mark_wish` does.
    """
    case = session.scalars(
        select(CallbackCase).where(
            CallbackCase.id == case_id, actor.scope(Permission.IMPROVE).where(CallbackCase.unit_id)
        )
    ).one_or_none()
    if case is None:
        raise WishSourceNotFoundError("no such case")
    if not case.complaint:
        if case.response_id is None:
            raise NoWordsError("nothing was written", field="note")
        return mark_wish(session, case.response_id, actor, now=now)
    known = session.scalars(select(Wish).where(Wish.case_id == case.id).with_for_update()).one_or_none()
    return _put(session, known, _wish(case.unit_id, case.opened_at, "", demo=case.demo, case_id=case.id))


def _put(session: Session, known: Wish | None, values: dict[str, Any]) -> uuid.UUID:
    if known is None:
        # Two who mark it at once: the unique index lets one pass, and the other is told.
        insert = upsert(session, Wish).values(values).on_conflict_do_nothing().returning(Wish.id)
        put: uuid.UUID | None = session.scalar(insert)
        if put is None:
            raise AlreadyAWishError("it stands among the wishes")
        return put
    if known.state != WishState.DISMISSED:
        raise AlreadyAWishError("it stands among the wishes")
    known.state, known.found_by = WishState.NEW, ""
    return known.id


def _wish(
    unit_id: uuid.UUID,
    said_at: datetime,
    found_by: str,
    *,
    demo: bool,
    response_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "unit_id": unit_id,
        "response_id": response_id,
        "case_id": case_id,
        "state": WishState.NEW,
        "found_by": found_by,
        "said_at": said_at,
        "demo": demo,
    }


def _is_after(
    at: InstrumentedAttribute[datetime], key: InstrumentedAttribute[uuid.UUID], last: datetime, last_key: uuid.UUID
) -> Any:
    return tuple_(at, key) > tuple_(literal(last, at.type), literal(last_key, key.type))
