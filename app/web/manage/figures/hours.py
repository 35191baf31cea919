"""By the hour: how satisfied people are at each hour of each weekday, as a map with its numbers in it."""

from flask import Blueprint, render_template

from app.accounts.scope import Scope
from app.analytics.figure_lines import PageLines
from app.analytics.hours import MOST_DAYS, Cell, HourMap, read_hours
from app.analytics.page_lines import list_hours
from app.web import access, edge
from app.web.manage import words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.last_days import keep_last_days
from app.web.manage.figures.query import FigureQuery, figure_context, read_figure_query

figure_times = Blueprint("figure_times", __name__, url_prefix="/manage/figures/hours")
access.gate(figure_times, access.Gate.STAFF)

_SHADES = 5


@figure_times.get("")
def show() -> str:
    """The hours of one unit, or of all that the user may see; at most the last 90 days that have answers."""
    scope = access.scope()
    query = read_figure_query(scope)
    days = keep_last_days(query, scope)
    hours = read_hours(edge.db(), query.wanted, scope)
    return render_template(
        "manage/figures/hours.html",
        **figure_context(query, scope),
        hours=hours,
        days=days,
        most_days=MOST_DAYS,
        zone=edge.desk().zone,
        shade=lambda cell: _shade(cell, hours),
        name_weekday=words.name_weekday,
        figure_words=figure_words,
        words=words,
    )


def list_table(query: FigureQuery, scope: Scope) -> PageLines:
    """Return the page's table."""
    keep_last_days(query, scope)
    return list_hours(read_hours(edge.db(), query.wanted, scope))


def _shade(cell: Cell, hours: HourMap) -> str:
    """Return the class of the ground of a cell: the fuller, the more satisfied, from the least hour to the most."""
    value = cell.measured.figure.value
    if value is None:
        return ""
    shown = [each.measured.figure.value for each in hours.cells.values() if each.measured.figure.value is not None]
    low, high = min(shown), max(shown)
    step = 0 if high == low else min(_SHADES - 1, int((value - low) / (high - low) * _SHADES))
    return f"heat-{step}"
