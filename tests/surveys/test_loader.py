"""The surveys that we ship, the example of the description, and a directory of files."""

import re
from pathlib import Path

import pytest
import yaml

from app.kit.i18n import Language
from app.kit.yaml_files import YamlFileError
from app.surveys.definition import Band, Metric, QuestionType
from app.surveys.loader import UnknownSurveyError, load_surveys, parse_survey
from tests.surveys.surveys import choice, question, survey, words

ROOT = Path(__file__).parents[2]
SHIPPED = load_surveys(ROOT / "surveys")


def _write(directory: Path, name: str, content: object) -> None:
    (directory / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def test_seven_surveys_are_shipped_in_all_four_languages() -> None:
    assert SHIPPED.keys() == ("acquisition", "call-follow-up", "ces", "employees", "nps", "office-visit", "pmf")
    for definition in SHIPPED:
        assert definition.languages == tuple(Language)


@pytest.mark.parametrize(
    ("key", "first", "metric", "has_bands"),
    [
        ("office-visit", QuestionType.RATING5, Metric.CSAT, True),
        ("call-follow-up", QuestionType.RATING5, Metric.CSAT, True),
        ("nps", QuestionType.NPS, Metric.NPS, True),
        ("ces", QuestionType.CES7, Metric.CES, False),
        ("pmf", QuestionType.PMF, Metric.PMF, False),
        ("acquisition", QuestionType.CHOICE, Metric.ACQUISITION, False),
        ("employees", QuestionType.RATING5, Metric.ESAT, False),
    ],
)
def test_shipped_survey_begins_with_its_figure(key: str, first: QuestionType, metric: Metric, has_bands: bool) -> None:
    definition = SHIPPED.current(key)

    assert (definition.first.type, definition.first.metric, definition.has_bands) == (first, metric, has_bands)


@pytest.mark.parametrize("key", ["office-visit", "call-follow-up"])
def test_each_band_has_reasons_of_its_own_and_details_are_optional(key: str) -> None:
    definition = SHIPPED.current(key)
    rating = {Band.UNHAPPY: 1, Band.NEUTRAL: 3, Band.HAPPY: 5}
    reasons = {
        band: [each.key for each in definition.shown({definition.first.key: rating[band]}, band) if each.multiple]
        for band in Band
    }

    assert [len(keys) for keys in reasons.values()] == [1, 1, 1]
    assert len({keys[0] for keys in reasons.values()}) == 3
    assert not any(each.required for each in definition.later)


def test_resolution_begins_with_yes_since_the_first_option_is_what_counts() -> None:
    resolved = SHIPPED.current("call-follow-up").question("resolved")

    assert resolved.metric is Metric.FCR
    assert [option.key for option in resolved.options] == ["yes", "no", "waiting"]


def test_nps_names_the_company_in_every_language() -> None:
    first = SHIPPED.current("nps").first

    for language in Language:
        assert "Ромашка" in first.ask(language, "Ромашка")


def test_nothing_in_the_shipped_surveys_is_left_in_another_language() -> None:
    letters = {Language.KK: "ңғүұқөһәі", Language.UK: "їєіґ’"}
    for definition in SHIPPED:
        texts = [definition.title, *(each.text for each in definition.questions)]
        for language, own in letters.items():
            whole = " ".join(text[language] for text in texts).lower()
            assert any(letter in whole for letter in own), (definition.key, language)
        assert not re.search("[ңғүұқөһәіїєґ]", " ".join(text[Language.RU] for text in texts).lower())
        assert not re.search("[ыэъё]", " ".join(text[Language.UK] for text in texts).lower())
        assert not re.search("[а-я]", " ".join(text[Language.EN] for text in texts).lower())


def test_example_of_the_description_passes_the_check() -> None:
    readme = (ROOT / "surveys" / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)

    assert parse_survey(example.encode(), "README.md").key == "delivery"


def test_description_names_every_file_type_and_metric() -> None:
    readme = (ROOT / "surveys" / "README.md").read_text(encoding="utf-8")

    for name in [*(f"{key}.yaml" for key in SHIPPED.definitions), *QuestionType, *Metric]:
        assert f"`{name}`" in readme


@pytest.mark.parametrize(
    ("questions", "told"),
    [
        (
            [question(metric="csat"), question("manner", metric="csat")],
            "question 2.metric: csat is asked by 'overall' already",
        ),
        (
            [
                question(),
                question("solved", "yes_no", metric="fcr"),
                choice("resolved", "yes", "partly", metric="fcr"),
            ],
            "question 3.metric: fcr is asked by 'solved' already",
        ),
        (
            [question(), choice("source", "reviews", "friends", metric="acquisition", multiple=True)],
            "question 2.multiple: whoever ticks several options would count several times in acquisition",
        ),
    ],
)
def test_survey_by_which_one_respondent_counts_twice_in_a_figure_is_refused(
    questions: list[dict[str, object]], told: str
) -> None:
    with pytest.raises(YamlFileError) as raised:
        parse_survey(yaml.safe_dump(survey(*questions)).encode(), "visit.yaml")

    (mistake,) = raised.value.mistakes
    assert told in mistake
    assert mistake.startswith("visit.yaml:")
    assert not mistake.startswith("visit.yaml:1:")


def test_ease_and_effort_are_two_figures_and_may_both_be_asked() -> None:
    effort = question("effort", metric="ces", labels={value: words() for value in range(1, 6)})

    assert parse_survey(yaml.safe_dump(survey(question("ease", "ces7", metric="ces"), effort)).encode(), "ces.yaml")


def test_library_knows_its_keys() -> None:
    assert "nps" in SHIPPED
    assert "visit" not in SHIPPED


def test_unknown_survey_is_refused_with_the_keys_there_are() -> None:
    with pytest.raises(UnknownSurveyError, match="no survey 'visit'; there are: acquisition, call-follow-up"):
        SHIPPED.current("visit")


def test_mistakes_of_all_files_are_told_together(tmp_path: Path) -> None:
    _write(tmp_path, "a.yaml", survey(key="a", version=0))
    _write(tmp_path, "b.yml", survey(key="b", audience="all"))
    _write(tmp_path, "c.yaml", survey(key="c"))

    with pytest.raises(YamlFileError) as raised:
        load_surveys(tmp_path)

    assert [mistake.split(":")[0] for mistake in raised.value.mistakes] == [
        str(tmp_path / "a.yaml"),
        str(tmp_path / "b.yml"),
    ]


def test_two_files_of_one_key_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, "a.yaml", survey())
    _write(tmp_path, "b.yaml", survey(version=2))

    with pytest.raises(YamlFileError, match=r"'visit' is already that of a\.yaml; rename one"):
        load_surveys(tmp_path)


def test_directory_without_surveys_is_refused(tmp_path: Path) -> None:
    with pytest.raises(YamlFileError, match="there is no survey here"):
        load_surveys(tmp_path)
