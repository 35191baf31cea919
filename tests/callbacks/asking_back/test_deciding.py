"""Whether somebody is asked and by what, as tables."""

from dataclasses import replace
from typing import Any

import pytest

from app.callbacks.asking_back.deciding import Facts, Skipped, decide, order_channels
from app.callbacks.asking_back.hearing import YesNo, read_yes_no
from app.contacts.models import SuppressionReason
from app.messaging.models import MessagingChannel

SMS, EMAIL, TELEGRAM, WHATSAPP = (
    MessagingChannel.SMS,
    MessagingChannel.EMAIL,
    MessagingChannel.TELEGRAM,
    MessagingChannel.WHATSAPP,
)
FINE = Facts(reachable=(TELEGRAM, SMS, EMAIL))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"asks": False}, Skipped.SWITCHED_OFF),
        ({"still_closed": False}, Skipped.REOPENED),
        ({"late": True}, Skipped.TOO_LATE),
        ({"paused": True}, Skipped.PAUSED),
        ({"addressed": False}, Skipped.NO_ADDRESS),
        ({"consent_withdrawn": True}, Skipped.CONSENT_WITHDRAWN),
        ({"suppressed": SuppressionReason.OPTED_OUT}, Skipped.OPTED_OUT),
        ({"suppressed": SuppressionReason.STAFF}, Skipped.STAFF),
        ({"asked_lately": True}, Skipped.ASKED_LATELY),
        ({"reachable": ()}, Skipped.NO_CHANNEL),
        ({"reachable": (SMS,), "covers_messages": False}, Skipped.NOT_AGREED),
    ],
)
def test_each_reason_not_to_ask_has_its_code(changes: dict[str, Any], code: Skipped) -> None:
    verdict = decide(replace(FINE, **changes))
    assert (verdict.channel, verdict.skipped) == (None, code)


@pytest.mark.parametrize(
    ("reachable", "came_by", "open_window", "first"),
    [
        ((TELEGRAM, SMS, EMAIL), None, False, TELEGRAM),
        ((TELEGRAM, SMS, EMAIL), SMS, False, SMS),
        ((SMS, EMAIL), TELEGRAM, False, SMS),
        ((WHATSAPP, SMS), WHATSAPP, False, SMS),
        ((WHATSAPP, SMS), WHATSAPP, True, WHATSAPP),
    ],
)
def test_the_customers_own_channel_comes_first(
    reachable: tuple[MessagingChannel, ...],
    came_by: MessagingChannel | None,
    open_window: bool,
    first: MessagingChannel,
) -> None:
    assert order_channels(reachable, came_by, whatsapp_open=open_window)[0] is first


def test_a_number_left_for_calls_alone_is_not_written_to_but_another_address_is() -> None:
    assert decide(replace(FINE, reachable=(SMS, EMAIL), covers_messages=False)).channel is EMAIL


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("да", YesNo(True)),
        (" Да! ", YesNo(True)),
        ("Иә.", YesNo(True)),
        ("ия", YesNo(True)),
        ("так", YesNo(True)),
        ("YES", YesNo(True)),
        ("1", YesNo(True)),
        ("1️⃣", YesNo(True)),
        ("👍🏽", YesNo(True)),
        ("да-да", YesNo(True)),
        ("Решено, спасибо", YesNo(True, "спасибо")),
        ("нет", YesNo(False)),
        ("Жоқ", YesNo(False)),
        ("жок!", YesNo(False)),
        ("ні", YesNo(False)),
        ("No", YesNo(False)),
        ("2.", YesNo(False)),
        ("не решено", YesNo(False)),
        ("Нет, деньги не вернули", YesNo(False, "деньги не вернули")),
        ("Жоқ\nәлі күтіп жүрмін", YesNo(False, "әлі күтіп жүрмін")),
        ("2, жду", YesNo(False, "жду")),
        # Words like any other.
        ("нет претензий", None),
        ("2 дня жду", None),
        ("да нет", None),
        ("да, нет", None),
        ("1-5", None),
        ("1, 2", None),
        ("2.5", None),
        ("5", None),
        ("12", None),
        ("٢", None),
        ("не знаю", None),
        ("nobody called", None),
        ("", None),
        ("...", None),
        ("\x00", None),
        ("да" * 1000, None),
    ],
)
def test_yes_and_no_are_read_in_four_languages(text: str, answer: YesNo | None) -> None:
    assert read_yes_no(text) == answer
