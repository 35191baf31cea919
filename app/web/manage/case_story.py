"""Everything that happened around a case as lines in the reader's words, the earliest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext

from app.callbacks.sheet import CaseSheet, TimelineEvent
from app.review_sites.service import list_clicks
from app.web import edge
from app.web.manage.case_event_words import say_event


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline as it is shown; `address` leads to what it tells of."""

    at: datetime
    words: str
    who: str | None = None
    note: str | None = None
    address: str | None = None


def tell_events(events: Sequence[TimelineEvent], zone: ZoneInfo) -> list[Line]:
    """Return what was done about the case itself."""
    rules = edge.wiring().case_rules
    return [Line(event.at, say_event(event, zone, rules), event.who, event.note) for event in events]


def tell(sheet: CaseSheet, zone: ZoneInfo) -> list[Line]:
    """Return the whole story of the case's page."""
    lines = tell_events(sheet.events, zone)
    if sheet.response is not None:
        names = {site: rules.name for site, rules in edge.desk().catalogue.sites.items()}
        lines += [
            Line(click.clicked_at, gettext("The respondent left for %(site)s", site=names.get(click.site, click.site)))
            for click in list_clicks(edge.db(), sheet.response.id)
        ]
    return sorted(lines, key=lambda line: line.at)
