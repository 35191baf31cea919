"""The judge is judged: the scripted gateway does what its script says, and signs as the providers do."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from app.kit.crypto import DataKey, Vault
from app.messaging.hooks import Hooks
from app.messaging.inbound.verifying import is_genuine
from config.gateways import build_hooks
from config.settings import ROOT, Settings
from tests.gateway.ledger import Line, read_ledger
from tests.gateway.receipts import post_receipt
from tests.gateway.script import Script
from tests.gateway.server import ScriptedGateway

FORM = {"phones": "+77011234567", "mes": "Оцените", "id": "one"}


@pytest.fixture
def hooks(tmp_path: Path) -> Hooks:
    return build_hooks(Settings(var_dir=tmp_path), Vault([DataKey("k1", bytes(32))]))


class Heard(BaseHTTPRequestHandler):
    """Stands for our service: keeps what it is told."""

    told: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append((self.path, dict(self.headers.items()), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def service() -> tuple[str, list[tuple[str, dict[str, str], bytes]]]:
    told: list[tuple[str, dict[str, str], bytes]] = []
    server = HTTPServer(("127.0.0.1", 0), type("One", (Heard,), {"told": told}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}", told


def test_a_script_is_taken_step_by_step() -> None:
    script = Script("500*2, 429:7\n ok")
    assert [(step.name, step.argument) for step in (script.next() for _ in range(5))] == [
        ("500", ""),
        ("500", ""),
        ("429", "7"),
        ("ok", ""),
        ("ok", ""),
    ]
    for_ever = Script("500*")
    assert {for_ever.next().name for _ in range(1000)} == {"500"}


def test_more_than_the_rate_is_refused() -> None:
    with ScriptedGateway(per_second=10) as scripted, requests.Session() as session:
        began = time.monotonic()
        said = [session.post(f"{scripted.url}/sys/send.php", data=FORM).status_code for _ in range(30)]
        allowed = 10 + 10 * (time.monotonic() - began) + 1
    assert 10 <= said.count(200) <= allowed
    assert said.count(429) == 30 - said.count(200)


@pytest.mark.parametrize("name", ["smsc", "mobizon", "twilio", "whatsapp", "viber"])
@pytest.mark.parametrize("state", ["delivered", "read", "failed"])
def test_receipts_are_signed_as_the_provider_signs(
    hooks: Hooks, service: tuple[str, list[tuple[str, dict[str, str], bytes]]], name: str, state: str
) -> None:
    url, told = service
    line = Line(0, name, "one", "1001", "+77011234567", "text")
    assert post_receipt(url, hooks.by_gateway[name], line, state) == 200
    path, headers, body = told[0]
    assert path == hooks.by_gateway[name].path
    assert is_genuine(hooks.by_gateway[name], headers, body, f"{url}{path}")


def test_it_lies_and_repeats_as_told(
    hooks: Hooks, service: tuple[str, list[tuple[str, dict[str, str], bytes]]]
) -> None:
    url, told = service
    with ScriptedGateway(hooks=hooks, base_url=url, receipts="read delivered delivered") as scripted:
        scripted.play("lie, ok")
        for _ in range(2):
            requests.post(f"{scripted.url}/sys/send.php", data=FORM, timeout=10)
    said = sorted(body.decode() for _, _, body in told)
    assert ["status=20" in text for text in said].count(True) == 1
    assert ["status=1&" in text for text in said].count(True) == 2
    assert ["status=2&" in text for text in said].count(True) == 1


@pytest.mark.parametrize("when", ["arrived", "accepted"])
def test_it_ends_a_process_in_mid_call(tmp_path: Path, when: str) -> None:
    sends = "import sys, requests; print(requests.post(sys.argv[1], data={'phones': '+7', 'mes': 'a', 'id': '1'}))"
    with ScriptedGateway(ledger=tmp_path / "ledger") as scripted:
        command = [sys.executable, "-c", f"input(); {sends}", f"{scripted.url}/sys/send.php"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            scripted.signal(process.pid, when="accepted" if when == "accepted" else "arrived")
            written, _ = process.communicate(b"\n", 20)
        assert process.returncode == -signal.SIGKILL
        assert written == b""
        scripted.refuse()
    assert len(read_ledger(tmp_path / "ledger")) == 1, "the gateway does not know that its caller is gone"


def test_as_a_process_it_prints_its_address_and_is_directed(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    command = [sys.executable, "-m", "tests.gateway", "--ledger", str(ledger), "--script", "smsc=500"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        said = [requests.post(f"{url}/sys/send.php", data=FORM, timeout=10).status_code for _ in range(2)]
        requests.post(f"{url}/control", json={"script": "503"}, timeout=10)
        said.append(requests.post(f"{url}/sys/send.php", data=FORM, timeout=10).status_code)
        counted = requests.post(f"{url}/control", json={}, timeout=10).json()
        process.terminate()
        assert process.wait(15) == 0
    assert said == [500, 200, 503]
    assert counted == {"requests": 3, "accepted": 1}
    assert json.loads(ledger.read_text("utf-8"))["text"] == "Оцените"
