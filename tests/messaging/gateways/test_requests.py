"""The very requests that providers are sent: path, headers, fields."""

from typing import Any

import pytest

from app.kit.i18n import Language
from app.messaging.gateway import Button, DeliveryError
from app.messaging.http import Http
from app.messaging.smsc import Smsc
from app.messaging.telegram import Telegram
from app.messaging.twilio import Twilio
from app.messaging.viber import Viber
from app.messaging.whatsapp import WhatsApp
from tests.gateway.server import ScriptedGateway
from tests.gateway.shapes import Request
from tests.messaging.gateways.accounts import BUILD, LINK, MESSAGE_ID, RATINGS, outgoing

TOKEN = "7K3M9PXQ7K3M9PXQ"


def sent(scripted: ScriptedGateway, name: str, **changed: Any) -> Request:
    """Send by the gateway and return what came."""
    BUILD[name](scripted.url, Http(seconds=5)).send(outgoing(name, **changed))
    return scripted.requests[-1]


@pytest.mark.parametrize("name", BUILD)
def test_each_request_carries_our_id_and_no_cookie(scripted: ScriptedGateway, name: str) -> None:
    request = sent(scripted, name)
    assert request.method == "POST"
    assert request.headers["x-request-id"] == str(MESSAGE_ID)
    assert "cookie" not in request.headers
    assert scripted.ledger.lines[0].message_id == str(MESSAGE_ID)


def test_smsc_is_sent_a_form_and_tells_id_and_price(scripted: ScriptedGateway) -> None:
    gateway = Smsc((scripted.url,), login="company", password="smsc-password", sender="COMPANY")
    accepted = gateway.send(outgoing("smsc"))
    request = scripted.requests[0]
    assert request.target == "/sys/send.php"
    assert request.form == {
        "login": "company",
        "psw": "smsc-password",
        "phones": "+77011234567",
        "mes": f"Оцените звонок: {LINK}",
        "id": str(MESSAGE_ID),
        "fmt": "3",
        "charset": "utf-8",
        "cost": "3",
        "sender": "COMPANY",
    }
    assert (accepted.provider_id, accepted.cost) == (str(MESSAGE_ID), 1850)


def test_smsc_takes_a_key_in_place_of_the_password(scripted: ScriptedGateway) -> None:
    Smsc((scripted.url,), key="api-key").send(outgoing("smsc"))
    form = scripted.requests[0].form
    assert form["apikey"] == "api-key"
    assert not {"login", "psw", "sender"} & set(form)


def test_mobizon_is_sent_a_form_and_tells_its_id(scripted: ScriptedGateway) -> None:
    request = sent(scripted, "mobizon")
    assert request.path == "/service/message/sendsmsmessage"
    assert request.query == {"output": "json", "api": "v1", "apiKey": "mobizon-key"}
    assert request.form == {"recipient": "77011234567", "text": f"Оцените звонок: {LINK}", "from": "COMPANY"}


def test_twilio_is_sent_a_form_with_basic_authentication(scripted: ScriptedGateway) -> None:
    request = sent(scripted, "twilio")
    assert request.target == "/2010-04-01/Accounts/AC1/Messages.json"
    assert request.user == ("AC1", "twilio-token")
    assert request.form == {"To": "+77011234567", "From": "+15005550006", "Body": f"Оцените звонок: {LINK}"}


def test_twilio_sends_by_a_service_and_is_told_where_receipts_go(scripted: ScriptedGateway) -> None:
    hook = "https://fb.example/hooks/twilio/slug"
    accepted = Twilio(scripted.url, "AC1", "t", service="MG1", callback_url=hook).send(outgoing("twilio"))
    form = scripted.requests[0].form
    assert (form["MessagingServiceSid"], form["StatusCallback"], form.get("From")) == ("MG1", hook, None)
    assert accepted.provider_id is not None
    assert accepted.provider_id.startswith("SM")
    assert accepted.cost is None


def test_telegram_is_sent_buttons_and_opens_no_preview(scripted: ScriptedGateway) -> None:
    accepted = Telegram(scripted.url, "123456:telegram-token").send(outgoing("telegram"))
    request = scripted.requests[0]
    assert request.path == "/bot123456:telegram-token/sendMessage"
    assert request.headers["content-type"] == "application/json"
    keys = [{"text": button.label, "callback_data": button.payload} for button in RATINGS]
    assert request.json == {
        "chat_id": 123456789,
        "text": f"Оцените звонок: {LINK}",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": [keys]},
    }
    assert accepted.provider_id is not None
    assert accepted.provider_id.startswith("123456789:"), "Telegram counts messages by chat"


def test_telegrams_long_labels_stand_one_below_the_other(scripted: ScriptedGateway) -> None:
    buttons = (Button("Да, перезвоните", f"c:{TOKEN}:y"), Button("Отзыв на 2ГИС", url="https://fb.example/r/key"))
    request = sent(scripted, "telegram", buttons=buttons)
    assert request.json["reply_markup"]["inline_keyboard"] == [
        [{"text": "Да, перезвоните", "callback_data": f"c:{TOKEN}:y"}],
        [{"text": "Отзыв на 2ГИС", "url": "https://fb.example/r/key"}],
    ]


def test_telegrams_eleven_ratings_take_two_rows(scripted: ScriptedGateway) -> None:
    buttons = tuple(Button(str(value), f"r:{TOKEN}:{value}") for value in range(11))
    rows = sent(scripted, "telegram", buttons=buttons).json["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [6, 5]


@pytest.mark.parametrize("payload", ["", "r:" + "я" * 32])
def test_a_payload_that_telegram_would_refuse_is_not_sent(scripted: ScriptedGateway, payload: str) -> None:
    with pytest.raises(DeliveryError):
        sent(scripted, "telegram", buttons=(Button("5", payload),))
    assert not scripted.requests


def test_telegram_ends_a_tap_and_drops_the_keyboard(scripted: ScriptedGateway) -> None:
    bot = Telegram(scripted.url, "123456:telegram-token")
    bot.answer_tap("4382", "Спасибо!")
    bot.answer_tap("4383", "")
    bot.drop_keyboard("123456789", "9")
    bot.set_hook("https://fb.example/hooks/telegram/slug", "secret")
    answered, silent, dropped, hooked = scripted.requests
    assert answered.path.endswith("/answerCallbackQuery")
    assert answered.json == {"callback_query_id": "4382", "text": "Спасибо!"}
    assert silent.json == {"callback_query_id": "4383"}
    assert (dropped.path.rpartition("/")[2], dropped.json) == (
        "editMessageReplyMarkup",
        {"chat_id": 123456789, "message_id": 9},
    )
    assert hooked.json == {
        "url": "https://fb.example/hooks/telegram/slug",
        "secret_token": "secret",
        "allowed_updates": ["message", "callback_query", "my_chat_member"],
    }
    assert not scripted.ledger.lines, "none of these is a message"


def test_whatsapp_is_sent_the_template_outside_the_window(scripted: ScriptedGateway) -> None:
    request = sent(scripted, "whatsapp")
    assert request.path == "/v23.0/1055/messages"
    assert request.headers["authorization"] == "Bearer whatsapp-token"
    assert request.json == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "77011234567",
        "biz_opaque_callback_data": str(MESSAGE_ID),
        "type": "template",
        "template": {
            "name": "rate_call",
            "language": {"code": "ru"},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "Айгуль"}]},
                *(
                    {
                        "type": "button",
                        "sub_type": "quick_reply",
                        "index": str(index),
                        "parameters": [{"type": "payload", "payload": f"r:{TOKEN}:{index + 1}"}],
                    }
                    for index in range(5)
                ),
            ],
        },
    }


@pytest.mark.parametrize("buttons", [RATINGS, (Button("Оценить", url=LINK),), ()], ids=["ratings", "link", "text"])
def test_whatsapp_sends_one_link_where_replies_are_not_approved(
    scripted: ScriptedGateway, buttons: tuple[Button, ...]
) -> None:
    gateway = WhatsApp(f"{scripted.url}/v23.0", "t", "1055", "rate_call", "link")
    gateway.send(outgoing("whatsapp", buttons=buttons, language=Language.KK))
    template = scripted.requests[0].json["template"]
    assert template["language"] == {"code": "kk"}
    assert template["components"][1:] == [
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": TOKEN}]}
    ]


def test_whatsapp_is_sent_a_list_inside_the_window(scripted: ScriptedGateway) -> None:
    request = sent(scripted, "whatsapp", window_open=True)
    assert request.json["type"] == "interactive"
    interactive = request.json["interactive"]
    assert (interactive["type"], interactive["action"]["button"]) == ("list", "Оценить")
    (section,) = interactive["action"]["sections"]
    assert section["rows"] == [{"id": button.payload, "title": button.label} for button in RATINGS]


def test_whatsapp_is_sent_up_to_three_reply_buttons(scripted: ScriptedGateway) -> None:
    buttons = (Button("Да", f"c:{TOKEN}:y"), Button("Нет, спасибо, не надо звонить", f"c:{TOKEN}:n"))
    interactive = sent(scripted, "whatsapp", window_open=True, buttons=buttons).json["interactive"]
    assert interactive["type"] == "button"
    titles = [button["reply"]["title"] for button in interactive["action"]["buttons"]]
    assert titles == ["Да", "Нет, спасибо, не на…"]
    assert all(len(title) <= 20 for title in titles)


def test_whatsapp_is_sent_one_link_as_a_button_and_several_as_text(scripted: ScriptedGateway) -> None:
    links = (Button("2ГИС", url="https://fb.example/r/1"), Button("Google", url="https://fb.example/r/2"))
    one = sent(scripted, "whatsapp", window_open=True, buttons=links[:1]).json["interactive"]
    assert one["action"] == {"name": "cta_url", "parameters": {"display_text": "2ГИС", "url": "https://fb.example/r/1"}}
    several = sent(scripted, "whatsapp", window_open=True, buttons=links).json
    assert several["text"]["preview_url"] is False
    assert sent(scripted, "whatsapp", window_open=True, buttons=()).json["type"] == "text"


def test_whatsapp_falls_back_on_the_template_when_the_window_has_just_closed(scripted: ScriptedGateway) -> None:
    scripted.play("error:400/131047, ok")
    assert sent(scripted, "whatsapp", window_open=True).json["type"] == "template"
    assert len(scripted.ledger.lines) == 1


@pytest.mark.parametrize("count", [0, 2, 11])
def test_a_survey_of_another_scale_does_not_go_by_the_template_of_five(scripted: ScriptedGateway, count: int) -> None:
    buttons = tuple(Button(str(value), f"r:{TOKEN}:{value}") for value in range(count))
    with pytest.raises(DeliveryError) as caught:
        sent(scripted, "whatsapp", buttons=buttons)
    assert (caught.value.code, caught.value.permanent, caught.value.gateway_down) == ("misconfigured", True, False)
    assert not scripted.requests


def test_a_turn_of_a_conversation_never_goes_out_as_an_invitation(scripted: ScriptedGateway) -> None:
    with pytest.raises(DeliveryError) as caught:
        sent(scripted, "whatsapp", template_values=())
    assert (caught.value.code, caught.value.permanent) == ("window_closed", True)
    assert not scripted.requests
    scripted.play("error:400/131047")
    with pytest.raises(DeliveryError) as caught:
        sent(scripted, "whatsapp", template_values=(), window_open=True)
    assert caught.value.code == "window_closed"


def test_viber_is_sent_a_keyboard(scripted: ScriptedGateway) -> None:
    request = sent(scripted, "viber")
    assert request.path == "/pa/send_message"
    assert request.json == {
        "auth_token": "viber-token",
        "receiver": "aB+/cd==",
        "type": "text",
        "text": f"Оцените звонок: {LINK}",
        "min_api_version": 3,
        "sender": {"name": "Company"},
        "tracking_data": str(MESSAGE_ID),
        "keyboard": {
            "Type": "keyboard",
            "Revision": 1,
            "Buttons": [
                {
                    "Columns": 1,
                    "Rows": 1,
                    "ActionType": "reply",
                    "ActionBody": button.payload,
                    "Text": button.label,
                }
                for button in RATINGS
            ],
        },
    }


def test_a_viber_label_is_no_markup_and_a_link_opens(scripted: ScriptedGateway) -> None:
    button = Button("<b>Отзыв</b>", url="https://fb.example/r/key")
    (key,) = sent(scripted, "viber", buttons=(button,)).json["keyboard"]["Buttons"]
    assert key == {
        "Columns": 6,
        "Rows": 1,
        "ActionType": "open-url",
        "ActionBody": "https://fb.example/r/key",
        "Text": "&lt;b&gt;Отзыв&lt;/b&gt;",
    }
    Viber(scripted.url, "viber-token", "Company").set_hook("https://fb.example/hooks/viber/slug")
    assert scripted.requests[-1].json["url"] == "https://fb.example/hooks/viber/slug"


@pytest.mark.parametrize("name", BUILD)
def test_a_text_arrives_whole_in_every_alphabet(scripted: ScriptedGateway, name: str) -> None:
    text = "Қызмет сапасын бағалаңыз — «Рудий & Ко» ї є ґ 👍🏽 " * 10 + "&=+%;\n<b>"
    sent(scripted, name, text=text, window_open=True)
    assert scripted.ledger.lines[0].text == text


@pytest.mark.parametrize("name", ["telegram", "viber"])
def test_a_text_without_end_is_refused_for_good(scripted: ScriptedGateway, name: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        sent(scripted, name, text="ы" * 8000)
    assert (caught.value.code, caught.value.permanent) == ("too_long", True)


@pytest.mark.parametrize("name", BUILD)
def test_lines_in_an_address_or_text_add_no_header(scripted: ScriptedGateway, name: str) -> None:
    sent(scripted, name, to="+7701\r\nX-Evil: 1", text="a\r\nX-Evil: 1\r\n\r\n")
    assert "x-evil" not in scripted.requests[0].headers
