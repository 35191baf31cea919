"""The page of the contact centre as a value, and the few figures of it that a report has. Read-only."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.centre.bands import BandMeasured, read_bands
from app.analytics.centre.handled import Asking, Handled, count_handled, count_seconds, tell
from app.analytics.centre.mix import Mix, read_mix
from app.analytics.centre.people import PersonRow, TopicRow, read_people, read_topics
from app.analytics.measured import Measured
from app.analytics.metrics import Figure
from app.analytics.seconds import HANDLING, WAITING, Seconds, measure_seconds
from app.analytics.series import feeding, list_series
from app.analytics.wanted import Wanted
from app.invitations.models import Interaction
from app.surveys.definition import Metric


@dataclass(frozen=True, slots=True)
class ContactCentre:
    """All of it; `satisfied` are the answers about contacts.

    `people_left_out` and `topics_left_out` are how many had fewer contacts than those listed.
    """

    handled: Handled
    satisfied: Measured
    mix: tuple[Mix, ...]
    waiting: Seconds
    handling: Seconds
    by_waiting: tuple[BandMeasured, ...]
    by_handling: tuple[BandMeasured, ...]
    topics: tuple[TopicRow, ...]
    topics_left_out: int
    people: tuple[PersonRow, ...]
    people_left_out: int


@dataclass(frozen=True, slots=True)
class ContactSummary:
    """The whole of it in a few figures; `by_channel` are contacts, the most used channel first."""

    handled: Handled
    waiting: Seconds
    handling: Seconds
    by_channel: Mapping[str, int]


def read_settled(session: Session, wanted: Wanted, scope: Scope) -> Figure:
    """Return the share of the contacts taken that were settled there and then, as the page tells it."""
    return tell(count_handled(Asking(session, wanted, scope), None).get(None, Counter())).resolved


def read_contact_summary(session: Session, wanted: Wanted, scope: Scope) -> ContactSummary:
    """Return the headlines of the page of the contact centre; four statements."""
    asking = Asking(session, wanted, scope)
    waits, handles = (count_seconds(asking, each) for each in (Interaction.wait_seconds, Interaction.handle_seconds))
    mix: Counter[str] = Counter()
    for stretch in read_mix(asking):
        mix.update(stretch.by_channel)
    return ContactSummary(
        tell(count_handled(asking, None).get(None, Counter())),
        measure_seconds(waits),
        measure_seconds(handles),
        dict(sorted(mix.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def read_contact_centre(session: Session, wanted: Wanted, scope: Scope) -> ContactCentre:
    """Return the figures of the contacts of a period; a number of statements that depends on no row."""
    asking = Asking(session, wanted, scope)
    asked = feeding(list_series(session), Metric.CSAT)
    whole = count_handled(asking, None).get(None, Counter())
    waits, handles = (count_seconds(asking, each) for each in (Interaction.wait_seconds, Interaction.handle_seconds))
    topics, topics_left_out = read_topics(asking, whole, asked)
    people, people_left_out = read_people(asking, whole, asked)
    satisfied, by_waiting = read_bands(asking, Interaction.wait_seconds, waits, WAITING, asked)
    _, by_handling = read_bands(asking, Interaction.handle_seconds, handles, HANDLING, asked)
    return ContactCentre(
        handled=tell(whole),
        satisfied=satisfied,
        mix=read_mix(asking),
        waiting=measure_seconds(waits),
        handling=measure_seconds(handles),
        by_waiting=by_waiting,
        by_handling=by_handling,
        topics=topics,
        topics_left_out=topics_left_out,
        people=people,
        people_left_out=people_left_out,
    )
