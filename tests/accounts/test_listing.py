"""Users as administrators see them: found, filtered and sorted, with state, roles and what was done lately."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.administration import make_link, switch_off, take_role
from app.accounts.audit import record
from app.accounts.deeds import list_deeds
from app.accounts.listing import Sort, UserLine, UserState, list_roles, list_users, read_user
from app.accounts.models import Role
from app.accounts.scope import EVERYTHING, Scope
from app.accounts.service import add_user, get_user, grant_role, set_password
from app.accounts.sign_ins import begin_sign_in
from tests.web.staff import PASSWORD, Company, email_of, make_company


@pytest.fixture
def company(session: Session, now: datetime) -> Company:
    """Two regions, the cast, an invited Kazakh and somebody switched off."""
    company = make_company(session, now=now)
    invited = add_user(
        session,
        email="invited@otklik.example",
        password=None,
        role=Role.MANAGER,
        unit_id=company.east_office,
        name="Әйгерім",
        now=now,
    )
    make_link(session, invited.id, scope=EVERYTHING, by=None, now=now)
    switch_off(session, get_user(session, email_of("elsewhere")).id, scope=EVERYTHING, by=None, now=now)
    session.flush()
    return company


def names(found: tuple[list[UserLine], int]) -> list[str]:
    """Return the names of the page; the total is checked to say the same."""
    lines, total = found
    assert total == len(lines)
    return [line.name for line in lines]


def test_users_are_found_by_words_of_name_and_email_in_any_case(
    session: Session, company: Company, now: datetime
) -> None:
    assert company
    assert names(list_users(session, scope=EVERYTHING, search="әЙГ", now=now)) == ["Әйгерім"]
    assert names(list_users(session, scope=EVERYTHING, search="OTKLIK man", now=now)) == ["manager"]
    assert names(list_users(session, scope=EVERYTHING, search="100%", now=now)) == []


def test_users_are_filtered_by_role_state_and_unit(session: Session, company: Company, now: datetime) -> None:
    def find(**by: object) -> list[str]:
        return names(list_users(session, scope=EVERYTHING, now=now, **by))  # type: ignore[arg-type]

    assert find(role=Role.ANALYST) == ["analyst"]
    assert find(state=UserState.OFF) == ["elsewhere"]
    assert find(state=UserState.INVITED) == ["Әйгерім"]
    assert find(state=UserState.ACTIVE) == ["admin", "analyst", "manager"]
    assert find(unit_id=company.east_office) == ["Әйгерім"]
    assert find(unit_id=company.east) == ["analyst", "manager", "Әйгерім"]
    assert find(unit_id=company.east, role=Role.ANALYST) == ["analyst"]
    # The manager of the east is an analyst of the west now, and no manager there.
    grant_role(session, get_user(session, email_of("manager")), role=Role.ANALYST, unit_id=company.west, now=now)
    session.flush()
    assert find(unit_id=company.west, role=Role.MANAGER) == ["elsewhere"]


def test_a_region_lists_its_own_and_counts_them(session: Session, company: Company, now: datetime) -> None:
    east = Scope(frozenset({company.east}))
    assert names(list_users(session, scope=east, now=now)) == ["analyst", "manager", "Әйгерім"]
    assert names(list_users(session, scope=Scope(), now=now)) == []


def test_users_are_sorted_and_paged(session: Session, company: Company, now: datetime) -> None:
    assert company
    for hours, name in enumerate(("analyst", "admin")):
        user = get_user(session, email_of(name))
        begun = now - timedelta(hours=hours)
        begin_sign_in(session, user, address="", user_agent="", lasts=timedelta(hours=12), now=begun)
    session.flush()
    seen, _ = list_users(session, scope=EVERYTHING, sort=Sort.SEEN, descending=True, now=now)
    assert [line.name for line in seen][:2] == ["analyst", "admin"]
    assert [line.seen_at for line in seen] == [now, now - timedelta(hours=1), None, None, None]
    seen, _ = list_users(session, scope=EVERYTHING, sort=Sort.SEEN, now=now)
    assert [line.name for line in seen][:2] == ["admin", "analyst"]
    page, total = list_users(session, scope=EVERYTHING, sort=Sort.EMAIL, descending=True, limit=2, offset=1, now=now)
    assert ([line.name for line in page], total) == (["Әйгерім", "elsewhere"], 5)


def test_a_line_says_until_when_a_link_opens_and_a_made_password_works(
    session: Session, company: Company, now: datetime
) -> None:
    assert company
    invited, manager = get_user(session, "invited@otklik.example"), get_user(session, email_of("manager"))
    set_password(session, manager, PASSWORD, one_time=True, now=now)
    session.flush()
    week = now + timedelta(days=7)
    assert read_user(session, invited.id, now=now).link_until == week
    assert read_user(session, invited.id, now=week).link_until is None
    line = read_user(session, manager.id, now=now)
    assert (line.state, line.made_until, line.link_until) == (UserState.ACTIVE, week, None)


def test_roles_stand_the_widest_first_and_say_where_the_unit_is(
    session: Session, company: Company, now: datetime
) -> None:
    manager = get_user(session, email_of("manager"))
    grant_role(session, manager, role=Role.ADMIN, unit_id=company.west_office, now=now)
    grant_role(session, manager, role=Role.ANALYST, unit_id=company.root, now=now)
    session.flush()
    held = list_roles(session, [manager.id])[manager.id]
    assert [(one.role, one.unit_name, one.place, one.whole_company) for one in held] == [
        (Role.ANALYST, "Acme", None, True),
        (Role.MANAGER, "East", None, False),
        (Role.ADMIN, "West 1", "West", False),
    ]


def test_the_latest_deeds_come_first_with_who_did_them(session: Session, company: Company, now: datetime) -> None:
    admin, manager = get_user(session, email_of("admin")), get_user(session, email_of("manager"))
    later = now + timedelta(hours=1)
    grant_role(session, manager, role=Role.ANALYST, unit_id=company.west, by=admin.id, now=later)
    session.flush()
    take_role(
        session,
        manager.id,
        next(one.id for one in list_roles(session, [manager.id])[manager.id] if one.role is Role.ANALYST),
        scope=EVERYTHING,
        by=None,
        now=later + timedelta(hours=1),
    )
    record(session, "unit.changed", now=later + timedelta(hours=2), user_id=manager.id, address="192.0.2.7")
    session.flush()
    deeds = list_deeds(session, manager.id, limit=3)
    assert [(deed.action, deed.own, deed.who, deed.role, deed.unit, deed.address) for deed in deeds] == [
        ("unit.changed", True, None, None, None, "192.0.2.7"),
        ("role.revoked", False, None, "analyst", "West", None),
        ("role.granted", False, "admin", "analyst", "West", None),
    ]
