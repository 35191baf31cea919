"""The model of `config/labelled_comments.yaml`: comments sorted by hand; pure but for reading the file."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.kit.errors import ConfigurationError
from app.kit.yaml_files import Mistake, parse_yaml, raise_mistakes, validate_yaml
from app.responses.topics.rules import TopicKey

# `kk-ru` is Kazakh with Russian letters, `mixed` what no single language is.
Written = Literal["kk", "kk-ru", "ru", "uk", "en", "mixed"]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True)


class LabelledComment(_Part):
    """A comment, how it is written, and what a reader would say it is about."""

    written: Written = Field(alias="in")
    about: list[TopicKey] = Field(default_factory=list)
    text: _Text


class LabelledComments(_Part):
    """The whole file: what the rules were fitted to, and what they were not."""

    tuned_on: list[LabelledComment] = Field(default_factory=list)
    held_back: list[LabelledComment] = Field(default_factory=list)

    @model_validator(mode="after")
    def _each_text_once(self) -> Self:
        mistakes: list[Mistake] = []
        seen: set[str] = set()
        for part, comments in (("tuned_on", self.tuned_on), ("held_back", self.held_back)):
            for position, comment in enumerate(comments):
                if comment.text in seen:
                    mistakes.append(((part, position, "text"), "stands here twice"))
                seen.add(comment.text)
        raise_mistakes(mistakes)
        return self

    @property
    def all(self) -> list[LabelledComment]:
        """Both parts."""
        return [*self.tuned_on, *self.held_back]


def load_labelled_comments(path: Path) -> LabelledComments:
    """Return the comments of the file, none if there is no such file; raises ConfigurationError with every mistake."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return LabelledComments()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    return validate_yaml(parse_yaml(content, path.name), LabelledComments)
