"""The texts that people agree to, by purpose, version and language, read from `config/consents.yaml`. Pure."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.contacts.models import Purpose
from app.kit.errors import ConfigurationError
from app.kit.i18n import Language, say
from app.kit.yaml_files import parse_yaml, validate_yaml


class ConsentText(BaseModel):
    """One version of one text, in every language of the product. `{company}` is the only placeholder."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: int = Field(
        ge=1, description="Raise it whenever a word changes; each consent keeps the one it was given to."
    )
    texts: Mapping[Language, str] = Field(
        description="The text in each language of the product; `{company}` is the only placeholder."
    )

    @field_validator("texts", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            raise ValueError(f"write a text for each of {', '.join(Language)}")
        if missing := [language for language in Language if not str(value.get(language) or "").strip()]:
            raise ValueError(f"no text in {', '.join(missing)}; consent must be asked in the reader's own language")
        if unknown := [key for key in value if key not in list(Language)]:
            raise ValueError(f"no such language: {', '.join(map(str, unknown))}")
        for language, text in value.items():
            _check_placeholders(str(text), str(language))
        return {Language(key): " ".join(str(text).split()) for key, text in value.items()}

    def render(self, language: Language, company: str) -> str:
        """Return the very text that is shown, with the company's name in it."""
        return say(self.texts, language).replace("{company}", company)

    def hash(self, language: Language, company: str) -> bytes:
        """Return SHA-256 of the text that is shown: what a consent keeps as its proof."""
        return hashlib.sha256(self.render(language, company).encode()).digest()


class Consents(BaseModel):
    """All of `config/consents.yaml`: the text in force for each purpose."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    consents: Mapping[Purpose, ConsentText] = Field(description="The text in force for each purpose.")

    @field_validator("consents", mode="before")
    @classmethod
    def _known(cls, value: object) -> object:
        if not isinstance(value, Mapping) or set(value) != set(Purpose):
            raise ValueError(f"write exactly one entry for each of: {', '.join(Purpose)}")
        return {Purpose(key): text for key, text in value.items()}

    def text(self, purpose: Purpose) -> ConsentText:
        """Return the text in force."""
        return self.consents[purpose]


def load_consents(path: Path) -> Consents:
    """Return the consents of the file; raises YamlFileError with every mistake and its line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}; it comes with the program") from error
    return validate_yaml(parse_yaml(content, path.name), Consents)


def _check_placeholders(text: str, language: str) -> None:
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise ValueError(f"{language}: a brace stands alone; {{company}} is the only placeholder") from error
    if "company" not in names or set(names) != {"company"}:
        raise ValueError(f"{language}: the text must name {{company}}, and no other placeholder")
