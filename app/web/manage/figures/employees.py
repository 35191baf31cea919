"""Employees: what they say of their work beside what their customers say, and how customers rate each of them."""

from dataclasses import dataclass, replace

from flask import Blueprint, render_template

from app.accounts.scope import Scope
from app.analytics.figure_lines import PageLines
from app.analytics.metrics import Figure
from app.analytics.page_lines import list_people
from app.analytics.staff_and_customers import Rated, StaffAndCustomers, compare_staff_and_customers, read_rated
from app.surveys.definition import Metric
from app.web import access, edge
from app.web.manage import words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.query import FigureQuery, figure_context, read_figure_query
from app.web.manage.figures.staff_view import draw_staff

figure_people = Blueprint("figure_people", __name__, url_prefix="/manage/figures/employees")
access.gate(figure_people, access.Gate.STAFF)

OF_EMPLOYEES = (Metric.ESAT, Metric.ENPS)


@dataclass(frozen=True, slots=True)
class _People:
    """What the page tells; `must_choose` where somebody granted several units has no whole to tell employees of."""

    metric: Metric
    both: StaffAndCustomers
    must_choose: bool
    people: tuple[Rated, ...]
    left_out: int


@figure_people.get("")
def show() -> str:
    """Both of one unit and those below it; `metric` is `esat` or `enps`."""
    scope = access.scope()
    query = read_figure_query(scope)
    found = _read(query, scope)
    return render_template(
        "manage/figures/people.html",
        **figure_context(query, scope),
        both=found.both,
        drawing=None if found.must_choose else draw_staff(found.both),
        metric=found.metric,
        metrics=OF_EMPLOYEES,
        people=found.people,
        people_left_out=found.left_out,
        must_choose=found.must_choose,
        minimum=edge.wiring().employee_minimum,
        axis=_axis([row.measured.figure for row in found.people]),
        staff_axis=(-100.0, 100.0) if found.metric is Metric.ENPS else (0.0, 1.0),
        figure_words=figure_words,
        words=words,
    )


def list_table(query: FigureQuery, scope: Scope) -> PageLines:
    """Return the page's tables."""
    found = _read(query, scope)
    return list_people(None if found.must_choose else found.both, found.metric, found.people)


def _read(query: FigureQuery, scope: Scope) -> _People:
    metric = query.metric if query.metric in OF_EMPLOYEES else Metric.ESAT
    query.metric = Metric.CSAT
    wanted, granted, session = query.wanted, sorted(scope.unit_ids), edge.db()
    if wanted.unit_id is None and not scope.everything and len(granted) == 1:
        wanted = replace(wanted, unit_id=granted[0])
    both = compare_staff_and_customers(
        session, wanted, scope, metric, minimum=edge.wiring().employee_minimum, now=edge.now()
    )
    people, left_out = read_rated(session, query.wanted, scope)
    return _People(metric, both, wanted.unit_id is None and not scope.everything, people, left_out)


def _axis(figures: list[Figure]) -> tuple[float, float]:
    ends = [end for each in figures for end in (each.ci_low, each.ci_high, each.value) if end is not None]
    return (min(ends), max(ends)) if ends else (0.0, 1.0)
