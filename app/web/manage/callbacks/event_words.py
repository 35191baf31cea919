"""The words for what happened to a case: each line of a timeline, without who and when."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext

from app.callbacks.asking_back.answering import SAID
from app.callbacks.declining import NO_CALL
from app.callbacks.models import AttemptResult, EventKind
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.sheet import TimelineEvent
from app.callbacks.states import CaseReason
from app.kit.i18n import say
from app.web import edge
from app.web.manage.callbacks.asked_back_words import tell_answered_back, tell_asked_back
from app.web.manage.callbacks.compensation_words import say_amount
from app.web.manage.callbacks.roster_words import RULES
from app.web.manage.callbacks.words import RESULTS, say_time

_EVENTS = {
    EventKind.OPENED: lazy_gettext("The case was opened"),
    EventKind.NUMBER_ADDED: lazy_gettext("The respondent left a number"),
    EventKind.CALLBACK_REQUESTED: lazy_gettext("The respondent asked for a call"),
    EventKind.CLAIMED: lazy_gettext("Claimed"),
    EventKind.RELEASED: lazy_gettext("Given back"),
    EventKind.REVEALED: lazy_gettext("Looked at the number"),
    EventKind.NOTE: lazy_gettext("Note"),
    EventKind.ESCALATED: lazy_gettext("Told further up"),
    EventKind.ACKNOWLEDGED: lazy_gettext("Seen by whoever was told"),
    EventKind.HANDED_OVER: lazy_gettext("Handed over"),
    EventKind.COMPENSATION_PROPOSED: lazy_gettext("Proposed a compensation"),
    EventKind.COMPENSATION_APPROVED: lazy_gettext("Approved the compensation"),
    EventKind.COMPENSATION_DECLINED: lazy_gettext("Declined the compensation"),
    EventKind.COMPENSATION_WITHDRAWN: lazy_gettext("Withdrew the compensation"),
    EventKind.REOPENED: lazy_gettext("Opened again"),
}


def say_event(event: TimelineEvent, zone: ZoneInfo, rules: CaseRules) -> str:
    """Return one line of the timeline without who and when."""
    details = event.details
    if event.kind in _TELLERS:
        return _TELLERS[event.kind](details, zone)
    if event.kind in _GIVEN:
        return _tell_compensation(event, rules)
    match event.kind:
        case EventKind.HANDED_OVER if event.given_to:
            return str(gettext("Handed over to %(name)s", name=event.given_to))
        case EventKind.ESCALATED if event.given_to:
            return str(gettext("Told %(name)s: %(why)s", name=event.given_to, why=RULES[details["rule"]]))
        case EventKind.NOTE if details.get("said") == NO_CALL:
            return str(gettext("The respondent asked not to be called"))
        case EventKind.NOTE if details.get("said") == SAID:
            return str(gettext("The person wrote"))
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


def _tell_compensation(event: TimelineEvent, rules: CaseRules) -> str:
    """Name what is given and how much of it, in hundredths of the currency."""
    words, given = str(_EVENTS[event.kind]), event.details.get("given")
    if given is None:
        return words
    label = next(
        (say(kind.label, edge.current_language()) for kind in rules.compensation.kinds if kind.key == given), given
    )
    amount = say_amount(event.details["amount"], event.details["currency"])
    return f"{words}: {label}, {amount}"


def _tell_attempt(details: Mapping[str, Any], zone: ZoneInfo) -> str:
    result = str(RESULTS[AttemptResult(details["result"])])
    if "next_attempt_at" not in details:
        return str(gettext("Rang: %(result)s", result=result))
    return str(gettext("Rang: %(result)s. Again %(time)s", result=result, time=_time(details["next_attempt_at"], zone)))


def _tell_rating(details: Mapping[str, Any], _zone: ZoneInfo) -> str:
    old, new = details["old_rating"], details["new_rating"]
    return str(gettext("The respondent changed the rating from %(old)s to %(new)s", old=old, new=new))


def _tell_kept(details: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return str(gettext("Kept the promise: %(promise)s", promise=details.get("promise", "")))


def _tell_withdrawn(details: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return str(gettext("Withdrew the promise: %(promise)s", promise=details.get("promise", "")))


def _tell_promised(details: Mapping[str, Any], zone: ZoneInfo) -> str:
    return str(gettext("Promised by %(time)s", time=_time(details["due_at"], zone)))


def _tell_rescheduled(details: Mapping[str, Any], zone: ZoneInfo) -> str:
    return str(gettext("To be rung %(time)s", time=_time(details["at"], zone)))


def _tell_merged(details: Mapping[str, Any], _zone: ZoneInfo) -> str:
    if "into" in details:
        return str(gettext("Merged into another case of this person"))
    return str(gettext("Another case of this person was merged into this one"))


def _time(text: str, zone: ZoneInfo) -> str:
    return say_time(datetime.fromisoformat(text), zone)


_GIVEN = frozenset(
    {
        EventKind.COMPENSATION_PROPOSED,
        EventKind.COMPENSATION_APPROVED,
        EventKind.COMPENSATION_DECLINED,
        EventKind.COMPENSATION_WITHDRAWN,
    }
)
_TELLERS: Mapping[EventKind, Callable[[Mapping[str, Any], ZoneInfo], str]] = {
    EventKind.RATING_CHANGED: _tell_rating,
    EventKind.ATTEMPT: _tell_attempt,
    EventKind.RESCHEDULED: _tell_rescheduled,
    EventKind.PROMISED: _tell_promised,
    EventKind.PROMISE_KEPT: _tell_kept,
    EventKind.PROMISE_WITHDRAWN: _tell_withdrawn,
    EventKind.MERGED: _tell_merged,
    EventKind.ASKED_BACK: tell_asked_back,
    EventKind.ANSWERED_BACK: tell_answered_back,
}
