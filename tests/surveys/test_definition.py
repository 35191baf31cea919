"""What a survey may be, as tables; and what a definition knows about its questions."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from app.kit.i18n import Language
from app.kit.yaml_files import YamlFileError, parse_yaml
from app.surveys.definition import Band, Definition, UnknownQuestionError
from app.surveys.loader import parse_survey
from tests.surveys.surveys import choice, define, question, survey, words

RATING = question()
MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    "no question": (survey(questions=[]), "questions", "at least 1 item"),
    "too many questions": (survey(*[question(f"q{n}") for n in range(13)]), "questions", "at most 12 items"),
    "version 0": (survey(version=0), "version", "must be at least 1"),
    "version in words": (survey(version="one"), "version", "must be a whole number"),
    "version as a fraction": (survey(version=1.5), "version", "must be a whole number"),
    "key with a space": (survey(key="my visit"), "key", "lower-case letters, digits, - and _, beginning with a letter"),
    "key in capitals": (survey(key="Visit"), "key", "lower-case letters, digits, - and _, beginning with a letter"),
    "key that is too long": (survey(key="a" * 41), "key", "at most 40"),
    "unknown audience": (survey(audience="all"), "audience", "'customers' or 'employees'"),
    "no languages": (survey(languages=[]), "languages", "at least 1 item"),
    "unknown language": (survey(languages=["ru", "de"]), "language 2", "'kk', 'ru', 'uk' or 'en'"),
    "language twice": (survey(languages=["ru", "en", "ru"]), "language 3", "twice"),
    "unknown field": (survey(langauges=["ru"]), "langauges", "not known here"),
    "title lacks a language": (survey(title={"ru": "Визит"}), "title", "missing in en"),
    "title has a further language": (survey(title={**words(), "kk": "Сапар"}), "title.kk", "not among `languages`"),
    "empty text": (survey(title={"ru": "  ", "en": "x"}), "title.ru", "must not be empty"),
    "number as a text": (survey(title={"ru": 5, "en": "x"}), "title.ru", "put it in quotes"),
    "endless text": (survey(title={"ru": "x" * 301, "en": "x"}), "title.ru", "at most 300"),
    "unknown placeholder": (
        survey(question(text=words("{office}"))),
        "question 1.text.ru",
        "only placeholder is {company}",
    ),
    "open brace": (survey(question(text=words("{company"))), "question 1.text.ru", "cannot be filled in"),
    "format trick": (survey(question(text=words("{company.__class__}"))), "question 1.text.ru", "cannot be filled in"),
    "placeholder in a label": (
        survey(choice("a", "x", "y") | {"options": [{"key": k, "label": words("{company}")} for k in "xy"]}),
        "question 1.option 1.label.ru",
        "no placeholder is filled in here",
    ),
    "unknown type": (survey(question(kind="stars")), "question 1.type", "'rating5'"),
    "question twice": (survey(RATING, RATING), "question 2.key", "twice"),
    "first is a text": (survey(question(kind="text")), "question 1.type", "cannot be a text"),
    "first takes several": (
        survey(choice("a", "x", "y", multiple=True)),
        "question 1.multiple",
        "answered by one tap",
    ),
    "first is hidden": (survey(question(show_if={"band": ["happy"]})), "question 1.show_if", "always shown"),
    "choice of one": (survey(choice("a", "x")), "question 1.options", "at least two"),
    "choice of too many": (survey(choice("a", *[f"o{n}" for n in range(21)])), "question 1.options", "at most 20"),
    "option twice": (survey(choice("a", "x", "y", "x")), "question 1.option 3.key", "twice"),
    "options of a rating": (
        survey(choice("a", "x", "y") | {"type": "rating5"}),
        "question 1.options",
        "only a choice",
    ),
    "several ratings": (survey(RATING, question("b", multiple=True)), "question 2.multiple", "only a choice"),
    "labels of a choice": (survey(choice("a", "x", "y", labels={1: words()})), "question 1.labels", "only scales"),
    "label of no point": (survey(question(labels={n: words() for n in range(1, 7)})), "question 1.labels.6", "1 to 5"),
    "labels at the ends only": (
        survey(question(labels={1: words(), 5: words()})),
        "question 1.labels",
        "missing: 2, 3, 4",
    ),
    "label lacks a language": (
        survey(question(labels={n: {"ru": "x"} for n in range(1, 6)})),
        "question 1.labels.1",
        "missing in en",
    ),
    "unknown metric": (survey(question(metric="cast")), "question 1.metric", "'csat'"),
    "metric of another type": (
        survey(question(metric="nps")),
        "question 1.metric",
        "nps is measured with nps, not with rating5",
    ),
    "effort first": (
        survey(question(metric="ces", labels={n: words() for n in range(1, 6)})),
        "question 1.metric",
        "no tap on faces",
    ),
    "effort without words": (survey(RATING, question("b", metric="ces")), "question 2.labels", "least effort"),
    "employees' metric asked of customers": (
        survey(question(metric="esat")),
        "question 1.metric",
        "asked of employees",
    ),
    "customers' metric asked of employees": (
        survey(question(metric="csat"), audience="employees"),
        "question 1.metric",
        "asked of customers",
    ),
    "routing by effort": (
        survey(question(kind="ces7"), routing={"happy_at_least": 6, "unhappy_at_most": 3}),
        "routing",
        "leave `routing` out",
    ),
    "routing of employees": (
        survey(audience="employees", routing={"happy_at_least": 4, "unhappy_at_most": 2}),
        "routing",
        "leave `routing` out",
    ),
    "routing off the scale": (
        survey(routing={"happy_at_least": 9, "unhappy_at_most": 2}),
        "routing.happy_at_least",
        "1 to 5",
    ),
    "routing upside down": (survey(routing={"happy_at_least": 2, "unhappy_at_most": 4}), "routing", "must be above"),
    "half a routing": (survey(routing={"happy_at_least": 4}), "routing.unhappy_at_most", "is missing"),
    "condition on a band without bands": (
        survey(question(kind="ces7"), question("b", show_if={"band": ["happy"]})),
        "question 2.show_if.band",
        "have a band only",
    ),
    "condition on an unknown band": (
        survey(RATING, question("b", show_if={"band": ["angry"]})),
        "question 2.show_if.band 1",
        "'happy', 'neutral' or 'unhappy'",
    ),
    "condition on a later question": (
        survey(RATING, question("b", show_if={"question": "c", "in": [1]}), question("c")),
        "question 2.show_if.question",
        "not an earlier question; there are: overall",
    ),
    "condition on itself": (
        survey(RATING, question("b", show_if={"question": "b", "in": [1]})),
        "question 2.show_if.question",
        "not an earlier question",
    ),
    "condition on a text": (
        survey(RATING, question("b", "text"), question("c", show_if={"question": "b", "in": [1]})),
        "question 3.show_if.question",
        "is a text",
    ),
    "condition on no value": (
        survey(RATING, question("b", show_if={"question": "overall", "in": [0]})),
        "question 2.show_if.in 1",
        "has no value 0; it has 1 to 5",
    ),
    "two conditions": (
        survey(RATING, question("b", show_if={"band": ["happy"], "question": "overall", "in": [5]})),
        "question 2.show_if",
        "write either",
    ),
    "no condition": (survey(RATING, question("b", show_if={})), "question 2.show_if", "write either"),
    "half a condition": (
        survey(RATING, question("b", show_if={"question": "overall"})),
        "question 2.show_if",
        "write either",
    ),
}


class _WithoutAnchors(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


@pytest.mark.parametrize(("content", "place", "told"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake_is_told_with_its_line_and_place(content: dict[str, Any], place: str, told: str) -> None:
    written = yaml.dump(content, Dumper=_WithoutAnchors, allow_unicode=True, sort_keys=False).encode()

    with pytest.raises(YamlFileError) as raised:
        parse_survey(written, "s.yaml")

    line = parse_yaml(written, "s.yaml").line_of(tuple(path_of(place)))
    expected = f"s.yaml:{line}: {place}: "
    assert any(each.startswith(expected) and told in each for each in raised.value.mistakes), raised.value.mistakes


def path_of(place: str) -> Iterator[int | str]:
    """Yield the path of a place as it is told: the second of `questions` is `question 2`."""
    for part in place.split("."):
        name, _, number = part.partition(" ")
        if number:
            yield {"question": "questions", "option": "options", "language": "languages"}.get(name, name)
            yield int(number) - 1
        else:
            yield int(part) if part.isdigit() else part


def test_model_built_in_code_keeps_the_same_rules() -> None:
    with pytest.raises(ValidationError, match="stands here twice"):
        define(RATING, RATING)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("rating5", [1, 2, 3, 4, 5]),
        ("nps", list(range(11))),
        ("ces7", [1, 2, 3, 4, 5, 6, 7]),
        ("pmf", [1, 2, 3, 4]),
        ("yes_no", [1, 2]),
    ],
)
def test_question_accepts_the_values_of_its_type_and_no_other(kind: str, values: list[int]) -> None:
    first = define(question(kind=kind)).first

    assert list(first.values()) == values
    assert [value for value in range(-1, 13) if first.accepts(value)] == values


def test_choice_accepts_positions_from_one_and_a_text_accepts_none() -> None:
    definition = define(choice("a", "x", "y", "z"), question("b", "text"))

    assert list(definition.first.values()) == [1, 2, 3]
    assert list(definition.question("b").values()) == []


@pytest.mark.parametrize(
    ("value", "words_of"),
    [
        (1, ("Өте нашар", "Очень плохо", "Дуже погано", "Very dissatisfied")),
        (2, ("Нашар", "Плохо", "Погано", "Dissatisfied")),
        (3, ("Орташа", "Нормально", "Нормально", "Neither")),
        (4, ("Жақсы", "Хорошо", "Добре", "Satisfied")),
        (5, ("Өте жақсы", "Отлично", "Чудово", "Very satisfied")),
    ],
)
def test_every_face_has_its_word_in_every_language(value: int, words_of: tuple[str, ...]) -> None:
    first = define().first

    assert tuple(first.label(value, language) for language in Language) == words_of


@pytest.mark.parametrize("kind", ["rating5", "ces7", "pmf", "yes_no"])
def test_every_value_of_a_type_has_words_of_its_own_in_every_language(kind: str) -> None:
    first = define(question(kind=kind)).first

    for language in Language:
        labels = [first.label(value, language) for value in first.values()]
        assert len(set(labels)) == len(labels)
        assert not any(label.isdigit() for label in labels)


def test_nps_has_words_at_its_ends_and_numbers_between() -> None:
    first = define(question(kind="nps")).first

    assert [first.label(value, Language.EN) for value in (0, 1, 9, 10)] == [
        "Not at all likely",
        "1",
        "9",
        "Extremely likely",
    ]
    assert first.words(5) is None


def test_own_labels_stand_before_the_usual_ones() -> None:
    own = define(question(labels={value: words(f"point {value}") for value in range(1, 6)})).first

    assert own.label(4, Language.RU) == "point 4"


def test_label_of_a_value_that_is_not_there_is_its_number() -> None:
    assert define(choice("a", "x", "y")).first.label(9, Language.RU) == "9"


def test_company_stands_in_questions_and_title() -> None:
    definition = define(question(text=words("How is {company}?")), title=words("{company}"))

    assert definition.first.ask(Language.EN, "Ромашка & {company}") == "How is Ромашка & {company}?"
    assert definition.name(Language.RU, "Ромашка") == "Ромашка"


@pytest.mark.parametrize(
    ("kind", "audience", "has_bands"),
    [
        ("rating5", "customers", True),
        ("nps", "customers", True),
        ("rating5", "employees", False),
        ("nps", "employees", False),
        ("ces7", "customers", False),
        ("pmf", "customers", False),
        ("yes_no", "customers", False),
    ],
)
def test_only_customers_ratings_and_nps_have_bands(kind: str, audience: str, has_bands: bool) -> None:
    assert define(question(kind=kind), audience=audience).has_bands is has_bands


BRANCHING = define(
    RATING,
    choice("liked", "x", "y", multiple=True, show_if={"band": ["happy", "neutral"]}),
    question("detail", show_if={"question": "liked", "in": [2]}),
    question("worst", "text", show_if={"question": "overall", "in": [1]}),
    question("always"),
)


@pytest.mark.parametrize(
    ("answers", "band", "shown"),
    [
        ({"overall": 5}, Band.HAPPY, ["liked", "always"]),
        ({"overall": 5, "liked": [1]}, Band.HAPPY, ["liked", "always"]),
        ({"overall": 3, "liked": [1, 2]}, Band.NEUTRAL, ["liked", "detail", "always"]),
        ({"overall": 1}, Band.UNHAPPY, ["worst", "always"]),
        ({"overall": 2}, Band.UNHAPPY, ["always"]),
        ({}, None, ["always"]),
    ],
)
def test_later_questions_are_shown_by_band_and_by_earlier_answers(
    answers: Any, band: Band | None, shown: list[str]
) -> None:
    assert [each.key for each in BRANCHING.shown(answers, band)] == shown


def test_question_is_found_by_its_key() -> None:
    assert BRANCHING.question("detail").key == "detail"
    with pytest.raises(UnknownQuestionError):
        BRANCHING.question("nothing")


def test_definition_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        BRANCHING.version = 2  # type: ignore[misc]  # refused when it runs, too


def test_definition_survives_the_way_through_json() -> None:
    definition = define(
        question(labels={n: words(str(n)) for n in range(1, 6)}), *[question("b", show_if={"band": ["happy"]})]
    )

    assert (
        Definition.model_validate_json(definition.model_dump_json(by_alias=True, exclude_defaults=True)) == definition
    )
