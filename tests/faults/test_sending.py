"""Messages through kills and outages: the judge is the gateway's own ledger, not what we say of ourselves."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.jobs.worker import Worker
from app.kit.clock import utc_now
from app.kit.db import Database
from app.kit.outbox import OutboxRow, OutboxState
from app.kit.schema import upgrade_database
from app.messaging.gateway import Gateway
from app.messaging.models import Message, MessageState, MessagingChannel
from app.messaging.registry import Gateways
from app.messaging.smsc import Smsc
from app.messaging.telegram import Telegram
from tests.conftest import POSTGRES
from tests.faults.installation import ROOT, free_port
from tests.faults.sending_worker import LEASE_SECONDS, PER_SECOND
from tests.gateway.ledger import read_ledger
from tests.gateway.server import ScriptedGateway
from tests.jobs.sending import end_rest, loop, make_due, message_of, queue, sender

SMS, TELEGRAM = MessagingChannel.SMS, MessagingChannel.TELEGRAM


@contextmanager
def worker(database_url: str, gateway: ScriptedGateway) -> Iterator[subprocess.Popen[bytes]]:
    """A worker's process for the block."""
    words = ["--database", database_url, "--gateway", gateway.url]
    process = subprocess.Popen([sys.executable, "-m", "tests.faults.sending_worker", *words], cwd=ROOT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    """Return once it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def handed_over(database: Database) -> int:
    with database.reading() as session:
        taken = select(func.count()).where(Message.state == MessageState.HANDED_OVER)
        return session.scalar(taken) or 0


def taken_by(ledger: Path) -> Counter[str]:
    """How often the gateway took each message, by the id that we gave it."""
    return Counter(line.message_id for line in read_ledger(ledger))


def marked(database: Database) -> set[str]:
    """The messages of which we say that they may have been sent twice."""
    with database.reading() as session:
        return {str(found) for found in session.scalars(select(Message.id).where(Message.maybe_duplicate))}


def test_a_worker_killed_in_mid_send_twice_in_a_row_loses_nothing(database: Database, tmp_path: Path) -> None:
    """F02: duplicates at most one a kill and slot, all with the same id and all marked; nobody waits beyond a lease."""
    ids = {str(queue(database, number=number)) for number in range(40)}
    url = database.url.render_as_string(hide_password=False)
    with ScriptedGateway(ledger=tmp_path / "ledger") as gateway:
        gateway.play("slow:0.2*")
        for _ in range(2):
            with worker(url, gateway) as process:
                gateway.signal(process.pid, when="arrived", after=8)
                assert process.wait(15) == -signal.SIGKILL
        slots = loop(database, sender(Smsc((gateway.url,), per_second=PER_SECOND))).threads
        with worker(url, gateway):
            wait_until(lambda: handed_over(database) == len(ids), LEASE_SECONDS + 5 + len(ids) / PER_SECOND)

    taken = taken_by(tmp_path / "ledger")
    assert set(taken) == ids
    twice = {message_id for message_id, times in taken.items() if times > 1}
    assert sum(taken.values()) - len(ids) <= 2 * slots
    assert twice <= marked(database)
    with database.reading() as session:
        assert set(session.scalars(select(OutboxRow.state).where(OutboxRow.lane == SMS))) == {OutboxState.DONE}


def test_a_worker_killed_between_the_gateways_yes_and_our_commit_sends_one_message_twice(
    database: Database, tmp_path: Path
) -> None:
    """F03: exactly one duplicate, with the same id, marked."""
    message_id = queue(database)
    url = database.url.render_as_string(hide_password=False)
    with ScriptedGateway(ledger=tmp_path / "ledger") as gateway:
        with worker(url, gateway) as process:
            gateway.signal(process.pid, when="accepted")
            assert process.wait(15) == -signal.SIGKILL
        assert message_of(database, message_id).state == MessageState.WAITING
        with worker(url, gateway):
            wait_until(lambda: handed_over(database) == 1, LEASE_SECONDS + 5)

    assert taken_by(tmp_path / "ledger") == {str(message_id): 2}
    assert marked(database) == {str(message_id)}


TROUBLES = ["500*", "502*", "503*", "429:1*", "429*", "garbage*", "redirect*", "reset*", "error:3*", "error:9*"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_trouble_of_a_gateway_loses_or_doubles_a_message(database: Database, tmp_path: Path, trouble: str) -> None:
    ids = {str(queue(database, number=number)) for number in range(3)}
    with ScriptedGateway(ledger=tmp_path / "ledger") as gateway:
        gateway.play(trouble)
        looping = loop(database, sender(Smsc((gateway.url,), login="company", password="p", per_second=1000)))
        looping.run_once()
        assert handed_over(database) == 0
        with database.reading() as session:
            assert set(session.scalars(select(Message.state))) == {MessageState.WAITING}
        gateway.play("ok*")
        for _ in range(3):  # one tries the door, the others follow
            end_rest(database)
            make_due(database)
            looping.run_once()

    assert taken_by(tmp_path / "ledger") == dict.fromkeys(ids, 1)
    assert handed_over(database) == len(ids)
    assert marked(database) == set()


def test_a_gateway_that_nobody_answers_at_is_waited_for_and_the_backlog_drains(
    database: Database, tmp_path: Path
) -> None:
    ids = {str(queue(database, number=number)) for number in range(20)}
    with ScriptedGateway(ledger=tmp_path / "ledger") as gateway:
        gateway.refuse()
        looping = loop(database, sender(Smsc((gateway.url,), login="company", password="p", per_second=30)))
        looping.run_once()
        with database.reading() as session:
            tried = session.scalar(select(func.sum(Message.tries))) or 0
            counted = session.scalar(select(func.sum(OutboxRow.attempts)).where(OutboxRow.lane == SMS)) or 0
        assert 3 <= tried == counted < len(ids)  # it was left alone before all had knocked, and waiting is no try
        gateway.listen()
        for _ in range(2):
            end_rest(database)
            make_due(database)
            looping.run_once()

    assert taken_by(tmp_path / "ledger") == dict.fromkeys(ids, 1)


def test_the_second_gateway_is_used_while_the_first_is_down(database: Database, tmp_path: Path) -> None:
    for number in range(10):
        queue(database, number=number)
    with ScriptedGateway(ledger=tmp_path / "first") as first, ScriptedGateway(ledger=tmp_path / "second") as second:
        first.play("500*")
        carriers = (
            Smsc((first.url,), login="company", password="p", per_second=30, name="smsc"),
            Smsc((second.url,), login="company", password="p", per_second=1000, name="mobizon"),
        )
        looping = loop(database, sender(*carriers))
        looping.run_once()
        make_due(database)
        looping.run_once()

    assert handed_over(database) == 10
    assert sum(taken_by(tmp_path / "second").values()) == 10


def test_a_slow_gateway_holds_up_no_other_channel(database: Database) -> None:
    slow = queue(database, number=1)
    quick = queue(database, number=2, channel=TELEGRAM)
    with ScriptedGateway() as gateway:
        gateway.play("slow:4*", "smsc")
        carriers: dict[MessagingChannel, Sequence[Gateway]] = {
            SMS: (Smsc((gateway.url,), login="company", password="p"),),
            TELEGRAM: (Telegram(gateway.url, "123456:telegram-token", 30),),
        }
        stop = threading.Event()
        running = Worker(database, utc_now, jobs=[], sender=sender(gateways=Gateways(carriers)), name="here:1")
        thread = threading.Thread(target=running.run, args=(stop,))
        thread.start()
        wait_until(lambda: message_of(database, quick).state == MessageState.HANDED_OVER, 3.5)
        assert message_of(database, slow).state == MessageState.WAITING
        stop.set()
        thread.join(15)

    assert not thread.is_alive()
    assert message_of(database, slow).state == MessageState.HANDED_OVER  # what is under way comes to its end


class Cluster:
    """A PostgreSQL server of the test's own, which may be stopped in the middle of everything."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[4]))
        program = str(found[-1]) if found else shutil.which("pg_ctl")
        assert program is not None
        self._bin, self._folder, self.port = Path(os.path.realpath(program)).parent, folder, free_port()
        # initdb refuses root.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        self._run("initdb", "-D", "data", "-U", "otklik", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.url = f"postgresql://otklik@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Return once it answers."""
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-D", "data", "-l", "log", "-s", "-w", "-o", options, "start")

    def stop(self) -> None:
        """As a power cut does it."""
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "-s", "stop")

    def _run(self, name: str, *words: str) -> None:
        command = [str(self._bin / name), *words]
        subprocess.run(command, cwd=self._folder, user=self._user, check=True, stdout=subprocess.DEVNULL)


if POSTGRES:

    def test_a_database_restarted_under_load_loses_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
        """PostgreSQL alone: SQLite is no server that could be stopped, and its processes' deaths are tried above."""
        folder = Path("/tmp") / f"otklik-fault-{uuid.uuid4().hex[:8]}"  # noqa: S108 -- the user postgres enters no other
        folder.mkdir()
        ledger = tmp_path_factory.mktemp("gateway") / "ledger"
        cluster = Cluster(folder)
        cluster.start()
        try:
            database = Database(cluster.url)
            upgrade_database(database)
            ids = {str(queue(database, number=number)) for number in range(40)}
            with ScriptedGateway(ledger=ledger) as gateway:
                gateway.play("slow:0.2*")
                with worker(cluster.url, gateway):
                    wait_until(lambda: len(gateway.ledger.lines) > 8, 15)
                    cluster.stop()
                    database.dispose()
                    cluster.start()
                    wait_until(lambda: handed_over(database) == len(ids), 20)
            taken = taken_by(ledger)
            slots = loop(database, sender(Smsc((gateway.url,), per_second=PER_SECOND))).threads
            assert set(taken) == ids
            assert sum(taken.values()) - len(ids) <= slots
            assert {message_id for message_id, times in taken.items() if times > 1} <= marked(database)
            database.dispose()
        finally:
            cluster.stop()
            shutil.rmtree(folder)
