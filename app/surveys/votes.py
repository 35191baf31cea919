"""Which questions figures count: each respondent has one vote in a figure, however often a survey asks; pure.

An interval is that of so many people. Whoever answered two questions for one figure, or ticked three of its options,
would be as many people. Files that ask so are refused; of a version that was stored before they were, the question
asked first is counted, and none that takes several answers.
"""

from collections.abc import Iterator

from app.kit.yaml_files import Mistake
from app.surveys.definition import Definition
from app.surveys.question import Metric, Question, QuestionType


def counted_questions(definition: Definition) -> frozenset[str]:
    """Return the keys of the questions that feed their figure: one for each figure and scale."""
    return frozenset(question.key for question in _first_asked(definition).values())


def find_second_votes(definition: Definition) -> list[Mistake]:
    """Return the questions by which one respondent would count several times, each with its cure."""
    first_asked = _first_asked(definition)
    return [
        mistake
        for number, question in enumerate(definition.questions)
        for mistake in _second_votes(number, question, first_asked)
    ]


def _second_votes(
    number: int, question: Question, first_asked: dict[tuple[Metric, QuestionType], Question]
) -> Iterator[Mistake]:
    if question.metric is None:
        return
    if question.multiple:
        yield (
            ("questions", number, "multiple"),
            f"whoever ticks several options would count several times in {question.metric}; "
            "leave `multiple` or `metric` out",
        )
    elif (counted := first_asked[question.metric, question.scale]) is not question:
        yield (
            ("questions", number, "metric"),
            f"{question.metric} is asked by {counted.key!r} already, and each respondent counts once in it; "
            "leave `metric` out here",
        )


def _first_asked(definition: Definition) -> dict[tuple[Metric, QuestionType], Question]:
    found: dict[tuple[Metric, QuestionType], Question] = {}
    for question in definition.questions:
        if question.metric is not None and not question.multiple:
            found.setdefault((question.metric, question.scale), question)
    return found
