"""What customers asked for: the new wishes, the improvements, and one improvement with who asked for it."""

import uuid

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import select

from app.accounts.permissions import Permission
from app.callbacks.improvements.changing import ImprovementDraft, list_owners, words_of
from app.callbacks.improvements.listing import (
    Asked,
    count_asked,
    count_new_wishes,
    count_states,
    list_choices,
    list_improvements,
    list_wishes,
)
from app.callbacks.improvements.models import ImprovementState
from app.callbacks.improvements.visible import get_improvement
from app.organisation.models import Unit
from app.organisation.service import find_unit, get_unit
from app.organisation.tree import working_times
from app.surveys.service import get_definition
from app.web import access, edge
from app.web.manage import words
from app.web.manage.responses import improvement_words
from app.web.manage.table import read_table

HOME = "/manage/improvements"
improvements = Blueprint("improvements", __name__, url_prefix=HOME)
access.gate(improvements, access.Gate.STAFF)


@improvements.get("")
def show_list() -> str:
    """The improvements, the last changed first; `state` and `unit` narrow them."""
    session, scope = edge.db(), access.scope()
    code = request.args.get("unit", "")
    unit = find_unit(session, code, scope) if code and code.isprintable() else None
    table = read_table(
        request.args,
        sorts=("changed",),
        filters={"state": tuple(ImprovementState), "unit": (unit.code,) if unit else ()},
    )
    state = table.filters.get("state")
    lines, total = list_improvements(
        session,
        scope=scope,
        states=[ImprovementState(state)] if state else [],
        below=unit.id if unit else None,
        limit=table.per_page,
        offset=table.offset,
    )
    return render_template(
        "manage/improvements/list.html",
        table=table,
        unit=unit,
        lines=lines,
        total=total,
        counts=count_states(session, scope=scope),
        waiting=count_new_wishes(session, scope),
    )


@improvements.get("/wishes")
def show_wishes() -> str:
    """The wishes that nobody has gathered yet, the latest first."""
    return render_wishes()


@improvements.get("/<uuid:improvement_id>")
def show_one(improvement_id: uuid.UUID) -> str:
    """One improvement with the words of those who asked."""
    return render_one(improvement_id)


def render_wishes(problem: str = "", title: str = "", chosen: frozenset[str] = frozenset(), into: str = "") -> str:
    """Return the page of new wishes, after a refusal with what was chosen and typed."""
    session, scope = edge.db(), access.scope(access.Gate.STAFF)
    code = request.args.get("unit", "")
    unit = find_unit(session, code, scope) if code and code.isprintable() else None
    cursor = request.args.get("before") or None
    page = list_wishes(session, scope=scope, below=unit.id if unit else None, cursor=cursor)
    may_work = access.may(access.Gate.MANAGER)
    actor = access.staff().actor
    mine = _mine({line.unit_id for line in page.lines}) if may_work else frozenset()
    return render_template(
        "manage/improvements/wishes.html",
        unit=unit,
        page=page,
        choices=list_choices(session, scope=actor.scope(Permission.IMPROVE)) if mine else [],
        mine=mine,
        problem=problem,
        title=title,
        chosen=chosen,
        into=into,
        here=url_for("improvements.show_wishes", unit=unit.code if unit else None, before=cursor),
        older=url_for("improvements.show_wishes", unit=unit.code if unit else None, before=page.older)
        if page.older
        else None,
        newest=url_for("improvements.show_wishes", unit=unit.code if unit else None) if cursor else None,
        **_said(page.lines),
    )


def render_one(
    improvement_id: uuid.UUID, draft: ImprovementDraft | None = None, errors: dict[str, str] | None = None
) -> str:
    """Return the page of an improvement, after a refusal with what was typed."""
    session, scope = edge.db(), access.scope(access.Gate.STAFF)
    improvement = get_improvement(session, improvement_id, scope)
    unit = get_unit(session, improvement.unit_id)
    may_change = bool(access.may(access.Gate.MANAGER) and _mine({unit.id}))
    page = list_wishes(session, scope=scope, improvement_id=improvement.id, cursor=request.args.get("before") or None)
    owners = list_owners(session, unit.id)
    stored = ImprovementDraft(
        title=improvement.title,
        state=ImprovementState(improvement.state),
        description=improvement.description,
        owner_id=improvement.owner_id,
        done=words_of(improvement),
        shown=improvement.shown,
    )
    return render_template(
        "manage/improvements/one.html",
        improvement=improvement,
        unit=unit,
        owners=owners,
        owner=next((owner.name for owner in owners if owner.id == improvement.owner_id), None),
        asked=count_asked(session, [improvement.id], scope=scope).get(improvement.id, Asked()),
        page=page,
        may_change=may_change,
        typed=draft or stored,
        errors=errors or {},
        zone=working_times(session, {unit.id})[unit.id].time_zone,
        **_said(page.lines),
    )


@improvements.app_context_processor
def _words() -> dict[str, object]:
    return {"improvement_words": improvement_words}


def _said(lines: object) -> dict[str, object]:
    """Return what the lines are shown with: how the rating is named, and the clock of each unit."""
    session = edge.db()
    given = list(lines)  # type: ignore[call-overload]
    zones = working_times(session, {line.unit_id for line in given}) if given else {}
    return {
        "definitions": {
            version: get_definition(session, version)
            for version in {line.survey_version_id for line in given}
            if version is not None
        },
        "zones": {unit_id: time.time_zone for unit_id, time in zones.items()},
        "show_time": words.show_time,
    }


def _mine(unit_ids: set[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Return those of the units where the user may work on improvements."""
    if not unit_ids:
        return frozenset()
    scope = access.staff().actor.scope(Permission.IMPROVE)
    return frozenset(edge.db().scalars(select(Unit.id).where(Unit.id.in_(unit_ids), scope.where(Unit.id))))
