"""kill -9 under load: what was acknowledged is there, with what follows from it. The client's ledger is the judge."""

import http.client
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select, text

from app.callbacks.models import CallbackCase
from app.kit.crypto import digest
from app.kit.db import Database
from app.kit.outbox import OutboxRow
from app.responses.models import SurveyResponse
from tests.faults.installation import Installation, Respondent

CLIENTS = 6
KILLS = 2  # once a process that answers, once the server's leader
ACKNOWLEDGED_BETWEEN = 25


class Ledger:
    """Intents and acknowledgements in a file that is on the disk before the client goes on."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)
        self._lock = threading.Lock()
        self.acknowledged = 0

    def write(self, *words: object) -> None:
        """Add a line."""
        with self._lock:
            self._file.write(" ".join(map(str, words)) + "\n")
            os.fsync(self._file.fileno())
            self.acknowledged += words[0] == "ack"

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@dataclass
class Client(threading.Thread):
    """Answers as a new device each time; what was not acknowledged is sent again, the very same form."""

    port: int
    code: str
    ledger: Ledger
    stop: threading.Event
    number: int
    retried: int = 0
    errors: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Answer until stopped; every intent is brought to its end."""
        answers = 0
        try:
            while not self.stop.is_set():
                rating = 1 + (answers + self.number) % 5
                answers += 1
                self._answer(rating)
        except BaseException as error:  # noqa: BLE001 -- told by the test
            self.errors.append(error)

    def _answer(self, rating: int) -> None:
        respondent = Respondent(self.port, self.code)
        self._insist(respondent.look)
        self.ledger.write("intent", rating, respondent.token)
        key = self._insist(lambda: respondent.rate(rating))
        self.ledger.write("ack", rating, respondent.token, key)
        if self.retried and rating == 1:
            assert self._insist(lambda: respondent.rate(rating)) == key  # the same form again finds what it made

    def _insist(self, what: Callable[[], str | None]) -> str:
        deadline = time.monotonic() + 30
        while True:
            try:
                result = what()
                if result is not None:
                    return result
            except (OSError, http.client.HTTPException):
                self.retried += 1
            assert time.monotonic() < deadline, "the server did not come back"
            time.sleep(0.05)


def wait_for_more(ledger: Ledger) -> None:
    """Return when more has been acknowledged: by count, since a busy machine does little in a second."""
    goal, deadline = ledger.acknowledged + ACKNOWLEDGED_BETWEEN, time.monotonic() + 40
    while ledger.acknowledged < goal:
        assert time.monotonic() < deadline, "the server hardly answers"
        time.sleep(0.05)


def test_whatever_was_acknowledged_survives_kill_9(database_url: str, tmp_path: Path) -> None:
    with Installation(database_url, tmp_path) as installation:
        ledger, stop = Ledger(tmp_path / "ledger"), threading.Event()
        clients = [Client(installation.port, installation.code(), ledger, stop, number) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for kill in range(KILLS):
            wait_for_more(ledger)
            # The leader last: asked to stop while it starts a process again, granian waits 25 seconds for it.
            installation.kill_web(leader=kill % 2 == 1)
            installation.wait_until_it_answers()
        wait_for_more(ledger)
        stop.set()
        for client in clients:
            client.join(40)
        ledger.close()
        log = installation.log()

    assert [client.errors for client in clients] == [[]] * CLIENTS
    assert sum(client.retried for client in clients) > 0, "no kill ever hit a request"
    assert "Traceback" not in log, log

    acknowledged = [line.split() for line in (tmp_path / "ledger").read_text().splitlines() if line.startswith("ack")]
    assert len(acknowledged) >= (KILLS + 1) * ACKNOWLEDGED_BETWEEN
    database = Database(database_url)
    with database.reading() as session:
        stored = dict(session.execute(select(SurveyResponse.key_hash, SurveyResponse.id)).all())
        ratings = dict(session.execute(select(SurveyResponse.id, SurveyResponse.rating)).all())
        cases = dict(
            session.execute(select(CallbackCase.response_id, func.count()).group_by(CallbackCase.response_id)).all()
        )
        told = [
            payload["response_id"]
            for payload in session.scalars(select(OutboxRow.payload).where(OutboxRow.kind == "case.opened"))
        ]
        if database.is_sqlite:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    database.dispose()

    keys = {key for *_, key in acknowledged}
    assert len(keys) == len(acknowledged), "two forms were given one response"
    lost = [line for line in acknowledged if digest(line[3]) not in stored]
    assert lost == []
    for _, rating, _, key in acknowledged:
        response_id = stored[digest(key)]
        assert ratings[response_id] == int(rating)
        expected = 1 if int(rating) <= 2 else 0
        assert cases.get(response_id, 0) == expected
        assert told.count(str(response_id)) == expected
