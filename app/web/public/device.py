"""The signed first-party cookie by which a second tap on the same device changes the first.

It is given with the page, not with the answer: on a bad line the answer's reply may never arrive, and the person who
scans again must still be known as the same. It says nothing but "the same device", lives for a day, and a page works
without it.
"""

import secrets
from functools import lru_cache

from flask import Response, request
from itsdangerous import BadSignature, Signer

from app.kit.crypto import text_signer
from app.web import edge

_SECONDS = 24 * 3600


def read_device() -> str | None:
    """Return the device's name if the browser sent one that we gave, else None."""
    wiring = edge.wiring()
    return _read(request.cookies.get(_name(wiring.secure)), wiring.signing_key)


def give_device(response: Response) -> Response:
    """Let the browser keep its device name for another day; a new one if it has none. Nothing is stored on our side."""
    wiring = edge.wiring()
    name = _name(wiring.secure)
    device = _read(request.cookies.get(name), wiring.signing_key) or secrets.token_urlsafe(16)
    response.set_cookie(
        name,
        _signer(wiring.signing_key).sign(device).decode(),
        max_age=_SECONDS,
        path="/",
        secure=wiring.secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _read(cookie: str | None, signing_key: str) -> str | None:
    if not cookie:
        return None
    try:
        return _signer(signing_key).unsign(cookie[:200]).decode()
    except (BadSignature, ValueError):
        return None


def _name(secure: bool) -> str:
    return "__Host-device" if secure else "device"


@lru_cache(maxsize=4)
def _signer(signing_key: str) -> Signer:
    return text_signer(signing_key, "otklik.device")
