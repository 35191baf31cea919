"""Contacts counted: how many, how many of them somebody answered and settled, how long people waited. Read-only."""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.grouping import Columns, Grouping, narrowed
from app.analytics.measured import Measured, protect_groups
from app.analytics.metrics import Figure, Sums, mean_of, share
from app.analytics.wanted import By, Wanted
from app.invitations.models import Interaction

# No contact takes longer; an interval of seconds is cut there.
_LONGEST = 7 * 24 * 3600
NOT_MISSED = Interaction.answered.is_(None) | Interaction.answered.is_(True)
_COLUMNS = Columns(
    at=Interaction.ended_at,
    unit_id=Interaction.unit_id,
    employee_id=Interaction.employee_id,
    channel=Interaction.channel,
    topic=Interaction.topic,
)
_COUNTED: Mapping[str, ColumnElement[Any]] = {
    "contacts": func.count(),
    "answered": func.count().filter(Interaction.answered.is_(True)),
    "told": func.count().filter(Interaction.answered.is_not(None)),
    "resolved": func.count().filter(and_(Interaction.resolved.is_(True), NOT_MISSED)),
    "resolved_told": func.count().filter(and_(Interaction.resolved.is_not(None), NOT_MISSED)),
    # As the whole page tells it: until somebody took it.
    "waits": func.count(Interaction.wait_seconds).filter(NOT_MISSED),
    "waited": func.coalesce(func.sum(Interaction.wait_seconds).filter(NOT_MISSED), 0),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose contacts and answers, as the user may see them."""

    session: Session
    wanted: Wanted
    scope: Scope

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the WHERE over `interaction`."""
        return [
            Interaction.ended_at >= self.wanted.period.since,
            Interaction.ended_at < self.wanted.period.until,
            self.scope.where(Interaction.unit_id),
            *narrowed(self.wanted, _COLUMNS),
        ]


@dataclass(frozen=True, slots=True)
class Handled:
    """Contacts: how many, the share that somebody answered, the share of these that was settled there and then.

    `wait` is their mean waiting time in seconds, None below ten.
    """

    contacts: int
    answered: Figure
    resolved: Figure
    wait: float | None


def count_handled(asking: Asking, by: By | None) -> dict[Any, Counter[str]]:
    """Return the counts that `tell` reads, by group; without `by` the only group is None."""
    counted = Grouping(_COLUMNS, asking.wanted, by).count(
        asking.session, select(*list(_COUNTED.values())), asking.scope
    )
    return {group: Counter(dict(zip(_COUNTED, map(int, row), strict=True))) for group, row in counted.items()}


def count_contacts(asking: Asking, by: By | None = None, units: Collection[uuid.UUID] = ()) -> dict[Any, Counter[str]]:
    """Return the counts that `measure_contacts` reads, by group: those of `tell`, with sums and squares of seconds."""
    squares = {
        f"{name}_{what}": aggregate
        for name, column in (("wait", Interaction.wait_seconds), ("handle", Interaction.handle_seconds))
        for what, aggregate in (
            ("n", func.count().filter(and_(column.is_not(None), NOT_MISSED))),
            ("sum", func.coalesce(func.sum(column).filter(NOT_MISSED), 0)),
            # A day squared is more than the integers of PostgreSQL hold.
            ("squares", func.coalesce(func.sum(cast(column, BigInteger) * column).filter(NOT_MISSED), 0)),
        )
    }
    asked = {**{name: _COUNTED[name] for name in ("answered", "told", "resolved", "resolved_told")}, **squares}
    query = select(*list(asked.values()))
    counted = Grouping(_COLUMNS, asking.wanted, by, units).count(asking.session, query, asking.scope)
    return {group: Counter(dict(zip(asked, map(int, row), strict=True))) for group, row in counted.items()}


def measure_contacts(counts: Counter[str]) -> Measured:
    """Return the share that somebody took as the headline, the share settled by these, and the mean seconds of both."""
    return Measured(
        "answered",
        MappingProxyType(
            {
                "answered": share(counts["answered"], counts["told"]),
                "resolved": share(counts["resolved"], counts["resolved_told"]),
                **{
                    f"{name}_seconds": mean_of(
                        Sums(counts[f"{name}_n"], counts[f"{name}_sum"], counts[f"{name}_squares"]), scale=(0, _LONGEST)
                    )
                    for name in ("wait", "handle")
                },
            }
        ),
    )


def count_seconds(asking: Asking, column: Any) -> dict[int, int]:
    """Return `{seconds: contacts}` of those somebody answered, as far as it was told."""
    rows = asking.session.execute(
        select(column, func.count()).where(*asking.conditions(), NOT_MISSED, column.is_not(None)).group_by(column)
    )
    return {int(seconds): int(n) for seconds, n in rows}


def tell(counts: Counter[str]) -> Handled:
    """Return what the counts add up to."""
    return _handled(_measure(counts), counts)


def tell_groups(
    whole: Counter[str], csat: Figure, counts: Mapping[Any, Counter[str]], csats: Mapping[Any, Figure]
) -> dict[Any, tuple[Handled, Figure]]:
    """Return each group of contacts with its satisfaction, none of them small enough to be worked out from the whole.

    `csat` is the whole's; groups without an answer have an empty figure among `csats`.
    """
    groups = {group: _measure(counts.get(group, Counter()), figure) for group, figure in csats.items()}
    shown = protect_groups(_measure(whole, csat), groups)
    return {group: (_handled(each, counts.get(group, Counter())), each.parts["csat"]) for group, each in shown.items()}


def _measure(counts: Counter[str], csat: Figure | None = None) -> Measured:
    parts = {
        "answered": share(counts["answered"], counts["told"]),
        "resolved": share(counts["resolved"], counts["resolved_told"]),
        # Only its n counts here: a mean tells as much as a share.
        "wait": share(0, counts["waits"]),
    }
    return Measured("answered", MappingProxyType(parts if csat is None else {**parts, "csat": csat}))


def _handled(measured: Measured, counts: Counter[str]) -> Handled:
    wait = None if measured.parts["wait"].suppressed else counts["waited"] / counts["waits"]
    return Handled(counts["contacts"], measured.parts["answered"], measured.parts["resolved"], wait)
