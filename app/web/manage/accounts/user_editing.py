"""One user: roles given and taken, name, switched off and on, a new link, sign-ins ended, what was done lately."""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.administration import (
    get_managed_user,
    give_role,
    make_link,
    rename_user,
    switch_off,
    switch_on,
    take_role,
)
from app.accounts.deeds import list_deeds
from app.accounts.listing import read_user
from app.accounts.models import Role
from app.accounts.sign_ins import end_sign_in, end_sign_ins, list_sign_ins
from app.kit.errors import ConflictError, InvalidInputError
from app.kit.i18n import read_language
from app.web import access, edge
from app.web.manage.accounts import words
from app.web.manage.accounts.account import program_of
from app.web.manage.accounts.users import HOME, show_link
from app.web.manage.unit_choice import UnitChoice, choose_unit, offer_units

user_editing = Blueprint("user_editing", __name__, url_prefix=f"{HOME}/<uuid:user_id>")
access.gate(user_editing, access.Gate.ADMIN)
Answer = Response | tuple[str, int]


@user_editing.get("")
def show_user(user_id: uuid.UUID) -> str:
    """One user with all that may be done."""
    return _show(user_id)


@user_editing.post("/name")
def rename(user_id: uuid.UUID) -> Answer:
    """Give the user another name or language."""
    name, language = request.form.get("name", ""), read_language(request.form.get("language"))
    return _do(
        user_id,
        lambda: rename_user(
            edge.db(),
            user_id,
            name=name,
            language=language,
            scope=access.scope(),
            by=access.staff().user.id,
            now=edge.now(),
        ),
        gettext("The name and language are kept."),
        field="name",
    )


@user_editing.post("/roles")
def grant(user_id: uuid.UUID) -> Answer:
    """Give the user one more role."""
    get_managed_user(edge.db(), user_id, access.scope())
    form, scope = request.form, access.scope()
    where = choose_unit(edge.db(), form, "unit", scope)
    role = next((role for role in Role if role.value == form.get("role")), None)
    unit = where.unit
    if unit is None or role is None:
        edge.roll_back()
        return _show(user_id, {} if role else {"role": gettext("Choose a role.")}, where), 422
    return _do(
        user_id,
        lambda: give_role(
            edge.db(),
            user_id,
            role=role,
            unit_id=unit.id,
            scope=scope,
            by=access.staff().user.id,
            now=edge.now(),
        ),
        gettext("Role given: %(role)s, %(unit)s", role=words.ROLES[role], unit=unit.name),
    )


@user_editing.post("/roles/<uuid:grant_id>/revoke")
def revoke(user_id: uuid.UUID, grant_id: uuid.UUID) -> Answer:
    """Take a role away."""
    who = access.staff().user.id
    return _do(
        user_id,
        lambda: take_role(edge.db(), user_id, grant_id, scope=access.scope(), by=who, now=edge.now()),
        gettext("The role is taken away."),
    )


@user_editing.post("/off")
def turn_off(user_id: uuid.UUID) -> Answer:
    """Let the user in no more."""
    who = access.staff().user.id
    return _do(
        user_id,
        lambda: switch_off(edge.db(), user_id, scope=access.scope(), by=who, now=edge.now()),
        gettext("Switched off, and signed out everywhere."),
    )


@user_editing.post("/on")
def turn_on(user_id: uuid.UUID) -> Answer:
    """Let the user in again."""
    who = access.staff().user.id
    return _do(
        user_id,
        lambda: switch_on(edge.db(), user_id, scope=access.scope(), by=who, now=edge.now()),
        gettext("Switched on."),
    )


@user_editing.post("/link")
def renew_link(user_id: uuid.UUID) -> str | tuple[str, int]:
    """Make a new link and show it, this once."""
    user = get_managed_user(edge.db(), user_id, access.scope())
    try:
        token = make_link(edge.db(), user_id, scope=access.scope(), by=access.staff().user.id, now=edge.now())
    except ConflictError as error:
        return _refuse(user_id, {"": words.REFUSALS[error.code]}, 409)
    return show_link(user, token)


@user_editing.post("/sign-ins/<uuid:their_sign_in_id>/end")
def end_one(user_id: uuid.UUID, their_sign_in_id: uuid.UUID) -> Response:
    """End one of the user's sign-ins."""
    get_managed_user(edge.db(), user_id, access.scope())
    end_sign_in(edge.db(), their_sign_in_id, user_id=user_id, by=access.staff().user.id, now=edge.now())
    flash(gettext("That device is signed out."), "good")
    return redirect(f"{HOME}/{user_id}", 303)


@user_editing.post("/sign-ins/end")
def end_all(user_id: uuid.UUID) -> Response:
    """End every sign-in of the user; of one's own, every other."""
    get_managed_user(edge.db(), user_id, access.scope())
    who = access.staff()
    keep = who.sign_in.id if user_id == who.user.id else None
    end_sign_ins(edge.db(), user_id, keep=keep, by=who.user.id, now=edge.now())
    flash(
        gettext("Every device is signed out.") if keep is None else gettext("Every other device is signed out."), "good"
    )
    return redirect(f"{HOME}/{user_id}", 303)


def _do(user_id: uuid.UUID, act: Callable[[], object], done: str, *, field: str = "") -> Answer:
    try:
        act()
    except InvalidInputError as error:
        return _refuse(user_id, {field: words.REFUSALS[error.code]}, 422)
    except ConflictError as error:
        return _refuse(user_id, {"": words.REFUSALS[error.code]}, 409)
    flash(done, "good")
    return redirect(f"{HOME}/{user_id}", 303)


def _refuse(user_id: uuid.UUID, errors: Mapping[str, object], status: int) -> tuple[str, int]:
    edge.roll_back()  # what was begun before the refusal must not be shown as done
    return _show(user_id, errors), status


def _show(user_id: uuid.UUID, errors: Mapping[str, object] | None = None, where: UnitChoice | None = None) -> str:
    session, who = edge.db(), access.staff()
    get_managed_user(session, user_id, access.scope())
    idle = timedelta(minutes=edge.wiring().sign_in_idle_minutes)
    return render_template(
        "manage/users/one.html",
        line=read_user(session, user_id, now=edge.now()),
        sign_ins=list_sign_ins(session, user_id, idle=idle, now=edge.now()),
        this_sign_in=who.sign_in.id,
        is_me=user_id == who.user.id,
        deeds=list_deeds(session, user_id),
        program_of=program_of,
        errors=errors or {},
        typed=request.form,
        where=where or UnitChoice(""),
        offered=offer_units(edge.db(), access.scope()),
        now=edge.now(),
        words=words,
    )
