"""Puts the gateways together from the settings: which channel is carried by which, and where they tell us things."""

import base64
from collections.abc import Mapping, Sequence

from app.kit.crypto import Vault
from app.messaging.console import Console
from app.messaging.gateway import Gateway
from app.messaging.hooks import Hook, Hooks
from app.messaging.mobizon import Mobizon
from app.messaging.models import MessagingChannel
from app.messaging.registry import Gateways
from app.messaging.smsc import Smsc
from app.messaging.smtp import Smtp
from app.messaging.telegram import Telegram
from app.messaging.twilio import Twilio
from app.messaging.viber import Viber
from app.messaging.whatsapp import WhatsApp
from config.settings import Settings

_CHANNELS: Mapping[str, MessagingChannel] = {
    "smsc": MessagingChannel.SMS,
    "mobizon": MessagingChannel.SMS,
    "twilio": MessagingChannel.SMS,
    "telegram": MessagingChannel.TELEGRAM,
    "whatsapp": MessagingChannel.WHATSAPP,
    "viber": MessagingChannel.VIBER,
}


# Viber's limit of a sender's name.
_VIBER_NAME = 28


def build_gateways(settings: Settings, vault: Vault) -> Gateways:
    """Return the gateways by channel; the console stands in where `OTKLIK_CONSOLE` lets it."""
    carriers: dict[MessagingChannel, Sequence[Gateway]] = {}
    if settings.sms_order:
        hooks = build_hooks(settings, vault)
        sms = {"smsc": _smsc, "mobizon": _mobizon, "twilio": _twilio}
        carriers[MessagingChannel.SMS] = tuple(sms[name](settings, hooks) for name in settings.sms_order)
    if settings.smtp_host:
        carriers[MessagingChannel.EMAIL] = (_smtp(settings),)
    if settings.telegram_token:
        carriers[MessagingChannel.TELEGRAM] = (build_telegram(settings),)
    if settings.whatsapp_token:
        carriers[MessagingChannel.WHATSAPP] = (_whatsapp(settings),)
    if settings.viber_token:
        carriers[MessagingChannel.VIBER] = (build_viber(settings),)
    if settings.console == "always" or (settings.console == "trial" and not carriers):
        console = Console()
        for channel in MessagingChannel:
            carriers.setdefault(channel, (console,))
    return Gateways(carriers)


def build_telegram(settings: Settings) -> Telegram:
    """Return the bot."""
    return Telegram(settings.telegram_url, settings.telegram_token, settings.telegram_per_second)


def build_viber(settings: Settings) -> Viber:
    """Return the bot, under the company's name as far as Viber lets it be."""
    sender = settings.viber_sender or settings.company_name[:_VIBER_NAME]
    return Viber(settings.viber_url, settings.viber_token, sender, settings.viber_per_second)


def _smsc(settings: Settings, _hooks: Hooks) -> Gateway:
    host = settings.smsc_host
    return Smsc(
        (settings.smsc_url,) if settings.smsc_url else (f"https://{host}", f"https://www2.{host}"),
        login=settings.smsc_login,
        password=settings.smsc_password,
        key=settings.smsc_key,
        sender=settings.smsc_sender,
        per_second=settings.smsc_per_second,
    )


def _mobizon(settings: Settings, _hooks: Hooks) -> Gateway:
    return Mobizon(settings.mobizon_url, settings.mobizon_key, settings.mobizon_sender, settings.mobizon_per_second)


def _twilio(settings: Settings, hooks: Hooks) -> Gateway:
    return Twilio(
        settings.twilio_url,
        settings.twilio_account,
        settings.twilio_token,
        sender=settings.twilio_sender,
        service=settings.twilio_service,
        # Twilio refuses a message whose callback nobody but this machine could reach.
        callback_url=f"{settings.public_url}{hooks.by_gateway['twilio'].path}" if settings.base_url else "",
        per_second=settings.twilio_per_second,
    )


def _smtp(settings: Settings) -> Gateway:
    return Smtp(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_sender,
        settings.smtp_sender_name or settings.company_name,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        per_second=settings.smtp_per_second,
    )


def _whatsapp(settings: Settings) -> Gateway:
    return WhatsApp(
        settings.whatsapp_url,
        settings.whatsapp_token,
        settings.whatsapp_phone_id,
        settings.whatsapp_template,
        settings.whatsapp_buttons,
        settings.whatsapp_per_second,
    )


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
