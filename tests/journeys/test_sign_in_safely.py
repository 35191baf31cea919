"""Signing in with a passkey and with codes, in a real Chromium with a made-up authenticator of its own."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from passlib.totp import TOTP
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import select, update
from werkzeug.serving import make_server

from app.accounts.factors import Passkey
from app.accounts.models import Role, SignIn
from app.accounts.service import add_user
from app.factory import create_app
from app.kit.db import Database
from app.organisation.service import get_company, sync_company
from config.settings import Settings
from tests.conftest import NOW
from tests.journeys.conftest import Site, TickingClock, Visitor, in_background

pytestmark = pytest.mark.browser
E_MAIL, PASSWORD = "admin@otklik.example", "four words of chalk"
# A telephone that knows its owner: it makes passkeys that it finds by itself.
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def door(database: Database, tmp_path: Path) -> Iterator[Site]:
    """The application at a name, since passkeys are bound to one; everybody must have a second factor."""
    listener = make_server("127.0.0.1", 0, lambda *_: [b""])
    port = listener.server_port
    listener.server_close()
    settings = Settings.model_validate(
        {"var_dir": tmp_path, "base_url": f"http://localhost:{port}", "second_factor": "everyone", "language": "en"}
    )
    clock = TickingClock()
    app = create_app(settings, clock=clock, database=database)
    with database.transaction() as session:
        sync_company(session, name="Acme", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=NOW)
        root = get_company(session)
        add_user(session, email=E_MAIL, password=PASSWORD, role=Role.ADMIN, unit_id=root.id, now=NOW)
    server = make_server("127.0.0.1", port, app, threaded=True)
    with in_background(server.serve_forever, server.shutdown):
        yield Site(f"http://localhost:{port}", database, {}, clock, root, app.extensions["otklik"].vault)
    server.server_close()


def add_phone(page: Page) -> tuple[CDPSession, str]:
    """Give the browser an authenticator, and return the way to it and its name."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    added = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    return cdp, str(added["authenticatorId"])


def type_password(page: Page, door: Site) -> None:
    """Send e-mail and password."""
    page.goto(f"{door.address}/sign-in")
    page.get_by_label("E-mail").fill(E_MAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page, door: Site) -> None:
    """Sign out as people do."""
    page.goto(f"{door.address}/sign-out")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")


def test_a_passkey_is_made_opens_by_one_tap_and_counts_as_two(door: Site, visitor: Visitor) -> None:
    page = visitor.page(provoked=(422,), locale="en")
    cdp, phone = add_phone(page)
    type_password(page, door)
    page.wait_for_url("**/manage/account/security")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("What you call it").fill("My telephone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("My telephone")).to_be_visible()
    expect(page.get_by_text("You have no recovery codes")).to_be_visible()
    page.goto(f"{door.address}/manage/")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()

    # By one tap.
    sign_out(page, door)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/manage/")
    # After the password.
    sign_out(page, door)
    type_password(page, door)
    page.wait_for_url("**/sign-in/code")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/manage/")
    # Once more, for a form that had lain open.
    page.goto(f"{door.address}/manage/account/email")
    page.get_by_label("New e-mail").fill("other@otklik.example")
    door.clock.skipped += timedelta(minutes=11)
    page.get_by_role("button", name="Change the e-mail").click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/manage/account")
    expect(page.get_by_role("main").get_by_text("other@otklik.example")).to_be_visible()

    # A copy whose counter has not moved on is refused, and so is whoever does not show a finger.
    with door.database.transaction() as session:
        assert set(session.scalars(select(SignIn.method))) == {"password+passkey", "passkey"}
        session.execute(update(Passkey).values(sign_count=1000))
    sign_out(page, door)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey was not accepted")).to_be_visible()
    with door.database.transaction() as session:
        session.execute(update(Passkey).values(sign_count=0))
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Nothing was done")).to_be_visible()


def test_codes_are_set_up_without_a_script_and_asked_for(door: Site, visitor: Visitor) -> None:
    page = visitor.page(provoked=(401,), locale="en", java_script_enabled=False)
    type_password(page, door)
    page.wait_for_url("**/manage/account/security")
    page.get_by_role("button", name="Set up codes").click()
    page.get_by_text("It cannot be scanned").click()
    secret = page.get_by_label("Type this key into the app").input_value().replace(" ", "")
    page.get_by_label("Six digits").fill(TOTP(secret).generate(door.clock()).token)
    page.get_by_role("button", name="Turn the codes on").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    recovery = page.locator("ol.recovery-codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page, door)
    type_password(page, door)
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    page.get_by_label("Code from your telephone").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("This code is wrong")).to_be_visible()
    page.get_by_label("Code from your telephone").fill(recovery)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/manage/")
