"""One-time codes (TOTP, RFC 6238): a secret shared with an authenticator app, six digits every half minute.

libpass's `totp` was taken over pyotp: it is installed with Flask-Security anyway, and it tells which step a code
belongs to, which is what makes a code count once. The secret is encrypted for its user's row.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from passlib.exc import TokenError
from passlib.totp import TOTP
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.factors import OneTimeCodes
from app.kit.crypto import UnreadableValueError, Vault
from app.kit.errors import ConflictError, InvalidInputError

# A secret that was shown and never confirmed is made anew after this.
_OPEN_FOR = timedelta(minutes=30)
_SECRET_BYTES = 20
DIGITS = 6
# Clocks of telephones are off by seconds, and typing takes a while: the code before and the one after count too.
_WINDOW_SECONDS = 30


class WrongCodeError(InvalidInputError):
    """This is not the code of now, or it was used already."""

    code = "wrong_code"


class CodesExistError(ConflictError):
    """The user has one-time codes; they are removed before others are set up."""

    code = "codes_exist"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app is given: the secret in base32, and the same in the address of a QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def begin_codes(session: Session, user_id: uuid.UUID, *, vault: Vault, now: datetime) -> None:
    """Make the user a new secret, which counts once a code of it was shown; raises CodesExistError.

    One that was begun a moment ago stays: whoever reloads the page has scanned it already.
    """
    held = _find(session, user_id)
    if held is not None and held.confirmed_at is not None:
        raise CodesExistError
    if held is not None and held.created_at > now - _OPEN_FOR:
        return
    if held is not None:
        session.delete(held)
        session.flush()  # its key is the user's
    secret = TOTP.new(size=_SECRET_BYTES).base32_key
    session.add(
        OneTimeCodes(
            user_id=user_id, secret_enc=_seal(vault, user_id, secret), created_at=now, confirmed_at=None, last_step=None
        )
    )
    session.flush()


def read_enrolment(
    session: Session, user_id: uuid.UUID, *, vault: Vault, issuer: str, account: str, now: datetime
) -> Enrolment | None:
    """Return what is shown to the user who is setting codes up, or None if nothing was begun within half an hour.

    `issuer` and `account` are how the app names it.
    """
    held = _find(session, user_id)
    if held is None or held.confirmed_at is not None or held.created_at <= now - _OPEN_FOR:
        return None
    totp = _open(vault, held)
    # A colon divides the two in the address.
    return Enrolment(
        totp.base32_key, str(totp.to_uri(label=account.replace(":", " "), issuer=issuer.replace(":", " ")))
    )


def confirm_codes(session: Session, user_id: uuid.UUID, code: str, *, vault: Vault, now: datetime) -> None:
    """Let the codes count from now on, since the app shows the right one; raises WrongCodeError."""
    held = _find(session, user_id)
    if held is None or held.confirmed_at is not None or held.created_at <= now - _OPEN_FOR:
        raise WrongCodeError(field="code")
    step = _match(_open(vault, held), code, now)
    if step is None:
        raise WrongCodeError(field="code")
    held.confirmed_at, held.last_step = now, step
    record(session, "factor.codes_added", now=now, user_id=user_id, object_type="user", object_id=user_id)


def take_code(session: Session, user_id: uuid.UUID, code: str, *, vault: Vault, now: datetime) -> bool:
    """Tell whether this is the user's code of now; it opens once, also for two who send it at the same moment."""
    held = _find(session, user_id)
    if held is None or held.confirmed_at is None:
        return False
    try:
        step = _match(_open(vault, held), code, now)
    except UnreadableValueError:  # its key is not here any more: a recovery code or an administrator helps
        return False
    if step is None:
        return False
    taken = session.scalars(
        update(OneTimeCodes)
        .where(
            OneTimeCodes.user_id == user_id,
            OneTimeCodes.confirmed_at.is_not(None),
            or_(OneTimeCodes.last_step.is_(None), OneTimeCodes.last_step < step),
        )
        .values(last_step=step)
        .returning(OneTimeCodes.user_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return taken is not None


def remove_codes(session: Session, user_id: uuid.UUID, *, by: uuid.UUID | None, now: datetime) -> bool:
    """Let the user's one-time codes count no more, and tell whether there were any."""
    removed = session.scalars(
        delete(OneTimeCodes)
        .where(OneTimeCodes.user_id == user_id)
        .returning(OneTimeCodes.confirmed_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if removed is None:
        return False
    record(session, "factor.codes_removed", now=now, user_id=by, object_type="user", object_id=user_id)
    return True


def _find(session: Session, user_id: uuid.UUID) -> OneTimeCodes | None:
    return session.scalars(select(OneTimeCodes).where(OneTimeCodes.user_id == user_id)).one_or_none()


def _match(totp: TOTP, code: str, now: datetime) -> int | None:
    """Return the step that the code belongs to, or None."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS):
        return None
    try:
        return int(totp.match(digits, time=now, window=_WINDOW_SECONDS).counter)
    except TokenError:
        return None


def _seal(vault: Vault, user_id: uuid.UUID, secret: str) -> bytes:
    return vault.encrypt(secret, table="one_time_codes", column="secret_enc", row_id=user_id)


def _open(vault: Vault, held: OneTimeCodes) -> TOTP:
    secret = vault.decrypt(held.secret_enc, table="one_time_codes", column="secret_enc", row_id=held.user_id)
    return TOTP(secret, digits=DIGITS)
