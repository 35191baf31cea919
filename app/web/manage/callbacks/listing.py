"""What the pages of the lists show: one list at a time, narrowed to a unit, the most urgent first."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, url_for
from werkzeug.datastructures import MultiDict

from app.accounts.permissions import Permission
from app.accounts.scope import NOTHING, Scope
from app.callbacks.case_rows import CaseRow
from app.callbacks.queues import Queue, count_queues, list_cases, read_version
from app.kit.errors import NotFoundError
from app.kit.i18n import NAMES
from app.organisation.models import Unit
from app.organisation.places import Place
from app.surveys.service import get_definition
from app.web import access, edge
from app.web.manage.callbacks import words
from app.web.manage.responses.query import list_choices
from app.web.manage.unit_choice import seek_unit


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list of which units; `suggestions` are the units that what was typed may mean."""

    queue: Queue
    unit: Unit | None = None
    typed: str = ""
    suggestions: Sequence[Place] = ()
    after: str | None = None

    def address(self, endpoint: str = "callbacks.show_list", **changes: str | None) -> str:
        """Return the address of this list with changes; None leaves one out. Another list begins at its first page."""
        values: dict[str, Any] = {"tab": self.queue.value, "unit": self.unit.code if self.unit else None}
        return url_for(endpoint, **{**values, **changes})


@dataclass(frozen=True, slots=True)
class BulkState:
    """What the bar of many cases begins with: those still chosen, each with why it was refused, and what was typed."""

    refused: Mapping[uuid.UUID, str] = field(default_factory=dict)
    done: int | None = None
    problem: str | None = None
    chosen: frozenset[uuid.UUID] = frozenset()
    typed: Mapping[str, str] = field(default_factory=dict)


def read_asked(args: MultiDict[str, str]) -> Asked:
    """Return the list that an address or a form names; raises NotFoundError for a unit that is none of the user's."""
    tab, typed = args.get("tab", ""), args.get("unit", "").strip()
    try:
        queue = Queue(tab)  # knows the names of before, which stand in bookmarks
    except ValueError:
        queue = Queue.UNIT
    after = args.get("after") or None
    if not typed:
        return Asked(queue, after=after)
    if not typed.isprintable():
        raise NotFoundError("no such unit")
    choice = seek_unit(edge.db(), typed, access.scope(access.Gate.STAFF))
    if choice.unit is None and not choice.suggestions:
        raise NotFoundError("no such unit")
    return Asked(queue, choice.unit, typed, choice.suggestions, after)


def render_list(asked: Asked, bulk: BulkState | None = None) -> str:
    """Return the whole page."""
    scope = access.scope(access.Gate.STAFF)
    return render_template(
        "manage/callbacks/list.html",
        **_shown(asked),
        bulk=bulk or BulkState(),
        units=list_choices(edge.db(), scope),
        may_bulk=access.staff().actor.may(Permission.WORK_IN_BULK),
    )


def render_rows(asked: Asked) -> str:
    """Return what of the page changes by itself: the lists' names with their counts, and the cases."""
    may_bulk = access.staff().actor.may(Permission.WORK_IN_BULK)
    return render_template("manage/callbacks/rows.html", **_shown(asked), bulk=BulkState(), may_bulk=may_bulk)


def version_of(asked: Asked) -> str:
    """Return a text that is another one as soon as the list is."""
    return read_version(
        edge.db(),
        scope=access.scope(access.Gate.STAFF),
        user_id=access.staff().user.id,
        unit_id=asked.unit.id if asked.unit else None,
        queue=asked.queue,
        cursor=asked.after,
        now=edge.now(),
    )


def _shown(asked: Asked) -> dict[str, Any]:
    session, user_id, now = edge.db(), access.staff().user.id, edge.now()
    scope = access.scope(access.Gate.STAFF)
    within = asked.unit.id if asked.unit else None
    # Before the rows: what changes between the two is then shown with the next look, and not never.
    version = version_of(asked)
    page = list_cases(
        session,
        scope=scope,
        work_scope=_work_scope(),
        queue=asked.queue,
        user_id=user_id,
        unit_id=within,
        cursor=asked.after,
        now=now,
    )
    return {
        "asked": asked,
        "page": page,
        "counts": count_queues(session, scope=scope, user_id=user_id, unit_id=within, now=now),
        "version": version,
        "ratings": _ratings(page.rows),
        "user_id": user_id,
        "now": now,
        "words": words,
        "zone": edge.desk().zone,
        "names": NAMES,
        "rules": edge.wiring().case_rules,
    }


def _work_scope() -> Scope:
    actor = access.staff().actor
    return actor.scope(Permission.WORK_CASES) if actor.may(Permission.WORK_CASES) else NOTHING


def _ratings(rows: Sequence[CaseRow]) -> dict[uuid.UUID, words.ShownRating]:
    session = edge.db()
    versions = {row.survey_version_id for row in rows if row.survey_version_id is not None}
    definitions = {version: get_definition(session, version) for version in versions}
    return {
        row.id: words.show_rating(definitions[row.survey_version_id], row.rating)
        for row in rows
        if row.survey_version_id is not None and row.rating is not None
    }
