"""/s/<token>: a look changes nothing, a tap is kept at once, and what follows is optional and loses nothing."""

import gzip

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.callbacks.asking_back.asking import ask_due
from app.callbacks.asking_back.links import question_token
from app.callbacks.asking_back.models import AskedBack
from app.callbacks.asking_back.planning import plan_questions
from app.callbacks.models import CallbackCase, CaseEvent, EventKind
from app.organisation.models import Unit
from tests.callbacks.asking_back.closed import DAY, make_closed
from tests.web.public.conftest import Place


class Visitor:
    """Whoever opens the link of a message, without a cookie and without scripts."""

    def __init__(self, place: Place) -> None:
        self.place = place
        wired = place.app.extensions["otklik"]
        with place.database.transaction() as session:
            unit = session.get_one(Unit, place.office.touchpoint.unit_id)
            closed = make_closed(session, wired.vault, now=place.clock.now, unit=unit)
            plan_questions(session, desk=wired.ask, rules=wired.case_rules, since=closed.closed_at - DAY)
            ask_due(session, desk=wired.ask, rules=wired.case_rules, now=closed.closed_at + DAY)
            self.case_id, self.token = closed.case_id, question_token(wired.vault, closed.question().id)
        place.clock.pass_by(days=1, minutes=5)
        self.page = BeautifulSoup("", "html.parser")

    def look(self, query: str = "?lang=en", path: str = "s") -> TestResponse:
        reply = self.place.app.test_client(use_cookies=False).get(f"/{path}/{self.token}{query}")
        self.page = BeautifulSoup(reply.text, "html.parser")
        return reply

    def send(self, **fields: str) -> TestResponse:
        """Send the form that is on the screen, and look at what follows."""
        form = self.page.find("form")
        assert isinstance(form, Tag)
        sent = {str(each["name"]): str(each["value"]) for each in form.find_all("input", type="hidden")}
        client = self.place.app.test_client(use_cookies=False)
        reply = client.post(str(form["action"]), data={**sent, **fields})
        shown = client.get(reply.location) if reply.status_code == 303 else reply
        self.page = BeautifulSoup(shown.text, "html.parser")
        return reply

    @property
    def text(self) -> str:
        return " ".join(self.page.get_text(" ").split())

    def question(self) -> AskedBack:
        with self.place.database.reading() as session:
            return session.scalars(select(AskedBack)).one()

    def case(self) -> CallbackCase:
        with self.place.database.reading() as session:
            return session.get_one(CallbackCase, self.case_id)

    def notes(self) -> list[str | None]:
        with self.place.database.reading() as session:
            return list(session.scalars(select(CaseEvent.note).where(CaseEvent.kind == EventKind.NOTE)))


@pytest.fixture
def visitor(place: Place) -> Visitor:
    return Visitor(place)


def test_no_look_writes_not_even_with_a_marked_answer(visitor: Visitor) -> None:
    for query in ("", "?rating=2", "?rating=2&trap=1", "?settled=no", "?rating=9", "?saved=words", "?lang=xx"):
        assert visitor.look(query).status_code == 200
    assert visitor.question().answered_at is None
    visitor.look("?rating=2&lang=en")
    marked = visitor.page.find("button", attrs={"aria-current": "true"})
    assert isinstance(marked, Tag)
    assert marked["value"] == "no"


def test_yes_then_a_face_in_two_taps(visitor: Visitor) -> None:
    visitor.look()
    assert visitor.send(settled="yes").status_code == 303
    assert "glad that it is settled" in visitor.text
    visitor.send(rating="5")
    assert "your rating is kept" in visitor.text
    assert (visitor.question().settled, visitor.question().rating, visitor.question().via) == (True, 5, "page")


def test_no_opens_the_case_and_takes_words_a_window_and_a_face_together(visitor: Visitor) -> None:
    visitor.look()
    visitor.send(settled="no")
    assert visitor.case().closed_at is None
    assert "taken it up again" in visitor.text
    visitor.send(words="Nobody sent the money", call_window="evening", rating="2")
    assert visitor.notes() == ["Nobody sent the money"]
    assert (visitor.case().call_window, visitor.question().rating) == ("evening", 2)


def test_a_yes_is_taken_back_on_the_page_that_thanks_for_it(visitor: Visitor) -> None:
    visitor.look()
    visitor.send(settled="yes")
    visitor.send(settled="no")
    assert visitor.case().reopenings == 1


def test_the_same_form_twice_counts_once(visitor: Visitor) -> None:
    visitor.look()
    page = visitor.page
    visitor.send(settled="no")
    visitor.page = page
    assert visitor.send(settled="no").status_code == 303
    assert visitor.case().reopenings == 1
    visitor.page = page
    assert visitor.send(settled="yes").status_code == 409
    assert "can no longer be changed" in visitor.text


def test_after_twelve_hours_it_only_says_that_it_is_answered(visitor: Visitor) -> None:
    visitor.look()
    visitor.send(settled="yes")
    after = visitor.page
    visitor.place.clock.pass_by(hours=12)
    assert "already answered" in (visitor.look().text)
    visitor.page = after
    assert visitor.send(rating="1").status_code == 409
    assert visitor.question().rating is None


def test_unknown_and_expired_links_answer_alike(visitor: Visitor) -> None:
    assert visitor.look(path="S").status_code == 200
    client = visitor.place.app.test_client()
    gone = {client.get(f"/s/{token}?lang=en").text for token in ("0" * 16, "nothing", "%00", "x" * 5000)}
    visitor.place.clock.pass_by(days=8)
    reply = visitor.look()
    assert (reply.status_code, {reply.text}) == (404, gone)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"settled": "maybe"}, 422),
        ({"settled": ""}, 422),
        ({}, 422),
        ({"rating": "5"}, 409),
        ({"words": "x"}, 409),
        ({"settled": "yes", "form_token": ""}, 400),
        ({"settled": "yes", "form_token": "\x00"}, 400),
        ({"settled": "yes", "form_token": "x" * 60_000}, 400),
        ({"settled": "yes", "more": "x" * 10**6}, 413),
    ],
)
def test_what_is_no_answer_shows_the_question_again_and_keeps_nothing(
    visitor: Visitor, fields: dict[str, str], status: int
) -> None:
    visitor.look()
    assert visitor.send(**fields).status_code == status
    assert visitor.question().answered_at is None
    assert visitor.page.find("button", attrs={"name": "settled"}) is not None


@pytest.mark.parametrize("words", ["x" * 2001, "a\x00b"])
def test_words_that_cannot_be_kept_stand_in_their_field_again(visitor: Visitor, words: str) -> None:
    visitor.look()
    visitor.send(settled="no")
    assert visitor.send(words=words, call_window="morning").status_code == 422
    field = visitor.page.find("textarea")
    assert isinstance(field, Tag)
    assert field.text.strip().replace("\ufffd", "\x00") == words
    assert visitor.page.find("input", attrs={"value": "morning", "checked": True}) is not None
    assert visitor.notes() == []


def test_it_speaks_four_languages_weighs_little_and_asks_no_other_server(visitor: Visitor) -> None:
    sheet = visitor.place.app.test_client().get("/look.css").data
    for language in ("kk", "ru", "uk", "en"):
        reply = visitor.look(f"?lang={language}")
        assert f'<html lang="{language}">' in reply.text
        assert len(gzip.compress(reply.data)) + len(gzip.compress(sheet)) < 14 * 1024
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in reply.headers
        assert "<script" not in reply.text
