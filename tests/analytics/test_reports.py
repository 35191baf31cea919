"""The list of responses, one response, and the rows of an export."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.accounts.scope import EVERYTHING, NOTHING, Scope
from app.analytics.dashboard import read_dashboard
from app.analytics.export_rows import export_responses
from app.analytics.filters import ResponseFilter
from app.analytics.one_response import get_response
from app.analytics.periods import last_days
from app.analytics.reports import ResponsePage, list_responses
from app.kit.errors import InvalidInputError, NotFoundError
from app.organisation.models import Employee
from app.responses.flags import SuspectReason
from app.review_sites.catalogue import Site
from app.surveys.definition import Band, Metric
from tests.analytics.company import Company

ALMATY = ZoneInfo("Asia/Almaty")


def _list(
    company: Company,
    wanted: ResponseFilter | None = None,
    *,
    scope: Scope = EVERYTHING,
    cursor: str | None = None,
    limit: int = 50,
) -> ResponsePage:
    return list_responses(
        company.session, wanted or ResponseFilter(), scope=scope, zone=ALMATY, cursor=cursor, limit=limit
    )


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (ResponseFilter(), "abcd"),
        (ResponseFilter(survey="nps"), "d"),
        (ResponseFilter(metric=Metric.CSAT), "abc"),
        (ResponseFilter(survey="nps", metric=Metric.CSAT), ""),
        (ResponseFilter(survey="unknown"), ""),
        (ResponseFilter(ratings=(4, 5)), "a"),
        (ResponseFilter(bands=(Band.UNHAPPY, Band.NEUTRAL)), "bc"),
        (ResponseFilter(channel="call"), "b"),
        (ResponseFilter(via="page"), "abcd"),
        (ResponseFilter(via="kiosk"), ""),
        (ResponseFilter(language="kk"), "c"),
        (ResponseFilter(suspect=True), "c"),
        (ResponseFilter(suspect=False), "abd"),
        (ResponseFilter(has_comment=True), "b"),
        (ResponseFilter(has_comment=False), "acd"),
        (ResponseFilter(has_left=True), "a"),
        (ResponseFilter(has_left=False), "bcd"),
        (ResponseFilter(touchpoint="ABCD2345"), "a"),
        (ResponseFilter(touchpoint="ZZZZ9999"), ""),
    ],
)
def test_the_filter_keeps(company: Company, wanted: ResponseFilter, kept: str) -> None:
    made = {
        "a": company.answer(rating=5, touchpoint=company.touchpoint()),
        "b": company.answer(rating=1, channel="call", comment="slow"),
        "c": company.answer(rating=3, language="kk", suspect="burst"),
        "d": company.answer(rating=9, survey="nps"),
    }
    company.click(made["a"])
    assert {line.id for line in _list(company, wanted).lines} == {made[name].id for name in kept}
    assert _list(company, replace(wanted, since=company.now - timedelta(days=1))).total == len(kept)


def test_a_unit_is_filtered_with_all_below_it(company: Company) -> None:
    for unit in ("north", "n1", "n2", "s1"):
        company.answer(unit)
    found = _list(company, ResponseFilter(unit_id=company.units["north"].id))
    assert {line.unit_code for line in found.lines} == {"north", "n1", "n2"}


def test_a_manager_lists_her_units_and_nothing_else(company: Company) -> None:
    company.answer("n1")
    company.answer("s1")
    assert [line.unit_code for line in _list(company, scope=Scope(frozenset({company.units["north"].id}))).lines] == [
        "n1"
    ]
    assert _list(company, scope=NOTHING).lines == ()


def test_pages_hold_every_response_once_the_latest_first(company: Company, now: datetime) -> None:
    # Five at the very same instant: the id decides between them.
    made = [company.answer(at=now - timedelta(minutes=number // 5)) for number in range(12)]
    seen: list[uuid.UUID] = []
    cursor: str | None = None
    pages = 0
    wanted = ResponseFilter(since=now - timedelta(days=1))
    while pages == 0 or cursor:
        page = _list(company, wanted, cursor=cursor, limit=5)
        seen += [line.id for line in page.lines]
        cursor, pages = page.older, pages + 1
        assert page.total == 12
    assert pages == 3
    assert seen == [one.id for one in sorted(made, key=lambda one: (one.answered_at, one.id), reverse=True)]


def test_a_list_of_all_time_is_not_counted(company: Company) -> None:
    company.answer()
    assert _list(company).total is None


def test_counting_ends_somewhere(company: Company, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.analytics.reports.COUNT_UP_TO", 2)
    company.answers("n1", {5: 3})
    found = _list(company, ResponseFilter(since=now - timedelta(days=1)))
    assert (found.total, found.more_than_total, len(found.lines)) == (2, True, 3)


@pytest.mark.parametrize("cursor", ["", "x", "20260304T060000.000000", "20260304T060000.000000-zz", "-" * 99, "٣-٤"])
def test_a_page_that_is_none_of_ours_is_refused(company: Company, cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        _list(company, cursor=cursor)


def test_a_line_says_what_became_of_the_answer(company: Company) -> None:
    response = company.answer("s1", 2, comment="slow", touchpoint=company.touchpoint("s1"))
    company.change(response, 5)
    company.click(response)
    company.click(response, Site.GOOGLE)
    company.case(response, closed=True, opened_ago=timedelta(hours=3))
    company.case(response, opened_ago=timedelta(hours=1))
    (line,) = _list(company).lines
    assert (line.clicks, line.changed, line.case_open, line.placement) == (2, True, True, "hall poster")
    assert line.zone == ZoneInfo("Europe/Kyiv")
    assert line.definition.key == "visit"


@pytest.mark.parametrize(("closed", "case_open"), [(True, False), (False, True)])
def test_a_line_says_whether_its_case_is_open(company: Company, closed: bool, case_open: bool) -> None:
    company.case(company.answer(rating=1), closed=closed)
    assert _list(company).lines[0].case_open is case_open


def test_a_line_without_a_case_says_so(company: Company) -> None:
    company.answer()
    assert _list(company).lines[0].case_open is None


def test_every_figure_leads_to_as_many_responses(company: Company, now: datetime) -> None:
    company.answers("n1", {1: 2, 4: 6, 5: 7})
    company.answers("n2", {3: 5}, survey="nps")
    company.click(company.answer("n1", 5))
    company.answer("n1", 1, suspect="burst")
    period, unit_id = last_days(7, now=now, zone=ZoneInfo("Asia/Almaty")), company.units["north"].id
    found = read_dashboard(company.session, scope=EVERYTHING, unit_id=unit_id, period=period, now=now)
    same = ResponseFilter(unit_id=unit_id, since=period.since, until=period.until, suspect=False)

    assert found.responses == _list(company, same).total
    assert found.suspect == _list(company, replace(same, suspect=True)).total
    assert found.csat.n == _list(company, replace(same, metric=Metric.CSAT)).total
    for rating, times in found.histogram.items():
        assert times == _list(company, replace(same, metric=Metric.CSAT, ratings=(rating,))).total
    assert found.left == _list(company, replace(same, has_left=True)).total
    for site in found.sites:
        assert site.left == _list(company, replace(same, left_for=site.site)).total


def test_one_response_is_told_with_everything(company: Company, now: datetime) -> None:
    response = company.answer("n1", 2, comment="slow", suspect="too_fast,burst", touchpoint=company.touchpoint())
    company.said(response, "reasons", 2)
    company.said(response, "reasons", 1)
    company.said(response, "wish", None, "a chair")
    company.change(response, 5)
    company.click(response)
    company.case(response)
    employee = Employee(
        id=uuid.uuid4(), code="e1", name="Aigul", unit_id=response.unit_id, created_at=now, updated_at=now
    )
    company.session.add(employee)
    company.session.flush()
    response.employee_id = employee.id
    company.session.flush()

    found = get_response(company.session, response.id, scope=EVERYTHING, zone=ALMATY)

    assert found.path == ("Acme", "Unit north", "Unit n1")
    assert [(given.question.key, given.values, given.text) for given in found.answers] == [
        ("reasons", (1, 2), None),
        ("wish", (), "a chair"),
    ]
    assert found.suspect_reasons == (SuspectReason.TOO_FAST, SuspectReason.BURST)
    assert [(change.old_rating, change.new_rating) for change in found.changes] == [(5, 2)]
    assert [click.site for click in found.clicks] == [Site.TWOGIS]
    assert [case.outcome for case in found.cases] == [None]
    assert found.has_open_case
    assert found.employee == "Aigul"
    assert found.touchpoint is not None
    assert found.zone == ALMATY


def test_a_response_outside_the_scope_is_not_there(company: Company) -> None:
    response = company.answer("s1")
    with pytest.raises(NotFoundError):
        get_response(company.session, response.id, scope=Scope(frozenset({company.units["north"].id})), zone=ALMATY)
    with pytest.raises(NotFoundError):
        get_response(company.session, uuid.uuid4(), scope=EVERYTHING, zone=ALMATY)


def test_the_export_joins_each_response_with_its_latest_case(company: Company) -> None:
    first = company.answer("n1", 1, comment="slow", touchpoint=company.touchpoint())
    company.case(first, closed=True, opened_ago=timedelta(hours=5))
    open_case = company.case(first, opened_ago=timedelta(hours=1))
    company.said(first, "reasons", 2)
    company.said(first, "reasons", 1)
    company.said(first, "waiting", 4)
    company.said(first, "wish", None, "стул")
    second = company.answer("s1", 9, survey="nps", suspect="burst", routed=False)
    rows = {row.id: row for row in export_responses(company.session, ResponseFilter(), scope=EVERYTHING)}

    row = rows[str(first.id)]
    assert (row.unit, row.unit_name, row.touchpoint, row.survey, row.survey_version) == (
        "n1",
        "Unit n1",
        "ABCD2345",
        "visit",
        1,
    )
    assert (row.case_id, row.suspect, row.routed, row.via) == (str(open_case.id), False, True, "page")
    assert json.loads(row.answers or "") == {"reasons": ["queue", "price"], "waiting": 4, "wish": "стул"}
    row = rows[str(second.id)]
    assert (row.touchpoint, row.survey, row.survey_version, row.case_id, row.answers) == (None, "nps", 3, None, None)
    assert (row.suspect, row.routed) == (True, False)


def test_the_export_is_in_the_order_of_answering_whatever_the_batch(
    company: Company, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.analytics.export_rows._BATCH", 3)
    made = [company.answer(at=now - timedelta(minutes=number // 2)) for number in range(10)]
    for response in made:
        company.said(response, "waiting", 4)
    rows = list(export_responses(company.session, ResponseFilter(), scope=EVERYTHING))
    assert [row.id for row in rows] == [str(one.id) for one in sorted(made, key=lambda one: (one.answered_at, one.id))]
    assert all(row.answers == '{"waiting":4}' for row in rows)


def test_the_export_writes_instants_as_whole_seconds_in_utc(company: Company) -> None:
    moments = [datetime(2026, 3, 4, 11, 0, 59, 900_000, tzinfo=ALMATY), datetime(2026, 3, 5, tzinfo=UTC)]
    for at in moments:
        company.answer(at=at)

    rows = list(export_responses(company.session, ResponseFilter(), scope=EVERYTHING))

    assert [row.answered_at for row in rows] == ["2026-03-04T06:00:59Z", "2026-03-05T00:00:00Z"]
    assert (rows[0].started_at, rows[0].ended_at) == (None, None)
