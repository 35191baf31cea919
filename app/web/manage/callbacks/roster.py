"""The duty roster: a unit's week with its gaps, owners of last resort, and how much everybody has before them.

Whoever sees cases sees it for their units; whoever administers a unit keeps it (`roster_editing`).
"""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.accounts.scope import NOTHING, Scope
from app.callbacks.escalation.roster import list_candidates, remove_owner, set_owner
from app.callbacks.escalation.rosters import (
    count_unowned,
    find_rostered,
    list_duties,
    list_owners,
    list_unowned,
    read_week,
)
from app.callbacks.load import forecast_load, list_loads
from app.kit.errors import InvalidInputError
from app.organisation.tree import working_time
from app.routing.thresholds import ratings_that_open
from app.web import access, edge
from app.web.manage.callbacks import roster_words as words
from app.web.manage.unit_choice import UnitChoice, choose_unit, seek_unit, usual_unit

HOME = "/manage/roster"
roster = Blueprint("roster", __name__, url_prefix=HOME)
access.gate(roster, access.Gate.STAFF, writing=access.Gate.ADMIN)
# A week of last year or of the next is nobody's plan.
_FARTHEST = timedelta(days=370)


@roster.get("")
def show_week() -> str | tuple[str, int]:
    """A unit's week: who is on duty when, and where nobody is; and the duties that make it."""
    session, scope = edge.db(), access.scope()
    asked = request.args.get("unit", "").strip()
    where = seek_unit(session, asked or find_rostered(session, scope=scope) or usual_unit(session, scope), scope)
    if where.unit is None:
        return render_template("manage/roster/week.html", where=where, plan=None, duties=[], words=words), 404
    time = working_time(session, where.unit.id)
    today = edge.now().astimezone(time.time_zone).date()
    first = _monday(request.args.get("week", ""), today)
    return render_template(
        "manage/roster/week.html",
        where=where,
        plan=read_week(session, where.unit.id, first),
        duties=list_duties(session, unit_id=where.unit.id, scope=scope, keep_scope=keep_scope(), today=today),
        first=first,
        today=today,
        week=timedelta(days=7),
        zone=time.time_zone,
        keeps=access.may(access.Gate.ADMIN),
        words=words,
    )


@roster.get("/owners")
def show_owners() -> str:
    """Who hears of a unit's cases where nobody else is left, and the units that have nobody."""
    session = edge.db()
    typed = request.args.get("unit", "").strip()
    where = seek_unit(session, typed, keep_scope()) if typed and keep_scope() else UnitChoice("")
    return _show_owners(where, {})


@roster.post("/owners")
def name_owner() -> Response | tuple[str, int]:
    """Name the owner of last resort of a unit, or leave it to the one above."""
    session, form = edge.db(), request.form
    where = choose_unit(session, form, "unit", keep_scope())
    if where.unit is None:
        edge.roll_back()
        return _show_owners(where, {}), 422
    actor, now = access.staff().actor, edge.now()
    if form.get("do") == "remove":
        remove_owner(session, where.unit.id, actor=actor, now=now)
        flash(gettext("%(unit)s has no owner of its own any more.", unit=where.unit.name), "good")
        return redirect(f"{HOME}/owners", 303)
    try:
        set_owner(session, where.unit.id, read_user(form) or uuid.UUID(int=0), actor=actor, now=now)
    except InvalidInputError as error:
        edge.roll_back()
        return _show_owners(where, {"user": words.say_refusal(error)}), 422
    flash(gettext("The owner of %(unit)s is named.", unit=where.unit.name), "good")
    return redirect(f"{HOME}/owners", 303)


@roster.get("/load")
def show_load() -> str:
    """How much each person has before them, and what the rules open for each team against what it can work."""
    session, scope, now = edge.db(), access.scope(), edge.now()
    rules, policy = edge.wiring().case_rules.load, edge.desk().policy
    asked = request.args.get("unhappy_at_most", "")
    other = int(asked) if asked in ("1", "2", "3", "4") else None
    opens = ratings_that_open(session, policy, unhappy_at_most=other)
    return render_template(
        "manage/roster/load.html",
        loads=list_loads(session, rules, scope=scope, now=now),
        teams=forecast_load(session, rules, scope=scope, opens_up_to=opens, now=now),
        other=other,
        rules=rules,
        words=words,
    )


def keep_scope() -> Scope:
    """Return where the reader keeps the roster; nowhere for most."""
    actor = access.staff().actor
    return actor.scope(Permission.KEEP_ROSTER) if actor.may(Permission.KEEP_ROSTER) else NOTHING


def read_user(form: Mapping[str, str]) -> uuid.UUID | None:
    """Return the user who was chosen, or None if none was."""
    try:
        return uuid.UUID(form.get("user", ""))
    except ValueError:
        return None


def _show_owners(where: UnitChoice, errors: Mapping[str, str]) -> str:
    session, scope = edge.db(), access.scope(access.Gate.STAFF)
    return render_template(
        "manage/roster/owners.html",
        where=where,
        candidates=list_candidates(session, where.unit.id, owners=True) if where.unit else [],
        owners=list_owners(session, scope=scope),
        unowned=list_unowned(session, scope=scope),
        count=count_unowned(session, scope=scope),
        keeps=access.may(access.Gate.ADMIN),
        errors=errors,
        typed=request.form,
    )


def _monday(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    if abs(day - today) > _FARTHEST:
        day = today
    return day - timedelta(days=day.weekday())
