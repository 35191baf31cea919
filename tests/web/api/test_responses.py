"""Ratings taken elsewhere come in, and every response goes out with its interaction."""

import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app.callbacks.models import CallbackCase
from app.kit.db import Database
from app.kit.outbox import OutboxRow
from app.responses.models import SurveyResponse
from tests.web.api.callers import System, a_call
from tests.web.conftest import StoppedClock


def _count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def test_a_low_rating_of_a_touchpoint_opens_a_case_like_any_other(
    system: System, database: Database, code: str
) -> None:
    answer = system.post(
        "/responses", {"touchpoint": code.lower(), "rating": 1, "comment": "Too long", "language": "kk"}
    )
    assert answer.status_code == 201
    page = system.client.get(answer.json["url"].partition("/r/")[2].join(["/r/", ""]))
    assert page.status_code == 200
    told = system.get(f"/responses/{answer.json['id']}").json
    assert (told["touchpoint"], told["rating"], told["band"], told["via"]) == (code, 1, "unhappy", "api")
    assert (told["comment"], told["language"], told["channel"]) == ("Too long", "kk", "visit")
    assert told["unit"] == {"code": "east-1", "name": "East 1"}
    assert told["case"]["closed_at"] is None
    assert told["interaction"] is None
    with database.reading() as session:
        kinds = set(session.scalars(select(OutboxRow.kind)))
    assert {"response.created", "response.completed", "case.opened"} <= kinds


def test_a_key_pressed_after_a_call_is_the_interactions_one_response(system: System, database: Database) -> None:
    system.post("/interactions", a_call(employee="aigerim"))
    about = {"source": "asterisk", "external_id": "1772600553.1042"}
    first = system.post("/responses", {**about, "rating": 5})
    again = system.post("/responses", {**about, "rating": 2, "comment": "On second thought"})
    assert (first.status_code, first.json["created"]) == (201, True)
    assert (again.status_code, again.json["created"]) == (200, False)
    assert again.json["id"] == first.json["id"]
    told = system.get(f"/responses/{first.json['id']}").json
    assert (told["rating"], told["comment"], told["survey"]) == (2, "On second thought", "call-follow-up")
    assert told["employee"] == {"code": "aigerim", "name": "Aigerim"}
    assert told["interaction"]["external_id"] == "1772600553.1042"
    assert told["interaction"]["wait_seconds"] == 41
    assert "7011234567" not in str(told)
    assert _count(database, CallbackCase) == 1


def test_an_interaction_rated_by_one_survey_takes_nothing_of_another(system: System) -> None:
    system.post("/interactions", a_call())
    about = {"source": "asterisk", "external_id": "1772600553.1042"}
    first = system.post("/responses", {**about, "rating": 5})
    other = system.post("/responses", {**about, "survey": "nps", "rating": 9, "answers": {"reasons": ["price"]}})
    assert (other.status_code, other.json["code"]) == (409, "rated_by_another_survey")
    told = system.get(f"/responses/{first.json['id']}").json
    assert (told["rating"], told["survey"], told["answers"]) == (5, "call-follow-up", {})


def test_words_about_an_interaction_come_too_late_when_its_answer_takes_no_more(
    system: System, clock: StoppedClock
) -> None:
    system.post("/interactions", a_call())
    said = {"source": "asterisk", "external_id": "1772600553.1042", "rating": 5, "comment": "Quick"}
    first = system.post("/responses", said)
    clock.now += timedelta(hours=13)
    late = system.post("/responses", {**said, "comment": "Slow"})
    assert (late.status_code, late.json["code"]) == (409, "response_closed")
    assert system.post("/responses", said).json == {**first.json, "created": False}
    assert system.get(f"/responses/{first.json['id']}").json["comment"] == "Quick"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rating": 5}, ""),
        ({"touchpoint": "ABCDEFGH", "source": "a", "external_id": "b", "rating": 5}, ""),
        ({"source": "asterisk", "rating": 5}, ""),
        ({"touchpoint": "ABCDEFGH", "rating": 5}, "touchpoint"),
        ({"source": "asterisk", "external_id": "nothing", "rating": 5}, "external_id"),
        ({"touchpoint": "CODE", "rating": 6}, "rating"),
        ({"touchpoint": "CODE", "rating": 0}, "rating"),
        ({"touchpoint": "CODE", "rating": "5"}, "rating"),
        ({"touchpoint": "CODE", "rating": True}, "rating"),
        ({"touchpoint": "CODE", "rating": 5, "comment": "x" * 2001}, "comment"),
        ({"touchpoint": "CODE", "rating": 5, "comment": "\x00"}, "comment"),
        ({"touchpoint": "CODE", "rating": 1, "answers": {"nothing": 1}}, "answers.nothing"),
        ({"touchpoint": "CODE", "rating": 1, "answers": {"BAD KEY": 1}}, "answers.BAD KEY.[key]"),
    ],
)
def test_what_cannot_be_taken_is_named_and_nothing_is_kept(
    system: System, database: Database, code: str, body: dict[str, object], field: str
) -> None:
    sent = {**body, "touchpoint": code} if body.get("touchpoint") == "CODE" else body
    answer = system.post("/responses", sent)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == [field]
    assert _count(database, SurveyResponse) == 0


def test_later_questions_are_answered_by_value_by_key_and_in_words(app: Flask, system: System, code: str) -> None:
    survey = app.extensions["otklik"].surveys.current("office-visit")
    answers: dict[str, object] = {}
    for question in survey.later:
        if question.show_if is not None:
            continue
        options = [option.key for option in question.options]
        answers[question.key] = (
            options[:2]
            if question.multiple
            else options[0]
            if options
            else (next(iter(question.values()), None) or "in words")
        )
    sent = system.post("/responses", {"touchpoint": code, "rating": 3, "answers": answers})
    assert sent.status_code == 201, sent.text
    assert system.get(f"/responses/{sent.json['id']}").json["answers"] == answers


def test_the_same_key_and_body_is_answered_the_same_and_another_body_is_a_conflict(
    system: System, database: Database, code: str
) -> None:
    body = {"touchpoint": code, "rating": 1}
    first = system.post("/responses", body, once="once-1")
    again = system.post("/responses", body, once="once-1")
    other = system.post("/responses", {**body, "rating": 2}, once="once-1")
    fresh = system.post("/responses", body, once="once-2")
    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, first.data)
    assert (other.status_code, other.json["code"]) == (409, "idempotency_conflict")
    assert fresh.json["id"] != first.json["id"]
    assert (_count(database, SurveyResponse), _count(database, CallbackCase)) == (2, 2)


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ключ"])
def test_an_unfit_idempotency_key_is_400(system: System, code: str, key: str) -> None:
    answer = system.client.post(
        "/api/v1/responses",
        json={"touchpoint": code, "rating": 1},
        headers=[*system.headers().items(), ("Idempotency-Key", key.encode().decode("latin-1"))],
    )
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key")


def _give(system: System, clock: StoppedClock, code: str, ratings: list[int]) -> list[str]:
    ids = []
    for rating in ratings:
        ids.append(system.post("/responses", {"touchpoint": code, "rating": rating}).json["id"])
        clock.move(minutes=1)
    return ids


def test_the_list_goes_on_by_cursor_in_both_directions(system: System, clock: StoppedClock, code: str) -> None:
    ids = _give(system, clock, code, [1, 2, 3, 4, 5])
    for order, wanted in (("asc", ids), ("desc", ids[::-1])):
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = system.get("/responses", limit=2, order=order, **cursor).json
            found += [one["id"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert found == wanted


def test_filters_narrow_the_list(system: System, clock: StoppedClock, code: str, now: datetime) -> None:
    ids = _give(system, clock, code, [1, 5])
    system.post("/interactions", a_call(employee="aigerim", unit="west-1"))
    rated = system.post("/responses", {"source": "asterisk", "external_id": "1772600553.1042", "rating": 4}).json["id"]
    later = (now + timedelta(seconds=30)).isoformat()

    def ids_of(**query: str) -> list[str]:
        return [one["id"] for one in system.get("/responses", **query).json["items"]]

    assert ids_of(band="unhappy") == [ids[0]]
    assert ids_of(since=later) == [ids[1], rated]
    assert ids_of(until=later) == [ids[0]]
    assert ids_of(unit="east") == ids
    assert ids_of(employee="aigerim") == [rated]
    assert ids_of(channel="call") == [rated]
    assert ids_of(survey="office-visit", touchpoint=code.lower()) == ids
    assert ids_of(suspect="true") == []
    assert ids_of(via="page") == []
    assert system.get("/responses", unit="nowhere").json["code"] == "unknown_unit"
    assert system.get("/responses", cursor="nonsense").json["code"] == "invalid_cursor"


def test_a_longer_page_asks_no_more_often(system: System, database: Database, clock: StoppedClock, code: str) -> None:
    _give(system, clock, code, [1, 2, 3, 4, 5, 1, 2])
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    system.get("/responses", limit=1)
    few = len(asked)
    system.get("/responses", limit=7)
    assert len(asked) - few <= few


def test_the_same_key_many_times_at_once_is_one_response(
    app: Flask, system: System, database: Database, code: str
) -> None:
    answers: list[tuple[int, bytes]] = []

    def send() -> None:
        answer = System(app.test_client(), system.key).post(
            "/responses", {"touchpoint": code, "rating": 1}, once="same"
        )
        answers.append((answer.status_code, answer.data))

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert (_count(database, SurveyResponse), _count(database, CallbackCase)) == (1, 1)
