"""The list at work: one step for many cases, narrowed to a unit, asked anew while it is open."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.accounts.service import add_user
from app.kit.db import Database
from app.organisation.service import add_unit
from tests.callbacks.factories import make_case, make_contact
from tests.web.manage.callbacks.case_pages import LIST, PHONE, post, read_case_row, user_id_of
from tests.web.staff import Company, form_token, signed_in


@pytest.fixture
def cases(manager: FlaskClient, database: Database, company: Company, now: datetime) -> list[uuid.UUID]:
    """Three more callbacks in the east."""
    vault = manager.application.extensions["otklik"].vault
    with database.transaction() as session:
        return [
            make_case(
                session,
                company.east_office,
                contact=make_contact(session, vault, phone=f"+7701123450{number}", now=now),
                now=now,
            ).id
            for number in range(3)
        ]


def step(client: FlaskClient, cases: list[uuid.UUID], act: str, **fields: str) -> tuple[int, str]:
    """Post the bar of many cases and follow where it leads."""
    form = {"csrf_token": form_token(client), "act": act, "tab": "unit", **fields}
    answer = client.post(LIST, data={**form, "case": [str(one) for one in cases]}, follow_redirects=True)
    return answer.status_code, answer.text


def test_many_are_claimed_at_once_and_those_refused_stay_chosen_with_the_reason(
    manager: FlaskClient, cases: list[uuid.UUID], database: Database
) -> None:
    post(signed_in(manager.application, "admin"), f"{cases[0]}/claim")

    status, page = step(manager, cases, "claim")

    assert status == 200
    assert "2 cases: done. 1 was refused and stays chosen: admin has worked this case since" in page
    chosen = BeautifulSoup(page, "html.parser").select("input[name=case][checked]")
    assert [box["value"] for box in chosen] == [str(cases[0])]
    assert [read_case_row(database, one).claimed_by_id == user_id_of(database, "manager") for one in cases] == [
        False,
        True,
        True,
    ]
    assert PHONE not in page


def test_many_are_put_off_closed_and_given_back(
    manager: FlaskClient, cases: list[uuid.UUID], database: Database
) -> None:
    assert "3 cases: done." in step(manager, cases, "reschedule", at="2026-03-06T16:30")[1]
    assert read_case_row(database, cases[2]).due_at.isoformat() == "2026-03-06T11:30:00+00:00"
    assert "3 cases: done." in step(manager, cases, "close", outcome="not_reached", cause="other")[1]
    assert read_case_row(database, cases[1]).outcome == "not_reached"
    refused = step(manager, cases, "release")[1]
    assert "3 were refused" in refused
    assert "This case was closed on" in refused


def test_each_case_is_put_off_by_its_own_offices_clock(
    manager: FlaskClient, cases: list[uuid.UUID], database: Database, company: Company, now: datetime
) -> None:
    vault = manager.application.extensions["otklik"].vault
    with database.transaction() as session:
        in_kyiv = add_unit(
            session, name="Kyiv 1", kind="office", parent_id=company.east, time_zone="Europe/Kyiv", now=now
        )
        contact = make_contact(session, vault, phone="+380501234567", now=now)
        far = make_case(session, in_kyiv.id, contact=contact, now=now).id
    assert "2 cases: done." in step(manager, [cases[0], far], "reschedule", at="2026-03-06T16:30")[1]
    put_off = [read_case_row(database, one).next_attempt_at for one in (cases[0], far)]
    assert put_off == [datetime(2026, 3, 6, 11, 30, tzinfo=UTC), datetime(2026, 3, 6, 14, 30, tzinfo=UTC)]


def test_many_are_handed_to_somebody_of_their_unit(
    manager: FlaskClient, cases: list[uuid.UUID], database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        email = "gulnar@otklik.example"
        taker = add_user(
            session, email=email, name="Gulnar", password=None, role=Role.MANAGER, unit_id=company.east_office, now=now
        ).id

    asked = step(manager, cases, "hand_over")[1]
    assert f'<option value="{taker}">Gulnar · 0 open cases' in asked
    assert all(f'name="case" value="{one}"' in asked for one in cases)
    assert "elsewhere" not in asked
    assert "3 cases: done." in step(manager, cases, "hand_over", to=str(taker))[1]
    assert {read_case_row(database, one).claimed_by_id for one in cases} == {taker}


def test_refused_step_changes_nothing_and_keeps_what_was_typed(
    manager: FlaskClient, cases: list[uuid.UUID], database: Database
) -> None:
    for act, fields, words in (
        ("", {}, "Choose a step."),
        ("close", {"outcome": "settled", "note": "kept words"}, "Choose what lay behind it."),
        ("close", {"cause": "waiting", "note": "kept words"}, "Choose how it ended."),
        ("reschedule", {"at": "soon", "note": "kept words"}, "Choose when to ring again."),
        ("hand_over", {"to": "nobody"}, "They may not work this case."),
    ):
        status, page = step(manager, cases, act, **fields)
        assert status == 422 or act == "hand_over"
        assert words in page, act
        assert fields.get("note", "") in page
        assert len(BeautifulSoup(page, "html.parser").select("input[name=case][checked]")) == 3, act
    assert step(manager, [], "claim")[0] == 422
    assert step(manager, [], "claim", case="\0")[0] == 422
    assert all(read_case_row(database, one).claimed_by_id is None for one in cases)


def test_another_regions_cases_are_refused_without_a_word_about_them(
    cases: list[uuid.UUID], manager: FlaskClient, database: Database
) -> None:
    elsewhere = signed_in(manager.application, "elsewhere")

    page = step(elsewhere, cases, "claim")[1]

    assert "There is no such case among those you may work" in page
    assert "Nobody can take these" in step(elsewhere, cases, "hand_over")[1]
    assert all(read_case_row(database, one).claimed_by_id is None for one in cases)


def test_analyst_is_offered_no_step_and_may_do_none(cases: list[uuid.UUID], manager: FlaskClient) -> None:
    analyst = signed_in(manager.application, "analyst")
    assert 'id="bulk"' not in analyst.get(LIST).text
    assert step(analyst, cases, "claim")[0] == 403


def test_list_is_narrowed_to_a_unit_of_ones_own_alone(manager: FlaskClient, cases: list[uuid.UUID]) -> None:
    assert all(str(one) in manager.get(f"{LIST}?unit=east-1").text for one in cases)
    for strange in ("west", "west-1", "no-such-unit", "%00", "x" * 3000):
        assert manager.get(f"{LIST}?unit={strange}").status_code == 404
        assert manager.get(f"{LIST}/rows?unit={strange}").status_code == 404


def test_open_list_asks_for_a_fingerprint_and_then_for_its_rows(manager: FlaskClient, cases: list[uuid.UUID]) -> None:
    page = manager.get(LIST).text
    version = re.search(r'data-version="([^"]+)"', page)
    assert version is not None

    assert manager.get(f"{LIST}/version?tab=unit").text == version[1]
    post(signed_in(manager.application, "admin"), f"{cases[0]}/claim")
    rows = manager.get(f"{LIST}/rows?tab=unit").text

    assert manager.get(f"{LIST}/version?tab=unit").text != version[1]
    assert "<html" not in rows
    assert "Worked by</span>" in rows or "Worked by <bdi>admin</bdi>" in rows


def test_names_of_lists_of_before_still_lead_somewhere(manager: FlaskClient, cases: list[uuid.UUID]) -> None:
    page = BeautifulSoup(manager.get(f"{LIST}?tab=callbacks").text, "html.parser")
    assert page.select_one("nav.case-tabs a[aria-current]")["data-tab"] == "unit"  # type: ignore[index]
