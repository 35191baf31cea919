"""What is done about one case from its page: each form is one use case, and a refused one keeps what was typed."""

import uuid
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.callbacks.closing import close_case, settle_on_site
from app.callbacks.errors import InvalidWorkError, PromiseNotFoundError
from app.callbacks.handing_over import hand_over_case
from app.callbacks.holding import get_case
from app.callbacks.merging import merge_cases
from app.callbacks.models import AttemptResult, CallbackCase
from app.callbacks.numbers import reveal_number
from app.callbacks.promises import keep_promise, list_promises, make_promise, withdraw_promise
from app.callbacks.working import add_note, claim_case, log_attempt, release_case, reschedule_case
from app.kit.crypto import UnreadableValueError
from app.kit.errors import ConflictError, InvalidInputError
from app.organisation.tree import working_time
from app.web import access, edge
from app.web.manage.callbacks import words
from app.web.manage.callbacks.case import HOME, acts_as, read_local, read_time, refuse, render_case, work

case_work = Blueprint("case_work", __name__, url_prefix=f"{HOME}/<uuid:case_id>")
access.gate(case_work, access.Gate.MANAGER)


@case_work.post("/claim")
def claim(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take the case; the page then shows the number to ring."""
    return work(case_id, "claim", lambda: claim_case(edge.db(), case_id, **acts_as()))


@case_work.post("/release")
def release(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Give the case back to everybody."""
    return work(
        case_id, "release", lambda: release_case(edge.db(), case_id, **acts_as()), gettext("The case is free again.")
    )


@case_work.post("/attempts")
def attempt(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Write down how a try to ring went: `result`, or `again` for the times at which to ring later."""
    again = request.form.get("again")
    result = AttemptResult.CALL_LATER if again else _read_result(request.form.get("result", ""))
    zone = _zone_of(case_id)
    try:
        if result is None:
            raise InvalidWorkError("no result", field="result", code="result_missing")
        case = log_attempt(
            edge.db(),
            case_id,
            **acts_as(),
            rules=edge.wiring().case_rules,
            result=result,
            next_attempt_at=read_time(again, request.form.get("at", ""), zone) if again else None,
            note=request.form.get("note"),
        )
    except (InvalidInputError, ConflictError) as error:
        return refuse(case_id, "attempt", error)
    flash(words.say_attempt(result, case, zone, edge.now()), "good")
    # What most often comes next stands open on the page.
    return redirect(url_for("callbacks.show_case", case_id=case_id, then=result if result in _LEADS_ON else None), 303)


@case_work.post("/reschedule")
def reschedule(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Put the case off until a time that was agreed, without a try to ring."""

    def act() -> CallbackCase:
        at = read_time(request.form.get("again", "at"), request.form.get("at", ""), _zone_of(case_id))
        if at is None:
            raise InvalidWorkError("say when to ring", field="at", code="time_missing")
        return reschedule_case(edge.db(), case_id, **acts_as(), at=at, note=request.form.get("note"))

    return work(case_id, "reschedule", act, gettext("The case waits until then."))


@case_work.post("/hand-over")
def hand_over(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Give the case to a colleague who may work it."""

    def act() -> CallbackCase:
        return hand_over_case(
            edge.db(),
            case_id,
            **acts_as(),
            to_user_id=_read_id(request.form.get("to", ""), "to", "taker_missing"),
            note=request.form.get("note"),
        )

    return work(case_id, "hand-over", act, gettext("The case is handed over."))


@case_work.post("/merge")
def merge(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Close the chosen open cases of the same person into this one."""

    def act() -> CallbackCase:
        others = [_read_id(typed, "case", "cases_missing") for typed in request.form.getlist("case")]
        note = request.form.get("note") or None
        return merge_cases(edge.db(), into_id=case_id, other_ids=others, note=note, **acts_as())

    return work(case_id, "merge", act, gettext("They are one case now."))


@case_work.post("/on-site")
def settle(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Close the case as settled at the office, by a tap on what lay behind it."""

    def act() -> CallbackCase:
        form = request.form
        return settle_on_site(
            edge.db(),
            case_id,
            **acts_as(),
            rules=edge.wiring().case_rules,
            cause=form.get("cause", ""),
            note=form.get("note"),
        )

    return work(case_id, "on-site", act, gettext("The case is closed."), then=f"{HOME}?tab=mine")


@case_work.post("/promises")
def promise(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Write down what was promised, and by when on the office's clock."""

    def act() -> object:
        due_at = read_local(request.form.get("at", ""), _zone_of(case_id))
        if due_at is None:
            raise InvalidWorkError("say by when", field="at", code="promise_time_missing")
        return make_promise(edge.db(), case_id, **acts_as(), promise=request.form.get("promise", ""), due_at=due_at)

    return work(case_id, "promise", act, gettext("The promise is written down."))


@case_work.post("/promises/<uuid:promise_id>/keep")
def keep(case_id: uuid.UUID, promise_id: uuid.UUID) -> Response | tuple[str, int]:
    """Write down that the promise was kept."""
    _check_promise(case_id, promise_id)
    return work(
        case_id, "keep", lambda: keep_promise(edge.db(), promise_id, **acts_as()), gettext("The promise is kept.")
    )


@case_work.post("/promises/<uuid:promise_id>/withdraw")
def withdraw(case_id: uuid.UUID, promise_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take the promise back."""
    _check_promise(case_id, promise_id)
    return work(
        case_id,
        "withdraw",
        lambda: withdraw_promise(edge.db(), promise_id, **acts_as()),
        gettext("The promise is withdrawn."),
    )


@case_work.post("/notes")
def note(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Write a note into the timeline."""
    text = request.form.get("note", "")
    return work(
        case_id,
        "note",
        lambda: add_note(edge.db(), case_id, **acts_as(), note=text),
        gettext("The note is written down."),
    )


@case_work.post("/close")
def close(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Close the case with its outcome and cause, and go on with the list."""

    def act() -> CallbackCase:
        form = request.form
        return close_case(
            edge.db(),
            case_id,
            **acts_as(),
            rules=edge.wiring().case_rules,
            outcome=form.get("outcome", ""),
            cause=form.get("cause", ""),
            note=form.get("note"),
        )

    return work(case_id, "close", act, gettext("The case is closed."), then=f"{HOME}?tab=mine")


@case_work.post("/number")
def reveal(case_id: uuid.UUID) -> str | tuple[str, int]:
    """Show the number on this one page to somebody who says why; it is written down."""
    case = get_case(edge.db(), case_id, access.scope())
    try:
        number = reveal_number(
            edge.db(),
            edge.wiring().vault,
            case,
            actor=access.staff().actor,
            reason=request.form.get("reason", ""),
            address=request.remote_addr,
            now=edge.now(),
        )
    except (InvalidInputError, ConflictError, UnreadableValueError) as error:
        return refuse(case_id, "number", error)
    edge.db().flush()  # the timeline shows this very reveal
    return render_case(case_id, revealed=number)


# After these results the form of closing is what comes next.
_LEADS_ON = frozenset({AttemptResult.REACHED, AttemptResult.WRONG_NUMBER})
_RESULTS: Mapping[str, AttemptResult] = {
    result: result for result in (AttemptResult.REACHED, AttemptResult.NO_ANSWER, AttemptResult.WRONG_NUMBER)
}


def _read_result(text: str) -> AttemptResult | None:
    return _RESULTS.get(text)


def _zone_of(case_id: uuid.UUID) -> ZoneInfo:
    """Return the clock of the case's office; another office's case is not found."""
    return working_time(edge.db(), get_case(edge.db(), case_id, access.scope()).unit_id).time_zone


def _read_id(text: str, field: str, code: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise InvalidWorkError("choose one of the list", field=field, code=code) from error


def _check_promise(case_id: uuid.UUID, promise_id: uuid.UUID) -> None:
    """Raise PromiseNotFoundError unless the promise is one of this case, which lies in the user's units."""
    case = get_case(edge.db(), case_id, access.scope())
    if promise_id not in {promise.id for promise in list_promises(edge.db(), case.id)}:
        raise PromiseNotFoundError("no such promise")
