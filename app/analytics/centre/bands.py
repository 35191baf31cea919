"""How satisfied people were by how long they waited and were served, in bands of seconds. Read-only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Integer, literal_column
from sqlalchemy import case as sql_case

from app.analytics.before_after import find_change
from app.analytics.beside_others import judge_many
from app.analytics.centre.handled import Asking
from app.analytics.counts.raw import count_apart
from app.analytics.differences import Verdict
from app.analytics.filters import response_conditions
from app.analytics.measured import Measured, protect_groups
from app.analytics.measures import measure
from app.analytics.seconds import Band, count_within
from app.analytics.series import Asked
from app.surveys.definition import Metric


@dataclass(frozen=True, slots=True)
class BandMeasured:
    """How satisfied people were whose contact took so long; `contacts` took so long in all.

    `against_shorter` is how the share stands to that of the band before, None of the first.
    """

    band: Band
    contacts: int
    measured: Measured
    against_shorter: Verdict | None


def read_bands(
    asking: Asking, column: Any, times: Mapping[int, int], bands: Sequence[Band], asked: Sequence[Asked]
) -> tuple[Measured, tuple[BandMeasured, ...]]:
    """Return how satisfied people were with contacts, and each band of these; two statements at most.

    `column` holds the seconds, `times` is `{seconds: contacts}`. Neighbours are compared, and only what holds after so
    many comparisons is said.
    """
    found = _count_answers(asking, column, bands, asked)
    # What people say of contacts of which nobody told how long they took is a group too.
    whole: Counter[int] = sum(found.values(), Counter())
    total = measure(Metric.CSAT, whole)
    measured = {at: measure(Metric.CSAT, found.get(at, Counter())) for at in range(len(bands))}
    shown = protect_groups(total, measured)
    differences = {at: find_change(shown[at], shown[at - 1]).difference for at in range(1, len(bands))}
    verdicts = judge_many(shown, differences)
    return total, tuple(
        BandMeasured(band, count_within(times, band), shown[at], verdicts[at] if at else None)
        for at, band in enumerate(bands)
    )


def _count_answers(
    asking: Asking, column: Any, bands: Sequence[Band], asked: Sequence[Asked]
) -> dict[int | None, Counter[int]]:
    """Return the histogram of each band by its place; None is the band of contacts of which no time was told."""
    bounds = [(column < band.until, literal_column(str(at), Integer)) for at, band in enumerate(bands[:-1])]
    last = (column.is_not(None), literal_column(str(len(bands) - 1), Integer))
    conditions = response_conditions(
        asking.session, replace(asking.wanted.as_filter(), about_contact=True), asking.scope
    )
    return count_apart(asking.session, sql_case(*bounds, last), asked, conditions, with_contact=True)
