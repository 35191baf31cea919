"""Answers of the past, sent in the browser, mapped, tried and taken in."""

import io
import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import AuditEntry
from app.kit.db import Database
from app.organisation.models import Unit
from app.responses.models import SurveyResponse
from tests.web.manage.imports.test_units_and_employees import press, upload
from tests.web.staff import Company, form_token, signed_in

WORDS = "Rating,Remarks,Date,Branch\nGood,quick,2026-03-01,Abay\nPoor,,2026-03-02,Abay\nDon't know,,2026-03-02,Abay\n"


@pytest.fixture
def admin(app: Flask, company: Company) -> FlaskClient:
    """The browser of the company's admin."""
    return signed_in(app, "admin")


def send(admin: FlaskClient, content: str | bytes) -> str:
    data = content.encode() if isinstance(content, str) else content
    status, page = upload(admin, data, kind="responses", name="answers.csv")
    assert status == 303, page
    return page


def choose(admin: FlaskClient, page: str, **form: str) -> tuple[int, str]:
    columns = {"column-rating": "Rating", "column-answered_at": "Date", "column-unit": "Branch"}
    answer = admin.post(page, data={"csrf_token": form_token(admin), **columns, **form})
    return answer.status_code, answer.text if answer.status_code == 422 else admin.get(page).text


def test_a_file_is_tried_mended_by_the_form_and_taken_in_once(admin: FlaskClient, database: Database) -> None:
    page = send(admin, WORDS)
    # Good and Poor stand in several scales: nothing is guessed.
    assert 'id="scale-error"' in admin.get(page).text
    form = {"column-comment": "Remarks", "scale": "Good=4,Poor=2", "missing": "Don't know", "make_units": "yes"}
    status, text = choose(admin, page, **form)
    assert status == 303
    assert "Offices that are made: Abay" in text
    assert "1 row has no rating, and no figure counts it. Written there: Don&#39;t know (1)." in text

    digest = re.search(r'name="digest" value="(\w+)"', text)
    assert digest is not None
    assert press(admin, page)[0] == 303
    # The page that another tab still shows finds it done.
    assert press(admin, page, digest[1])[0] == 303
    with database.reading() as session:
        query = select(SurveyResponse.rating, SurveyResponse.comment, SurveyResponse.via)
        assert sorted(session.execute(query)) == [(2, None, "import"), (4, "quick", "import")]
        assert session.scalar(select(Unit.kind).where(Unit.name == "Abay")) == "office"
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "responses.imported")).one()
    assert entry.details == {"taken": 2, "changed": 0, "repeated": 0}

    again = admin.get(send(admin, WORDS)).text
    assert "column-rating-error" not in again


def test_the_same_file_again_is_recognised_and_another_digest_is_refused(admin: FlaskClient) -> None:
    content = "Rating,Date,Branch\n5,2026-03-01,company\n"
    page = send(admin, content)
    choose(admin, page)
    assert press(admin, page, "of something else")[0] == 409
    assert press(admin, page)[0] == 303
    again = send(admin, content)
    _, text = choose(admin, again)
    assert "This very file was taken in before" in text
    assert 'name="digest"' not in text


def test_what_another_tab_chose_since_the_report_is_not_taken_in_unseen(admin: FlaskClient) -> None:
    page = send(admin, "Rating,Remarks,Date,Branch\n5,quick,2026-03-01,company\n")
    shown = re.search(r'name="digest" value="(\w+)"', choose(admin, page)[1])
    assert shown is not None
    choose(admin, page, **{"column-comment": "Remarks"})
    assert press(admin, page, shown[1])[0] == 409


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"column-comment": "Rating"}, "column-comment"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"date_format": "yesterday"}, "date_format"),
        ({"unit": "nowhere"}, "unit"),
    ],
)
def test_a_form_that_cannot_be_read_says_where(admin: FlaskClient, form: dict[str, str], field: str) -> None:
    status, text = choose(admin, send(admin, WORDS), **form)
    assert status == 422
    assert f'id="{field}-error"' in text


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("Rating,Date,Branch\n5,03.04.2025,company\n", "date_format"),
        ("Rating,Date,Branch\nBlue,2026-03-01,company\n", "scale"),
        ("Rating,Date,Branch\n9,2026-03-01,company\n10,2026-03-01,company\n", "survey"),
    ],
)
def test_what_the_file_does_not_prove_is_asked_at_its_field(admin: FlaskClient, content: str, field: str) -> None:
    page = send(admin, content)
    assert f'id="{field}-error"' in choose(admin, page)[1]
    assert press(admin, page, "x")[0] == 422


def test_every_kind_of_mistake_is_told_in_words(admin: FlaskClient) -> None:
    rows = [
        "Good,2026-03-01,company,Y,5",
        "Never,2026-03-01,nowhere,maybe,3 weeks",
        "Poor,2026-03-32,,,",
        "5,2099-01-01,company,,",
        "5,2026-03-01,company",
        "5",
    ]
    page = send(admin, "\n".join(["Rating,Date,Branch,Solved,Wait", *rows]))
    columns = {"column-resolved": "Solved", "column-wait_seconds": "Wait", "scale": "Good=4"}
    status, text = choose(admin, page, **columns)
    assert status == 303
    assert "There is no unit with the code or the name nowhere." in text
    assert "“Never” is no answer of the scale." in text
    assert "“maybe” is neither yes nor no." in text
    assert "3 cells where the first line has 5. Some are missing" in text
    assert "Nothing can be taken in yet." in text


def test_the_letters_of_a_file_can_be_chosen(admin: FlaskClient) -> None:
    page = send(admin, "Оценка;Дата;Отзыв\n5;2026-03-01;Спасибо\n".encode("koi8-r"))
    shown = admin.get(page).text
    assert "Found by its words: KOI8-R" in shown
    assert "Спасибо" in shown
    status, text = choose(admin, page, encoding="cp1251")
    assert status == 303
    assert "пГЕОЛБ" in text
    status, text = choose(admin, page, encoding="utf-8")
    assert (status, "This file is not written in UTF-8." in text) == (422, True)


def test_odd_files_are_refused_in_words(admin: FlaskClient, now: datetime) -> None:
    for content in (b"", b"\0", b"\xff\xfea", b"PK\x03\x04", b"a,b\n" + b"x" * (5 * 1024 * 1024 + 1)):
        status, text = upload(admin, content, kind="responses", name="answers.csv")
        assert (status, 'id="file-error"' in text) == (422, True)
    form = {"csrf_token": form_token(admin), "file": (io.BytesIO(b"x"), "")}
    assert admin.post("/manage/responses/import", data=form, content_type="multipart/form-data").status_code == 422


def test_a_second_file_of_a_survey_is_proposed_the_source_of_the_first(admin: FlaskClient, database: Database) -> None:
    head, columns = "Rating,Date,Branch,Id\n", {"column-id": "Id"}
    first = send(admin, f"{head}5,2026-03-01,company,a1\n")
    assert 'name="source" type="text" value="answers"' in admin.get(first).text
    choose(admin, first, source="desk", **columns)
    assert press(admin, first)[0] == 303

    second = send(admin, f"{head}5,2026-03-01,company,a1\n4,2026-03-02,company,a2\n")
    assert 'name="source" type="text" value="desk"' in admin.get(second).text
    # Of another survey nothing is known yet.
    assert 'value="answers"' in choose(admin, second, source="desk", survey="nps", **columns)[1]
    choose(admin, second, source="desk", **columns)
    assert press(admin, second)[0] == 303
    with database.reading() as session:
        assert len(list(session.scalars(select(SurveyResponse.id)))) == 2
    status, text = choose(admin, send(admin, f"{head}5,2026-03-01,company,a3\n"), source="x" * 201, **columns)
    assert (status, 'id="source-error"' in text) == (422, True)


def test_the_report_shows_how_the_rows_were_understood(admin: FlaskClient) -> None:
    rows = [f"{'Good' if day % 3 else 'Poor'},2026-02-{day:02} 22:30,Said on {day},company" for day in range(1, 8)]
    page = send(admin, "\n".join(["Rating,Date,Remarks,Branch", *rows]))
    columns = {"column-comment": "Remarks", "scale": "Good=4,Poor=2", "zone": "Asia/Vladivostok"}
    text = choose(admin, page, **columns)[1]
    report = text[text.index('id="report"') : text.index('id="columns"')]
    plain = " ".join(re.sub("<[^>]+>", " ", report).split())
    assert "First and last day 1 Feb 2026 – 7 Feb 2026 Time zone of times without one Asia/Vladivostok" in plain
    assert "1: 0 · 2: 2 · 3: 0 · 4: 5 · 5: 0" in plain
    assert "22:30" in plain
    assert ("Said on 5" in plain, "Said on 6" in plain) == (True, False)
