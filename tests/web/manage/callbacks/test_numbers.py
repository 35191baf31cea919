"""Who sees a number on the case page, and what is written down about it, on both databases."""

import re
import uuid
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.accounts.models import AuditEntry
from app.callbacks.models import CallbackCase
from app.callbacks.opening import add_number
from app.contacts.models import Consent, Contact, Purpose
from app.contacts.service import record_consent, withdraw_consents
from app.kit.db import Database
from app.kit.i18n import Language
from app.organisation.service import working_time
from tests.callbacks.factories import RULES, SOON, make_case
from tests.web.manage.callbacks.case_pages import LIST, PHONE, SHOWN, kinds_of, post, read_case_row
from tests.web.staff import Company, signed_in


def test_nobody_but_the_claimer_gets_the_number_in_any_page(
    case_id: uuid.UUID, manager: FlaskClient, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    post(manager, f"{case_id}/claim")
    others = [signed_in(app, name) for name in ("admin", "analyst", "elsewhere")]

    texts = [client.get(f"{LIST}{path}").text for client in others for path in ("", "?tab=mine", f"/{case_id}")]
    texts += [manager.get(f"{LIST}?tab={tab}").text for tab in ("callbacks", "mine")]
    texts += [answer for client in others for _, answer in [post(client, f"{case_id}/claim")]]

    digits = re.sub(r"\D", "", PHONE)
    for text in [*texts, caplog.text]:
        assert digits not in re.sub(r"[^\w*]", "", text)
        assert SHOWN not in text


def test_reveal_needs_a_reason_and_is_logged(case_id: uuid.UUID, manager: FlaskClient, database: Database) -> None:
    assert post(manager, f"{case_id}/number", reason=" ")[0] == 422

    status, page = post(manager, f"{case_id}/number", reason="Ring for Bolat")

    assert status == 200
    assert f'href="tel:{PHONE}"' in page
    assert "Ring for Bolat" in page
    assert kinds_of(database, case_id) == ["opened", "revealed"]
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "callback.number_revealed")).one()
    assert (entry.object_id, entry.address) == (str(case_id), "127.0.0.1")
    assert PHONE not in manager.get(f"{LIST}/{case_id}").text


def test_case_of_a_withdrawn_consent_says_not_to_ring(
    case_id: uuid.UUID, manager: FlaskClient, app: Flask, database: Database, now: datetime
) -> None:
    desk = app.extensions["otklik"].desk
    with database.transaction() as session:
        case = session.get_one(CallbackCase, case_id)
        assert case.contact_id is not None
        case.consent_id = record_consent(
            session,
            contact_id=case.contact_id,
            purpose=Purpose.CALLBACK,
            text=desk.consent,
            language=Language.KK,
            company=desk.company,
            via="page",
            now=now,
        ).id
        withdraw_consents(session, contact_id=case.contact_id, purpose=Purpose.CALLBACK, now=now)
    post(manager, f"{case_id}/claim")

    page = manager.get(f"{LIST}/{case_id}").text

    assert "Do not ring" in page
    assert PHONE not in page


def test_case_whose_number_cannot_be_read_still_shows_and_can_be_closed(
    case_id: uuid.UUID, manager: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        session.execute(update(Contact).values(phone_enc=b"\x02zz" + bytes(40)))
    post(manager, f"{case_id}/claim")

    assert "its key is missing" in manager.get(f"{LIST}/{case_id}").text
    assert post(manager, f"{case_id}/number", reason="x")[0] == 503
    assert post(manager, f"{case_id}/close", outcome="not_reached", cause="other")[0] == 303


def test_number_added_to_a_claimed_case_is_in_the_audit(
    case_id: uuid.UUID, manager: FlaskClient, company: Company, database: Database, now: datetime
) -> None:
    assert read_case_row(database, case_id).contact_id is not None
    with database.transaction() as session:
        quiet = make_case(session, company.east_office, now=now).id
    post(manager, f"{quiet}/claim")
    with database.transaction() as session:
        add_number(
            session,
            session.get_one(CallbackCase, quiet),
            contact_id=session.scalars(select(Contact.id)).one(),
            consent_id=session.scalars(select(Consent.id)).one_or_none(),
            call_window=None,
            deadline=SOON,
            rules=RULES,
            working_time=working_time(session, company.east_office),
            now=now,
        )

    assert f'href="tel:{PHONE}"' in manager.get(f"{LIST}/{quiet}").text
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "callback.number_shown")).one()
    assert entry.details == {"how": "added"}
