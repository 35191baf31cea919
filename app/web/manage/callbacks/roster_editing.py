"""Put somebody on duty, change it, take them off: for whoever administers the unit."""

import uuid
from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.callbacks.escalation.models import Duty
from app.callbacks.escalation.roster import (
    DutyDraft,
    change_duty,
    get_duty,
    list_candidates,
    put_on_duty,
    take_off_duty,
)
from app.kit.errors import InvalidInputError
from app.organisation.models import Unit
from app.web import access, edge
from app.web.manage.callbacks import roster_words as words
from app.web.manage.callbacks.roster import HOME, read_user
from app.web.manage.unit_choice import UnitChoice, choose_unit, offer_units, seek_unit

roster_editing = Blueprint("roster_editing", __name__, url_prefix=f"{HOME}/duties")
access.gate(roster_editing, access.Gate.ADMIN)


@roster_editing.get("/new")
def show_new() -> str:
    """The form; first the unit, then who of those that work its cases."""
    typed = request.args.get("unit", "").strip()
    where = seek_unit(edge.db(), typed, access.scope()) if typed else UnitChoice("")
    return _show_new(where, {"hours": "Mo-Fr 09:00-18:00"}, {})


@roster_editing.post("/new")
def add() -> Response | tuple[str, int]:
    """Put somebody on duty."""
    session, form = edge.db(), request.form
    where = choose_unit(session, form, "unit", access.scope())
    if where.unit is None:
        edge.roll_back()
        return _show_new(where, form, {}), 422
    try:
        put_on_duty(session, where.unit.id, _read(form), actor=access.staff().actor, now=edge.now())
    except InvalidInputError as error:
        edge.roll_back()
        return _show_new(where, form, _problem(error)), 422
    flash(gettext("The roster is kept."), "good")
    return redirect(f"{HOME}?unit={where.unit.code}", 303)


@roster_editing.get("/<uuid:duty_id>")
def show_one(duty_id: uuid.UUID) -> str:
    """One duty, to be changed."""
    duty = _get(duty_id)
    typed = {
        "user": str(duty.user_id),
        "hours": duty.hours,
        "from_on": duty.from_on.isoformat() if duty.from_on else "",
        "until_on": duty.until_on.isoformat() if duty.until_on else "",
    }
    return _show_one(duty, typed, {})


@roster_editing.post("/<uuid:duty_id>")
def change(duty_id: uuid.UUID) -> Response | tuple[str, int]:
    """Keep the duty with other hours, days or another person."""
    duty = _get(duty_id)
    try:
        change_duty(edge.db(), duty_id, _read(request.form), actor=access.staff().actor, now=edge.now())
    except InvalidInputError as error:
        edge.roll_back()
        return _show_one(_get(duty_id), request.form, _problem(error)), 422
    flash(gettext("The roster is kept."), "good")
    return redirect(f"{HOME}?unit={_unit_of(duty).code}", 303)


@roster_editing.post("/<uuid:duty_id>/remove")
def remove(duty_id: uuid.UUID) -> Response:
    """Take somebody off duty."""
    code = _unit_of(_get(duty_id)).code
    take_off_duty(edge.db(), duty_id, actor=access.staff().actor, now=edge.now())
    flash(gettext("Taken off the roster."), "good")
    return redirect(f"{HOME}?unit={code}", 303)


def _get(duty_id: uuid.UUID) -> Duty:
    return get_duty(edge.db(), duty_id, access.staff().actor.scope(Permission.KEEP_ROSTER))


def _unit_of(duty: Duty) -> Unit:
    return edge.db().get_one(Unit, duty.unit_id)


def _read(form: Mapping[str, str]) -> DutyDraft:
    days = [_read_day(form, name) for name in ("from_on", "until_on")]
    return DutyDraft(read_user(form), form.get("hours", ""), *days)


def _read_day(form: Mapping[str, str], name: str) -> date | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError("no such day", field=name, code="invalid_day") from error


def _problem(error: InvalidInputError) -> dict[str, str]:
    # Hours are refused by the organisation, which knows of no form.
    return {error.field or "hours": words.say_refusal(error)}


def _show_new(where: UnitChoice, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return render_template(
        "manage/roster/new.html",
        where=where,
        offered=offer_units(edge.db(), access.scope()),
        candidates=list_candidates(edge.db(), where.unit.id) if where.unit else [],
        typed=typed,
        errors=errors,
    )


def _show_one(duty: Duty, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return render_template(
        "manage/roster/duty.html",
        duty=duty,
        unit=_unit_of(duty),
        candidates=list_candidates(edge.db(), duty.unit_id),
        typed=typed,
        errors=errors,
    )
