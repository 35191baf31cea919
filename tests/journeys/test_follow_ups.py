"""From a finished call to an answer, seen working: real processes, a browser, what gateways post, and an outage."""

import re
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from app.callbacks.models import CallbackCase
from app.invitations.models import Interaction
from app.kit.db import Database
from app.kit.outbox import OutboxRow
from app.kit.slots import WorkerBeat
from app.messaging.models import Message, MessageState
from app.organisation.models import Employee
from app.responses.models import SurveyResponse, Via
from tests.gateway.server import ScriptedGateway
from tests.jobs.sending import end_rest, make_due
from tests.journeys.conftest import Visitor
from tests.journeys.serving import OPERATOR, Service, flask, serving, wait_until

pytestmark = pytest.mark.browser

RECORDING = "https://pbx.example/records/journey-1"
COMMENT = "Four operators, and each from the beginning"
WAYS = ("page", "sms", "telegram", "whatsapp")
BACKLOG = 60


def play_calls(service: Service) -> str:
    """Run the simulator until somebody has answered by each way, stop it as a person does, and return its last line."""
    process = flask(
        service.installation, "simulate", "calls", "--rate", "10", "--answers", "1", "--url", service.address
    )
    assert process.stdout is not None
    stuck = threading.Timer(90, process.kill)
    stuck.start()
    missing, last, stopped = set(WAYS), "", False
    for line in process.stdout:
        last = line
        answered = line.partition(" answered (")[2]
        missing -= {way for way in WAYS if way in answered}
        if not missing and not stopped:
            # Once: a second one may meet an interpreter that already ends, and be its death.
            process.send_signal(signal.SIGINT)
            stopped = True
    stuck.cancel()
    assert process.wait(30) == 0
    assert not missing, service.installation.log()[-3000:]
    return last


def answers_by_way(database: Database) -> Counter[str]:
    """Return how many of the simulator's calls were answered by each way; all are of the call's operator."""
    with database.reading() as session:
        rows = session.execute(
            select(SurveyResponse, Interaction.employee_id, Interaction.unit_id)
            .join(Interaction, Interaction.id == SurveyResponse.interaction_id)
            .where(Interaction.source == "simulator")
        ).all()
    for response, employee_id, unit_id in rows:
        assert employee_id is not None
        assert (response.employee_id, response.unit_id, response.suspect) == (employee_id, unit_id, False)
    return Counter(response.via for response, _, _ in rows)


def test_from_a_finished_call_to_an_answer_in_any_channel(
    database_url: str, tmp_path: Path, visitor: Visitor, engine_name: str
) -> None:
    with serving(database_url, tmp_path / "trial", {}) as service:
        database = Database(database_url)
        rate_one_call_in_a_browser(service, visitor)
        find_it_on_the_callback_list(service, database, visitor)

        total = play_calls(service)
        assert total.startswith("In all: "), total
        wait_until(lambda: set(answers_by_way(database)) >= set(WAYS), 20, lambda: answers_by_way(database))
        accepted = int(re.findall(r"(\d+) accepted", total)[0])
        with database.reading() as session:
            told = session.scalar(select(func.count()).where(Interaction.source == "simulator"))
            unhappy = select(SurveyResponse.id).join(Interaction, Interaction.id == SurveyResponse.interaction_id)
            low = session.scalars(unhappy.where(Interaction.source == "simulator", SurveyResponse.rating <= 2)).all()
            cases = session.scalars(select(CallbackCase.response_id).where(CallbackCase.response_id.in_(low))).all()
        assert told is not None
        assert told >= accepted
        assert Counter(low) == Counter(cases)  # one each, and none without
        assert {"[sms]", "[telegram]", "[whatsapp]"} <= set(re.findall(r"^\[\w+\]", service.installation.log(), re.M))

    gateway_settings = {"OTKLIK_CONSOLE": "never", "OTKLIK_VAR_DIR": str(tmp_path / "trial" / "var")}
    with ScriptedGateway() as gateway:
        gateway.refuse()
        leads_there = {**gateway.environment(), "OTKLIK_SMS_GATEWAYS": "smsc"}
        with serving(database_url, tmp_path / "gateway", {**leads_there, **gateway_settings}) as service:
            outlive_an_outage(service, database, gateway)
            share_the_load(service, database, gateway, on_postgresql=engine_name == "postgresql")
    database.dispose()


def waiting(database: Database) -> int:
    """Return how many messages are still to be sent."""
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Message.state == MessageState.WAITING)) or 0


def tried(database: Database) -> int:
    """Return how often the messages that wait were tried."""
    with database.reading() as session:
        return session.scalar(select(func.sum(Message.tries)).where(Message.state == MessageState.WAITING)) or 0


def beating(database: Database) -> list[str]:
    """Return the workers that have shown themselves."""
    with database.reading() as session:
        return list(session.scalars(select(WorkerBeat.worker)))


def rate_one_call_in_a_browser(service: Service, visitor: Visitor) -> None:
    """Follow the link that the console shows, and say that it was bad."""
    told = service.tell_of_call(1, recording_url=RECORDING, topic="Billing")
    assert (told["decision"], told["survey_url"]) == ("invited", None)
    log = service.installation.log
    wait_until(lambda: "/i/" in log(), 20, log)
    (token,) = re.findall(r"^\[sms\] .*/i/([\w-]+)", log(), re.M)
    page = visitor.page()
    page.goto(f"{service.address}/i/{token}?lang=en")
    page.locator("button[name=rating][value='1']").click()
    page.wait_for_url("**/r/**")
    page.locator("#comment").fill(COMMENT)
    page.locator("button[name=do][value=call]").click()
    expect(page.locator("#called")).to_be_visible()


def find_it_on_the_callback_list(service: Service, database: Database, visitor: Visitor) -> None:
    """Find the case with the call's operator and recording, and its message among the messages."""
    with database.reading() as session:
        case_id, response = session.execute(
            select(CallbackCase.id, SurveyResponse)
            .join(SurveyResponse, SurveyResponse.id == CallbackCase.response_id)
            .join(Interaction, Interaction.id == SurveyResponse.interaction_id)
            .where(Interaction.external_id == "journey-1")
        ).one()
        operator = session.scalars(select(Employee).where(Employee.code == OPERATOR)).one()
        message_id = session.scalars(select(Message.id).where(Message.demo.is_(False)).limit(1)).one()
    assert (response.rating, response.via, response.employee_id) == (1, Via.PAGE, operator.id)

    page = visitor.page(viewport={"width": 1280, "height": 900})
    page.goto(f"{service.address}/sign-in")
    page.get_by_label("E-mail").fill(service.said("E-mail"))
    page.get_by_label("Password").fill(service.said("Password"))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/manage/**")
    page.goto(f"{service.address}/manage/callbacks/{case_id}")
    expect(page.get_by_text(COMMENT).first).to_be_visible()
    expect(page.locator(f"a[href='{RECORDING}']").first).to_be_visible()
    expect(page.get_by_text(operator.name).first).to_be_visible()
    page.goto(f"{service.address}/manage/messages")
    expect(page.get_by_text("Console").first).to_be_visible()
    page.goto(f"{service.address}/manage/messages/{message_id}")
    expect(page.get_by_text("Taken by").first).to_be_visible()


def taken(gateway: ScriptedGateway, *, first: int) -> Counter[int]:
    """Return how often the gateway took a message to each of the journey's callers, from the number `first` on."""
    numbers = Counter(int(line.to[-7:]) for line in gateway.ledger.lines if line.to.lstrip("+").startswith("77010000"))
    return Counter({number: times for number, times in numbers.items() if number >= first})


def outlive_an_outage(service: Service, database: Database, gateway: ScriptedGateway) -> None:
    """Tell of calls while the gateway is stopped, and start it: every message is taken, and taken once."""
    for number in range(100, 120):
        service.tell_of_call(number)
    wait_until(lambda: tried(database) >= 3, 20)
    assert not taken(gateway, first=100)
    gateway.listen()

    def all_sent() -> bool:
        # What waits half a minute in life, until a resting gateway is tried again, is not waited for here.
        end_rest(database)
        make_due(database)
        time.sleep(0.5)
        return waiting(database) == 0

    wait_until(all_sent, 120, lambda: waiting(database))
    assert taken(gateway, first=100) == Counter(range(100, 120))


def share_the_load(service: Service, database: Database, gateway: ScriptedGateway, *, on_postgresql: bool) -> None:
    """Start a second worker beside the first, and see both at it while a backlog drains."""
    gateway.play("slow:0.4*")
    second = flask(service.installation, "worker")
    try:
        wait_until(lambda: any(name.endswith(f":{second.pid}") for name in beating(database)), 20)
        for number in range(200, 200 + BACKLOG):
            service.tell_of_call(number)
        owners: set[str] = set()

        def all_sent() -> bool:
            with database.reading() as session:
                held = select(OutboxRow.owner).where(OutboxRow.lane == "sms", OutboxRow.owner.is_not(None))
                owners.update(filter(None, session.scalars(held)))
            return waiting(database) == 0

        wait_until(all_sent, 60, lambda: waiting(database))
        assert taken(gateway, first=200) == Counter(range(200, 200 + BACKLOG))
        if on_postgresql:
            assert len(owners) == 2, owners
    finally:
        second.terminate()
        second.communicate(timeout=35)
