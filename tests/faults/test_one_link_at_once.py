"""One single-use link posted by two clients at the same moment, a hundred pairs: the database spends it once.

Real server processes answer (on PostgreSQL as many as there are cores); what they hold in memory cannot decide.
"""

import http.client
import re
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase
from app.invitations.models import Interaction
from app.kit.clock import utc_now
from app.kit.crypto import Vault
from app.kit.db import Database
from app.organisation.service import get_company
from app.responses.models import SurveyResponse
from config.settings import Settings
from tests.callers import make_asked_call
from tests.faults.installation import Installation

PAIRS = 100


class Client:
    """One device with a form of the link, ready to send it."""

    def __init__(self, port: int, token: str, rating: int) -> None:
        self._port, self._path, self._rating = port, f"/i/{token}", rating
        status, body = self._send("GET")
        found = re.search(rb'name="form_token" value="([^"]+)"', body)
        assert status == 200, body
        assert found is not None, body
        self._form = urlencode({"rating": rating, "form_token": found[1].decode()})
        self.status = 0
        self.page = b""

    def answer(self, barrier: threading.Barrier) -> None:
        """Send the form when everybody is ready."""
        barrier.wait()
        self.status, self.page = self._send("POST", self._form)

    def _send(self, method: str, body: str | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
            connection.request(method, self._path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def test_of_two_answers_to_one_link_at_once_one_counts_and_the_other_is_told(database_url: str, tmp_path: Path) -> None:
    with Installation(database_url, tmp_path) as installation:
        database = Database(database_url)
        vault = Vault(Settings(var_dir=tmp_path / "var").encryption_keys)
        tokens = ask(database, vault)
        before = count(database)
        told: Counter[tuple[int, int]] = Counter()
        for token in tokens:
            barrier = threading.Barrier(2)
            # Both low, so that each would open a case.
            pair = [Client(installation.port, token, 1), Client(installation.port, token, 2)]
            threads = [threading.Thread(target=client.answer, args=(barrier,)) for client in pair]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            low, high = sorted(client.status for client in pair)
            told[low, high] += 1
            loser = next(client for client in pair if client.status != 303)
            assert b"/r/" not in loser.page
        after = count(database)
        database.dispose()

    assert told == {(303, 409): PAIRS}
    assert [now - then for now, then in zip(after, before, strict=True)] == [PAIRS, PAIRS]


def ask(database: Database, vault: Vault) -> list[str]:
    """Return the links of as many calls as there are pairs, each with a caller of its own."""
    now = utc_now()
    with database.transaction() as session:
        unit_id = get_company(session).id
        return [
            make_asked_call(
                session,
                vault,
                unit_id,
                now=now - timedelta(minutes=1),
                phone=f"+7701{number:07}",
            ).token
            for number in range(PAIRS)
        ]


def count(database: Database) -> tuple[int, int]:
    """Return how many of the test's calls were answered, and how many cases that opened."""
    with database.reading() as session:
        return _count(session)


def _count(session: Session) -> tuple[int, int]:
    ours = select(Interaction.id).where(Interaction.demo.is_(False))
    answers = select(SurveyResponse.id).where(SurveyResponse.interaction_id.in_(ours))
    rows = session.scalar(select(func.count()).select_from(answers.subquery())) or 0
    cases = session.scalar(select(func.count()).select_from(CallbackCase).where(CallbackCase.response_id.in_(answers)))
    return rows, cases or 0
