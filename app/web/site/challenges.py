"""What a browser is asked for a passkey and what it answers: JSON for a script of ours, as passkeys need one anyway."""

import uuid

from flask import Response as JsonResponse
from flask import jsonify, request, session
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.audit import record_apart
from app.accounts.factors import StepKind
from app.accounts.models import StaffUser
from app.accounts.passkeys import PasskeyRefusedError, Place, ask_for_one, check_passkey
from app.accounts.steps import StepGoneError, begin_step, take_step
from app.kit.log import get_logger
from app.web import edge
from app.web.rates import is_too_often
from app.web.site.entering import CHALLENGE

_LOG = get_logger(__name__)
_A_MINUTE = 30
REFUSED = "passkey.refused"


def place() -> Place:
    """Return the address that passkeys belong to."""
    return Place(edge.wiring().public_url, edge.desk().company)


def ask_challenge(kind: StepKind, *, user_id: uuid.UUID | None) -> Response:
    """Return a new challenge for a passkey: the user's, or anybody's."""
    if is_too_often("passkey", per_minute=_A_MINUTE):
        return refuse(gettext("Too many tries in a short time. Wait a minute and try again."), 429)
    session[CHALLENGE], challenge = begin_step(edge.db(), kind, user_id=user_id, now=edge.now())
    return JsonResponse(
        ask_for_one(edge.db(), user_id, place=place(), challenge=challenge), content_type="application/json"
    )


def answer_challenge(kind: StepKind) -> StaffUser | Response:
    """Return whose passkey has answered, or what to tell the script; a challenge is good for one answer."""
    if is_too_often("passkey", per_minute=_A_MINUTE):
        return refuse(gettext("Too many tries in a short time. Wait a minute and try again."), 429)
    now, wiring = edge.now(), edge.wiring()
    try:
        with wiring.database.transaction() as apart:  # it stays spent, whatever becomes of the answer
            step = take_step(apart, session.pop(CHALLENGE, None), kind, now=now)
        return check_passkey(
            edge.db(),
            answer=request.form.get("answer", ""),
            place=place(),
            challenge=step.challenge,
            user_id=step.user_id,
            now=now,
        )
    except StepGoneError:
        return refuse(gettext("This took too long. Try again."), 409)
    except PasskeyRefusedError as error:
        _LOG.info("passkey refused", why=error.message)
        edge.roll_back()
        record_apart(wiring.database, REFUSED, now=now, object_type="passkey", address=request.remote_addr)
        return refuse(gettext("This passkey was not accepted. Try again, or sign in another way."), 422)


def refuse(why: str, status: int) -> Response:
    """Return what the script shows to the person."""
    answer = jsonify(error=why)
    answer.status_code = status
    return answer


def said(way: Response) -> Response:
    """Return a redirect as the script follows it: by itself, so that the page is loaded as any other."""
    return jsonify(to=way.location)
