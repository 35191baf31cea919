"""A whole installation for a journey: real processes, commands beside them, and waiting for what they do."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from tests.faults.installation import ROOT, Installation

OPERATOR, QUEUE = "demo-operator-2", "demo-queue-1"


@dataclass(frozen=True)
class Service:
    """A whole installation at work: `address`, what it prints, and an API key of the contact centre."""

    installation: Installation
    key: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.installation.port}"

    def said(self, name: str) -> str:
        """Return what the start said after the name (`Password`)."""
        return next(line.partition(": ")[2] for line in self.installation.lines if line.startswith(f"{name}:"))

    def tell_of_call(self, number: int, **more: object) -> dict[str, object]:
        """Tell of a call that ended long enough ago for its question to be due, and return the decision."""
        body = {
            "external_id": f"journey-{number}",
            "source": "journey",
            "channel": "call",
            "unit": QUEUE,
            "employee": OPERATOR,
            "contact": {"phone": f"+7701{number:07}"},
            "language": "en",
            "ended_at": (datetime.now(UTC) - timedelta(minutes=6)).isoformat(),
            "wait_seconds": 41,
            **more,
        }
        address, headers = f"{self.address}/api/v1/interactions", {"Authorization": f"Bearer {self.key}"}
        answer = requests.post(address, json=body, headers=headers, timeout=10)
        assert answer.status_code == 202, answer.text
        told: dict[str, object] = answer.json()
        return told


@contextmanager
def serving(
    database_url: str, folder: Path, settings: Mapping[str, str], changed: Mapping[str, tuple[str, str]] | None = None
) -> Iterator[Service]:
    """`flask serve --first-run` without a night, and a key; what `settings` say stands in its environment.

    `changed` is, by a file of the configuration, a pattern that stands in it once and what to put there.
    """
    folder.mkdir(exist_ok=True)
    installation = Installation(database_url, folder, settings)
    without_night = {"delivery.yaml": (r"(?m)^quiet_hours: .*$", "")}
    for name, (pattern, replacement) in {**without_night, **(changed or {})}.items():
        file = Path(installation.environment["OTKLIK_CONFIG_DIR"]) / name
        text, found = re.subn(pattern, replacement, file.read_text("utf-8"))
        assert found == 1, name
        file.write_text(text, "utf-8")
    with installation:
        added = flask(installation, "apikey", "add", folder.name, "--scope", "interactions:write", "--expires", "1")
        key = added.communicate(timeout=60)[0].strip()
        assert added.returncode == 0
        yield Service(installation, key)


def flask(installation: Installation, *words: str) -> "subprocess.Popen[str]":
    """Start a command beside the service."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=installation.environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until(is_so: Callable[[], bool], seconds: float, why: Callable[[], object] = lambda: "") -> None:
    """Return once it is so; fails after the time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, why()
        time.sleep(0.1)
