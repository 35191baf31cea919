"""Who is asked and when, and why not: one decision from plain facts; pure, tested as a table."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.contacts.models import SuppressionReason
from app.invitations.models import Decision, Delivery, Reason
from app.invitations.rules import QuietHours, Rules
from app.messaging.models import MessagingChannel
from app.touchpoints.models import Channel

# The same call told twice, by the exchange and by the desk, ends at almost the same moment.
SAME_CONTACT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An interaction as far as asking about it goes. `path` is the unit's codes from the company down to it."""

    source: str
    external_id: str
    channel: Channel
    path: Sequence[str]
    ended_at: datetime
    topic: str | None = None
    tags: Sequence[str] = ()
    answered: bool | None = None
    delivery: Delivery = Delivery.AUTO
    history: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the person and of the unit when it is decided.

    `addressed`: there is any address. `reachable`: the channels whose address the person has and that a gateway
    carries. `country` is that of the number, None without one. `asked_at` is when an invitation was last decided on.
    """

    zone: ZoneInfo
    addressed: bool = False
    reachable: frozenset[MessagingChannel] = frozenset()
    country: str | None = None
    home_country: str = ""
    suppressed: SuppressionReason | None = None
    asked_at: datetime | None = None
    same_contact: bool = False
    paused: bool = False
    cap_reached: bool = False
    budget_reached: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows an interaction. The instants and the survey are there when somebody is asked.

    `channels` are those that reach the person, the first one first; none for `delivery: self`, which sends nothing.
    """

    decision: Decision
    reason: Reason | None = None
    survey_key: str | None = None
    send_at: datetime | None = None
    send_by: datetime | None = None
    answer_by: datetime | None = None
    channels: tuple[MessagingChannel, ...] = ()


_BY_NUMBER = frozenset((MessagingChannel.SMS, MessagingChannel.WHATSAPP))
_SUPPRESSED: Mapping[SuppressionReason, Reason] = {
    SuppressionReason.OPTED_OUT: Reason.OPTED_OUT,
    SuppressionReason.STAFF: Reason.STAFF,
}


def decide(candidate: Candidate, rules: Rules, facts: Facts, now: datetime) -> Verdict:
    """Return whether somebody is asked about the interaction and why not, or by what, when and until when.

    The reasons are looked at in this order: what the interaction is, who the person is, how much is too much. With
    `delivery: self` the person stands there and nothing is sent, so only what the interaction is counts.
    """
    survey = rules.surveys.get(candidate.channel)
    reason = _about_interaction(candidate, rules, facts, survey, now)
    if reason is not None:
        return Verdict(Decision.SKIPPED, reason)
    send_by = candidate.ended_at + timedelta(hours=rules.send_by_hours)
    if candidate.delivery is Delivery.SELF:
        answer_by = now + timedelta(days=rules.answer_by_days)
        return Verdict(Decision.INVITED, None, survey, now, max(send_by, now), answer_by)
    channels = channels_for(rules, facts)
    reason = _about_person(candidate, rules, facts, channels, now)
    if reason is not None:
        return Verdict(Decision.SKIPPED, reason)
    send_at = max(now, candidate.ended_at + timedelta(minutes=rules.delay_minutes.get(candidate.channel, 0)))
    if send_at > send_by:  # narrowed by units above each other so that nothing is ever in time
        return Verdict(Decision.SKIPPED, Reason.TOO_OLD)
    send_at = quiet_until(send_at, facts.zone, rules.quiet_hours) or send_at
    if send_at > send_by:
        return Verdict(Decision.SKIPPED, Reason.QUIET_HOURS)
    if facts.budget_reached or facts.cap_reached:
        return Verdict(Decision.SKIPPED, Reason.BUDGET if facts.budget_reached else Reason.DAILY_CAP)
    answer_by = send_at + timedelta(days=rules.answer_by_days)
    return Verdict(Decision.INVITED, None, survey, send_at, send_by, answer_by, channels)


def channels_for(rules: Rules, facts: Facts) -> tuple[MessagingChannel, ...]:
    """Return the channels that reach the person and may be used, in the order of the rules."""
    return tuple(
        channel
        for channel in rules.channels
        if channel in facts.reachable and (channel not in _BY_NUMBER or _country_allowed(rules, facts))
    )


def remind_at(verdict: Verdict, rules: Rules, facts: Facts) -> tuple[MessagingChannel, datetime] | None:
    """Return by what and when whoever was invited is reminded, or None: not configured, not possible, or too late.

    Always by another channel than the invitation: twice the same message is a nuisance, not a reminder.
    """
    reminder = rules.reminder
    if reminder is None or verdict.send_at is None or verdict.answer_by is None:
        return None
    if reminder.by == verdict.channels[0] or reminder.by not in channels_for(rules, facts):
        return None
    due = verdict.send_at + timedelta(days=reminder.after_days)
    due = quiet_until(due, facts.zone, rules.quiet_hours) or due
    return (reminder.by, due) if due < verdict.answer_by else None


def quiet_until(moment: datetime, zone: ZoneInfo, quiet: QuietHours | None) -> datetime | None:
    """Return when the quiet hours around the moment end (UTC), or None if it is not in them.

    By the clock of the zone, so a night on which clocks change is an hour longer or shorter.
    """
    if quiet is None:
        return None
    local = moment.astimezone(zone)
    start, end = quiet.minutes
    minute = local.hour * 60 + local.minute
    if start < end:
        if not start <= minute < end:
            return None
        day = local.date()
    elif minute >= start:
        day = local.date() + timedelta(days=1)
    elif minute < end:
        day = local.date()
    else:
        return None
    return _clock_time(day, end, zone)


def is_sampled(source: str, external_id: str, percent: float) -> bool:
    """Tell whether an interaction is among the sampled: by its name alone, so that a repeat is decided alike."""
    drawn = int.from_bytes(hashlib.sha256(f"{source}\0{external_id}".encode()).digest()[:8])
    return drawn < percent / 100 * 2**64


def _about_interaction(
    candidate: Candidate, rules: Rules, facts: Facts, survey: str | None, now: datetime
) -> Reason | None:
    if candidate.history:
        return Reason.HISTORY
    if not rules.ask or survey is None:
        return Reason.SWITCHED_OFF
    if facts.paused:
        return Reason.PAUSED
    if candidate.answered is False:
        return Reason.UNANSWERED
    if candidate.topic is not None and _folded(candidate.topic) in map(_folded, rules.exclude.topics):
        return Reason.TOPIC_EXCLUDED
    queues = {_folded(queue) for queue in rules.exclude.queues}
    if queues and not queues.isdisjoint(map(_folded, (*candidate.path, *candidate.tags))):
        return Reason.QUEUE_EXCLUDED
    if now > candidate.ended_at + timedelta(hours=rules.send_by_hours):
        return Reason.TOO_OLD
    return None


def _about_person(
    candidate: Candidate, rules: Rules, facts: Facts, channels: Sequence[MessagingChannel], now: datetime
) -> Reason | None:
    if not facts.addressed:
        return Reason.NO_ADDRESS
    if facts.suppressed is not None:
        return _SUPPRESSED[facts.suppressed]
    if facts.same_contact:
        return Reason.SAME_CONTACT
    if not channels:
        refused = any(channel in facts.reachable and channel in _BY_NUMBER for channel in rules.channels)
        return Reason.COUNTRY_NOT_ALLOWED if refused else Reason.NO_CHANNEL
    if facts.asked_at is not None and now < facts.asked_at + timedelta(days=rules.ask_again_after_days):
        return Reason.ASKED_LATELY
    if not is_sampled(candidate.source, candidate.external_id, rules.sample_percent):
        return Reason.NOT_SAMPLED
    return None


def _country_allowed(rules: Rules, facts: Facts) -> bool:
    return facts.country in (rules.countries or [facts.home_country])


def _folded(text: str) -> str:
    return text.strip().casefold()


def _clock_time(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone).astimezone(UTC)
