"""What a histogram of answers says of a metric: its headline and its parts, each with n and interval. Pure.

Pages, API, reports and exports read their figures here, so that one and the same histogram gives one and the same
figure everywhere. No metric is computed from another's scale: an NPS comes from 0 to 10 or not at all.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from app.analytics import cut_points as cut
from app.analytics.measured import NOTHING, Histogram, Measured
from app.analytics.metrics import Figure, Reason, mean, nps, share
from app.analytics.suppression import MINIMUM
from app.surveys.question import Metric, Question, QuestionType

Parts = dict[str, Figure]

# The option of a question for `acquisition` that the figure is about.
_BY_REVIEWS = "reviews"


@dataclass(frozen=True, slots=True)
class _Measure:
    """How one kind of question is read; without a `scale` every option enters."""

    headline: str
    scale: Collection[int] | None
    read: Callable[[Histogram, int, Collection[int]], Parts]


def measure(
    metric: Metric,
    histogram: Histogram,
    *,
    question_type: QuestionType | None = None,
    minimum: int = MINIMUM,
    counted: Collection[int] = cut.SETTLED_AT_ONCE,
) -> Measured:
    """Return the metric's figures from `{value: count}` of the answers to questions of one type.

    Without a type it is the metric's usual one. What stands outside the scale or does not enter ("no longer use it")
    is left out. Figures from fewer than `minimum` answers are hidden, those of PMF from fewer than 40. `counted` are
    the options that a share of options is about (`fcr`, `acquisition`), see `counted_options`.

    Raises ValueError where the metric is not measured with such a question.
    """
    kind = question_type or question_types(metric)[0]
    if (metric, kind) not in _MEASURES:
        raise ValueError(f"{metric} is not measured with {kind}")
    how = _MEASURES[metric, kind]
    entered = {value: histogram.get(value, 0) for value in (sorted(histogram) if how.scale is None else how.scale)}
    parts = MappingProxyType(how.read(entered, minimum, counted))
    shown: Histogram = NOTHING if parts[how.headline].suppressed else MappingProxyType(entered)
    return Measured(how.headline, parts, shown)


def question_types(metric: Metric) -> tuple[QuestionType, ...]:
    """Return the types of question that measure the metric, the usual one first; never added up with each other."""
    return tuple(kind for each, kind in _MEASURES if each is metric)


def counted_options(question: Question) -> tuple[int, ...]:
    """Return the options that the question's share is about: the first for `fcr`, "reviews" for `acquisition`."""
    if question.metric is Metric.ACQUISITION:
        return tuple(place for place, option in enumerate(question.options, start=1) if option.key == _BY_REVIEWS)
    return cut.SETTLED_AT_ONCE


def _read_ratings(histogram: Histogram, minimum: int, _counted: Collection[int]) -> Parts:
    part = partial(_share_of, histogram, minimum=minimum)
    return {
        "top_2": part(cut.SATISFIED),
        "mean": mean(histogram, minimum=minimum),
        "bottom_2": part(cut.DISSATISFIED),
    }


def _read_recommendation(histogram: Histogram, minimum: int, _counted: Collection[int]) -> Parts:
    part = partial(_share_of, histogram, minimum=minimum)
    return {
        "nps": nps(*nps_counts(histogram), minimum=minimum),
        "promoters": part(cut.PROMOTERS),
        "passives": part(cut.PASSIVES),
        "detractors": part(cut.DETRACTORS),
    }


def _read_ease(histogram: Histogram, minimum: int, _counted: Collection[int]) -> Parts:
    part = partial(_share_of, histogram, minimum=minimum)
    return {"mean": mean(histogram, minimum=minimum), "easy": part(cut.EASY), "hard": part(cut.HARD)}


def _read_effort(histogram: Histogram, minimum: int, _counted: Collection[int]) -> Parts:
    part = partial(_share_of, histogram, minimum=minimum)
    return {
        "effort": mean(histogram, minimum=minimum),
        "little_effort": part(cut.LITTLE_EFFORT),
        "much_effort": part(cut.MUCH_EFFORT),
    }


def _read_fit(histogram: Histogram, minimum: int, _counted: Collection[int]) -> Parts:
    parts = {
        "very_disappointed": cut.VERY_DISAPPOINTED,
        "somewhat_disappointed": cut.SOMEWHAT_DISAPPOINTED,
        "not_disappointed": cut.NOT_DISAPPOINTED,
    }
    figures = {
        name: _share_of(histogram, (value,), minimum=max(minimum, cut.PMF_LEAST)) for name, value in parts.items()
    }
    return {
        name: replace(figure, reason=Reason.NOT_ENOUGH_DATA) if figure.reason is Reason.TOO_FEW else figure
        for name, figure in figures.items()
    }


def _read_options(name: str, histogram: Histogram, minimum: int, counted: Collection[int]) -> Parts:
    return {name: _share_of(histogram, counted, minimum=minimum)}


def nps_counts(histogram: Histogram) -> tuple[int, int, int]:
    """Return promoters, passives and detractors of a histogram of 0 to 10."""
    return count_of(histogram, cut.PROMOTERS), count_of(histogram, cut.PASSIVES), count_of(histogram, cut.DETRACTORS)


def count_of(histogram: Histogram, values: Collection[int]) -> int:
    """Return how many answers are one of the values."""
    return sum(histogram.get(value, 0) for value in values)


def _share_of(histogram: Histogram, values: Collection[int], *, minimum: int) -> Figure:
    return share(count_of(histogram, values), sum(histogram.values()), minimum=minimum)


_RATINGS = _Measure("top_2", cut.RATINGS, _read_ratings)
_RECOMMENDATION = _Measure("nps", cut.NPS_SCALE, _read_recommendation)
_RESOLVED = _Measure("resolved", None, partial(_read_options, "resolved"))

_MEASURES: Mapping[tuple[Metric, QuestionType], _Measure] = {
    (Metric.CSAT, QuestionType.RATING5): _RATINGS,
    (Metric.AGENT_CSAT, QuestionType.RATING5): _RATINGS,
    (Metric.ESAT, QuestionType.RATING5): _RATINGS,
    (Metric.NPS, QuestionType.NPS): _RECOMMENDATION,
    (Metric.ENPS, QuestionType.NPS): _RECOMMENDATION,
    (Metric.CES, QuestionType.CES7): _Measure("mean", cut.CES_SCALE, _read_ease),
    # CES 1.0 asks for the effort: here less is better.
    (Metric.CES, QuestionType.RATING5): _Measure("effort", cut.RATINGS, _read_effort),
    (Metric.PMF, QuestionType.PMF): _Measure("very_disappointed", cut.PMF_QUALIFIED, _read_fit),
    (Metric.FCR, QuestionType.CHOICE): _RESOLVED,
    (Metric.FCR, QuestionType.YES_NO): _RESOLVED,
    (Metric.ACQUISITION, QuestionType.CHOICE): _Measure("by_reviews", None, partial(_read_options, "by_reviews")),
}
