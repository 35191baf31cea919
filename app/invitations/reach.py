"""By which channels a person can be reached now."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.contacts.models import AddressKind, Contact
from app.contacts.service import read_address
from app.invitations.rules import Rules
from app.invitations.zones import country_of, takes_messages, zone_of
from app.kit.crypto import UnreadableValueError, Vault
from app.messaging.models import MessagingChannel

_BY_ADDRESS = {
    MessagingChannel.EMAIL: "email_index",
    MessagingChannel.TELEGRAM: "telegram_index",
    MessagingChannel.VIBER: "viber_index",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """What the policy needs to know of a person's addresses."""

    addressed: bool
    channels: frozenset[MessagingChannel]
    country: str | None
    zone: ZoneInfo


def reach_of(
    vault: Vault,
    contact: Contact | None,
    *,
    carried: frozenset[MessagingChannel],
    rules: Rules,
    unit_zone: ZoneInfo,
    phone: str | None = None,
) -> Reach:
    """Return how the contact can be reached by the channels that gateways carry.

    `phone`, if the caller knows it in the clear, saves decrypting it; one that is not the contact's is not used.
    Messengers count where the chat is known, WhatsApp also for numbers that never wrote if the rules say so.
    """
    if contact is None:
        return Reach(False, frozenset(), None, unit_zone)
    found = {channel for channel, column in _BY_ADDRESS.items() if getattr(contact, column) is not None}
    number = _number(vault, contact, phone)
    if number is not None and takes_messages(number):
        found.add(MessagingChannel.SMS)
        if rules.whatsapp_unasked or contact.whatsapp_seen_at is not None:
            found.add(MessagingChannel.WHATSAPP)
    addressed = bool(found) or contact.phone_index is not None
    country = country_of(number) if number is not None else None
    return Reach(addressed, frozenset(found) & carried, country, zone_of(number, unit_zone))


def _number(vault: Vault, contact: Contact, phone: str | None) -> str | None:
    if contact.phone_index is None:
        return None
    if phone is not None and contact.phone_index in vault.blind_indexes(AddressKind.PHONE, phone):
        return phone
    try:
        return read_address(vault, contact, AddressKind.PHONE)
    except UnreadableValueError:  # its key is not here; the other addresses may be readable
        return None
