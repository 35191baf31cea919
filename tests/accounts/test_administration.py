"""Who may do what to whom: administrators of the company and of a region, and the last one of all."""

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.administration import (
    LastAdminError,
    LastRoleError,
    OwnAccountError,
    UnknownGrantError,
    UnknownUserError,
    get_managed_user,
    give_role,
    invite_user,
    make_link,
    rename_user,
    switch_off,
    switch_on,
    take_role,
)
from app.accounts.models import AuditEntry, Role, SignIn, StaffGrant, StaffUser
from app.accounts.scope import EVERYTHING, NOTHING, Scope
from app.accounts.service import add_user, get_user, grant_role, scope_of
from app.accounts.sign_ins import begin_sign_in
from app.kit.db import Database
from app.kit.errors import ConflictError
from app.kit.i18n import Language
from app.organisation.tree import UnknownUnitError
from tests.web.staff import Company, add_staff, email_of, make_company


def grant_of(session: Session, user: StaffUser, role: Role = Role.ADMIN) -> uuid.UUID:
    """Return the id of the user's grant with the role."""
    session.flush()
    return session.scalars(select(StaffGrant.id).where(StaffGrant.user_id == user.id, StaffGrant.role == role)).one()


@pytest.fixture
def company(session: Session, now: datetime) -> Company:
    """Two regions and the cast."""
    return make_company(session, now=now)


@pytest.fixture
def east(company: Company) -> Scope:
    """What an administrator of the east administers."""
    return Scope(frozenset({company.east}))


def names(session: Session, scope: Scope) -> set[str]:
    """Return the names of those whom the scope may administer."""
    found = set()
    for user in session.scalars(select(StaffUser)).all():
        try:
            found.add(get_managed_user(session, user.id, scope).name)
        except UnknownUserError:
            continue
    return found


def test_a_region_administers_those_whose_every_role_lies_in_it(
    session: Session, company: Company, east: Scope, now: datetime
) -> None:
    add_staff(session, "desk", Role.MANAGER, company.east_office, now=now)
    both = add_staff(session, "both", Role.MANAGER, company.east, now=now)
    grant_role(session, both, role=Role.ANALYST, unit_id=company.west_office, now=now)
    nothing = add_staff(session, "nothing", Role.MANAGER, company.east, now=now)
    session.flush()
    session.delete(session.get_one(StaffGrant, grant_of(session, nothing, Role.MANAGER)))
    session.flush()
    assert names(session, east) == {"manager", "analyst", "desk"}
    assert names(session, NOTHING) == set()
    assert names(session, EVERYTHING) == {*("admin", "manager", "analyst", "elsewhere", "desk", "both", "nothing")}


@pytest.mark.parametrize("name", ["admin", "elsewhere"])
def test_a_region_does_nothing_to_anybody_else(
    session: Session, company: Company, east: Scope, now: datetime, name: str
) -> None:
    user = get_user(session, email_of(name))
    by = get_user(session, email_of("manager")).id
    held = session.scalars(select(StaffGrant.id).where(StaffGrant.user_id == user.id)).one()
    attempts: list[Callable[[], object]] = [
        lambda: give_role(session, user.id, role=Role.ANALYST, unit_id=company.east, scope=east, by=by, now=now),
        lambda: take_role(session, user.id, held, scope=east, by=by, now=now),
        lambda: switch_off(session, user.id, scope=east, by=by, now=now),
        lambda: switch_on(session, user.id, scope=east, by=by, now=now),
        lambda: rename_user(session, user.id, name="x", language=None, scope=east, by=by, now=now),
        lambda: make_link(session, user.id, scope=east, by=by, now=now),
    ]
    for attempt in attempts:
        with pytest.raises(UnknownUserError):
            attempt()


@pytest.mark.parametrize("place", ["root", "west", "west_office"])
def test_a_region_gives_no_role_outside_of_itself_not_even_to_its_own(
    session: Session, company: Company, east: Scope, now: datetime, place: str
) -> None:
    chief = add_staff(session, "chief", Role.ADMIN, company.east, now=now)
    unit_id = getattr(company, place)
    for name in ("chief", "manager"):
        user = get_user(session, email_of(name))
        with pytest.raises(UnknownUnitError):
            give_role(session, user.id, role=Role.ADMIN, unit_id=unit_id, scope=east, by=chief.id, now=now)
    with pytest.raises(UnknownUnitError):
        invite_user(
            session,
            email="mole@otklik.example",
            name="",
            role=Role.ADMIN,
            unit_id=unit_id,
            language=None,
            scope=east,
            by=chief.id,
            now=now,
        )
    assert not scope_of(session, chief.id, Role.ADMIN).everything
    assert session.scalars(select(StaffUser.id).where(StaffUser.email == "mole@otklik.example")).all() == []


def test_within_itself_a_region_invites_gives_and_takes(
    session: Session, company: Company, east: Scope, now: datetime
) -> None:
    chief = add_staff(session, "chief", Role.ADMIN, company.east, now=now)
    user, _ = invite_user(
        session,
        email="clerk@otklik.example",
        name="",
        role=Role.MANAGER,
        unit_id=company.east_office,
        language=Language.KK,
        scope=east,
        by=chief.id,
        now=now,
    )
    assert give_role(session, user.id, role=Role.ADMIN, unit_id=company.east, scope=east, by=chief.id, now=now)
    assert not give_role(session, user.id, role=Role.ADMIN, unit_id=company.east, scope=east, by=chief.id, now=now)
    take_role(session, user.id, grant_of(session, user, Role.MANAGER), scope=east, by=chief.id, now=now)
    session.flush()
    assert scope_of(session, user.id, Role.ADMIN).unit_ids == {company.east}
    assert scope_of(session, user.id, Role.MANAGER) == NOTHING
    done = session.scalars(
        select(AuditEntry.action).where(AuditEntry.user_id == chief.id).order_by(AuditEntry.id)
    ).all()
    assert done == ["user.added", "role.granted", "user.link_made", "role.granted", "role.revoked"]


def test_a_role_of_another_user_cannot_be_taken_through_ones_own(
    session: Session, company: Company, now: datetime
) -> None:
    assert company
    foreign = grant_of(session, get_user(session, email_of("elsewhere")), Role.MANAGER)
    with pytest.raises(UnknownGrantError):
        take_role(session, get_user(session, email_of("manager")).id, foreign, scope=EVERYTHING, by=None, now=now)


def test_nobody_dismisses_themselves(session: Session, company: Company, now: datetime) -> None:
    second = add_staff(session, "second", Role.ADMIN, company.root, now=now)
    with pytest.raises(OwnAccountError):
        take_role(session, second.id, grant_of(session, second), scope=EVERYTHING, by=second.id, now=now)
    with pytest.raises(OwnAccountError):
        switch_off(session, second.id, scope=EVERYTHING, by=second.id, now=now)


def test_the_last_role_stays(session: Session, company: Company, now: datetime) -> None:
    assert company
    manager = get_user(session, email_of("manager"))
    with pytest.raises(LastRoleError):
        take_role(session, manager.id, grant_of(session, manager, Role.MANAGER), scope=EVERYTHING, by=None, now=now)


def test_the_company_keeps_an_administrator_who_can_sign_in(session: Session, company: Company, now: datetime) -> None:
    admin = get_user(session, email_of("admin"))
    grant_role(session, admin, role=Role.ANALYST, unit_id=company.root, now=now)
    off = add_staff(session, "off", Role.ADMIN, company.root, now=now)
    switch_off(session, off.id, scope=EVERYTHING, by=admin.id, now=now)
    add_staff(session, "regional", Role.ADMIN, company.east, now=now)
    add_user(session, email="unsure@x.kz", password=None, role=Role.ADMIN, unit_id=company.root, now=now)
    late = add_user(
        session,
        email="late@x.kz",
        password="one two three four",
        one_time=True,
        role=Role.ADMIN,
        unit_id=company.root,
        now=now - timedelta(days=8),
    )
    assert late.one_time_until
    dismissals: list[Callable[[], object]] = [
        lambda: take_role(session, admin.id, grant_of(session, admin), scope=EVERYTHING, by=None, now=now),
        lambda: switch_off(session, admin.id, scope=EVERYTHING, by=None, now=now),
    ]
    for dismiss in dismissals:
        with pytest.raises(LastAdminError):
            dismiss()
    switch_on(session, off.id, scope=EVERYTHING, by=admin.id, now=now)
    session.flush()
    switch_off(session, admin.id, scope=EVERYTHING, by=None, now=now)
    assert not admin.active


def test_switching_off_ends_every_sign_in_for_good(session: Session, company: Company, now: datetime) -> None:
    assert company
    manager = get_user(session, email_of("manager"))
    begin_sign_in(session, manager, address="", user_agent="", lasts=timedelta(hours=12), now=now)
    session.flush()
    switch_off(session, manager.id, scope=EVERYTHING, by=None, now=now)
    switch_on(session, manager.id, scope=EVERYTHING, by=None, now=now)
    session.expire_all()
    assert session.scalars(select(SignIn.ended_at)).one() == now


@pytest.mark.parametrize("by_role", [True, False], ids=["role", "switch"])
def test_of_two_administrators_who_dismiss_each_other_at_once_one_stays(
    database: Database, now: datetime, *, by_role: bool
) -> None:
    with database.transaction() as session:
        company = make_company(session, now=now)
        pair = [get_user(session, email_of("admin")), add_staff(session, "second", Role.ADMIN, company.root, now=now)]
        for user in pair:
            grant_role(session, user, role=Role.ANALYST, unit_id=company.east, now=now)
        ids, grants = [user.id for user in pair], [grant_of(session, user) for user in pair]
    for _ in range(5):
        barrier = threading.Barrier(2)
        said: list[str] = []

        def dismiss(other: int, barrier: threading.Barrier = barrier, said: list[str] = said) -> None:
            barrier.wait()
            try:
                with database.transaction() as session:
                    if by_role:
                        take_role(session, ids[other], grants[other], scope=EVERYTHING, by=ids[1 - other], now=now)
                    else:
                        switch_off(session, ids[other], scope=EVERYTHING, by=ids[1 - other], now=now)
                said.append("done")
            except ConflictError as error:
                said.append(error.code)

        threads = [threading.Thread(target=dismiss, args=(other,)) for other in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(said) == ["done", "last_admin"]
        with database.transaction() as session:  # as before, for the next turn
            for user_id in ids:
                user = session.get_one(StaffUser, user_id)
                user.active = True
                grant_role(session, user, role=Role.ADMIN, unit_id=company.root, now=now)
            grants[:] = [grant_of(session, session.get_one(StaffUser, user_id)) for user_id in ids]
