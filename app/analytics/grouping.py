"""How rows that are no answers (contacts, people asked, cases) are told apart, as the counts of answers are."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.counts.question import Group, below
from app.analytics.counts.raw import slot_number
from app.analytics.periods import DAY, start_of
from app.analytics.wanted import By, Wanted
from app.organisation.models import UnitAncestor


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that rows are narrowed and told apart by: when, where, who served, how, what about."""

    at: Any
    unit_id: Any
    employee_id: Any
    channel: Any
    topic: Any


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups of rows: None alone without `by`; the first day of each slot by time; of `by` unit those in `units`."""

    columns: Columns
    wanted: Wanted
    by: By | None = None
    units: Collection[uuid.UUID] = ()

    def count(self, session: Session, query: Select[*tuple[Any, ...]], scope: Scope) -> dict[Group, Any]:
        """Return each group with its row, of a query of aggregates over the rows that the wanted ones are among."""
        starts = self._starts()
        place = self._place(starts)
        rows = query.add_columns(place.label("place")).where(*self._conditions(scope, place))
        if self.by is not None:
            rows = rows.group_by("place")
        if self.by is By.UNIT:
            rows = rows.join(UnitAncestor, UnitAncestor.unit_id == self.columns.unit_id)
        found = {}
        for row in session.execute(rows):
            *counts, group = row
            found[starts[group] if starts else group] = counts
        return found

    def _conditions(self, scope: Scope, place: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        wanted, columns = self.wanted, self.columns
        conditions = [
            columns.at >= wanted.period.since,
            columns.at < wanted.period.until,
            scope.where(columns.unit_id),
            *narrowed(wanted, columns),
        ]
        if self.by is By.UNIT:
            conditions.append(UnitAncestor.ancestor_id.in_(sorted(self.units)))
        elif self.by in (By.CHANNEL, By.CALL_TOPIC, By.EMPLOYEE):
            conditions.append(place.is_not(None))
        return conditions

    def _place(self, starts: list[date]) -> ColumnElement[Any]:
        columns, zone = self.columns, self.wanted.period.zone
        if starts:
            return slot_number(columns.at, [start_of(day, zone) for day in starts])
        groups = {
            By.CHANNEL: columns.channel,
            By.CALL_TOPIC: columns.topic,
            By.EMPLOYEE: columns.employee_id,
            By.UNIT: UnitAncestor.ancestor_id,
        }
        found: ColumnElement[Any] = literal_column("NULL") if self.by is None else groups[self.by]
        return found

    def _starts(self) -> list[date]:
        if self.by not in (By.DAY, By.MONTH):
            return []
        days = [self.wanted.period.first + number * DAY for number in range(self.wanted.period.days)]
        return sorted({day if self.by is By.DAY else day.replace(day=1) for day in days})


def narrowed(wanted: Wanted, columns: Columns) -> list[ColumnElement[bool]]:
    """Return the conditions of what is wanted, all but its days."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.unit_id is not None:
        conditions.append(columns.unit_id.in_(below([wanted.unit_id])))
    if wanted.employee_id is not None:
        conditions.append(columns.employee_id == wanted.employee_id)
    if wanted.channel is not None:
        conditions.append(columns.channel == wanted.channel)
    if wanted.call_topic is not None:
        conditions.append(columns.topic == wanted.call_topic)
    return conditions
