"""Units changed by an admin of them: facts, place in the tree, closed and reopened, a new one below.

What an admin of one region may touch is what lies in that region, the unit named in a form included.
"""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.kit.errors import ConflictError, InvalidInputError, OtklikError
from app.organisation.browse import UnitSheet, count_below, read_sheet
from app.organisation.closing import close_unit, reopen_unit
from app.organisation.facts import read_place
from app.organisation.hours import InvalidHoursError, parse_hours
from app.organisation.models import Unit
from app.organisation.service import UnitExistsError, add_unit, change_unit, get_unit, move_unit
from app.web import access, edge
from app.web.manage.noted import note
from app.web.manage.organisation import unit_words as words
from app.web.manage.unit_choice import UnitChoice, choose_unit

_FACTS = ("name", "kind", "address", "place", "time_zone", "hours")
# Coordinates are typed as one pair.
_FIELDS = {"latitude": "place", "longitude": "place"}
unit_editing = Blueprint("unit_editing", __name__, url_prefix="/manage/units")
access.gate(unit_editing, access.Gate.ADMIN)


@unit_editing.get("/<path:unit_code>/edit")
def show_edit(unit_code: str) -> str:
    """The forms of one unit."""
    return _show_edit(unit_code)


@unit_editing.post("/<path:unit_code>/edit")
def change(unit_code: str) -> Response | tuple[str, int]:
    """Give the unit other facts."""
    unit, form = _find(unit_code), request.form
    try:
        latitude, longitude = read_place(form.get("place", ""))
        changed = change_unit(
            edge.db(),
            unit,
            name=form.get("name", ""),
            kind=form.get("kind", ""),
            address=form.get("address"),
            latitude=latitude,
            longitude=longitude,
            time_zone=form.get("time_zone"),
            hours=form.get("hours"),
            now=edge.now(),
        )
    except InvalidInputError as error:
        edge.roll_back()
        return _show_edit(unit_code, typed=form, errors=_say(error)), 422
    if changed:
        note("unit.changed", "unit", unit.id, fields=sorted(changed))
        flash(gettext("The unit is changed."), "good")
    return _back_to(unit)


@unit_editing.post("/<path:unit_code>/move")
def move(unit_code: str) -> Response | tuple[str, int]:
    """Hang the unit, with all below it, under another one."""
    unit = _find(unit_code)
    choice = choose_unit(edge.db(), request.form, "parent", access.scope())
    if choice.unit is None:
        edge.roll_back()
        return _show_edit(unit_code, parent=choice), 422
    try:
        moved = move_unit(edge.db(), unit, parent_id=choice.unit.id, now=edge.now())
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        return _show_edit(unit_code, parent=UnitChoice(choice.typed, problem=words.say_fact(error))), 422
    if moved:
        note("unit.moved", "unit", unit.id, parent=choice.unit.code)
        flash(gettext("The unit is moved, with all below it."), "good")
    else:
        flash(gettext("The unit lies below that one already."), "warn")
    return _back_to(unit)


@unit_editing.post("/<path:unit_code>/close")
def close(unit_code: str) -> Response:
    """Close the unit with all below it."""
    unit = _find(unit_code)
    if count := close_unit(edge.db(), unit, now=edge.now()):
        note("unit.closed", "unit", unit.id, units=count)
        flash(gettext("The unit is closed, with all below it."), "good")
    return _back_to(unit)


@unit_editing.post("/<path:unit_code>/reopen")
def reopen(unit_code: str) -> Response:
    """Open the unit again, with those that were closed together with it."""
    unit = _find(unit_code)
    try:
        count = reopen_unit(edge.db(), unit, now=edge.now())
    except ConflictError as error:
        edge.roll_back()
        flash(words.say_above(error), "bad")
        return _back_to(unit)
    if count:
        note("unit.reopened", "unit", unit.id, units=count)
        flash(gettext("The unit is open again."), "good")
    return _back_to(unit)


@unit_editing.get("/<path:unit_code>/add")
def show_new(unit_code: str) -> str:
    """The form of a new unit below this one."""
    return _show_new(unit_code, {}, {})


@unit_editing.post("/<path:unit_code>/add")
def add(unit_code: str) -> Response | tuple[str, int]:
    """Add a unit below this one."""
    parent, form = _find(unit_code), request.form
    try:
        latitude, longitude = read_place(form.get("place", ""))
        unit = add_unit(
            edge.db(),
            name=form.get("name", ""),
            kind=form.get("kind", ""),
            parent_id=parent.id,
            code=form.get("code", "").strip() or None,
            address=form.get("address"),
            latitude=latitude,
            longitude=longitude,
            time_zone=form.get("time_zone"),
            hours=form.get("hours"),
            demo=parent.demo,  # what hangs below the demo goes with it
            now=edge.now(),
        )
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        return _show_new(unit_code, form, _say(error)), 422
    note("unit.added", "unit", unit.id, parent=parent.code)
    flash(gettext("The unit is added."), "good")
    return _back_to(unit)


def _find(unit_code: str) -> Unit:
    return get_unit(edge.db(), unit_code, access.scope())


def _back_to(unit: Unit) -> Response:
    return redirect(url_for("units.show_unit", unit_code=unit.code), 303)


def _say(error: OtklikError) -> dict[str, str]:
    field = error.field if isinstance(error, InvalidInputError) else None
    if isinstance(error, InvalidHoursError):
        field = "hours"
    if isinstance(error, UnitExistsError):
        field = "code"
    return {_FIELDS.get(field or "", field or "name"): words.say_fact(error)}


def _show_edit(
    unit_code: str,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    parent: UnitChoice | None = None,
) -> str:
    sheet = read_sheet(edge.db(), unit_code, scope=access.scope())
    unit, above = sheet.unit, sheet.path[-1] if sheet.path else None
    place = f"{unit.latitude}, {unit.longitude}" if unit.latitude is not None else ""
    stored = {field: getattr(unit, field) or "" for field in _FACTS if field != "place"} | {"place": place}
    return _render(
        "manage/units/edit.html",
        sheet,
        typed=typed if typed is not None else stored,
        errors=errors or {},
        parent=parent or UnitChoice(above.code if above and above.seen else ""),
        below=count_below(edge.db(), [unit.id]).get(unit.id, 0),
    )


def _show_new(unit_code: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    sheet = read_sheet(edge.db(), unit_code, scope=access.scope())
    return _render("manage/units/new.html", sheet, typed=typed or {"kind": "office"}, errors=errors)


def _render(template: str, sheet: UnitSheet, *, typed: Mapping[str, str], **values: object) -> str:
    return render_template(
        template,
        sheet=sheet,
        unit=sheet.unit,
        typed=typed,
        week=_read_week(typed.get("hours", "")),
        zones=words.zones_at_hand(edge.desk().phone_region),
        words=words,
        **values,
    )


def _read_week(text: str) -> list[tuple[str, str]]:
    try:
        return list(words.show_week(parse_hours(text)))
    except InvalidHoursError:
        return []
