"""How one signs in: one-time codes, passkeys and recovery codes, set up and removed by their owner.

Whoever must have a second factor and has none is let in here, and nowhere else. All that is changed here asks who it is
unless that was shown within ten minutes, and is told to the user by another way.
"""

import uuid

from flask import Blueprint, flash, jsonify, redirect, render_template, request, session
from flask import Response as JsonResponse
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts import proving
from app.accounts.factors import StepKind
from app.accounts.one_time_codes import (
    CodesExistError,
    WrongCodeError,
    begin_codes,
    confirm_codes,
    read_enrolment,
    remove_codes,
)
from app.accounts.passkeys import (
    PasskeyRefusedError,
    Place,
    TooManyPasskeysError,
    add_passkey,
    ask_for_new,
    list_passkeys,
    remove_passkey,
)
from app.accounts.recovery_codes import HOW_MANY, make_recovery_codes
from app.accounts.second_factors import LastFactorError, keep_tidy, read_factors
from app.accounts.sign_ins import end_sign_ins, note_proof
from app.accounts.steps import StepGoneError, begin_step, take_step
from app.kit.log import get_logger
from app.touchpoints.qr import dark_runs, qr_modules
from app.web import access, edge
from app.web.manage.told import tell_of_change

HOME = access.SET_UP
_LOG = get_logger(__name__)
_CHALLENGE = "challenge"
account_security = Blueprint("account_security", __name__, url_prefix=HOME)
access.gate(account_security, access.Gate.SIGNED_IN, halfway=True)


@account_security.get("")
def show_security() -> str | Response:
    """What there is beside the password."""
    who = access.staff()
    factors = read_factors(edge.db(), who.user.id)
    if access.is_halfway(who) and factors.any:  # set up already, on another device perhaps: it only has to be shown
        return redirect(f"{access.AGAIN}?next=/manage/", 303)
    return render_template(
        "manage/account/security.html",
        who=who,
        factors=factors,
        passkeys=list_passkeys(edge.db(), who.user.id),
        is_halfway=access.is_halfway(who),
        must_have_one=_must_have_one(),
        how_many=HOW_MANY,
    )


@account_security.post("/codes/begin")
def begin() -> Response:
    """Make a secret to be scanned."""
    access.prove_anew()
    try:
        begin_codes(edge.db(), access.staff().user.id, vault=edge.wiring().vault, now=edge.now())
    except CodesExistError:
        return redirect(HOME, 303)
    return redirect(f"{HOME}/codes", 303)


@account_security.get("/codes")
def show_codes() -> str | Response:
    """The secret as a QR code, and the field for the first code."""
    access.prove_anew()
    return _show_codes() or redirect(HOME, 303)


@account_security.post("/codes")
def confirm() -> str | Response | tuple[str, int]:
    """Take the first code; from now on one is asked for."""
    access.prove_anew()
    who, vault, now = access.staff(), edge.wiring().vault, edge.now()
    had = read_factors(edge.db(), who.user.id)
    try:
        confirm_codes(edge.db(), who.user.id, request.form.get("code", "")[:64], vault=vault, now=now)
    except WrongCodeError:
        edge.roll_back()
        page = _show_codes(gettext("This is not the code of now. Wait for the next one and try again."))
        return (page, 422) if page else redirect(HOME, 303)
    _note_added(proving.CODE, "codes_added", is_first=not had.any)
    flash(gettext("From now on you sign in with a code from your telephone."), "good")
    return redirect(HOME, 303) if had.recovery_codes else _make_recovery_codes()


@account_security.post("/codes/remove")
def remove() -> Response | tuple[str, int]:
    """Ask for codes no more."""
    access.prove_anew()
    who = access.staff()
    if remove_codes(edge.db(), who.user.id, by=who.user.id, now=edge.now()):
        return _note_removed("codes_removed")
    return redirect(HOME, 303)


@account_security.get("/passkeys/new")
def show_new_passkey() -> str:
    """The name of a new passkey, and the button."""
    access.prove_anew()
    return render_template("manage/account/new_passkey.html", passkey_origin=edge.wiring().public_url)


@account_security.post("/passkeys/begin")
def ask_passkey() -> Response:
    """Return what the browser needs to make a passkey."""
    if not access.is_proved():
        return _send_to_prove()
    user_id = access.staff().user.id
    secret, challenge = begin_step(edge.db(), StepKind.PASSKEY_NEW, user_id=user_id, now=edge.now())
    try:
        options = ask_for_new(edge.db(), user_id, place=_place(), challenge=challenge)
    except TooManyPasskeysError:
        return _refuse(gettext("You have as many passkeys as there may be. Remove one first."), 409)
    session[_CHALLENGE] = secret
    return JsonResponse(options, content_type="application/json")


@account_security.post("/passkeys")
def add() -> Response:
    """Keep the passkey that the browser made, and say where to go."""
    if not access.is_proved():
        return _send_to_prove()
    who, now = access.staff(), edge.now()
    had = read_factors(edge.db(), who.user.id)
    try:
        step = take_step(edge.db(), session.pop(_CHALLENGE, None), StepKind.PASSKEY_NEW, now=now)
        if step.user_id != who.user.id:
            raise StepGoneError
        add_passkey(
            edge.db(),
            who.user.id,
            answer=request.form.get("answer", ""),
            name=request.form.get("name", ""),
            place=_place(),
            challenge=step.challenge,
            now=now,
        )
    except StepGoneError:
        return _refuse(gettext("This took too long. Try again."), 409)
    except PasskeyRefusedError as error:
        _LOG.info("new passkey refused", why=error.message)
        return _refuse(gettext("This passkey was not accepted. Try again, or use another device."), 422)
    _note_added(proving.PASSKEY, "passkey_added", is_first=not had.any)
    flash(gettext("The passkey is added. With it you sign in by one tap."), "good")
    return jsonify(to=HOME)


@account_security.post("/passkeys/<uuid:passkey_id>/remove")
def drop_passkey(passkey_id: uuid.UUID) -> Response | tuple[str, int]:
    """Let a passkey open nothing any more."""
    access.prove_anew()
    remove_passkey(edge.db(), passkey_id, user_id=access.staff().user.id, now=edge.now())
    return _note_removed("passkey_removed")


@account_security.post("/recovery-codes")
def renew_recovery_codes() -> str | Response:
    """Make new recovery codes and show them, this once."""
    access.prove_anew()
    user_id = access.staff().user.id
    if not read_factors(edge.db(), user_id).any:
        return redirect(HOME, 303)
    tell_of_change("recovery_codes_made")
    return _make_recovery_codes()


def _make_recovery_codes() -> str:
    """Return the page with the codes. The answer to the form itself, since they are kept nowhere."""
    who = access.staff()
    codes = make_recovery_codes(edge.db(), who.user.id, vault=edge.wiring().vault, now=edge.now())
    return render_template("manage/account/recovery_codes.html", codes=codes, who=who, now=edge.now())


def _show_codes(error: str = "") -> str | None:
    who, wiring = access.staff(), edge.wiring()
    enrolment = read_enrolment(
        edge.db(),
        who.user.id,
        vault=wiring.vault,
        issuer=edge.desk().company,
        account=who.user.email,
        now=edge.now(),
    )
    if enrolment is None:
        return None
    # Not through the cache of addresses: a secret stays in no memory longer than its page is made.
    modules = qr_modules.__wrapped__(enrolment.uri)
    path = "".join(
        f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(modules) for start, length in dark_runs(row)
    )
    groups = " ".join(enrolment.secret[start : start + 4] for start in range(0, len(enrolment.secret), 4))
    return render_template(
        "manage/account/codes.html",
        qr_size=len(modules),
        qr_path=path,
        secret=groups,
        uri=enrolment.uri,
        errors={"code": error} if error else {},
    )


def _note_added(second: str, what: str, *, is_first: bool) -> None:
    """Let this sign-in count as two things shown, and end those that have shown one."""
    who, rules = access.staff(), edge.wiring().door.rules
    if not rules.shows_two(who.sign_in.method):
        method = proving.join_method(who.sign_in.method, second)
        note_proof(edge.db(), who.sign_in.id, method=method, now=edge.now())
    if is_first:
        end_sign_ins(edge.db(), who.user.id, keep=who.sign_in.id, by=who.user.id, now=edge.now())
    tell_of_change(what)


def _note_removed(what: str) -> Response | tuple[str, int]:
    try:
        keep_tidy(edge.db(), access.staff().user.id, must_have_one=_must_have_one())
    except LastFactorError:
        edge.roll_back()
        flash(gettext("Your company asks for a second factor, and this is your only one. Add another first."), "bad")
        return redirect(HOME, 303)
    tell_of_change(what)
    flash(gettext("It is removed and opens nothing any more."), "good")
    return redirect(HOME, 303)


def _must_have_one() -> bool:
    who = access.staff()
    return edge.wiring().door.rules.needs_two(who.grants, who.sign_in.method)


def _place() -> Place:
    return Place(edge.wiring().public_url, edge.desk().company)


def _send_to_prove() -> Response:
    return jsonify(to=f"{access.AGAIN}?next={HOME}/passkeys/new")


def _refuse(why: str, status: int) -> Response:
    edge.roll_back()
    answer = jsonify(error=why)
    answer.status_code = status
    return answer
