"""The first page of staff: how many answered, how satisfied they are and were, who went on to a review site. Read-only.

Suspect answers are counted apart and enter no figure; history and demo answers count like any other. Each metric comes
from the questions that feed it, as its own page counts it, never from another scale.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.attention import Attention
from app.analytics.cut_points import CES_SCALE, DETRACTORS, EASY, PASSIVES, PROMOTERS, RATINGS
from app.analytics.differences import Verdict, compare_nps
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.histograms import Group, add_up, count_values
from app.analytics.metrics import Figure, mean, nps, share
from app.analytics.periods import Period, Slot
from app.analytics.series import Asked, list_series
from app.analytics.tallies import Area, Node, Tally, read_area
from app.analytics.trend import Trend, make_trend
from app.analytics.unit_table import UnitConcern, compare_with_before, figures_of, find_units_to_look_at
from app.analytics.wanted import By, Wanted
from app.organisation.models import Unit, UnitAncestor
from app.responses.models import SurveyResponse
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewClick, ReviewOffer
from app.surveys.definition import Metric

_SHOWN = (Metric.CSAT, Metric.NPS, Metric.CES)


@dataclass(frozen=True, slots=True)
class Nps:
    """The net promoter score, and how it stands to the period before."""

    figure: Figure
    change: Verdict


@dataclass(frozen=True, slots=True)
class Ces:
    """The customer effort score: the mean of 1 to 7, and the share that found it easy (5 to 7)."""

    mean: Figure
    easy: Figure


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """One review site: how many were offered it, how many of these left for it (each person once), and the share."""

    site: Site
    offered: int
    left: int
    share: Figure


@dataclass(frozen=True, slots=True)
class Place:
    """A unit on the way from the highest that may be seen to the one shown; `is_company` for the root."""

    code: str
    name: str
    address: str | None
    is_company: bool


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Figures of one unit (or of all that the caller may see) and one period.

    `path` leads down to the unit shown and is empty where several were granted. `responses` are those of every survey
    without the suspect ones; `histogram` counts 1 to 5 behind the two CSAT figures and is empty where they are hidden.
    `left` counts the period's respondents who went on to a review site. Cases are those open now.
    """

    path: tuple[Place, ...]
    responses: int
    suspect: int
    csat: Figure
    csat_mean: Figure
    csat_before: Figure
    change: Verdict
    histogram: Mapping[int, int]
    nps: Nps | None
    ces: Ces | None
    trend: Trend
    left: int
    sites: tuple[SiteFigures, ...]
    cases: Tally
    concerns: tuple[UnitConcern, ...]
    attention: Attention[Node]
    area: Area


def read_dashboard(
    session: Session, *, scope: Scope, unit_id: uuid.UUID | None, period: Period, now: datetime
) -> Dashboard:
    """Return the figures of the unit with all below it, in a number of statements that depends on no row.

    Without a unit, those of all that may be seen: of the one unit granted, or of several together. Of a unit beyond
    `scope` there is nothing to return but zeros.
    """
    area = read_area(session, scope=scope, unit_id=unit_id, period=period, now=now)
    # Nothing to narrow for the company: its every answer lies below it.
    within = None if area.top is not None and area.top.is_company else unit_id
    wanted = Wanted(period, unit_id=within)
    asked = [
        one
        for one in list_series(session)
        if (one.series.is_first or one.feeds in _SHOWN) and not one.question.is_effort
    ]
    slots = period.slots()
    counts = _count_by_slot(session, wanted, scope, asked, slots)
    whole = area.whole
    csat, csat_mean = figures_of(whole)
    concerns, attention = find_units_to_look_at(area)
    left, sites = _read_sites(session, wanted.as_filter(), scope)
    return Dashboard(
        path=_read_path(session, area.top.code, scope) if area.top else (),
        responses=sum(counts.answers),
        suspect=_count_suspect(session, wanted, scope),
        csat=csat,
        csat_mean=csat_mean,
        csat_before=share(whole.before_satisfied, whole.before_n),
        change=compare_with_before(whole),
        histogram={} if csat.suppressed else counts.total(Metric.CSAT, RATINGS),
        nps=_read_nps(session, counts, wanted, scope, asked),
        ces=_make_ces(counts),
        trend=make_trend(slots, counts.csat, counts.answers, hourly=period.days == 1),
        left=left,
        sites=sites,
        cases=whole,
        concerns=concerns,
        attention=attention,
        area=area,
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counts of a period: CSAT and answers to all surveys by slot, and every metric's histogram."""

    answers: list[int]
    csat: list[Counter[int]]
    histograms: dict[Metric | None, Counter[int]]

    def add(self, place: int, asked: Asked, histogram: Counter[int]) -> None:
        """Count the answers of a slot to one question."""
        if asked.series.is_first:
            self.answers[place] += histogram.total()
        self.histograms.setdefault(asked.feeds, Counter()).update(histogram)
        if asked.feeds is Metric.CSAT:
            self.csat[place].update(histogram)

    def total(self, metric: Metric, scale: Sequence[int]) -> dict[int, int]:
        """Return the histogram of a metric over its whole scale."""
        counted = self.histograms.get(metric, Counter())
        return {value: counted[value] for value in scale}


def _count_by_slot(
    session: Session, wanted: Wanted, scope: Scope, asked: Sequence[Asked], slots: Sequence[Slot]
) -> _Counts:
    counts = _Counts([0] * len(slots), [Counter() for _ in slots], {})
    is_one_day = wanted.period.days == 1
    places: dict[Group, int] = {
        slot.start if is_one_day else slot.start.date(): place for place, slot in enumerate(slots)
    }
    for when, found in count_values(session, wanted, scope, asked, by=By.HOUR if is_one_day else By.DAY).items():
        for one in asked:
            if histogram := found.get(one.series):
                counts.add(places[when], one, histogram)
    return counts


def _count_suspect(session: Session, wanted: Wanted, scope: Scope) -> int:
    left_out = replace(wanted.as_filter(), suspect=True)
    conditions = response_conditions(session, left_out, scope)
    return session.scalar(select(func.count()).select_from(SurveyResponse).where(*conditions)) or 0


def _read_nps(session: Session, counts: _Counts, wanted: Wanted, scope: Scope, asked: Sequence[Asked]) -> Nps | None:
    now = _nps_counts(counts.histograms.get(Metric.NPS, Counter()))
    if not sum(now):
        return None
    fed = [one for one in asked if one.feeds is Metric.NPS]
    before = count_values(session, wanted.before, scope, fed).get(None, {})
    return Nps(nps(*now), compare_nps(now, _nps_counts(add_up(before, fed))))


def _nps_counts(histogram: Counter[int]) -> tuple[int, int, int]:
    promoters, passives, detractors = (
        sum(histogram[value] for value in values) for values in (PROMOTERS, PASSIVES, DETRACTORS)
    )
    return promoters, passives, detractors


def _make_ces(counts: _Counts) -> Ces | None:
    histogram = counts.total(Metric.CES, CES_SCALE)
    n = sum(histogram.values())
    return Ces(mean(histogram), share(sum(histogram[value] for value in EASY), n)) if n else None


def _read_sites(session: Session, wanted: ResponseFilter, scope: Scope) -> tuple[int, tuple[SiteFigures, ...]]:
    """Return how many went on to any site, and the figures of each that was offered or left for."""
    conditions = response_conditions(session, wanted, scope)
    offered: Counter[str] = Counter()
    for sites, n in session.execute(
        select(ReviewOffer.sites, func.count())
        .join(SurveyResponse, SurveyResponse.id == ReviewOffer.response_id)
        .where(ReviewOffer.offered_at >= wanted.since, *conditions)
        .group_by(ReviewOffer.sites)
    ):
        for site in sites.split(","):
            offered[site] += n
    # Nobody leaves before having answered: the first day bounds the clicks too, and few answers have one.
    answered = exists().where(SurveyResponse.id == ReviewClick.response_id, *conditions)
    clicks = select(ReviewClick.response_id, ReviewClick.site).where(ReviewClick.clicked_at >= wanted.since, answered)
    people = {(response_id, site) for response_id, site in session.execute(clicks)}
    left = Counter(site for _, site in people)
    known = [site for site in Site if offered[site] or left[site]]
    return len({response_id for response_id, _ in people}), tuple(
        SiteFigures(site, offered[site], left[site], share(min(left[site], offered[site]), offered[site]))
        for site in known
    )


def _read_path(session: Session, code: str, scope: Scope) -> tuple[Place, ...]:
    below = select(Unit.id).where(Unit.code == code).scalar_subquery()
    rows = session.execute(
        select(Unit.code, Unit.name, Unit.address, Unit.parent_id.is_(None))
        .join(UnitAncestor, UnitAncestor.ancestor_id == Unit.id)
        .where(UnitAncestor.unit_id == below, scope.where(Unit.id))
        .order_by(UnitAncestor.distance.desc())
    )
    return tuple(Place(code, name, address, bool(is_company)) for code, name, address, is_company in rows)
