"""What an installation should be told about itself: each finding with its cure."""

import shutil
import stat
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.accounts.service import has_admin
from app.callbacks.escalation.rosters import count_unowned
from app.cli.day_findings import check_days_off
from app.cli.findings import Finding, Level
from app.cli.set_up import LET_IN, LOCKED_OUT
from app.cli.sign_in_findings import check_door
from app.demo.staff import find_sign_in
from app.jobs.queue import ask_queue, kind_of
from app.kit.db import SAFE_WAL, sqlite_version
from app.kit.errors import ConfigurationError, OtklikError
from app.kit.outbox import read_status
from app.kit.schema import schema_is_current
from app.kit.slots import last_beat
from app.messaging.models import MessagingChannel
from app.messaging.registry import CONSOLE
from app.organisation.holidays import find_holidays
from app.organisation.models import Unit
from app.surveys.service import store_versions
from app.web.edge import Wiring
from config.settings import Settings

# A worker shows itself every 5 seconds.
_WORKER_IS_LATE = 30
_LITTLE_SPACE = 500 * 1024 * 1024


_BEHIND = Finding(Level.FAIL, "the database is behind this code", "run `flask --app wsgi db upgrade`")


def examine(wiring: Wiring, settings: Settings) -> Iterator[Finding]:
    """Yield everything found; settings, surveys and the YAML files have been read by now, or we would not be here."""
    yield from _check_address(settings)
    yield from _check_keys(settings)
    yield Finding(Level.OK, f"routing.yaml and consents.yaml in {settings.config_dir} are read without a mistake")
    yield from _check_sites(wiring)
    yield Finding(Level.OK, f"surveys in {settings.surveys_dir}: {', '.join(wiring.surveys.keys())}")
    yield Finding(
        Level.OK,
        f"{settings.company_name} is open {settings.hours} in {settings.time_zone}, unless a unit says otherwise",
    )
    yield from check_days_off(find_holidays(wiring.database), wiring.clock().year)
    yield from _check_channels(wiring, settings)
    yield from _check_disk(wiring, settings)
    yield from _check_queue(settings.queue_url)
    if not wiring.database.exists():
        yield _BEHIND
        return
    try:
        yield from _check_database(wiring)
        if not schema_is_current(wiring.database):
            yield _BEHIND
            return
        yield Finding(Level.OK, "the database's schema is this code's")
        with wiring.database.session() as session:
            yield from _check_content(session, wiring)
            yield from _check_delivery(session, wiring)
            yield from _check_owners(session)
            yield from check_door(session, wiring.door, public_url=wiring.public_url)
            session.rollback()
    except (SQLAlchemyError, OtklikError) as error:
        yield Finding(
            Level.FAIL,
            f"the database does not answer: {str(error).splitlines()[0]}",
            "start it, or correct OTKLIK_DATABASE_URL",
        )


def _check_address(settings: Settings) -> Iterator[Finding]:
    if not settings.base_url:
        yield Finding(
            Level.WARN,
            f"codes and links lead to {settings.public_url}, which only this machine can reach",
            "set OTKLIK_BASE_URL to the address that people use, before the first poster is printed",
        )
    elif not settings.secure:
        yield Finding(
            Level.WARN,
            f"{settings.base_url} is plain http: good for a trial only",
            "put a proxy with a certificate in front and set OTKLIK_BASE_URL to its https address",
        )
    else:
        yield Finding(Level.OK, f"codes and links lead to {settings.base_url}")
    if not settings.proxies and not _is_loopback(settings.host):
        yield Finding(
            Level.WARN,
            f"{settings.host} lets others in without a proxy: whoever sends a form slowly holds a thread of the server",
            "put a proxy that buffers in front (docs/deploying.md), set OTKLIK_PROXIES=1 and leave HOST out",
        )
    if settings.secure and not settings.proxies:
        yield Finding(
            Level.WARN,
            "the base URL is https, but no proxy is counted, so every visitor seems to come from one address",
            "set OTKLIK_PROXIES to the number of proxies in front, most often 1",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_keys(settings: Settings) -> Iterator[Finding]:
    files = [
        settings.keys_dir / name
        for name, given in (("secret_key", settings.secret_key), ("data_keys", settings.data_keys))
        if not given
    ]
    for path in files:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield Finding(Level.FAIL, f"{path} can be read by others ({mode:04o})", f"run `chmod 600 {path}`")
        else:
            yield Finding(Level.OK, f"{path} is for its owner alone; keep a copy apart from the data")
    if not files:
        yield Finding(Level.OK, "keys come from the environment")


def _check_sites(wiring: Wiring) -> Iterator[Finding]:
    catalogue = wiring.desk.catalogue
    names = ", ".join(rules.name for _, rules in catalogue.enabled())
    yield Finding(Level.OK, f"review_sites.yaml is read without a mistake; offered: {names or 'none'}")
    for warning in catalogue.policy_warnings():
        yield Finding(
            Level.WARN, str(warning), "write `offer_to: everyone` for it, unless the company takes the risk knowingly"
        )


def _check_channels(wiring: Wiring, settings: Settings) -> Iterator[Finding]:
    carried = {
        channel: [gateway.name for gateway in wiring.gateways.carriers(channel)]
        for channel in MessagingChannel
        if channel in wiring.gateways.channels
    }
    told = [f"{channel} by {' then '.join(names)}" for channel, names in carried.items() if names != [CONSOLE]]
    spoken = [channel.value for channel, names in carried.items() if names == [CONSOLE]]
    off = [channel.value for channel in MessagingChannel if channel not in carried]
    if told:
        yield Finding(Level.OK, f"messages go out: {'; '.join(told)}")
    if off:
        yield Finding(Level.OK, f"channels without a gateway, by which nobody is written to: {', '.join(off)}")
    if spoken:
        what = f"the console stands in for {', '.join(spoken)}: messages are written to standard error, links included"
        level = Level.WARN if settings.secure or told else Level.OK
        yield Finding(level, what, "set up a gateway (docs/channels.md) or write OTKLIK_CONSOLE=never")
    elif not told:
        yield Finding(Level.WARN, "no message goes out at all", "set up a gateway (docs/channels.md)")
    if (settings.telegram_token or settings.viber_token) and not settings.secure:
        yield Finding(
            Level.WARN, "messengers tell things to https addresses only", "set OTKLIK_BASE_URL to an https address"
        )


def _check_disk(wiring: Wiring, settings: Settings) -> Iterator[Finding]:
    url = wiring.database.url
    place = Path(str(url.database)).resolve() if wiring.database.is_sqlite else settings.var_dir
    free = shutil.disk_usage(place if place.exists() else settings.keys_dir).free
    where = str(place) if wiring.database.is_sqlite else url.render_as_string(hide_password=True)
    if free < _LITTLE_SPACE:
        yield Finding(Level.WARN, f"data live in {where}; {free >> 20} MB are free", "make room on this disk")
    else:
        yield Finding(Level.OK, f"data live in {where}; {free >> 30} GB are free")


def _check_database(wiring: Wiring) -> Iterator[Finding]:
    with wiring.database.reading() as session:
        if not wiring.database.is_sqlite:
            yield Finding(Level.OK, f"PostgreSQL {session.scalar(text('SHOW server_version'))}")
            if session.scalar(text("SHOW synchronous_commit")) == "off":
                yield Finding(
                    Level.FAIL,
                    "synchronous_commit is off: acknowledged answers can be lost",
                    "switch it on in PostgreSQL's configuration or for this user",
                )
            return
        journal = session.scalar(text("PRAGMA journal_mode"))
        version = ".".join(map(str, sqlite_version()))
        if sqlite_version() < SAFE_WAL:
            yield Finding(
                Level.WARN,
                f"SQLite {version} can corrupt a WAL file, so journal_mode={journal} is used, which is slower",
                "install pysqlite3, which brings a newer one, or use PostgreSQL",
            )
        else:
            yield Finding(Level.OK, f"SQLite {version}, journal_mode={journal}")


def _check_queue(url: str) -> Iterator[Finding]:
    kind = kind_of(url)
    if not kind:
        return
    try:
        waiting = ask_queue(url)
    except ConfigurationError as error:
        yield Finding(Level.FAIL, error.message, "install it, or leave OTKLIK_QUEUE_URL out")
    except Exception as error:  # noqa: BLE001 -- each driver has errors of its own, and all of them mean this
        said = (str(error) or type(error).__name__).splitlines()[0]
        yield Finding(Level.FAIL, f"the {kind} queue does not answer: {said}", "start it, or correct OTKLIK_QUEUE_URL")
    else:
        yield Finding(Level.OK, f"the {kind} queue of periodic jobs answers: {waiting} waiting")


def _check_delivery(session: Session, wiring: Wiring) -> Iterator[Finding]:
    codes = set(wiring.ask.policy.units)
    unknown = sorted(codes - set(session.scalars(select(Unit.code).where(Unit.code.in_(codes)))))
    if unknown:
        yield Finding(
            Level.WARN,
            f"delivery.yaml: units: no unit has the code {', '.join(unknown)}; it changes nothing",
            "correct the code, or take it out",
        )
    else:
        yield Finding(Level.OK, "delivery.yaml is read without a mistake, and every unit it names is there")


def _check_owners(session: Session) -> Iterator[Finding]:
    unowned = count_unowned(session, scope=EVERYTHING)
    if unowned.with_cases:
        yield Finding(
            Level.WARN,
            f"{unowned.with_cases} units with open cases have no owner of last resort",
            "name one of the company, or of each region, on /manage/roster/owners",
        )


def _check_content(session: Session, wiring: Wiring) -> Iterator[Finding]:
    now = wiring.clock()
    try:
        store_versions(session, wiring.surveys, now=now)  # a rehearsal: it is rolled back
    except OtklikError as error:
        yield Finding(Level.FAIL, error.message, "a survey that was asked keeps its meaning; correct the file")
    if not has_admin(session):
        yield Finding(Level.WARN, LOCKED_OUT, LET_IN)
    seen_at = last_beat(session)
    age = (now - seen_at).total_seconds() if seen_at else None
    if age is None or age > _WORKER_IS_LATE:
        seen = "no worker has ever been seen" if age is None else f"no worker was seen for {age:.0f} s"
        yield Finding(Level.WARN, seen, "start one: `flask --app wsgi serve` or `flask --app wsgi worker`")
    else:
        yield Finding(Level.OK, f"a worker was seen {age:.0f} s ago")
    queue = read_status(session, now=now)
    if queue.dead:
        yield Finding(Level.WARN, f"{queue.dead} outbox rows were given up", "the log says why each of them failed")
    else:
        yield Finding(Level.OK, f"outbox: {queue.due} due, none given up")
    if wiring.secure and find_sign_in(session, wiring.vault) is not None:
        yield Finding(
            Level.WARN, "the demo company and its users are still here", "run `flask --app wsgi demo --remove`"
        )
