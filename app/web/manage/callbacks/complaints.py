"""A complaint that came without a rating, written down by whoever heard it."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.callbacks.models import CallWindow
from app.kit.errors import InvalidInputError
from app.kit.i18n import NAMES, Language
from app.kit.ids import new_id
from app.routing.complaints import Complaint, write_down_complaint
from app.touchpoints.models import Channel
from app.web import access, edge
from app.web.manage.callbacks import words
from app.web.manage.callbacks.case import HOME
from app.web.manage.unit_choice import UnitChoice, choose_unit, usual_unit
from app.web.manage.words import CHANNELS

complaints = Blueprint("complaints", __name__, url_prefix=f"{HOME}/new")
access.gate(complaints, access.Gate.MANAGER)

_KEY_LENGTH = 36
_EnumT = TypeVar("_EnumT", bound=StrEnum)
_MISSING = {"text": lazy_gettext("Say what happened.")}
_NO_NUMBER = lazy_gettext("This is not a telephone number that can be rung.")


@complaints.get("")
def show_form() -> str:
    """The form; `unit` says where it begins."""
    given = request.args.get("unit", "")
    scope = access.staff().actor.scope(Permission.WORK_CASES)
    # Nothing happens at the company as such: whoever has all of it names the office.
    unit = given if given.isprintable() and given else "" if scope.everything else usual_unit(edge.db(), scope)
    return _render(UnitChoice(unit), {"channel": Channel.CALL, "call_window": CallWindow.ANY})


@complaints.post("")
def write_down() -> Response | tuple[str, int]:
    """Open the case and lead to it."""
    form = request.form
    scope = access.staff().actor.scope(Permission.WORK_CASES)
    choice = choose_unit(edge.db(), form, "unit", scope)
    if choice.unit is None:
        return _render(choice, form, _check(form)), HTTPStatus.UNPROCESSABLE_ENTITY
    complaint = Complaint(
        unit=choice.unit.code,
        text=form.get("text", ""),
        phone=form.get("phone") or None,
        call_window=_read(CallWindow, form.get("call_window")),
        language=_read(Language, form.get("language")),
        channel=_read(Channel, form.get("channel")),
    )
    try:
        case_id = write_down_complaint(
            edge.db(),
            edge.desk(),
            complaint,
            actor=access.staff().actor,
            form_key=form.get("form_key", "")[:_KEY_LENGTH],
            now=edge.now(),
        )
    except InvalidInputError as error:
        edge.roll_back()
        return _render(choice, form, {error.field or "text": _say(error)}), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("The complaint is written down. Claim it, or leave it to whoever is free."), "good")
    return redirect(f"{HOME}/{case_id}", 303)


def _render(choice: UnitChoice, typed: Mapping[str, str], errors: Mapping[str, str] | None = None) -> str:
    return render_template(
        "manage/callbacks/new.html",
        choice=choice,
        typed=typed,
        form_key=typed.get("form_key", "")[:_KEY_LENGTH] or new_id(),
        errors=errors or {},
        channels=CHANNELS.items(),
        windows=words.WINDOWS.items(),
        spoken=NAMES.items(),
    )


def _check(form: Mapping[str, str]) -> dict[str, str]:
    """Return what else is wrong while the unit is: nobody likes to be told one thing at a time."""
    return {} if form.get("text", "").strip() else {"text": str(_MISSING["text"])}


def _say(error: InvalidInputError) -> str:
    if error.field == "phone":
        return str(_NO_NUMBER)
    if error.code == "missing" and error.field in _MISSING:
        return str(_MISSING[error.field])
    return words.say_refusal(error, edge.desk().zone)


def _read(kind: type[_EnumT], text: str | None) -> _EnumT | None:
    return kind(text) if text in list(kind) else None
