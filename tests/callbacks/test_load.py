"""How much each person has before them, and whether a team can work what the rules would open."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.scope import EVERYTHING, Scope
from app.callbacks.load import count_working_days, forecast_load, list_loads
from app.callbacks.rules.escalation import LoadRules
from app.organisation.hours import parse_hours
from app.organisation.workdays import OwnHours, WorkingTime
from app.routing.policy import load_policy
from app.routing.thresholds import ratings_that_open
from config.settings import ROOT
from tests.callbacks.escalation.tree import Tree, make_tree
from tests.callbacks.factories import make_case, make_response

POLICY = load_policy(ROOT / "config" / "routing.yaml")


@pytest.fixture
def tree(session: Session, now: datetime) -> Tree:
    """Two managers of the city, one of the region, an administrator."""
    made = make_tree(session, now=now)
    for name, level in (("cory", "city"), ("cora", "city"), ("rauan", "region")):
        made.stand(name, level)
    made.stand("root", "company", Role.ADMIN)
    return made


def test_everybody_who_works_cases_is_listed_with_what_they_hold(session: Session, tree: Tree) -> None:
    later = tree.now + timedelta(days=5)
    for holder, closed in (("cory", False), ("cory", False), ("cory", True), ("cora", False), (None, False)):
        case = make_case(session, tree.units["office"], now=tree.now)
        if holder:
            case.claimed_by_id, case.claimed_at = tree.users[holder].id, tree.now
        if closed:
            case.closed_at, case.closed_by_id = later, tree.users["cory"].id
            case.outcome, case.cause, case.settled = "settled_on_site", "waiting", True
    session.flush()
    loads = list_loads(session, LoadRules(per_person=1), scope=EVERYTHING, now=later)
    assert [(each.name, each.open, each.overdue, each.closed_lately, each.too_many) for each in loads.people] == [
        ("cory", 2, 2, 1, True),
        ("cora", 1, 1, 0, False),
        ("rauan", 0, 0, 0, False),
        ("root", 0, 0, 0, False),
    ]
    assert (loads.unclaimed, loads.unclaimed_overdue) == (1, 1)
    nothing = list_loads(session, LoadRules(), scope=Scope(), now=later)
    assert (nothing.people, nothing.unclaimed) == ([], 0)
    office = list_loads(session, LoadRules(), scope=Scope(frozenset({tree.units["office"]})), now=later)
    assert [each.name for each in office.people] == ["cory", "cora"]  # who holds a case there, granted further up


def test_a_rule_is_reckoned_against_the_people_who_work_what_it_opens(session: Session, tree: Tree) -> None:
    begin = tree.now - timedelta(days=13)  # ten working days
    for number, rating in enumerate([1, 2, 2, 3, 3, 3, 3, 5, 5] * 10):
        make_response(session, tree.units["office"], rating=rating, now=begin + timedelta(minutes=number))
    for _ in range(10):
        make_response(session, tree.units["region"], rating=1, now=begin)
    history = make_response(session, tree.units["office"], rating=1, now=begin)
    history.routed = False
    suspect = make_response(session, tree.units["office"], rating=1, now=begin)
    suspect.suspect = True
    session.flush()
    rules = LoadRules(per_person_per_day=2)

    def forecast(threshold: int | None, scope: Scope = EVERYTHING) -> list[tuple[str, int, float, float, bool]]:
        opens = ratings_that_open(session, POLICY, unhappy_at_most=threshold)
        lines = forecast_load(session, rules, scope=scope, opens_up_to=opens, now=tree.now)
        return [(each.unit_code, each.people, each.opens_a_day, each.can_work_a_day, each.too_many) for each in lines]

    assert forecast(None) == [("city", 2, 3.0, 4.0, False), ("region", 1, 1.0, 2.0, False)]
    assert forecast(3) == [("city", 2, 7.0, 4.0, True), ("region", 1, 1.0, 2.0, False)]
    assert forecast(3, Scope(frozenset({tree.units["city"]}))) == [("city", 2, 7.0, 4.0, True)]
    tree.users["cora"].active = False
    session.flush()
    assert forecast(None)[0] == ("city", 1, 3.0, 2.0, True)


def test_without_ratings_or_people_nothing_is_foretold(session: Session, now: datetime) -> None:
    tree = make_tree(session, now=now)
    assert forecast_load(session, LoadRules(), scope=EVERYTHING, opens_up_to={}, now=now) == []
    make_response(session, tree.units["office"], rating=1, now=now)
    opens = ratings_that_open(session, POLICY)
    assert forecast_load(session, LoadRules(), scope=EVERYTHING, opens_up_to=opens, now=now) == []


def test_working_days_are_those_of_the_unit_without_its_days_off(now: datetime) -> None:
    zone = ZoneInfo("Asia/Almaty")
    week = WorkingTime(zone, parse_hours("Mo-Fr 09:00-18:00"))
    assert count_working_days(week, now - timedelta(days=13), now) == 10
    off = WorkingTime(zone, parse_hours("24/7"), lambda day: OwnHours() if day == now.date() else None)
    assert count_working_days(off, now - timedelta(days=6), now) == 6
    assert count_working_days(WorkingTime(zone, parse_hours("Su 09:00-18:00")), now, now) == 1  # never divided by none
