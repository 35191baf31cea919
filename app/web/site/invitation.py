"""`/invitation/<token>`: where somebody who was invited, or who forgot, chooses a password that only they know.

Looking spends nothing; the form does, once. What opens nothing (any more) is told alike, whyever. The address is a key:
the page keeps it out of every request that it causes, which is why browsers send the form without an `Origin` and the
form token, bound to a cookie that no other site can send along, says in its stead that the form is ours.
"""

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask_babel import gettext
from flask_security import logout_user
from werkzeug.exceptions import Forbidden, TooManyRequests
from werkzeug.wrappers import Response

from app.accounts import proving
from app.accounts.invitations import (
    InvitationGoneError,
    NameMissingError,
    OpenInvitation,
    accept_invitation,
    get_invitation,
)
from app.accounts.passwords import SHORTEST, WeakPasswordError
from app.kit.i18n import read_language
from app.messaging.notices.models import NoticeKind
from app.messaging.notices.telling import tell
from app.web import access, edge
from app.web.rates import is_too_often
from app.web.site.entering import HOME, CompanyOnlyError, go_on

invitation = Blueprint("invitation", __name__, url_prefix="/invitation")
access.gate(invitation, access.Gate.PUBLIC)
# Only what fails is counted: a whole office may sit behind one address.
_MISSES_A_MINUTE = 30


@invitation.get("/<token>")
def show_invitation(token: str) -> str | tuple[str, int]:
    """The form, for as long as the link opens."""
    edge.no_referrer()
    try:
        return _show(get_invitation(edge.db(), token, now=edge.now()))
    except InvitationGoneError:
        return _miss()


@invitation.post("/<token>")
def accept(token: str) -> Response | tuple[str, int]:
    """Take the password, spend the link, and go in."""
    edge.no_referrer()
    _refuse_other_sites()
    # Reading apart: hashing takes a while, and raters would wait if it held the writer's lock.
    try:
        with edge.wiring().database.reading() as reading:
            link = get_invitation(reading, token, now=edge.now())
    except InvitationGoneError:
        return _miss()
    try:
        user = accept_invitation(
            edge.db(),
            link,
            password=request.form.get("new_password", "")[:256],
            name=request.form.get("name", ""),
            address=request.remote_addr,
            now=edge.now(),
        )
    except NameMissingError as error:
        return _show(link, name_error=error.code), 422
    except WeakPasswordError as error:
        return _show(link, password_error=error.code), 422
    except InvitationGoneError:  # a second tap, while the first was being answered
        edge.roll_back()
        return _miss()
    # Whoever was signed in on this device is so no longer: an administrator who tries a link out, for one.
    if access.find_staff() is not None:
        logout_user()
    if not link.is_first:
        change = {"change": "password_changed"}
        tell(edge.db(), user_id=user.id, kind=NoticeKind.SIGN_IN_CHANGED, params=change, now=edge.now())
    try:
        onward = go_on(user, first=proving.PASSWORD, leads=HOME)
    except CompanyOnlyError:  # the password is chosen, but it is not what opens the door here
        return redirect(access.SIGN_IN, 303)
    if link.is_first:
        flash(gettext("Welcome! From now on you sign in with your e-mail and this password."), "good")
    else:
        flash(gettext("Your password is changed. Every other device is signed out."), "good")
    return onward


def _show(link: OpenInvitation, *, name_error: str = "", password_error: str = "") -> str:
    somebody = access.find_staff()
    _speak(link.language)
    return render_template(
        "security/invitation.html",
        link=link,
        # What was made of the e-mail for want of a name is not offered as one.
        name=request.form.get("name", "" if link.name == link.email.partition("@")[0] else link.name),
        name_error=name_error,
        password_error=password_error,
        shortest=SHORTEST,
        signed_in_as=somebody.user.email if somebody and somebody.user.id != link.user_id else None,
    )


def _miss() -> tuple[str, int]:
    if is_too_often("invitation", per_minute=_MISSES_A_MINUTE):
        raise TooManyRequests
    return render_template("security/invitation_gone.html"), 404


def _speak(language: str | None) -> None:
    """Show the page in the language that whoever made the link chose for the person, unless another is asked for."""
    chosen = read_language(request.args.get("lang")) or read_language(language)
    if chosen is not None:
        edge.use_language(chosen)


def _refuse_other_sites() -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden
    current_app.extensions["csrf"].protect()
