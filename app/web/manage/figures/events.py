"""What happened when, and whether a figure changed then: the time line of what is looked at."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import ngettext

from app.accounts.permissions import Permission
from app.accounts.scope import Scope
from app.analytics.events.judging import Judged, judge_events
from app.analytics.events.lines import list_events
from app.analytics.events.listing import (
    MOST_EVENTS,
    EventLine,
    count_below,
    count_touching,
    find_within,
    list_below,
    list_touching,
)
from app.analytics.events.windows import USUAL_WINDOW, WINDOWS, Window, span_of
from app.analytics.figure_lines import PageLines
from app.surveys.definition import Metric, QuestionType
from app.web import access, edge
from app.web.manage import words
from app.web.manage.figures import event_words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.drawing import OF_CUSTOMERS
from app.web.manage.figures.query import FigureQuery, figure_context, read_figure_query

figure_events = Blueprint("figure_events", __name__, url_prefix="/manage/figures/events")
access.gate(figure_events, access.Gate.STAFF)


# A file has all that a time line of years may hold; events beside those shown are looked at as well.
_MOST_IN_FILE = 1000


@dataclass(frozen=True, slots=True)
class _TimeLine:
    """What the page tells; `days` is the window on either side, `touching` and `parts` how many events there are."""

    days: int
    judged: Sequence[Judged]
    below: Sequence[EventLine]
    touching: int
    parts: int
    page: int
    page_below: int

    @property
    def kind(self) -> QuestionType | None:
        """The type of question that all of them are judged by; None where none is yet."""
        return next((each.question_type for each in self.judged if each.question_type is not None), None)


@dataclass(frozen=True, slots=True)
class _Pages:
    """Which page of a list is shown, as `pager` asks for it; `name` is its field in the address, `here` the rest."""

    name: str
    page: int
    here: str
    per_page: int = MOST_EVENTS

    def address(self, page: int) -> str:
        """Return the address of another page."""
        return f"{self.here}{'&' if '?' in self.here else '?'}{self.name}={page}" if page > 1 else self.here


@figure_events.get("")
def show() -> str:
    """The events of the period with a verdict each, and those of units below; `days` is the window on either side."""
    scope = access.scope()
    query = read_figure_query(scope)
    found = _read(query, scope, limit=MOST_EVENTS)
    days = found.days
    here = _with_days(query.address(), days)
    return render_template(
        "manage/figures/events.html",
        **figure_context(query, scope),
        judged=found.judged,
        below=found.below,
        touching=found.touching,
        parts=found.parts,
        pages_touching=_Pages("page", found.page, here),
        pages_below=_Pages("below", found.page_below, here),
        metrics=OF_CUSTOMERS,
        days=days,
        windows=[(each, ngettext("%(num)s day", "%(num)s days", each)) for each in WINDOWS],
        with_days=lambda address, chosen=days: _with_days(address, chosen),
        changeable=_changeable([*(each.event for each in found.judged), *found.below]),
        behind=lambda stretch: _behind(query, found.kind, *stretch),
        event_words=event_words,
        figure_words=figure_words,
        words=words,
    )


def list_table(query: FigureQuery, scope: Scope) -> PageLines:
    """Return the page's tables."""
    found = _read(query, scope, limit=_MOST_IN_FILE)
    return list_events(found.judged, found.below)


def _read(query: FigureQuery, scope: Scope, *, limit: int) -> _TimeLine:
    if query.metric not in OF_CUSTOMERS:
        query.metric = Metric.CSAT
    days = next((each for each in WINDOWS if str(each) == request.args.get("days")), USUAL_WINDOW)
    period, session = query.period, edge.db()
    asked: dict[str, Any] = {"unit_id": query.unit_id, "first": period.first, "last": period.last}
    touching, parts = count_touching(session, scope, **asked), count_below(session, scope, **asked)
    page, page_below = _read_page("page", touching, limit), _read_page("below", parts, limit)
    shown = list_touching(session, scope, **asked, limit=limit, offset=(page - 1) * limit)
    first, last = span_of([Window(event.day, days) for event in shown]) if shown else (period.first, period.last)
    judged = judge_events(
        session,
        query.wanted,
        scope,
        query.metric,
        shown,
        among=list_touching(session, scope, unit_id=query.unit_id, first=first, last=last, limit=_MOST_IN_FILE),
        days=days,
        today=edge.now().astimezone(edge.desk().zone).date(),
    )
    below = list_below(session, scope, **asked, limit=limit, offset=(page_below - 1) * limit)
    return _TimeLine(days, judged, below, touching, parts, page, page_below)


def _read_page(name: str, total: int, limit: int) -> int:
    """Return the page that the address names, the last one where it names a later one."""
    typed = request.args.get(name, "")
    page = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
    return min(max(page, 1), max(1, -(-total // limit)))


def _behind(query: FigureQuery, kind: QuestionType | None, first: date, last: date) -> str:
    days: dict[str, Any] = {"from": first.isoformat(), "to": last.isoformat()}
    return query.counted(kind, **days)


def _with_days(address: str, days: int) -> str:
    """Return an address of this page with the window; the usual one is not named."""
    return address if days == USUAL_WINDOW else f"{address}{'&' if '?' in address else '?'}days={days}"


def _changeable(events: Sequence[EventLine]) -> frozenset[uuid.UUID]:
    actor = access.staff().actor
    if not actor.may(Permission.KEEP_EVENTS):
        return frozenset()
    return find_within(edge.db(), actor.scope(Permission.KEEP_EVENTS), events)
