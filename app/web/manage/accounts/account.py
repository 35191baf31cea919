"""One's own account: what one may do and see, sign-ins listed and ended, the password, the language of the pages."""

import uuid
from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response

from app.accounts.addresses import change_own_email
from app.accounts.audit import last_entry
from app.accounts.invitations import CHOSEN
from app.accounts.listing import list_roles
from app.accounts.passwords import SHORTEST
from app.accounts.second_factors import read_factors
from app.accounts.service import WrongPasswordError, change_password, set_language
from app.accounts.sign_ins import TooManyAttemptsError, end_sign_in, end_sign_ins, list_sign_ins
from app.analytics.kept.plans import list_plans, remove_plan
from app.kit.errors import ConflictError, InvalidInputError
from app.kit.i18n import read_language
from app.web import access, edge
from app.web.manage.accounts import words
from app.web.manage.figures.report_plans import say_rhythm
from app.web.manage.told import tell_of_change, tell_of_email

HOME = "/manage/account"
account = Blueprint("account", __name__, url_prefix=HOME)
access.gate(account, access.Gate.SIGNED_IN)

# Each names itself like those after it, too, so the first that is found is meant.
_PROGRAMS = {"YaBrowser": "Yandex", "Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"} | {
    name: name for name in ("Firefox", "Chrome", "Safari")
}
_SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows"} | {
    "Mac OS X": "macOS",
    "Linux": "Linux",
}
_PASSWORD_DEEDS = ("password.changed", "password.reset", CHOSEN)


@account.get("")
def show_account() -> str:
    """The user's own page."""
    return _show({})


@account.post("/password")
def replace_password() -> Response | tuple[str, int]:
    """Choose a password of one's own; every other sign-in ends, since somebody may have known the old one."""
    who = access.staff()
    present, new = request.form.get("password", ""), request.form.get("new_password", "")
    try:
        change_password(
            edge.db(), who.user.id, present=present, new=new, address=request.remote_addr or "", now=edge.now()
        )
    except TooManyAttemptsError as error:
        edge.roll_back()
        return _show({"password": error.code}), 429
    except WrongPasswordError as error:
        access.note_wrong_password(who.user.email)
        return _show({"password": error.code}), 422
    except InvalidInputError as error:
        return _show({error.field or "new_password": error.code}), 422
    end_sign_ins(edge.db(), who.user.id, keep=who.sign_in.id, by=who.user.id, now=edge.now())
    tell_of_change("password_changed")
    flash(gettext("Your password is changed. Every other device is signed out."), "good")
    return redirect(HOME, 303)


@account.get("/email")
def show_email() -> str:
    """The form for another e-mail."""
    _check_own_email()
    access.prove_anew()
    return _show_email({})


@account.post("/email")
def replace_email() -> Response | tuple[str, int]:
    """Take another e-mail to sign in with; every other sign-in ends, and both addresses are told."""
    _check_own_email()
    access.prove_anew()
    who, email = access.staff(), request.form.get("email", "")
    try:
        before = change_own_email(edge.db(), who.actor, email, keep_sign_in=who.sign_in.id, now=edge.now())
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        return _show_email({"email": words.REFUSALS[error.code]}), 422
    if before is not None:
        tell_of_email(who.user.id, before)
        flash(gettext("Your e-mail is changed. Every other device is signed out."), "good")
    return redirect(HOME, 303)


@account.post("/sign-ins/<uuid:sign_in_id>/end")
def end_one(sign_in_id: uuid.UUID) -> Response:
    """End one of one's own sign-ins, perhaps this one."""
    end_sign_in(edge.db(), sign_in_id, user_id=access.staff().user.id, now=edge.now())
    flash(gettext("That device is signed out."), "good")
    return redirect(HOME, 303)


@account.post("/sign-ins/end")
def end_others() -> Response:
    """End every sign-in but this one."""
    who = access.staff()
    end_sign_ins(edge.db(), who.user.id, keep=who.sign_in.id, by=who.user.id, now=edge.now())
    flash(gettext("Every other device is signed out."), "good")
    return redirect(HOME, 303)


@account.post("/reports/<uuid:own_plan_id>/stop")
def stop_report(own_plan_id: uuid.UUID) -> Response:
    """Send a report of one's own no more; here even for somebody who may see nothing any more."""
    remove_plan(edge.db(), own_plan_id, access.staff().actor, now=edge.now())
    flash(gettext("This report is sent no more."), "good")
    return redirect(f"{HOME}#reports", 303)


@account.post("/language")
def choose_language() -> Response:
    """Show the staff pages in another language from now on, and go back to where one was."""
    language = read_language(request.form.get("language"))
    if language is None:
        raise BadRequest
    set_language(edge.db(), access.staff().user.id, language, now=edge.now())
    return redirect(access.local_path(request.form.get("back")) or HOME, 303)


def _may_change_email() -> bool:
    """Tell whether people choose their own e-mail: not where it says who they are to the company's own sign-in."""
    return edge.wiring().door.company is None


def _check_own_email() -> None:
    if not _may_change_email():
        raise NotFound


def _show_email(errors: Mapping[str, object]) -> str:
    return render_template("manage/account/email.html", who=access.staff(), typed=request.form, errors=errors)


def _show(errors: dict[str, str]) -> str:
    who = access.staff()
    idle = timedelta(minutes=edge.wiring().sign_in_idle_minutes)
    # The request's own session: what a POST has changed is already seen.
    found = list_sign_ins(edge.db(), who.user.id, idle=idle, now=edge.now())
    return render_template(
        "manage/account.html",
        who=who,
        sign_ins=found,
        roles=list_roles(edge.db(), [who.user.id]).get(who.user.id, ()),
        factors=read_factors(edge.db(), who.user.id),
        may_change_email=_may_change_email(),
        changed=last_entry(edge.db(), who.user.id, _PASSWORD_DEEDS),
        by_link=CHOSEN,
        plans=list_plans(edge.db(), who.actor, only_own=True, now=edge.now(), zone=edge.desk().zone),
        say_rhythm=say_rhythm,
        program_of=program_of,
        words=words,
        errors=errors,
        shortest=SHORTEST,
    )


def program_of(user_agent: str) -> str:
    """Return browser and system in two words, or what the program calls itself if we know neither."""
    words = [next((name for mark, name in known.items() if mark in user_agent), "") for known in (_PROGRAMS, _SYSTEMS)]
    return " · ".join(filter(None, words)) or user_agent
