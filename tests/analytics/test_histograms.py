"""What is counted ahead and what is counted when it is asked for are the same, whatever happens in between."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.counts.counting import count_days, forget_counts
from app.analytics.histograms import Counts, add_up, count_values
from app.analytics.models import CountedDays, Grain, ValueCount
from app.analytics.periods import Period
from app.analytics.series import feeding, list_series
from app.analytics.wanted import By, Wanted
from app.invitations.models import Interaction
from app.kit.ids import new_id
from app.organisation.models import Employee
from app.organisation.service import get_unit, move_unit
from app.responses.days import mark_days, mark_if_past
from app.responses.models import ChangedDay, SurveyResponse
from app.surveys.definition import Metric
from tests.analytics.company import Company, build_company

KYIV = ZoneInfo("Europe/Kyiv")  # clocks leap on 29 March 2026
NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
SPRING = Period(date(2026, 1, 17), date(2026, 4, 20), KYIV)


@pytest.fixture
def company(session: Session) -> Company:
    """The company of all figures, in another spring: clocks leap in it."""
    return build_company(session, NOW)


def test_counts_kept_and_answers_read_give_the_same_before_and_after_every_kind_of_change(
    session: Session, company: Company
) -> None:
    chance = random.Random(7)  # noqa: S311 -- the same answers every time
    employees = fill(session, company, chance)
    from_answers = {name: ask(session, company, wanted, by) for name, wanted, by in questions(company, employees)}

    count_all(session)

    assert session.scalar(select(ValueCount.n).where(ValueCount.grain == Grain.MONTH).limit(1)), "months are added up"
    for name, wanted, by in questions(company, employees):
        assert ask(session, company, wanted, by) == from_answers[name], name

    change_everything(session, company, chance)
    changed = {name: ask(session, company, wanted, by) for name, wanted, by in questions(company, employees)}
    assert changed != from_answers
    count_all(session)
    kept = {name: ask(session, company, wanted, by) for name, wanted, by in questions(company, employees)}
    forget_counts(session)
    for name, wanted, by in questions(company, employees):
        assert ask(session, company, wanted, by) == changed[name] == kept[name], name


def test_what_was_counted_is_what_is_read(session: Session, company: Company) -> None:
    company.answer("n1", 5, at=NOW - timedelta(days=3))
    count_all(session)
    session.execute(update(ValueCount).values(n=77))

    assert total(ask(session, company, Wanted(SPRING))) == 77


def test_a_day_is_from_midnight_to_midnight_on_the_wall_also_where_it_has_23_hours(
    session: Session, company: Company
) -> None:
    leap = date(2026, 3, 29)
    for at in ("2026-03-28T21:59", "2026-03-28T22:00", "2026-03-29T20:59", "2026-03-29T21:00"):
        company.answer("n1", 5, at=datetime.fromisoformat(at).replace(tzinfo=UTC))
    count_all(session)

    by_day = ask(session, company, Wanted(SPRING), By.DAY)

    assert {day: sum(values.values()) for day, values in by_day.items()} == {
        leap - timedelta(days=1): 1,
        leap: 2,
        leap + timedelta(days=1): 1,
    }


def test_a_changed_day_is_read_from_its_answers_until_it_is_counted_anew(session: Session, company: Company) -> None:
    past = NOW - timedelta(days=3)
    company.answer("n1", 5, at=past)
    count_all(session)
    company.answer("n1", 1, at=past)
    assert total(ask(session, company, Wanted(SPRING))) == 1, "nobody said so"

    mark_if_past(session, past, now=NOW)

    assert total(ask(session, company, Wanted(SPRING))) == 2
    count_all(session)
    assert session.scalars(select(ChangedDay)).all() == []
    assert total(ask(session, company, Wanted(SPRING))) == 2


def test_today_is_never_counted_ahead_and_yesterday_a_quarter_of_an_hour_after_its_end(
    session: Session, company: Company
) -> None:
    company.answer("n1", 5, at=NOW - timedelta(days=1))
    midnight = datetime(2026, 4, 19, 21, 0, tzinfo=UTC)

    count_days(session, KYIV, now=midnight + timedelta(minutes=14), limit=99)
    early = session.get_one(CountedDays, 1).until
    count_days(session, KYIV, now=midnight + timedelta(minutes=16), limit=99)

    assert (early, session.get_one(CountedDays, 1).until) == (date(2026, 4, 19), date(2026, 4, 20))


def test_another_zone_makes_other_days_and_counts_all_anew(session: Session, company: Company) -> None:
    company.answer("n1", 5, at=datetime(2026, 4, 10, 20, 0, tzinfo=UTC))  # the eleventh in Almaty
    count_all(session)
    almaty = ZoneInfo("Asia/Almaty")
    there = Wanted(Period(SPRING.first, SPRING.last, almaty))
    assert list(ask(session, company, there, By.DAY)) == [date(2026, 4, 11)], "what Kyiv counted is not read"

    while count_days(session, almaty, now=NOW, limit=50):
        pass

    assert session.scalars(select(ValueCount.starts_on).where(ValueCount.grain == Grain.DAY).distinct()).all() == [
        date(2026, 4, 11)
    ]
    assert list(ask(session, company, there, By.DAY)) == [date(2026, 4, 11)]


def test_of_units_beyond_the_scope_nothing_is_counted(session: Session, company: Company) -> None:
    for unit in ("n1", "n2", "s1"):
        company.answer(unit, 5, at=NOW - timedelta(days=2))
    north, n1 = company.units["north"].id, company.units["n1"].id
    ids = [company.units[key].id for key in ("north", "n1", "s1")]

    def check() -> None:
        scope = Scope(frozenset({north, n1}))
        assert total(ask(session, company, Wanted(SPRING), scope=scope)) == 2, "a grant within a grant counts once"
        assert ask(session, company, Wanted(SPRING, unit_id=company.units["s1"].id), scope=scope) == {}
        by_unit = ask(session, company, Wanted(SPRING), By.UNIT, scope=scope, units=ids)
        assert {key: sum(each.values()) for key, each in by_unit.items()} == {north: 2, n1: 1}
        assert ask(session, company, Wanted(SPRING), scope=Scope()) == {}

    check()
    count_all(session)
    check()


def test_whoever_has_no_employee_is_rated_by_the_visit_only_where_nobody_asked_about_the_employee(
    session: Session, company: Company
) -> None:
    fed = feeding(list_series(session), Metric.AGENT_CSAT)

    assert [(one.survey, one.question.key) for one in fed] == [("visit", "overall")]


def questions(company: Company, employees: list[uuid.UUID]) -> Iterator[tuple[str, Wanted, By | None]]:
    north = company.units["north"].id
    narrowed = {
        "all": Wanted(SPRING),
        "north": Wanted(SPRING, unit_id=north),
        "two weeks": Wanted(Period(date(2026, 3, 25), date(2026, 4, 7), KYIV)),
        "calls": Wanted(SPRING, channel="call"),
        "bills": Wanted(SPRING, call_topic="bill"),
        "calls about bills": Wanted(SPRING, channel="call", call_topic="bill"),
        "one employee": Wanted(SPRING, employee_id=employees[0]),
        "any employee": Wanted(SPRING, unit_id=north, employee_known=True),
        "any employee on calls": Wanted(SPRING, channel="call", employee_known=True),
    }
    for name, wanted in narrowed.items():
        for by in (None, *By):
            yield f"{name} by {by}", wanted, by


def ask(
    session: Session,
    company: Company,
    wanted: Wanted,
    by: By | None = None,
    *,
    scope: Scope = EVERYTHING,
    units: list[uuid.UUID] | None = None,
) -> dict[object, dict[tuple[str, int], int]]:
    """Return `{group: {(question, value): count}}`."""
    everywhere = [unit.id for unit in company.units.values()] if units is None else units
    counts: Counts = count_values(session, wanted, scope, list_series(session), by=by, units=everywhere)
    return {
        group: {
            (series.question_key, value): n for series, counter in told.items() for value, n in counter.items() if n
        }
        for group, told in counts.items()
    }


def total(counts: dict[object, dict[tuple[str, int], int]]) -> int:
    return sum(sum(values.values()) for values in counts.values())


def count_all(session: Session) -> None:
    while count_days(session, KYIV, now=NOW, limit=10):
        session.flush()


def fill(session: Session, company: Company, chance: random.Random) -> list[uuid.UUID]:
    employees = []
    for number in range(3):
        unit_id = company.units["n1"].id
        employee = Employee(
            id=new_id(), code=f"e{number}", name=f"Operator {number}", unit_id=unit_id, created_at=NOW, updated_at=NOW
        )
        session.add(employee)
        employees.append(employee.id)
    session.flush()
    for number in range(240):
        at = datetime(2026, 1, 15, tzinfo=UTC) + timedelta(minutes=chance.randrange(95 * 24 * 60))
        unit = chance.choice(["n1", "n2", "s1", "north"])
        channel = chance.choice(["visit", "call"])
        survey = chance.choice(["visit", "visit", "nps"])
        one = company.answer(
            unit,
            chance.randrange(1, 6),
            at=at,
            channel=channel,
            survey=survey,
            suspect="burst" if chance.random() < 0.1 else "",
        )
        one.employee_id = chance.choice([None, *employees])
        if chance.random() < 0.5:
            one.interaction_id = call(session, one, number, chance.choice(["bill", "roaming", None]))
        if survey == "visit" and chance.random() < 0.6:
            company.said(one, "waiting", chance.randrange(1, 6))
            for reason in chance.sample([1, 2], chance.randrange(3)):
                company.said(one, "reasons", reason)
            company.said(one, "wish", None, "more chairs")
    session.flush()
    return employees


def call(session: Session, response: SurveyResponse, number: int, topic: str | None) -> uuid.UUID:
    one = Interaction(
        id=new_id(),
        source="pbx",
        external_id=str(number),
        body_hash=b"",
        channel="call",
        unit_id=response.unit_id,
        ended_at=response.answered_at,
        topic=topic,
        tags=[],
        decision="skipped",
        reason="history",
        decided_at=response.answered_at,
    )
    session.add(one)
    session.flush()
    return one.id


def change_everything(session: Session, company: Company, chance: random.Random) -> None:
    """A late answer, another rating, one found suspect, one erased, an older one than all, a unit that moves."""
    everyone = list(session.scalars(select(SurveyResponse).order_by(SurveyResponse.answered_at)))
    rated, suspect, *erased = chance.sample(everyone[20:-20], 12)
    rated.rating = 6 - rated.rating if rated.rating != 3 else 1
    suspect.suspect = not suspect.suspect
    late = company.answer("n2", 2, at=everyone[50].answered_at)
    oldest = company.answer("s1", 4, at=everyone[0].answered_at - timedelta(days=40))
    mark_days(session, [one.answered_at for one in (rated, suspect, late, oldest, *erased)])
    session.flush()
    session.execute(delete(SurveyResponse).where(SurveyResponse.id.in_([one.id for one in erased])))
    session.expire_all()
    move_unit(session, get_unit(session, "n2"), parent_id=company.units["south"].id, now=NOW)


def test_a_day_that_begins_within_an_hour_of_utc_is_counted_anew_as_itself(session: Session, company: Company) -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")
    after_midnight = datetime(2026, 3, 1, 18, 20, tzinfo=UTC)  # five past midnight there
    company.answer("n1", 5, at=after_midnight)
    while count_days(session, kathmandu, now=NOW, limit=10):
        session.flush()
    company.answer("n1", 1, at=after_midnight)
    mark_days(session, [after_midnight])

    counts = ask(session, company, Wanted(Period(date(2026, 3, 2), date(2026, 3, 2), kathmandu)))

    assert counts == {None: {("overall", 5): 1, ("overall", 1): 1}}


def test_questions_of_one_scale_add_up(session: Session, company: Company) -> None:
    company.answer("n1", 5, at=NOW - timedelta(days=2))
    company.answer("n1", 9, survey="nps", at=NOW - timedelta(days=2))
    asked = list_series(session)
    (counts,) = count_values(session, Wanted(SPRING), EVERYTHING, asked).values()

    assert add_up(counts, feeding(asked, Metric.CSAT)) == {5: 1}
    assert add_up(counts, feeding(asked, Metric.NPS)) == {9: 1}
