"""The words of messages by key, channel and language: those of `config/messages.yaml`, or what staff wrote instead.

A text is found by its key and channel, else under `any`; in each place what staff wrote wins. Placeholders are filled
in by name from a list of ours, in one pass: what stands in a value is never read as a placeholder again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import RootModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.errors import ConfigurationError, InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.kit.yaml_files import YamlFileError, parse_yaml, validate_yaml
from app.messaging.models import MessageText, MessagingChannel
from app.messaging.placeholders import ANY, check_text, render_text

Place = tuple[str, str]
_KEY = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)?")
_SPOTS = (*MessagingChannel, ANY)


class UnknownTextError(NotFoundError):
    """There are no words of that key for the channel."""

    code = "unknown_text"


class _File(RootModel[dict[str, dict[str, dict[str, str]]]]):
    """`config/messages.yaml`: key, channel, language, words."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The words of one channel in one language, with what staff changed read once."""

    channel: MessagingChannel
    language: Language
    _texts: "MessageTexts"
    _changed: Mapping[Place, str]

    def say(self, key: str, values: Mapping[str, str]) -> str:
        """Return the words with the values in their places; raises UnknownTextError."""
        return render_text(self.template(key), values)

    def template(self, key: str) -> str:
        """Return the words with their placeholders; raises UnknownTextError."""
        for spot in (self.channel.value, ANY):
            if (text := self._changed.get((key, spot))) is not None:
                return text
            if (key, spot) in self._texts.shipped:
                return self._texts.shipped[key, spot][self.language]
        raise UnknownTextError(f"no text {key!r} for {self.channel}", key=key)


@dataclass(frozen=True, slots=True)
class MessageTexts:
    """All words of the file: by key and channel (or `any`), each in every language."""

    shipped: Mapping[Place, Mapping[Language, str]]

    def speak(self, session: Session | None, channel: MessagingChannel, language: Language) -> Spoken:
        """Return the words of the channel in the language; one query, or none without a session: the file's alone."""
        changed: dict[Place, str] = {}
        if session is not None:
            rows = session.execute(
                select(MessageText.text_key, MessageText.channel, MessageText.text).where(
                    MessageText.language == language, MessageText.channel.in_((channel.value, ANY))
                )
            )
            changed = {(key, spot): text for key, spot, text in rows}
        return Spoken(channel, language, self, changed)

    def render(
        self,
        session: Session | None,
        key: str,
        channel: MessagingChannel,
        language: Language,
        values: Mapping[str, str],
    ) -> str:
        """Return one text with the values in their places; raises UnknownTextError."""
        return self.speak(session, channel, language).say(key, values)

    def original(self, place: Place, language: Language) -> str:
        """Return the file's words; raises UnknownTextError."""
        try:
            return self.shipped[place][language]
        except KeyError:
            raise UnknownTextError(f"no text {place[0]!r} for {place[1]}", key=place[0]) from None


def load_texts(path: Path) -> MessageTexts:
    """Return the words of the file; raises YamlFileError with every mistake and its line, ConfigurationError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}; it comes with the program") from error
    document = parse_yaml(content, path.name)
    texts: dict[Place, dict[Language, str]] = {}
    mistakes: list[str] = []
    for key, spots in validate_yaml(document, _File).root.items():
        if not _KEY.fullmatch(key):
            mistakes.append(document.describe((key,), "write lower-case letters, with one point between two words"))
        for spot, words in spots.items():
            if spot not in _SPOTS:
                mistakes.append(document.describe((key, spot), f"no such channel; write one of {', '.join(_SPOTS)}"))
            if missing := [language for language in Language if language not in words]:
                mistakes.append(document.describe((key, spot), f"no text in {', '.join(missing)}"))
            texts[key, spot] = {}
            for language, text in words.items():
                try:
                    texts[key, spot][Language(language)] = check_text(key, spot, text)
                except InvalidInputError as error:
                    mistakes.append(document.describe((key, spot, language), error.message))
                except ValueError:
                    mistakes.append(document.describe((key, spot, language), "no such language; leave it out"))
    if mistakes:
        raise YamlFileError(mistakes)
    return MessageTexts(texts)
