"""Who served customers, ranked only with answers enough, and what contacts were about. Read-only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select

from app.analytics.beside_others import compare_with_others
from app.analytics.centre.handled import Asking, Handled, count_handled, tell_groups
from app.analytics.differences import LEAST, Verdict
from app.analytics.histograms import add_up, count_values
from app.analytics.measures import measure
from app.analytics.metrics import Figure
from app.analytics.series import Asked
from app.analytics.wanted import By
from app.organisation.models import Employee
from app.surveys.definition import Metric

# A table longer than this is read by nobody: the filter by unit leads to the rest.
MOST_PEOPLE = 100
MOST_TOPICS = 20


@dataclass(frozen=True, slots=True)
class TopicRow:
    """What contacts were about, with what became of them."""

    topic: str
    handled: Handled
    csat: Figure


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who served customers, and how satisfied with the company those were whom they served.

    `against_others` is TOO_FEW below 30 answers, and such a row has no rank.
    """

    code: str
    name: str
    handled: Handled
    csat: Figure
    against_others: Verdict

    @property
    def is_ranked(self) -> bool:
        """Tell whether there are answers enough for a place in a ranking."""
        return self.csat.value is not None and self.csat.n >= LEAST


def read_topics(asking: Asking, whole: Counter[str], asked: Sequence[Asked]) -> tuple[tuple[TopicRow, ...], int]:
    """Return what most contacts were about, the most first, and how many further topics there are."""
    counts = count_handled(asking, By.CALL_TOPIC)
    total, answers = _count_answers(asking, By.CALL_TOPIC, asked)
    csats = {topic: measure(Metric.CSAT, answers.get(topic, Counter())).figure for topic in {*counts, *answers}}
    shown = tell_groups(whole, measure(Metric.CSAT, total).figure, counts, csats)
    order = sorted(shown, key=lambda topic: (-shown[topic][0].contacts, topic.casefold()))
    return tuple(TopicRow(topic, *shown[topic]) for topic in order[:MOST_TOPICS]), max(0, len(order) - MOST_TOPICS)


def read_people(asking: Asking, whole: Counter[str], asked: Sequence[Asked]) -> tuple[tuple[PersonRow, ...], int]:
    """Return those who had most contacts, and how many had fewer: first those with a rank, the best first."""
    read = partial(measure, Metric.CSAT)
    counts = count_handled(asking, By.EMPLOYEE)
    total, answers = _count_answers(asking, By.EMPLOYEE, asked)
    known: Counter[int] = sum(answers.values(), Counter())
    measured = {person: read(answers.get(person, Counter())) for person in {*counts, *answers}}
    shown = tell_groups(whole, read(total).figure, counts, {person: each.figure for person, each in measured.items()})
    verdicts = compare_with_others(
        read, known, answers, {person: measured[person] for person in answers if not shown[person][1].suppressed}
    )
    order = sorted(shown, key=lambda person: -shown[person][0].contacts)
    query = select(Employee.id, Employee.code, Employee.name).where(Employee.id.in_(order[:MOST_PEOPLE]))
    rows = [
        PersonRow(code, name, *shown[person], verdicts.get(person, Verdict.TOO_FEW))
        for person, code, name in asking.session.execute(query)
    ]
    rows.sort(key=lambda row: row.name.casefold())
    rows.sort(key=lambda row: (not row.is_ranked, -(row.csat.value or 0.0) if row.is_ranked else 0.0))
    return tuple(rows), max(0, len(order) - MOST_PEOPLE)


def _count_answers(asking: Asking, by: By, asked: Sequence[Asked]) -> tuple[Counter[int], dict[Any, Counter[int]]]:
    """Return the histogram of all answers and that of each group."""
    count = partial(count_values, asking.session, asking.wanted, asking.scope, asked)
    total = add_up(count().get(None, {}), asked)
    return total, {group: add_up(found, asked) for group, found in count(by=by).items()}
