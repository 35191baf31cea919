"""The first page of staff: how many answered, how satisfied they are, who went on to a review site. Read-only.

Suspect answers are counted apart and enter no figure; history and demo answers count like any other. CSAT comes from
the surveys whose first question is a five-point rating that feeds it, never from another scale.
"""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.metrics import Figure, hide, mean, share
from app.analytics.suppression import hidden_groups
from app.organisation.models import Unit, UnitAncestor
from app.responses.models import SurveyResponse
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewClick
from app.surveys.definition import Metric
from app.surveys.service import get_definition

SCALE = range(1, 6)
SATISFIED = (4, 5)
SHOWN_UNITS = 50


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """One unit of the table below the figures: its answers to CSAT questions with all below it."""

    code: str
    name: str
    address: str | None
    csat: Figure
    csat_mean: Figure


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Figures of one unit (or of all that the caller may see) and one period.

    `responses` are those of every survey without the suspect ones; `histogram` counts 1 to 5 behind the two CSAT
    figures and is empty where they are hidden. Clicks are those of the period's respondents.
    """

    responses: int
    suspect: int
    csat: Figure
    csat_mean: Figure
    histogram: Mapping[int, int]
    clicks: Mapping[Site, int]
    units: tuple[UnitFigures, ...]
    more_units: int

    @property
    def clicked(self) -> int:
        """How many times somebody left for a review site."""
        return sum(self.clicks.values())


def read_dashboard(
    session: Session, *, scope: Scope, unit_id: uuid.UUID | None, since: datetime, until: datetime
) -> Dashboard:
    """Return the figures of answers from `since` to before `until`, in a handful of statements."""
    wanted = ResponseFilter(unit_id=unit_id, since=since, until=until)
    counts = _count_answers(session, wanted, scope)
    histogram = {rating: counts.histogram[rating] for rating in SCALE}
    csat_mean = mean(histogram)
    units = _read_units(session, wanted, scope, total=sum(histogram.values()))
    return Dashboard(
        responses=counts.responses,
        suspect=counts.suspect,
        csat=share(sum(histogram[rating] for rating in SATISFIED), sum(histogram.values())),
        csat_mean=csat_mean,
        histogram={} if csat_mean.suppressed else histogram,
        clicks=_count_clicks(session, wanted, scope),
        units=tuple(units[:SHOWN_UNITS]),
        more_units=max(0, len(units) - SHOWN_UNITS),
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    responses: int
    suspect: int
    histogram: Counter[int]


def _count_answers(session: Session, wanted: ResponseFilter, scope: Scope) -> _Counts:
    response = SurveyResponse
    rows = session.execute(
        select(response.survey_version_id, response.rating, response.suspect, func.count())
        .where(*response_conditions(session, wanted, scope))
        .group_by(response.survey_version_id, response.rating, response.suspect)
    ).all()
    histogram: Counter[int] = Counter()
    for version_id, rating, suspect, count in rows:
        if not suspect and get_definition(session, version_id).first.metric is Metric.CSAT:
            histogram[rating] += count
    return _Counts(
        responses=sum(count for _, _, suspect, count in rows if not suspect),
        suspect=sum(count for _, _, suspect, count in rows if suspect),
        histogram=histogram,
    )


def _count_clicks(session: Session, wanted: ResponseFilter, scope: Scope) -> dict[Site, int]:
    rows = session.execute(
        select(ReviewClick.site, func.count())
        .join(SurveyResponse, SurveyResponse.id == ReviewClick.response_id)
        .where(*response_conditions(session, replace(wanted, suspect=False), scope))
        .group_by(ReviewClick.site)
    )
    counts = {Site(site): count for site, count in rows}
    return {site: counts[site] for site in Site if site in counts}


def _read_units(session: Session, wanted: ResponseFilter, scope: Scope, *, total: int) -> list[UnitFigures]:
    """Return the units right below the one asked for (or the granted ones), those with the most answers first."""
    below, ancestor, parent = aliased(Unit), aliased(UnitAncestor), aliased(Unit)
    response = SurveyResponse
    query = (
        select(below.id, below.code, below.name, below.address, response.rating, func.count())
        .select_from(response)
        .join(ancestor, ancestor.unit_id == response.unit_id)
        .join(below, below.id == ancestor.ancestor_id)
        .where(*response_conditions(session, replace(wanted, metric=Metric.CSAT, suspect=False), scope))
        .group_by(below.id, below.code, below.name, below.address, response.rating)
    )
    if wanted.unit_id is not None:
        query = query.where(below.parent_id == wanted.unit_id)
    elif scope.everything:
        query = query.join(parent, parent.id == below.parent_id).where(parent.parent_id.is_(None))
    else:
        query = query.where(below.id.in_(sorted(scope.unit_ids)))
    names: dict[uuid.UUID, tuple[str, str, str | None]] = {}
    histograms: dict[uuid.UUID, Counter[int]] = {}
    for unit_id, code, name, address, rating, count in session.execute(query):
        names[unit_id] = (code, name, address)
        histograms.setdefault(unit_id, Counter())[rating] += count
    sizes: dict[uuid.UUID | None, int] = {unit_id: counts.total() for unit_id, counts in histograms.items()}
    # What was answered at the unit itself is a group too, though the table does not name it.
    sizes[None] = max(0, total - sum(sizes.values()))
    hidden = hidden_groups(sizes)
    units = []
    for unit_id, counts in histograms.items():
        csat = share(sum(counts[rating] for rating in SATISFIED), counts.total())
        csat_mean = mean({rating: counts[rating] for rating in SCALE})
        if unit_id in hidden and not csat.suppressed:
            csat, csat_mean = hide(csat), hide(csat_mean)
        units.append(UnitFigures(*names[unit_id], csat, csat_mean))
    return sorted(units, key=lambda unit: (-unit.csat.n, unit.name))
