"""One metric at a time: what it is, how it went, which units stand out; every number leads to the answers behind it."""

from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.scope import Scope
from app.analytics.centre.view import read_settled
from app.analytics.cut_points import PMF_LEAST
from app.analytics.events.listing import list_touching
from app.analytics.figure_lines import PageLines
from app.analytics.metric_view import MetricView, read_metric
from app.analytics.metrics import Figure
from app.analytics.page_lines import list_metric
from app.analytics.suppression import MINIMUM
from app.surveys.definition import Metric
from app.web import access, edge
from app.web.manage import words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.drawing import OF_CUSTOMERS, axis_of, draw_trend, list_bars
from app.web.manage.figures.event_marks import mark_events
from app.web.manage.figures.query import FigureQuery, figure_context, read_figure_query

figures = Blueprint("figures", __name__, url_prefix="/manage/figures")
access.gate(figures, access.Gate.STAFF)


@figures.get("")
def show() -> str:
    """The metric of one unit, or of all that the user may see."""
    scope = access.scope()
    query = read_figure_query(scope)
    view, period = _read(query, scope), query.period
    events = list_touching(edge.db(), scope, unit_id=query.unit_id, first=period.first, last=period.last)
    return render_template(
        "manage/figures/metric.html",
        **figure_context(query, scope),
        view=view,
        settled=_read_settled(query, scope) if view is None or not view.measured.n else None,
        metrics=OF_CUSTOMERS,
        trend=draw_trend(view) if view else None,
        marks=mark_events(events, view.trend) if view else (),
        bars=list_bars(view, edge.current_language()) if view else (),
        axis=axis_of(view) if view else (0.0, 1.0),
        least=PMF_LEAST if query.metric is Metric.PMF else MINIMUM,
        behind=partial(query.counted, view.question.type if view else None),
        mood=lambda verdict: figure_words.mood(verdict, view.question.type, query.metric) if view else "",
        figure_words=figure_words,
        words=words,
    )


@figures.get("/")
def go_to_first() -> AnyResponse:
    """Lead on to the first of the pages, with whatever filter stands in the address."""
    asked = request.query_string.decode("ascii", "ignore")
    return redirect(url_for(".show") + (f"?{asked}" if asked else ""), 303)


def list_table(query: FigureQuery, scope: Scope) -> PageLines:
    """Return the page's tables: the whole, the time before, what was chosen, the trend, the units below."""
    return list_metric(_read(query, scope), query.period)


def _read(query: FigureQuery, scope: Scope) -> MetricView | None:
    if query.metric not in OF_CUSTOMERS:
        query.metric = Metric.CSAT
    return read_metric(edge.db(), query.wanted, scope, query.metric)


def _read_settled(query: FigureQuery, scope: Scope) -> Figure | None:
    """Return what the contact centre itself tells of first-time resolution, where nobody was asked about it."""
    if query.metric is not Metric.FCR:
        return None
    told = read_settled(edge.db(), query.wanted, scope)
    return told if told.n else None
