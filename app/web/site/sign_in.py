"""The door for staff: `/sign-in` and `/sign-out`, in the reader's language.

The sign-in form carries no token, so that its two fields are all there is to it and a page that lay open overnight
still works; that no other site submits it is seen from the browser's own headers (`Sec-Fetch-Site`, `Origin`).
"""

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext
from flask_security import logout_user
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from app.accounts import proving
from app.accounts.sign_ins import TooManyAttemptsError, WrongCredentialsError, check_credentials
from app.web import access, edge
from app.web.rates import is_too_often
from app.web.site.entering import CompanyOnlyError, go_on, onward, with_next

sign_in = Blueprint("sign_in", __name__)
access.gate(sign_in, access.Gate.PUBLIC)


@sign_in.get("/sign-in")
def show_sign_in() -> str | Response:
    """The form, or straight on for whoever is signed in."""
    if access.find_staff() is not None:
        return redirect(onward(access.staff().actor), 303)
    return _show_form()


@sign_in.post("/sign-in")
def enter() -> tuple[str, int] | Response:
    """Begin a sign-in, or say that e-mail and password do not go together, without saying which."""
    if is_too_often("sign-in", per_minute=60):
        raise TooManyRequests
    access.refuse_other_sites()
    email, password = request.form.get("email", "")[:254], request.form.get("password", "")[:256]
    address, wiring = request.remote_addr or "", edge.wiring()
    try:
        # Reading apart: hashing takes a while, and raters would wait if it held the writer's lock.
        with wiring.database.reading() as reading:
            user = check_credentials(reading, email=email, password=password, address=address, now=edge.now())
        return go_on(user, first=proving.PASSWORD)
    except TooManyAttemptsError:
        return _show_form(gettext("Too many tries. Wait a quarter of an hour and try again."), email), 429
    except (WrongCredentialsError, CompanyOnlyError):  # told alike: whether the password was right is nobody's business
        access.note_wrong_password(email)
        return _show_form(gettext("E-mail and password do not go together."), email), 401


@sign_in.get("/sign-out")
def show_sign_out() -> str | Response:
    """A button: a GET ends nothing."""
    return render_template("security/sign_out.html") if access.find_staff() else redirect(access.SIGN_IN, 303)


@sign_in.post("/sign-out")
def leave() -> Response:
    """End this sign-in; its cookie opens nothing any more, wherever a copy of it lies."""
    if access.find_staff() is not None:  # a sign-in that has ended by itself needs no token to stay ended
        access.check_form()
        logout_user()
    return redirect(access.SIGN_IN, 303)


def _show_form(error: str = "", email: str = "") -> str:
    door = edge.wiring().door
    return render_template(
        "security/sign_in.html",
        error=error,
        email=email,
        door=door,
        company_address=with_next("/sign-in/company"),
        passkey_origin=edge.wiring().public_url,
        with_next=with_next,
    )
