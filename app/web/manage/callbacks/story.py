"""Everything that happened around a case as lines in the reader's words, the earliest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext

from app.callbacks.earlier import EarlierCase, GivenResponse
from app.callbacks.sheet import CaseSheet, Entry, TimelineEvent
from app.callbacks.story import HeldCall, SentMessage
from app.review_sites.service import list_clicks
from app.surveys.service import get_definition
from app.web import edge
from app.web.manage.callbacks.event_words import say_event
from app.web.manage.callbacks.words import say_earlier, say_seconds, show_rating
from app.web.manage.messages import words as message_words
from app.web.manage.words import CHANNELS


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline as it is shown; `address` leads to what it tells of, `recording` to what was said."""

    at: datetime
    words: str
    who: str | None = None
    note: str | None = None
    address: str | None = None
    recording: str | None = None


def tell_events(events: Sequence[TimelineEvent], zone: ZoneInfo) -> list[Line]:
    """Return what was done about the case itself."""
    return [_tell_event(event, zone) for event in events]


def tell(sheet: CaseSheet, zone: ZoneInfo, now: datetime) -> list[Line]:
    """Return the whole story of the case's page."""
    lines = [_tell_entry(entry, zone, now) for entry in sheet.timeline]
    if sheet.response is not None:
        names = {site: rules.name for site, rules in edge.desk().catalogue.sites.items()}
        lines += [
            Line(click.clicked_at, gettext("The respondent left for %(site)s", site=names.get(click.site, click.site)))
            for click in list_clicks(edge.db(), sheet.response.id)
        ]
    return sorted(lines, key=lambda line: line.at)


def _tell_entry(entry: Entry, zone: ZoneInfo, now: datetime) -> Line:
    match entry:
        case HeldCall():
            return _tell_call(entry)
        case GivenResponse():
            return _tell_response(entry)
        case EarlierCase():
            words = say_earlier(entry, zone, now, edge.wiring().case_rules)
            words = gettext("Another case of this person: %(case)s", case=words)
            return Line(entry.at, words, note=entry.words, address=f"/manage/callbacks/{entry.id}")
        case SentMessage():
            return _tell_message(entry)
    return _tell_event(entry, zone)


def _tell_event(event: TimelineEvent, zone: ZoneInfo) -> Line:
    return Line(event.at, say_event(event, zone, edge.wiring().case_rules), event.who, event.note)


def _tell_call(call: HeldCall) -> Line:
    parts = [str(CHANNELS.get(call.channel, call.channel))]
    if call.wait_seconds is not None:
        parts.append(gettext("waited %(time)s", time=say_seconds(call.wait_seconds)))
    if call.handle_seconds is not None:
        parts.append(gettext("took %(time)s", time=say_seconds(call.handle_seconds)))
    if call.resolved is not None:
        parts.append(gettext("resolved, as noted then") if call.resolved else gettext("not resolved, as noted then"))
    return Line(call.at, ", ".join(parts), call.employee, call.topic, f"/manage/interactions/{call.id}", call.recording)


def _tell_response(response: GivenResponse) -> Line:
    rating = show_rating(get_definition(edge.db(), response.survey_version_id), response.rating).label
    words = (
        gettext("Rated: %(rating)s", rating=rating)
        if response.own
        else gettext("Rated at another time: %(rating)s, %(unit)s", rating=rating, unit=response.unit_name)
    )
    return Line(response.at, words, note=response.comment, address=f"/manage/responses/{response.id}")


def _tell_message(message: SentMessage) -> Line:
    purpose = message_words.PURPOSES.get(message.purpose, message.purpose)
    channel = message_words.CHANNELS.get(message.channel, message.channel)
    state = message_words.STATES.get(message.state, message.state)
    return Line(message.at, f"{purpose}, {channel}: {state}", address=f"/manage/messages/{message.id}")
