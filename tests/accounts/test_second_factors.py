"""One-time codes, recovery codes, steps: each counts once, on both databases, also for two at the same moment."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from passlib.totp import TOTP
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.company_provider import Person
from app.accounts.company_sign_in import find_person
from app.accounts.factors import OneTimeCodes, RecoveryCode, SignInStep, StaffIdentity, StepKind
from app.accounts.models import AuditEntry
from app.accounts.one_time_codes import (
    CodesExistError,
    WrongCodeError,
    begin_codes,
    confirm_codes,
    read_enrolment,
    remove_codes,
    take_code,
)
from app.accounts.recovery_codes import make_recovery_codes, take_recovery_code
from app.accounts.second_factors import (
    FAILED,
    LastFactorError,
    check_code,
    check_not_guessed,
    keep_tidy,
    read_factors,
    reset_factors,
)
from app.accounts.service import get_user
from app.accounts.sign_ins import TooManyAttemptsError
from app.accounts.steps import TRIES, StepGoneError, begin_step, count_try, find_step, forget_steps, take_step
from app.kit.crypto import DataKey, Vault
from app.kit.db import Database
from tests.web.staff import email_of, make_company

# The secret of RFC 6238, appendix B.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def user_id(session: Session, now: datetime) -> uuid.UUID:
    """The manager."""
    make_company(session, now=now)
    return get_user(session, email_of("manager")).id


def set_up(session: Session, user_id: uuid.UUID, vault: Vault, now: datetime) -> TOTP:
    """Set up one-time codes as a user does, a minute ago, and return what their app computes with."""
    before = now - timedelta(minutes=1)
    begin_codes(session, user_id, vault=vault, now=before)
    enrolment = read_enrolment(session, user_id, vault=vault, issuer="Acme", account="a@b.kz", now=before)
    assert enrolment is not None
    app = TOTP(enrolment.secret)
    confirm_codes(session, user_id, code_at(app, before), vault=vault, now=before)
    return app


def code_at(app: TOTP, at: datetime) -> str:
    """Return what the app shows at the instant."""
    return str(app.generate(at).token)


@pytest.mark.parametrize(
    ("second", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(
    session: Session, user_id: uuid.UUID, vault: Vault, second: int, code: str
) -> None:
    at = datetime.fromtimestamp(second, UTC)
    sealed = vault.encrypt(RFC_SECRET, table="one_time_codes", column="secret_enc", row_id=user_id)
    session.add(OneTimeCodes(user_id=user_id, secret_enc=sealed, created_at=at, confirmed_at=at, last_step=None))
    session.flush()
    assert take_code(session, user_id, f" {code[:3]} {code[3:]} ", vault=vault, now=at)


def _count_codes(session: Session, user_id: uuid.UUID) -> int:
    unused = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalars(unused).one()


def test_a_code_counts_once_and_so_does_every_earlier_one(
    session: Session, user_id: uuid.UUID, vault: Vault, now: datetime
) -> None:
    app = set_up(session, user_id, vault, now)
    before, current = code_at(app, now - timedelta(seconds=30)), code_at(app, now)
    assert take_code(session, user_id, current, vault=vault, now=now)
    assert not take_code(session, user_id, current, vault=vault, now=now)
    assert not take_code(session, user_id, before, vault=vault, now=now)


def test_one_step_either_way_is_taken_and_no_more(
    session: Session, user_id: uuid.UUID, vault: Vault, now: datetime
) -> None:
    app = set_up(session, user_id, vault, now - timedelta(hours=1))
    for seconds, taken in ((-60, False), (60, False), (-30, True), (30, True)):
        assert (
            take_code(session, user_id, code_at(app, now + timedelta(seconds=seconds)), vault=vault, now=now) is taken
        )


def test_odd_codes_are_wrong_ones(session: Session, user_id: uuid.UUID, vault: Vault, now: datetime) -> None:
    set_up(session, user_id, vault, now)
    for odd in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\0" * 6, "\ud800", "-12345", "1" * 10_000):
        with pytest.raises(WrongCodeError):
            check_code(session, user_id, odd, vault=vault, now=now)


def test_what_was_begun_counts_only_once_a_code_was_shown_within_half_an_hour(
    session: Session, user_id: uuid.UUID, vault: Vault, now: datetime
) -> None:
    begin_codes(session, user_id, vault=vault, now=now)

    def shown(at: datetime) -> TOTP:
        enrolment = read_enrolment(session, user_id, vault=vault, issuer="Acme: one", account="a@b.kz", now=at)
        assert enrolment is not None
        assert enrolment.uri.startswith("otpauth://totp/Acme%20%20one:a@b.kz?secret=")
        return TOTP(enrolment.secret)

    app = shown(now)
    assert not take_code(session, user_id, code_at(app, now), vault=vault, now=now)
    with pytest.raises(WrongCodeError):
        confirm_codes(session, user_id, "000000", vault=vault, now=now)
    begin_codes(session, user_id, vault=vault, now=now)  # the page reloaded
    assert shown(now).base32_key == app.base32_key
    late = now + timedelta(minutes=30)
    with pytest.raises(WrongCodeError):
        confirm_codes(session, user_id, code_at(app, late), vault=vault, now=late)
    begin_codes(session, user_id, vault=vault, now=late)
    fresh = shown(late)
    assert fresh.base32_key != app.base32_key
    confirm_codes(session, user_id, code_at(fresh, late), vault=vault, now=late)
    assert read_factors(session, user_id).codes
    with pytest.raises(CodesExistError):
        begin_codes(session, user_id, vault=vault, now=late)
    assert read_enrolment(session, user_id, vault=vault, issuer="A", account="a", now=late) is None


def test_the_secret_is_sealed_to_its_user_and_a_lost_key_locks_nobody_out_with_an_error(
    session: Session, user_id: uuid.UUID, vault: Vault, now: datetime
) -> None:
    app = set_up(session, user_id, vault, now)
    held = session.scalars(select(OneTimeCodes)).one()
    assert app.base32_key.encode() not in held.secret_enc
    other = Vault([DataKey.generate("k9")])
    with pytest.raises(WrongCodeError):
        check_code(session, user_id, code_at(app, now), vault=other, now=now)


def test_recovery_codes_open_once_and_the_newer_list_ends_the_older(
    session: Session, user_id: uuid.UUID, vault: Vault, now: datetime
) -> None:
    first = make_recovery_codes(session, user_id, vault=vault, now=now)
    codes = make_recovery_codes(session, user_id, vault=vault, now=now)
    assert len(set(codes)) == 10
    assert all(len(code.replace("-", "")) == 16 for code in codes)
    assert not take_recovery_code(session, user_id, first[0], vault=vault, now=now)
    assert take_recovery_code(session, user_id, f" {codes[0].lower().replace('-', ' ')} ", vault=vault, now=now)
    assert not take_recovery_code(session, user_id, codes[0], vault=vault, now=now)
    assert _count_codes(session, user_id) == 9
    stranger = get_user(session, email_of("analyst")).id
    assert not take_recovery_code(session, stranger, codes[1], vault=vault, now=now)
    kept = b"".join(session.scalars(select(RecoveryCode.code_hash)))
    assert all(code.replace("-", "").encode() not in kept for code in codes)


def test_guessing_ends_after_five_and_after_twenty_a_day(session: Session, user_id: uuid.UUID, now: datetime) -> None:
    def fail(at: datetime, times: int) -> None:
        for _ in range(times):
            record(session, FAILED, now=at, object_type="user", object_id=user_id)
        session.flush()

    fail(now, 4)
    check_not_guessed(session, user_id, now=now)
    fail(now, 1)
    with pytest.raises(TooManyAttemptsError):
        check_not_guessed(session, user_id, now=now)
    check_not_guessed(session, get_user(session, email_of("analyst")).id, now=now)
    later = now + timedelta(minutes=16)
    check_not_guessed(session, user_id, now=later)
    fail(now - timedelta(hours=1), 15)
    with pytest.raises(TooManyAttemptsError):
        check_not_guessed(session, user_id, now=later)


def test_the_last_factor_stays_where_one_is_asked_for_and_takes_the_recovery_codes_along_elsewhere(
    session: Session, user_id: uuid.UUID, vault: Vault, now: datetime
) -> None:
    set_up(session, user_id, vault, now)
    make_recovery_codes(session, user_id, vault=vault, now=now)
    assert keep_tidy(session, user_id, must_have_one=True).recovery_codes == 10
    assert remove_codes(session, user_id, by=user_id, now=now)
    assert not remove_codes(session, user_id, by=user_id, now=now)
    with pytest.raises(LastFactorError):
        keep_tidy(session, user_id, must_have_one=True)
    keep_tidy(session, user_id, must_have_one=False)
    assert _count_codes(session, user_id) == 0


def test_a_reset_leaves_nothing_but_the_password(
    session: Session, user_id: uuid.UUID, vault: Vault, now: datetime
) -> None:
    set_up(session, user_id, vault, now)
    make_recovery_codes(session, user_id, vault=vault, now=now)
    person = Person("https://login.example", "u-1", email_of("manager"), True, frozenset(), None)
    find_person(session, person, now=now)
    session.flush()
    assert reset_factors(session, user_id, by=None, now=now)
    assert not read_factors(session, user_id).any
    assert session.scalars(select(func.count()).select_from(StaffIdentity)).one() == 0
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == str(user_id))).all()
    assert {"factor.codes_added", "factor.recovery_made", "company.tied", "factors.reset"} <= set(actions)


def test_a_step_is_taken_once_by_its_secret_and_kind_within_five_minutes(
    session: Session, user_id: uuid.UUID, now: datetime
) -> None:
    secret, challenge = begin_step(session, StepKind.PASSKEY_AGAIN, user_id=user_id, now=now)
    other, nothing = begin_step(session, StepKind.SECOND_FACTOR, user_id=user_id, method="password", now=now)
    assert (len(challenge), nothing) == (32, b"")
    for wrong in (None, "", "x", other):
        with pytest.raises(StepGoneError):
            take_step(session, wrong, StepKind.PASSKEY_AGAIN, now=now)
    with pytest.raises(StepGoneError):
        take_step(session, secret, StepKind.PASSKEY_AGAIN, now=now + timedelta(minutes=5))
    assert take_step(session, secret, StepKind.PASSKEY_AGAIN, now=now).challenge == challenge
    with pytest.raises(StepGoneError):
        take_step(session, secret, StepKind.PASSKEY_AGAIN, now=now)
    assert forget_steps(session, before=now) == 0
    assert forget_steps(session, before=now + timedelta(minutes=6)) == 1


def test_a_step_is_tried_five_times(session: Session, user_id: uuid.UUID, now: datetime) -> None:
    secret, _ = begin_step(session, StepKind.SECOND_FACTOR, user_id=user_id, method="password", now=now)
    for _ in range(TRIES):
        step = find_step(session, secret, StepKind.SECOND_FACTOR, now=now)
        assert step is not None
        count_try(session, step.id)
        session.expire_all()
    assert find_step(session, secret, StepKind.SECOND_FACTOR, now=now) is None
    with pytest.raises(StepGoneError):
        count_try(session, session.scalars(select(SignInStep.id)).one())


def test_of_many_at_the_same_moment_one_gets_the_code_the_recovery_code_and_the_step(
    database: Database, vault: Vault, now: datetime
) -> None:
    with database.transaction() as session:
        make_company(session, now=now)
        user_id = get_user(session, email_of("manager")).id
        code = code_at(set_up(session, user_id, vault, now), now)
        recovery = make_recovery_codes(session, user_id, vault=vault, now=now)[0]
        secret, _ = begin_step(session, StepKind.SECOND_FACTOR, user_id=user_id, method="password", now=now)

    def take(session: Session) -> bool:
        try:
            return bool(take_step(session, secret, StepKind.SECOND_FACTOR, now=now))
        except StepGoneError:
            return False

    tries: tuple[Callable[[Session], bool], ...] = (
        lambda session: take_code(session, user_id, code, vault=vault, now=now),
        lambda session: take_recovery_code(session, user_id, recovery, vault=vault, now=now),
        take,
    )

    def one(attempt: Callable[[Session], bool]) -> bool:
        with database.transaction() as session:
            return attempt(session)

    with ThreadPoolExecutor(8) as pool:
        for attempt in tries:
            assert sum(pool.map(one, [attempt] * 8)) == 1
