"""Users, grants and scopes."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, Role, StaffGrant, StaffUser
from app.accounts.passwords import WeakPasswordError, password_matches
from app.accounts.scope import EVERYTHING, NOTHING, Scope
from app.accounts.service import (
    NoSuchUserError,
    UserExistsError,
    WrongPasswordError,
    add_user,
    change_password,
    find_user,
    get_user,
    grant_role,
    scope_of,
    set_active,
    set_password,
)
from app.kit.emails import InvalidEmailError
from app.kit.errors import InvalidInputError
from app.organisation.models import Unit
from tests.web.staff import PASSWORD, add_staff, email_of, make_company


def codes(session: Session, scope: Scope) -> set[str]:
    """Return the codes of the units in the scope."""
    return set(session.scalars(select(Unit.code).where(scope.where(Unit.id))))


def test_an_email_is_one_account_however_it_is_typed(session: Session, now: datetime) -> None:
    company = make_company(session, now=now)
    assert find_user(session, "  Admin@OTKLIK.example ") is get_user(session, "admin@otklik.example")
    with pytest.raises(UserExistsError):
        add_user(session, email="ADMIN@otklik.example", password="x", role=Role.ADMIN, unit_id=company.root, now=now)


@pytest.mark.parametrize(
    "email",
    ["", "anna", "@x.kz", "anna@", "a@b@c.kz", "an na@x.kz", "anna@x.kz\nx@y.kz", "a" * 250 + "@x.kz", "<a>@x.kz"],
)
def test_what_is_no_email_is_refused(session: Session, now: datetime, email: str) -> None:
    company = make_company(session, now=now)
    with pytest.raises(InvalidEmailError):
        add_user(session, email=email, password="x", role=Role.ADMIN, unit_id=company.root, now=now)


def test_nobody_is_found_by_an_unknown_email(session: Session) -> None:
    assert find_user(session, "nobody@otklik.example") is None
    with pytest.raises(NoSuchUserError):
        get_user(session, "nobody@otklik.example")


def test_a_scope_is_the_granted_units_and_all_below_them(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    manager = get_user(session, email_of("manager"))
    assert codes(session, scope_of(session, manager.id)) == {"east", "east-1"}
    assert codes(session, scope_of(session, get_user(session, email_of("admin")).id)) == {
        *("company", "east", "east-1", "west", "west-1"),
    }


def test_a_scope_of_a_role_leaves_out_what_another_role_gave(session: Session, now: datetime) -> None:
    company = make_company(session, now=now)
    manager = get_user(session, email_of("manager"))
    grant_role(session, manager, role=Role.ANALYST, unit_id=company.west_office, now=now)
    grant_role(session, manager, role=Role.ANALYST, unit_id=company.west_office, now=now)
    session.flush()
    assert codes(session, scope_of(session, manager.id)) == {"east", "east-1", "west-1"}
    assert codes(session, scope_of(session, manager.id, Role.ADMIN, Role.MANAGER)) == {"east", "east-1"}
    assert scope_of(session, manager.id, Role.ADMIN) == NOTHING
    assert len(session.scalars(select(StaffGrant).where(StaffGrant.user_id == manager.id)).all()) == 2


def test_the_two_ends_of_scopes_hold_everything_and_nothing(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    assert len(codes(session, EVERYTHING)) == 5
    assert codes(session, NOTHING) == set()
    assert codes(session, Scope(frozenset({uuid.uuid4()}))) == set()
    assert EVERYTHING
    assert not NOTHING


def test_choosing_a_password_takes_the_present_one_and_ends_its_being_one_time(session: Session, now: datetime) -> None:
    company = make_company(session, now=now)
    user = add_user(
        session,
        email="new@otklik.example",
        password=PASSWORD,
        one_time=True,
        role=Role.MANAGER,
        unit_id=company.east,
        now=now,
    )
    assert user.one_time_until == now + timedelta(days=7)
    with pytest.raises(WrongPasswordError):
        change_password(session, user.id, present="not this", new="another few words", address="192.0.2.1", now=now)
    with pytest.raises(WeakPasswordError):
        change_password(session, user.id, present=PASSWORD, new="short", address="192.0.2.1", now=now)
    with pytest.raises(InvalidInputError) as same:
        change_password(session, user.id, present=PASSWORD, new=PASSWORD, address="192.0.2.1", now=now)
    assert same.value.code == "password_unchanged"

    change_password(session, user.id, present=PASSWORD, new="another few words", address="192.0.2.1", now=now)

    assert user.one_time_until is None
    assert password_matches(user.password, "another few words")


def test_every_change_to_a_user_is_in_the_audit_without_name_or_password(session: Session, now: datetime) -> None:
    company = make_company(session, now=now)
    user = add_staff(session, "late", Role.ANALYST, company.east, now=now)
    set_password(session, user, "another few words", one_time=True, now=now)
    set_active(session, user, active=False, now=now)
    set_active(session, user, active=False, now=now)
    set_active(session, user, active=True, now=now)
    session.flush()
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.object_id == str(user.id)).order_by(AuditEntry.id)
    ).all()
    assert [entry.action for entry in entries] == [
        *("user.added", "role.granted", "password.reset", "user.disabled", "user.enabled"),
    ]
    assert "late" not in str([entry.details for entry in entries])


def test_the_database_refuses_an_email_in_capitals(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    user = session.scalars(select(StaffUser).limit(1)).one()
    user.email = "Loud@Otklik.Example"
    with pytest.raises(Exception, match="email_is_lower_case"):
        session.flush()
