"""One step for many cases, chosen on a list by whoever leads there."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.callbacks.bulk import MOST, BulkAct, BulkKind, work_in_bulk
from app.callbacks.errors import InvalidWorkError
from app.callbacks.handing_over import Taker, list_takers
from app.callbacks.models import CallbackCase
from app.kit.errors import InvalidInputError
from app.web import access, edge
from app.web.manage.callbacks import words
from app.web.manage.callbacks.case import HOME, acts_as
from app.web.manage.callbacks.listing import Asked, BulkState, read_asked, render_list

# Colleagues are offered who may work one of the cases of so many units; more would be a list of everybody.
_UNITS = 3
case_bulk = Blueprint("case_bulk", __name__, url_prefix=HOME)
access.gate(case_bulk, access.Gate.MANAGER)


@case_bulk.post("")
def do_to_many() -> Response | str | tuple[str, int]:
    """Do the step to each of the chosen cases; those refused stay chosen, each with the reason beside it."""
    asked, form = read_asked(request.form), request.form
    zone = edge.desk().zone
    try:
        chosen = _read_chosen(form)
        act = _read_act(form)
        if act.kind is BulkKind.HAND_OVER and act.to_user_id is None and "to" not in form:
            return _ask_whom(asked, chosen)
        result = work_in_bulk(edge.db(), chosen, **acts_as(), act=act, rules=edge.wiring().case_rules)
    except InvalidInputError as error:
        edge.roll_back()
        state = BulkState(
            problem=words.say_refusal(error, zone), chosen=frozenset(_chosen_ids(form)), typed=form.to_dict()
        )
        return render_list(asked, state), HTTPStatus.UNPROCESSABLE_ENTITY
    done = ngettext("%(num)s case: done.", "%(num)s cases: done.", len(result.done))
    if not result.refused:
        flash(done, "good")
        return redirect(asked.address(), 303)
    edge.db().flush()  # the list below shows what was done
    why = {case_id: words.say_code(code, details, zone) or code for case_id, code, details in result.refused}
    return render_list(
        asked,
        BulkState(
            refused=why,
            done=len(result.done),
            problem=words.say_refusals([(code, details) for _, code, details in result.refused], zone),
            chosen=frozenset(why),
            typed=form.to_dict(),
        ),
    )


def _ask_whom(asked: Asked, chosen: Sequence[uuid.UUID]) -> str:
    """Return the page that asks to whom the chosen cases go."""
    return render_template(
        "manage/callbacks/hand_over.html",
        asked=asked,
        chosen=chosen,
        takers=_list_takers(chosen),
        note=request.form.get("note", ""),
    )


def _list_takers(chosen: Sequence[uuid.UUID]) -> list[Taker]:
    actor = access.staff().actor
    scope = actor.scope(Permission.WORK_IN_BULK)
    query = select(CallbackCase).where(CallbackCase.id.in_(chosen), scope.where(CallbackCase.unit_id))
    by_unit = {case.unit_id: case for case in edge.db().scalars(query)}
    takers: dict[uuid.UUID, Taker] = {}
    for case in list(by_unit.values())[:_UNITS]:
        takers |= {taker.user_id: taker for taker in list_takers(edge.db(), case, actor=actor)}
    return sorted(takers.values(), key=lambda taker: taker.name.casefold())


def _chosen_ids(form: MultiDict[str, str]) -> list[uuid.UUID]:
    found = []
    for text in form.getlist("case")[: MOST + 1]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _read_chosen(form: MultiDict[str, str]) -> list[uuid.UUID]:
    chosen = _chosen_ids(form)
    if not chosen:
        raise InvalidWorkError("choose cases", field="case", code="no_cases")
    return chosen


def _read_act(form: MultiDict[str, str]) -> BulkAct:
    kind = form.get("act", "")
    if kind not in list(BulkKind):
        raise InvalidWorkError("choose a step", field="act", code="act_missing")
    if kind == BulkKind.CLOSE and form.get("outcome") and not form.get("cause"):
        raise InvalidWorkError("no cause", field="cause", code="cause_missing")
    return BulkAct(
        kind=BulkKind(kind),
        to_user_id=_read_user(form.get("to", "")),
        at=_read_at(form.get("at", "")),
        outcome=form.get("outcome") or None,
        cause=form.get("cause") or None,
        note=form.get("note") or None,
    )


def _read_user(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _read_at(typed: str) -> datetime | None:
    """Return the time as it was typed, for the clock of each case's office, or None for what is none."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=None)
    except ValueError:
        return None
