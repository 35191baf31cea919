"""The evidence for ISO 10004 and ISO 18295 of a unit and a period: as a page that prints well, and as PDF."""

from dataclasses import replace

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from app.accounts.scope import Scope
from app.analytics.paper.sheet import Paper
from app.analytics.wanted import Wanted
from app.web import access, edge
from app.web.manage.figures.downloads import (
    letterhead,
    read_customers_query,
    read_paper_asked,
    send_paper,
    show_problems,
)
from app.web.manage.figures.evidence_paper import compose_evidence
from app.web.manage.figures.query import FigureQuery, figure_context

evidence = Blueprint("evidence", __name__, url_prefix="/manage/figures")
access.gate(evidence, access.Gate.STAFF)


@evidence.get("/evidence")
def show() -> str:
    """All of it, one below the other."""
    scope = access.scope()
    query = read_customers_query(scope)
    return render_template(
        "manage/figures/evidence.html",
        **figure_context(query, scope),
        paper=_compose(query, scope),
        is_narrowed=bool(query.channel or query.employee or query.call_topic),
    )


@evidence.get("/evidence.pdf")
def download() -> Response:
    """The same to be passed on."""
    scope = access.scope()
    query = read_customers_query(scope)
    if query.problems:
        return show_problems(query, "evidence.show")
    name = f"evidence-{query.period.first.isoformat()}-{query.period.last.isoformat()}.pdf"
    return send_paper(_compose(query, scope), name)


def _compose(query: FigureQuery, scope: Scope) -> Paper:
    """Return the evidence; it is about a unit and days, and nothing else narrows it."""
    asked = replace(read_paper_asked(query, scope), wanted=Wanted(query.period, query.unit_id), narrowed=())
    minimum = edge.wiring().employee_minimum
    return compose_evidence(edge.db(), asked, letterhead(), employee_minimum=minimum, now=edge.now())
