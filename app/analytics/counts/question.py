"""What is asked of the counts, ready to be put as SQL."""

import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from app.analytics.models import Kind
from app.analytics.series import Series
from app.analytics.wanted import By, Wanted
from app.organisation.models import UnitAncestor

# What answers are told apart by: when an hour began, a day (of a month: its first), a channel or a topic, an
# employee or a unit.
Group = datetime | date | str | uuid.UUID | None
Counts = dict[Group, dict[Series, Counter[int]]]


@dataclass(frozen=True, slots=True)
class CountQuestion:
    """Whose answers, told apart by what, of which units (with all below them) and questions."""

    wanted: Wanted
    by: By | None
    subjects: frozenset[uuid.UUID]
    series: frozenset[Series]

    @property
    def kind(self) -> Kind:
        """Which counts hold it, if any do."""
        if self.by is By.EMPLOYEE or self.wanted.employee_known:
            return Kind.EMPLOYEE
        if self.by is By.CALL_TOPIC or self.wanted.call_topic is not None:
            return Kind.TOPIC
        return Kind.UNIT

    def is_kept(self) -> bool:
        """Tell whether it is counted ahead: two things at once are not, nor is one employee, who has an index."""
        told_apart = {
            Kind.UNIT: True,
            Kind.TOPIC: self.wanted.channel is None and self.by is not By.CHANNEL,
            Kind.EMPLOYEE: self.wanted.channel is None
            and self.wanted.call_topic is None
            and self.by not in (By.CHANNEL, By.CALL_TOPIC),
        }
        return self.by is not By.HOUR and self.wanted.employee_id is None and told_apart[self.kind]


def below(ids: Collection[uuid.UUID]) -> Select[uuid.UUID]:
    """Return the units and all below them."""
    return select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id.in_(sorted(ids)))


def add(counts: Counts, group: Group, series: Series, value: int, n: int) -> None:
    """Count `n` more answers."""
    counts.setdefault(group, {}).setdefault(series, Counter())[value] += n
