"""What was done and refused, by whom and from where: for administrators of the whole company; a page or a CSV file."""

import csv
import io
import json
from collections.abc import Iterator

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts.audit import record
from app.accounts.audit_search import AuditFilter, AuditLine, check_reader, list_entries, walk_entries
from app.accounts.permissions import Actor
from app.analytics.csv_form import guard
from app.kit.db import Database
from app.web import access, edge
from app.web.manage import words
from app.web.manage.accounts import audit_words
from app.web.manage.accounts.audit_query import AuditQuery, read_audit_query

HOME = "/manage/audit"
_COLUMNS = ("at", "user", "email", "action", "object_type", "object_id", "object_name", "details", "address")
audit = Blueprint("audit", __name__, url_prefix=HOME)
access.gate(audit, access.Gate.ADMIN)


@audit.before_request
def require_reader() -> None:
    """Refuse whoever administers a part of the company alone: the audit is about all of it."""
    check_reader(access.staff().actor)


@audit.get("")
def show() -> tuple[str, int]:
    """The entries that fit; a filter that cannot be read is shown again with what is wrong, and 422."""
    return _show(read_audit_query(request.args, zone=edge.desk().zone))


@audit.post("/export")
def export() -> Response | tuple[str, int]:
    """Everything that fits as CSV, once more is shown who asks; that it was taken is an entry of its own."""
    access.prove_anew()
    query = read_audit_query(request.form, zone=edge.desk().zone)
    if query.problems:
        return _show(query)
    who, now = access.staff(), edge.now()
    record(
        edge.db(),
        "audit.exported",
        now=now,
        user_id=who.user.id,
        object_type="audit",
        # Which filters, not what was typed into them: somebody's name has no place here.
        details={"filters": sorted(query.typed)},
        address=request.remote_addr,
    )
    return Response(
        _write(edge.wiring().database, query.wanted, who.actor),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="audit-{now:%Y-%m-%d}.csv"'},
    )


def _show(query: AuditQuery) -> tuple[str, int]:
    page = None
    if not query.problems:
        cursor = request.args.get("before") or None
        page = list_entries(edge.db(), query.wanted, actor=access.staff().actor, cursor=cursor)
    shown = render_template(
        "manage/audit/list.html",
        query=query,
        page=page,
        words=audit_words,
        actions=sorted(((key, str(said)) for key, said in audit_words.ACTIONS.items()), key=lambda pair: pair[1]),
        objects=sorted(((key, str(said)) for key, said in audit_words.OBJECTS.items()), key=lambda pair: pair[1]),
        older=url_for(".show", **query.changed(before=page.older)) if page and page.older else None,  # type: ignore[arg-type]
        newest=url_for(".show", **query.typed) if request.args.get("before") else None,  # type: ignore[arg-type]
        show_time=words.show_time,
        zone=edge.desk().zone,
    )
    return shown, 422 if query.problems else 200


def _write(database: Database, wanted: AuditFilter, actor: Actor) -> Iterator[str]:
    """Yield the file some lines at a time, read on a connection of its own: the request's is over by then."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(_COLUMNS)
    with database.reading() as session:
        for number, line in enumerate(walk_entries(session, wanted, actor=actor)):
            writer.writerow(_cells(line))
            if number % 200 == 0:
                yield _take(table)
    yield _take(table)


def _cells(line: AuditLine) -> list[str]:
    return [
        line.at.isoformat(timespec="seconds"),
        guard(line.who or ""),
        guard(line.email or ""),
        line.action,
        line.object_type or "",
        guard(line.object_id or ""),
        guard(line.name or ""),
        guard(json.dumps(line.details, ensure_ascii=False, sort_keys=True)) if line.details else "",
        guard(line.address or ""),
    ]


def _take(table: io.StringIO) -> str:
    text = table.getvalue()
    table.seek(0)
    table.truncate()
    return text
