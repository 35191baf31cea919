"""`/sign-in/code`: the second thing, after the first was shown: a one-time code, a recovery code or a passkey.

The cookie holds the secret of a step that lasts five minutes and grants nothing but five tries at this page. A try is
counted before the code is looked at, in a transaction of its own, so that guesses sent at once are counted too.
"""

import uuid

from flask import Blueprint, redirect, render_template, request, session
from flask_babel import gettext
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from app.accounts import proving
from app.accounts.audit import record_apart
from app.accounts.factors import StepKind
from app.accounts.models import StaffUser
from app.accounts.one_time_codes import WrongCodeError
from app.accounts.second_factors import FAILED, check_code, check_not_guessed, read_factors
from app.accounts.sign_ins import TooManyAttemptsError
from app.accounts.steps import StepGoneError, count_try, find_step, take_step
from app.messaging.notices.models import NoticeKind
from app.messaging.notices.telling import tell
from app.web import access, edge
from app.web.rates import is_too_often
from app.web.site.challenges import answer_challenge, ask_challenge, refuse, said
from app.web.site.entering import STEP, begin, with_next

second_factor = Blueprint("second_factor", __name__, url_prefix="/sign-in/code")
access.gate(second_factor, access.Gate.PUBLIC)


@second_factor.get("")
def show_code() -> str | Response:
    """The form, for as long as the step is open."""
    step = find_step(edge.db(), session.get(STEP), StepKind.SECOND_FACTOR, now=edge.now())
    if step is None or step.user_id is None:
        return redirect(with_next(access.SIGN_IN), 303)
    return _show(step.user_id)


@second_factor.post("")
def enter() -> Response | tuple[str, int]:
    """Take the code, and go in."""
    if is_too_often("second-factor", per_minute=30):
        raise TooManyRequests
    access.refuse_other_sites()
    wiring, now = edge.wiring(), edge.now()
    try:
        with wiring.database.transaction() as apart:  # before this request has begun one: SQLite has one writer
            step = find_step(apart, session.get(STEP), StepKind.SECOND_FACTOR, now=now)
            if step is None or step.user_id is None:
                raise StepGoneError
            user_id = step.user_id
            count_try(apart, step.id)
        check_not_guessed(edge.db(), user_id, now=now)
        second = check_code(edge.db(), user_id, request.form.get("code", "")[:64], vault=wiring.vault, now=now)
        return _enter(second)
    except StepGoneError:
        edge.roll_back()
        return redirect(with_next(access.SIGN_IN), 303)
    except TooManyAttemptsError:
        edge.roll_back()
        return _show(user_id, gettext("Too many wrong codes. Wait a quarter of an hour, then sign in again.")), 429
    except WrongCodeError:
        note_failure(user_id)
        return _show(user_id, gettext("This code is wrong, or was used already. Try the next one.")), 401


@second_factor.post("/passkey/begin")
def ask_passkey() -> Response:
    """Return what the browser needs to ask for one of the user's passkeys."""
    access.refuse_other_sites()
    step = find_step(edge.db(), session.get(STEP), StepKind.SECOND_FACTOR, now=edge.now())
    if step is None or step.user_id is None:
        return refuse(gettext("This took too long. Sign in again."), 401)
    return ask_challenge(StepKind.PASSKEY_SECOND, user_id=step.user_id)


@second_factor.post("/passkey")
def enter_by_passkey() -> Response:
    """Take the passkey's answer, and say where to go."""
    access.refuse_other_sites()
    answered = answer_challenge(StepKind.PASSKEY_SECOND)
    if isinstance(answered, Response):
        return answered
    try:
        return said(_enter(proving.PASSKEY, only=answered))
    except StepGoneError:
        return refuse(gettext("This took too long. Sign in again."), 401)


def note_failure(user_id: uuid.UUID) -> None:
    """Keep in the audit that a code was wrong, now that the request's own transaction is over."""
    edge.roll_back()
    record_apart(
        edge.wiring().database,
        FAILED,
        now=edge.now(),
        object_type="user",
        object_id=user_id,
        address=request.remote_addr,
    )


def _enter(second: str, *, only: StaffUser | None = None) -> Response:
    """Take the step, which counts once, and begin the sign-in."""
    step = take_step(edge.db(), session.get(STEP), StepKind.SECOND_FACTOR, now=edge.now())
    user = edge.db().get(StaffUser, step.user_id)
    if user is None or not user.active or (only is not None and only.id != user.id):
        raise StepGoneError
    if second == proving.RECOVERY:
        change = {"change": "recovery_code_used"}
        tell(edge.db(), user_id=user.id, kind=NoticeKind.SIGN_IN_CHANGED, params=change, now=edge.now())
    first, _, _ = step.method.partition("+")
    return begin(user, first, second)


def _show(user_id: uuid.UUID, error: str = "") -> str:
    return render_template(
        "security/code.html",
        error=error,
        factors=read_factors(edge.db(), user_id),
        passkey_origin=edge.wiring().public_url,
        with_next=with_next,
    )
