"""The filter of interactions as it stands in the address: read, shown again, and linked to from figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.accounts.scope import Scope
from app.analytics.funnel import AskedBy, Step, is_no_history, reached_conditions
from app.analytics.periods import start_of
from app.analytics.response_rate import Disposition, outcome_condition
from app.invitations.listing import InteractionFilter, Told
from app.invitations.models import Decision, Reason
from app.messaging.models import MessagingChannel
from app.organisation.places import Place
from app.touchpoints.models import Channel
from app.web.manage.filter_fields import read_day, read_known, read_seconds
from app.web.manage.unit_choice import seek_unit

_YES_NO = {"yes": True, "no": False}
_TOLD: Mapping[str, bool | Told] = {**_YES_NO, "told": Told.ANYTHING}
_MOST_OUTCOMES = len(Disposition)
FIELDS = (
    "decision",
    "reason",
    "channel",
    "unit",
    "employee",
    "from",
    "to",
    "about",
    "taken",
    "resolved",
    "waited",
    "handled",
    "step",
    "by",
    "outcome",
    "past",
)


@dataclass(slots=True)
class InteractionQuery:
    """What was asked for. `problems` are by field, in the reader's words; with any of them nothing is listed.

    `further` are the conditions of what became of the asking, which the filter of contacts does not know.
    """

    wanted: InteractionFilter
    typed: Mapping[str, str]
    further: Sequence[ColumnElement[bool]] = ()
    problems: dict[str, str] = field(default_factory=dict)
    suggestions: Sequence[Place] = ()

    def value(self, name: str) -> str:
        """Return what was typed into a field, or an empty text."""
        return self.typed.get(name, "")

    def changed(self, **values: str) -> dict[str, str]:
        """Return the address's values with changes."""
        return {**self.typed, **values}


def read_interaction_query(
    session: Session, args: MultiDict[str, str], *, scope: Scope, zone: ZoneInfo, now: datetime
) -> InteractionQuery:
    """Return the filter of the address; days are whole ones in `zone`, `to` included."""
    typed = {name: value for name in FIELDS if (value := args.get(name, "").strip())}
    # PostgreSQL refuses NUL even in a comparison, and nothing that we store under a key holds control characters.
    strange = [name for name, value in typed.items() if not value.isprintable()]
    query = InteractionQuery(
        InteractionFilter(),
        {name: value for name, value in typed.items() if name not in strange},
        problems={name: gettext("There is no such choice.") for name in strange},
    )
    unit = seek_unit(session, query.value("unit"), scope) if query.value("unit") else None
    if unit is not None and unit.unit is None:
        query.problems["unit"] = unit.problem or ""
        query.suggestions = unit.suggestions
    first, last = read_day(query, "from"), read_day(query, "to")
    if first and last and first > last:
        query.problems["to"] = gettext("The last day comes before the first.")
    query.wanted = InteractionFilter(
        decision=read_known(query, "decision", Decision),
        reason=read_known(query, "reason", Reason),
        channel=read_known(query, "channel", Channel),
        unit_id=unit.unit.id if unit is not None and unit.unit is not None else None,
        employee=query.value("employee") or None,
        topic=query.value("about") or None,
        answered=_read_told(query, "taken"),
        resolved=_read_told(query, "resolved"),
        waited=read_seconds(query, "waited"),
        handled=read_seconds(query, "handled"),
        since=start_of(first, zone) if first else None,
        until=start_of(last + timedelta(days=1), zone) if last else None,
    )
    query.further = _read_further(session, query, now)
    return query


def _read_further(session: Session, query: InteractionQuery, now: datetime) -> list[ColumnElement[bool]]:
    """Return what narrows by how far somebody came, how they were asked, and what became of it."""
    conditions: list[ColumnElement[bool]] = []
    typed = query.value("by")
    by = next((one for one in (*AskedBy, *MessagingChannel) if one.value == typed), None)
    if typed and by is None:
        query.problems["by"] = gettext("There is no such choice.")
    step = read_known(query, "step", Step)
    if step is not None or by is not None:
        conditions += reached_conditions(session, step or Step.INVITED, by)
    outcomes = _read_outcomes(query)
    if outcomes:
        conditions.append(outcome_condition(session, outcomes, now=now))
    past = _read_flag(query, "past")
    if past is not None:
        conditions.append(~is_no_history() if past else is_no_history())
    return conditions


def _read_outcomes(query: InteractionQuery) -> tuple[Disposition, ...]:
    """Return the outcomes of `interview` or `interview,partial`: a rate of AAPOR's is of several."""
    typed = query.value("outcome").split(",") if query.value("outcome") else []
    known = {one.value: one for one in Disposition}
    if len(typed) > _MOST_OUTCOMES or not known.keys() >= set(typed):
        query.problems["outcome"] = gettext("There is no such choice.")
        return ()
    return tuple(known[one] for one in typed)


def _read_told(query: InteractionQuery, name: str) -> bool | Told | None:
    typed = query.value(name)
    if typed and typed not in _TOLD:
        query.problems[name] = gettext("There is no such choice.")
    return _TOLD.get(typed)


def _read_flag(query: InteractionQuery, name: str) -> bool | None:
    typed = query.value(name)
    if typed and typed not in _YES_NO:
        query.problems[name] = gettext("There is no such choice.")
    return _YES_NO.get(typed)
