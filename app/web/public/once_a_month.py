"""The signed cookie by which an employee counts once a month: the browser remembers, and nothing is kept on our side.

Figures of employees are told from ten answers on, and one person who answers every day must not be those ten. A mark in
our tables that lasts a month would lead from a telephone to its answer; this one says "has answered, in March".
"""

from datetime import datetime
from functools import lru_cache

from flask import request
from itsdangerous import BadSignature, Signer
from werkzeug.wrappers import Response

from app.kit.crypto import text_signer
from app.surveys.definition import Audience, Definition
from app.web import edge

_SECONDS = 32 * 24 * 3600


def has_answered(definition: Definition, *, now: datetime) -> bool:
    """Tell whether this browser says that it has answered this survey of employees in this month."""
    if definition.audience is not Audience.EMPLOYEES:
        return False
    wiring = edge.wiring()
    cookie = request.cookies.get(_name(definition, wiring.secure), "")
    try:
        return _signer(wiring.signing_key).unsign(cookie[:200]).decode() == _mark(definition, now)
    except (BadSignature, ValueError):
        return False


def remember(response: Response, definition: Definition, *, now: datetime) -> None:
    """Let the browser of an employee remember that it has answered; a customer's is told nothing."""
    if definition.audience is Audience.EMPLOYEES:
        wiring = edge.wiring()
        response.set_cookie(
            _name(definition, wiring.secure),
            _signer(wiring.signing_key).sign(_mark(definition, now)).decode(),
            max_age=_SECONDS,
            path="/",
            secure=wiring.secure,
            httponly=True,
            samesite="Lax",
        )


def _mark(definition: Definition, now: datetime) -> str:
    return f"{definition.key} {now.astimezone(edge.desk().zone):%Y-%m}"


def _name(definition: Definition, secure: bool) -> str:
    return f"{'__Host-' if secure else ''}answered-{definition.key}"


@lru_cache(maxsize=4)
def _signer(signing_key: str) -> Signer:
    return text_signer(signing_key, "otklik.answered")
