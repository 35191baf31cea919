"""Words are found by key, channel and language; what staff wrote wins; a mistake in the file is told with its line."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.kit.errors import ConfigurationError, InvalidInputError
from app.kit.i18n import Language
from app.kit.yaml_files import YamlFileError
from app.messaging.models import MessageText, MessagingChannel
from app.messaging.placeholders import check_text, render_text
from app.messaging.texts import UnknownTextError, load_texts
from config.settings import ROOT

SHIPPED = ROOT / "config" / "messages.yaml"
GOOD = """invitation:
  sms:
    kk: "kk {link}"
    ru: "ru {link}"
    uk: "uk {link}"
    en: "en {link}"
  any: {kk: "akk {link}", ru: "aru {link}", uk: "auk {link}", en: "aen {link}"}
"""


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "messages.yaml"
    path.write_text(text, "utf-8")
    return path


def _change(session: Session, key: str, channel: str, text: str, *, now: datetime) -> None:
    session.add(MessageText(text_key=key, channel=channel, language="ru", text=text, updated_at=now))
    session.flush()


def test_the_channels_own_words_come_before_those_for_any(tmp_path: Path) -> None:
    texts = load_texts(_file(tmp_path, GOOD))
    values = {"link": "https://x"}
    assert texts.render(None, "invitation", MessagingChannel.SMS, Language.KK, values) == "kk https://x"
    assert texts.render(None, "invitation", MessagingChannel.VIBER, Language.KK, values) == "akk https://x"
    with pytest.raises(UnknownTextError):
        texts.render(None, "reminder", MessagingChannel.SMS, Language.KK, values)


def test_what_staff_wrote_wins_in_its_own_place_alone(session: Session, tmp_path: Path, now: datetime) -> None:
    texts = load_texts(_file(tmp_path, GOOD))
    _change(session, "invitation", "any", "ours {link}", now=now)

    def say(channel: MessagingChannel, language: Language) -> str:
        return texts.render(session, "invitation", channel, language, {"link": "L"})

    assert say(MessagingChannel.TELEGRAM, Language.RU) == "ours L"
    assert say(MessagingChannel.TELEGRAM, Language.UK) == "auk L"
    assert say(MessagingChannel.SMS, Language.RU) == "ru L"
    _change(session, "invitation", "sms", "short {link}", now=now)
    assert say(MessagingChannel.SMS, Language.RU) == "short L"


def test_a_value_is_never_read_as_a_placeholder_again() -> None:
    assert render_text("{employee}: {link} {place}", {"employee": "{link}\r\nX:", "link": "L"}) == "{link} X:: L "


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('    uk: "uk {link}"\n', "", "messages.yaml:2: invitation.sms: no text in uk"),
        ("    en:", "    de:", "messages.yaml:6: invitation.sms.de: no such language"),
        ("  sms:", "  fax:", "messages.yaml:2: invitation.fax: no such channel; write one of sms,"),
        ('"kk {link}"', '"kk"', "messages.yaml:3: invitation.sms.kk: the text must name {link}"),
        ('"kk {link}"', '"{link} {phone}"', "{phone} cannot be filled in; allowed: {company}"),
        ('"kk {link}"', '"{link} }"', "} cannot be filled in"),
        ('"kk {link}"', '""', "the text is empty"),
        ("invitation:", "Invitation:", "write lower-case letters"),
        ('"kk {link}"', "[1]", "messages.yaml:3:"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(tmp_path: Path, wrong: str, right: str, said: str) -> None:
    assert wrong in GOOD
    with pytest.raises(YamlFileError) as told:
        load_texts(_file(tmp_path, GOOD.replace(wrong, right, 1)))
    assert said in told.value.message


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot read"):
        load_texts(tmp_path / "messages.yaml")


@pytest.mark.parametrize(
    ("key", "channel", "text", "code"),
    [
        ("invitation", "sms", "  ", "missing"),
        ("invitation", "sms", "{link}" + "x" * 800, "too_long"),
        ("invitation", "sms", "{link}\x00", "unreadable_text"),
        ("invitation", "sms", "{link} \u202e", "unreadable_text"),
        ("invitation", "sms", "{link} \ud800", "unreadable_text"),
        ("invitation", "sms", "hello", "placeholder_missing"),
        ("invitation", "sms", "{link} {rating}", "unknown_placeholder"),
        ("invitation", "sms", "{link} {link!r}", "unknown_placeholder"),
        ("invitation", "sms", "{link} {", "unknown_placeholder"),
        ("invitation.subject", "email", "a\nb", "one_line"),
        ("invitation.subject", "email", "{link}", "unknown_placeholder"),
        ("invitation.button", "any", "x" * 21, "too_long"),
        ("email.stop", "email", "no way out", "placeholder_missing"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_and_says_why(key: str, channel: str, text: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as told:
        check_text(key, channel, text)
    assert (told.value.field, told.value.code) == ("text", code)


@pytest.mark.parametrize(
    ("key", "channel", "text"),
    [
        ("invitation", "email", "hello"),
        ("reply.thanks", "any", "{rating} {link}"),
        ("invitation", "any", "a\r\n{link}"),
    ],
)
def test_a_text_that_keeps_the_rules_is_taken(key: str, channel: str, text: str) -> None:
    assert check_text(key, channel, text) == text.replace("\r\n", "\n")


def test_the_shipped_words_keep_the_rules_in_every_language() -> None:
    texts = load_texts(SHIPPED)
    assert all(set(words) == set(Language) for words in texts.shipped.values())
    assert {"invitation", "reminder"} <= {key for key, _ in texts.shipped}
