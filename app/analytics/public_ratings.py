"""The stars of review sites beside what customers told us, of the same unit and days. Read-only.

Two different things: a site shows the mean over all the years of whoever wrote there, we the answers of these days to
whoever was asked. Stars carry no interval, since a site tells neither its answers nor how they spread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.histograms import add_up, count_values
from app.analytics.measured import Measured, add_counts, protect_groups
from app.analytics.measures import measure
from app.analytics.periods import DAY, Period, start_of
from app.analytics.series import feeding, list_series
from app.analytics.wanted import By, Wanted
from app.review_sites.catalogue import Catalogue, Site
from app.review_sites.public_ratings.readings import (
    Growth,
    Standing,
    Stars,
    count_left,
    read_growth,
    read_standings,
    read_stars,
)
from app.surveys.definition import Metric, QuestionType

# So many points are read at a glance, and no more are looked up.
_MOST_POINTS = 13
_WEEK = 7
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SiteStars:
    """One site: how its pages stand on the last day, how they went, and who was sent there.

    `left` counts people who left for the pages by our buttons between the days of `in_period`; None where there are no
    two readings to count between.
    """

    site: Site
    standing: Standing
    since_first: Growth | None
    since_month: Growth | None
    in_period: Growth | None
    left: int | None
    points: tuple[Stars | None, ...]


@dataclass(frozen=True, slots=True)
class PublicRatings:
    """Every site with a reading, in the order of the catalogue, beside our own figures.

    `stretches` are the points of the trend, first and last day; a site's point is how it stood at the end of one.
    `unread` are sites of the catalogue without any reading.
    """

    day: date
    sites: tuple[SiteStars, ...]
    unread: tuple[Site, ...]
    own: Measured
    stretches: tuple[tuple[date, date], ...]
    own_points: tuple[Measured, ...]


def read_public_ratings(
    session: Session, catalogue: Catalogue, wanted: Wanted, scope: Scope, *, now: datetime
) -> PublicRatings:
    """Return the sites' stars and our own figures; a number of statements that depends on no row.

    Of `wanted`, only the unit and the period count: stars know neither channels nor employees.
    """
    period, unit_id = wanted.period, wanted.unit_id
    day = last_day(period, now)
    stretches = cut(Period(min(period.first, day), day, period.zone))
    standings = read_standings(session, scope, day, unit_id=unit_id)
    trend = read_stars(session, scope, [last for _, last in stretches], unit_id=unit_id)
    growths = {
        since: read_growth(session, scope, until=day, since=since, unit_id=unit_id)
        for since in (None, day - _MONTH, stretches[0][0])
    }
    since_first, since_month, in_period = growths[None], growths[day - _MONTH], growths[stretches[0][0]]
    left = _count_left(session, wanted, scope, in_period)
    found = [
        SiteStars(
            site,
            standings[site],
            since_first.get(site),
            since_month.get(site),
            in_period.get(site),
            left.get(site),
            tuple(trend.get((site, last)) for _, last in stretches),
        )
        for site in catalogue.sites
        if site in standings
    ]
    own, own_points = _read_own(session, wanted, scope, stretches)
    known = {stars.site for stars in found}
    unread = tuple(site for site in catalogue.sites if site not in known)
    return PublicRatings(day, tuple(found), unread, own, stretches, own_points)


def last_day(period: Period, now: datetime) -> date:
    """Return the last day of the period that has begun: of later ones nothing is known."""
    return min(period.last, now.astimezone(period.zone).date())


def cut(period: Period) -> tuple[tuple[date, date], ...]:
    """Return at most thirteen stretches of equal length, counted back from the last day; the first takes what is left.

    Days up to two weeks' time, else whole weeks.
    """
    step = 1 if period.days <= _MOST_POINTS else _WEEK * -(-period.days // (_WEEK * _MOST_POINTS))
    starts = [period.last - timedelta(days=step * count - 1) for count in range(period.days // step, 0, -1)]
    if not starts or starts[0] != period.first:
        starts.insert(0, period.first)
    lasts = [start - DAY for start in starts[1:]] + [period.last]
    return tuple(zip(starts, lasts, strict=True))


def measure_csat(histogram: Mapping[int, int]) -> Measured:
    """Return mean, top-2 and bottom-2 of a histogram of 1 to 5."""
    return measure(Metric.CSAT, histogram, question_type=QuestionType.RATING5)


def _read_own(
    session: Session, wanted: Wanted, scope: Scope, stretches: Sequence[tuple[date, date]]
) -> tuple[Measured, tuple[Measured, ...]]:
    asked = feeding(list_series(session), Metric.CSAT)
    counts = count_values(session, Wanted(wanted.period, wanted.unit_id), scope, asked, by=By.DAY)
    days = {day: add_up(found, asked) for day, found in counts.items() if isinstance(day, date)}
    own = measure_csat(add_counts(days.values()))
    points = {
        stretch: measure_csat(add_counts(each for day, each in days.items() if stretch[0] <= day <= stretch[1]))
        for stretch in stretches
    }
    shown = protect_groups(own, points)
    return own, tuple(shown[stretch] for stretch in stretches)


def _count_left(session: Session, wanted: Wanted, scope: Scope, growths: Mapping[Site, Growth]) -> Mapping[Site, int]:
    """Count between the same days as the readings: from the end of the first day to the end of the last."""
    zone, left = wanted.period.zone, {}
    for since, until in sorted({(growth.since, growth.until) for growth in growths.values()}):
        counted = count_left(
            session,
            scope,
            since=start_of(since + DAY, zone),
            until=start_of(until + DAY, zone),
            unit_id=wanted.unit_id,
        )
        left.update(
            {site: counted.get(site, 0) for site, one in growths.items() if (one.since, one.until) == (since, until)}
        )
    return left
