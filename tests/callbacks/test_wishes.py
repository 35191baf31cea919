"""Which texts hold a wish: by the shipped rules, on made-up comments labelled by hand."""

from pathlib import Path

import pytest

from app.callbacks.improvements.recogniser import Recogniser
from app.callbacks.improvements.rules import load_wish_rules
from app.kit.errors import ConfigurationError
from app.responses.phrases import fold

ROOT = Path(__file__).parents[2]
RULES = load_wish_rules(ROOT / "config" / "wishes.yaml")
LABELLED = [
    line.split("\t") for line in (Path(__file__).parent / "data" / "wishes.tsv").read_text("utf-8").splitlines()
]


def test_nine_in_ten_of_what_is_found_are_wishes_and_of_the_wishes_are_found() -> None:
    found = {text: RULES.recogniser.find(text) for _, _, text in LABELLED}
    wishes = [text for label, _, text in LABELLED if label == "wish"]
    right = [text for text in wishes if found[text]]
    missed = [text for text in wishes if not found[text]]
    wrong = [text for label, _, text in LABELLED if label == "plain" and found[text]]
    precision, recall = len(right) / (len(right) + len(wrong)), len(right) / len(wishes)
    told = f"precision {precision:.2f}, recall {recall:.2f}, missed {missed}, wrong {wrong}"
    assert precision >= 0.9, told
    assert recall >= 0.9, told


def test_each_language_finds_most_of_its_wishes() -> None:
    for language in ("kk", "ru", "uk", "en"):
        texts = [text for label, spoken, text in LABELLED if (label, spoken) == ("wish", language)]
        found = [text for text in texts if RULES.recogniser.find(text)]
        assert len(found) >= 0.8 * len(texts), (language, set(texts) - set(found))


def test_letters_that_people_type_for_each_other_are_alike() -> None:
    assert fold("Қойсаңыздар, ҮЙ; ЁЛКА") == fold("койсаниздар, уй; елка")
    assert RULES.recogniser.find("ОРЫНДЫҚ ҚОЙСАҢЫЗДАР") == RULES.recogniser.find("орындык койсаныздар") == "do_it"


def test_a_gap_ends_with_the_sentence_and_an_exception_hides_only_itself() -> None:
    finds = Recogniser({"no": ["нет … парков*"], "put": ["поставьте"]}, ["поставьте себя"]).find
    assert finds("у вас совсем нет нормальной парковки") == "no"
    assert finds("Претензий нет. Парковка удобная") is None
    assert finds("нет раз два три четыре пять парковки") is None
    assert finds("Поставьте себя на моё место") is None
    assert finds("Поставьте себя на моё место и поставьте лавку") == "put"


def test_no_text_is_too_strange_or_too_long() -> None:
    for text in ("", "\x00\ud800", "🙂" * 500, "нет " * 25_000, "a" * 1_000_000, "(((([[[*+?"):
        assert RULES.recogniser.find(text) in (None, "lacking")


def test_mistakes_in_the_file_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "wishes.yaml"
    path.write_text("wishes:\n  - key: one\n    phrases: {xx: [a b]}\n")
    with pytest.raises(ConfigurationError, match=r"wishes\.yaml:3"):
        load_wish_rules(path)
