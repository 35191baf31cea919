"""The callback desk: the lists, the page of one case, and what these pages ask for while they are open.

What is done about one case is in `callback_work`, about many in `callback_bulk`, and a complaint is written down in
`complaints`.
"""

import uuid
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.callbacks.choosing import claim_most_urgent
from app.callbacks.holding import get_case
from app.callbacks.sheet import list_events
from app.organisation.tree import working_time
from app.web import access, edge
from app.web.manage.callbacks import words
from app.web.manage.callbacks.case import HOME, acts_as, render_case
from app.web.manage.callbacks.listing import read_asked, render_list, render_rows, version_of
from app.web.manage.callbacks.story import tell_events

callbacks = Blueprint("callbacks", __name__, url_prefix=HOME)
access.gate(callbacks, access.Gate.STAFF, writing=access.Gate.MANAGER)


@callbacks.get("")
def show_list() -> str:
    """One of the lists, the most urgent first; `unit` narrows it to a unit with all below."""
    return render_list(read_asked(request.args))


@callbacks.get("/rows")
@access.unattended
def show_rows() -> str:
    """What of a list's page is shown anew while it is open."""
    return render_rows(read_asked(request.args))


@callbacks.get("/version")
@access.unattended
def show_version() -> Response:
    """A text that changes with the list, so that its page seldom has to ask for more."""
    return Response(version_of(read_asked(request.args)), mimetype="text/plain")


@callbacks.post("/most-urgent")
def take_most_urgent() -> Response:
    """Claim the case that is due first and that nobody works, and lead to it."""
    asked = read_asked(request.form)
    case = claim_most_urgent(edge.db(), **acts_as(), unit_id=asked.unit.id if asked.unit else None)
    if case is None:
        flash(gettext("No free case waits for a call now."), "good")
        return redirect(asked.address(), 303)
    return redirect(f"{HOME}/{case.id}", 303)


@callbacks.get("/<uuid:case_id>")
def show_case(case_id: uuid.UUID) -> str:
    """One case with everything that happened."""
    return render_case(case_id)


@callbacks.get("/<uuid:case_id>/changes")
@access.unattended
def show_changes(case_id: uuid.UUID) -> Response:
    """What happened to the case after the first `since` lines of its timeline; nothing is 204."""
    case = get_case(edge.db(), case_id, access.scope())
    typed = request.args.get("since", "")
    since = int(typed) if typed.isdecimal() and len(typed) < 7 else 0
    events = list_events(edge.db(), case.id)
    if len(events) <= since:
        return Response(status=HTTPStatus.NO_CONTENT)
    zone = working_time(edge.db(), case.unit_id).time_zone
    lines = tell_events(events[since:], zone)
    page = render_template("manage/callbacks/changes.html", case=case, lines=lines, zone=zone, words=words)
    return Response(page)
