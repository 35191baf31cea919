"""The scripted gateway: a real HTTP server in threads of this process, or by `python -m tests.gateway` one of its own.

with ScriptedGateway(ledger=tmp_path / "ledger") as gateway:
    gateway.play("500*2, slow:3")              # the next requests of every provider
    gateway.play("429:5", "smsc")              # of one
    gateway.signal(pid, when="accepted")       # kill -9 at the next message, before it is answered
    gateway.refuse(); gateway.listen()         # nobody listens; somebody does again
    Settings(**gateway.settings())             # every channel leads here
"""

import json
import os
import signal
import socket
import socketserver
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Literal

from app.messaging.hooks import Hooks
from tests.gateway.ledger import Ledger, Line
from tests.gateway.receipts import post_receipt
from tests.gateway.script import Script, Step
from tests.gateway.shapes import Asked, Request, accepted, refused, understand

Moment = Literal["arrived", "accepted", "answered"]
_HUGE = 50 * 1024 * 1024


@dataclass
class _Shot:
    """A signal for a process at one moment of the message after so many others."""

    pid: int
    when: Moment
    number: int
    after: int


class ScriptedGateway:
    """Every provider at one address; its `ledger` and `requests` tell what came."""

    def __init__(
        self,
        *,
        port: int = 0,
        ledger: Path | None = None,
        per_second: float | None = None,
        hooks: Hooks | None = None,
        base_url: str = "",
        receipts: str = "",
    ) -> None:
        """`receipts` (`delivered`, `delivered read delivered`) are told after each message, to `base_url`'s hooks."""
        self.ledger = Ledger(ledger)
        self.requests: list[Request] = []
        self.per_second = per_second
        self.hooks, self.base_url, self.receipts = hooks, base_url, receipts.split()
        self._scripts: dict[str, Script] = {}
        self._everybody = Script()
        self._shots: list[_Shot] = []
        self._lock = threading.Lock()
        self._allowance, self._counted_at = per_second or 0.0, time.monotonic()
        self.stopped = threading.Event()
        self._told: list[threading.Thread] = []
        self._server: _Server | None = None
        self.port = port
        self.listen()

    def __enter__(self) -> "ScriptedGateway":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    def listen(self) -> None:
        """Answer (again) at the same port."""
        if self._server is None:
            self._server = _Server(self, self.port)
            self.port = self._server.server_address[1]
            threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def refuse(self) -> None:
        """Refuse connections, and end those that are open."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.hang_up()
            self._server = None

    def close(self) -> None:
        """Stop, letting go of whoever hangs, once everything was told."""
        self.stopped.set()
        self.refuse()
        for thread in self._told:
            thread.join(15)
        self.ledger.close()

    def play(self, script: str, gateway: str = "") -> None:
        """Begin another script, for one provider or for those without one of their own."""
        with self._lock:
            if gateway:
                self._scripts[gateway] = Script(script)
            else:
                self._everybody, self._scripts = Script(script), {}

    def signal(self, pid: int, *, when: Moment = "accepted", number: int = signal.SIGKILL, after: int = 0) -> None:
        """Send the process a signal when a message arrives, is in the ledger, or is answered; `after` so many others.

        `accepted` is the moment between the gateway's yes and the caller's commit: the answer leaves afterwards.
        """
        with self._lock:
            self._shots.append(_Shot(pid, when, number, after))

    def settings(self) -> dict[str, Any]:
        """Return settings by their field names under which every channel but e-mail leads here."""
        return {
            "smsc_login": "company",
            "smsc_password": "smsc-password",
            "smsc_url": self.url,
            "mobizon_key": "mobizon-key",
            "mobizon_url": self.url,
            "twilio_account": "AC00000000000000000000000000000001",
            "twilio_token": "twilio-token",
            "twilio_sender": "+15005550006",
            "twilio_url": self.url,
            "telegram_token": "123456:telegram-token",
            "telegram_bot": "example_bot",
            "telegram_url": self.url,
            "whatsapp_token": "whatsapp-token",
            "whatsapp_phone_id": "1055",
            "whatsapp_app_secret": "whatsapp-app-secret",
            "whatsapp_template": "rate_call",
            "whatsapp_url": f"{self.url}/v23.0",
            "viber_token": "viber-token",
            "viber_url": self.url,
        }

    def environment(self) -> dict[str, str]:
        """Return the same as environment variables."""
        return {f"OTKLIK_{name.upper()}": str(value) for name, value in self.settings().items()}

    def to(self, address: str) -> list[Line]:
        """Return what was accepted for the address."""
        return [line for line in self.ledger.lines if line.to.lstrip("+") == address.lstrip("+")]

    # What the handler asks.

    def next_step(self, gateway: str) -> Step:
        """Return what to do with this request."""
        with self._lock:
            script = self._scripts.get(gateway, self._everybody)
        return script.next()

    def has_room(self) -> bool:
        """Tell whether one more message fits into this second."""
        if self.per_second is None:
            return True
        with self._lock:
            now = time.monotonic()
            grown = self._allowance + (now - self._counted_at) * self.per_second
            self._allowance, self._counted_at = min(self.per_second, grown), now
            if self._allowance < 1:
                return False
            self._allowance -= 1
            return True

    def shoot(self, when: Moment) -> None:
        """Send the signals that are due at this moment of a message."""
        with self._lock:
            aimed = [shot for shot in self._shots if shot.when == when]
            due = [shot for shot in aimed if shot.after <= 0]
            for shot in aimed:
                shot.after -= 1
            self._shots = [shot for shot in self._shots if shot not in due]
        for shot in due:
            with suppress(ProcessLookupError):
                os.kill(shot.pid, shot.number)

    def tell(self, line: Line, states: list[str]) -> None:
        """Post receipts of the message from a thread of their own."""
        hook = self.hooks.by_gateway.get(line.gateway) if self.hooks is not None else None
        if hook is None or not states:
            return

        def post_all() -> None:
            for state in states:
                with suppress(OSError):  # our service is down: a provider would come again, a test need not
                    post_receipt(self.base_url, hook, line, state)

        thread = threading.Thread(target=post_all, daemon=True)
        self._told.append(thread)
        thread.start()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, gateway: ScriptedGateway, port: int) -> None:
        self.gateway = gateway
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever calls may go away in mid-sentence: that is what it is for."""

    def hang_up(self) -> None:
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        gateway = self.server.gateway
        if request.path == "/control":
            self._control(request)
            return
        gateway.requests.append(request)
        asked = understand(request)
        if asked is None:
            self._answer(404, {"error": "no such address"})
            return
        if asked.to:
            gateway.shoot("arrived")
        self._play(asked, gateway.next_step(asked.gateway))

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: Any) -> None:
        """Nothing: the ledger tells."""

    def _play(self, asked: Asked, step: Step) -> None:
        gateway = self.server.gateway
        if not gateway.has_room():
            step = Step("429", "1")
        match step.name:
            case "ok" | "slow" | "late" | "drip" | "lie":
                self._accept(asked, step)
            case "hang":
                gateway.stopped.wait()
                self.close_connection = True
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self.connection.close()
                self.close_connection = True
            case "garbage":
                self._send(200, b"<html>\xff not JSON {", {"Content-Type": "application/json"})
            case "huge":
                self._flood()
            case "redirect":
                self._send(302, b"", {"Location": step.argument or f"{gateway.url}/elsewhere"})
            case "error":
                status, body = refused(asked, step.argument)
                self._answer(status, body)
            case "429":
                wait = step.argument
                if wait == "date":
                    wait = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
                self._send(429, b"{}", {"Retry-After": wait} if wait else {})
            case _:
                self._send(int(step.name), b"<html>told to fail</html>", {"Content-Type": "text/html"})

    def _accept(self, asked: Asked, step: Step) -> None:
        gateway = self.server.gateway
        if step.name == "late":
            gateway.stopped.wait(step.seconds)
        status, body, provider_id = accepted(asked)
        line = None
        if asked.to:
            line = gateway.ledger.record(asked.gateway, asked.message_id, provider_id, asked.to, asked.text)
            gateway.shoot("accepted")
        if step.name == "slow":
            gateway.stopped.wait(step.seconds)
        self._answer(status, body, apart=step.seconds if step.name == "drip" else 0)
        if line is not None:
            gateway.shoot("answered")
            gateway.tell(line, ["failed"] if step.name == "lie" else gateway.receipts)

    def _answer(self, status: int, content: Any, apart: float = 0) -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        self._send(status, body, {"Content-Type": "application/json"}, apart)

    def _send(self, status: int, body: bytes, headers: dict[str, str], apart: float = 0) -> None:
        """Write head and body at once: two writes would wait for each other's acknowledgement."""
        told = {"Content-Length": str(len(body)), **headers}
        head = f"HTTP/1.1 {status} Told\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told.items()) + "\r\n"
        if not apart:
            self.wfile.write(head.encode() + body)
            return
        self.wfile.write(head.encode())
        for sign in body:
            if self.server.gateway.stopped.wait(apart):
                return
            self.wfile.write(bytes([sign]))

    def _flood(self) -> None:
        self.wfile.write(f"HTTP/1.1 200 Told\r\nContent-Length: {_HUGE}\r\n\r\n".encode())
        for _ in range(_HUGE // 65536):
            self.wfile.write(b" " * 65536)

    def _control(self, request: Request) -> None:
        """Let another process direct: `{"script": …, "gateway": …, "signal": {"pid": …, "when": …}}`."""
        gateway, order = self.server.gateway, request.json
        if "script" in order:
            gateway.play(order["script"], order.get("gateway", ""))
        if "signal" in order:
            gateway.signal(**order["signal"])
        self._answer(200, {"requests": len(gateway.requests), "accepted": len(gateway.ledger.lines)})
