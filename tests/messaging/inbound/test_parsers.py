"""Each provider's payloads, as its own pages show them, become our events; what is none of ours becomes nothing."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messaging.inbound.events import (
    Blocked,
    Event,
    Inbound,
    Receipt,
    ReceiptState,
    Started,
    Tap,
    Text,
    UnreadableInboundError,
    dump_event,
    load_event,
)
from app.messaging.inbound.parsing import parse_inbound

DATA = Path(__file__).parent / "data"
PHONE = "+77011234567"
GATEWAYS = ["smsc", "mobizon", "twilio", "telegram", "whatsapp", "viber"]
CASES: list[tuple[str, Event]] = [
    ("telegram_tap.json", Tap("5501001", "r:7K3M9PXQ2W4T6Y8Z:4", "4382bfdwdsb323b2d9", "77")),
    ("telegram_text.json", Text("5501001", "Долго ждала на линии 🙁", "kk-KZ")),
    ("telegram_start.json", Started("5501001", "AZy_k3-Q", "uk")),
    ("telegram_blocked.json", Blocked("5501001")),
    ("viber_tap.json", Tap("01234567890A=", "r:7K3M9PXQ2W4T6Y8Z:5", "4912661846655238145")),
    ("viber_text.json", Text("01234567890A=", "Бәрі жақсы", "kk")),
    ("viber_started.json", Started("01234567890A=", "AZy_k3-Q", "uk")),
    ("viber_unsubscribed.json", Blocked("01234567890A=")),
    ("viber_seen.json", Receipt("4912661846655230000", ReceiptState.READ)),
    ("viber_failed.json", Receipt("4912661846655230000", ReceiptState.FAILED, "refused")),
    ("twilio_text.form", Text(PHONE, "5 спасибо!")),
    ("twilio_delivered.form", Receipt("SM9a9a", ReceiptState.DELIVERED)),
    ("twilio_undelivered.form", Receipt("SM9a9b", ReceiptState.FAILED, "unreachable")),
    ("smsc_delivered.form", Receipt("481516", ReceiptState.DELIVERED)),
    ("smsc_failed.form", Receipt("481517", ReceiptState.FAILED, "unreachable")),
    ("smsc_text_cp1251.form", Text(PHONE, "5 спасибо")),
    ("smsc_text.json", Text(PHONE, "4, но долго")),
    ("mobizon_delivered.form", Receipt("30300", ReceiptState.DELIVERED)),
    ("mobizon_failed.json", Receipt("30301", ReceiptState.FAILED, "unreachable")),
    ("mobizon_text.form", Text(PHONE, "СТОП")),
]


def parse(name: str) -> list[Inbound]:
    return parse_inbound(name.partition("_")[0], (DATA / name).read_bytes().strip())


@pytest.mark.parametrize(("name", "event"), CASES, ids=[name for name, _ in CASES])
def test_a_payload_is_its_event(name: str, event: Event) -> None:
    assert [each.event for each in parse(name)] == [event]


@pytest.mark.parametrize(
    "name",
    [
        "telegram_edited.json",
        "telegram_group.json",
        "viber_webhook.json",
        "twilio_queued.form",
        "smsc_waiting.form",
        "smsc_call.form",
    ],
)
def test_what_is_nothing_to_us_is_no_event(name: str) -> None:
    assert parse(name) == []


def test_a_batch_of_whatsapp_is_read_in_its_order_and_one_bad_message_costs_no_other() -> None:
    batch = parse("whatsapp_batch.json")
    assert [each.event for each in batch] == [
        Tap(PHONE, "r:7K3M9PXQ2W4T6Y8Z:5", "wamid.IN1", "wamid.OUT1"),
        Tap("+77011234568", "r:7K3M9PXQ2W4T6Y8A:2", "wamid.IN2", "wamid.OUT2"),
        Tap("+77011234569", "c:AbCdEfGhIjKlMnOpQrStUv:y", "wamid.IN3", ""),
        Text(PHONE, "Спасибо, всё хорошо"),
        Text(PHONE, ""),
        Receipt("wamid.OUT1", ReceiptState.HANDED_OVER),
        Receipt("wamid.OUT1", ReceiptState.READ),
        Receipt("wamid.OUT9", ReceiptState.FAILED, "unreachable"),
        Receipt("wamid.OUT8", ReceiptState.FAILED, "refused"),
    ]
    assert len({each.once for each in batch}) == len(batch), "two statuses of a message are two events"


@pytest.mark.parametrize("name", [name for name, _ in CASES])
def test_a_payload_sent_again_is_told_by_the_same_id(name: str) -> None:
    assert [each.once for each in parse(name)] == [each.once for each in parse(name)]


def test_two_texts_of_one_number_are_told_apart_even_without_an_id() -> None:
    first, second = (parse_inbound("smsc", f"phone=77011234567&mes=5&to=777&ts={ts}".encode())[0].once for ts in (1, 2))
    assert first != second


@pytest.mark.parametrize("event", [event for _, event in CASES])
def test_an_event_is_kept_as_it_was(event: Event) -> None:
    assert load_event(dump_event(event)) == event


def test_what_no_database_keeps_is_cut_out_of_a_text() -> None:
    body = '{"update_id": 1, "message": {"chat": {"id": 1, "type": "private"}, "text": "a\\u0000b\\ud800c"}}'
    assert parse_inbound("telegram", body.encode())[0].event == Text("1", "abc")


def test_a_text_that_is_far_too_long_is_cut() -> None:
    body = '{"update_id": 1, "message": {"chat": {"id": 1}, "text": "%s"}}' % ("ы" * 50_000)
    (inbound,) = parse_inbound("telegram", body.encode())
    assert isinstance(inbound.event, Text)
    assert len(inbound.event.text) == 4000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"update_id": ' + b"9" * 10_000 + b"}",
        b'{"update_id": {"$gt": 0}}',
        b'{"event": ["message"], "entry": "x", "update_id": true}',
        b"&".join(b"a=1" for _ in range(1000)),
        b'{"update_id": "' + b"x" * 1000 + b'"}',
    ],
)
@pytest.mark.parametrize("gateway", GATEWAYS)
def test_garbage_is_refused_in_words_or_is_nothing(gateway: str, body: bytes) -> None:
    try:
        found = parse_inbound(gateway, body)
    except UnreadableInboundError:
        return
    assert found == []


FIELDS = ("phone", "mes", "to", "id", "status", "sms_id", "MessageSid", "MessageStatus", "Body", "From", "text", "from")
NAMES = (
    *("update_id", "message", "chat", "id", "text", "from", "callback_query", "data", "my_chat_member", "status"),
    *("new_chat_member", "type", "entry", "changes", "value", "messages", "statuses", "button", "payload", "code"),
    *("interactive", "list_reply", "errors", "event", "sender", "user", "message_token", "context", "messageId"),
    *FIELDS,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(gateway=st.sampled_from(GATEWAYS), document=JSON)
def test_no_json_makes_a_parser_fail_otherwise(gateway: str, document: object) -> None:
    parse_safely(gateway, json.dumps(document).encode())


@given(gateway=st.sampled_from(GATEWAYS), body=st.binary(max_size=200))
def test_no_bytes_make_a_parser_fail_otherwise(gateway: str, body: bytes) -> None:
    parse_safely(gateway, body)


@given(
    gateway=st.sampled_from(GATEWAYS),
    pairs=st.dictionaries(
        st.sampled_from(FIELDS),
        st.text(max_size=20),
    ),
)
def test_no_form_makes_a_parser_fail_otherwise(gateway: str, pairs: dict[str, str]) -> None:
    body = "&".join(f"{name}={value}" for name, value in pairs.items())
    parse_safely(gateway, body.encode("utf-8", "surrogatepass"))


def parse_safely(gateway: str, body: bytes) -> None:
    """Whatever comes out can be kept: an id for the index, and an event that is JSON in UTF-8."""
    try:
        found = parse_inbound(gateway, body)
    except UnreadableInboundError:
        return
    for each in found:
        assert 0 < len(each.once) < 300
        dump_event(each.event).encode()
        assert load_event(dump_event(each.event)) == each.event
