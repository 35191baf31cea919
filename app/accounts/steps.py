"""Steps on the way to a sign-in: a right password that waits for a code, a challenge that waits for a passkey.

A step is a row, found by the secret in the browser's cookie. It lasts five minutes, counts once, and grants nothing.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.factors import SignInStep, StepKind
from app.kit.crypto import digest
from app.kit.errors import OtklikError
from app.kit.ids import new_id

LASTS = timedelta(minutes=5)
# A second factor is asked for so often before the first has to be shown again.
TRIES = 5
_CHALLENGE_BYTES = 32


class StepGoneError(OtklikError):
    """The step was taken, has expired, was tried too often or never was: it has to be begun again."""

    code = "step_gone"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is still open. `user_id` is None as long as nobody knows whose passkey will answer."""

    id: uuid.UUID
    user_id: uuid.UUID | None
    method: str
    challenge: bytes


def begin_step(
    session: Session, kind: StepKind, *, user_id: uuid.UUID | None, method: str = "", now: datetime
) -> tuple[str, bytes]:
    """Return the secret of a new step for the cookie (256 bits), and its challenge; empty if it has none."""
    secret = secrets.token_urlsafe(32)
    challenge = None if kind is StepKind.SECOND_FACTOR else secrets.token_bytes(_CHALLENGE_BYTES)
    session.add(
        SignInStep(
            id=new_id(),
            secret_hash=digest(secret),
            kind=kind,
            user_id=user_id,
            method=method,
            challenge=challenge,
            created_at=now,
            expires_at=now + LASTS,
        )
    )
    return secret, challenge or b""


def find_step(session: Session, secret: str | None, kind: StepKind, *, now: datetime) -> Step | None:
    """Return the open step of this secret, or None. Writes nothing."""
    if not secret:
        return None
    found = session.scalars(
        select(SignInStep).where(
            SignInStep.secret_hash == digest(secret),
            SignInStep.kind == kind,
            SignInStep.expires_at > now,
            SignInStep.tries < TRIES,
        )
    ).one_or_none()
    return Step(found.id, found.user_id, found.method, found.challenge or b"") if found else None


def count_try(session: Session, step_id: uuid.UUID) -> None:
    """Count a try at the step before it is looked at, so that guesses sent at once are counted too.

    Raises StepGoneError at the sixth.
    """
    counted = session.scalars(
        update(SignInStep)
        .where(SignInStep.id == step_id, SignInStep.tries < TRIES)
        .values(tries=SignInStep.tries + 1)
        .returning(SignInStep.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if counted is None:
        raise StepGoneError


def take_step(session: Session, secret: str | None, kind: StepKind, *, now: datetime) -> Step:
    """Return the step and end it; of two requests with one secret, one gets it. Raises StepGoneError."""
    if secret:
        row = session.execute(
            delete(SignInStep)
            .where(SignInStep.secret_hash == digest(secret), SignInStep.kind == kind, SignInStep.expires_at > now)
            .returning(SignInStep.id, SignInStep.user_id, SignInStep.method, SignInStep.challenge)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if row is not None:
            return Step(row.id, row.user_id, row.method, row.challenge or b"")
    raise StepGoneError


def forget_steps(session: Session, *, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` steps that expired before the instant, and return how many."""
    old = select(SignInStep.id).where(SignInStep.expires_at < before).limit(limit)
    statement = delete(SignInStep).where(SignInStep.id.in_(old)).execution_options(synchronize_session=False)
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
