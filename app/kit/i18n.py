"""The four languages, and texts that are carried by language."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Language(StrEnum):
    """The languages of the product, in the order in which a switch shows them."""

    KK = "kk"
    RU = "ru"
    UK = "uk"
    EN = "en"


NAMES: Mapping[Language, str] = {
    Language.KK: "Қазақша",
    Language.RU: "Русский",
    Language.UK: "Українська",
    Language.EN: "English",
}

# What a reader of one language would rather get when a text lacks it.
_FALLBACK: Mapping[Language, tuple[Language, ...]] = {
    Language.KK: (Language.KK, Language.RU, Language.EN, Language.UK),
    Language.RU: (Language.RU, Language.EN, Language.KK, Language.UK),
    Language.UK: (Language.UK, Language.EN, Language.RU, Language.KK),
    Language.EN: (Language.EN, Language.RU, Language.KK, Language.UK),
}

Text = Mapping[Language, str]


def read_language(text: str | None) -> Language | None:
    """Return the language of a tag such as `ru`, `kk-KZ` or `EN`, or None if it is none of ours."""
    tag = (text or "").strip().lower().partition("-")[0].partition("_")[0]
    return Language(tag) if tag in Language.__members__.values() else None


def say(text: Text, language: Language) -> str:
    """Return the text in the language, or in the nearest one it has; an empty mapping gives an empty string."""
    for candidate in _FALLBACK[language]:
        if candidate in text:
            return text[candidate]
    return ""


def choose_language(
    asked: str | None, accepted: Iterable[str], offered: Iterable[Language], default: Language
) -> Language:
    """Return the language to show: asked for, else the browser's first that is offered, else the default.

    `accepted` are the browser's tags, best first. If the default is not offered, the first offered one is taken.
    """
    offers = list(offered)
    for tag in [asked, *accepted]:
        language = read_language(tag)
        if language in offers:
            return language
    return default if default in offers or not offers else offers[0]
