"""What may change from one version of a survey to another, so that answers to both mean the same; pure.

Answers are kept as numbers. A position that meant "the queue" must not mean "the price" in a later version, since
reports count both together by the question's key.
"""

from collections.abc import Iterator

from app.surveys.definition import Definition, Question


def find_breaks(older: Definition, newer: Definition) -> list[str]:
    """Return what `newer` may not change, each with its cure; an empty list when all is well."""
    before = {question.key: question for question in older.questions}
    return [
        message
        for question in newer.questions
        if question.key in before
        for message in _question_breaks(before[question.key], question)
    ]


def _question_breaks(older: Question, newer: Question) -> Iterator[str]:
    if older.type is not newer.type:
        yield (
            f"question {newer.key!r} was {older.type} and would be {newer.type}: "
            "their values do not compare; give the new question another key"
        )
        return
    was = [option.key for option in older.options]
    now = [option.key for option in newer.options]
    if now[: len(was)] != was:
        yield (
            f"options of {newer.key!r} were {', '.join(was)} and would be {', '.join(now)}: "
            "keep the old ones in their order and append new ones, or give the question another key"
        )
