"""`flask user factors`, and what the doctor says about how staff come in."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts.factors import Passkey, RecoveryCode
from app.accounts.models import SignIn, StaffUser
from app.accounts.passwords import NO_PASSWORD
from app.accounts.recovery_codes import make_recovery_codes
from app.accounts.service import get_user
from app.factory import create_app
from app.kit.db import Database
from app.kit.ids import new_id
from config.settings import Settings
from tests.cli.test_set_up import run
from tests.provider.server import CLIENT, run_provider
from tests.web.staff import email_of, make_company, signed_in

Make = Callable[..., Flask]


@pytest.fixture
def make(database: Database, tmp_path: Path, now: datetime) -> Make:
    """Make the application with settings, and the cast."""
    with database.transaction() as session:
        make_company(session, now=now)

    def with_settings(**more: object) -> Flask:
        url = database.url.render_as_string(hide_password=False)
        settings = Settings.model_validate({"var_dir": tmp_path, "language": "en", "database_url": url, **more})
        return create_app(settings, clock=lambda: now, database=database)

    return with_settings


def test_second_factors_are_shown_and_reset(make: Make, database: Database, now: datetime) -> None:
    app = make()
    browser = signed_in(app, "manager")
    with database.transaction() as session:
        user_id = get_user(session, email_of("manager")).id
        session.add(
            Passkey(id=new_id(), user_id=user_id, credential_id=b"1", public_key=b"", name="Desk", created_at=now)
        )
        make_recovery_codes(session, user_id, vault=app.extensions["otklik"].vault, now=now)
    shown = run(app, "user", "factors", email_of("manager"))
    assert shown.output.splitlines() == [
        "one-time codes: no",
        "passkeys: 1",
        "recovery codes left: 10",
        "company's own sign-in: not tied",
    ]
    assert run(app, "user", "factors", email_of("manager"), "--reset").exit_code == 0
    assert browser.get("/manage/account").status_code == 302
    with database.reading() as session:
        assert session.scalars(select(func.count()).select_from(RecoveryCode)).one() == 0
        assert session.scalars(select(func.count()).select_from(SignIn).where(SignIn.ended_at.is_(None))).one() == 0
    nobody = run(app, "user", "factors", "nobody@otklik.example")
    assert (nobody.exit_code, "no user has the e-mail" in nobody.output) == (1, True)


def test_the_doctor_warns_of_what_could_lock_people_out_or_in(make: Make, database: Database, now: datetime) -> None:
    def said(**more: object) -> str:
        return str(run(make(**more), "doctor").output)

    assert "second factor" not in said()
    assert "1 administrators must have a second factor and have none" in said(second_factor="admins")
    assert "passkeys do not work at http://192.0.2.1" in said(base_url="http://192.0.2.1")
    with run_provider(now) as provider:
        asked = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT}
        assert f"{provider.issuer} answers" in said(**asked)
        with database.transaction() as session:
            session.execute(update(StaffUser).values(password=NO_PASSWORD))
        assert "on the day when it is down nobody gets in" in said(**asked, oidc_required=True)
    assert "does not answer" in said(**asked)
