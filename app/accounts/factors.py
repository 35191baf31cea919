"""Tables of further ways to show who one is: one-time codes, recovery codes, passkeys, a company's own sign-in."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of


class StepKind(StrEnum):
    """What a begun step waits for."""

    SECOND_FACTOR = "second_factor"
    # A challenge that a passkey has to sign: to come in, as the second factor, to prove it anew, to be added.
    PASSKEY_SIGN_IN = "passkey_sign_in"
    PASSKEY_SECOND = "passkey_second"
    PASSKEY_AGAIN = "passkey_again"
    PASSKEY_NEW = "passkey_new"


class OneTimeCodes(Base):
    """A user's secret of time-based one-time codes (RFC 6238); it counts once `confirmed_at` is set."""

    __tablename__ = "one_time_codes"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True)
    secret_enc: Mapped[bytes]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    # The step of the last code that was taken: a code opens the door once.
    last_step: Mapped[int | None]


class RecoveryCode(Base):
    """A code to get in once without the telephone; only its hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A passkey (WebAuthn): the public half of a key that stays in the user's device."""

    __tablename__ = "passkey"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class StaffIdentity(Base):
    """Who a user is to the company's own sign-in (OpenID Connect): its issuer and its name for them."""

    __tablename__ = "staff_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("issuer", "user_id"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class SignInStep(Base):
    """Something begun that is not a sign-in yet: it grants nothing, ends by itself within minutes and counts once.

    The browser's cookie holds the secret, only its hash is kept.
    """

    __tablename__ = "sign_in_step"
    __table_args__ = (
        one_of("kind", StepKind),
        CheckConstraint("(kind = 'second_factor') = (challenge IS NULL)", name="challenge_of_passkey"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    kind: Mapped[str]
    # None while nobody knows yet whose passkey it will be.
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    # What has been shown already, as `SignIn.method` has it; empty for a challenge.
    method: Mapped[str] = mapped_column(default="")
    challenge: Mapped[bytes | None]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
