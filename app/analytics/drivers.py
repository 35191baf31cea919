"""Which later question goes with the overall rating most: association, not cause. Read-only.

For a scale, those who answered high (4 or 5) are compared with those who answered low (1 or 2); for an option, those
who chose it with those who answered the question and did not. Compared is the share of the satisfied, by Newcombe's
interval, so that all of them stand on one axis; both sides need 30 answers, and only what holds after all these
comparisons (Benjamini and Hochberg) is called higher or lower. Read from the answers themselves, so a quarter is the
most.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics import cut_points as cut
from app.analytics.before_after import find_change
from app.analytics.beside_others import judge_many
from app.analytics.differences import LEAST, Difference, Verdict, mean_difference
from app.analytics.filters import response_conditions
from app.analytics.hours import shorten
from app.analytics.measured import Measured, add_counts
from app.analytics.measures import measure
from app.analytics.periods import Period
from app.analytics.series import Asked, feeding, firsts, list_series
from app.analytics.wanted import Wanted
from app.responses.models import ResponseAnswer, SurveyResponse
from app.surveys.definition import Metric, Question, QuestionType

# The high end of each scale and its low one.
_ENDS: Mapping[QuestionType, tuple[tuple[int, ...], tuple[int, ...]]] = {
    QuestionType.RATING5: (cut.SATISFIED, cut.DISSATISFIED),
    QuestionType.NPS: (cut.PROMOTERS, cut.DETRACTORS),
    QuestionType.CES7: (cut.EASY, cut.HARD),
    QuestionType.YES_NO: ((1,), (2,)),
}


@dataclass(frozen=True, slots=True)
class Driver:
    """A question with two ends, or an option of one, and how satisfied those on either side are.

    `values` are the answers of the first side; of the other `other_values`, empty where it is all who did not choose
    the option. `difference` is the satisfied share of the first less that of the other, `means` the same of the overall
    rating on five points. Both are None below 30 on either side.
    """

    survey: str
    question: Question
    values: tuple[int, ...]
    other_values: tuple[int, ...]
    side: Measured
    other: Measured
    difference: Difference | None
    means: Difference | None
    verdict: Verdict

    @property
    def option(self) -> int | None:
        """The option, where it is one."""
        return self.values[0] if self.question.type is QuestionType.CHOICE else None


@dataclass(frozen=True, slots=True)
class Drivers:
    """All that can be compared, the greatest difference first; `too_few` is how many have not 30 on both sides.

    `alike` are those asked of the satisfied alone, or of the others alone: there is no share to compare.
    """

    period: Period
    found: tuple[Driver, ...]
    too_few: int
    alike: int


_Key = tuple[str, str, QuestionType]
# The values of either side and the overall ratings on it.
_Sides = tuple[tuple[int, ...], tuple[int, ...], Counter[int], Counter[int]]
_Answers = dict[_Key, dict[int | None, Counter[int]]]


def read_drivers(session: Session, wanted: Wanted, scope: Scope) -> Drivers:
    """Return what goes with the overall rating in the last days of what is wanted; three statements."""
    wanted = replace(wanted, period=shorten(wanted.period))
    series = list_series(session)
    overall = [one for one in firsts(feeding(series, Metric.CSAT)) if one.question.type is QuestionType.RATING5]
    versions = {one.series.version_id for one in overall}
    later = [one for one in series if one.series.version_id in versions and not one.series.is_first]
    answers = _count(session, wanted, scope, later)
    # A survey that was asked anew goes on in its latest words.
    questions = {_key(one): one.question for one in later}
    compared = [
        _compare(key[0], question, sides)
        for key, question in questions.items()
        for sides in _sides(question, answers.get(key, {}))
    ]
    compared, alike = [each for each in compared if not _are_alike(each)], sum(map(_are_alike, compared))
    known = {place: each.difference for place, each in enumerate(compared)}
    judged = {place: difference for place, difference in known.items() if difference is not None}
    verdicts = judge_many(known, judged)
    found = [replace(each, verdict=verdicts[place]) for place, each in enumerate(compared) if place in judged]
    found.sort(key=lambda each: -abs(each.difference.value) if each.difference else 0.0)
    return Drivers(wanted.period, tuple(found), sum(1 for each in compared if each.difference is None), alike)


def _are_alike(driver: Driver) -> bool:
    """Tell whether nobody on either side is satisfied, or everybody: reasons are often asked of one band alone."""
    return driver.difference is not None and {driver.side.figure.value, driver.other.figure.value} in ({0.0}, {1.0})


def _key(one: Asked) -> _Key:
    return one.survey, one.series.question_key, one.question.type


def _count(session: Session, wanted: Wanted, scope: Scope, later: Sequence[Asked]) -> _Answers:
    """Return the overall ratings by question and value; by None those of all who answered the question."""
    keys = {(one.series.version_id, one.series.question_key): _key(one) for one in later}
    response, answer = SurveyResponse, ResponseAnswer
    conditions = [
        *response_conditions(session, wanted.as_filter(), scope),
        response.survey_version_id.in_(sorted({version for version, _ in keys})),
        answer.value.is_not(None),
    ]
    by = (response.survey_version_id, answer.question_key)
    each = (
        select(*by, answer.value, response.rating, func.count())
        .join(answer, answer.response_id == response.id)
        .where(*conditions)
        .group_by(*by, answer.value, response.rating)
    )
    # Who chose two reasons answered once.
    whole = (
        select(*by, response.rating, func.count(response.id.distinct()))
        .join(answer, answer.response_id == response.id)
        .where(*conditions)
        .group_by(*by, response.rating)
    )
    found: _Answers = {}
    for version, key, value, rating, n in session.execute(each):
        if (version, key) in keys:
            found.setdefault(keys[version, key], {}).setdefault(value, Counter())[rating] += n
    for version, key, rating, n in session.execute(whole):
        if (version, key) in keys:
            found.setdefault(keys[version, key], {}).setdefault(None, Counter())[rating] += n
    return found


def _sides(question: Question, answers: Mapping[int | None, Counter[int]]) -> Iterable[_Sides]:
    """Yield what is compared with what: the ends of a scale, or each option with all who did not choose it."""
    if question.type is QuestionType.CHOICE:
        everybody = answers.get(None, Counter())
        for value in question.values():
            chose = answers.get(value, Counter())
            yield (value,), (), chose, everybody - chose
    elif question.type in _ENDS:
        high, low = _ENDS[question.type]
        if question.is_effort:
            high, low = cut.LITTLE_EFFORT, cut.MUCH_EFFORT
        sides = [add_counts(answers.get(value, Counter()) for value in values) for values in (high, low)]
        yield high, low, sides[0], sides[1]


def _compare(survey: str, question: Question, sides: _Sides) -> Driver:
    values, other_values, histogram, other = sides
    first, second = measure(Metric.CSAT, histogram), measure(Metric.CSAT, other)
    difference = find_change(first, second).difference
    means = mean_difference(histogram, other) if min(first.n, second.n) >= LEAST else None
    return Driver(survey, question, values, other_values, first, second, difference, means, Verdict.TOO_FEW)
