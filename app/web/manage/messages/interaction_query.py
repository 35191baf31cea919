"""The filter of interactions as it stands in the address: read, shown again, and linked to from figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.accounts.scope import Scope
from app.analytics.funnel import AskedBy, Step, is_no_history, reached_conditions
from app.analytics.response_rate import Disposition, outcome_condition
from app.invitations.listing import InteractionFilter, Told
from app.invitations.models import Decision, Reason
from app.messaging.models import MessagingChannel
from app.touchpoints.models import Channel
from app.web.manage.filter_fields import (
    TypedFilter,
    read_flag,
    read_known,
    read_seconds,
    read_span,
    read_typed,
    read_unit,
)

_TOLD: Mapping[str, bool | Told] = {"yes": True, "no": False, "told": Told.ANYTHING}
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
class InteractionQuery(TypedFilter):
    """What was asked for.

    `further` are the conditions of what became of the asking, which the filter of contacts does not know.
    """

    wanted: InteractionFilter = field(default_factory=InteractionFilter)
    further: Sequence[ColumnElement[bool]] = ()


def read_interaction_query(
    session: Session, args: MultiDict[str, str], *, scope: Scope, zone: ZoneInfo, now: datetime
) -> InteractionQuery:
    """Return the filter of the address; days are whole ones in `zone`, `to` included."""
    query = InteractionQuery(*read_typed(args, FIELDS))
    unit_id = read_unit(session, query, scope)
    since, until = read_span(query, zone)
    query.wanted = InteractionFilter(
        decision=read_known(query, "decision", Decision),
        reason=read_known(query, "reason", Reason),
        channel=read_known(query, "channel", Channel),
        unit_id=unit_id,
        employee=query.value("employee") or None,
        topic=query.value("about") or None,
        answered=_read_told(query, "taken"),
        resolved=_read_told(query, "resolved"),
        waited=read_seconds(query, "waited"),
        handled=read_seconds(query, "handled"),
        since=since,
        until=until,
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
    past = read_flag(query, "past")
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
