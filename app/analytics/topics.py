"""What was spoken of in a period: topics of comments and reasons, and how satisfied those were who did. Read-only.

A response may be about several topics, so the shares add up to more than one. The whole is everybody who said
something, in words or by a reason; suspect answers are left out, as in every figure.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, false, func, literal_column, or_, select, text, true
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.cut_points import SATISFIED
from app.analytics.differences import Verdict, compare_shares, p_lower, stand_out
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.histograms import count_values
from app.analytics.hours import shorten
from app.analytics.metrics import Figure, hide, share
from app.analytics.none_chosen import chose_none
from app.analytics.series import Asked, feeding, list_series
from app.analytics.suppression import MINIMUM, hidden_groups
from app.analytics.wanted import Wanted
from app.organisation.models import UnitAncestor
from app.responses.models import ResponseAnswer, SurveyResponse
from app.responses.topics.models import ResponseTopic
from app.surveys.definition import Audience, Metric, QuestionType


@dataclass(frozen=True, slots=True)
class Spoken:
    """How many spoke of something, and how many of them were asked for and were satisfied."""

    n: int = 0
    rated: int = 0
    satisfied: int = 0

    @property
    def csat(self) -> Figure:
        """The share of fours and fives, hidden below ten."""
        return share(self.satisfied, self.rated)

    def __add__(self, other: "Spoken") -> "Spoken":
        return Spoken(self.n + other.n, self.rated + other.rated, self.satisfied + other.satisfied)


@dataclass(slots=True)
class _Counted:
    """What was spoken of by topic, and all who spoke, as the rows come in."""

    topics: dict[str, Spoken] = field(default_factory=dict)
    said: Spoken = Spoken()

    def add(self, topic: str, spoken: Spoken, first: Spoken) -> None:
        """Take in a topic, and those for whom it stands first."""
        self.topics[topic] = self.topics.get(topic, Spoken()) + spoken
        self.said += first


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One topic by its key: how many spoke of it, which share of all who said something, and of as many days before.

    `change` is how the share stands to the one before; `against` how satisfied they are beside all others who said
    something. Both are judged over all topics at once (Benjamini and Hochberg): of twenty, one would stand out anyway.
    """

    key: str
    n: int
    share: Figure
    before: Figure
    change: Verdict
    csat: Figure
    against: Verdict


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """How often a reason was ticked: the option's place in its question, from 1, and its words by language."""

    value: int
    key: str
    label: Mapping[Any, str]
    n: int


@dataclass(frozen=True, slots=True)
class ReasonQuestion:
    """A question of reasons, with those ticked, the most often first; `n` ticks in all.

    `none_chosen` are those who saw it, ticked nothing and sent their form; None for more than a quarter, for they are
    read from the answers themselves.
    """

    survey: str
    key: str
    text: Mapping[Any, str]
    n: int
    lines: tuple[ReasonLine, ...]
    none_chosen: int | None


@dataclass(frozen=True, slots=True)
class Topics:
    """`said` are all who said something; `unsorted` those of them in whose words no topic was found."""

    said: Spoken
    said_before: int
    unsorted: int
    lines: tuple[TopicLine, ...]


def read_topics(session: Session, wanted: Wanted, scope: Scope) -> Topics:
    """Return the topics that were spoken of, the most often first; three statements at most, whatever there is."""
    now, before = _count(session, wanted, scope)
    return make_topics(now.topics, before.topics, now.said, before.said)


def read_reasons(session: Session, wanted: Wanted, scope: Scope) -> tuple[ReasonQuestion, ...]:
    """Return the questions of reasons with what was ticked, the most often first; of the latest words of each."""
    series = list_series(session)
    asked = [
        one
        for one in series
        if one.question.type is QuestionType.CHOICE
        and one.question.metric is None
        and not one.series.is_first
        and one.audience is Audience.CUSTOMERS
    ]
    histograms = count_values(session, wanted, scope, asked).get(None, {})
    questions: dict[tuple[str, str], list[Asked]] = {}
    for one in asked:
        questions.setdefault((one.survey, one.question.key), []).append(one)
    none_chosen = _count_none(session, wanted, scope, series, list(questions))
    found = []
    for (survey, key), versions in questions.items():
        latest = versions[-1].question
        ticked = {
            value: sum(histograms.get(one.series, Counter())[value] for one in versions)
            for value in range(1, len(latest.options) + 1)
        }
        lines = [
            ReasonLine(value, latest.options[value - 1].key, latest.options[value - 1].label, n)
            for value, n in sorted(ticked.items(), key=lambda pair: (-pair[1], pair[0]))
            if n
        ]
        if lines:
            found.append(
                ReasonQuestion(
                    survey, key, latest.text, sum(ticked.values()), tuple(lines), none_chosen.get((survey, key))
                )
            )
    return tuple(sorted(found, key=lambda question: -question.n))


def _count_none(
    session: Session, wanted: Wanted, scope: Scope, series: Sequence[Asked], questions: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Return how many chose none of each question, in one statement."""
    if not questions or shorten(wanted.period) != wanted.period:
        return {}
    counts = [func.count().filter(chose_none(series, key, survey=survey)) for survey, key in questions]
    row = session.execute(
        select(*counts).where(
            *response_conditions(session, wanted.as_filter(), scope), SurveyResponse.finished_at.is_not(None)
        )
    ).one()
    return dict(zip(questions, row, strict=True))


def make_topics(now: Mapping[str, Spoken], before: Mapping[str, Spoken], said: Spoken, said_before: Spoken) -> Topics:
    """Return the lines of the counts by topic; the topic `""` is that none was found."""
    hidden = _find_hidden({key: one.rated for key, one in now.items()}, said.rated)
    keys = sorted((key for key in now if key), key=lambda key: (-now[key].n, key))
    changes = {key: (now[key].n, said.n, before.get(key, Spoken()).n, said_before.n) for key in keys}
    apart = {
        key: (one.satisfied, one.rated, said.satisfied - one.satisfied, said.rated - one.rated)
        for key, one in now.items()
        if key
    }
    change, against = judge_at_once(changes), judge_at_once(apart)
    return Topics(
        said=said,
        said_before=said_before.n,
        unsorted=now.get("", Spoken()).n,
        lines=tuple(
            TopicLine(
                key,
                now[key].n,
                share(now[key].n, said.n),
                share(before.get(key, Spoken()).n, said_before.n),
                change[key],
                hide(now[key].csat) if key in hidden and not now[key].csat.suppressed else now[key].csat,
                Verdict.TOO_FEW if key in hidden else against[key],
            )
            for key in keys
        ),
    )


def _find_hidden(sizes: Mapping[str, int], whole: int) -> frozenset[str]:
    """Return the topics whose satisfaction would give away that of a few.

    Hardly anybody speaks of two topics, so a small one may well be the whole less the others: the next smallest is
    hidden with it, as with groups that share nobody. How satisfied those are in whose words nothing was found is told
    nowhere. And the whole less one topic is all who did not speak of it.
    """
    others = {key for key, size in sizes.items() if 0 < whole - size < MINIMUM}
    return hidden_groups(sizes, untold=[""]) | others


def judge_at_once(compared: Mapping[str, tuple[int, int, int, int]]) -> dict[str, Verdict]:
    """Return how each first share stands to the second, each given as (successes, n, other successes, other n).

    A difference is said only where it would be by itself and stands out among all of them, too.
    """
    alone = {key: compare_shares(*counts) for key, counts in compared.items()}
    outstanding = stand_out(
        {key: _p_two_sided(*compared[key]) for key, verdict in alone.items() if verdict is not Verdict.TOO_FEW}
    )
    return {
        key: verdict if verdict is Verdict.TOO_FEW or key in outstanding else Verdict.NO_CLEAR_DIFFERENCE
        for key, verdict in alone.items()
    }


def _p_two_sided(successes: int, n: int, other_successes: int, other_n: int) -> float:
    return min(p_lower(successes, n, other_successes, other_n), p_lower(other_successes, other_n, successes, n))


def _count(session: Session, wanted: Wanted, scope: Scope) -> tuple[_Counted, _Counted]:
    """Return what was counted in the period and in the days before it; one statement, and one for later questions."""
    topic, answer = ResponseTopic, ResponseAnswer
    fed = [one.series for one in feeding(list_series(session), Metric.CSAT)]
    conditions = _conditions(session, wanted, scope)
    now = case(
        (topic.answered_at >= wanted.period.since, literal_column("1", Integer)), else_=literal_column("0", Integer)
    )
    rated = topic.survey_version_id.in_([one.version_id for one in fed if one.is_first])
    satisfied = rated & topic.rating.in_(SATISFIED)
    queries = [select(now, topic.topic, *_add_up(true(), rated, satisfied)).where(*conditions)]
    if later := sorted((one.version_id, one.question_key) for one in fed if not one.is_first):
        asked = or_(*(and_(topic.survey_version_id == one, answer.question_key == key) for one, key in later))
        # Whoever spoke is counted above already.
        sums = _add_up(false(), answer.value.is_not(None), answer.value.in_(SATISFIED))
        answered = select(now, topic.topic, *sums).join(answer, answer.response_id == topic.response_id)
        queries.append(answered.where(asked, *conditions))
    counted = (_Counted(), _Counted())
    for query in queries:
        for is_now, key, *numbers in session.execute(query.group_by(now, topic.topic)):
            counted[0 if is_now else 1].add(key, Spoken(*numbers[:3]), Spoken(*numbers[3:]))
    return counted


def _add_up(*conditions: ColumnElement[bool]) -> list[ColumnElement[int]]:
    """Return how many rows keep each of the conditions, and then how many that stand first do."""
    return [
        func.coalesce(func.sum(case((which & condition, 1), else_=0)), 0)
        for which in (true(), ResponseTopic.first)
        for condition in conditions
    ]


def _conditions(session: Session, wanted: Wanted, scope: Scope) -> list[ColumnElement[bool]]:
    """Both periods lie beside each other; unit and instant stand in the topic's own index."""
    topic, response = ResponseTopic, SurveyResponse
    since, until = wanted.before.period.since, wanted.period.until
    conditions = [scope.where(topic.unit_id), topic.answered_at >= since, topic.answered_at < until]
    if wanted.unit_id is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == wanted.unit_id)
        conditions.append(topic.unit_id.in_(below))
    rest = replace(wanted.as_filter(), unit_id=None, since=None, until=None)
    lies_there = (response.answered_at >= since, response.answered_at < until)
    if rest == ResponseFilter(suspect=False):
        # The few that are left out have an index of their own; the many that stay are not read for it.
        # In the words of that index: SQLite does not take `suspect = 1` for it.
        out = select(response.id).where(text("survey_response.suspect"), *lies_there)
        return [*conditions, topic.response_id.not_in(out)]
    kept = select(response.id).where(*response_conditions(session, rest, EVERYTHING), *lies_there)
    return [*conditions, topic.response_id.in_(kept)]
