"""What staff change: one page, a list of them, and the sheet of a unit that shows it."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry
from app.accounts.scope import EVERYTHING, Scope
from app.organisation.models import Unit
from app.organisation.tree import UnknownUnitError
from app.review_sites.catalogue import Catalogue, Site, load_catalogue
from app.review_sites.editing import Actor, drop_link, paste_link
from app.review_sites.links import InvalidLinkError, LinkProblem
from app.review_sites.many import Plan, Refusal, plan_links, take_links
from app.review_sites.pasted import LineState, PlanChangedError
from app.review_sites.service import ListingChanges, listings_for, offers_for, record_click
from app.review_sites.sheet import SiteLine, read_sheet
from app.surveys.definition import Band
from app.touchpoints.models import Channel
from tests.review_sites.answers import a_response, a_unit
from tests.review_sites.test_links import HOSTILE

CATALOGUE: Catalogue = load_catalogue(Path(__file__).parents[2] / "config" / "review_sites.yaml")
LINK = "https://2gis.kz/firm/{}/tab/reviews/addreview"
PASTED = "https://2gis.kz/almaty/firm/{}"
BY: Actor = {"user_id": uuid.UUID(int=7), "address": "192.0.2.1"}


def links(session: Session, unit: Unit) -> list[tuple[str, bool]]:
    return [(listing.link, listing.inherited) for listing in listings_for(session, unit.id)]


def actions(session: Session) -> list[tuple[str, object]]:
    rows = session.scalars(
        select(AuditEntry).where(AuditEntry.action.startswith("review_listing")).order_by(AuditEntry.id)
    )
    return [(row.action, row.details) for row in rows]


def paste(session: Session, unit: Unit, pasted: str, now: datetime, *, scope: Scope = EVERYTHING) -> bool:
    return paste_link(session, CATALOGUE, code=unit.code, site=Site.TWOGIS, pasted=pasted, scope=scope, by=BY, now=now)


def test_a_pasted_page_holds_and_is_written_down_once(session: Session, now: datetime) -> None:
    office = a_unit(session, now=now)
    assert paste(session, office, PASTED.format(1), now)
    assert not paste(session, office, PASTED.format(1), now)
    link = "https://2gis.kz/almaty/firm/1/tab/reviews/addreview"
    assert links(session, office) == [(link, False)]
    assert actions(session) == [("review_listing.set", {"site": "2gis", "link": link})]


def test_taking_the_own_page_away_lets_the_one_above_hold_again(session: Session, now: datetime) -> None:
    city = a_unit(session, kind="city", now=now)
    office = a_unit(session, below=city, now=now)
    for unit, number in ((city, 1), (office, 2)):
        paste(session, unit, f"https://2gis.kz/firm/{number}", now)
    assert drop_link(session, code=office.code, site=Site.TWOGIS, scope=EVERYTHING, by=BY, now=now)
    assert not drop_link(session, code=office.code, site=Site.TWOGIS, scope=EVERYTHING, by=BY, now=now)
    assert links(session, office) == [(LINK.format(1), True)]
    assert actions(session)[-1] == ("review_listing.remove", {"site": "2gis"})


def test_nobody_changes_a_unit_outside_the_scope(session: Session, now: datetime) -> None:
    office, elsewhere = a_unit(session, now=now), a_unit(session, now=now)
    scope = Scope(frozenset({elsewhere.id}))
    with pytest.raises(UnknownUnitError):
        paste(session, office, PASTED.format(1), now, scope=scope)
    with pytest.raises(UnknownUnitError):
        drop_link(session, code=office.code, site=Site.TWOGIS, scope=scope, by=BY, now=now)
    assert actions(session) == []


@pytest.mark.parametrize("pasted", HOSTILE)
def test_what_is_no_page_changes_nothing(session: Session, now: datetime, pasted: str) -> None:
    office = a_unit(session, now=now)
    with pytest.raises(InvalidLinkError):
        paste(session, office, pasted, now)
    assert links(session, office) == []
    assert actions(session) == []


@pytest.mark.parametrize(
    ("pasted", "problem", "host"),
    [
        ("", LinkProblem.EMPTY, ""),
        ("https://2gis.kz/a b", LinkProblem.NO_LINK, ""),
        ("http://2gis.kz/firm/1", LinkProblem.NOT_HTTPS, ""),
        ("https://evil.example/firm/1", LinkProblem.FOREIGN_HOST, "evil.example"),
        ("https://2gis.kz/almaty", LinkProblem.NO_PAGE, ""),
    ],
)
def test_a_refusal_says_which_problem_it_is(
    session: Session, now: datetime, pasted: str, problem: LinkProblem, host: str
) -> None:
    with pytest.raises(InvalidLinkError) as caught:
        paste(session, a_unit(session, now=now), pasted, now)
    assert (caught.value.problem, caught.value.host) == (problem, host)


def sheet_line(session: Session, unit: Unit, now: datetime, scope: Scope = EVERYTHING) -> SiteLine:
    sheet = read_sheet(session, CATALOGUE, code=unit.code, scope=scope, since=now - timedelta(days=30))
    return next(line for line in sheet.lines if line.site is Site.TWOGIS)


def test_a_sheet_tells_the_page_that_holds_and_the_one_that_would(session: Session, now: datetime) -> None:
    city = a_unit(session, kind="city", now=now)
    office = a_unit(session, below=city, now=now)
    paste(session, city, "https://2gis.kz/firm/1", now)
    line = sheet_line(session, office, now)
    assert line.own is None
    assert line.page is not None
    assert (line.page.link, line.page.unit_code) == (LINK.format(1), city.code)
    paste(session, office, "https://2gis.kz/firm/2", now)
    line = sheet_line(session, office, now)
    assert line.own is not None
    assert line.above is not None
    assert (line.own.link, line.above.link) == (LINK.format(2), LINK.format(1))
    seen_alone = sheet_line(session, office, now, Scope(frozenset({office.id})))
    assert seen_alone.above is not None
    assert (seen_alone.above.unit_code, seen_alone.above.unit_name) == (None, "A city")


def test_a_sheet_counts_people_who_left_in_the_last_days_below_the_unit_too(session: Session, now: datetime) -> None:
    city = a_unit(session, kind="city", now=now)
    office = a_unit(session, below=city, now=now)
    paste(session, city, "https://2gis.kz/firm/1", now)
    [offer] = offers_for(
        session, CATALOGUE, unit_id=office.id, band=Band.HAPPY, channel=Channel.VISIT, now=now, heed_caps=False
    )
    for days, suspect in ((0, False), (1, False), (2, True), (40, False)):
        at = now - timedelta(days=days)
        response = a_response(session, office, suspect=suspect, now=at)
        for _ in range(2):
            record_click(session, response, offer, now=at)
    assert sheet_line(session, office, now).taps == 2
    assert sheet_line(session, city, now).taps == 2


@pytest.fixture
def offices(session: Session, now: datetime) -> Mapping[str, Unit]:
    """Three offices: the first has a page, the second another than the list says."""
    found = {code: a_unit(session, now=now) for code in ("one", "two", "three")}
    for code, unit in found.items():
        unit.code = code
    session.flush()
    paste(session, found["one"], "https://2gis.kz/firm/1", now)
    paste(session, found["two"], "https://2gis.kz/firm/20", now)
    return found


def plan(session: Session, text: str, scope: Scope = EVERYTHING) -> Plan:
    return plan_links(session, CATALOGUE, site=Site.TWOGIS, text=text, scope=scope)


def test_a_list_is_read_with_whatever_separates_it(session: Session, offices: Mapping[str, Unit]) -> None:
    text = "\n".join(
        [
            "code,link",
            "one, https://2gis.kz/firm/1",
            "",
            '"two";"https://2gis.kz/firm/2"',
            "three https://2gis.kz/almaty/firm/3/76.94,43.23",
        ]
    )
    planned = plan(session, text)
    assert [(line.number, line.code, line.state) for line in planned.lines] == [
        (2, "one", LineState.SAME),
        (4, "two", LineState.CHANGED),
        (5, "three", LineState.NEW),
    ]
    assert (planned.lines[1].before, planned.lines[1].link) == (LINK.format(20), LINK.format(2))
    assert planned.can_be_taken


def test_a_planned_list_is_taken_whole_and_a_second_time_changes_nothing(
    session: Session, offices: Mapping[str, Unit], now: datetime
) -> None:
    text = "one\thttps://2gis.kz/firm/1\ntwo\thttps://2gis.kz/firm/2\nthree\thttps://2gis.kz/firm/3"
    planned = plan(session, text)
    assert take_links(session, planned, mark=planned.mark, by=BY, now=now) == ListingChanges(1, 1, 1)
    assert actions(session)[-1] == ("review_listing.set_many", {"added": 1, "changed": 1, "same": 1})
    again = plan(session, text)
    assert again.count(LineState.SAME) == 3
    with pytest.raises(PlanChangedError):
        take_links(session, again, mark=planned.mark, by=BY, now=now)


def test_a_list_with_anything_refused_changes_nothing(
    session: Session, offices: Mapping[str, Unit], now: datetime
) -> None:
    lines = ["three,https://2gis.kz/firm/3", "nowhere,https://2gis.kz/firm/4", "one,https://evil.example/firm/1"]
    lines += ["two", "three,https://2gis.kz/firm/5", "x\x00y,https://2gis.kz/firm/6"]
    planned = plan(session, "\n".join(lines))
    assert [line.refusal or line.state for line in planned.lines] == [
        LineState.NEW,
        Refusal.NO_UNIT,
        LineState.REFUSED,
        Refusal.NO_LINK,
        Refusal.TWICE,
        Refusal.NO_UNIT,
    ]
    assert planned.lines[2].error is not None
    with pytest.raises(PlanChangedError):
        take_links(session, planned, mark=planned.mark, by=BY, now=now)
    assert links(session, offices["three"]) == []


def test_a_list_that_met_something_else_meanwhile_is_not_taken(
    session: Session, offices: Mapping[str, Unit], now: datetime
) -> None:
    text = "two,https://2gis.kz/firm/2"
    seen = plan(session, text).mark
    paste(session, offices["two"], "https://2gis.kz/firm/21", now)
    with pytest.raises(PlanChangedError):
        take_links(session, plan(session, text), mark=seen, by=BY, now=now)
    assert links(session, offices["two"]) == [(LINK.format(21), False)]


def test_offices_outside_the_scope_are_as_unknown_as_those_that_are_not(
    session: Session, offices: Mapping[str, Unit]
) -> None:
    scope = Scope(frozenset({offices["one"].id}))
    text = "one,https://2gis.kz/firm/9\ntwo,https://2gis.kz/firm/2\nnowhere,https://2gis.kz/firm/2"
    assert [line.refusal for line in plan(session, text, scope).lines] == [None, Refusal.NO_UNIT, Refusal.NO_UNIT]


def test_five_thousand_lines_are_taken_and_not_one_more(session: Session, offices: Mapping[str, Unit]) -> None:
    planned = plan(session, "\n".join(f"o{number},https://2gis.kz/firm/{number}" for number in range(5100)))
    assert len(planned.lines) == 5001
    assert planned.lines[-1].refusal is Refusal.TOO_MANY
