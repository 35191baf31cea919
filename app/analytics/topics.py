"""What was spoken of in a period: topics of comments and reasons, and how satisfied those were who did. Read-only.

A response may be about several topics, so the shares add up to more than one. The whole is everybody who said
something, in words or by a reason; suspect answers are left out, as in every figure.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, func, literal_column, select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.cut_points import SATISFIED
from app.analytics.differences import Verdict, compare_shares, p_lower, stand_out
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.histograms import count_values
from app.analytics.metrics import Figure, share
from app.analytics.series import Asked, feeding, list_series
from app.analytics.wanted import Wanted
from app.organisation.models import UnitAncestor
from app.responses.models import SurveyResponse
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
    """A question of reasons, with those ticked, the most often first; `n` ticks in all."""

    survey: str
    key: str
    text: Mapping[Any, str]
    n: int
    lines: tuple[ReasonLine, ...]


@dataclass(frozen=True, slots=True)
class Topics:
    """`said` are all who said something; `unsorted` those of them in whose words no topic was found."""

    said: Spoken
    said_before: int
    unsorted: int
    lines: tuple[TopicLine, ...]


def read_topics(session: Session, wanted: Wanted, scope: Scope) -> Topics:
    """Return the topics that were spoken of, the most often first, in three statements whatever there is."""
    now, before = _count_topics(session, wanted, scope)
    said, said_before = _count_said(session, wanted, scope)
    return make_topics(now, before, said, said_before)


def read_reasons(session: Session, wanted: Wanted, scope: Scope) -> tuple[ReasonQuestion, ...]:
    """Return the questions of reasons with what was ticked, the most often first; of the latest words of each."""
    asked = [
        one
        for one in list_series(session)
        if one.question.type is QuestionType.CHOICE
        and one.question.metric is None
        and not one.series.is_first
        and one.audience is Audience.CUSTOMERS
    ]
    histograms = count_values(session, wanted, scope, asked).get(None, {})
    questions: dict[tuple[str, str], list[Asked]] = {}
    for one in asked:
        questions.setdefault((one.survey, one.question.key), []).append(one)
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
            found.append(ReasonQuestion(survey, key, latest.text, sum(ticked.values()), tuple(lines)))
    return tuple(sorted(found, key=lambda question: -question.n))


def make_topics(now: Mapping[str, Spoken], before: Mapping[str, Spoken], said: Spoken, said_before: Spoken) -> Topics:
    """Return the lines of the counts by topic; the topic `""` is that none was found."""
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
                now[key].csat,
                against[key],
            )
            for key in keys
        ),
    )


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


def _count_topics(session: Session, wanted: Wanted, scope: Scope) -> tuple[dict[str, Spoken], dict[str, Spoken]]:
    now = _is_now(ResponseTopic.answered_at, wanted)
    rows = session.execute(
        select(now, ResponseTopic.topic, *_counts(session))
        .join(SurveyResponse, SurveyResponse.id == ResponseTopic.response_id)
        .where(*_lies_within(wanted, scope), *_kept(session, wanted))
        .group_by(now, ResponseTopic.topic)
    )
    found: tuple[dict[str, Spoken], dict[str, Spoken]] = ({}, {})
    for is_now, topic, *counts in rows:
        found[0 if is_now else 1][topic] = Spoken(*counts)
    return found


def _count_said(session: Session, wanted: Wanted, scope: Scope) -> tuple[Spoken, Spoken]:
    said = select(ResponseTopic.response_id).where(*_lies_within(wanted, scope))
    now = _is_now(SurveyResponse.answered_at, wanted)
    rows = session.execute(
        select(now, *_counts(session))
        .select_from(SurveyResponse)
        .where(SurveyResponse.id.in_(said), *_kept(session, wanted))
        .group_by(now)
    )
    found = {bool(is_now): Spoken(*counts) for is_now, *counts in rows}
    return found.get(True, Spoken()), found.get(False, Spoken())


def _is_now(answered_at: Any, wanted: Wanted) -> ColumnElement[int]:
    return case((answered_at >= wanted.period.since, literal_column("1", Integer)), else_=literal_column("0", Integer))


def _counts(session: Session) -> Sequence[ColumnElement[int]]:
    versions = [one.series.version_id for one in feeding(list_series(session), Metric.CSAT) if one.series.is_first]
    rated = SurveyResponse.survey_version_id.in_(versions)
    return (
        func.count(),
        func.coalesce(func.sum(case((rated, 1), else_=0)), 0),
        func.coalesce(func.sum(case((rated & SurveyResponse.rating.in_(SATISFIED), 1), else_=0)), 0),
    )


def _lies_within(wanted: Wanted, scope: Scope) -> list[ColumnElement[bool]]:
    """Both periods lie beside each other, and unit and instant stand in the topic's own index."""
    conditions = [
        scope.where(ResponseTopic.unit_id),
        ResponseTopic.answered_at >= wanted.before.period.since,
        ResponseTopic.answered_at < wanted.period.until,
    ]
    if wanted.unit_id is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == wanted.unit_id)
        conditions.append(ResponseTopic.unit_id.in_(below))
    return conditions


def _kept(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What is left of the filter once unit, scope and period are said by the topic."""
    rest: ResponseFilter = replace(wanted.as_filter(), unit_id=None, since=None, until=None)
    return response_conditions(session, rest, EVERYTHING)
