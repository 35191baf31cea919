"""What sorting into topics needs, put together once at the start."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from app.responses.topics.classifier import Classifier
from app.responses.topics.labelled import load_labelled_comments
from app.responses.topics.measuring import Sorted, sort_labelled
from app.responses.topics.rules import TopicRules, load_topic_rules


class TopicDesk:
    """The topics there are, what sorts into them, and how well it does."""

    def __init__(self, rules: TopicRules, classifier: Classifier, labelled: Path) -> None:
        self.rules = rules
        self.classifier = classifier
        self._labelled = labelled

    @cached_property
    def _sorted(self) -> tuple[list[Sorted], list[Sorted]]:
        # Read when somebody asks, not at each start: half a thousand comments that no respondent waits for.
        comments = load_labelled_comments(self._labelled)
        return sort_labelled(self.classifier, comments.tuned_on), sort_labelled(self.classifier, comments.held_back)

    @property
    def tuned_on(self) -> Sequence[Sorted]:
        """The labelled comments that the rules were fitted to; raises ConfigurationError for a file with mistakes."""
        return self._sorted[0]

    @property
    def held_back(self) -> Sequence[Sorted]:
        """Those that they were not fitted to; raises ConfigurationError for a file with mistakes."""
        return self._sorted[1]


def load_topic_desk(config_dir: Path) -> TopicDesk:
    """Return the desk with the rules of the files as its classifier; raises ConfigurationError with every mistake."""
    rules = load_topic_rules(config_dir / "topics.yaml")
    return TopicDesk(rules, rules.classifier, config_dir / "labelled_comments.yaml")
