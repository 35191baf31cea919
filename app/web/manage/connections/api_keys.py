"""Keys of the JSON API: listed, made, revoked. For administrators of the whole company: a key sees all of it."""

import uuid
from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.api_keys import (
    LIVE_OF_A_NAME,
    ApiScope,
    KeyMadeError,
    KeyState,
    add_key,
    list_keys,
    revoke_key,
)
from app.kit.errors import ConflictError, InvalidInputError
from app.kit.ids import new_id
from app.web import access, edge
from app.web.manage.connections import words
from app.web.manage.connections.webhooks import require_whole_company

HOME = "/manage/api-keys"
api_keys = Blueprint("api_keys", __name__, url_prefix=HOME)
access.gate(api_keys, access.Gate.ADMIN)
api_keys.before_request(require_whole_company)


@api_keys.get("")
def show_list() -> str:
    """Every key; those that open nothing any more stand below."""
    keys = list_keys(edge.db(), now=edge.now())
    return render_template(
        "manage/api_keys/list.html",
        live=[key for key in keys if key.state == KeyState.LIVE],
        over=[key for key in keys if key.state != KeyState.LIVE],
        soon=edge.now() + timedelta(days=14),
        words=words,
    )


@api_keys.get("/new")
def show_new() -> str:
    """The form for another key."""
    access.prove_anew()
    # "Another of this name" in the list leads here with the name.
    return _show_form({"name": request.args.get("name", "")[:80], "expires": "365"}, [], {})


@api_keys.post("/new")
def add() -> str | tuple[str, int] | Response:
    """Make the key and show it, this once; the page loaded again makes no other."""
    access.prove_anew()
    form, chosen = request.form, request.form.getlist("scope")
    expires = form.get("expires", "")
    if expires not in words.EXPIRIES:
        edge.roll_back()
        return _show_form(form, chosen, {"expires": words.REFUSALS["key_expiry"]}), 422
    try:
        key, plain = add_key(
            edge.db(),
            name=form.get("name", ""),
            scopes=chosen,
            expires_in=None if expires == "never" else timedelta(days=int(expires)),
            user_id=access.staff().user.id,
            key_id=_read_id(form.get("key", "")),
            now=edge.now(),
        )
    except KeyMadeError:
        edge.roll_back()
        flash(gettext("This key was made already and shown that once. If it is lost, revoke it and make another."))
        return redirect(HOME, 303)
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        field = error.field if isinstance(error, InvalidInputError) else "name"
        return _show_form(form, chosen, {field or "": words.REFUSALS[error.code]}), 422
    return render_template(
        "manage/api_keys/made.html", key=key, plain=plain, public_url=edge.wiring().public_url, words=words
    )


@api_keys.post("/<uuid:key_id>/revoke")
def revoke(key_id: uuid.UUID) -> Response:
    """Let the key open nothing any more."""
    revoke_key(edge.db(), key_id, user_id=access.staff().user.id, now=edge.now())
    flash(gettext("The key is revoked: it opens nothing from now on."), "good")
    return redirect(HOME, 303)


def _show_form(typed: Mapping[str, str], chosen: list[str], errors: Mapping[str, object]) -> str:
    return render_template(
        "manage/api_keys/new.html",
        typed=typed,
        key_id=_read_id(typed.get("key", "")) or new_id(),
        chosen=chosen,
        errors=errors,
        scopes=list(ApiScope),
        at_once=LIVE_OF_A_NAME,
        words=words,
    )


def _read_id(typed: str) -> uuid.UUID | None:
    """Return the id that the form carries for its key, or None for none or what is no id."""
    try:
        return uuid.UUID(typed)
    except ValueError:
        return None
