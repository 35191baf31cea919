"""`/sign-in/again`: who is it? Asked before what only the owner of the account may do, unless shown ten minutes ago.

A form that was sent comes here as it is (307). Its fields are carried along on this page, and once it is shown who asks
they are sent back the same way: nothing typed is lost, with or without a script.
"""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from app.accounts import proving
from app.accounts.factors import StepKind
from app.accounts.one_time_codes import WrongCodeError
from app.accounts.passwords import NO_PASSWORD
from app.accounts.second_factors import check_code, check_not_guessed, read_factors
from app.accounts.sign_ins import (
    TooManyAttemptsError,
    WrongCredentialsError,
    check_credentials,
)
from app.web import access, edge
from app.web.rates import is_too_often
from app.web.site.challenges import answer_challenge, ask_challenge
from app.web.site.entering import HOME
from app.web.site.second_factor import note_failure

again = Blueprint("again", __name__, url_prefix="/sign-in/again")
access.gate(again, access.Gate.SIGNED_IN, halfway=True)
# The fields of this page itself; all others belong to the form that was interrupted.
PASSWORD, CODE, SENT = "proof-password", "proof-code", "proof-sent"
# That a form was interrupted is written into the page, never into its address: only a form of ours, with its token,
# gets there, so that no link makes anybody send what they did not mean to.
FORM = "proof-form"
_OWN = frozenset({PASSWORD, CODE, SENT, FORM, "csrf_token"})


@again.get("")
def show_again() -> str:
    """The question, before a page."""
    return _show()


@again.post("")
def prove() -> str | Response | tuple[str, int]:
    """The question, for a form that was interrupted; or its answer, and on with the form."""
    if access.is_proved() and not access.is_halfway(access.staff()) and SENT in request.form:
        return _onward()
    if SENT not in request.form:
        return _show(carried=True)
    if is_too_often("again", per_minute=30):
        raise TooManyRequests
    who, now = access.staff(), edge.now()
    password, code = request.form.get(PASSWORD, "")[:256], request.form.get(CODE, "")[:64]
    try:
        with edge.wiring().database.reading() as reading:  # hashing takes a while
            check_credentials(
                reading, email=who.user.email, password=password, address=request.remote_addr or "", now=now
            )
            asks_code = read_factors(reading, who.user.id).any
        second = ""
        if asks_code:
            check_not_guessed(edge.db(), who.user.id, now=now)
            second = check_code(edge.db(), who.user.id, code, vault=edge.wiring().vault, now=now)
    except TooManyAttemptsError:
        edge.roll_back()
        return _show(gettext("Too many tries. Wait a quarter of an hour and try again."), carried=True), 429
    except WrongCredentialsError:
        access.note_wrong_password(who.user.email)
        return _show(gettext("This is not your password."), carried=True), 401
    except WrongCodeError:
        note_failure(who.user.id)
        return _show(gettext("This code is wrong, or was used already. Try the next one."), carried=True), 401
    # A form that is sent on carries the token it was shown with.
    access.renew_sign_in(second, keep_form_token=FORM in request.form)
    return _onward()


@again.post("/passkey/begin")
def ask_passkey() -> Response:
    """Return what the browser needs to ask for one of the user's own passkeys."""
    return ask_challenge(StepKind.PASSKEY_AGAIN, user_id=access.staff().user.id)


@again.post("/passkey")
def prove_by_passkey() -> Response:
    """Take the passkey's answer; the script then sends the page's form."""
    answered = answer_challenge(StepKind.PASSKEY_AGAIN)
    if isinstance(answered, Response):
        return answered
    access.renew_sign_in(proving.PASSKEY, keep_form_token=True)  # the script sends the page's form next
    return Response("{}", content_type="application/json")


def _onward() -> Response:
    """Return the way back: a form goes on as it was sent, fields and all."""
    return redirect(_leads(), 307 if FORM in request.form else 303)


def _leads() -> str:
    return access.local_path(request.args.get("next")) or HOME


def _show(error: str = "", *, carried: bool = False) -> str:
    who, wiring = access.staff(), edge.wiring()
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _OWN] if carried else []
    return render_template(
        "security/again.html",
        error=error,
        who=who,
        fields=fields,
        is_form=carried and (FORM in request.form or SENT not in request.form),
        leads=_leads(),
        factors=read_factors(edge.db(), who.user.id),
        has_password=who.user.password != NO_PASSWORD,
        company_name=wiring.door.company_name if wiring.door.company else "",
        passkey_origin=wiring.public_url,
        minutes=int(proving.PROOF_LASTS / timedelta(minutes=1)),
        names={"password": PASSWORD, "code": CODE, "sent": SENT, "form": FORM},
    )
