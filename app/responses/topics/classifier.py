"""What a comment and the reasons beside it are about; pure.

`Classifier` is the place for a better one than rules: whatever keeps to it is handed to the worker and the pages by the
factory, and everything is sorted anew once its `fingerprint` is another.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from app.responses.phrases import Phrases, fold_placed


class TopicSource(StrEnum):
    """By what a topic was found: a reason that was ticked, or the words; `none` where nothing was."""

    CHIP = "chip"
    RULE = "rule"
    NONE = "none"


class Chip(NamedTuple):
    """A reason that somebody ticked: the keys of the question and of the option."""

    question: str
    option: str


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic, by what it was found, and the places in the text (from, to) that say it."""

    topic: str
    source: TopicSource
    places: tuple[tuple[int, int], ...] = ()


class Classifier(Protocol):
    """Whatever tells what was spoken of."""

    @property
    def fingerprint(self) -> str:
        """Another text whenever it would sort otherwise than before, at most 64 characters."""

    def classify(self, text: str, chips: Collection[Chip]) -> Sequence[FoundTopic]:
        """Return the topics, each once; a chip goes before the words, which still name their places."""


@dataclass(frozen=True, slots=True)
class TopicPhrases:
    """What one topic is found by: the chips, the phrases, and what only looks like them."""

    key: str
    chips: frozenset[Chip]
    phrases: Phrases
    exceptions: Phrases


class RuleClassifier:
    """Sorts by chips, then by phrases: `topics` in the order in which they are told."""

    def __init__(self, topics: Sequence[TopicPhrases], fingerprint: str) -> None:
        self._topics = tuple(topics)
        self._fingerprint = fingerprint

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def classify(self, text: str, chips: Collection[Chip]) -> Sequence[FoundTopic]:
        folded = fold_placed(text)
        found = []
        for topic in self._topics:
            words = topic.exceptions.hide(folded.words)
            places = tuple(topic.phrases.places(words, folded))
            if not topic.chips.isdisjoint(chips):
                found.append(FoundTopic(topic.key, TopicSource.CHIP, places))
            elif places:
                found.append(FoundTopic(topic.key, TopicSource.RULE, places))
        return found
