"""Whether somebody is asked if the matter is settled, why not, and by what: decided from plain facts; pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.contacts.models import SuppressionReason
from app.messaging.models import MessagingChannel


class Skipped(StrEnum):
    """Why somebody was not asked; kept with the question and told in the case's timeline."""

    SWITCHED_OFF = "switched_off"
    REOPENED = "reopened"
    TOO_LATE = "too_late"  # nothing was sent for days
    PAUSED = "paused"
    NO_ADDRESS = "no_address"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    OPTED_OUT = "opted_out"
    STAFF = "staff"
    ASKED_LATELY = "asked_lately"
    NOT_AGREED = "not_agreed"  # the number was left for calls alone
    NO_CHANNEL = "no_channel"
    BUDGET = "budget"


_BY_NUMBER = frozenset((MessagingChannel.SMS, MessagingChannel.WHATSAPP))
_SUPPRESSED: Mapping[SuppressionReason, Skipped] = {
    SuppressionReason.OPTED_OUT: Skipped.OPTED_OUT,
    SuppressionReason.STAFF: Skipped.STAFF,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when a question is due.

    `reachable` are the channels that the delivery policy allows for the person, in its order; `came_by` is what they
    answered or were invited by. `covers_messages` is False for a number that was left for calls alone.
    """

    reachable: Sequence[MessagingChannel] = ()
    came_by: MessagingChannel | None = None
    asks: bool = True
    still_closed: bool = True
    late: bool = False
    paused: bool = False
    addressed: bool = True
    consent_withdrawn: bool = False
    suppressed: SuppressionReason | None = None
    asked_lately: bool = False
    covers_messages: bool = True
    whatsapp_open: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The channel in which to ask, or why nobody is asked."""

    channel: MessagingChannel | None = None
    skipped: Skipped | None = None


def decide(facts: Facts) -> Verdict:
    """Return by what the person is asked, or the first reason that stands against it."""
    reason = _find_objection(facts)
    if reason is not None:
        return Verdict(skipped=reason)
    channels = order_channels(
        facts.reachable,
        facts.came_by,
        whatsapp_open=facts.whatsapp_open,
        without=frozenset() if facts.covers_messages else _BY_NUMBER,
    )
    if channels:
        return Verdict(channel=channels[0])
    return Verdict(skipped=Skipped.NO_CHANNEL if facts.covers_messages else Skipped.NOT_AGREED)


def order_channels(
    reachable: Sequence[MessagingChannel],
    came_by: MessagingChannel | None,
    *,
    whatsapp_open: bool,
    without: Collection[MessagingChannel] = (),
) -> tuple[MessagingChannel, ...]:
    """Return the channels in which to ask: the customer's own first, then those of the policy in its order.

    WhatsApp counts only within the 24 hours after the person wrote: the approved template asks another question.
    """
    usable = [
        channel
        for channel in reachable
        if channel not in without and (whatsapp_open or channel is not MessagingChannel.WHATSAPP)
    ]
    return tuple(sorted(usable, key=lambda channel: channel is not came_by))


def _find_objection(facts: Facts) -> Skipped | None:
    if not facts.asks:
        return Skipped.SWITCHED_OFF
    if not facts.still_closed:
        return Skipped.REOPENED
    if facts.late:
        return Skipped.TOO_LATE
    if facts.paused:
        return Skipped.PAUSED
    if not facts.addressed:
        return Skipped.NO_ADDRESS
    if facts.consent_withdrawn:
        return Skipped.CONSENT_WITHDRAWN
    if facts.suppressed is not None:
        return _SUPPRESSED[facts.suppressed]
    return Skipped.ASKED_LATELY if facts.asked_lately else None
