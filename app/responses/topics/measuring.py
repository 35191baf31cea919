"""How well comments are sorted: precision and recall against those sorted by hand; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.responses.topics.classifier import Classifier
from app.responses.topics.labelled import LabelledComment


@dataclass(frozen=True, slots=True)
class Fit:
    """Of one topic or of several together: how often it was found rightly, found wrongly, and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float | None:
        """Of what was found, the share that is right, from 0 to 1; None where nothing was found."""
        found = self.right + self.wrong
        return self.right / found if found else None

    @property
    def recall(self) -> float | None:
        """Of what is there, the share that was found, from 0 to 1; None where nothing is there."""
        there = self.right + self.missed
        return self.right / there if there else None


@dataclass(frozen=True, slots=True)
class Sorted:
    """One comment as it was sorted and as it should have been, by topics' keys."""

    comment: LabelledComment
    found: frozenset[str]
    about: frozenset[str]

    @property
    def wrong(self) -> frozenset[str]:
        """What it is not about."""
        return self.found - self.about

    @property
    def missed(self) -> frozenset[str]:
        """What was not found."""
        return self.about - self.found


def sort_labelled(classifier: Classifier, comments: Iterable[LabelledComment]) -> list[Sorted]:
    """Return each comment as the classifier sorts it by its words alone."""
    return [
        Sorted(
            comment,
            frozenset(found.topic for found in classifier.classify(comment.text, ())),
            frozenset(comment.about),
        )
        for comment in comments
    ]


def measure(results: Sequence[Sorted], topic: str) -> Fit:
    """Return how well one topic is found."""
    return Fit(
        right=sum(topic in one.found and topic in one.about for one in results),
        wrong=sum(topic in one.wrong for one in results),
        missed=sum(topic in one.missed for one in results),
    )


def measure_all(results: Sequence[Sorted]) -> Fit:
    """Return how well all topics are found together, each of each comment counting once."""
    return Fit(
        right=sum(len(one.found & one.about) for one in results),
        wrong=sum(len(one.wrong) for one in results),
        missed=sum(len(one.missed) for one in results),
    )
