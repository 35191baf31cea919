"""The words for cases: states, timelines, refusals and times in the unit's zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import flask_babel
from babel.dates import format_datetime
from flask_babel import gettext, lazy_gettext

from app.callbacks.deadlines import NextMove
from app.callbacks.declining import NO_CALL
from app.callbacks.models import AttemptResult, CallWindow, EventKind
from app.callbacks.queues import Tab
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.sheet import TimelineEvent
from app.callbacks.states import CaseReason
from app.kit.errors import OtklikError
from app.web import edge

TABS = {
    Tab.CALLBACKS: lazy_gettext("All"),
    Tab.MINE: lazy_gettext("Mine"),
    Tab.UNCLAIMED: lazy_gettext("Free"),
    Tab.OVERDUE: lazy_gettext("Overdue"),
    Tab.LOOK_INTO: lazy_gettext("To look into"),
    Tab.CLOSED: lazy_gettext("Closed"),
    Tab.OPEN: lazy_gettext("All open ones"),
}
EMPTY = {
    Tab.CALLBACKS: lazy_gettext("Nobody waits for a call."),
    Tab.MINE: lazy_gettext("You have claimed no case. The free ones wait for somebody."),
    Tab.UNCLAIMED: lazy_gettext("Every callback has somebody who works it."),
    Tab.OVERDUE: lazy_gettext("Nothing is overdue."),
    Tab.LOOK_INTO: lazy_gettext("No low rating without a number waits to be looked into."),
    Tab.CLOSED: lazy_gettext("No case has been closed yet."),
    Tab.OPEN: lazy_gettext("Nothing is open."),
}
MOVES = {
    NextMove.RING: lazy_gettext("Ring"),
    NextMove.RING_AGAIN: lazy_gettext("Ring again"),
    NextMove.SETTLE: lazy_gettext("Settle the matter"),
    NextMove.LOOK_INTO: lazy_gettext("Look into it"),
    NextMove.NOTHING: lazy_gettext("Closed"),
}
REASONS = {
    CaseReason.LOW_RATING: lazy_gettext("Low rating"),
    CaseReason.REQUESTED: lazy_gettext("Asked for a call"),
}
WINDOWS = {
    CallWindow.ANY: lazy_gettext("at any time"),
    CallWindow.MORNING: lazy_gettext("in the morning"),
    CallWindow.AFTERNOON: lazy_gettext("in the afternoon"),
    CallWindow.EVENING: lazy_gettext("in the evening"),
}
RESULTS = {
    AttemptResult.REACHED: lazy_gettext("Reached"),
    AttemptResult.NO_ANSWER: lazy_gettext("No answer"),
    AttemptResult.WRONG_NUMBER: lazy_gettext("Wrong number"),
    AttemptResult.CALL_LATER: lazy_gettext("Asked to be rung later"),
}
_REFUSALS = {
    "time_missing": lazy_gettext("Choose when to ring again."),
    "time_out_of_range": lazy_gettext("Choose a time in the next 60 days."),
    "note_missing": lazy_gettext("Write something first."),
    "reason_missing": lazy_gettext("Say in a few words why you need the number."),
    "text_too_long": lazy_gettext("This text is too long; 2,000 characters fit."),
    "unreadable_text": lazy_gettext("This text has characters that cannot be kept. Please write it anew."),
    "outcome_missing": lazy_gettext("Choose how it ended."),
    "cause_missing": lazy_gettext("Choose what lay behind it."),
    "result_missing": lazy_gettext("Choose how the call went."),
    "no_number": lazy_gettext("There is no number that may be rung."),
    "unreadable_value": lazy_gettext("The number cannot be read: its key is missing. Tell whoever runs this service."),
    "too_many_reveals": lazy_gettext("You have looked at many numbers within an hour. Claim the cases that you work."),
}
_EVENTS = {
    EventKind.OPENED: lazy_gettext("The case was opened"),
    EventKind.NUMBER_ADDED: lazy_gettext("The respondent left a number"),
    EventKind.CALLBACK_REQUESTED: lazy_gettext("The respondent asked for a call"),
    EventKind.CLAIMED: lazy_gettext("Claimed"),
    EventKind.RELEASED: lazy_gettext("Given back"),
    EventKind.REVEALED: lazy_gettext("Looked at the number"),
    EventKind.NOTE: lazy_gettext("Note"),
}


def say_refusal(error: OtklikError, zone: ZoneInfo) -> str:
    """Return why something could not be done, in the reader's language and the office's time."""
    at = error.details.get("at")
    since = say_time(at, zone) if isinstance(at, datetime) else ""
    if error.code == "case_taken":
        return str(gettext("%(name)s has worked this case since %(since)s.", name=error.details["name"], since=since))
    if error.code == "case_closed":
        return str(gettext("This case was closed on %(since)s and stays as it was.", since=since))
    return str(_REFUSALS.get(error.code, error.message))


def say_event(event: TimelineEvent, zone: ZoneInfo, rules: CaseRules) -> str:
    """Return one line of the timeline without who and when."""
    details = event.details
    match event.kind:
        case EventKind.RATING_CHANGED:
            return str(
                gettext(
                    "The respondent changed the rating from %(old)s to %(new)s",
                    old=details["old_rating"],
                    new=details["new_rating"],
                )
            )
        case EventKind.ATTEMPT:
            result = str(RESULTS[AttemptResult(details["result"])])
            if "next_attempt_at" not in details:
                return str(gettext("Rang: %(result)s", result=result))
            again = say_time(datetime.fromisoformat(details["next_attempt_at"]), zone)
            return str(gettext("Rang: %(result)s. Again %(time)s", result=result, time=again))
        case EventKind.NOTE if details.get("said") == NO_CALL:
            return str(gettext("The respondent asked not to be called"))
        case EventKind.RELEASED if event.held_by:
            return str(gettext("Given back in place of %(name)s", name=event.held_by))
        case EventKind.CLOSED:
            return str(
                gettext(
                    "Closed: %(outcome)s. Behind it: %(cause)s",
                    outcome=rules.say_outcome(details["outcome"], edge.current_language()),
                    cause=rules.say_cause(details["cause"], edge.current_language()),
                )
            )
        case EventKind.OPENED if details.get("reason") == CaseReason.REQUESTED:
            return str(gettext("The respondent asked for a call"))
    return str(_EVENTS.get(event.kind, event.kind))


def say_time(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as the office's clock and calendar show it."""
    return str(format_datetime(at, "EEE d MMM y, HH:mm", tzinfo=zone, locale=flask_babel.get_locale()))


def say_soon(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Return a near instant on the office's clock, with the year only when it is another one, the day unless today."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    pattern = "EEE d MMM, HH:mm" if local.year == today.year else "EEE d MMM y, HH:mm"
    if local.date() == today.date():
        return str(gettext("today, %(time)s", time=f"{local:%H:%M}"))
    return str(format_datetime(at, pattern, tzinfo=zone, locale=flask_babel.get_locale()))


def say_distance(at: datetime, now: datetime) -> str:
    """Return how far an instant is from now: "in 3 hours", "2 hours ago"."""
    distance = at - now
    # The next-lower unit would promise a precision that nobody works by; a moment is a minute.
    if abs(distance) < timedelta(minutes=1):
        distance = timedelta(minutes=1 if distance >= timedelta() else -1)
    return str(flask_babel.format_timedelta(distance, add_direction=True, threshold=1.5))
