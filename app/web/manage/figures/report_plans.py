"""Reports by e-mail: one's own plans, and for administrators those of whom they administer."""

import re
import uuid
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from app.analytics.kept.models import Every, SendingState
from app.analytics.kept.plans import MOST_PLANS, PlanDraft, list_plans, list_readers, plan_report, remove_plan
from app.analytics.kept.schedule import Rhythm
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import NAMES, Language, read_language
from app.messaging.models import MessagingChannel
from app.web import access, edge
from app.web.manage import words
from app.web.manage.responses.query import list_choices
from app.web.manage.unit_choice import seek_unit

report_plans = Blueprint("report_plans", __name__, url_prefix="/manage/figures/reports")
access.gate(report_plans, access.Gate.STAFF)

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_USUAL_TIME, _USUAL_WHEN = "08:00", "week-1"
WEEKDAYS: tuple[LazyString, ...] = (
    lazy_gettext("every Monday, about the week before"),
    lazy_gettext("every Tuesday, about the week before"),
    lazy_gettext("every Wednesday, about the week before"),
    lazy_gettext("every Thursday, about the week before"),
    lazy_gettext("every Friday, about the week before"),
    lazy_gettext("every Saturday, about the week before"),
    lazy_gettext("every Sunday, about the week before"),
)
STATES: Mapping[str, LazyString] = {
    SendingState.WAITING: lazy_gettext("on its way"),
    SendingState.SENT: lazy_gettext("sent"),
    SendingState.SKIPPED: lazy_gettext("not sent"),
    SendingState.FAILED: lazy_gettext("failed"),
}
_REASONS: Mapping[str, LazyString] = {
    "no_rights": lazy_gettext("its reader may not see this unit any more"),
    "demo": lazy_gettext("mailboxes of the demo are made up"),
    "channel_off": lazy_gettext("this installation sends no e-mail"),
}


@report_plans.get("")
def show() -> str:
    """The plans that one may stop, and the form for a new one; `unit` fills it in."""
    typed = {"unit": request.args.get("unit", ""), "when": _USUAL_WHEN, "time": _USUAL_TIME}
    return _show({**typed, "language": edge.current_language().value}, {})


@report_plans.post("")
def add() -> Response | tuple[str, int]:
    """Plan a report: `user` (an id; oneself if there is none), `unit`, `when` (`week-1`, `month-28`), `time`,
    `language`.
    """
    form, who = request.form, access.staff()
    errors: dict[str, str] = {}
    twin: object = None
    typed = {name: form.get(name, "")[:200] for name in ("user", "unit", "when", "time", "language")}
    user_id = _read_user(typed["user"], errors) or who.user.id
    rhythm, language = _read_rhythm(typed, errors), read_language(typed["language"])
    if language is None:
        errors["language"] = gettext("There is no such choice.")
    unit_id = None
    if typed["unit"].strip():
        choice = seek_unit(edge.db(), typed["unit"], access.scope())
        unit_id = choice.unit.id if choice.unit is not None else None
        if choice.unit is None:
            errors["unit"] = choice.problem or gettext("Which of these do you mean?")
    if rhythm is not None and language is not None and not errors:
        try:
            plan_report(edge.db(), user_id, PlanDraft(unit_id, rhythm, language), who.actor, now=edge.now())
        except InvalidInputError as error:
            twin = error.details.get("twin")
            errors["user" if error.code == "too_many" else "when"] = _say(error)
        except NotFoundError as error:
            if error.code == "plan_not_found":
                errors["user"] = gettext("There is no such choice.")
            else:
                errors["unit"] = gettext("Its reader may not see this unit.")
    if errors:
        edge.roll_back()
        return _show(typed, errors, twin), 422
    flash(gettext("The report is planned."), "good")
    return redirect(url_for(".show"), 303)


@report_plans.post("/<uuid:plan_id>/stop")
def stop(plan_id: uuid.UUID) -> Response:
    """Send this report no more."""
    remove_plan(edge.db(), plan_id, access.staff().actor, now=edge.now())
    flash(gettext("This report is sent no more."), "good")
    return redirect(url_for(".show"), 303)


def say_rhythm(rhythm: Rhythm) -> str:
    """Return when a report comes and what it is about."""
    time = f"{rhythm.minute // 60:02}:{rhythm.minute % 60:02}"
    return str(gettext("%(when)s, at %(time)s", when=_say_when(rhythm.every, rhythm.day), time=time))


def say_last(state: str | None, failure: str | None) -> str:
    """Return what became of the last report, or nothing."""
    if state is None:
        return ""
    told = str(STATES.get(state, state))
    return f"{told}: {_REASONS.get(failure, lazy_gettext('the mail server did not take it'))}" if failure else told


def _say_when(every: Every, day: int) -> str:
    if every is Every.WEEK:
        return str(WEEKDAYS[day - 1])
    return str(gettext("on day %(day)s of every month, about the month before", day=day))


def _read_user(typed: str, errors: dict[str, str]) -> uuid.UUID | None:
    if not typed:
        return None
    try:
        return uuid.UUID(typed)
    except ValueError:
        errors["user"] = gettext("There is no such choice.")
        return None


def _read_rhythm(typed: Mapping[str, str], errors: dict[str, str]) -> Rhythm | None:
    every, _, day = typed["when"].partition("-")
    time = _TIME.fullmatch(typed["time"].strip())
    if every not in set(Every) or not (day.isascii() and day.isdigit() and len(day) < 3):
        errors["when"] = gettext("There is no such choice.")
    if time is None:
        errors["time"] = gettext("Write a time, such as 08:00.")
    if "when" in errors or time is None:
        return None
    return Rhythm(Every(every), int(day), 60 * int(time[1]) + int(time[2]))


def _say(error: InvalidInputError) -> str:
    if error.code == "too_many":
        return str(gettext("%(most)s reports are planned already. Stop one first.", most=MOST_PLANS))
    if error.code == "planned_already":
        return str(gettext("This very report is planned already."))
    return str(gettext("There is no such choice."))


def _show(typed: Mapping[str, str], errors: Mapping[str, str], twin: object = None) -> str:
    actor, desk = access.staff().actor, edge.desk()
    return render_template(
        "manage/figures/reports.html",
        typed=typed,
        errors=errors,
        twin=twin,
        plans=list_plans(edge.db(), actor, now=edge.now(), zone=desk.zone),
        readers=list_readers(edge.db(), actor),
        units=list_choices(edge.db(), access.scope()),
        whens=[
            (f"{every}-{day}", _say_when(every, day))
            for every, days in ((Every.WEEK, 7), (Every.MONTH, 28))
            for day in range(1, days + 1)
        ],
        names=[(language.value, NAMES[language]) for language in Language],
        mail_is_on=MessagingChannel.EMAIL in edge.wiring().gateways.channels,
        say_rhythm=say_rhythm,
        say_last=say_last,
        show_time=words.show_time,
        zone=desk.zone,
    )
