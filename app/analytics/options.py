"""One list of options for questions that feed one figure, whose files have them in another order. Pure.

Answers are kept as places. Versions of one question keep their places (see `surveys.succession`), but another survey,
or a question under a new key, may well name friends before reviews: options are the same where their keys are.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from app.analytics import cut_points as cut
from app.surveys.question import Metric, Option, Question, QuestionType

Places = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Joined:
    """`question` has the options of all, the last one's first; `places` are where those of each question went."""

    question: Question
    places: tuple[Places, ...]


def join_options(questions: Sequence[Question]) -> Joined:
    """Return the questions as one, in the words of the last of them that has options of its own.

    Of `fcr` the first option is the yes of each question, whatever its key. Scales stay as they are.
    """
    with_options = [each for each in questions if each.type is QuestionType.CHOICE]
    if not with_options:
        return Joined(questions[-1], tuple({value: value for value in each.values()} for each in questions))
    last = with_options[-1]
    options = list(last.options)
    known = {_meaning(last, place, each): place for place, each in enumerate(options, start=1)}
    places: list[Places] = []
    for question in questions:
        went: dict[int, int] = {}
        for place, option in enumerate(_options(question), start=1):
            meaning = _meaning(question, place, option)
            if meaning not in known:
                options.append(option)
                known[meaning] = len(options)
            went[place] = known[meaning]
        places.append(went)
    return Joined(last.model_copy(update={"options": tuple(options)}), tuple(places))


def _options(question: Question) -> tuple[Option, ...]:
    """Return the options, those of a yes or no as well."""
    if question.options:
        return question.options
    told = {key: question.words(value) for value, key in enumerate(("yes", "no"), start=1)}
    return tuple(Option(key=key, label=dict(words)) for key, words in told.items() if words)


def _meaning(question: Question, place: int, option: Option) -> Hashable:
    return cut.SETTLED_AT_ONCE if question.metric is Metric.FCR and place in cut.SETTLED_AT_ONCE else option.key
