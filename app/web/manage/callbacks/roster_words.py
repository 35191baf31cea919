"""The words for the roster: rules, refusals, days and hours."""

from collections.abc import Mapping
from datetime import date, datetime

from babel.dates import format_date, format_skeleton
from flask_babel import get_locale, gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.callbacks.escalation.models import EscalationRule
from app.kit.errors import OtklikError
from app.organisation.hours import parse_hours
from app.web.manage.organisation.unit_words import say_fact, show_week

RULES: Mapping[EscalationRule, LazyString] = {
    EscalationRule.FIRST_ATTEMPT_SOON: lazy_gettext("The time for the first call is nearly up"),
    EscalationRule.FIRST_ATTEMPT_LATE: lazy_gettext("Nobody has rung in time"),
    EscalationRule.SETTLE_SOON: lazy_gettext("The time to settle it is nearly up"),
    EscalationRule.SETTLE_LATE: lazy_gettext("It was not settled in time"),
    EscalationRule.PROMISE_LATE: lazy_gettext("A promise was not kept in time"),
}
_REFUSALS: Mapping[str, LazyString] = {
    "user_missing": lazy_gettext("Choose somebody."),
    "not_there": lazy_gettext("This person cannot work the cases of the unit. Choose somebody of the list."),
    "days_turned_round": lazy_gettext("The last day comes before the first."),
    "invalid_day": lazy_gettext("Write the day as 2026-12-31."),
    "escalation_not_yours": lazy_gettext("%(name)s was told of it, and has to say so."),
}


def say_refusal(error: OtklikError) -> str:
    """Return in the reader's language why it cannot be done."""
    if error.code in _REFUSALS:
        return str(_REFUSALS[error.code]) % {"name": "", **error.details}
    return say_fact(error)


def say_day(day: date) -> str:
    """Return the weekday and the day, as the heading of one day of a week."""
    return str(format_date(day, "EEEE, d MMMM", locale=get_locale()))


def say_span(first: date | None, last: date | None) -> str:
    """Return from when until when, in days; nothing for always."""
    if first is None and last is None:
        return ""
    if first is not None and last is not None:
        return f"{_day(first)} – {_day(last)}"
    if first is not None:
        return str(gettext("from %(day)s", day=_day(first)))
    return str(gettext("until %(day)s", day=_day(last)))


def say_hours(text: str) -> list[tuple[str, str]]:
    """Return days and hours of a duty as people read them, without the days off it."""
    week = parse_hours(text)
    return [pair for pair, works in zip(show_week(week), _works(text), strict=False) if works]


def say_clock(begins: datetime, ends: datetime) -> str:
    """Return a stretch of a day, `09:00–24:00`."""
    last = "24:00" if ends.date() > begins.date() else f"{ends:%H:%M}"
    return f"{begins:%H:%M}–{last}"


def minute_of(moment: datetime, day: date) -> int:
    """Return the minute of the day that the clock on the wall shows; the next midnight is 1440."""
    return 1440 if moment.date() > day else moment.hour * 60 + moment.minute


def _day(day: date | None) -> str:
    return str(format_skeleton("yMMMd", day, locale=get_locale())) if day else ""


def _works(text: str) -> list[bool]:
    runs: list[object] = []
    for spans in parse_hours(text).days:
        if not runs or runs[-1] != spans:
            runs.append(spans)
    return [bool(spans) for spans in runs]
