"""The words of the pages in every language: none missing, none left over, none that would break a sentence."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from app.contacts.consents import load_consents
from app.contacts.models import Purpose
from app.kit.i18n import Language
from app.surveys.definition import Definition
from app.surveys.loader import load_surveys

ROOT = Path(__file__).resolve().parent.parent
TRANSLATED: list[Language] = [language for language in Language if language is not Language.EN]
# The same that `make translations` looks for.
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "_l": None}
FORMS = {Language.KK: 2, Language.RU: 3, Language.UK: 3}
# Names that no language translates; a catalogue may hold Latin letters in these alone.
NAMES = {"API", "CES", "CSAT", "CSV", "Facebook", "GIS", "Google", "NPS", "PMF", "QR", "SMS", "Telegram"}
NAMES |= {"Trustpilot", "Viber", "WhatsApp", "JSON", "PDF", "UTC", "UTF", "SHA", "Business", "Profile"}
NAMES |= {"Aegis", "Authenticator", "FAS", "Microsoft"}
# Standards, and what AAPOR and the customer surveys of the world call their figures.
NAMES |= {"AAPOR", "CON", "COOP", "ESAT", "FCR", "I", "ISO", "NC", "P", "R", "REF", "RR", "UO", "Definitions", "eNPS"}
NAMES |= {"CRM", "Excel", "HTTP", "Node", "PHP", "Python", "Standard", "Webhooks"}
# What one types as it stands: days of hours, addresses, and settings that are a single word.
NAMES |= {"Mo", "Fr", "Sa", "http", "https", "localhost", "xls", "xlsx"}
NAMES |= {"enabled", "everyone", "reversed", "routing", "N", "A"}
# A Latin i or an accented letter of another alphabet looks right and is found by no search.
ALPHABETS = {
    Language.KK: "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
    Language.RU: "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    Language.UK: "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[a-z]|\{\w*\}")
# Commands, files, variables and time zones are typed as they stand, too.
_TYPED = re.compile(r"flask --app wsgi worker|flask delivery try|[A-Za-z]+(?:[/_.][A-Za-z]+)+")
_WORD = re.compile(r"[^\W\d_]+")


def _collect() -> Catalog:
    """Return every message of the sources, found the way `make translations` finds them."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(mapping["pattern"].removeprefix("app/"), mapping["method"]) for mapping in mappings]
    catalog = Catalog()
    for _file, line, message, comments, context in extract_from_dir(ROOT / "app", methods, keywords=KEYWORDS):
        catalog.add(message, locations=[(_file, line)], auto_comments=comments, context=context)
    return catalog


SOURCES = _collect()


def _read(language: Language) -> Catalog:
    with (ROOT / "app" / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


CATALOGUES: dict[Language, Catalog] = {language: _read(language) for language in TRANSLATED}


def forms_of(words: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """Return all forms of a message or a translation, one if it has no plural, none if it is not translated."""
    return (words,) if isinstance(words, str) else tuple(words or ())


def messages(language: Language) -> Iterator[Message]:
    """Yield the catalogue's messages without its header."""
    return (message for message in CATALOGUES[language] if message.id)


def placeholders(words: str) -> list[str]:
    """Return what is filled in, in a fixed order: a language may turn the sentence round."""
    return sorted(_PLACEHOLDER.findall(words))


def strange_words(words: str) -> list[str]:
    """Return the words that are no placeholder, no name and nothing that is typed as it stands."""
    plain = _TYPED.sub(" ", _PLACEHOLDER.sub(" ", words))
    return [word for word in _WORD.findall(plain) if word not in NAMES]


def test_the_sources_have_words_to_translate() -> None:
    assert {"Thank you!", "Sign in", "Callbacks"} <= {forms_of(message.id)[0] for message in SOURCES if message.id}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_every_message_of_the_pages(language: Language) -> None:
    """Run `make translations` and translate what it added."""
    known = {message.id for message in messages(language)}
    assert sorted(forms_of(message.id)[0] for message in SOURCES if message.id and message.id not in known) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_keeps_nothing_that_no_page_says(language: Language) -> None:
    used = {message.id for message in SOURCES}
    assert [message.id for message in messages(language) if message.id not in used] == []
    assert list(CATALOGUES[language].obsolete) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_in_all_its_forms(language: Language) -> None:
    assert CATALOGUES[language].num_plurals == FORMS[language]
    for message in messages(language):
        translated = forms_of(message.string)
        assert not message.fuzzy, message.id
        assert all(form.strip() for form in translated), message.id
        assert len(translated) == (FORMS[language] if message.pluralizable else 1), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_in_what_the_message_fills_in(language: Language) -> None:
    """The first form by the English singular, which may do without the number ("the day before"): so compiling asks."""
    for message in messages(language):
        first, *others = forms_of(message.string)
        assert placeholders(first) == placeholders(forms_of(message.id)[0]), (message.id, first)
        for form in others:
            assert placeholders(form) == placeholders(forms_of(message.id)[-1]), (message.id, form)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_no_copy_of_the_message(language: Language) -> None:
    for message in messages(language):
        for source in forms_of(message.id):
            assert source not in forms_of(message.string) or not strange_words(source), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_written_in_the_letters_of_its_language(language: Language) -> None:
    for message in messages(language):
        for form in forms_of(message.string):
            strange = [word for word in strange_words(form) if set(word.lower()) - set(ALPHABETS[language])]
            assert not strange, (message.id, form)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_set_as_its_language_is_printed(language: Language) -> None:
    """Angled quotation marks and the curly apostrophe; no space hangs at an end that the message does not have."""
    for message in messages(language):
        for form in forms_of(message.string):
            assert not set(form) & set("\"'“”„‘"), form
            assert form == form.strip(), form
            assert "  " not in form, form


@pytest.mark.parametrize("survey", list(load_surveys(ROOT / "surveys")), ids=lambda survey: survey.key)
def test_a_shipped_survey_speaks_all_four_languages(survey: Definition) -> None:
    assert set(survey.languages) == set(Language)
    for text in _texts(survey.model_dump()):
        assert set(text) == set(Language), text
        assert all(words.strip() for words in text.values()), text


def _texts(value: object) -> Iterator[dict[Language, str]]:
    if isinstance(value, dict):
        if value and all(isinstance(key, Language) for key in value):
            yield value
        else:
            for part in value.values():
                yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


def test_what_people_agree_to_is_written_in_all_four_languages() -> None:
    consents = load_consents(ROOT / "config" / "consents.yaml")
    for purpose in Purpose:
        text = consents.text(purpose)
        assert set(text.texts) == set(Language)
        assert len(set(text.texts.values())) == len(Language)
