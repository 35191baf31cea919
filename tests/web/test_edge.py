"""The edge: what is committed, what is rolled back, what is tried again, what every answer carries."""

import psycopg
import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from app.kit.db import Database
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.locks import DatabaseBusyError
from app.organisation.models import Unit
from app.web import access, edge


def name_of_company(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(Unit.name).where(Unit.code == "company")).one()


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Pages of these tests' own hang on it."""
    return own_app


@pytest.fixture
def pages(app: Flask) -> Flask:
    """A few pages of the test's own beside the real ones."""
    trial = Blueprint("trial", __name__)
    access.gate(trial, access.Gate.PUBLIC)

    @trial.route("/try/<outcome>", methods=["GET", "POST"])
    def attempt(outcome: str) -> tuple[str, int]:
        edge.db().execute(update(Unit).values(name=f"named by {outcome}"))
        errors = {
            "missing": NotFoundError("x"),
            "taken": ConflictError("x"),
            "wrong": InvalidInputError("x"),
            "busy": DatabaseBusyError("x"),
            "crash": RuntimeError("details that nobody may see"),
        }
        if outcome in errors:
            raise errors[outcome]
        return "done", int(outcome)

    @trial.route("/retry/<int:times>", methods=["POST"])
    def retry(times: int) -> str:
        edge.db().execute(update(Unit).values(name=f"{tries} tries"))
        tries.append(times)
        if len(tries) <= times:
            raise OperationalError("UPDATE", {}, psycopg.errors.SerializationFailure())
        return "done"

    tries: list[int] = []
    app.register_blueprint(trial)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def test_what_succeeds_is_committed(pages: Flask, client: FlaskClient, database: Database) -> None:
    assert client.post("/try/200").status_code == 200
    assert name_of_company(database) == "named by 200"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("missing", 404), ("taken", 409), ("wrong", 422), ("busy", 503), ("crash", 500), ("422", 422), ("400", 400)],
)
def test_what_is_refused_leaves_nothing_behind(
    pages: Flask, client: FlaskClient, database: Database, outcome: str, status: int
) -> None:
    pages.testing = False
    answer = client.post(f"/try/{outcome}")
    assert answer.status_code == status
    assert not name_of_company(database).startswith("named")
    assert "details" not in answer.text


def test_get_writes_nothing_even_if_a_view_tries(pages: Flask, client: FlaskClient, database: Database) -> None:
    for method in (client.get, client.head):
        method("/try/200")
    assert not name_of_company(database).startswith("named")


def test_a_transaction_that_must_be_repeated_is(pages: Flask, client: FlaskClient, database: Database) -> None:
    assert client.post("/retry/2").status_code == 200
    assert name_of_company(database) == "[2, 2] tries"


def test_it_is_not_repeated_for_ever(pages: Flask, client: FlaskClient, database: Database) -> None:
    pages.testing = False
    assert client.post("/retry/99").status_code == 500
    assert "tries" not in name_of_company(database)


def test_every_answer_carries_the_headers(pages: Flask, client: FlaskClient) -> None:
    for path in ("/try/200", "/nowhere", "/try/crash"):
        pages.testing = False
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert "frame-ancestors 'none'" in policy


def test_a_body_that_is_too_large_is_refused_with_a_page(pages: Flask, client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"email": "x" * 10_000_000})
    assert answer.status_code == 413
    assert "text/html" in answer.content_type


@pytest.mark.parametrize("language", ["kk", "ru", "uk", "en"])
def test_errors_speak_the_readers_language(client: FlaskClient, language: str) -> None:
    assert f'lang="{language}"' in client.get(f"/nowhere?lang={language}").text
    assert f'lang="{language}"' in client.get("/nowhere", headers={"Accept-Language": f"{language}, *;q=0.1"}).text
