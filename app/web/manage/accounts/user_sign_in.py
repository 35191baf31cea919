"""How another user signs in, for administrators: the e-mail changed, second factors reset after a telephone is lost."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.addresses import change_email
from app.accounts.administration import OwnAccountError, get_managed_user
from app.accounts.permissions import Permission
from app.accounts.scope import Scope
from app.accounts.second_factors import read_factors, reset_factors
from app.kit.errors import ConflictError, InvalidInputError
from app.web import access, edge
from app.web.manage.accounts import words
from app.web.manage.accounts.users import HOME
from app.web.manage.told import tell_of_change, tell_of_email

user_sign_in = Blueprint("user_sign_in", __name__, url_prefix=f"{HOME}/<uuid:user_id>/sign-in")
access.gate(user_sign_in, access.Gate.ADMIN)


@user_sign_in.get("")
def show(user_id: uuid.UUID) -> str:
    """What the user signs in with, and what may be done about it."""
    _manage(user_id)
    access.prove_anew()
    return _show(user_id, {})


@user_sign_in.post("/email")
def replace_email(user_id: uuid.UUID) -> Response | tuple[str, int]:
    """Give the user another e-mail; they are signed out everywhere and told at both."""
    _manage(user_id)
    access.prove_anew()
    try:
        before = change_email(
            edge.db(), user_id, request.form.get("email", ""), actor=access.staff().actor, now=edge.now()
        )
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        return _show(user_id, {"email": words.REFUSALS[error.code]}), 422
    if before is not None:
        tell_of_email(user_id, before)
        flash(gettext("The e-mail is changed."), "good")
    return redirect(f"{HOME}/{user_id}", 303)


@user_sign_in.post("/reset")
def reset(user_id: uuid.UUID) -> Response | tuple[str, int]:
    """Remove every second factor of the user, whose password remains."""
    user = get_managed_user(edge.db(), user_id, _scope(), to_change=True)
    access.prove_anew()
    try:
        if user.id == access.staff().user.id:
            raise OwnAccountError("somebody else has to reset your second factor")
        reset_factors(edge.db(), user_id, by=access.staff().user.id, now=edge.now())
    except OwnAccountError as error:
        edge.roll_back()
        return _show(user_id, {"": words.REFUSALS[error.code]}), 409
    tell_of_change("factors_reset", user_id)
    flash(gettext("The second factor is removed, and the person is signed out everywhere."), "good")
    return redirect(f"{HOME}/{user_id}", 303)


def _show(user_id: uuid.UUID, errors: dict[str, object]) -> str:
    user = get_managed_user(edge.db(), user_id, _scope())
    return render_template(
        "manage/users/sign_in.html",
        user=user,
        is_me=user.id == access.staff().user.id,
        factors=read_factors(edge.db(), user.id),
        typed=request.form,
        errors=errors,
    )


def _manage(user_id: uuid.UUID) -> None:
    """Raise UnknownUserError before anything else is asked: who is not theirs is not there."""
    get_managed_user(edge.db(), user_id, _scope())


def _scope() -> Scope:
    return access.staff().actor.scope(Permission.MANAGE_USERS)
