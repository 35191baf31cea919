"""In which way a metric is asked: by questions of one type, never added up with those of another. Read-only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.histograms import Counts, Group, add_up, count_values
from app.analytics.measured import Histogram, Measured
from app.analytics.measures import counted_options, measure
from app.analytics.options import Places, join_options
from app.analytics.series import Asked, Series, sort_by_type
from app.analytics.wanted import Wanted
from app.surveys.definition import Metric, Question, QuestionType


@dataclass(frozen=True, slots=True)
class Way:
    """The questions of one type that feed the metric, and how their histogram is read.

    `question` has the words of the histogram's values; `places` are the values of each series in it.
    """

    metric: Metric
    type: QuestionType
    asked: tuple[Asked, ...]
    others: tuple[tuple[QuestionType, int], ...]
    question: Question
    places: Mapping[Series, Places]

    def measure(self, histogram: Histogram) -> Measured:
        """Return the metric's figures from the answers of this way."""
        return measure(self.metric, histogram, question_type=self.type, counted=counted_options(self.question))


def choose_way(session: Session, wanted: Wanted, scope: Scope, metric: Metric, fed: Sequence[Asked]) -> Way | None:
    """Return the type of question with the most answers; one that all use needs no counting."""
    by_type = sort_by_type(fed, metric)
    if not by_type:
        return None
    sizes: dict[QuestionType, int] = dict.fromkeys(by_type, 0)
    if len(by_type) > 1:
        for counts in count_values(session, wanted, scope, fed).values():
            for kind, asked in by_type.items():
                sizes[kind] += sum(add_up(counts, asked).values())
    chosen = max(sizes, key=lambda kind: sizes[kind])
    others = tuple((kind, n) for kind, n in sizes.items() if kind is not chosen and n)
    chosen_ones = tuple(by_type[chosen])
    joined = join_options([one.question for one in chosen_ones])
    places = {one.series: went for one, went in zip(chosen_ones, joined.places, strict=True)}
    return Way(metric, chosen, chosen_ones, others, joined.question, places)


def merge(counts: Counts, way: Way) -> dict[Group, Counter[int]]:
    """Return the histogram of each group, its questions together, an option in the place that it has in all of them."""
    return {group: _merge(found, way) for group, found in counts.items()}


def _merge(histograms: Mapping[Series, Counter[int]], way: Way) -> Counter[int]:
    total: Counter[int] = Counter()
    for series, places in way.places.items():
        for value, n in histograms.get(series, {}).items():
            total[places.get(value, value)] += n
    return total
