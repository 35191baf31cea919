"""Employees: what they say of their work beside what their customers say, and how customers rate each of them."""

from dataclasses import replace

from flask import Blueprint, render_template

from app.analytics.differences import Verdict
from app.analytics.metrics import Figure
from app.analytics.staff_and_customers import compare_staff_and_customers, read_rated
from app.surveys.definition import Metric
from app.web import access, edge
from app.web.manage import words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.query import figure_context, read_figure_query

figure_people = Blueprint("figure_people", __name__, url_prefix="/manage/figures/employees")
access.gate(figure_people, access.Gate.STAFF)

OF_EMPLOYEES = (Metric.ESAT, Metric.ENPS)


@figure_people.get("")
def show() -> str:
    """Both of one unit and those below it; `metric` is `esat` or `enps`."""
    scope, session = access.scope(), edge.db()
    query = read_figure_query(scope)
    metric = query.metric if query.metric in OF_EMPLOYEES else Metric.ESAT
    query.metric = Metric.CSAT
    wanted, granted = query.wanted, sorted(scope.unit_ids)
    if wanted.unit_id is None and not scope.everything and len(granted) == 1:
        wanted = replace(wanted, unit_id=granted[0])
    both = compare_staff_and_customers(
        session, wanted, scope, metric, minimum=edge.wiring().employee_minimum, now=edge.now()
    )
    people, left_out = read_rated(session, query.wanted, scope)
    return render_template(
        "manage/figures/people.html",
        **figure_context(query, scope),
        both=both,
        metric=metric,
        metrics=OF_EMPLOYEES,
        people=people,
        people_left_out=left_out,
        # Granted several units, somebody has no whole of which employees could be told.
        must_choose=wanted.unit_id is None and not scope.everything,
        minimum=edge.wiring().employee_minimum,
        axis=_axis([row.measured.figure for row in people]),
        staff_axis=(-100.0, 100.0) if metric is Metric.ENPS else (0.0, 1.0),
        figure_words=figure_words,
        words=words,
        Verdict=Verdict,
    )


def _axis(figures: list[Figure]) -> tuple[float, float]:
    ends = [end for each in figures for end in (each.ci_low, each.ci_high, each.value) if end is not None]
    return (min(ends), max(ends)) if ends else (0.0, 1.0)
