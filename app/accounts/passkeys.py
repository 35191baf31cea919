"""Passkeys (WebAuthn): added, listed, removed, and asked for. The private half never leaves the user's device.

The device is always asked to make sure of its owner by a finger, a face or a code, so that a passkey is two things by
itself. A challenge is a step of `steps`: made by us, signed once.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.accounts.audit import record
from app.accounts.factors import Passkey
from app.accounts.invitations import tidy_name
from app.accounts.models import StaffUser
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.ids import new_id

MOST = 20
_LONGEST_NAME = 60
_LONGEST_ID = 1023
# A device counts in 32 bits without a sign, the column with one; nothing real gets so far.
_HIGHEST_COUNT = 2**31 - 1
# What an answer that is no answer raises when its id is read.
_UNREADABLE = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError)


class PasskeyRefusedError(InvalidInputError):
    """This is no answer of a passkey that we know, to this challenge, for this address."""

    code = "passkey_refused"


class TooManyPasskeysError(ConflictError):
    """The user has as many passkeys as anybody needs; remove one first."""

    code = "too_many_passkeys"


class UnknownPasskeyError(NotFoundError):
    """The user has no such passkey."""

    code = "unknown_passkey"


@dataclass(frozen=True, slots=True)
class Place:
    """The address that passkeys belong to, `https://feedback.example.kz`, and whose it is."""

    origin: str
    name: str

    @property
    def host(self) -> str:
        """The host, which is what browsers bind a passkey to."""
        return urlsplit(self.origin).hostname or ""


def ask_for_new(session: Session, user_id: uuid.UUID, *, place: Place, challenge: bytes) -> str:
    """Return what the browser needs to make a passkey, as JSON; raises TooManyPasskeysError."""
    user = session.get_one(StaffUser, user_id)
    held = list_passkeys(session, user_id)
    if len(held) >= MOST:
        raise TooManyPasskeysError
    options = generate_registration_options(
        rp_id=place.host,
        rp_name=place.name,
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in held],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return str(options_to_json(options))


def ask_for_one(session: Session, user_id: uuid.UUID | None, *, place: Place, challenge: bytes) -> str:
    """Return what the browser needs to sign with a passkey, as JSON: the user's, or anybody's that it knows."""
    held = list_passkeys(session, user_id) if user_id is not None else ()
    options = generate_authentication_options(
        rp_id=place.host,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in held],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return str(options_to_json(options))


def add_passkey(
    session: Session, user_id: uuid.UUID, *, answer: str, name: str, place: Place, challenge: bytes, now: datetime
) -> Passkey:
    """Keep the passkey that answered the challenge; raises PasskeyRefusedError, also for one that is known already."""
    try:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 -- five decoders lie below; a made-up attestation must not be our error
        raise PasskeyRefusedError(str(error)[:200]) from None
    if len(verified.credential_id) > _LONGEST_ID or _find(session, verified.credential_id) is not None:
        raise PasskeyRefusedError("its id is taken, or too long")
    passkey = Passkey(
        id=new_id(),
        user_id=user_id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=min(verified.sign_count, _HIGHEST_COUNT),
        name=tidy_name(name)[:_LONGEST_NAME] or "Passkey",
        created_at=now,
        last_used_at=None,
    )
    session.add(passkey)
    session.flush()  # the page lists it
    record(session, "factor.passkey_added", now=now, user_id=user_id, object_type="user", object_id=user_id)
    return passkey


def check_passkey(
    session: Session, *, answer: str, place: Place, challenge: bytes, user_id: uuid.UUID | None, now: datetime
) -> StaffUser:
    """Return the active user whose passkey has signed the challenge; raises PasskeyRefusedError.

    With a `user_id` it has to be that user's. A counter that has not moved on is the mark of a copy and is refused;
    many passkeys, kept in step between devices, never count and say 0.
    """
    held = _find(session, _credential_id(answer))
    if held is None or (user_id is not None and held.user_id != user_id):
        raise PasskeyRefusedError("an unknown passkey")
    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=held.public_key,
            credential_current_sign_count=held.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 -- as above
        raise PasskeyRefusedError(str(error)[:200]) from None
    if _user_handle(answer) not in (None, held.user_id.bytes):
        raise PasskeyRefusedError("the passkey names somebody else")
    # Of two answers with one counter the second finds it moved.
    counted = session.scalars(
        update(Passkey)
        .where(Passkey.id == held.id, Passkey.sign_count == held.sign_count)
        .values(sign_count=min(verified.new_sign_count, _HIGHEST_COUNT), last_used_at=now)
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    user = session.get_one(StaffUser, held.user_id)
    if counted is None or not user.active:
        raise PasskeyRefusedError("used at the same moment, or its user is switched off")
    return user


def list_passkeys(session: Session, user_id: uuid.UUID) -> Sequence[Passkey]:
    """Return the user's passkeys, the oldest first."""
    return session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)).all()


def remove_passkey(session: Session, passkey_id: uuid.UUID, *, user_id: uuid.UUID, now: datetime) -> None:
    """Let one of the user's passkeys open nothing any more; raises UnknownPasskeyError."""
    removed = session.scalars(
        delete(Passkey)
        .where(Passkey.id == passkey_id, Passkey.user_id == user_id)
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if removed is None:
        raise UnknownPasskeyError
    record(session, "factor.passkey_removed", now=now, user_id=user_id, object_type="user", object_id=user_id)


def _find(session: Session, credential_id: bytes) -> Passkey | None:
    return session.scalars(select(Passkey).where(Passkey.credential_id == credential_id)).one_or_none()


def _credential_id(answer: str) -> bytes:
    try:
        return base64url_to_bytes(_read(answer)["rawId"])
    except _UNREADABLE:
        raise PasskeyRefusedError("not the answer of a passkey") from None


def _user_handle(answer: str) -> bytes | None:
    handle = _read(answer)["response"].get("userHandle")
    return base64url_to_bytes(handle) if handle else None


def _read(answer: str) -> Any:
    return json.loads(answer)
