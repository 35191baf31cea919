"""The words for units and employees: kinds, weeks, and what is wrong with a fact."""

from collections.abc import Iterator, Mapping
from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global
from babel.dates import get_day_names
from flask_babel import get_locale, gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.kit.errors import OtklikError
from app.organisation.hours import DAY, Span, WeekHours
from app.organisation.models import UnitKind

KINDS: Mapping[str, LazyString] = {
    UnitKind.COMPANY: lazy_gettext("Company"),
    UnitKind.REGION: lazy_gettext("Region"),
    UnitKind.CITY: lazy_gettext("City"),
    UnitKind.OFFICE: lazy_gettext("Office"),
    UnitKind.DESK: lazy_gettext("Desk"),
    UnitKind.CONTACT_CENTRE: lazy_gettext("Contact centre"),
    UnitKind.QUEUE: lazy_gettext("Queue"),
}
# Whoever makes a unit chooses among these.
MAKEABLE = tuple(kind for kind in UnitKind if kind is not UnitKind.COMPANY)
_HOURS_CURE = lazy_gettext("Write for example Mo-Fr 09:00-18:00; Sa 10:00-14:00, or 24/7.")
FACTS: Mapping[str, LazyString] = {
    "name_missing": lazy_gettext("A name is needed."),
    "name_too_long": lazy_gettext("Too long: at most %(longest)s characters."),
    "address_too_long": lazy_gettext("Too long: at most %(longest)s characters."),
    "unknown_kind": lazy_gettext("There is no such kind of unit."),
    "unknown_zone": lazy_gettext("There is no such time zone. Write for example Asia/Almaty or Europe/Kyiv."),
    "place_incomplete": lazy_gettext("Both coordinates are needed, or neither."),
    "latitude_off_earth": lazy_gettext("The latitude, which comes first, lies between -90 and 90."),
    "longitude_off_earth": lazy_gettext("The longitude, which comes second, lies between -180 and 180."),
    "not_degrees": lazy_gettext("This is not a number of degrees. Write for example 43.238949."),
    "not_a_place": lazy_gettext("These are no coordinates. Write for example 43.238949, 76.889709."),
    "unreadable_text": lazy_gettext("This text has characters that cannot be kept. Please write it anew."),
    "invalid_code": lazy_gettext("A code has 1 to %(longest)s characters that can be seen."),
    "unit_exists": lazy_gettext("Another unit has this code already."),
    "employee_exists": lazy_gettext("Somebody else has this code already."),
    "unit_cycle": lazy_gettext("A unit cannot lie below itself."),
    "unit_closed": lazy_gettext("That unit is closed. Reopen it first."),
    "unknown_unit": lazy_gettext("There is no such unit among those you may see."),
    "company_is_set": lazy_gettext("The company itself comes from the settings of the service."),
    "never_open": lazy_gettext("Open on at least one day. Leave the hours empty to take those of the unit above."),
    "hours_too_long": lazy_gettext("Too long: at most %(longest)s characters."),
    "unknown_weekday": lazy_gettext("“%(text)s” is not a weekday."),
    "invalid_hours": lazy_gettext("“%(text)s” cannot be read as hours."),
}
_WITH_CURE = frozenset({"unknown_weekday", "invalid_hours"})
# Where our users are; a zone of elsewhere is taken too when it is typed.
_NEAR = frozenset({"KZ", "KG", "UZ", "UA", "RU"})


def say_fact(error: OtklikError) -> str:
    """Return in the reader's language what is wrong with a fact that was typed."""
    return say_code(error.code, error.details) or str(gettext("This cannot be taken. Please check it."))


def say_code(code: str, details: Mapping[str, object]) -> str | None:
    """Return what is wrong by the code and the details of an error, or None for one that is about no fact."""
    if code not in FACTS:
        return None
    said = str(FACTS[code]) % {"text": "", "longest": "", **details}
    return f"{said} {_HOURS_CURE}" if code in _WITH_CURE else said


def say_above(error: OtklikError) -> str:
    """Return why a unit cannot be reopened."""
    if error.code == "unit_closed":
        return str(gettext("The unit above is closed. Reopen that one first."))
    return say_fact(error)


def show_week(week: WeekHours) -> Iterator[tuple[str, str]]:
    """Yield days and their hours as people read them, days alike together; Monday first."""
    names = get_day_names("wide", context="stand-alone", locale=get_locale())
    runs: list[list[int]] = []
    for day, spans in enumerate(week.days):
        if runs and week.days[runs[-1][0]] == spans:
            runs[-1].append(day)
        else:
            runs.append([day])
    for run in runs:
        first, last = str(names[run[0]]), str(names[run[-1]])
        yield first if len(run) == 1 else f"{first} – {last}", _show_spans(week.days[run[0]])
    if week.holidays is not None:
        yield str(gettext("Public holidays")), _show_spans(week.holidays)


def zones_at_hand(region: str) -> tuple[str, ...]:
    """Return the time zones to offer: those of the company's country and its neighbours."""
    return _zones(_NEAR | {region})


def _show_spans(spans: tuple[Span, ...]) -> str:
    if not spans:
        return str(gettext("closed"))
    if spans == ((0, DAY),):
        return str(gettext("all day and night"))
    return ", ".join(f"{_show_time(start)}–{_show_time(end)}" for start, end in spans)


def _show_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@cache
def _zones(regions: frozenset[str]) -> tuple[str, ...]:
    there = get_global("zone_territories")
    return tuple(sorted(zone for zone in available_timezones() if there.get(zone) in regions))
