"""Write down what happened when, change it, take it away."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.accounts.scope import Scope
from app.analytics.events.keeping import EventDraft, add_event, change_event, get_event, remove_event
from app.analytics.events.models import MAX_NOTE, MAX_TITLE, EventKind
from app.analytics.events.windows import USUAL_WINDOW
from app.kit.errors import InvalidInputError
from app.organisation.service import get_unit
from app.web import access, edge
from app.web.manage.figures import event_words
from app.web.manage.unit_choice import UnitChoice, choose_unit, usual_unit

event_editing = Blueprint("event_editing", __name__, url_prefix="/manage/figures/events")
access.gate(event_editing, access.Gate.MANAGER)
_FIELDS = ("day", "kind", "title", "note")


@event_editing.get("/new")
def show_new() -> str:
    """The form, with today and the unit that was looked at."""
    asked = request.args.get("unit", "")
    choice = choose_unit(edge.db(), {"unit": asked}, "unit", _scope()) if asked else UnitChoice("")
    unit = choice.unit.code if choice.unit is not None else usual_unit(edge.db(), _scope())
    today = edge.now().astimezone(edge.desk().zone).date()
    return _show(None, {"day": today.isoformat(), "kind": EventKind.OTHER.value}, {}, UnitChoice(unit))


@event_editing.post("/new")
def add() -> Response | tuple[str, int]:
    """Write it down: `unit`, `day`, `kind`, `title`, `note`."""
    return _save(None)


@event_editing.get("/<uuid:event_id>")
def show_one(event_id: uuid.UUID) -> str:
    """The form of one of the own units' events: 404 for any other."""
    event = get_event(edge.db(), event_id, _scope())
    unit = get_unit(edge.db(), event.unit_id)
    typed = {"day": event.day.isoformat(), "kind": event.kind, "title": event.title, "note": event.note or ""}
    return _show(event_id, typed, {}, UnitChoice(unit.code))


@event_editing.post("/<uuid:event_id>")
def change(event_id: uuid.UUID) -> Response | tuple[str, int]:
    """Change it, or take it away with `do=remove`."""
    if request.form.get("do") == "remove":
        remove_event(edge.db(), event_id, actor=access.staff().actor, now=edge.now())
        flash(gettext("The event is taken away."), "good")
        return redirect(url_for("figure_events.show"), 303)
    return _save(event_id)


def _save(event_id: uuid.UUID | None) -> Response | tuple[str, int]:
    form, session, now, actor = request.form, edge.db(), edge.now(), access.staff().actor
    if event_id is not None:
        get_event(session, event_id, _scope())
    typed = {name: form.get(name, "") for name in _FIELDS}
    choice, day = choose_unit(session, form, "unit", _scope()), _read_day(typed["day"])
    kind = next((each for each in EventKind if each.value == typed["kind"]), None)
    errors = {}
    if day is None:
        errors["day"] = gettext("This is not a day.")
    if kind is None:
        errors["kind"] = gettext("There is no such choice.")
    if choice.unit is None or day is None or kind is None:
        return _show(event_id, typed, errors, choice), 422
    draft = EventDraft(choice.unit.id, day, kind, typed["title"], typed["note"])
    unit_code = choice.unit.code if choice.unit.parent_id is not None else None
    try:
        if event_id is None:
            add_event(session, draft, actor=actor, now=now)
        else:
            change_event(session, event_id, draft, actor=actor, now=now)
    except InvalidInputError as error:
        edge.roll_back()
        return _show(event_id, typed, {error.field or "title": event_words.say_refusal(error)}, choice), 422
    flash(gettext("The event is saved."), "good")
    # Where it is seen: a month around its day.
    first, last = _around(day)
    where: dict[str, Any] = {"unit": unit_code, "from": first, "to": last}
    return redirect(url_for("figure_events.show", **where), 303)


def _around(day: date) -> tuple[str, str]:
    today = edge.now().astimezone(edge.desk().zone).date()
    first = date.fromordinal(day.toordinal() - USUAL_WINDOW)
    last = date.fromordinal(day.toordinal() + USUAL_WINDOW)
    return first.isoformat(), max(day, min(last, today)).isoformat()


def _show(
    event_id: uuid.UUID | None,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    choice: UnitChoice,
) -> str:
    return render_template(
        "manage/figures/event_form.html",
        event_id=event_id,
        typed=typed,
        errors=errors,
        choice=choice,
        kinds=list(event_words.KINDS.items()),
        most_title=MAX_TITLE,
        most_note=MAX_NOTE,
    )


def _read_day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _scope() -> Scope:
    return access.staff().actor.scope(Permission.KEEP_EVENTS)
