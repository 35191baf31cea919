"""The company's own sign-in with a provider that others wrote."""

import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from app.factory import create_app
from app.kit.db import Database
from config.settings import Settings
from tests.provider.server import CLIENT, SECRET
from tests.web.staff import email_of

pytestmark = pytest.mark.usefixtures("company")
START, OURS = "/sign-in/company", "http://localhost:8000"


def test_a_provider_that_others_wrote_signs_people_in(database: Database, tmp_path: Path, company: object) -> None:
    port = _free_port()
    issuer = f"http://localhost:{port}"
    program = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    with subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(issuer)
            claims = {"email": email_of("manager"), "email_verified": True}
            requests.put(f"{issuer}/users/manager-there", json=claims, timeout=5).raise_for_status()
            settings = Settings(
                var_dir=tmp_path,
                language="en",
                database_url=database.url.render_as_string(hide_password=False),
                oidc_issuer=issuer,
                oidc_client_id=CLIENT,
                oidc_client_secret=SECRET,
            )
            browser = create_app(settings, clock=lambda: datetime.now(UTC), database=database).test_client()
            out = browser.get(START)
            back = requests.post(out.location, data={"sub": "manager-there"}, allow_redirects=False, timeout=5)
            answer = browser.get(back.headers["Location"].removeprefix(OURS))
            assert (answer.status_code, answer.location) == (303, "/manage/")
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(issuer: str) -> None:
    for _ in range(200):
        try:
            requests.get(f"{issuer}/.well-known/openid-configuration", timeout=1).raise_for_status()
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the provider did not start")
