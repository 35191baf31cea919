"""The model of `config/topics.yaml`: which topics there are and how each is found; pure but for reading the file."""

import hashlib
import json
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.kit.errors import ConfigurationError
from app.kit.i18n import Language, say
from app.kit.yaml_files import Mistake, parse_yaml, raise_mistakes, validate_yaml
from app.responses.phrases import FINDER_VERSION, Phrases, is_phrase
from app.responses.topics.classifier import Chip, RuleClassifier, TopicPhrases
from app.surveys.question import Slug, Wording

KEY = r"[a-z][a-z0-9_]{0,39}"
TopicKey = Annotated[str, StringConstraints(pattern=f"^{KEY}$")]
_Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_Phrases = dict[Annotated[Language, Field(strict=False)], list[_Phrase]]


# In addresses, for what is about no topic we know, and for whatever says something.
NO_TOPIC, ANY_TOPIC = "none", "any"


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, ignored_types=(cached_property,), serialize_by_alias=True, validate_by_name=True
    )


class TopicRule(_Part):
    """One topic and how it is found."""

    key: TopicKey = Field(description="Kept with each response; another key is another topic.")
    name: Wording = Field(description="In every language.")
    chips: dict[Slug, list[Slug]] = Field(default_factory=dict, description="Options that mean it, by question.")
    phrases: _Phrases = Field(description="By language, for whoever edits them; all are looked for in every text.")
    exceptions: list[_Phrase] = Field(default_factory=list, alias="not", description="What only looks like it.")

    @cached_property
    def ticked(self) -> frozenset[Chip]:
        """The reasons that mean it."""
        return frozenset(Chip(question, option) for question, options in self.chips.items() for option in options)

    @cached_property
    def all_phrases(self) -> tuple[str, ...]:
        """Its phrases of every language."""
        return tuple(phrase for phrases in self.phrases.values() for phrase in phrases)


class TopicRules(_Part):
    """The whole file; topics are told in its order."""

    topics: list[TopicRule] = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _keeps_the_rules(self) -> Self:
        mistakes: list[Mistake] = []
        keys: set[str] = set()
        chips: dict[Chip, str] = {}
        for position, topic in enumerate(self.topics):
            loc = ("topics", position)
            if topic.key in keys:
                mistakes.append(((*loc, "key"), f"{topic.key} stands here twice"))
            if topic.key == NO_TOPIC:
                mistakes.append(((*loc, "key"), f"{NO_TOPIC} stands for no topic at all; choose another"))
            if topic.key == ANY_TOPIC:
                mistakes.append(((*loc, "key"), f"{ANY_TOPIC} stands for all topics together; choose another"))
            keys.add(topic.key)
            if missing := [language.value for language in Language if language not in topic.name]:
                mistakes.append(((*loc, "name"), f"missing in {', '.join(missing)}"))
            for chip in sorted(topic.ticked):
                if chip in chips:
                    said = f"{chip.question}: {chip.option} means {chips[chip]} already"
                    mistakes.append(((*loc, "chips", chip.question), said))
                chips[chip] = topic.key
            if not topic.ticked and not topic.all_phrases:
                mistakes.append(((*loc, "phrases"), "needs a phrase or a chip to be found by"))
            for language, phrases in topic.phrases.items():
                mistakes += [((*loc, "phrases", language, at), _EMPTY) for at in _empty(phrases)]
            mistakes += [((*loc, "not", at), _EMPTY) for at in _empty(topic.exceptions)]
        raise_mistakes(mistakes)
        return self

    @cached_property
    def classifier(self) -> RuleClassifier:
        """What sorts by these rules, made once."""
        sorts: list[dict[str, Any]] = [
            topic.model_dump(mode="json", include={"key", "chips", "phrases", "exceptions"}) for topic in self.topics
        ]
        content = json.dumps([FINDER_VERSION, sorts], ensure_ascii=False, sort_keys=True)
        return RuleClassifier(
            [
                TopicPhrases(topic.key, topic.ticked, Phrases(topic.all_phrases), Phrases(topic.exceptions))
                for topic in self.topics
            ],
            hashlib.sha256(content.encode()).hexdigest(),
        )

    def find(self, key: str) -> TopicRule | None:
        """Return the rule of that key, or None."""
        return next((topic for topic in self.topics if topic.key == key), None)

    def say(self, key: str, language: Language) -> str:
        """Return the topic's name; of one that is in the file no more, its key."""
        rule = self.find(key)
        return say(rule.name, language) if rule else key


_EMPTY = "needs a letter or a digit; it would be found everywhere"


def load_topic_rules(path: Path) -> TopicRules:
    """Return the rules of the file; raises ConfigurationError that names every mistake with its line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); it comes with the code") from error
    return _read(content, path.name)


@lru_cache(maxsize=2)
def _read(content: bytes, name: str) -> TopicRules:
    # The phrases of twenty topics take a tenth of a second to prepare; the same bytes are the same rules.
    return validate_yaml(parse_yaml(content, name), TopicRules)


def _empty(phrases: list[str]) -> list[int]:
    return [position for position, phrase in enumerate(phrases) if not is_phrase(phrase)]
