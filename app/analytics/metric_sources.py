"""Where each metric's whole counts come from, and what they give: every metric is read in the same two steps.

A tally holds the whole counts of one group by what they count; tallies can be added up, figures cannot. Read-only.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.centre.handled import Asking as ContactAsking
from app.analytics.centre.handled import count_contacts, measure_contacts
from app.analytics.counts.question import Group
from app.analytics.first_request import count_repeats
from app.analytics.histograms import count_values
from app.analytics.measured import Measured
from app.analytics.measures import counted_options, measure
from app.analytics.metrics import share
from app.analytics.recovery_counts import count_won
from app.analytics.response_rate import WalkUps, count_dispositions, count_walk_ups, measure_response_rate
from app.analytics.series import Asked
from app.analytics.wanted import By, Wanted
from app.surveys.definition import Metric, QuestionType

Tally = Counter[Any]
_YES, _NO = 1, 2


class Source(Protocol):
    """A metric's two steps."""

    def count(self, wanted: Wanted, by: By | None = None, units: Collection[uuid.UUID] = ()) -> Mapping[Group, Tally]:
        """Return the tally of each group, as `count_values` tells them apart; one that has nothing may be missing."""

    def measure(self, tally: Tally) -> Measured:
        """Return the figures of a group, or of several added up."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A metric that questions are asked for; no two scales are added up. `kind` is the type that is told first."""

    session: Session
    scope: Scope
    metric: Metric
    asked: Sequence[Asked]
    kind: QuestionType

    def count(self, wanted: Wanted, by: By | None = None, units: Collection[uuid.UUID] = ()) -> dict[Group, Tally]:
        """Return the answers by type of question and value."""
        if self.metric is Metric.AGENT_CSAT:
            wanted = replace(wanted, employee_known=True)
        types = {one.series: one.question.type for one in self.asked}
        counts = count_values(self.session, wanted, self.scope, self.asked, by=by, units=units)
        tallies: dict[Group, Tally] = {}
        for group, histograms in counts.items():
            tally = tallies.setdefault(group, Counter())
            for series, histogram in histograms.items():
                tally.update({(types[series], value): n for value, n in histogram.items()})
        return tallies

    def measure(self, tally: Tally) -> Measured:
        """Return the figures of the type told first; those of another type stand beside them."""
        others = dict.fromkeys(one.question.type for one in self.asked if one.question.type is not self.kind)
        first, *rest = (
            measure(self.metric, {value: n for (asked, value), n in tally.items() if asked is kind}, question_type=kind)
            for kind in (self.kind, *others)
        )
        parts = {name: part for other in rest for name, part in other.parts.items()}
        return replace(first, parts=MappingProxyType(parts | dict(first.parts)))


@dataclass(frozen=True, slots=True)
class FirstRequests:
    """Resolved at the first request: by what people answer, and by who came again, which no survey tells."""

    session: Session
    scope: Scope
    asked: Sequence[Asked]
    repeat_days: int
    with_repeats: bool
    now: datetime

    def count(self, wanted: Wanted, by: By | None = None, units: Collection[uuid.UUID] = ()) -> dict[Group, Tally]:
        """Return how many said yes and no, and of how many contacts there was no repeat."""
        yes = {one.series: counted_options(one.question) for one in self.asked}
        tallies: dict[Group, Tally] = {}
        counts = count_values(self.session, wanted, self.scope, self.asked, by=by, units=units)
        for group, histograms in counts.items():
            tally = tallies.setdefault(group, Counter())
            for series, histogram in histograms.items():
                for value, n in histogram.items():
                    tally[_YES if value in yes[series] else _NO] += n
        if self.with_repeats:
            found = count_repeats(
                self.session, wanted, self.scope, by=by, units=units, days=self.repeat_days, now=self.now
            )
            for group, repeats in found.items():
                tallies.setdefault(group, Counter()).update(settled=repeats.settled, judged=repeats.judged)
        return tallies

    def measure(self, tally: Tally) -> Measured:
        """Return the share by survey as the headline."""
        measured = measure(Metric.FCR, {_YES: tally[_YES], _NO: tally[_NO]}, question_type=QuestionType.YES_NO)
        if not self.with_repeats:
            return measured
        parts = {**measured.parts, "by_repeat": share(tally["settled"], tally["judged"])}
        return replace(measured, parts=MappingProxyType(parts))


@dataclass(frozen=True, slots=True)
class Invited:
    """The response rate of the people asked, and apart from it how many walk-ups finished what they began."""

    session: Session
    scope: Scope
    survey: str | None
    now: datetime

    def count(self, wanted: Wanted, by: By | None = None, units: Collection[uuid.UUID] = ()) -> dict[Group, Tally]:
        """Return what became of them."""
        tallies: dict[Group, Tally] = {}
        asked = count_dispositions(
            self.session, wanted, self.scope, survey=self.survey, by=by, units=units, now=self.now
        )
        for group, dispositions in asked.items():
            tallies.setdefault(group, Counter()).update(dispositions)
        came = count_walk_ups(self.session, wanted, self.scope, survey=self.survey, by=by, units=units)
        for group, walk_ups in came.items():
            tallies.setdefault(group, Counter()).update(rated=walk_ups.rated, finished=walk_ups.finished)
        return tallies

    def measure(self, tally: Tally) -> Measured:
        """Return RR1 as the headline."""
        return measure_response_rate(tally, WalkUps(tally["rated"], tally["finished"]))


@dataclass(frozen=True, slots=True)
class Contacts:
    """What became of the contacts themselves, as the contact centre told it: taken, settled, how long it took."""

    session: Session
    scope: Scope

    def count(self, wanted: Wanted, by: By | None = None, units: Collection[uuid.UUID] = ()) -> dict[Group, Tally]:
        """Return how many, and their seconds."""
        return count_contacts(ContactAsking(self.session, wanted, self.scope), by, units)

    def measure(self, tally: Tally) -> Measured:
        """Return the share that somebody took as the headline."""
        return measure_contacts(tally)


@dataclass(frozen=True, slots=True)
class Recovered:
    """Who was won back."""

    session: Session
    scope: Scope
    survey: str | None
    now: datetime

    def count(self, wanted: Wanted, by: By | None = None, units: Collection[uuid.UUID] = ()) -> dict[Group, Tally]:
        """Return the cases opened, those rated in the end, and those won back."""
        found = count_won(self.session, wanted, self.scope, survey=self.survey, by=by, units=units, now=self.now)
        return {
            group: Counter(opened=won.opened, rated=won.rated, recovered=won.recovered) for group, won in found.items()
        }

    def measure(self, tally: Tally) -> Measured:
        """Return the share of those rated as the headline, and the strict one of all that were opened."""
        parts = {
            "recovery": share(tally["recovered"], tally["rated"]),
            "recovery_strict": share(tally["recovered"], tally["opened"]),
        }
        return Measured("recovery", MappingProxyType(parts))
