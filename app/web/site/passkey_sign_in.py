"""`/sign-in/passkey`: in with one tap. A passkey asks its owner for a finger or a face, so it is both factors."""

from flask import Blueprint
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts import proving
from app.accounts.factors import StepKind
from app.web import access, edge
from app.web.site.challenges import answer_challenge, ask_challenge, refuse, said
from app.web.site.entering import CompanyOnlyError, go_on

passkey_sign_in = Blueprint("passkey_sign_in", __name__, url_prefix="/sign-in/passkey")
access.gate(passkey_sign_in, access.Gate.PUBLIC)


@passkey_sign_in.post("/begin")
def ask() -> Response:
    """Return what the browser needs to offer whatever passkeys it has for this address."""
    access.refuse_other_sites()
    return ask_challenge(StepKind.PASSKEY_SIGN_IN, user_id=None)


@passkey_sign_in.post("")
def enter() -> Response:
    """Take the passkey's answer, and say where to go."""
    access.refuse_other_sites()
    answered = answer_challenge(StepKind.PASSKEY_SIGN_IN)
    if isinstance(answered, Response):
        return answered
    try:
        return said(go_on(answered, first=proving.PASSKEY))
    except CompanyOnlyError:
        edge.roll_back()
        name = edge.wiring().door.company_name
        return refuse(gettext("Please sign in with %(name)s.", name=name), 403)
