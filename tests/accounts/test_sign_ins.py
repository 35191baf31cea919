"""Sign-ins: checking a password, the limits on guessing, and the row behind each cookie."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.accounts.audit import record, record_apart
from app.accounts.models import AuditEntry, Role, SignIn, StaffUser
from app.accounts.service import get_user, grant_role, set_active, set_password
from app.accounts.sign_ins import (
    FAILED,
    TooManyAttemptsError,
    WrongCredentialsError,
    account_key,
    begin_sign_in,
    check_credentials,
    end_sign_in,
    end_sign_ins,
    find_staff,
    list_sign_ins,
    mark_seen,
)
from app.kit.db import Database
from app.kit.errors import NotFoundError
from tests.web.staff import PASSWORD, email_of, make_company

IDLE = timedelta(minutes=60)
HERE = "192.0.2.7"


def begin(session: Session, name: str, now: datetime, *, lasts: timedelta = timedelta(hours=12)) -> str:
    """Begin a sign-in of one of the cast and return its secret."""
    user = get_user(session, email_of(name))
    secret = begin_sign_in(session, user, address=HERE, user_agent="Phone", lasts=lasts, now=now)
    session.flush()
    return secret


def fail(session: Session, name: str, *, times: int, address: str, now: datetime) -> None:
    """Note that the password of one of the cast was wrong so many times."""
    for _ in range(times):
        record(session, FAILED, now=now, object_type="account", object_id=account_key(email_of(name)), address=address)
    session.flush()


def check(session: Session, name: str, now: datetime, *, password: str = PASSWORD, address: str = HERE) -> StaffUser:
    """Check the password of one of the cast."""
    return check_credentials(session, email=email_of(name), password=password, address=address, now=now)


def test_the_right_password_gives_the_user(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    assert check(session, "manager", now).email == email_of("manager")


@pytest.mark.parametrize(("name", "password"), [("manager", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_wrong_password_and_unknown_email_are_refused_alike(
    session: Session, now: datetime, name: str, password: str
) -> None:
    make_company(session, now=now)
    with pytest.raises(WrongCredentialsError):
        check(session, name, now, password=password)


def test_a_disabled_user_is_refused_like_a_wrong_password(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    set_active(session, get_user(session, email_of("manager")), active=False, now=now)
    session.flush()
    with pytest.raises(WrongCredentialsError):
        check(session, "manager", now)


def test_a_one_time_password_stops_working_after_seven_days(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    set_password(session, get_user(session, email_of("manager")), PASSWORD, one_time=True, now=now)
    session.flush()
    assert check(session, "manager", now + timedelta(days=6, hours=23))
    with pytest.raises(WrongCredentialsError):
        check(session, "manager", now + timedelta(days=7))


@pytest.mark.parametrize(
    ("about", "address", "times", "lasts"),
    [
        ("manager", HERE, 8, timedelta(minutes=15)),  # one guesser at one account
        ("manager", "198.51.100.1", 40, timedelta(hours=1)),  # many guessers at one account
        ("nobody", HERE, 100, timedelta(minutes=15)),  # one guesser at many accounts
    ],
)
def test_too_many_failures_close_the_door_for_a_while_even_to_the_right_password(
    session: Session, now: datetime, *, about: str, address: str, times: int, lasts: timedelta
) -> None:
    make_company(session, now=now)
    fail(session, about, times=times - 1, address=address, now=now)
    assert check(session, "manager", now)
    fail(session, about, times=1, address=address, now=now)
    with pytest.raises(TooManyAttemptsError):
        check(session, "manager", now + lasts - timedelta(seconds=1))
    assert check(session, "manager", now + lasts + timedelta(seconds=1))


def test_a_guesser_elsewhere_does_not_lock_the_owner_out(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    fail(session, "manager", times=8, address="198.51.100.1", now=now)
    assert check(session, "manager", now)


def test_the_secret_finds_user_and_grants_in_one_query(session: Session, now: datetime) -> None:
    company = make_company(session, now=now)
    grant_role(session, get_user(session, email_of("manager")), role=Role.ANALYST, unit_id=company.west_office, now=now)
    secret = begin(session, "manager", now)
    session.expunge_all()
    statements: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))

    found = find_staff(session, secret, idle=IDLE, now=now)

    assert found is not None
    assert found.user.email == email_of("manager")
    assert found.holds(Role.MANAGER)
    assert not found.holds(Role.ADMIN)
    assert found.scope().unit_ids == {company.east, company.west_office}
    assert found.scope(Role.MANAGER, Role.ADMIN).unit_ids == {company.east}
    assert len(statements) == 1


def test_an_admin_of_the_root_sees_everything(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    found = find_staff(session, begin(session, "admin", now), idle=IDLE, now=now)
    assert found is not None
    assert found.scope(Role.ADMIN).everything


def test_only_a_hash_of_the_secret_is_kept(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    secret = begin(session, "manager", now)
    row = session.scalars(select(SignIn)).one()
    assert len(secret) >= 43
    assert secret.encode() not in row.secret_hash
    assert len(row.secret_hash) == 32


def test_a_sign_in_ends_by_idling_and_by_age_whatever_comes_first(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    secret = begin(session, "manager", now, lasts=timedelta(hours=2))
    sign_in = session.scalars(select(SignIn)).one()
    assert find_staff(session, secret, idle=IDLE, now=now + timedelta(minutes=59))
    assert find_staff(session, secret, idle=IDLE, now=now + timedelta(minutes=60)) is None
    mark_seen(session, sign_in.id, now=now + timedelta(minutes=59))
    mark_seen(session, sign_in.id, now=now + timedelta(minutes=5))  # a slower thread comes late
    assert find_staff(session, secret, idle=IDLE, now=now + timedelta(minutes=118))
    mark_seen(session, sign_in.id, now=now + timedelta(minutes=119))
    assert find_staff(session, secret, idle=IDLE, now=now + timedelta(minutes=120)) is None


def test_ended_disabled_and_made_up_secrets_open_nothing(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    ended, kept = begin(session, "manager", now), begin(session, "manager", now)
    user = get_user(session, email_of("manager"))
    row = find_staff(session, ended, idle=IDLE, now=now)
    assert row is not None
    end_sign_in(session, row.sign_in.id, user_id=user.id, now=now)
    end_sign_in(session, row.sign_in.id, user_id=user.id, now=now)
    session.flush()
    assert find_staff(session, ended, idle=IDLE, now=now) is None
    assert find_staff(session, kept, idle=IDLE, now=now)
    assert find_staff(session, "made-up", idle=IDLE, now=now) is None
    set_active(session, user, active=False, now=now)
    session.flush()
    assert find_staff(session, kept, idle=IDLE, now=now) is None


def test_nobody_ends_the_sign_in_of_another(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    begin(session, "manager", now)
    sign_in = session.scalars(select(SignIn)).one()
    with pytest.raises(NotFoundError):
        end_sign_in(session, sign_in.id, user_id=get_user(session, email_of("analyst")).id, now=now)
    with pytest.raises(NotFoundError):
        end_sign_in(session, uuid.uuid4(), user_id=sign_in.user_id, now=now)


def test_ending_all_keeps_the_one_asked_for_and_those_of_others(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    first, _, other = begin(session, "manager", now), begin(session, "manager", now), begin(session, "analyst", now)
    kept = find_staff(session, first, idle=IDLE, now=now)
    assert kept is not None
    user_id = kept.user.id
    assert len(list_sign_ins(session, user_id, idle=IDLE, now=now)) == 2
    assert end_sign_ins(session, user_id, keep=kept.sign_in.id, now=now) == 1
    assert [row.id for row in list_sign_ins(session, user_id, idle=IDLE, now=now)] == [kept.sign_in.id]
    assert end_sign_ins(session, user_id, now=now) == 1
    assert end_sign_ins(session, user_id, now=now) == 0
    assert find_staff(session, other, idle=IDLE, now=now)


def test_an_entry_recorded_apart_outlives_the_rollback_it_follows(database: Database, now: datetime) -> None:
    with database.session() as session:
        record(session, "gone", now=now)
        session.flush()
        session.rollback()
        record_apart(database, "kept", now=now, details={"why": "refused"}, address=HERE)
    with database.reading() as session:
        assert [(entry.action, entry.details) for entry in session.scalars(select(AuditEntry))] == [
            ("kept", {"why": "refused"})
        ]
