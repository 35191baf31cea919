"""Interactions told by other systems, one or many, once and again."""

import threading

from flask import Flask
from sqlalchemy import func, select

from app.invitations.models import Interaction, Invitation
from app.kit.db import Database
from tests.web.api.callers import System, a_call


def _count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def test_a_finished_call_is_kept_with_its_decision(system: System, database: Database) -> None:
    answer = system.post("/interactions", a_call(employee="aigerim", resolved=True, tags=["vip"]))
    assert answer.status_code == 202
    assert answer.json["decision"] in ("invited", "skipped")
    assert (answer.json["decision"] == "skipped") == (answer.json["reason"] is not None)
    assert answer.json["survey_url"] is None
    with database.reading() as session:
        kept = session.scalars(select(Interaction)).one()
    assert (str(kept.id), kept.wait_seconds, kept.handle_seconds, kept.resolved) == (answer.json["id"], 41, 184, True)


def test_the_repeat_answers_the_same_and_another_body_is_a_conflict(system: System, database: Database) -> None:
    first = system.post("/interactions", a_call(delivery="self"))
    again = system.post("/interactions", a_call(delivery="self"))
    other = system.post("/interactions", a_call(delivery="self", topic="Price"))
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert (other.status_code, other.json["code"]) == (409, "interaction_conflict")
    assert _count(database, Interaction) == 1


def test_self_delivery_answers_with_a_page_and_a_code_that_open(system: System) -> None:
    told = system.post("/interactions", a_call(delivery="self")).json
    assert told["decision"] == "invited"
    page = told["survey_url"].partition("/i/")
    assert system.client.get(f"/i/{page[2]}").status_code == 200
    image = system.client.get(told["qr_url"].removeprefix(page[0]))
    assert (image.status_code, image.mimetype) == (200, "image/svg+xml")


def test_a_hundred_repeats_at_once_are_one_interaction(app: Flask, system: System, database: Database) -> None:
    answers: list[tuple[int, bytes]] = []

    def tell() -> None:
        one = System(app.test_client(), system.key)
        for _ in range(10):
            answer = one.post("/interactions", a_call(delivery="self"))
            answers.append((answer.status_code, answer.data))

    threads = [threading.Thread(target=tell) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 100
    assert len(set(answers)) == 1
    assert (_count(database, Interaction), _count(database, Invitation)) == (1, 1)


def test_one_bad_row_of_a_bulk_hurts_no_other(system: System, database: Database) -> None:
    rows = [
        a_call(external_id="1"),
        a_call(external_id="2", unit="nowhere"),
        {"external_id": "3"},
        a_call(external_id="1"),
        a_call(external_id="1", topic="Price"),
        a_call(external_id="4", contact={"phone": "x"}),
        a_call(external_id="5", ended_at="2026-03-04T12:00:00+05:00"),
        "no object",
    ]
    answer = system.post("/interactions/bulk", {"interactions": rows})
    assert answer.status_code == 200
    told = answer.json
    assert [row["status"] for row in told["results"]] == [202, 422, 422, 202, 409, 422, 422, 422]
    assert (told["taken"], told["refused"]) == (2, 6)
    assert told["results"][0] == told["results"][3]
    assert told["results"][1]["errors"][0]["field"] == "unit"
    assert {one["field"] for one in told["results"][2]["errors"]} == {"source", "channel", "unit", "ended_at"}
    assert told["results"][4]["code"] == "interaction_conflict"
    assert told["results"][6]["errors"][0]["code"] == "in_the_future"
    assert _count(database, Interaction) == 1


def test_a_bulk_that_is_a_list_is_told_what_it_must_be(system: System) -> None:
    answer = system.post("/interactions/bulk", [a_call(external_id="1")])
    assert answer.status_code == 422
    assert [one["message"] for one in answer.json["errors"]] == ["write an object: {…}"]


def test_a_thousand_are_taken_at_once_and_no_more(system: System, database: Database) -> None:
    rows = [a_call(external_id=str(number), contact=None) for number in range(1001)]
    assert system.post("/interactions/bulk", {"interactions": rows}).status_code == 422
    assert system.post("/interactions/bulk", {"interactions": []}).status_code == 422
    answer = system.post("/interactions/bulk", {"interactions": rows[:1000]})
    assert (answer.status_code, answer.json["taken"]) == (200, 1000)
    assert _count(database, Interaction) == 1000
