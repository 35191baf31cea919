"""Who hears of a case: a table over a tree of four levels, asked on a Wednesday at eleven in Almaty."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.models import Role, StaffGrant
from app.callbacks.escalation.people import find_responsible
from app.organisation.models import Unit
from tests.callbacks.escalation.tree import Tree, make_tree

# Who stands where, who is on duty (name, level, hours, first and last day), who owns what → who hears at 0, 1, 2.
_ROOT = ("root", "company", Role.ADMIN)
CASES: dict[str, tuple[list[Any], list[Any], list[Any], list[list[str]]]] = {
    "the managers of the nearest unit, then those of the next one that has some": (
        [("olga", "office"), ("rauan", "region"), _ROOT],
        [],
        [],
        [["olga"], ["rauan"], ["root"]],
    ),
    "all managers of one unit alike": ([("olga", "office"), ("omar", "office"), _ROOT], [], [], [["olga", "omar"]]),
    "whoever is on duty before a nearer manager": (
        [("olga", "office"), ("rauan", "region"), ("cem", "company"), _ROOT],
        [("rauan", "region", "Mo-Fr 09:00-18:00", None, None)],
        [],
        [["rauan"], ["cem"], ["root"]],
    ),
    "the nearest roster": (
        [("olga", "office"), ("rauan", "region"), _ROOT],
        [("rauan", "region", "24/7", None, None), ("olga", "office", "24/7", None, None)],
        [],
        [["olga"], ["rauan"]],
    ),
    "nobody whose hours are over": (
        [("olga", "office"), ("rauan", "region"), _ROOT],
        [("rauan", "region", "Mo-Fr 18:00-09:00", None, None)],
        [],
        [["olga"]],
    ),
    "nobody whose hours end at this very minute": (
        [("olga", "office"), ("rauan", "region"), _ROOT],
        [("rauan", "region", "Mo-Fr 08:00-11:00", None, None)],
        [],
        [["olga"]],
    ),
    "nobody before the first day or after the last": (
        [("olga", "office"), ("rauan", "region"), ("cem", "company"), _ROOT],
        [
            ("rauan", "region", "24/7", date(2026, 3, 5), None),
            ("cem", "company", "24/7", None, date(2026, 3, 3)),
        ],
        [],
        [["olga"]],
    ),
    "on the first and the last day": (
        [("olga", "office"), ("rauan", "region"), _ROOT],
        [("rauan", "region", "24/7", date(2026, 3, 4), date(2026, 3, 4))],
        [],
        [["rauan"]],
    ),
    "an administrator of a unit where it has no manager": (
        [("ada", "city", Role.ADMIN), ("rauan", "region"), _ROOT],
        [],
        [],
        [["ada"], ["rauan"]],
    ),
    "a unit's owner on the way up where it has nobody else": (
        [("olga", "office"), ("own", "company", Role.ANALYST), ("cem", "company"), _ROOT],
        [],
        [("own", "region")],
        [["olga"], ["own"], ["cem"]],
    ),
    "never an owner first while there is a manager": (
        [("cem", "company"), ("own", "company", Role.ANALYST), _ROOT],
        [],
        [("own", "office")],
        [["cem"], ["own"]],
    ),
    "the owner where there is no manager at all": (
        [("own", "company", Role.ANALYST), _ROOT],
        [],
        [("own", "region")],
        [["own"], ["own"]],
    ),
    "the company's administrators where nobody else is left": ([_ROOT], [], [], [["root"], ["root"]]),
    "never an analyst": ([("lena", "office", Role.ANALYST), _ROOT], [], [], [["root"]]),
}


@pytest.mark.parametrize("name", CASES)
def test_whoever_stands_nearest_hears_first(session: Session, now: datetime, name: str) -> None:
    people, duties, owners, expected = CASES[name]
    tree = make_tree(session, now=now)
    for who, level, *role in people:
        tree.stand(who, level, *role)
    for duty in duties:
        tree.duty(*duty)
    for who, level in owners:
        tree.owner(who, level)
    assert [heard(tree, level) for level in range(len(expected))] == expected


def test_who_was_switched_off_hears_of_nothing(session: Session, now: datetime) -> None:
    tree = make_tree(session, now=now)
    tree.stand("olga", "office", active=False)
    tree.stand("rauan", "region", active=False)
    tree.stand("root", "company", Role.ADMIN)
    tree.duty("rauan", "region")
    tree.owner("rauan", "region")
    assert [heard(tree, level) for level in (0, 1, 2)] == [["root"]] * 3


def test_who_was_told_is_passed_on_the_way_up(session: Session, now: datetime) -> None:
    tree = make_tree(session, now=now)
    tree.stand("olga", "office")
    told = {tree.stand("cory", "city"), tree.stand("rauan", "region")}
    tree.stand("cem", "company")
    found = find_responsible(session, tree.units["office"], level=1, told=told, now=now)
    assert [tree.name_of(person.user_id) for person in found] == ["cem"]
    assert found[0].unit_id == tree.units["company"]


def test_hours_of_duty_are_read_by_the_clock_of_its_unit(session: Session, now: datetime) -> None:
    tree = make_tree(session, now=now)
    tree.stand("olga", "office")
    tree.stand("cory", "city")
    tree.duty("cory", "city", "Mo-Fr 11:00-12:00")  # 06:00 UTC is 11:00 in Almaty, 08:00 in Kyiv
    assert heard(tree, 0) == ["cory"]
    tree.session.get_one(Unit, tree.units["city"]).time_zone = "Europe/Kyiv"
    tree.session.flush()
    assert heard(tree, 0) == ["olga"]


def test_who_may_work_there_no_more_is_not_on_duty_and_owns_nothing(session: Session, now: datetime) -> None:
    tree = make_tree(session, now=now)
    tree.stand("olga", "office")
    tree.stand("root", "company", Role.ADMIN)
    tree.duty("olga", "region")
    tree.owner("olga", "region")
    session.execute(delete(StaffGrant).where(StaffGrant.user_id == tree.users["olga"].id))
    assert [heard(tree, level) for level in (0, 1)] == [["root"]] * 2


def heard(tree: Tree, level: int) -> list[str | None]:
    """Return the names of those who hear of a case of the office."""
    found = find_responsible(tree.session, tree.units["office"], level=level, now=tree.now)
    return [tree.name_of(person.user_id) for person in found]
