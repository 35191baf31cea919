"""The signed token of a form: one page shown is at most one response, and we know when it was shown."""

import base64
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from itsdangerous import BadSignature, Signer

from app.kit.crypto import text_signer
from app.kit.errors import InvalidInputError


class BadFormTokenError(InvalidInputError):
    """The form's token is missing, altered or from another page; a fresh page has a fresh one."""

    code = "bad_form_token"


@dataclass(frozen=True, slots=True)
class FormToken:
    """A form that we handed out: its nonce (what makes it one response) and when it was shown."""

    nonce: str
    issued_at: datetime


def form_subject(code: str, survey_key: str, version: int) -> str:
    """Return what a page is about: the form of an old page must not be read on the scale of another survey."""
    return f"{code}:{survey_key}:{version}"


def issue_form(signing_key: str, subject: str, now: datetime) -> str:
    """Return a token for a page about `subject`, which has no dot in it (see `form_subject`); nothing is stored."""
    nonce = base64.urlsafe_b64encode(secrets.token_bytes(12)).decode()
    issued = int(now.timestamp() * 1000)
    return _signer(signing_key).sign(f"{subject}.{nonce}.{issued}").decode()


def read_form(signing_key: str, subject: str, token: str) -> FormToken:
    """Return the token's content; raises BadFormTokenError unless we signed it for this very subject."""
    try:
        signed_for, nonce, issued = _signer(signing_key).unsign(token[:200]).decode().split(".")
    except (BadSignature, ValueError) as error:
        raise BadFormTokenError(
            "the form's token is missing or altered; reload the page", field="form_token"
        ) from error
    if signed_for != subject:
        raise BadFormTokenError("the form belongs to another page; reload it", field="form_token")
    return FormToken(nonce, datetime.fromtimestamp(int(issued) / 1000, UTC))


@lru_cache(maxsize=4)
def _signer(signing_key: str) -> Signer:
    return text_signer(signing_key, "otklik.form")
