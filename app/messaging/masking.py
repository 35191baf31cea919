"""People's addresses as far as a screen or a log may show them; pure."""

from app.kit.phones import mask_phone
from app.messaging.models import MessagingChannel


def mask_address(channel: MessagingChannel, address: str) -> str:
    """Return the address in the channel, enough of it to recognise and too little to write to."""
    if channel in (MessagingChannel.SMS, MessagingChannel.WHATSAPP):
        return mask_phone(address)
    if channel is MessagingChannel.EMAIL:
        name, _, domain = address.rpartition("@")
        return f"{name[:1]}***@{domain}"
    return f"***{address[-3:]}"
