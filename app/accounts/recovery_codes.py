"""Recovery codes: ten ways in, each once, for the day when the telephone is gone.

A code is 16 characters of Crockford's alphabet (80 bits). It is kept as a keyed hash that names its user: of a stolen
database nobody can try codes without the installation's key.
"""

import uuid
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.factors import RecoveryCode
from app.kit.crypto import Vault
from app.kit.ids import new_id, random_code, read_code

HOW_MANY = 10
_LENGTH = 16
_GROUP = 4


def make_recovery_codes(session: Session, user_id: uuid.UUID, *, vault: Vault, now: datetime) -> list[str]:
    """Return ten new codes to be shown once, `7K3M-9PXQ-…`; those from before open nothing any more."""
    session.execute(
        delete(RecoveryCode).where(RecoveryCode.user_id == user_id).execution_options(synchronize_session=False)
    )
    codes = [random_code(_LENGTH) for _ in range(HOW_MANY)]
    session.add_all(
        RecoveryCode(id=new_id(), user_id=user_id, code_hash=_hash(vault, user_id, code), created_at=now, used_at=None)
        for code in codes
    )
    record(session, "factor.recovery_made", now=now, user_id=user_id, object_type="user", object_id=user_id)
    return ["-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP)) for code in codes]


def take_recovery_code(session: Session, user_id: uuid.UUID, text: str, *, vault: Vault, now: datetime) -> bool:
    """Tell whether this is an unused code of the user, typed in any case and with any dashes and spaces; spends it."""
    code = read_code("".join(text.split()), _LENGTH)
    if code is None:
        return False
    taken = session.scalars(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == _hash(vault, user_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        return False
    record(session, "factor.recovery_used", now=now, user_id=user_id, object_type="user", object_id=user_id)
    return True


def forget_recovery_codes(session: Session, user_id: uuid.UUID) -> None:
    """Delete the user's codes: without a second factor there is nothing to recover."""
    session.execute(
        delete(RecoveryCode).where(RecoveryCode.user_id == user_id).execution_options(synchronize_session=False)
    )


def _hash(vault: Vault, user_id: uuid.UUID, code: str) -> bytes:
    return vault.derive_link("recovery code", f"{user_id} {code}")
