"""Metrics by name: the same figures as from the raw rows, however they are told apart, and nobody given away."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.before_after import Outcome
from app.analytics.metric_figures import Asking, MetricFigures, MetricName, Split, read_metric
from app.analytics.metrics import Reason, mean, nps, share
from app.analytics.periods import Period
from app.analytics.wanted import Wanted
from app.kit.ids import new_id
from app.organisation.models import Employee
from app.organisation.service import add_unit
from app.responses.models import ResponseAnswer, SurveyResponse
from app.surveys.loader import parse_survey
from app.surveys.service import store_version
from tests.analytics.company import Company

ALMATY = ZoneInfo("Asia/Almaty")
NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
SPRING = Period(date(2026, 2, 11), date(2026, 4, 20), ALMATY)
SERVICE = """
key: service
version: 1
audience: customers
languages: [en]
title: {en: Service}
questions:
  - {key: ease, type: ces7, metric: ces, text: {en: It was easy}}
  - key: solved
    type: choice
    metric: fcr
    text: {en: "Solved at once?"}
    options: [{key: "yes", label: {en: "Yes"}}, {key: "no", label: {en: "No"}}, {key: partly, label: {en: Partly}}]
  - {key: manner, type: rating5, metric: agent_csat, text: {en: And the operator?}}
"""
FIT = """
key: fit
version: 1
audience: customers
languages: [en]
title: {en: Fit}
questions:
  - {key: without, type: pmf, metric: pmf, text: {en: Without us?}}
"""


@pytest.fixture
def everybody(session: Session, company: Company) -> list[SurveyResponse]:
    """Some 600 answers over ten weeks, with and without an employee, a few of them suspect."""
    chance = random.Random(11)  # noqa: S311 – made-up answers
    for text in (SERVICE, FIT):
        definition = parse_survey(text.encode(), "survey.yaml")
        company.versions[definition.key] = store_version(session, definition, now=NOW)
    employees = [
        Employee(
            id=new_id(),
            code=f"e{n}",
            name=f"Operator {n}",
            unit_id=company.units["n1"].id,
            created_at=NOW,
            updated_at=NOW,
        )
        for n in range(3)
    ]
    session.add_all(employees)
    session.flush()
    scales = {"visit": range(1, 6), "nps": range(11), "service": range(1, 8), "fit": range(1, 5)}
    rows: list[SurveyResponse] = []
    answers: list[ResponseAnswer] = []
    for number in range(600):
        survey = chance.choice(sorted(scales))
        one = SurveyResponse(
            id=new_id(),
            survey_version_id=company.versions[survey],
            unit_id=company.units[chance.choice(["n1", "n2", "n2", "s1", "s1", "north"])].id,
            employee_id=chance.choice([None, *(employee.id for employee in employees)]),
            channel=chance.choice(["visit", "call"]),
            via="page",
            language="en",
            rating=chance.choice(scales[survey]),
            scale_style="numbers",
            answered_at=NOW - timedelta(minutes=chance.randrange(70 * 24 * 60)),
            touched_at=NOW,
            key_hash=f"key {number}".encode(),
            suspect=chance.random() < 0.05,
        )
        rows.append(one)
        if survey == "service":
            for key, values in (("solved", range(1, 4)), ("manner", range(1, 6))):
                answers.append(
                    ResponseAnswer(id=new_id(), response_id=one.id, question_key=key, value=chance.choice(values))
                )
    session.add_all(rows)
    session.flush()
    session.add_all(answers)
    session.flush()
    return rows


Keep = Callable[[SurveyResponse], bool]


def raw(session: Session, company: Company, survey: str, keep: Keep, question: str | None = None) -> Counter[int]:
    """Return the histogram of the answers as they stand in the tables, read one by one."""
    found: Counter[int] = Counter()
    for row in session.scalars(select(SurveyResponse)):
        if row.survey_version_id != company.versions[survey] or row.suspect or not keep(row):
            continue
        if question is None:
            found[row.rating] += 1
        else:
            given = select(ResponseAnswer.value).where(
                ResponseAnswer.response_id == row.id, ResponseAnswer.question_key == question
            )
            found.update(value for value in session.scalars(given) if value is not None)
    return found


def ask(session: Session, name: MetricName, split: Split | None = None, **more: Any) -> MetricFigures:
    wanted = Wanted(SPRING, unit_id=more.pop("unit_id", None))
    scope = more.pop("scope", EVERYTHING)
    return read_metric(session, Asking(name, wanted, split=split, **more), scope, now=NOW)


def test_every_metric_is_the_one_of_the_raw_rows(
    session: Session, company: Company, everybody: list[SurveyResponse]
) -> None:
    def everyone(row: SurveyResponse) -> bool:
        return row.answered_at >= SPRING.since

    visit, service = raw(session, company, "visit", everyone), raw(session, company, "service", everyone)
    recommend, fit = raw(session, company, "nps", everyone), raw(session, company, "fit", everyone)
    solved = raw(session, company, "service", everyone, "solved")

    csat = ask(session, MetricName.CSAT).whole
    assert csat.figure == share(visit[4] + visit[5], visit.total())
    assert csat.parts["mean"] == mean(visit)
    assert csat.histogram == visit
    promoters, passives = recommend[9] + recommend[10], recommend[7] + recommend[8]
    expected = nps(promoters, passives, recommend.total() - promoters - passives)
    assert ask(session, MetricName.NPS).whole.figure == expected
    assert ask(session, MetricName.CES).whole.figure == mean(service)
    assert ask(session, MetricName.PMF).whole.figure == share(fit[1], fit[1] + fit[2] + fit[3])
    assert ask(session, MetricName.FCR).whole.figure == share(solved[1], solved.total())

    def known(row: SurveyResponse) -> bool:
        return everyone(row) and row.employee_id is not None

    # Where nobody asks about the employee, the contact as a whole is theirs.
    agents = raw(session, company, "visit", known) + raw(session, company, "service", known, "manner")
    assert ask(session, MetricName.AGENT_CSAT).whole.figure == share(agents[4] + agents[5], agents.total())


def test_groups_are_those_of_the_raw_rows(session: Session, company: Company, everybody: list[SurveyResponse]) -> None:
    offices = {company.units[code].id: code for code in ("n1", "n2", "north")}
    employees = {one.id: one.code for one in session.scalars(select(Employee))}

    def key(row: SurveyResponse, split: Split) -> str | None:
        day = row.answered_at.astimezone(ALMATY).date()
        return {
            Split.DAY: day.isoformat(),
            Split.WEEK: f"{day:%G-W%V}",
            Split.MONTH: f"{day:%Y-%m}",
            Split.UNIT: offices[row.unit_id],
            Split.EMPLOYEE: employees.get(row.employee_id) if row.employee_id else None,
            Split.CHANNEL: row.channel,
        }[split]

    rows = [
        row
        for row in everybody
        if row.survey_version_id == company.versions["visit"]
        and not row.suspect
        and row.answered_at >= SPRING.since
        and row.unit_id in offices
    ]
    for split in set(Split) - {Split.TOPIC, Split.COMMENT_TOPIC}:
        expected: dict[str | None, Counter[int]] = {}
        for row in rows:
            expected.setdefault(key(row, split), Counter())[row.rating] += 1
        figures = ask(session, MetricName.CSAT, split, unit_id=company.units["north"].id)
        told = {group.key: group.measured for group in figures.groups}

        # What was answered at the city itself, or about no employee, is no group.
        assert {found for found, measured in told.items() if measured.n} == expected.keys() - {"north", None}
        for found, measured in told.items():
            group = expected.get(found, Counter())
            assert measured.n == group.total()
            if measured.figure.reason is not Reason.PROTECTS_ANOTHER:
                assert measured.figure == share(group[4] + group[5], group.total())
        if split in (Split.DAY, Split.WEEK, Split.MONTH):
            assert list(told) == sorted(told), "in order"
            assert len(told) == {Split.DAY: SPRING.days, Split.WEEK: 11, Split.MONTH: 3}[split], "with empty ones"
        if split is not Split.DAY:
            assert any(not measured.figure.suppressed for measured in told.values())


def test_a_unit_with_few_answers_takes_the_next_smallest_with_it_and_the_unit_s_own_count(
    session: Session, company: Company
) -> None:
    for unit, n in (("n1", 12), ("n2", 40), ("north", 4)):
        company.answers(unit, {5: n})
    at = Wanted(Period(date(2026, 1, 1), company.now.date(), ALMATY), unit_id=company.units["north"].id)

    found = read_metric(session, Asking(MetricName.CSAT, at, split=Split.UNIT), EVERYTHING, now=company.now)

    assert {group.key: (group.measured.n, group.measured.figure.reason) for group in found.groups} == {
        "n1": (12, Reason.PROTECTS_ANOTHER),
        "n2": (40, None),
    }
    assert found.whole.n == 56


def test_the_period_before_has_a_verdict(session: Session, company: Company) -> None:
    month = Period(date(2026, 3, 1), date(2026, 3, 31), ALMATY)
    for rating, day, n in ((5, 10, 40), (2, 10, 10), (5, -10, 20), (2, -10, 30)):
        for _ in range(n):
            company.answer("n1", rating, at=month.since + timedelta(days=day))

    earlier = read_metric(session, Asking(MetricName.CSAT, Wanted(month), before=True), EVERYTHING, now=NOW).earlier

    assert earlier is not None
    assert (earlier.period.first, earlier.period.last) == (date(2026, 1, 29), date(2026, 2, 28))
    assert earlier.measured.figure == share(20, 50)
    assert earlier.change.outcome is Outcome.CHANGED
    assert earlier.change.difference is not None
    assert earlier.change.difference.value == pytest.approx(0.4)


def test_a_survey_s_own_figures_and_those_within_a_scope(
    session: Session, company: Company, everybody: list[SurveyResponse]
) -> None:
    assert ask(session, MetricName.CSAT, survey="visit").whole == ask(session, MetricName.CSAT).whole
    assert ask(session, MetricName.CSAT, survey="nps").whole.n == 0
    south = Scope(unit_ids=frozenset({company.units["south"].id}))
    inside = ask(session, MetricName.CSAT, Split.UNIT, scope=south)
    assert inside.whole == ask(session, MetricName.CSAT, unit_id=company.units["south"].id).whole
    assert [group.key for group in inside.groups] == ["south"]
    assert ask(session, MetricName.CSAT, unit_id=company.units["n1"].id, scope=south).whole.n == 0


def test_no_statement_more_for_more_units_and_answers(session: Session, company: Company) -> None:
    seen: list[str] = []
    bind = session.connection()

    def remember(*arguments: Any) -> None:
        seen.append(arguments[2])

    def count() -> list[int]:
        counts = []
        for name in (name for name in MetricName if name not in (MetricName.ESAT, MetricName.ENPS)):
            seen.clear()
            ask(session, name, Split.UNIT)
            counts.append(len(seen))
        return counts

    event.listen(bind, "before_cursor_execute", remember)
    count()  # surveys are read once and kept
    before = count()
    for number in range(12):
        unit = add_unit(
            session,
            name=f"More {number}",
            kind="office",
            parent_id=company.units["company"].id,
            code=f"m{number}",
            now=NOW,
        )
        company.units[unit.code] = unit
        company.answers(unit.code, {5: 2})

    assert count() == before
    assert max(before) <= 14


def test_metrics_of_employees_are_not_told_this_way(session: Session, company: Company) -> None:
    with pytest.raises(ValueError, match="anonymous"):
        ask(session, MetricName.ESAT)
