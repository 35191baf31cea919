"""From an event to another system and back: fan-out, tries, health, replay, on both databases and a real receiver."""

import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from app.accounts.models import AuditEntry
from app.callbacks.coming_due import note_due_cases
from app.jobs.drain import Drain
from app.jobs.lanes import LaneLoop
from app.jobs.webhooks import WebhookWork
from app.kit.crypto import DataKey, Vault
from app.kit.db import Database
from app.kit.ids import new_id
from app.kit.outbox import Claim, OutboxRow, OutboxState, claim_due, record_event
from app.webhooks import service
from app.webhooks.calling import Caller
from app.webhooks.fan_out import fan_out
from app.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.callbacks.factories import make_case, make_office, make_response, make_user
from tests.webhooks.receiver import Receiver, receiver, say

VAULT = Vault([DataKey.generate("test")])
BASE = "http://localhost:8000"
EVERYTHING = ["response.created", "response.completed", "case.opened", "case.due", "case.closed", "invitation.sent"]


class Desk:
    """A database with one endpoint, a worker's way through its lanes, and a clock that is moved."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now
        caller = Caller(allow_local=True, connect_seconds=2.0, total_seconds=2.0)
        work = WebhookWork(database, lambda: self.now, VAULT, caller, BASE)
        self.drain = Drain(database, lambda: self.now, "w")
        self.loop = LaneLoop(database, lambda: self.now, "w", work.lane())
        with database.transaction() as session:
            self.user_id = make_user(session, "Aigerim", now=now).id

    def add(self, url: str, events: list[str] | None = None) -> tuple[uuid.UUID, str]:
        """Add an endpoint; return its id and secret."""
        with self.database.transaction() as session:
            endpoint, secret = service.add_endpoint(
                session,
                vault=VAULT,
                url=url,
                description="",
                events=events or EVERYTHING,
                allow_local=True,
                user_id=self.user_id,
                now=self.now,
            )
            return endpoint.id, secret

    def tell(self, kind: str = "response.created", payload: dict[str, str] | None = None) -> None:
        """Let an event happen, about a response of its own unless told otherwise."""
        with self.database.transaction() as session:
            if payload is None:
                office = make_office(session, now=self.now, name=f"Office {new_id()}")
                payload = {"response_id": str(make_response(session, office.id, now=self.now).id)}
            record_event(session, kind, payload, now=self.now)
        self.drain.run()

    def work(self) -> int:
        """Make the tries that are due by the clock of this test: what is due later is made due now."""
        with self.database.transaction() as session:
            for row in session.scalars(
                select(OutboxRow).where(OutboxRow.lane == "webhooks", OutboxRow.due_at <= self.now)
            ):
                row.due_at = self.now - timedelta(days=3650)
        return self.loop.run_once()

    def deliveries(self) -> list[WebhookDelivery]:
        """Return the deliveries, the first first."""
        with self.database.reading() as session:
            return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))

    def endpoint(self, endpoint_id: uuid.UUID) -> WebhookEndpoint:
        """Return the endpoint as it stands."""
        with self.database.reading() as session:
            return session.get_one(WebhookEndpoint, endpoint_id)


@pytest.fixture
def desk(database: Database) -> Desk:
    """A desk whose clock begins at the database's own, by which leases and what is due are told."""
    return Desk(database, datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def other() -> Iterator[Receiver]:
    """Another system that takes everything."""
    with receiver(say("200 OK", "taken")) as listening:
        yield listening


def waiting(session: Session) -> int:
    """Return how many rows wait in the lane."""
    query = select(func.count()).where(OutboxRow.lane == "webhooks", OutboxRow.state == OutboxState.WAITING)
    return session.scalars(query).one()


def test_an_event_arrives_signed_with_what_happened(desk: Desk, other: Receiver) -> None:
    endpoint_id, secret = desk.add(other.url)
    desk.tell()
    assert desk.work() == 1
    (request,) = other.requests
    (delivery,) = desk.deliveries()
    told = Webhook(secret)
    signed_at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), desk.now.tzinfo)
    assert told.sign(str(delivery.event_id), signed_at, request.body.decode()) == request.headers["webhook-signature"]
    body = json.loads(request.body)
    assert (body["type"], body["timestamp"]) == ("response.created", f"{desk.now:%Y-%m-%dT%H:%M:%S}.000Z")
    assert body["data"]["rating"] == 1
    assert (delivery.state, delivery.status, delivery.answer, delivery.tries) == ("delivered", 200, "taken", 1)
    assert desk.endpoint(endpoint_id).delivered_at == desk.now
    with desk.database.reading() as session:
        assert waiting(session) == 0


def test_each_endpoint_hears_of_what_it_asked_for(desk: Desk, other: Receiver) -> None:
    desk.add(other.url)
    cases, _ = desk.add(other.url, ["case.opened"])
    off, _ = desk.add(other.url)
    gone, _ = desk.add(other.url)
    with desk.database.transaction() as session:
        service.disable_endpoint(session, off, user_id=desk.user_id, now=desk.now)
        service.delete_endpoint(session, gone, user_id=desk.user_id, now=desk.now)
    desk.tell()
    desk.tell("response.burst", {"touchpoint_id": "1"})
    with desk.database.transaction() as session:
        office = make_office(session, now=desk.now)
        make_case(session, office.id, now=desk.now)
    desk.drain.run()
    heard = [(delivery.endpoint_id == cases, delivery.event) for delivery in desk.deliveries()]
    assert sorted(heard) == [(False, "case.opened"), (False, "response.created"), (True, "case.opened")]


def test_events_that_are_handled_again_are_told_once(desk: Desk, other: Receiver) -> None:
    """Two workers with the same events, one of which lost its lease; both at once where the database allows it."""
    desk.add(other.url)
    desk.add(other.url)
    with desk.database.transaction() as session:
        for number in range(20):
            record_event(session, "case.closed", {"case_id": str(number)}, now=desk.now)
        claims = claim_due(session, owner="a", limit=50, lease=timedelta(minutes=1))
    errors: list[BaseException] = []

    def handle(batch: list[Claim]) -> None:
        try:
            with desk.database.transaction() as session:
                fan_out(session, batch, now=desk.now)
        except BaseException as error:  # noqa: BLE001 -- told to the test
            errors.append(error)

    threads = [threading.Thread(target=handle, args=(claims,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(desk.deliveries()) == 40
    with desk.database.reading() as session:
        assert waiting(session) == 40


def test_a_failure_is_tried_again_by_the_schedule_until_there_is_an_end(desk: Desk) -> None:
    with receiver(say("500 Internal Server Error", "broken")) as other:
        endpoint_id, _ = desk.add(other.url)
        desk.tell()
        began, pauses = desk.now, []
        for _ in range(10):
            assert desk.work() == 1
            (delivery,) = desk.deliveries()
            if delivery.next_try_at is not None:
                pauses.append((delivery.next_try_at - desk.now).total_seconds())
                desk.now = delivery.next_try_at
    assert all(wait <= pause <= wait * 1.1 for pause, wait in zip(pauses, DELAYS, strict=True)), pauses
    assert (delivery.state, delivery.tries, delivery.error) == ("failed", 10, "status_500")
    assert {request.headers["webhook-id"] for request in other.requests} == {str(delivery.event_id)}
    assert desk.endpoint(endpoint_id).failing_since == began
    assert desk.work() == 0


DELAYS = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]


def test_410_switches_the_endpoint_off_and_says_so(desk: Desk) -> None:
    with receiver(say("410 Gone")) as other:
        endpoint_id, _ = desk.add(other.url)
        desk.tell()
        desk.work()
        desk.tell()
    endpoint = desk.endpoint(endpoint_id)
    assert (endpoint.disabled_at, endpoint.disabled_reason) == (desk.now, "gone")
    assert [(delivery.state, delivery.status) for delivery in desk.deliveries()] == [("failed", 410)]
    with desk.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "webhook.disabled")).one()
    assert (entry.user_id, entry.details) == (None, {"reason": "gone"})


@pytest.mark.parametrize("status", ["429 Too Many Requests", "502 Bad Gateway", "504 Gateway Timeout"])
def test_a_receiver_with_too_much_to_do_is_left_in_peace(desk: Desk, status: str) -> None:
    with receiver(say(status, Retry_After="600")) as other:
        endpoint_id, _ = desk.add(other.url)
        desk.tell()
        desk.work()
        desk.tell()
        assert desk.work() == 1  # looked at and put off
        until = desk.now + timedelta(minutes=10)
        assert desk.endpoint(endpoint_id).held_until == until
        assert [delivery.tries for delivery in desk.deliveries()] == [1, 0]
        assert len(other.requests) == 1
        other.script = say("200 OK")
        desk.now = until
        desk.work()
    assert [delivery.state for delivery in desk.deliveries()] == ["delivered", "delivered"]
    assert desk.endpoint(endpoint_id).held_until is None


def test_an_endpoint_that_fails_for_five_days_is_switched_off(desk: Desk) -> None:
    with receiver(say("500 Internal Server Error")) as other:
        endpoint_id, _ = desk.add(other.url)
        desk.tell()
        desk.work()
        desk.now += timedelta(days=4, hours=23)
        desk.tell()
        desk.work()
        assert desk.endpoint(endpoint_id).disabled_at is None
        desk.now += timedelta(hours=1)
        desk.tell()
        desk.work()
    assert desk.endpoint(endpoint_id).disabled_reason == "failing"


def test_one_success_ends_the_failing(desk: Desk) -> None:
    with receiver(say("500 Internal Server Error")) as other:
        endpoint_id, _ = desk.add(other.url)
        desk.tell()
        desk.work()
        other.script = say("200 OK")
        desk.now += timedelta(minutes=1)
        desk.work()
    endpoint = desk.endpoint(endpoint_id)
    assert (endpoint.failing_since, endpoint.failures, endpoint.delivered_at) == (None, 0, desk.now)


def test_what_failed_is_sent_again_by_hand_under_its_own_id(desk: Desk, other: Receiver) -> None:
    endpoint_id, _ = desk.add(other.url)
    desk.tell()
    with desk.database.transaction() as session:
        service.disable_endpoint(session, endpoint_id, user_id=desk.user_id, now=desk.now)
    desk.work()
    (delivery,) = desk.deliveries()
    assert (delivery.state, delivery.error, other.requests) == ("failed", "disabled", [])
    with desk.database.transaction() as session, pytest.raises(service.WebhookDisabledError):
        service.replay_failed(session, endpoint_id, since=desk.now, user_id=desk.user_id, now=desk.now)
    with desk.database.transaction() as session:
        service.enable_endpoint(session, endpoint_id, user_id=desk.user_id, now=desk.now)
        assert service.replay_failed(session, endpoint_id, since=desk.now, user_id=desk.user_id, now=desk.now) == 1
        assert service.replay_failed(session, endpoint_id, since=desk.now, user_id=desk.user_id, now=desk.now) == 0
    with desk.database.transaction() as session, pytest.raises(service.DeliveryUnderWayError):
        service.replay_delivery(session, endpoint_id, delivery.id, user_id=desk.user_id, now=desk.now)
    desk.work()
    desk.now += timedelta(seconds=1)
    with desk.database.transaction() as session:
        service.replay_delivery(session, endpoint_id, delivery.id, user_id=desk.user_id, now=desk.now)
    desk.work()
    assert [request.headers["webhook-id"] for request in other.requests] == [str(delivery.event_id)] * 2


def test_the_old_secret_signs_for_a_day_after_a_rotation(desk: Desk, other: Receiver) -> None:
    endpoint_id, old = desk.add(other.url)
    with desk.database.transaction() as session:
        _, new = service.rotate_secret(session, endpoint_id, vault=VAULT, user_id=desk.user_id, now=desk.now)
    for hours in (0, 23, 25):
        with desk.database.transaction() as session:
            service.send_test(session, endpoint_id, user_id=desk.user_id, now=desk.now + timedelta(hours=hours))
        desk.now += timedelta(hours=hours)
        desk.work()
    held = [
        [
            Webhook(key).sign(request.headers["webhook-id"], _signed_at(request.headers), request.body.decode())
            for key in (new, old)
        ]
        for request in other.requests
    ]
    given = [request.headers["webhook-signature"].split() for request in other.requests]
    assert given == [held[0], held[1], held[2][:1]]
    assert json.loads(other.requests[0].body)["type"] == "webhook.test"


def _signed_at(headers: dict[str, str]) -> datetime:
    return datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=UTC)


def test_a_secret_whose_key_is_lost_gives_the_delivery_up_in_the_end(desk: Desk, other: Receiver) -> None:
    desk.add(other.url)
    desk.tell()
    work = WebhookWork(desk.database, lambda: desk.now, Vault([DataKey.generate("new")]), Caller(), BASE)
    loop = replace(desk.loop, lane=work.lane())
    with desk.database.transaction() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.lane == "webhooks")).one()
        row.due_at, row.attempts = desk.now - timedelta(days=3650), 51
    loop.run_once()
    (delivery,) = desk.deliveries()
    assert (delivery.state, delivery.error, other.requests) == ("failed", "internal", [])


def test_a_lost_lease_writes_nothing(desk: Desk) -> None:
    with receiver(say("200 OK")) as other:
        desk.add(other.url)
        desk.tell()
        with desk.database.transaction() as session:
            (claim,) = claim_due(session, owner="old", limit=1, lease=timedelta(seconds=-1), lane="webhooks")
            claim_due(session, owner="new", limit=1, lease=timedelta(minutes=1), lane="webhooks")
        desk.loop.lane.handle(claim)
    (delivery,) = desk.deliveries()
    assert (delivery.state, delivery.tries, len(other.requests)) == ("waiting", 0, 1)


def test_what_was_deleted_meanwhile_is_not_told_of(desk: Desk, other: Receiver) -> None:
    desk.add(other.url)
    desk.tell("response.created", {"response_id": str(new_id())})
    desk.work()
    (delivery,) = desk.deliveries()
    assert (delivery.state, delivery.error, other.requests) == ("failed", "obsolete", [])


def test_a_case_comes_due_once_for_each_of_its_times(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    case = make_case(session, office.id, now=now)
    make_case(session, office.id, now=now).closed_at = None
    due = case.due_at

    def events() -> int:
        return session.scalars(select(func.count()).where(OutboxRow.kind == "case.due")).one()

    assert note_due_cases(session, since=now, now=due - timedelta(seconds=1)) == 0
    note_due_cases(session, since=now, now=due)
    note_due_cases(session, since=now, now=due + timedelta(minutes=1))
    assert events() == 2
    case.due_at = due + timedelta(hours=1)
    session.flush()  # the look is a query
    note_due_cases(session, since=due + timedelta(minutes=1), now=due + timedelta(hours=2))
    assert events() == 3


def test_deliveries_go_thirty_days_after_their_event(desk: Desk, other: Receiver) -> None:
    desk.add(other.url)
    desk.tell()
    with desk.database.transaction() as session:
        assert service.purge_deliveries(session, before=desk.now) == 0
        assert service.purge_deliveries(session, before=desk.now + timedelta(seconds=1)) == 1
    assert desk.work() == 1
    assert other.requests == []
