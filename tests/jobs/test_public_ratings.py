"""The day's questions: planned once a page, paced, put with no transaction open, and what is kept of each answer."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.jobs.lanes import LaneLoop
from app.jobs.public_ratings import Pace, RatingPlanning, RatingWork
from app.kit.db import Database
from app.kit.outbox import OutboxRow, OutboxState
from app.organisation.models import Unit
from app.organisation.service import add_unit, get_company, get_unit
from app.review_sites.catalogue import Site
from app.review_sites.public_ratings.google_places import GooglePlaces
from app.review_sites.public_ratings.models import PublicRatingDay, RatingPage
from app.review_sites.public_ratings.sources import RatingSources
from app.review_sites.public_ratings.twogis import TwoGis
from app.review_sites.service import set_listing
from tests.review_sites.public_ratings.sites import GOOGLE, TWOGIS, Sites, scripted_sites

Read = TypeVar("Read")
ALMATY = ZoneInfo("Asia/Almaty")
# The outbox goes by the database's own clock: what is put off by this one must not come due meanwhile.
NOW = datetime(2100, 3, 4, 6, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LINK = "https://search.google.com/local/writereview?placeid=ChIJabcdef"
FIRM = "https://2gis.kz/firm/{}/tab/reviews/addreview"


class Town:
    """A company whose sites are asked by a worker, at the hour that a test says."""

    def __init__(self, database: Database, sites: Sites, per_day: int) -> None:
        self.database, self.sites, self.now = database, sites, NOW
        self.sources = RatingSources(
            {
                Site.GOOGLE: GooglePlaces(sites.url, "key", per_second=1000, per_day=per_day),
                Site.TWOGIS: TwoGis(sites.url, "key", per_second=1000, per_day=per_day),
            }
        )
        self.work = RatingWork(database, lambda: self.now, self.sources, ALMATY)

    def office(self, code: str, site: Site = Site.GOOGLE, link: str = LINK, **changes: object) -> None:
        with self.database.transaction() as session:
            parent = get_company(session).id
            unit = add_unit(session, name=code, kind="office", parent_id=parent, code=code, now=self.now)
            set_listing(session, unit_id=unit.id, site=site, link=link, now=self.now)
            if changes:
                session.execute(update(Unit).where(Unit.id == unit.id).values(**changes))

    def plan(self) -> int:
        with self.database.transaction() as session:
            RatingPlanning(self.sources, ALMATY).plan(session, self.now)
        return self.count(OutboxRow.state == OutboxState.WAITING)

    def ask(self, *answers: object) -> int:
        """Plan the hour, answer so, and return how many questions were put."""
        self.plan()
        self.sites.say(*answers)
        before = len(self.sites.asked)
        with self.database.transaction() as session:  # a database's own clock says what is due
            session.execute(update(OutboxRow).values(due_at=LONG_AGO))
        LaneLoop(self.database, lambda: self.now, "here:1", self.work.lane()).run_once()
        return len(self.sites.asked) - before

    def count(self, *conditions: object) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(OutboxRow).where(*conditions)) or 0  # type: ignore[arg-type]

    def page(self, code: str) -> RatingPage:
        return self._read(
            lambda session, unit: session.scalars(select(RatingPage).filter_by(unit_id=unit.id)).one(), code
        )

    def days(self, code: str) -> list[tuple[date, int, int, str]]:
        row = PublicRatingDay
        query = select(row.day, row.rating, row.count, row.source).order_by(row.day)
        return self._read(
            lambda session, unit: [
                (one[0], one[1], one[2], one[3]) for one in session.execute(query.where(row.unit_id == unit.id))
            ],
            code,
        )

    def _read(self, read: Callable[[Session, Unit], Read], code: str) -> Read:
        with self.database.reading() as session:
            return read(session, get_unit(session, code))


@pytest.fixture
def town(database: Database) -> Iterator[Callable[..., Town]]:
    with scripted_sites() as sites:
        yield lambda per_day=1000: Town(database, sites, per_day)


def test_a_page_is_asked_about_once_a_day_and_its_stars_kept_under_the_companys_day(
    town: Callable[..., Town],
) -> None:
    here = town()
    here.office("a")
    assert here.ask(GOOGLE) == 1
    assert here.days("a") == [(date(2100, 3, 4), 430, 1287, "api")]
    here.now += timedelta(hours=12, minutes=59)  # 23:59 in Almaty
    assert here.ask({**GOOGLE, "rating": 5}) == 0
    here.now += timedelta(minutes=1)
    assert here.ask({**GOOGLE, "rating": 4.4}) == 1
    assert here.days("a") == [(date(2100, 3, 4), 430, 1287, "api"), (date(2100, 3, 5), 440, 1287, "api")]
    page = here.page("a")
    assert (page.place, page.reference, page.outcome, page.failures) == ("ChIJabcdef", "ChIJabcdef", "rated", 0)


def test_a_failure_is_counted_left_until_tomorrow_and_takes_nothing_away(town: Callable[..., Town]) -> None:
    here = town()
    here.office("a")
    here.ask(GOOGLE)
    known = here.days("a")
    for failures, answer in ((1, 500), (2, b"nonsense")):
        here.now += timedelta(days=1)
        assert here.ask(answer) == 1
        assert here.ask(answer) == 0
        assert here.page("a").failures == failures
        assert here.days("a") == known
    here.now += timedelta(days=1)
    here.ask({"id": "ChIJabcdef"})  # nobody has rated it: no failure, and never nought stars
    assert (here.page("a").outcome, here.page("a").failures, here.days("a")) == ("none_yet", 0, known)


def test_a_source_that_refuses_our_key_is_left_alone_for_an_hour(town: Callable[..., Town]) -> None:
    here = town()
    for code in "abc":
        here.office(code)
    here.office("firm", Site.TWOGIS, FIRM.format(7))
    # One of Google's is refused, the two others wait; 2GIS is asked by itself.
    here.plan()
    assert here.ask(403) == 2
    assert here.count(OutboxRow.state == OutboxState.WAITING) == 2
    here.now += timedelta(hours=1, minutes=1)
    assert here.ask(GOOGLE) == 2
    assert here.count(OutboxRow.state == OutboxState.WAITING) == 0


@pytest.mark.parametrize("status", [429, 503])
def test_a_site_that_asks_to_be_left_alone_is_left_alone_for_so_long(town: Callable[..., Town], status: int) -> None:
    here = town()
    for code in "abc":
        here.office(code)
    assert here.ask((status, 3 * 3600)) == 1
    here.now += timedelta(hours=2, minutes=59)
    assert here.ask(GOOGLE) == 0
    here.now += timedelta(minutes=1)
    assert here.ask(GOOGLE) == 2
    assert here.count(OutboxRow.state == OutboxState.WAITING) == 0


def test_only_pages_of_open_real_offices_with_something_to_ask_about_are_planned(town: Callable[..., Town]) -> None:
    here = town()
    here.office("asked")
    here.office("short", link="https://g.page/r/CQabc123EBM/review")
    here.office("demo", demo=True)
    here.office("closed", closed_at=here.now)
    here.office("yandex", Site.YANDEX, "https://yandex.kz/maps/org/1/reviews/?add-review=true")
    assert here.plan() == 1


def test_a_day_has_no_more_questions_than_its_source_allows_and_the_others_come_first_tomorrow(
    town: Callable[..., Town],
) -> None:
    here = town(per_day=2)
    for number in range(3):
        here.office(f"o{number}", Site.TWOGIS, FIRM.format(number))
    assert here.plan() == 2
    here.now += timedelta(hours=2)
    assert here.ask(TWOGIS) == 2
    here.now += timedelta(days=1)
    assert here.ask(TWOGIS) == 2
    read = [len(here.days(f"o{number}")) for number in range(3)]
    assert sorted(read) == [1, 1, 2]


def test_what_was_put_off_into_another_day_is_that_days_to_plan(town: Callable[..., Town]) -> None:
    here = town()
    here.office("a")
    here.plan()
    here.now += timedelta(days=1)
    assert here.ask(GOOGLE) == 1
    assert here.count(OutboxRow.state == OutboxState.WAITING) == 0


def test_a_pace_lets_so_many_through_in_a_second() -> None:
    pace = Pace(per_second=50)
    begun = datetime.now().astimezone()
    for _ in range(10):
        pace.take_turn()
    assert datetime.now().astimezone() - begun > timedelta(seconds=0.09)
