"""Views under a name: a page of figures or the responses with their filter, one's own or shared."""

import uuid
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.analytics.kept.models import LONGEST_NAME
from app.analytics.kept.views import MOST_VIEWS, ViewDraft, ViewLine, change_view, list_views, remove_view, save_view
from app.kit.errors import InvalidInputError
from app.web import access, edge
from app.web.manage.figures.query import PAGES
from app.web.manage.unit_choice import seek_unit

saved_views = Blueprint("saved_views", __name__, url_prefix="/manage/figures/views")
access.gate(saved_views, access.Gate.STAFF)

_MAY_BE_SAVED = frozenset({"responses.show_list", *(endpoint for endpoint, _ in PAGES)})
# Where in a list somebody was is no part of what they looked at.
_NOT_KEPT = frozenset({"before", "after", "page", "below", "lang"})
_REFUSALS: Mapping[str, LazyString] = {
    "empty": lazy_gettext("Give the view a name."),
    "unit_unclear": lazy_gettext("To share it, choose one unit first: this view names none that is known, or several."),
    "name_taken": lazy_gettext("Another view of yours has this name."),
}


@saved_views.get("")
def show() -> str:
    """One's own views, to rename, share and remove, and those that others share."""
    return _show({}, {})


@saved_views.post("")
def save() -> Response | tuple[str, int]:
    """Keep the page whose `address` (path and query) the form has, under a `name`, `shared` or not."""
    address = request.form.get("address", "")
    draft = _read_draft(address)
    try:
        save_view(edge.db(), draft, access.staff().actor, now=edge.now())
    except InvalidInputError as error:
        edge.roll_back()
        typed = {"name": draft.name, "address": address, "shared": "yes" if draft.shared else ""}
        return _show(typed, {"name": _say(error)}), 422
    flash(gettext("The view is saved."), "good")
    return redirect(f"{draft.path}?{draft.query}" if draft.query else draft.path, 303)


@saved_views.post("/<uuid:view_id>/change")
def change(view_id: uuid.UUID) -> Response | tuple[str, int]:
    """Rename one's own view, share it or share it no more."""
    name, shared = request.form.get("name", ""), bool(request.form.get("shared"))
    try:
        change_view(edge.db(), view_id, access.staff().actor, name=name, shared=shared, now=edge.now())
    except InvalidInputError as error:
        edge.roll_back()
        return _show({}, {str(view_id): _say(error)}, {str(view_id): name}), 422
    flash(gettext("The view is changed."), "good")
    return redirect(url_for(".show"), 303)


@saved_views.post("/<uuid:view_id>/remove")
def remove(view_id: uuid.UUID) -> Response:
    """Remove one's own view; nobody is offered it any more."""
    remove_view(edge.db(), view_id, access.staff().actor, now=edge.now())
    flash(gettext("The view is removed."), "good")
    return redirect(url_for(".show"), 303)


@saved_views.app_context_processor
def _offer() -> dict[str, object]:
    return {"views_offered": _list_offered}


def _list_offered() -> Sequence[ViewLine]:
    who = access.staff()
    return list_views(edge.db(), who.user.id, who.actor.scope(Permission.READ_RESPONSES))


def _show(typed: Mapping[str, str], errors: Mapping[str, str], renamed: Mapping[str, str] | None = None) -> str:
    return render_template(
        "manage/figures/views.html",
        views=_list_offered(),
        typed=typed,
        errors=errors,
        renamed=renamed or {},
        longest=LONGEST_NAME,
    )


def _read_draft(address: str) -> ViewDraft:
    """Return the view that the form asks for; an address that is none of these pages is a bad request."""
    here = access.local_path(address)
    if here is None or len(here) > 4000:
        raise BadRequest
    parts = urlsplit(here)
    try:
        endpoint, _ = current_app.url_map.bind("").match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        raise BadRequest from None
    if endpoint not in _MAY_BE_SAVED:
        raise BadRequest
    try:
        pairs = parse_qsl(parts.query, max_num_fields=100)
    except ValueError:
        raise BadRequest from None
    kept = [(name, value) for name, value in pairs if name not in _NOT_KEPT and (name + value).isprintable()]
    unit_id = None
    if typed := dict(kept).get("unit"):
        unit = seek_unit(edge.db(), typed, access.scope()).unit
        unit_id = unit.id if unit is not None else None
    return ViewDraft(
        name=request.form.get("name", ""),
        path=parts.path,
        query=urlencode(kept),
        unit_id=unit_id,
        shared=bool(request.form.get("shared")),
    )


def _say(error: InvalidInputError) -> str:
    if error.code == "too_many":
        return str(gettext("%(most)s views are kept already. Remove one first.", most=MOST_VIEWS))
    if error.code == "too_long" and error.field == "query":
        return str(gettext("This address is too long to be kept. Leave a filter out."))
    if error.code == "too_long":
        return str(gettext("At most %(most)s letters.", most=LONGEST_NAME))
    return str(_REFUSALS.get(error.code, error.message))
