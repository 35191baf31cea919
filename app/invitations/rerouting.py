"""An invitation on its way: when the person's night lets it out, and by what else if nobody is there."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.contacts.suppression import find_suppression
from app.invitations.counts import reserve
from app.invitations.desk import AskDesk
from app.invitations.models import Invitation
from app.invitations.places import Place, find_places_by_id
from app.invitations.policy import Facts, channels_for, quiet_until
from app.invitations.reach import Reach, reach_of
from app.invitations.rules import Rules
from app.kit.i18n import Language
from app.messaging.models import Message, MessagePurpose, MessagingChannel
from app.messaging.service import queue_message


def may_send_at(session: Session, message: Message, now: datetime, *, desk: AskDesk) -> datetime | None:
    """Return when the recipient's quiet hours let the message out, or None if it may go now.

    A reply is an answer to somebody who is awake, so it never waits.
    """
    if message.purpose == MessagePurpose.REPLY:
        return None
    contact = session.get(Contact, message.contact_id) if message.contact_id is not None else None
    _, rules, reach = _reach(session, desk, message, contact)
    return quiet_until(now, reach.zone, rules.quiet_hours)


def reroute(session: Session, message: Message, now: datetime, *, desk: AskDesk) -> Message | None:
    """Queue the invitation in the next channel that reaches the person, and return the message, or None if none does.

    Once for each channel: what was tried for this invitation is not tried again. Reminders and replies are not
    rerouted, nor what would come too late or cost more than is left for the day.
    """
    if message.purpose != MessagePurpose.INVITATION or message.contact_id is None:
        return None
    # Whoever reroutes first holds the invitation: a refusal and a receipt that says the same may come at once.
    invitation = session.scalars(
        select(Invitation)
        .where(Invitation.id == message.subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    contact = session.get(Contact, message.contact_id)
    if invitation is None or contact is None or invitation.withdrawn_at is not None:
        return None
    if find_suppression(session, desk.vault, contact) is not None:
        return None
    place, rules, reach = _reach(session, desk, message, contact)
    facts = Facts(zone=reach.zone, reachable=reach.channels, country=reach.country, home_country=desk.phone_region)
    tried = set(session.scalars(select(Message.channel).where(Message.subject_id == invitation.id)))
    channel = next((channel for channel in channels_for(rules, facts) if channel not in tried), None)
    due_at = quiet_until(now, reach.zone, rules.quiet_hours) or now
    if channel is None or due_at > invitation.send_by:
        return None
    cost = desk.policy.price(channel)
    # The person is counted already; a messenger that costs nothing may have stood in for a number that does.
    if cost and reserve(session, place.limits(desk.policy, now), cost=cost, people=0, now=now) is not None:
        return None
    return queue_message(
        session,
        channel=channel,
        purpose=MessagePurpose.INVITATION,
        subject_id=invitation.id,
        contact_id=contact.id,
        unit_id=message.unit_id,
        language=Language(message.language),
        text_key=message.text_key,
        due_at=due_at,
        send_by=invitation.send_by,
        segments=1 if channel is MessagingChannel.SMS else 0,
        cost=cost,
        demo=message.demo,
        now=now,
    )


def _reach(session: Session, desk: AskDesk, message: Message, contact: Contact | None) -> tuple[Place, Rules, Reach]:
    # A unit is never deleted while a message points at it.
    place = find_places_by_id(session, [message.unit_id])[message.unit_id]
    rules = desk.policy.rules_at(place.path)
    return place, rules, reach_of(desk.vault, contact, carried=desk.channels, rules=rules, unit_zone=place.zone)
