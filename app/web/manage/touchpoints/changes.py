"""Codes added, re-pointed, withdrawn and taken back into use, by managers of their units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.accounts.scope import Scope
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError, OtklikError
from app.organisation.employees import employees_of, find_employee
from app.organisation.models import Employee, UnitKind
from app.organisation.service import get_unit
from app.touchpoints.adding import Plan, add_codes, choose_units, plan_codes
from app.touchpoints.changes import repoint_touchpoint, restore_touchpoint, revoke_touchpoint
from app.touchpoints.models import Channel, Touchpoint
from app.touchpoints.service import PLACEMENT_LENGTH, Target, get_touchpoint
from app.web import access, edge
from app.web.manage import words
from app.web.manage.organisation.unit_words import KINDS
from app.web.manage.touchpoints.words import say_refusal
from app.web.manage.unit_choice import UnitChoice, choose_unit, usual_unit

# Of a plan of thousands so many are named: enough to see whether they are the right ones.
_NAMED = 12
code_changes = Blueprint("code_changes", __name__, url_prefix="/manage/touchpoints")
access.gate(code_changes, access.Gate.MANAGER)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form says; `errors` by field, in the reader's words, are those of the fields that make no sense."""

    choice: UnitChoice
    survey: str
    placement: str
    channel: Channel
    kind: UnitKind | None = None
    employee: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@code_changes.get("/new")
def show_new() -> str | tuple[str, int]:
    """The form of new codes; once it is filled in, what making them would do."""
    if not request.args.get("look"):
        return _render_new(_first_asked())
    asked = _read(request.args)
    try:
        plan = _plan(asked)
    except OtklikError as error:
        return _render_new(asked, error=error), HTTPStatus.UNPROCESSABLE_ENTITY
    if plan is None:
        return _render_new(asked), HTTPStatus.UNPROCESSABLE_ENTITY
    return _render_new(asked, plan=plan)


@code_changes.post("/new")
def make() -> Response | tuple[str, int]:
    """Make the codes that are missing; those that exist stay, so that a second time makes none."""
    asked = _read(request.form)
    unit = asked.choice.unit
    try:
        plan = _plan(asked)
        if plan is None or unit is None:
            return _render_new(asked), HTTPStatus.UNPROCESSABLE_ENTITY
        _, made = add_codes(
            edge.db(),
            plan.units,
            survey_key=asked.survey,
            placement=asked.placement,
            channel=asked.channel,
            by=access.staff().user.id,
            now=edge.now(),
        )
    except (InvalidInputError, ConflictError, NotFoundError) as error:
        edge.roll_back()
        return _render_new(asked, error=error), HTTPStatus.UNPROCESSABLE_ENTITY
    if made:
        flash(ngettext("%(num)s code is made.", "%(num)s codes are made.", made), "good")
    else:
        flash(gettext("Nothing had to be made: all of them have such a code."), "good")
    return redirect(url_for("codes.show_list", unit=unit.code, survey=asked.survey), 303)


@code_changes.get("/<code>/repoint")
def show_repoint(code: str) -> str:
    """The form of what a printed code leads to."""
    touchpoint = _get(code)
    unit = get_unit(edge.db(), touchpoint.unit_id)
    employee = edge.db().get(Employee, touchpoint.employee_id) if touchpoint.employee_id else None
    asked = Asked(
        UnitChoice(unit.code, unit),
        touchpoint.survey_key,
        touchpoint.placement,
        Channel(touchpoint.channel),
        employee=employee.code if employee else "",
    )
    return _render_repoint(touchpoint, asked)


@code_changes.post("/<code>/repoint")
def repoint(code: str) -> Response | tuple[str, int]:
    """Let the code lead elsewhere."""
    touchpoint, asked = _get(code), _read(request.form)
    if asked.errors or asked.choice.unit is None:
        return _render_repoint(touchpoint, asked), HTTPStatus.UNPROCESSABLE_ENTITY
    employee = find_employee(edge.db(), asked.employee, _scope()) if asked.employee else None
    if asked.employee and employee is None:
        error = InvalidInputError("no such employee", field="employee", code="employee_elsewhere")
        return _render_repoint(touchpoint, asked, error=error), HTTPStatus.UNPROCESSABLE_ENTITY
    target = Target(
        asked.choice.unit.id, asked.survey, asked.placement, asked.channel, employee.id if employee else None
    )
    try:
        repoint_touchpoint(edge.db(), touchpoint.id, target, scope=_scope(), by=access.staff().user.id, now=edge.now())
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        return _render_repoint(_get(code), asked, error=error), _status(error)
    flash(gettext("The printed code leads there from now on."), "good")
    return _back_to(touchpoint)


@code_changes.post("/<code>/withdraw")
def withdraw(code: str) -> Response:
    """Let the code answer like an unknown one."""
    touchpoint = _get(code)
    revoke_touchpoint(edge.db(), touchpoint.id, scope=_scope(), by=access.staff().user.id, now=edge.now())
    flash(gettext("The code is withdrawn."), "good")
    return _back_to(touchpoint)


@code_changes.post("/<code>/restore")
def restore(code: str) -> Response:
    """Take the code back into use, if nothing has taken its place."""
    touchpoint = _get(code)
    try:
        restore_touchpoint(edge.db(), touchpoint.id, scope=_scope(), by=access.staff().user.id, now=edge.now())
    except ConflictError as error:
        flash(say_refusal(error), "bad")
    else:
        flash(gettext("The code is in use again."), "good")
    return _back_to(touchpoint)


def _get(code: str) -> Touchpoint:
    return get_touchpoint(edge.db(), code, scope=_scope())


def _scope() -> Scope:
    return access.scope(access.Gate.MANAGER)


def _back_to(touchpoint: Touchpoint) -> Response:
    return redirect(url_for("codes.show_one", code=touchpoint.code), 303)


def _status(error: OtklikError) -> HTTPStatus:
    return HTTPStatus.CONFLICT if isinstance(error, ConflictError) else HTTPStatus.UNPROCESSABLE_ENTITY


def _read(form: Mapping[str, str]) -> Asked:
    errors: dict[str, str] = {}
    survey, channel, kind = form.get("survey", ""), form.get("channel", ""), form.get("kind", "")
    if survey not in edge.wiring().surveys:
        errors["survey"] = gettext("Choose a survey.")
    if channel not in list(Channel):
        errors["channel"] = gettext("There is no such choice.")
    if kind and kind not in list(UnitKind):
        errors["kind"] = gettext("There is no such choice.")
    return Asked(
        choose_unit(edge.db(), form, "unit", _scope()),
        survey,
        form.get("placement", ""),
        Channel.VISIT if "channel" in errors else Channel(channel),
        None if "kind" in errors or not kind else UnitKind(kind),
        "".join(letter for letter in form.get("employee", "") if letter.isprintable()),
        errors,
    )


def _first_asked() -> Asked:
    """Return the empty form, for the unit and survey that the link here names, or else for all that the user has."""
    typed = "".join(letter for letter in request.args.get("unit", "") if letter.isprintable())
    scope = _scope()
    if not typed and (scope.everything or len(scope.unit_ids) == 1):  # one of several would be a guess
        typed = usual_unit(edge.db(), scope)
    survey = request.args.get("survey", "")
    return Asked(UnitChoice(typed), survey if survey in edge.wiring().surveys else "", "", Channel.VISIT)


def _plan(asked: Asked) -> Plan | None:
    """Return what making the codes would do, or None where the form is not filled in rightly."""
    if asked.errors or asked.choice.unit is None:
        return None
    units = choose_units(edge.db(), asked.choice.unit, asked.kind, scope=_scope())
    return plan_codes(edge.db(), units, survey_key=asked.survey, placement=asked.placement)


def _render_new(asked: Asked, *, plan: Plan | None = None, error: OtklikError | None = None) -> str:
    return render_template(
        "manage/touchpoints/new.html",
        asked=asked,
        plan=plan,
        named=plan.units[:_NAMED] if plan else (),
        kinds=[(kind.value, KINDS[kind]) for kind in UnitKind],
        **_form_words(asked, error, {"no_units": "kind", "unit_closed": "unit"}),
    )


def _render_repoint(touchpoint: Touchpoint, asked: Asked, *, error: OtklikError | None = None) -> str:
    unit = asked.choice.unit
    found = employees_of(edge.db(), [unit.id]).get(unit.id, []) if unit else []
    return render_template(
        "manage/touchpoints/repoint.html",
        touchpoint=touchpoint,
        asked=asked,
        employees=[(employee.code, employee.name) for employee in found],
        **_form_words(asked, error, {"touchpoint_taken": "placement", "unit_closed": "unit", "conflict": "unit"}),
    )


def _form_words(asked: Asked, error: OtklikError | None, fields: Mapping[str, str]) -> dict[str, object]:
    errors = dict(asked.errors)
    if error is not None:
        where = error.field if isinstance(error, InvalidInputError) else None
        errors[where or fields.get(error.code, "unit")] = say_refusal(error)
    language, company = edge.current_language(), edge.desk().company
    return {
        "errors": errors,
        "surveys": [(survey.key, survey.name(language, company)) for survey in edge.wiring().surveys],
        "channels": list(words.CHANNELS.items()),
        "longest": PLACEMENT_LENGTH,
    }
