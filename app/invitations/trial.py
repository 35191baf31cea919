"""What a policy would have done with the interactions of the past: played through in order, nothing written or sent."""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.contacts.many import find_suppressions
from app.contacts.models import Contact, SuppressionReason
from app.invitations.desk import AskDesk
from app.invitations.models import Decision, Delivery, Interaction, Reason
from app.invitations.places import Place, find_places_by_id
from app.invitations.policy import SAME_CONTACT, Candidate, Facts, Verdict, decide, remind_at
from app.invitations.reach import Reach, reach_of
from app.invitations.rules import DeliveryPolicy, Rules
from app.messaging.models import MessagingChannel
from app.organisation.models import Unit
from app.touchpoints.models import Channel

_CHUNK = 1000
# What ended longer ago than the longest `send_by_hours` was told too late to be asked about.
_LATEST_TOLD = timedelta(hours=168)
_SUPPRESSED = {Reason.OPTED_OUT: SuppressionReason.OPTED_OUT, Reason.STAFF: SuppressionReason.STAFF}


@dataclass(slots=True)
class Tally:
    """How many interactions there were, and about how many somebody would have been asked."""

    total: int = 0
    asked: int = 0


@dataclass(slots=True)
class Trial:
    """What would have followed. `asked` counts links sent and shown; `then` is how many were really invited.

    `days` are those of the unit's zone. `messages` are by channel, reminders included; `cost` is in hundredths.
    `left_out`: older interactions of the span that a limit kept from being played.
    """

    total: int = 0
    asked: int = 0
    then: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    days: dict[date, Tally] = field(default_factory=dict)
    units: dict[uuid.UUID, Tally] = field(default_factory=dict)
    names: dict[uuid.UUID, str] = field(default_factory=dict)
    messages: Counter[MessagingChannel] = field(default_factory=Counter)
    cost: int = 0
    left_out: int = 0

    def note(self, unit_id: uuid.UUID, day: date, *, asked: bool) -> None:
        """Count one interaction."""
        self.total += 1
        self.asked += asked
        for tally in (self.days.setdefault(day, Tally()), self.units.setdefault(unit_id, Tally())):
            tally.total += 1
            tally.asked += asked


def try_policy(
    session: Session,
    desk: AskDesk,
    policy: DeliveryPolicy,
    *,
    since: datetime,
    until: datetime,
    limit: int | None = None,
) -> Trial:
    """Return what the policy would have done with what ended within the span, its throttle and caps counted in order.

    What the past does not tell is taken as it was decided then: who had said stop, who could not be reached. Imported
    interactions are played as if they had been told when they ended. With a `limit` only the latest are played.
    """
    trial = Trial()
    span = (Interaction.ended_at >= since, Interaction.ended_at < until)
    if limit is not None:
        count = session.scalar(select(func.count()).select_from(Interaction).where(*span)) or 0
        if count > limit:
            trial.left_out = count - limit
            begins = select(Interaction.ended_at).where(*span).order_by(Interaction.ended_at.desc())
            since = session.scalar(begins.offset(limit - 1).limit(1)) or since
            span = (Interaction.ended_at >= since, Interaction.ended_at < until)
    throttle = timedelta(days=policy.longest_throttle_days) + _LATEST_TOLD
    replay = _Replay(desk, policy, _last_asked(session, since - throttle, since))
    rows = session.execute(_INTERACTIONS.where(*span).execution_options(yield_per=_CHUNK))
    while chunk := list(islice(rows, _CHUNK)):
        _play(session, replay, chunk, trial)
    trial.names = dict(session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(list(trial.units)))).all())
    return trial


_INTERACTIONS = select(
    Interaction.source,
    Interaction.external_id,
    Interaction.channel,
    Interaction.unit_id,
    Interaction.employee_id,
    Interaction.contact_id,
    Interaction.ended_at,
    Interaction.topic,
    Interaction.tags,
    Interaction.answered,
    Interaction.delivery,
    Interaction.decision,
    Interaction.reason,
    Interaction.decided_at,
).order_by(Interaction.ended_at, Interaction.id)


def _last_asked(session: Session, since: datetime, until: datetime) -> dict[uuid.UUID, datetime]:
    """Return when people were really asked last within the time."""
    rows = session.execute(
        select(Interaction.contact_id, func.max(Interaction.decided_at))
        .where(
            Interaction.ended_at >= since,
            Interaction.ended_at < until,
            Interaction.decision == Decision.INVITED,
            Interaction.delivery == Delivery.AUTO,
            Interaction.contact_id.is_not(None),
        )
        .group_by(Interaction.contact_id)
    )
    return {contact_id: asked_at for contact_id, asked_at in rows if contact_id is not None}


def _play(session: Session, replay: "_Replay", chunk: Sequence[Any], trial: Trial) -> None:
    places = find_places_by_id(session, {row.unit_id for row in chunk})
    contact_ids = {row.contact_id for row in chunk if row.contact_id is not None}
    contacts = {contact.id: contact for contact in session.scalars(select(Contact).where(Contact.id.in_(contact_ids)))}
    suppressed = find_suppressions(session, replay.desk.vault, contacts.values())
    for row in chunk:
        place = places[row.unit_id]
        verdict, channels, cost = replay.decide(row, place, contacts.get(row.contact_id), suppressed)
        trial.note(row.unit_id, row.ended_at.astimezone(place.zone).date(), asked=verdict.reason is None)
        trial.then += row.decision == Decision.INVITED
        if verdict.reason is not None:
            trial.reasons[verdict.reason] += 1
        trial.messages.update(channels)
        trial.cost += cost
    session.expunge_all()  # nothing was changed, and a year of contacts need not be kept


class _Replay:
    """The memory of a trial: who was asked when, who ended where, how many a day."""

    def __init__(self, desk: AskDesk, policy: DeliveryPolicy, asked_at: dict[uuid.UUID, datetime]) -> None:
        self.desk = desk
        self.policy = policy
        self._asked_at = asked_at
        self._ended: dict[tuple[uuid.UUID, uuid.UUID, uuid.UUID | None], datetime] = {}
        self._counts: dict[tuple[uuid.UUID, date], tuple[int, int]] = {}

    def decide(
        self, row: Any, place: Place, contact: Contact | None, suppressed: dict[uuid.UUID, SuppressionReason]
    ) -> tuple[Verdict, tuple[MessagingChannel, ...], int]:
        """Return what would have followed, in which channels, and for how much."""
        then = Reason(row.reason) if row.reason is not None else None
        now = row.ended_at if then is Reason.HISTORY else max(row.ended_at, row.decided_at)
        rules = self.policy.rules_at(place.path)
        reach = self._reach(row, place, contact, rules, then)
        facts = Facts(
            zone=reach.zone,
            addressed=reach.addressed,
            reachable=reach.channels,
            country=reach.country,
            home_country=self.desk.phone_region,
            suppressed=_SUPPRESSED.get(then) if then in _SUPPRESSED else suppressed.get(row.contact_id),
            asked_at=self._asked_at.get(row.contact_id),
            same_contact=then is Reason.SAME_CONTACT or self._is_same(row),
            paused=then is Reason.PAUSED,
        )
        candidate = Candidate(
            source=row.source,
            external_id=row.external_id,
            channel=Channel(row.channel),
            path=place.path,
            ended_at=row.ended_at,
            topic=row.topic,
            tags=row.tags,
            answered=row.answered,
            delivery=Delivery(row.delivery),
        )
        verdict = decide(candidate, rules, facts, now)
        if verdict.reason is not None or not verdict.channels:
            return verdict, (), 0
        reminder = remind_at(verdict, rules, facts)
        channels = (verdict.channels[0], *([reminder[0]] if reminder else []))
        cost = sum(self.policy.price(channel) for channel in channels)
        against = self._reserve(place, now, cost)
        if against is not None:
            return Verdict(Decision.SKIPPED, against), (), 0
        if row.contact_id is not None:
            self._asked_at[row.contact_id] = now
        return verdict, channels, cost

    def _reach(self, row: Any, place: Place, contact: Contact | None, rules: Rules, then: Reason | None) -> Reach:
        found = reach_of(self.desk.vault, contact, carried=self.desk.channels, rules=rules, unit_zone=place.zone)
        if contact is not None and contact.demo and then is not Reason.COUNTRY_NOT_ALLOWED:
            # Their numbers are those of films, which belong to nobody; the people of the demo live where it plays.
            return Reach(found.addressed, found.channels, self.desk.phone_region, place.zone)
        if found.addressed or contact is None or then is Reason.NO_ADDRESS:
            return found
        # The address has been forgotten since: reached by SMS in the own country, unless it was not even then.
        reached = frozenset() if then in (Reason.NO_CHANNEL, Reason.COUNTRY_NOT_ALLOWED) else {MessagingChannel.SMS}
        return Reach(True, self.desk.channels & reached, self.desk.phone_region, place.zone)

    def _is_same(self, row: Any) -> bool:
        if row.contact_id is None:
            return False
        key = (row.contact_id, row.unit_id, row.employee_id)
        before = self._ended.get(key)
        self._ended[key] = row.ended_at
        return before is not None and row.ended_at - before <= SAME_CONTACT

    def _reserve(self, place: Place, now: datetime, cost: int) -> Reason | None:
        limits = place.limits(self.policy, now)
        for limit in limits:
            asked, spent = self._counts.get((limit.unit_id, limit.day), (0, 0))
            if limit.cap is not None and asked >= limit.cap:
                return Reason.DAILY_CAP
            if limit.budget is not None and spent + cost > limit.budget:
                return Reason.BUDGET
        for limit in limits:
            asked, spent = self._counts.get((limit.unit_id, limit.day), (0, 0))
            self._counts[limit.unit_id, limit.day] = (asked + 1, spent + cost)
        return None


def top_units(trial: Trial, count: int) -> Iterator[tuple[str, Tally]]:
    """Yield the units with most interactions, by name: the first `count`."""
    ranked = sorted(trial.units.items(), key=lambda item: (-item[1].total, trial.names.get(item[0], "")))
    for unit_id, tally in ranked[:count]:
        yield trial.names.get(unit_id, "?"), tally
