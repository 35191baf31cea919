"""After a link we may know whom we asked: no number is asked for, a time may be wished, a call may be declined."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.callbacks.models import CallbackCase, CaseEvent
from app.contacts.links import read_opt_in
from app.contacts.models import Consent, Contact
from tests.callers import AskedCall
from tests.phones import shows_number
from tests.web.public.callers import Caller, ask, caller_at
from tests.web.public.conftest import Place


@pytest.fixture
def call(place: Place) -> AskedCall:
    return ask(place)


@pytest.fixture
def caller(place: Place) -> Caller:
    return caller_at(place)


def only_case(place: Place) -> CallbackCase:
    with place.database.reading() as session:
        return session.scalars(select(CallbackCase)).one()


def events(place: Place) -> list[tuple[str, dict[str, object]]]:
    with place.database.reading() as session:
        rows = session.execute(select(CaseEvent.kind, CaseEvent.details).order_by(CaseEvent.at, CaseEvent.id))
        return [(kind, details) for kind, details in rows]


def test_the_unhappy_caller_is_rung_at_the_known_number_with_both_clocks(
    place: Place, caller: Caller, call: AskedCall
) -> None:
    caller.answer(call, 1)
    case = only_case(place)
    assert call.contact is not None
    assert case.contact_id == call.contact.id
    assert case.first_attempt_due_at is not None
    assert "at the number that you called from" in caller.text
    assert "Without a number" not in caller.text
    shown = [field for field in caller.shown.select("input[name=phone]") if field.find_parent("details") is None]
    assert shown == []  # another number may be given, folded away
    assert not shows_number(caller.text)


def test_the_wished_time_is_kept_and_nothing_further_is_agreed_to(
    place: Place, caller: Caller, call: AskedCall
) -> None:
    caller.answer(call, 1)
    assert caller.send(do="call", call_window="evening").status_code == 303
    case = only_case(place)
    assert (case.call_window, case.consent_id, place.count(Consent)) == ("evening", None, 0)
    assert "We will call you" in caller.text
    assert "Evening" in caller.text
    assert "number that you called from" not in caller.text


def test_another_number_needs_its_consent_and_then_is_the_one(place: Place, caller: Caller, call: AskedCall) -> None:
    caller.answer(call, 1)
    assert caller.send(do="call", phone="+7 702 765 43 21", call_window="any").status_code == 422
    assert caller.send(do="call", phone="+7 702 765 43 21", call_window="any", consent="yes").status_code == 303
    case = only_case(place)
    assert call.contact is not None
    assert case.contact_id != call.contact.id
    assert case.consent_id is not None
    assert place.count(Contact) == 2


def test_do_not_call_me_leaves_the_matter_to_look_into_and_says_so(
    place: Place, caller: Caller, call: AskedCall
) -> None:
    caller.answer(call, 1)
    for _ in range(2):
        assert caller.send(do="no-call", comment="Never mind").status_code == 303
    case = only_case(place)
    assert (case.contact_id, case.first_attempt_due_at, case.closed_at) == (None, None, None)
    assert case.due_at == case.settle_due_at
    assert [details.get("said") for kind, details in events(place) if kind == "note"] == ["no_call"]
    assert "We will not call you" in caller.text
    assert place.only_response().comment == "Never mind"


def test_who_declined_may_still_ask_for_a_call(place: Place, caller: Caller, call: AskedCall) -> None:
    caller.answer(call, 1)
    caller.send(do="no-call")
    assert caller.shown.select("details.card summary")
    assert caller.send(do="call", call_window="morning").status_code == 303
    case = only_case(place)
    assert call.contact is not None
    assert (case.contact_id, case.call_window) == (call.contact.id, "morning")
    assert case.first_attempt_due_at is not None


def test_the_happy_caller_may_ask_for_a_call_without_typing_a_number(
    place: Place, caller: Caller, call: AskedCall
) -> None:
    caller.answer(call, 5)
    assert place.count(CallbackCase) == 0
    assert caller.send(do="call", call_window="any").status_code == 303
    case = only_case(place)
    assert call.contact is not None
    assert (case.reason, case.contact_id) == ("requested", call.contact.id)


def test_nobody_is_rung_by_a_chat_alone_and_the_number_is_asked_for(place: Place, caller: Caller) -> None:
    caller.answer(ask(place, phone=None, telegram="4711"), 1)
    assert only_case(place).contact_id is None
    assert "May we call you back?" in caller.text
    assert "stays anonymous" not in caller.text


def test_declining_where_no_call_was_planned_changes_nothing(place: Place, caller: Caller) -> None:
    caller.rate(1)
    assert caller.send(do="no-call").status_code == 303
    assert only_case(place).contact_id is None
    assert [kind for kind, _ in events(place)] == ["opened"]


def test_telegram_is_offered_where_there_is_a_bot_to_whom_we_know_and_do_not_write_there_yet(
    place: Place, open_place: Callable[..., Place]
) -> None:
    def offered(at: Place, **about: str | None) -> list[str]:
        caller = caller_at(at)
        caller.answer(ask(at, **about), 5)
        return [str(link["href"]) for link in caller.shown.select("a[href^='https://t.me/']")]

    assert offered(place) == []
    with_bot = open_place(telegram_token="4711:made-up", telegram_bot="made_up_bot")
    (address,) = offered(with_bot, phone="+77017654321")
    start = address.removeprefix("https://t.me/made_up_bot?start=")
    assert read_opt_in(with_bot.app.extensions["otklik"].vault, start) is not None
    assert offered(with_bot, phone="+77017654322", telegram="4711") == []
    assert offered(with_bot, phone=None) == []
