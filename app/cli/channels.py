"""Commands of the messaging channels: where gateways tell us things, and registering that with a messenger."""

import click
from flask.cli import with_appcontext

from app.cli.set_up import settings
from app.cli.told import in_words
from app.kit.errors import ConfigurationError
from app.messaging.gateway import DeliveryError
from app.web.edge import wiring
from config.gateways import build_telegram, build_viber


@click.command()
@click.option("--secrets", is_flag=True, help="What each signs with, too: to try a hook by hand.")
@with_appcontext
@in_words
def hooks(secrets: bool) -> None:
    """Print the address that each gateway is to tell us things at, to be entered in its account; they are secret."""
    for hook in wiring().hooks.by_gateway.values():
        click.echo(f"{hook.gateway}\t{wiring().public_url}{hook.path}")
        if secrets and hook.secret:
            click.echo(f"{hook.gateway}\tsecret: {hook.secret}")
        if hook.verify_token:
            click.echo(f"{hook.gateway}\tverify token: {hook.verify_token}")


@click.group()
def telegram() -> None:
    """The Telegram bot."""


@telegram.command("hook")
@with_appcontext
@in_words
def telegram_hook() -> None:
    """Have Telegram post taps and messages to this installation; run again after the address or the token changed."""
    address = _address("telegram", settings().telegram_token)
    try:
        build_telegram(settings()).set_hook(address, wiring().hooks.by_gateway["telegram"].secret)
    except DeliveryError as error:
        raise _refused("Telegram", error) from error
    click.echo(f"Telegram tells us what happens in chats with @{settings().telegram_bot}", err=True)


@click.group()
def viber() -> None:
    """The Viber bot."""


@viber.command("hook")
@with_appcontext
@in_words
def viber_hook() -> None:
    """Have Viber post events to this installation, which must be running: Viber tries the address at once."""
    address = _address("viber", settings().viber_token)
    try:
        build_viber(settings()).set_hook(address)
    except DeliveryError as error:
        raise _refused("Viber", error) from error
    click.echo("Viber tells us what happens in chats with the bot", err=True)


def _address(gateway: str, token: str) -> str:
    """Return the hook's public address; raises ConfigurationError if nobody could knock there."""
    if not token:
        raise ConfigurationError(f"set OTKLIK_{gateway.upper()}_TOKEN first (docs/channels.md)")
    if not settings().base_url:
        raise ConfigurationError("set OTKLIK_BASE_URL to the https address of this installation first")
    return f"{wiring().public_url}{wiring().hooks.by_gateway[gateway].path}"


def _refused(name: str, error: DeliveryError) -> ConfigurationError:
    return ConfigurationError(f"{name} did not take the address: {error.code} ({error.message})")
