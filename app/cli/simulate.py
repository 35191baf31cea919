"""`flask simulate calls`: a contact centre to try everything with, without an account anywhere."""

import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import click
from flask.cli import AppGroup, with_appcontext

from app.accounts.api_keys import ApiScope, add_key, revoke_key
from app.cli.set_up import settings
from app.cli.simulation.centre import QUEUES, Centre
from app.cli.simulation.play import Plan, Play
from app.cli.simulation.service import Service, wait_for
from app.cli.simulation.unhappy import open_cases
from app.cli.told import told
from app.invitations.policy import quiet_until
from app.invitations.rules import DeliveryPolicy
from app.kit.errors import ConfigurationError
from app.messaging.registry import CONSOLE
from app.organisation.service import find_unit
from app.touchpoints.models import Channel
from app.web.edge import Wiring, wiring

simulate = AppGroup("simulate", help="Play the outside world against the running service.")
_KEY_NAME = "simulator"
_KEY_LIFE = timedelta(days=1)
_LOCAL = ("localhost", "127.0.0.1", "::1")


@simulate.command("calls")
@click.option("--rate", type=click.FloatRange(0.1, 200), default=5.0, show_default=True, help="Calls a second.")
@click.option("--for", "seconds", type=click.FloatRange(1), metavar="SECONDS", help="So long; else until Ctrl-C.")
@click.option("--url", help="Where the service answers; by default where its settings say.")
@click.option("--key", help="An API key with interactions:write; by default one is made and revoked afterwards.")
@click.option(
    "--answers", type=click.FloatRange(0, 1), default=0.3, show_default=True, help="The share of people who answer."
)
@click.option("--seed", type=int, help="The same seed plays the same people. [default: others each time]")
@click.option("--yes-really", is_flag=True, help="Play although gateways are set up: messages go out to real numbers.")
@told
def calls(
    *,
    rate: float,
    seconds: float | None,
    url: str | None,
    key: str | None,
    answers: float,
    seed: int | None,
    yes_really: bool,
) -> None:
    """Tell the running service of made-up calls, and answer some of the invitations.

    A line a second says what happened: calls accepted, people invited or skipped and why, questions that arrived,
    answers given by the page, SMS, Telegram and WhatsApp. Needs the demo company (`flask demo`).
    """
    wired = wiring()
    address = url or wired.public_url
    if not yes_really:
        _refuse_real(wired, address)
    _require_demo(wired)
    if not wait_for(address, seconds=5):
        raise ConfigurationError(f"nothing answers at {address}; start the service with `make run`, or name it: --url")
    seed = choose_seed() if seed is None else seed
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    _warn_of_night(wired, wired.clock())
    with _lend_key(wired, key) as plain:
        play = Play(
            Plan(rate, seconds, answers, seed),
            Centre(
                seed=seed,
                run=f"{time.time_ns() // 1_000_000:x}",
                region=wired.ask.phone_region,
                ago=_longest_delay(wired.ask.policy),
            ),
            Service(address, plain, stop.wait),
            database=wired.database,
            vault=wired.vault,
            hooks=wired.hooks,
            clock=wired.clock,
            tell=click.echo,
            stop=stop,
        )
        play.run()
    click.echo(f"In all: {play.tally.total()}.")


@simulate.command("cases")
@click.option("--count", type=click.IntRange(1, 20_000), default=500, show_default=True, help="So many unhappy people.")
@click.option(
    "--days", type=click.FloatRange(0.1, 60), default=3.0, show_default=True, help="Over the last so many days."
)
@click.option("--seed", type=int, help="The same seed plays the same people. [default: others each time]")
@with_appcontext
@told
def cases(*, count: int, days: float, seed: int | None) -> None:
    """Fill the callback list: unhappy visitors of the demo's offices, most with a number, some of them worked already.

    Nobody is written to or rung: the numbers are reserved for fiction. Needs the demo company (`flask demo`).
    """
    wired = wiring()
    _require_demo(wired)
    with wired.database.transaction() as session:
        made = open_cases(
            session,
            wired.desk,
            wired.surveys,
            count=count,
            days=days,
            seed=choose_seed() if seed is None else seed,
            now=wired.clock(),
        )
    click.echo(f"{made.opened} cases more; somebody works {made.worked} of them")


def choose_seed() -> int:
    """Return another seed each time: who was just asked is not asked again, so a second run needs other people."""
    return secrets.randbits(32)


def _refuse_real(wired: Wiring, address: str) -> None:
    real = sorted({gateway.name for each in wired.gateways.by_channel.values() for gateway in each} - {CONSOLE})
    if real:
        raise ConfigurationError(
            f"{', '.join(real)} would send to real people; take the gateways out of .env, or add --yes-really"
        )
    told_of, ours = urlsplit(address), urlsplit(wired.public_url)
    here = told_of.hostname in _LOCAL and told_of.port in (ours.port, settings().port)
    if not here and (told_of.hostname, told_of.port) != (ours.hostname, ours.port):
        raise ConfigurationError(
            f"{address} is not the service of these settings ({wired.public_url}), so nobody knows whom it would "
            "write to; add --yes-really if that is nobody"
        )


def _require_demo(wired: Wiring) -> None:
    with wired.database.reading() as session:
        missing = [code for code in QUEUES if find_unit(session, code) is None]
    if missing:
        raise ConfigurationError("there is no demo contact centre to ring; run `flask --app wsgi demo` first")


def _warn_of_night(wired: Wiring, now: datetime) -> None:
    quiet = wired.ask.policy.rules_at(()).quiet_hours
    until = quiet_until(now, wired.desk.zone, quiet)
    if quiet is not None and until is not None:
        click.echo(
            f"It is quiet hours ({quiet.start}-{quiet.end}): invitations wait until "
            f"{until.astimezone(wired.desk.zone):%H:%M}; take quiet_hours out of config/delivery.yaml to send.",
            err=True,
        )


def _longest_delay(policy: DeliveryPolicy) -> timedelta:
    """Return how long after a call its question is due."""
    return timedelta(minutes=policy.rules_at(()).delay_minutes.get(Channel.CALL, 0))


@contextmanager
def _lend_key(wired: Wiring, given: str | None) -> Iterator[str]:
    """Yield the key to call with; one that was made for this ends with it."""
    if given:
        yield given
        return
    with wired.database.transaction() as session:
        key, plain = add_key(
            session, name=_KEY_NAME, scopes=[ApiScope.INTERACTIONS_WRITE], expires_in=_KEY_LIFE, now=wired.clock()
        )
        key_id, prefix = key.id, key.prefix
    click.echo(f"Made the API key {prefix} ({_KEY_NAME}); it is revoked at the end, or expires in a day.", err=True)
    try:
        yield plain
    finally:
        with wired.database.transaction() as session:
            revoke_key(session, key_id, now=wired.clock())
