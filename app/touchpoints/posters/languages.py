"""Which languages a poster speaks, and the few words that are the poster's own. Pure.

They are not in the catalogues of the pages: a poster speaks up to three languages at once and is drawn where there is
no reader whose language could be asked.
"""

from collections.abc import Mapping, Sequence

from app.kit.errors import InvalidInputError
from app.kit.i18n import Language, Text, read_language

MOST_LANGUAGES = 3
# The state language stands first where the law asks it of signs in public places.
_STATE_LANGUAGE: Mapping[str, Language] = {"KZ": Language.KK, "UA": Language.UK, "RU": Language.RU}


class InvalidLanguagesError(InvalidInputError):
    """No languages of ours, or more than a poster has room for."""

    code = "invalid_languages"


def usual_languages(spoken: Sequence[Language], company: Language, region: str) -> tuple[Language, ...]:
    """Return up to three of the survey's languages: the country's own, the company's, English.

    `region` is the country (ISO 3166) of the company's telephone numbers. A survey that speaks none of them keeps its
    first three.
    """
    wished = dict.fromkeys(filter(None, (_STATE_LANGUAGE.get(region), company, Language.EN)))
    found = tuple(language for language in wished if language in spoken)
    return found or tuple(spoken[:MOST_LANGUAGES])


def read_languages(text: str) -> tuple[Language, ...]:
    """Return the languages of `kk,ru`, none for an empty text; raises InvalidLanguagesError."""
    languages: dict[Language, None] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        language = read_language(word) if len(word) <= 8 else None
        if language is None:
            known = ", ".join(Language)
            raise InvalidLanguagesError(f"no language {word[:20]!r}; there are: {known}", field="lang")
        languages[language] = None
    if len(languages) > MOST_LANGUAGES:
        raise InvalidLanguagesError(f"a poster has room for {MOST_LANGUAGES} languages at most", field="lang")
    return tuple(languages)


def pick_languages(
    spoken: Sequence[Language], asked: Sequence[Language], company: Language, region: str
) -> tuple[Language, ...]:
    """Return those asked for that the survey speaks, or the usual ones if it speaks none of them or none was asked."""
    return tuple(language for language in asked if language in spoken) or usual_languages(spoken, company, region)


def _say(kk: str, ru: str, uk: str, en: str) -> Text:
    return {Language.KK: kk, Language.RU: ru, Language.UK: uk, Language.EN: en}


SCAN = _say(
    "Камераны кодқа бағыттаңыз", "Наведите камеру на код", "Наведіть камеру на код", "Point your camera at the code"
)
CODE = _say("Код", "Код", "Код", "Code")
# How far from the code a telephone may be: the width of the code times ten.
DISTANCE = _say(
    "{cm} см-ге дейін сканерленеді", "сканируется до {cm} см", "сканується до {cm} см", "scans from up to {cm} cm"
)
