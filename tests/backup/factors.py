"""A row in every table of second factors and of the company's own sign-in."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.factors import OneTimeCodes, Passkey, RecoveryCode, SignInStep, StaffIdentity, StepKind
from app.kit.ids import new_id


def add_factors(session: Session, *, user_id: uuid.UUID, odd: str, now: datetime) -> None:
    """Add one of each."""
    session.add_all(
        [
            OneTimeCodes(user_id=user_id, secret_enc=b"\0\xff", created_at=now, confirmed_at=now, last_step=59_000_000),
            RecoveryCode(id=new_id(), user_id=user_id, code_hash=bytes(range(32)), created_at=now),
            Passkey(
                id=new_id(),
                user_id=user_id,
                credential_id=b"\1\0",
                public_key=b"\2\0",
                sign_count=2**31 - 1,
                name=odd,
                created_at=now,
            ),
            StaffIdentity(id=new_id(), user_id=user_id, issuer="https://login.example", subject=odd, created_at=now),
            SignInStep(
                id=new_id(),
                secret_hash=bytes(range(3, 35)),
                kind=StepKind.SECOND_FACTOR,
                user_id=user_id,
                method="password",
                created_at=now,
                expires_at=now + timedelta(minutes=5),
            ),
        ]
    )
