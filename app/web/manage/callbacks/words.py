"""The words for cases: states, timelines, refusals and times in the unit's zone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import flask_babel
from babel.dates import format_datetime
from flask_babel import gettext, lazy_gettext

from app.callbacks.deadlines import NextMove
from app.callbacks.earlier import EarlierCase
from app.callbacks.models import AttemptResult, CallbackCase, CallWindow
from app.callbacks.queues import Queue
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.states import CaseReason
from app.kit.errors import OtklikError
from app.surveys.definition import Definition, QuestionType
from app.web import edge

TABS = {
    Queue.UNIT: lazy_gettext("All"),
    Queue.MINE: lazy_gettext("Mine"),
    Queue.OVERDUE: lazy_gettext("Overdue"),
    Queue.UNCLAIMED: lazy_gettext("Free"),
    Queue.SCHEDULED: lazy_gettext("Scheduled"),
    Queue.LOOK_INTO: lazy_gettext("To look into"),
    Queue.CLOSED: lazy_gettext("Closed"),
    Queue.OPEN: lazy_gettext("All open ones"),
}
EMPTY = {
    Queue.UNIT: lazy_gettext("Nobody waits for a call."),
    Queue.MINE: lazy_gettext("You have claimed no case. The free ones wait for somebody."),
    Queue.UNCLAIMED: lazy_gettext("Every callback has somebody who works it."),
    Queue.OVERDUE: lazy_gettext("Nothing is overdue."),
    Queue.SCHEDULED: lazy_gettext("Nobody is to be rung at a time agreed on."),
    Queue.LOOK_INTO: lazy_gettext("No low rating without a number waits to be looked into."),
    Queue.CLOSED: lazy_gettext("No case has been closed yet."),
    Queue.OPEN: lazy_gettext("Nothing is open."),
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
    CaseReason.COMPLAINT: lazy_gettext("Complaint"),
    CaseReason.RAISED: lazy_gettext("Raised by hand"),
}
HURRIED = {"repeated": lazy_gettext("Unhappy again"), "vip": "VIP"}
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
    "promise_time_missing": lazy_gettext("Say by when."),
    "promise_missing": lazy_gettext("Say what was promised."),
    "promise_too_long": lazy_gettext("This text is too long; 500 characters fit."),
    "taker_missing": lazy_gettext("Choose who gets it."),
    "taker_unknown": lazy_gettext("They may not work this case."),
    "nothing_to_merge": lazy_gettext("Choose the cases."),
    "no_cases": lazy_gettext("Choose the cases first."),
    "too_many_cases": lazy_gettext("These are too many at once."),
    "not_same_person": lazy_gettext("These are not cases of one person."),
    "unknown_case": lazy_gettext("There is no such case among those you may work."),
    "cases_missing": lazy_gettext("Choose the cases."),
    "outcome_needs_number": lazy_gettext("There is no number, so nobody can have been rung. Choose another ending."),
    "note_missing": lazy_gettext("Write something first."),
    "reason_missing": lazy_gettext("Say in a few words why you need the number."),
    "text_too_long": lazy_gettext("This text is too long; 2,000 characters fit."),
    "unreadable_text": lazy_gettext("This text has characters that cannot be kept. Please write it anew."),
    "act_missing": lazy_gettext("Choose a step."),
    "outcome_missing": lazy_gettext("Choose how it ended."),
    "cause_missing": lazy_gettext("Choose what lay behind it."),
    "result_missing": lazy_gettext("Choose how the call went."),
    "no_number": lazy_gettext("There is no number that may be rung."),
    "unreadable_value": lazy_gettext("The number cannot be read: its key is missing. Tell whoever runs this service."),
    "too_many_reveals": lazy_gettext("You have looked at many numbers within an hour. Claim the cases that you work."),
}


@dataclass(frozen=True, slots=True)
class ShownRating:
    """A rating in words; `face` is 1 to 5 where the question was asked with faces."""

    label: str
    face: int | None


def show_rating(definition: Definition, rating: int) -> ShownRating:
    """Return the rating of a survey's first question as people read it."""
    first = definition.first
    label = first.label(rating, edge.current_language())
    if first.type is QuestionType.NPS:
        label = gettext("%(rating)s of 10", rating=rating)
    return ShownRating(label, rating if first.type is QuestionType.RATING5 else None)


def say_attempt(result: AttemptResult, case: CallbackCase, zone: ZoneInfo, now: datetime) -> str:
    """Return what the page says after a try to ring: when the next one is, or what to do instead."""
    if result is AttemptResult.REACHED:
        return str(gettext("Reached is written down. Close the case once the matter is settled."))
    if result is AttemptResult.WRONG_NUMBER:
        return str(gettext("A wrong number is written down. Without another one, close the case."))
    if case.next_attempt_at is None:
        return str(gettext("No answer is written down. It was tried often enough: close the case or plan a call."))
    again = say_soon(case.next_attempt_at, zone, now)
    if result is AttemptResult.CALL_LATER:
        return str(gettext("Written down. Ring again %(time)s.", time=again))
    return str(gettext("No answer is written down. Next try: %(time)s.", time=again))


def say_refusal(error: OtklikError, zone: ZoneInfo) -> str:
    """Return why something could not be done, in the reader's language and the office's time."""
    return say_code(error.code, error.details, zone) or error.message


def say_code(code: str, details: Mapping[str, object], zone: ZoneInfo) -> str:
    """Return what the code of an error means, with its details; "" for one that has no words here."""
    at = details.get("at")
    since = say_time(at, zone) if isinstance(at, datetime) else ""
    if code == "case_taken":
        return str(gettext("%(name)s has worked this case since %(since)s.", name=details["name"], since=since))
    if code == "case_closed":
        return str(gettext("This case was closed on %(since)s and stays as it was.", since=since))
    if code == "promise_open":
        return str(
            gettext(
                "A promise is still to be kept by %(time)s: %(promise)s. Keep or withdraw it first.",
                time=since,
                promise=details["promise"],
            )
        )
    if code == "promise_over":
        return str(gettext("This promise was ended on %(since)s already.", since=since))
    return str(_REFUSALS.get(code, ""))


def say_time(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as the office's clock and calendar show it."""
    return str(format_datetime(at, "EEE d MMM y, HH:mm", tzinfo=zone, locale=flask_babel.get_locale()))


def say_earlier(other: EarlierCase, zone: ZoneInfo, now: datetime, rules: CaseRules) -> str:
    """Return another case of the same person in a line: when, where, why, and how it stands."""
    parts = [say_soon(other.at, zone, now), other.unit_name, str(REASONS[CaseReason(other.reason)])]
    if other.outcome:
        parts.append(rules.say_outcome(other.outcome, edge.current_language()))
    elif other.claimed_by:
        parts.append(str(gettext("worked by %(name)s", name=other.claimed_by)))
    return " · ".join(parts)


def say_seconds(seconds: int) -> str:
    """Return how long something took, to the second."""
    if seconds < 60:
        return str(gettext("%(seconds)s s", seconds=seconds))
    return str(gettext("%(minutes)s min %(seconds)s s", minutes=seconds // 60, seconds=seconds % 60))


def say_refusals(refused: Sequence[tuple[str, Mapping[str, object]]], zone: ZoneInfo) -> str:
    """Return why some of many could not be done, each reason once with how many it held back."""
    counted = Counter(say_code(code, details, zone).rstrip(".") for code, details in refused)
    return "; ".join(f"{why} ({count})" if count > 1 else why for why, count in counted.items())


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
