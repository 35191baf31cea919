"""The filter of responses as it stands in the address: read, shown again, and linked to from figures."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.accounts.scope import Scope
from app.analytics.filters import ResponseFilter
from app.analytics.wall_clock import WallHour
from app.kit.i18n import Language
from app.organisation.listing import places_of
from app.organisation.models import Unit
from app.organisation.places import Place, tell_apart
from app.organisation.service import search_units
from app.responses.models import Via
from app.responses.topics.rules import ANY_TOPIC, KEY, NO_TOPIC
from app.review_sites.catalogue import Site
from app.surveys.definition import Band, Metric, QuestionType
from app.touchpoints.models import Channel
from app.web.manage.filter_fields import read_flag, read_known, read_seconds, read_span
from app.web.manage.unit_choice import seek_unit

# A list to choose from up to here; beyond, a field to type a name or code into.
MOST_UNITS = 200
_NONE = "none"
_VALUES = r"\d{1,3}(?:,\d{1,3}){0,19}"
_ELSE = re.compile(f"not-({_VALUES})", re.ASCII)


@dataclass(slots=True)
class ResponseQuery:
    """What was asked for. `problems` are by field, in the reader's words; with any of them nothing is listed.

    `typed` is what stands in the address, without the page; `suggestions` are units that a typed name may have meant.
    """

    wanted: ResponseFilter
    typed: Mapping[str, list[str]]
    unit: Unit | None = None
    problems: dict[str, str] = field(default_factory=dict)
    suggestions: Sequence[Place] = ()

    def value(self, name: str) -> str:
        """Return what was typed into a field, or an empty text."""
        return self.typed.get(name, [""])[0]

    def without(self, name: str) -> dict[str, list[str]]:
        """Return the address's values without one of the fields, and without what only narrows that one further."""
        gone = {name, "scale"} if name == "figure" else {name}
        return {key: values for key, values in self.typed.items() if key not in gone}


def read_query(session: Session, args: MultiDict[str, str], *, scope: Scope, zone: ZoneInfo) -> ResponseQuery:
    """Return the filter of the address; days are whole ones in `zone`, `to` included."""
    typed = {name: [value for value in args.getlist(name) if value] for name in FIELDS}
    # PostgreSQL refuses NUL even in a comparison, and nothing that we store under a key holds control characters.
    strange = [name for name, values in typed.items() if not all(value.isprintable() for value in values)]
    query = ResponseQuery(
        ResponseFilter(),
        {name: values for name, values in typed.items() if values and name not in strange},
        problems={name: gettext("There is no such choice.") for name in strange},
    )
    unit_id = _read_unit(session, query, scope)
    since, until = read_span(query, zone)
    left_for = next((site for site in Site if site.value == query.value("left")), None)
    query.wanted = ResponseFilter(
        unit_id=unit_id,
        touchpoint=query.value("touchpoint").upper() or None,
        employee=query.value("employee") or None,
        survey=query.value("survey") or None,
        metric=read_known(query, "figure", Metric),
        scale=read_known(query, "scale", QuestionType),
        ratings=_read_ratings(query),
        bands=tuple(band for band in [read_known(query, "band", Band)] if band),
        channel=read_known(query, "channel", Channel),
        via=read_known(query, "via", Via),
        language=read_known(query, "language", Language),
        suspect=read_flag(query, "suspect"),
        has_comment=read_flag(query, "comment"),
        has_left=None if left_for else read_flag(query, "left"),
        left_for=left_for,
        improvement_id=_read_id(query, "improvement"),
        topic=_read_topic(query),
        said=query.value("topic") == ANY_TOPIC,
        call_topic=query.value("about") or None,
        has_employee=read_flag(query, "served"),
        waited=read_seconds(query, "waited"),
        handled=read_seconds(query, "handled"),
        at_hour=_read_hour(query, zone),
        answered=_read_answer(query),
        answered_else=_read_else(query),
        chose_none=_read_none(query),
        at_code=bool(read_flag(query, "walk_up")),
        about_contact=bool(read_flag(query, "contact")),
        finished=bool(read_flag(query, "finished")),
        since=since,
        until=until,
    )
    return query


FIELDS = (
    "unit",
    "from",
    "to",
    "band",
    "survey",
    "channel",
    "language",
    "comment",
    "suspect",
    "left",
    "figure",
    "scale",
    "rating",
    "touchpoint",
    "employee",
    "via",
    "improvement",
    "topic",
    "about",
    "served",
    "waited",
    "handled",
    "at",
    "answer",
    "walk_up",
    "contact",
    "finished",
)


def list_choices(session: Session, scope: Scope) -> list[tuple[str, str]] | None:
    """Return codes and names of units to choose from, or None where there are too many for a list."""
    found = search_units(session, "", scope=scope, limit=MOST_UNITS + 1)
    if len(found) > MOST_UNITS:
        return None
    return tell_apart(places_of(session, found))


def _read_unit(session: Session, query: ResponseQuery, scope: Scope) -> uuid.UUID | None:
    typed = query.value("unit")
    if not typed:
        return None
    choice = seek_unit(session, typed, scope)
    query.unit = choice.unit
    if query.unit is None:
        query.suggestions = choice.suggestions
        query.problems["unit"] = choice.problem or ""
        return None
    return query.unit.id


def _read_id(query: ResponseQuery, name: str) -> uuid.UUID | None:
    typed = query.value(name)
    try:
        return uuid.UUID(typed) if typed else None
    except ValueError:
        query.problems[name] = gettext("There is no such choice.")
        return None


def _read_answer(query: ResponseQuery) -> tuple[str, tuple[int, ...]] | None:
    """Return a later question and some of its values from `manner`, `manner:5` or `manner:4,5`."""
    key, colon, values = query.value("answer").partition(":")
    if values == _NONE or (key and _ELSE.fullmatch(values)):
        return None
    if colon and not re.fullmatch(_VALUES, values, re.ASCII):
        query.problems["answer"] = gettext("There is no such choice.")
        return None
    return (key, tuple(int(value) for value in values.split(",")) if values else ()) if key else None


def _read_else(query: ResponseQuery) -> tuple[str, tuple[int, ...]] | None:
    """Return the question and the values of `reasons:not-3`: answered, and with none of them."""
    key, _, values = query.value("answer").partition(":")
    found = _ELSE.fullmatch(values)
    return (key, tuple(int(value) for value in found[1].split(","))) if key and found else None


def _read_none(query: ResponseQuery) -> str | None:
    """Return the question of `reasons:none`, of which nothing was chosen."""
    key, _, values = query.value("answer").partition(":")
    return key or None if values == _NONE else None


def _read_hour(query: ResponseQuery, zone: ZoneInfo) -> WallHour | None:
    """Return the hour of a weekday of `1-14`: Monday from 14:00 to 15:00."""
    typed = query.value("at")
    if not typed:
        return None
    found = re.fullmatch(r"([1-7])-(\d|1\d|2[0-3])", typed, re.ASCII)
    if found is None:
        query.problems["at"] = gettext("There is no such choice.")
        return None
    return WallHour(int(found[1]), int(found[2]), zone)


def _read_topic(query: ResponseQuery) -> str | None:
    """Return the key of a topic, one that is in the rules no more among them; `""` for `none`."""
    typed = query.value("topic")
    if typed and not re.fullmatch(KEY, typed):
        query.problems["topic"] = gettext("There is no such choice.")
        return None
    return {NO_TOPIC: "", ANY_TOPIC: None}.get(typed, typed or None)


def _read_ratings(query: ResponseQuery) -> tuple[int, ...]:
    typed = query.typed.get("rating", [])
    if all(len(one) <= 3 and one.isascii() and one.isdigit() for one in typed):
        return tuple(sorted({int(one) for one in typed}))
    query.problems["rating"] = gettext("There is no such choice.")
    return ()
