"""The coaching list: what is to be talked over with whom, and what came of it."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.kit.errors import ConflictError, InvalidInputError
from app.organisation.tree import working_times
from app.responses.reading.coaching import finish_coaching, list_coaching
from app.surveys.service import get_definition
from app.web import access, edge
from app.web.manage import words
from app.web.manage.responses import reading_words

HOME = "/manage/coaching"
coaching = Blueprint("coaching", __name__, url_prefix=HOME)
access.gate(coaching, access.Gate.MANAGER)


@coaching.get("")
def show_list() -> str:
    """Open items by employee, or with `done` what was talked over; `employee` narrows it to one."""
    return _show()


@coaching.post("/<uuid:item_id>/done")
def finish(item_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take one off the list with what came of the talk."""
    note = request.form.get("note", "")
    try:
        finish_coaching(edge.db(), item_id, access.staff().actor, note=note, now=edge.now())
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        status = 409 if isinstance(error, ConflictError) else 422
        return _show(problem=(item_id, reading_words.say_refusal(error), note)), status
    flash(gettext("It is ticked off."), "good")
    path = access.local_path(request.form.get("back"))
    return redirect(path if path and path.startswith("/manage/") else HOME, 303)


def _show(problem: tuple[uuid.UUID, str, str] | None = None) -> str:
    session = edge.db()
    code = request.args.get("employee", "")
    done = request.args.get("done") == "yes"
    lines = list_coaching(
        session,
        scope=access.staff().actor.scope(Permission.MARK_RESPONSES),
        employee_code=code if code and code.isprintable() else None,
        done=done,
    )
    by_employee: dict[tuple[str, str], list[object]] = {}
    for line in lines:
        by_employee.setdefault((line.employee_code, line.employee_name), []).append(line)
    zones = working_times(session, {line.unit_id for line in lines}) if lines else {}
    return render_template(
        "manage/reading/coaching.html",
        by_employee=by_employee,
        definitions={line.response_id: get_definition(session, line.survey_version_id) for line in lines},
        zones={unit_id: time.time_zone for unit_id, time in zones.items()},
        code=code if code.isprintable() else "",
        done=done,
        problem=problem,
        show_time=words.show_time,
    )
