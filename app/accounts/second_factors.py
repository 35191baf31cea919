"""The second thing that a user can show, whichever it is: what they have, a code checked, everything reset."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from app.accounts import proving
from app.accounts.audit import count_entries, record
from app.accounts.factors import OneTimeCodes, Passkey, RecoveryCode, StaffIdentity
from app.accounts.one_time_codes import WrongCodeError, take_code
from app.accounts.recovery_codes import forget_recovery_codes, take_recovery_code
from app.accounts.sign_ins import TooManyAttemptsError, end_sign_ins
from app.kit.crypto import Vault
from app.kit.errors import ConflictError

FAILED = "second_factor.failed"
# How often a code may be wrong: (failures, within). Three of a million codes are right at any moment, so a guesser who
# knows the password gets through once in 45 years; the passkey of the account is not held up by it.
_LIMITS: Sequence[tuple[int, timedelta]] = ((5, timedelta(minutes=15)), (20, timedelta(days=1)))


class LastFactorError(ConflictError):
    """This user must have a second factor, and this is the only one."""

    code = "last_factor"


@dataclass(frozen=True, slots=True)
class Factors:
    """What a user has beside the password."""

    codes: bool
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all; recovery codes stand in for one and are none."""
        return self.codes or self.passkeys > 0


def read_factors(session: Session, user_id: uuid.UUID) -> Factors:
    """Return what the user has; one query."""
    codes = exists().where(OneTimeCodes.user_id == user_id, OneTimeCodes.confirmed_at.is_not(None))
    passkeys = select(func.count()).where(Passkey.user_id == user_id).scalar_subquery()
    recovery = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    row = session.execute(select(codes, passkeys, recovery.scalar_subquery())).one()
    return Factors(bool(row[0]), int(row[1]), int(row[2]))


def check_not_guessed(session: Session, user_id: uuid.UUID, *, now: datetime) -> None:
    """Raise TooManyAttemptsError if codes of the user were wrong too often, from wherever."""
    for most, within in _LIMITS:
        if count_entries(session, FAILED, since=now - within, object_id=str(user_id)) >= most:
            raise TooManyAttemptsError


def check_code(session: Session, user_id: uuid.UUID, text: str, *, vault: Vault, now: datetime) -> str:
    """Spend a one-time or a recovery code and return which it was, as `proving` names it; raises WrongCodeError.

    Record the failure apart, with `FAILED` and the user's id.
    """
    if take_code(session, user_id, text, vault=vault, now=now):
        return proving.CODE
    if take_recovery_code(session, user_id, text, vault=vault, now=now):
        return proving.RECOVERY
    raise WrongCodeError(field="code")


def keep_tidy(session: Session, user_id: uuid.UUID, *, must_have_one: bool) -> Factors:
    """Return what is left after something was removed; recovery codes go with the last factor.

    Raises LastFactorError if the user must have one.
    """
    session.flush()  # what was removed is no longer counted
    left = read_factors(session, user_id)
    if left.any:
        return left
    if must_have_one:
        raise LastFactorError
    forget_recovery_codes(session, user_id)
    return Factors(codes=False, passkeys=0, recovery_codes=0)


def reset_factors(session: Session, user_id: uuid.UUID, *, by: uuid.UUID | None, now: datetime) -> bool:
    """Remove every second factor of the user and sign them out everywhere; tell whether there was any.

    The bond to the company's own sign-in goes too: the next one ties it anew. `by` is None on the command line.
    """
    found = False
    for table in (OneTimeCodes, Passkey, RecoveryCode, StaffIdentity):
        removed = session.execute(
            delete(table).where(table.user_id == user_id).execution_options(synchronize_session=False)
        )
        found = found or bool(removed.rowcount)  # type: ignore[attr-defined]
    end_sign_ins(session, user_id, by=by, now=now)
    record(session, "factors.reset", now=now, user_id=by, object_type="user", object_id=user_id)
    return found
