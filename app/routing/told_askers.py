"""Telling who asked what came of it: once each, in their own channel, if they may be written to.

Told are people whom we had asked by a message and who answered: the number that somebody left for a call is for that
call alone. A decision of staff starts it; the worker queues the messages, and the dispatcher sends them, by day and
while nothing is stopped, as any other.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.permissions import Actor, Permission
from app.callbacks.improvements.changing import NotDoneError, words_of
from app.callbacks.improvements.models import Improvement, ImprovementState, Untold, Wish, WishState
from app.callbacks.improvements.visible import hold_improvement
from app.contacts.many import find_suppressions
from app.contacts.models import Contact, SuppressionReason
from app.invitations.counts import reserve
from app.invitations.desk import AskDesk
from app.invitations.models import Delivery, Interaction
from app.invitations.places import Place, find_places_by_id
from app.invitations.policy import Facts, channels_for, quiet_until
from app.invitations.reach import reach_of
from app.kit.i18n import Language, read_language
from app.messaging.models import MessagePurpose, MessagingChannel
from app.messaging.segments import measure
from app.messaging.service import queue_message
from app.responses.models import SurveyResponse

TEXT = "improvement"
# Good news can wait for a stop or a budget of a few days, and then it is none any more.
_WORTH = timedelta(days=7)
# What the shipped text says around the words themselves.
_AROUND = "x" * 40
MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class _Asker:
    """A wish with whoever uttered it, as far as they are known."""

    wish: Wish
    language: str | None
    via: str | None
    delivery: str | None
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class _Way:
    """How one asker is told: by a channel in a language, or why not."""

    asker: _Asker
    channel: MessagingChannel | None = None
    language: Language = Language.RU
    untold: Untold | None = None
    zone_until: datetime | None = None
    place: Place | None = None
    segments: int = 0


@dataclass(frozen=True, slots=True)
class Telling:
    """What telling would do now: people by channel, who cannot be told and why, and what it costs in hundredths.

    `more`: there are further ones beyond those looked at.
    """

    by_channel: Mapping[MessagingChannel, int] = field(default_factory=dict)
    untold: Mapping[Untold, int] = field(default_factory=dict)
    cost: int = 0
    more: bool = False

    @property
    def people(self) -> int:
        """How many would be told."""
        return sum(self.by_channel.values())


def preview_telling(session: Session, desk: AskDesk, improvement: Improvement, *, now: datetime) -> Telling:
    """Return what telling would do; writes nothing. The caller has looked at the scope."""
    askers = _find_askers(session, improvement, limit=MOST_SHOWN + 1)
    by_channel: Counter[MessagingChannel] = Counter()
    untold: Counter[Untold] = Counter()
    cost = 0
    told: set[uuid.UUID] = set()
    for way in _find_ways(session, desk, improvement, askers[:MOST_SHOWN], now=now):
        if way.untold is not None:
            untold[way.untold] += 1
        elif way.channel is not None and way.asker.contact is not None and way.asker.contact.id not in told:
            told.add(way.asker.contact.id)
            by_channel[way.channel] += 1
            cost += desk.policy.price(way.channel) * max(way.segments, 1)
    return Telling(by_channel, untold, cost, len(askers) > MOST_SHOWN)


def start_telling(session: Session, improvement_id: uuid.UUID, actor: Actor, *, now: datetime) -> Improvement:
    """Let the worker tell everybody who asked and was not told yet; said twice is said once.

    Raises ImprovementNotFoundError, and NotDoneError for what is not done or not said in any language.
    """
    improvement = hold_improvement(session, improvement_id, actor.scope(Permission.IMPROVE))
    if improvement.state != ImprovementState.DONE or not words_of(improvement):
        raise NotDoneError("done and said in at least one language first")
    if improvement.telling_since is None:
        improvement.telling_since = now
        record(
            session,
            "improvement.told",
            now=now,
            user_id=actor.user_id,
            object_type="improvement",
            object_id=improvement.id,
        )
    return improvement


def tell_askers(session: Session, desk: AskDesk, *, now: datetime, limit: int) -> int:
    """Queue what one improvement has to tell to up to `limit` askers; return how many were looked at, 0 at the end.

    Whom today's budget leaves out is told on another day: the improvement goes on being told.
    """
    improvement = session.scalars(
        select(Improvement)
        .where(Improvement.telling_since.is_not(None), Improvement.telling_since <= now)
        .order_by(Improvement.telling_since)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if improvement is None:
        return 0
    askers = _find_askers(session, improvement, limit=limit)
    told = _told_before(session, improvement)
    for way in _find_ways(session, desk, improvement, askers, now=now):
        wish, contact = way.asker.wish, way.asker.contact
        if way.untold is not None or contact is None or way.channel is None or way.place is None:
            wish.untold = way.untold
        elif contact.id in told or _send(session, desk, way, way.channel, contact, now=now):
            told.add(contact.id)
            wish.told_at = now
    session.flush()
    if len(askers) < limit and not _find_askers(session, improvement, limit=1):
        improvement.telling_since = None
    elif any(asker.wish.told_at is None and asker.wish.untold is None for asker in askers):
        # A budget stood against some: the others have their turn first.
        improvement.telling_since = now + timedelta(hours=1)
    return len(askers)


def _find_askers(session: Session, improvement: Improvement, *, limit: int) -> Sequence[_Asker]:
    rows = session.execute(
        select(Wish, SurveyResponse.language, SurveyResponse.via, Interaction.delivery, Contact)
        .outerjoin(SurveyResponse, SurveyResponse.id == Wish.response_id)
        .outerjoin(Interaction, Interaction.id == SurveyResponse.interaction_id)
        .outerjoin(Contact, Contact.id == Interaction.contact_id)
        .where(
            Wish.improvement_id == improvement.id,
            Wish.state == WishState.GATHERED,
            Wish.told_at.is_(None),
            Wish.untold.is_(None),
        )
        .order_by(Wish.said_at, Wish.id)
        .limit(limit)
    )
    return [_Asker(*row) for row in rows]


def _told_before(session: Session, improvement: Improvement) -> set[uuid.UUID]:
    """Return who was told of this improvement: two wishes of one person are answered once."""
    told = session.scalars(
        select(Interaction.contact_id)
        .join(SurveyResponse, SurveyResponse.interaction_id == Interaction.id)
        .join(Wish, Wish.response_id == SurveyResponse.id)
        .where(Wish.improvement_id == improvement.id, Wish.told_at.is_not(None))
    )
    return {contact_id for contact_id in told if contact_id is not None}


def _find_ways(
    session: Session, desk: AskDesk, improvement: Improvement, askers: Sequence[_Asker], *, now: datetime
) -> list[_Way]:
    """Return how each is told, or why not; two queries however many they are."""
    people = {asker.contact.id: asker.contact for asker in askers if asker.contact is not None}
    suppressed = find_suppressions(session, desk.vault, list(people.values()))
    places = find_places_by_id(session, {asker.wish.unit_id for asker in askers}) if askers else {}
    words = words_of(improvement)
    return [_find_way(desk, asker, places[asker.wish.unit_id], suppressed, words, now=now) for asker in askers]


def _find_way(
    desk: AskDesk,
    asker: _Asker,
    place: Place,
    suppressed: Mapping[uuid.UUID, SuppressionReason],
    words: Mapping[Language, str],
    *,
    now: datetime,
) -> _Way:
    contact, language = asker.contact, read_language(asker.language)
    if asker.wish.response_id is None:
        return _Way(asker, untold=Untold.FOR_A_CALL)
    if contact is None or asker.delivery != Delivery.AUTO:
        return _Way(asker, untold=Untold.ANONYMOUS)
    if (reason := suppressed.get(contact.id)) is not None:
        return _Way(asker, untold=Untold(reason.value))
    if language is None or language not in words:
        return _Way(asker, untold=Untold.NO_WORDS)
    rules = desk.policy.rules_at(place.path)
    reach = reach_of(desk.vault, contact, carried=desk.channels, rules=rules, unit_zone=place.zone)
    if not reach.addressed:
        return _Way(asker, untold=Untold.NO_ADDRESS)
    facts = Facts(zone=reach.zone, reachable=reach.channels, country=reach.country, home_country=desk.phone_region)
    # WhatsApp takes only approved templates from whoever writes first, and there is none for this.
    channels = [channel for channel in channels_for(rules, facts) if channel is not MessagingChannel.WHATSAPP]
    if not channels:
        return _Way(asker, untold=Untold.NO_CHANNEL)
    channel = next((channel for channel in channels if channel == asker.via), channels[0])
    segments = 0
    if channel is MessagingChannel.SMS:
        segments = measure(f"{desk.company} {_AROUND} {words[language]}").segments
    quiet = quiet_until(now, reach.zone, rules.quiet_hours)
    return _Way(asker, channel, language, zone_until=quiet, place=place, segments=segments)


def _send(
    session: Session, desk: AskDesk, way: _Way, channel: MessagingChannel, contact: Contact, *, now: datetime
) -> bool:
    """Queue the message and tell whether the day's budgets let it pass."""
    cost = desk.policy.price(channel) * max(way.segments, 1)
    limits = way.place.limits(desk.policy, now) if way.place is not None else []
    if cost and reserve(session, limits, cost=cost, people=0, now=now) is not None:
        return False
    queue_message(
        session,
        channel=channel,
        purpose=MessagePurpose.IMPROVEMENT,
        subject_id=way.asker.wish.id,
        contact_id=contact.id,
        unit_id=way.asker.wish.unit_id,
        language=way.language,
        text_key=TEXT,
        due_at=way.zone_until or now,
        send_by=now + _WORTH,
        segments=way.segments,
        cost=cost,
        demo=way.asker.wish.demo,
        now=now,
    )
    return True
