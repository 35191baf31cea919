"""What was said: the list with its filters, which stay in the address, and one response with everything about it."""

import uuid
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts.audit import record
from app.accounts.scope import Scope
from app.analytics.csv_form import csv_chunks
from app.analytics.export_rows import export_responses
from app.analytics.filters import ResponseFilter
from app.analytics.one_interaction import find_interaction
from app.analytics.one_response import Step, get_response
from app.analytics.reports import list_responses
from app.analytics.sheet_form import sheet_chunks
from app.kit.db import Database
from app.responses.reading.marks import find_reading
from app.surveys.definition import Audience
from app.web import access, edge
from app.web.manage import words
from app.web.manage.responses import reading_words, topic_words
from app.web.manage.responses.query import ResponseQuery, list_choices, read_query
from app.web.manage.responses.reading import may_mark

responses = Blueprint("responses", __name__, url_prefix="/manage/responses")
access.gate(responses, access.Gate.STAFF)
_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@responses.get("")
def show_list() -> tuple[str, int]:
    """The list; a filter that cannot be read is shown again with what is wrong, and 422."""
    zone, scope = edge.desk().zone, access.scope()
    query = read_query(edge.db(), request.args, scope=scope, zone=zone)
    page = None
    if not query.problems:
        page = list_responses(
            edge.db(), query.wanted, scope=scope, zone=zone, cursor=request.args.get("before") or None
        )
    shown = render_template(
        "manage/responses/list.html",
        query=query,
        page=page,
        units=list_choices(edge.db(), scope),
        surveys=list(edge.wiring().surveys),
        topics=topic_words.list_topics(),
        may_import=access.scope(access.Gate.ADMIN).everything,
        older=_address(query, before=page.older) if page and page.older else None,
        newest=_address(query) if request.args.get("before") else None,
    )
    return shown, 422 if query.problems else 200


@responses.post("/export")
def export() -> Response:
    """Everything that fits the filter as a file, written while it is read; that it was taken is in the audit."""
    form = "xlsx" if request.form.get("format") == "xlsx" else "csv"
    who, database, scope, now = access.staff(), edge.wiring().database, access.scope(), edge.now()
    with database.reading() as session:
        query = read_query(session, request.form, scope=scope, zone=edge.desk().zone)
    if query.problems:
        return redirect(_address(query), 303)  # where the list says what is wrong
    record(
        edge.db(),
        "responses.exported",
        now=now,
        user_id=who.user.id,
        object_type="response",
        # Which filters, not what was typed into them.
        details={"format": form, "filters": sorted(query.typed)},
        address=request.remote_addr,
    )
    return Response(
        _write(database, query.wanted, scope, form),
        mimetype=_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="responses-{now:%Y-%m-%d}.{form}"'},
    )


@responses.get("/<uuid:response_id>")
def show_one(response_id: uuid.UUID) -> str:
    """One response: 404 also where it lies outside the user's units."""
    report = get_response(edge.db(), response_id, scope=access.scope(), zone=edge.desk().zone)
    return render_template(
        "manage/responses/one.html",
        report=report,
        about=find_interaction(edge.db(), report.response.interaction_id, scope=access.scope(), now=edge.now()),
        offered=[edge.desk().catalogue.name(site) for site in report.offered],
        suspect_words=words.SUSPECT,
        reading=find_reading(edge.db(), response_id),
        may_mark=report.definition.audience is Audience.CUSTOMERS and may_mark(report.unit.id),
        mark_words=reading_words.MARKS,
        Step=Step,
    )


@responses.context_processor
def _words() -> dict[str, object]:
    return {
        "bands": words.BANDS,
        "channels": words.CHANNELS,
        "vias": words.VIAS,
        "scales": words.SCALES,
        "show_time": words.show_time,
        "say_hour": words.say_hour,
        "site_name": edge.desk().catalogue.name,
    }


def _write(database: Database, wanted: ResponseFilter, scope: Scope, form: str) -> Iterator[bytes]:
    """Yield the file, read on a connection of its own: the request's is over by then."""
    with database.reading() as session:
        rows = export_responses(session, wanted, scope=scope)
        yield from sheet_chunks(rows) if form == "xlsx" else csv_chunks(rows, bom=True)


def _address(query: ResponseQuery, **more: str) -> str:
    values: dict[str, Any] = {**query.typed, **more}
    return url_for(".show_list", **values)
