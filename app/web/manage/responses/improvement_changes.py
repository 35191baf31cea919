"""Work on what customers asked for: gather wishes, change an improvement, tell who asked what came of it."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.callbacks.improvements.changing import ImprovementDraft, change_improvement, words_of
from app.callbacks.improvements.finding import mark_wish, mark_wish_of_case
from app.callbacks.improvements.gathering import (
    MOST_AT_ONCE,
    dismiss_wishes,
    gather_into_new,
    gather_wishes,
    start_improvement,
)
from app.callbacks.improvements.models import ImprovementState
from app.callbacks.improvements.visible import get_own_improvement
from app.kit.errors import ConflictError, InvalidInputError
from app.kit.i18n import Language
from app.routing.told_askers import preview_telling, start_telling
from app.web import access, edge
from app.web.manage.messages import words as message_words
from app.web.manage.responses.improvement_words import say_refusal
from app.web.manage.responses.improvements import HOME, render_one, render_wishes
from app.web.manage.responses.reading import Offer, back_address, refuse
from app.web.manage.unit_choice import UnitChoice, choose_unit, usual_unit

improvement_changes = Blueprint("improvement_changes", __name__, url_prefix=HOME)
access.gate(improvement_changes, access.Gate.MANAGER)


@improvement_changes.post("/wishes")
def gather() -> Response | tuple[str, int]:
    """Gather the chosen wishes into the improvement chosen or newly named, or put them aside with `do=dismiss`."""
    form, actor, session, now = request.form, access.staff().actor, edge.db(), edge.now()
    ids = [found for text in form.getlist("wish")[: MOST_AT_ONCE + 1] if (found := _read_id(text)) is not None]
    title, into = form.get("title", ""), form.get("into", "")
    try:
        if form.get("do") == "dismiss":
            number = dismiss_wishes(session, ids, actor, now=now)
            flash(ngettext("%(num)s wish put aside.", "%(num)s wishes put aside.", number), "good")
            return redirect(back_address(), 303)
        chosen = _read_id(into)
        if chosen is None:
            improvement = gather_into_new(session, ids, title=title, actor=actor, now=now)
            flash(gettext("The improvement is started."), "good")
            return redirect(_address(improvement.id), 303)
        number = gather_wishes(session, ids, chosen, actor, now=now)
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        return render_wishes(say_refusal(error), title, frozenset(form.getlist("wish")), into), _status(error)
    flash(ngettext("%(num)s wish gathered.", "%(num)s wishes gathered.", number), "good")
    return redirect(back_address(), 303)


@improvement_changes.get("/new")
def show_new() -> str:
    """The form of a new improvement."""
    unit = usual_unit(edge.db(), access.staff().actor.scope(Permission.IMPROVE))
    return render_template("manage/improvements/new.html", typed={}, errors={}, choice=UnitChoice(unit))


@improvement_changes.post("/new")
def start() -> Response | tuple[str, int]:
    """Start an improvement that nobody has asked for in these words yet."""
    actor = access.staff().actor
    choice = choose_unit(edge.db(), request.form, "unit", actor.scope(Permission.IMPROVE))
    errors: dict[str, str] = {}
    if choice.unit is not None:
        try:
            improvement = start_improvement(
                edge.db(),
                title=request.form.get("title", ""),
                description=request.form.get("description"),
                unit_id=choice.unit.id,
                actor=actor,
                now=edge.now(),
            )
        except InvalidInputError as error:
            errors = {error.field or "title": say_refusal(error)}
        else:
            flash(gettext("The improvement is started."), "good")
            return redirect(_address(improvement.id), 303)
    edge.roll_back()
    shown = choice if choice.unit is None else UnitChoice(choice.typed)
    return render_template("manage/improvements/new.html", typed=request.form, errors=errors, choice=shown), 422


@improvement_changes.post("/<uuid:improvement_id>")
def change(improvement_id: uuid.UUID) -> Response | tuple[str, int]:
    """Write the form into the improvement."""
    form = request.form
    state = next((state for state in ImprovementState if state == form.get("state")), ImprovementState.PROPOSED)
    draft = ImprovementDraft(
        title=form.get("title", ""),
        state=state,
        description=form.get("description"),
        owner_id=_read_id(form.get("owner", "")),
        done={language: form.get(f"done_{language}", "") for language in Language},
        shown=form.get("shown") == "yes",
    )
    try:
        change_improvement(edge.db(), improvement_id, draft, access.staff().actor, now=edge.now())
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        field = error.field if isinstance(error, InvalidInputError) else "shown"
        return render_one(improvement_id, draft, {field or "title": say_refusal(error)}), _status(error)
    flash(gettext("Saved."), "good")
    return redirect(_address(improvement_id), 303)


@improvement_changes.get("/<uuid:improvement_id>/tell")
def show_telling(improvement_id: uuid.UUID) -> str:
    """How many would be told, by what, in which words, and who cannot be."""
    return _show_telling(improvement_id)


@improvement_changes.post("/<uuid:improvement_id>/tell")
def tell(improvement_id: uuid.UUID) -> Response | tuple[str, int]:
    """Let the worker tell them."""
    try:
        start_telling(edge.db(), improvement_id, access.staff().actor, now=edge.now())
    except ConflictError as error:
        edge.roll_back()
        return _show_telling(improvement_id, say_refusal(error)), 409
    flash(gettext("They are told within a few minutes, by night in the morning."), "good")
    return redirect(_address(improvement_id), 303)


@improvement_changes.post("/mark/<uuid:response_id>")
def mark(response_id: uuid.UUID) -> Response | tuple[str, int]:
    """Put a response's comment among the new wishes."""
    try:
        mark_wish(edge.db(), response_id, access.staff().actor, now=edge.now())
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        return refuse(response_id, Offer(say_refusal(error), request.form.get("note", ""))), _status(error)
    flash(gettext("It stands among the wishes."), "good")
    return redirect(back_address(), 303)


@improvement_changes.post("/mark-case/<uuid:case_id>")
def mark_case(case_id: uuid.UUID) -> Response:
    """Put what a case is about among the new wishes."""
    try:
        mark_wish_of_case(edge.db(), case_id, access.staff().actor, now=edge.now())
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        flash(say_refusal(error), "bad")
    else:
        flash(gettext("It stands among the wishes."), "good")
    return redirect(back_address(), 303)


def _show_telling(improvement_id: uuid.UUID, problem: str = "") -> str:
    session = edge.db()
    improvement = get_own_improvement(session, improvement_id, access.staff().actor.scope(Permission.IMPROVE))
    wiring = edge.wiring()
    return render_template(
        "manage/improvements/tell.html",
        improvement=improvement,
        said=words_of(improvement),
        telling=preview_telling(session, wiring.ask, improvement, now=edge.now()),
        currency=wiring.ask.policy.currency,
        problem=problem,
        words=message_words,
    )


def _address(improvement_id: uuid.UUID) -> str:
    return url_for("improvements.show_one", improvement_id=improvement_id)


def _status(error: InvalidInputError | ConflictError) -> int:
    return 409 if isinstance(error, ConflictError) else 422


def _read_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
