"""The callback list for other systems: what waits, complaints that came another way, and the work on a case."""

import uuid
from collections.abc import Callable

from app.accounts.acting import get_worker
from app.accounts.api_keys import ApiScope
from app.accounts.audit import record
from app.accounts.permissions import Actor, NotPermittedError
from app.accounts.scope import EVERYTHING
from app.callbacks.closing import close_case
from app.callbacks.errors import CaseNotFoundError
from app.callbacks.holding import get_case
from app.callbacks.numbers import show_number
from app.callbacks.queues import list_cases
from app.callbacks.sheet import read_case
from app.callbacks.working import claim_case, log_attempt
from app.kit.errors import InvalidInputError
from app.organisation.service import find_unit, get_unit
from app.routing.complaints import Complaint, open_complaint
from app.web import edge
from app.web.api.calls import Resource
from app.web.api.door import caller
from app.web.api.problems import RefusedError, refuse_field
from app.web.api.schemas.callbacks import (
    AttemptIn,
    CallbackOut,
    CallbackQuery,
    CallbackSheet,
    CallbacksOut,
    ClaimIn,
    CloseIn,
    ComplaintIn,
)

callbacks = Resource("callbacks", __name__, title="Callbacks")
# Nobody's: a key has no cases of its own.
_NOBODY = uuid.UUID(int=0)
_WORK = {
    403: "The user does not manage the case's unit, or the key lacks the scope.",
    404: "There is no such case.",
    409: "Somebody else works the case, it is closed, or the Idempotency-Key was used for another body.",
}
_USER = "daria@example.com"


@callbacks.call(
    "GET",
    "/callbacks",
    scope=ApiScope.CALLBACKS_READ,
    summary="List cases",
    asks=CallbackQuery,
    gives=CallbacksOut,
    asked_example="state=overdue&unit=east",
)
def show_list(query: CallbackQuery) -> CallbacksOut:
    """What is to be settled, the most urgent first: as staff see it on the callback list."""
    unit_id = None
    if query.unit is not None:
        unit = find_unit(edge.db(), query.unit)
        if unit is None:
            raise refuse_field("unit", "unknown_unit", f"there is no unit {query.unit!r}")
        unit_id = unit.id
    page = list_cases(
        edge.db(),
        scope=EVERYTHING,
        queue=query.state.queue,
        user_id=_NOBODY,
        unit_id=unit_id,
        cursor=query.cursor,
        limit=query.limit,
        now=edge.now(),
    )
    return CallbacksOut(items=[CallbackOut.of(row) for row in page.rows], next_cursor=page.next_cursor)


@callbacks.call(
    "GET",
    "/callbacks/<uuid:case_id>",
    scope=ApiScope.CALLBACKS_READ,
    summary="Read one case",
    gives=CallbackSheet,
    also={404: "There is no such case."},
)
def show_one(case_id: uuid.UUID) -> CallbackSheet:
    """The case with its timeline. The number is masked: whoever works the case sees it in full on their page."""
    return _tell(case_id)


@callbacks.call(
    "POST",
    "/callbacks",
    scope=ApiScope.CALLBACKS_WRITE,
    summary="Bring a complaint that came without a rating",
    takes=ComplaintIn,
    gives=CallbackSheet,
    status=201,
    also={409: "The Idempotency-Key was used for another body."},
    repeatable=True,
    example={
        "unit": "support-line",
        "text": "The courier came a day late and nobody rang.",
        "topic": "Delivery",
        "contact": {"phone": "+7 701 123 45 67"},
        "call_window": "evening",
        "channel": "call",
    },
)
def complain(body: ComplaintIn) -> CallbackSheet:
    """A case is opened with the clocks of a call that somebody asked for, or of its channel where that has norms of its
    own. `source` and `external_id` name the interaction it is about, which then says the channel, the language and whom
    to ring where the complaint does not. Each call opens a case, so send an Idempotency-Key.
    """
    complaint = Complaint(
        unit=body.unit,
        text=body.text,
        phone=body.contact.phone if body.contact else None,
        topic=body.topic,
        call_window=body.call_window,
        language=body.language,
        channel=body.channel,
        source=body.source,
        external_id=body.external_id,
    )
    try:
        case_id = open_complaint(edge.db(), edge.desk(), complaint, now=edge.now())
    except InvalidInputError as error:
        error.field = "contact.phone" if error.field == "phone" else error.field
        raise
    _note("callback.opened_by_api", case_id)
    return _tell(case_id)


@callbacks.call(
    "POST",
    "/callbacks/<uuid:case_id>/claim",
    scope=ApiScope.CALLBACKS_WRITE,
    summary="Take a case for a member of staff",
    takes=ClaimIn,
    gives=CallbackSheet,
    also=_WORK,
    repeatable=True,
    example={"user": _USER},
)
def claim(case_id: uuid.UUID, body: ClaimIn) -> CallbackSheet:
    """Taken twice by the same user is taken once."""
    now = edge.now()
    return _work(
        case_id,
        body.user,
        "claim",
        lambda worker: claim_case(edge.db(), case_id, actor=worker, now=now),
    )


@callbacks.call(
    "POST",
    "/callbacks/<uuid:case_id>/attempts",
    scope=ApiScope.CALLBACKS_WRITE,
    summary="Write down a try to ring",
    takes=AttemptIn,
    gives=CallbackSheet,
    also=_WORK,
    repeatable=True,
    example={"user": _USER, "result": "no_answer"},
)
def attempt(case_id: uuid.UUID, body: AttemptIn) -> CallbackSheet:
    """However it ended, it stops the clock of the first attempt. A case that nobody has taken is taken by it."""
    return _work(
        case_id,
        body.user,
        "attempt",
        lambda worker: log_attempt(
            edge.db(),
            case_id,
            actor=worker,
            rules=edge.wiring().case_rules,
            result=body.result,
            next_attempt_at=body.next_attempt_at,
            note=body.note,
            now=edge.now(),
        ),
    )


@callbacks.call(
    "POST",
    "/callbacks/<uuid:case_id>/close",
    scope=ApiScope.CALLBACKS_WRITE,
    summary="Close a case",
    takes=CloseIn,
    gives=CallbackSheet,
    also=_WORK,
    repeatable=True,
    example={"user": _USER, "outcome": "settled", "cause": "waiting", "note": "A new courier came the same day."},
)
def close(case_id: uuid.UUID, body: CloseIn) -> CallbackSheet:
    """With how it ended and what lay behind it, by the keys of the lists in use. A closed case stays as it is."""
    rules = edge.wiring().case_rules
    _check_key("outcome", body.outcome, [outcome.key for outcome in rules.outcomes])
    _check_key("cause", body.cause, [cause.key for cause in rules.causes])
    return _work(
        case_id,
        body.user,
        "close",
        lambda worker: close_case(
            edge.db(),
            case_id,
            actor=worker,
            rules=rules,
            outcome=body.outcome,
            cause=body.cause,
            note=body.note,
            now=edge.now(),
        ),
    )


def _check_key(field: str, key: str, known: list[str]) -> None:
    if key not in known:
        raise refuse_field(field, f"unknown_{field}", f"no {field} {key!r}; there are: {', '.join(known)}")


def _work(case_id: uuid.UUID, email: str, step: str, act: Callable[[Actor], object]) -> CallbackSheet:
    get_case(edge.db(), case_id, EVERYTHING)  # unknown is told before anything about the user
    worker = get_worker(edge.db(), email)
    try:
        act(worker)
    except (CaseNotFoundError, NotPermittedError):
        raise RefusedError(403, "user_may_not", "this user does not manage the unit of the case") from None
    except InvalidInputError as error:
        # The reader of notes knows no paths; what a field is called here, it is called there.
        raise refuse_field(error.field or "note", error.code, error.message) from None
    _note("callback.worked_by_api", case_id, user_id=worker.user_id, step=step)
    edge.db().flush()  # the answer shows what has just been done
    return _tell(case_id)


def _note(action: str, case_id: uuid.UUID, *, user_id: uuid.UUID | None = None, **details: str) -> None:
    record(
        edge.db(),
        action,
        now=edge.now(),
        user_id=user_id,
        object_type="callback",
        object_id=case_id,
        details={"key": caller().prefix, **details},
    )


def _tell(case_id: uuid.UUID) -> CallbackSheet:
    session = edge.db()
    sheet = read_case(session, case_id, EVERYTHING, now=edge.now())
    number = show_number(session, edge.wiring().vault, sheet.case, user_id=None)
    return CallbackSheet.of_sheet(sheet, unit=get_unit(session, sheet.case.unit_id).code, number=number)
