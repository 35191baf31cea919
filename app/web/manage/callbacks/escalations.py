"""Cases somebody was told of because a clock ran out: the list of one's own, and saying that one saw it."""

import uuid
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.callbacks.escalation.acknowledging import acknowledge_escalation, find_waiting, list_waiting
from app.callbacks.escalation.errors import EscalationNotYoursError
from app.web import access, edge
from app.web.manage.callbacks import roster_words as words
from app.web.manage.words import show_time

HOME = "/manage/escalations"
escalations = Blueprint("escalations", __name__, url_prefix=HOME)
access.gate(escalations, access.Gate.STAFF)


@escalations.get("")
def show_list() -> str:
    """What the reader was told of and has neither acknowledged nor seen worked by anybody."""
    return render_template(
        "manage/roster/escalations.html",
        waiting=list_waiting(edge.db(), actor=access.staff().actor),
        words=words,
        show_time=show_time,
        zone_of=ZoneInfo,
        now=edge.now(),
    )


@escalations.post("/<uuid:escalation_id>/acknowledge")
def acknowledge(escalation_id: uuid.UUID) -> Response | tuple[str, int]:
    """Say that one saw it: nobody is reminded of it any more."""
    try:
        row = acknowledge_escalation(edge.db(), escalation_id, actor=access.staff().actor, now=edge.now())
    except EscalationNotYoursError as error:
        edge.roll_back()
        flash(words.say_refusal(error), "bad")
        return show_list(), 409
    flash(gettext("Nobody is reminded of it any more. The case stays open."), "good")
    return redirect(f"/manage/callbacks/{row.case_id}", 303)


@escalations.app_template_global("told_of_case")
def told_of_case(case_id: uuid.UUID) -> uuid.UUID | None:
    """Return the id of what the reader was told of the case and has not acknowledged, for the case's page."""
    return find_waiting(edge.db(), case_id, actor=access.staff().actor)
