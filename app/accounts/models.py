"""Tables of staff, their grants, sign-ins and what they did."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_security import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.passwords import password_matches
from app.kit.db import Base, one_of


class Role(StrEnum):
    """What a grant allows at its unit and below: an admin everything, a manager to ring people, an analyst to read."""

    ADMIN = "admin"
    MANAGER = "manager"
    ANALYST = "analyst"


class StaffUser(UserMixin, Base):
    """Somebody who signs in. `email` is kept as `normalise_email` writes it."""

    __tablename__ = "staff_user"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower_case"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)  # type: ignore[assignment]  # Flask-Security's hint says int
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str]  # argon2id, as `hash_password` writes it, or `NO_PASSWORD` until one is chosen
    # A password that was made for somebody opens the door until this instant, unless they choose their own before.
    one_time_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str | None]
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def verify_and_update_password(self, password: str) -> bool:
        """Tell whether this is the password; Flask-Security asks here, so that there is one way to compare."""
        return password_matches(self.password, password)


class StaffGrant(Base):
    """A role at a unit and all below it."""

    __tablename__ = "staff_grant"
    __table_args__ = (one_of("role", Role), UniqueConstraint("user_id", "unit_id", "role"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    role: Mapped[str]


class SignIn(Base):
    """One device's sign-in: checked on each request, ended by itself or by hand. The cookie holds the secret."""

    __tablename__ = "sign_in"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str]
    user_agent: Mapped[str]
    # How the user showed who they are: `password`, `password+code`, `password+passkey`, `passkey`, `company`.
    method: Mapped[str] = mapped_column(default="password", server_default="password")
    # When they last showed it: some things ask for it anew.
    proved_at: Mapped[datetime | None]


class StaffInvitation(Base):
    """A link by which somebody chooses a password, once: to begin, or after forgetting. Only its hash is kept.

    A user has at most one that still opens, and the database says so: a newer one revokes it, and so does switching the
    user off.
    """

    __tablename__ = "staff_invitation"
    __table_args__ = (
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name="used_or_revoked"),
        Index(
            "uq_staff_invitation_user_id_open",
            "user_id",
            unique=True,
            sqlite_where=text("used_at IS NULL AND revoked_at IS NULL"),
            postgresql_where=text("used_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    invited_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Base):
    """What was done or refused, by whom; only ever added to: triggers refuse to change or delete an entry."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_user_id_at", "user_id", "at"),
        Index("ix_audit_entry_object_id_action_at", "object_id", "action", "at"),
        Index("ix_audit_entry_address_action_at", "address", "action", "at"),
        Index("ix_audit_entry_action_at", "action", "at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[uuid.UUID | None]
    action: Mapped[str]
    object_type: Mapped[str | None]
    object_id: Mapped[str | None]
    details: Mapped[dict[str, Any]]
    address: Mapped[str | None]


class ApiKey(Base):
    """A key of another system: `prefix` finds it, of the rest only the hash is kept. Two of a name may live at once."""

    __tablename__ = "api_key"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    prefix: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[bytes]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
