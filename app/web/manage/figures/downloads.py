"""The pages of figures to take along: the tables of each as CSV, and a report of its unit and days as PDF."""

import threading
from collections.abc import Callable, Mapping

from flask import Blueprint, render_template
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response

from app.accounts.scope import Scope
from app.analytics.figure_lines import PageLines, write_lines
from app.analytics.paper.press import print_paper
from app.analytics.paper.sheet import Paper
from app.kit.errors import NotFoundError
from app.surveys.definition import Metric
from app.web import access, edge
from app.web.manage.figures import (
    contact_centre,
    drivers,
    employees,
    events,
    hours,
    metric,
    public_ratings,
    topics,
    who_answers,
)
from app.web.manage.figures.drawing import OF_CUSTOMERS
from app.web.manage.figures.query import TABLES, FigureQuery, read_figure_query
from app.web.manage.figures.report_paper import Letterhead, PaperAsked, compose_report
from app.web.manage.words import CHANNELS

figure_downloads = Blueprint("figure_downloads", __name__, url_prefix="/manage/figures")
access.gate(figure_downloads, access.Gate.STAFF)
# Each draws in a process of its own for a second or two: more of them at once would take what respondents are served
# with.
_PRESSES = threading.BoundedSemaphore(2)
_FIELDS: Mapping[str, LazyString] = {
    "unit": lazy_gettext("Unit"),
    "period": lazy_gettext("Period"),
    "from": lazy_gettext("From"),
    "to": lazy_gettext("To"),
    "channel": lazy_gettext("Channel"),
    "employee": lazy_gettext("Employee"),
    "about": lazy_gettext("Topic of the contact"),
    "metric": lazy_gettext("Which figure"),
}
_PAGES = {page: endpoint for endpoint, page in TABLES.items()}
_LISTED: Mapping[str, Callable[[FigureQuery, Scope], PageLines]] = {
    "figures": metric.list_table,
    "hours": hours.list_table,
    "who-answers": who_answers.list_table,
    "contact-centre": contact_centre.list_table,
    "drivers": drivers.list_table,
    "employees": employees.list_table,
    "topics": topics.list_table,
    "events": events.list_table,
    "public": public_ratings.list_table,
}


@figure_downloads.get("/<page>.csv")
def download_table(page: str) -> Response:
    """The tables of one page of figures, by its name; 404 for any other."""
    scope = access.scope()
    if page not in _LISTED:
        raise NotFoundError("no such page of figures")
    query = read_figure_query(scope)
    if query.problems:
        return show_problems(query, _PAGES[page])
    content = write_lines(_LISTED[page](query, scope))
    first, last = query.period.first.isoformat(), query.period.last.isoformat()
    name = f"{query.metric.value if page == 'figures' else page}-{first}-{last}.csv"
    return Response(
        content,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@figure_downloads.get("/report.pdf")
def download_report() -> Response:
    """A report of the unit and days of the address, to be printed or passed on."""
    scope = access.scope()
    query = read_customers_query(scope)
    if query.problems:
        return show_problems(query, "figures.show")
    paper = compose_report(edge.db(), read_paper_asked(query, scope), letterhead(), now=edge.now())
    return send_paper(paper, f"report-{query.period.first.isoformat()}-{query.period.last.isoformat()}.pdf")


def read_customers_query(scope: Scope) -> FigureQuery:
    """Return the filter of the address, with a metric that customers answer for."""
    query = read_figure_query(scope)
    if query.metric not in OF_CUSTOMERS:
        query.metric = Metric.CSAT
    return query


def show_problems(query: FigureQuery, endpoint: str) -> Response:
    """Return what is wrong, and the way to the page: a file of something else would be passed on unnoticed.

    With 422, so that a browser or a script that keeps what it gets does not keep this as the file.
    """
    shown = render_template(
        "manage/figures/refused.html",
        problems=[(_FIELDS.get(name), problem) for name, problem in query.problems.items()],
        page=query.address(endpoint),
    )
    return Response(shown, 422, mimetype="text/html")


def read_paper_asked(query: FigureQuery, scope: Scope) -> PaperAsked:
    """Return what a paper for this filter is about."""
    narrowed = (
        str(CHANNELS[query.channel]) if query.channel else "",
        query.employee.name if query.employee else "",
        query.call_topic or "",
    )
    return PaperAsked(
        wanted=query.wanted,
        scope=scope,
        language=edge.current_language(),
        unit=query.unit.name if query.unit else None,
        narrowed=tuple(filter(None, narrowed)),
        metric=query.metric,
    )


def letterhead() -> Letterhead:
    """Return the company's name and colour."""
    wiring = edge.wiring()
    look = wiring.workshop.look
    return Letterhead(look.company, look.colour, wiring.case_rules.figures.repeat_within_days)


def send_paper(paper: Paper, name: str) -> Response:
    """Return the paper as a PDF to be kept: opened as a page it would be a document of ours."""
    edge.roll_back()  # nothing is held while it is drawn
    if not _PRESSES.acquire(blocking=False):
        raise ServiceUnavailable
    try:
        content = print_paper(paper)
    finally:
        _PRESSES.release()
    return Response(
        content,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
