"""The model of `config/wishes.yaml`: by which words a wish is found; pure but for reading the file."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.callbacks.improvements.recogniser import Recogniser
from app.kit.errors import ConfigurationError
from app.kit.i18n import Language
from app.kit.yaml_files import parse_yaml, validate_yaml

_Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)]
_Phrases = dict[Annotated[Language, Field(strict=False)], list[_Phrase]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class WishRule(_Strict):
    """One way of wishing."""

    key: _Key = Field(description="Kept with the wish: by which rule it was found.")
    phrases: _Phrases = Field(description="By language, for whoever edits them; all are looked for in every text.")


class WishRules(_Strict):
    """The whole file."""

    wishes: list[WishRule] = Field(min_length=1, description="What a wish sounds like.")
    not_wishes: _Phrases = Field(default_factory=dict, description="What only looks like one.")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        keys = [rule.key for rule in self.wishes]
        if len(keys) != len(set(keys)):
            raise ValueError("wishes: each key once")
        return self

    @cached_property
    def recogniser(self) -> Recogniser:
        """What finds a wish by these rules, made once."""
        return Recogniser(
            {rule.key: [phrase for phrases in rule.phrases.values() for phrase in phrases] for rule in self.wishes},
            [phrase for phrases in self.not_wishes.values() for phrase in phrases],
        )


def load_wish_rules(path: Path) -> WishRules:
    """Return the rules of the file; raises ConfigurationError that names every mistake with its line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); it comes with the code") from error
    return validate_yaml(parse_yaml(content, path.name), WishRules)
