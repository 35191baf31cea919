"""Puts the gateways together from the settings: which channel is carried by which, and where they tell us things."""

import base64
from collections.abc import Mapping, Sequence

from app.kit.crypto import Vault
from app.messaging.console import Console
from app.messaging.gateway import Gateway
from app.messaging.hooks import Hook, Hooks
from app.messaging.models import MessagingChannel
from app.messaging.registry import Gateways
from config.settings import Settings

_CHANNELS: Mapping[str, MessagingChannel] = {
    "smsc": MessagingChannel.SMS,
    "mobizon": MessagingChannel.SMS,
    "twilio": MessagingChannel.SMS,
    "telegram": MessagingChannel.TELEGRAM,
    "whatsapp": MessagingChannel.WHATSAPP,
    "viber": MessagingChannel.VIBER,
}


def build_gateways(settings: Settings) -> Gateways:
    """Return the gateways by channel; the console stands in where `OTKLIK_CONSOLE` lets it."""
    carriers: dict[MessagingChannel, Sequence[Gateway]] = {}
    if settings.console == "always" or (settings.console == "trial" and not carriers):
        console = Console()
        for channel in MessagingChannel:
            carriers.setdefault(channel, (console,))
    return Gateways(carriers)


def build_hooks(settings: Settings, vault: Vault) -> Hooks:
    """Return every gateway's way in. What nobody set is derived from the data keys, the same at every start."""
    secrets = {
        "twilio": settings.twilio_token,
        "telegram": settings.telegram_secret,
        "whatsapp": settings.whatsapp_app_secret,
        "viber": settings.viber_token,
    }
    return Hooks(
        {
            name: Hook(
                gateway=name,
                channel=channel,
                slug=_derive(vault, f"hook {settings.hook_secret}", name),
                secret=secrets.get(name) or _derive(vault, "hook signature", name),
                verify_token=(settings.whatsapp_verify_token or _derive(vault, "hook verification", name))
                if name == "whatsapp"
                else "",
            )
            for name, channel in _CHANNELS.items()
        }
    )


def _derive(vault: Vault, purpose: str, name: str) -> str:
    """Return 128 bits of the installation's own as 26 letters and digits."""
    return base64.b32encode(vault.derive_link(purpose, name)[:16]).decode().rstrip("=").lower()
