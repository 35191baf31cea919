"""Keeping the roster: who may, for whom, and what the lists show of it."""

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, Role
from app.accounts.permissions import NotPermittedError
from app.accounts.scope import EVERYTHING, Scope
from app.callbacks.escalation.errors import DutyNotFoundError, InvalidDutyError
from app.callbacks.escalation.people import find_responsible
from app.callbacks.escalation.roster import (
    DutyDraft,
    change_duty,
    list_candidates,
    put_on_duty,
    remove_owner,
    set_owner,
    take_off_duty,
)
from app.callbacks.escalation.rosters import count_unowned, list_duties, list_owners, list_unowned, read_week
from app.kit.errors import InvalidInputError
from app.organisation.tree import UnknownUnitError
from tests.callbacks.escalation.tree import Tree, make_tree
from tests.callbacks.factories import acting, make_case

TODAY = date(2026, 3, 4)


@pytest.fixture
def tree(session: Session, now: datetime) -> Tree:
    """A manager of the office and of the region, an analyst, an administrator of the region and one of the company."""
    made = make_tree(session, now=now)
    made.stand("olga", "office")
    made.stand("rauan", "region")
    made.stand("lena", "company", Role.ANALYST)
    made.stand("ada", "region", Role.ADMIN)
    made.stand("root", "company", Role.ADMIN)
    return made


def test_whoever_administers_a_region_keeps_its_roster_and_no_other(session: Session, tree: Tree) -> None:
    ada, office = acting(tree.users["ada"].id, Role.ADMIN, tree.units["region"]), tree.units["office"]
    draft = DutyDraft(tree.users["rauan"].id, "пн-пт 9:00-18:00", TODAY, TODAY)
    duty = put_on_duty(session, office, draft, actor=ada, now=tree.now)
    assert duty.hours == "Mo-Fr 09:00-18:00"
    assert [person.user_id for person in find_responsible(session, office, level=0, now=tree.now)] == [duty.user_id]
    change_duty(session, duty.id, DutyDraft(tree.users["olga"].id, "24/7"), actor=ada, now=tree.now)
    assert (duty.user_id, duty.from_on) == (tree.users["olga"].id, None)
    with pytest.raises(UnknownUnitError):
        put_on_duty(session, tree.units["company"], draft, actor=ada, now=tree.now)
    with pytest.raises(UnknownUnitError):
        set_owner(session, tree.units["company"], tree.users["rauan"].id, actor=ada, now=tree.now)
    stranger = acting(tree.users["ada"].id, Role.ADMIN, tree.users["ada"].id)
    with pytest.raises(DutyNotFoundError):
        take_off_duty(session, duty.id, actor=stranger, now=tree.now)
    manager = acting(tree.users["rauan"].id, Role.MANAGER, tree.units["region"])
    for refused in (
        lambda: put_on_duty(session, office, draft, actor=manager, now=tree.now),
        lambda: change_duty(session, duty.id, draft, actor=manager, now=tree.now),
        lambda: take_off_duty(session, duty.id, actor=manager, now=tree.now),
        lambda: set_owner(session, office, manager.user_id, actor=manager, now=tree.now),
        lambda: remove_owner(session, office, actor=manager, now=tree.now),
    ):
        with pytest.raises(NotPermittedError):
            refused()
    take_off_duty(session, duty.id, actor=ada, now=tree.now)
    assert list_duties(session, unit_id=office, scope=EVERYTHING, keep_scope=EVERYTHING, today=TODAY) == []
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "unit")).all()
    assert [action for action in actions if action.startswith("duty")] == ["duty.added", "duty.changed", "duty.removed"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ((None, "24/7", (None, None)), "user_missing"),
        (("lena", "24/7", (None, None)), "not_there"),  # reads, but works no cases
        (("rauan", "whenever", (None, None)), "invalid_hours"),
        (("rauan", "", (None, None)), "invalid_hours"),
        (("rauan", "Mo-Fr off", (None, None)), "never_open"),
        (("rauan", "24/7", (date(2026, 3, 5), date(2026, 3, 4))), "days_turned_round"),
    ],
)
def test_a_duty_that_makes_no_sense_is_refused_with_why(
    session: Session, tree: Tree, wrong: tuple[str | None, str, tuple[date | None, date | None]], code: str
) -> None:
    who, hours, days = wrong
    root = acting(tree.users["root"].id, Role.ADMIN)
    draft = DutyDraft(tree.users[who].id if who else None, hours, *days)
    with pytest.raises(InvalidInputError) as refused:
        put_on_duty(session, tree.units["office"], draft, actor=root, now=tree.now)
    assert refused.value.code == code


def test_who_can_be_chosen_works_there_and_who_owns_at_least_sees_it(session: Session, tree: Tree) -> None:
    tree.users["olga"].active = False
    session.flush()
    city = tree.units["city"]
    assert [candidate.name for candidate in list_candidates(session, city)] == ["ada", "rauan", "root"]
    owners = [candidate.name for candidate in list_candidates(session, city, owners=True)]
    assert owners == ["ada", "lena", "rauan", "root"]


def test_units_without_an_owner_come_with_the_most_open_cases_first(session: Session, tree: Tree) -> None:
    root = acting(tree.users["root"].id, Role.ADMIN)
    make_case(session, tree.units["office"], now=tree.now)
    assert [(line.unit_code, line.open_cases) for line in list_unowned(session, scope=EVERYTHING)][:1] == [
        ("office", 1)
    ]
    counted = count_unowned(session, scope=EVERYTHING)
    assert (counted.units, counted.with_cases) == (4, 1)
    set_owner(session, tree.units["city"], tree.users["lena"].id, actor=root, now=tree.now)
    set_owner(session, tree.units["city"], tree.users["rauan"].id, actor=root, now=tree.now)
    assert {line.unit_code for line in list_unowned(session, scope=EVERYTHING)} == {"company", "region"}
    assert [(line.unit_code, line.name, line.able) for line in list_owners(session, scope=EVERYTHING)] == [
        ("city", "rauan", True)
    ]
    below = Scope(frozenset({tree.units["office"]}))
    assert list_owners(session, scope=below) == []
    assert count_unowned(session, scope=below).units == 0
    tree.users["rauan"].active = False
    session.flush()
    assert count_unowned(session, scope=below).with_cases == 1  # somebody who left is no owner
    remove_owner(session, tree.units["city"], actor=root, now=tree.now)
    assert list_owners(session, scope=EVERYTHING) == []
    with pytest.raises(InvalidDutyError):
        set_owner(session, tree.units["region"], tree.users["olga"].id, actor=root, now=tree.now)


def test_a_units_roster_holds_what_covers_it_and_what_lies_below_it(session: Session, tree: Tree) -> None:
    for level in ("company", "city", "office"):
        tree.duty("root", level)
    tree.duty("olga", "office", "Mo-Fr 09:00-13:00", until_on=date(2026, 3, 3))

    def seen(unit: str, scope: Scope) -> list[tuple[str, bool, bool]]:
        lines = list_duties(session, unit_id=tree.units[unit], scope=scope, keep_scope=scope, today=TODAY)
        return [(line.unit_code, line.over, line.kept) for line in lines]

    everything = [("city", False, True), ("company", False, True), ("office", True, True), ("office", False, True)]
    assert sorted(seen("city", EVERYTHING)) == sorted(everything)
    city = Scope(frozenset({tree.units["city"]}))
    assert ("company", False, False) in seen("city", city)
    assert seen("region", Scope()) == [("company", False, False)]
    plan = read_week(session, tree.units["office"], TODAY)
    assert {plan.names[who] for day in plan.days for stretch in day.stretches for who in stretch.people} == {"root"}
