"""Running it: the database's schema, the worker, web and worker together, what is wrong."""

import signal
import sys
import threading
from datetime import timedelta

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli.doctor import examine
from app.cli.findings import Level
from app.cli.first_run import announce, find_address, port_is_free, prepare, server_answers
from app.cli.set_up import settings, tell_if_locked_out
from app.cli.told import in_words
from app.jobs.inbound import InboundWork
from app.jobs.load import LoadWarning
from app.jobs.notices import NoticeWork
from app.jobs.periodic import plan_jobs
from app.jobs.posters import PosterWork
from app.jobs.public_ratings import RatingPlanning, RatingWork
from app.jobs.queue import require_driver
from app.jobs.reports import ReportWork
from app.jobs.supervisor import Supervisor, web_processes, web_program, worker_program
from app.jobs.webhooks import WebhookWork
from app.jobs.worker import Worker
from app.kit.errors import ConfigurationError
from app.kit.schema import downgrade_database, schema_is_current
from app.web.edge import wiring
from app.web.manage.figures.report_letter import LetterComposer
from app.webhooks.addresses import is_trial
from app.webhooks.calling import Caller


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@with_appcontext
@in_words
def upgrade() -> None:
    """Bring the database to this code: migrations, surveys, the company's name, zone and hours."""
    prepare(wiring(), settings())
    click.echo("the database is up to date", err=True)


@db.command()
@click.argument("revision", default="-1")
@with_appcontext
@in_words
def downgrade(revision: str) -> None:
    """Go back one migration, or to REVISION; data that the older code knows is kept."""
    downgrade_database(wiring().database, revision)
    click.echo("the database went back", err=True)


@click.command()
@with_appcontext
@in_words
def doctor() -> None:
    """Say what is well, what deserves a look, and what must be mended, each with its cure."""
    failed = False
    for finding in examine(wiring(), settings()):
        click.echo(f"{finding.level:<4}  {finding.what}")
        if finding.cure:
            click.echo(f"      {finding.cure}")
        failed = failed or finding.level == Level.FAIL
    if failed:
        sys.exit(1)


@click.command()
@with_appcontext
@in_words
def worker() -> None:
    """Drain the outbox and run periodic jobs until SIGTERM or Ctrl-C; any number may run."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    _require_current_schema()
    wired = wiring()
    works = (PosterWork(wired.database, wired.clock, wired.workshop),)
    caller = Caller(allow_local=is_trial(wired.public_url))
    webhooks = WebhookWork(wired.database, wired.clock, wired.vault, caller, wired.public_url)
    inbound = InboundWork(wired.database, wired.clock, wired.talk, wired.gateways, wired.sender.reroute, wired.notices)
    notices = NoticeWork(wired.database, wired.clock, wired.notices, wired.gateways)
    ratings = RatingWork(wired.database, wired.clock, wired.ratings, wired.desk.zone)
    composing = LetterComposer(current_app._get_current_object())  # type: ignore[attr-defined]  # threads have none
    reports = ReportWork(wired.database, wired.clock, wired.gateways, composing, wired.desk.zone)
    lanes = (inbound.lane(), webhooks.lane(), notices.lane(), ratings.lane(), reports.lane())
    queue_url = settings().queue_url
    require_driver(queue_url)
    Worker(
        wired.database,
        wired.clock,
        jobs=plan_jobs(
            timedelta(days=wired.ask.policy.longest_throttle_days),
            wired.case_rules.escalation,
            desk=wired.ask,
            rules=wired.case_rules,
            wishes=wired.wish_rules.recogniser,
            topics=wired.topics.classifier,
            ratings=RatingPlanning(wired.ratings, wired.desk.zone),
            zone=wired.desk.zone,
            load=LoadWarning(wired.case_rules.load, wired.desk.policy),
        ),
        works=works,
        lanes=lanes,
        sender=wired.sender,
        queue_url=queue_url,
    ).run(stop)


@click.command()
@click.option("--first-run", is_flag=True, help="Prepare the database, make the demo company if there is no other.")
@with_appcontext
@in_words
def serve(first_run: bool) -> None:
    """Start web and worker on this machine; Ctrl-C stops both."""
    chosen, wired = settings(), wiring()
    address = find_address(chosen)
    if not port_is_free(chosen.host, chosen.port):
        raise ConfigurationError(
            f"port {chosen.port} is taken; stop what listens there or choose another: PORT={chosen.port + 1} make run"
        )
    lines: list[str] = []
    if first_run:
        prepare(wired, chosen)
        lines = announce(wired, address)
        tell_if_locked_out()
    else:
        _require_current_schema()
    environment = {"OTKLIK_BASE_URL": address} if not chosen.base_url else {}
    processes = web_processes(chosen.web_processes, is_sqlite=wired.database.is_sqlite)
    wired.database.dispose()  # the children open their own
    Supervisor(
        [
            web_program(chosen.host, chosen.port, processes=processes, environment=environment),
            worker_program(environment),
        ]
    ).run(
        is_ready=lambda: server_answers(chosen.host, chosen.port),
        # Said only now, so that a link works the moment it is read.
        on_ready=lambda: print(*lines, sep="\n", flush=True) if lines else None,  # noqa: T201 -- what was asked for
    )


def _require_current_schema() -> None:
    if not schema_is_current(wiring().database):
        raise ConfigurationError("the database is behind this code: run `flask --app wsgi db upgrade` first")
