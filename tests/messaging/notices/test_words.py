"""The words of notices are read strictly: what would be missing or unfilled at night stops the start."""

from pathlib import Path

import pytest

from app.kit.errors import ConfigurationError
from app.kit.i18n import Language
from app.messaging.notices.models import NoticeKind
from app.messaging.notices.words import Fact, load_notice_words

FILE = Path(__file__).parents[3] / "config" / "notices.yaml"


def test_values_are_filled_in_as_one_line_and_never_read_as_placeholders() -> None:
    words = load_notice_words(FILE)
    title = words.title(NoticeKind.CASE_OPENED, Language.UK, {"unit": "Офіс\n{company}"})
    assert title == "Потрібно передзвонити: Офіс {company}"
    assert words.fact(Fact.COMMENT, Language.EN, "<b>{value}</b>") == "“<b>{value}</b>”"


def test_where_there_is_nobody_to_ring_nobody_is_told_to_ring() -> None:
    words, about = load_notice_words(FILE), {"unit": "Office"}
    opened = words.title(NoticeKind.CASE_OPENED, Language.EN, about, has_number=False)
    assert opened == "Something to look into: Office"
    reopened = words.title(NoticeKind.CASE_REOPENED, Language.EN, about, has_number=False)
    assert reopened == words.title(NoticeKind.CASE_REOPENED, Language.EN, about)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  case_opened:\n", "  case_open:\n", "kinds"),
        ('    en: "Ring by {value}"\n', "", "ring_by"),
        ('en: "Ring by {value}"', 'en: "Ring by {phone}"', "{phone} cannot be filled in; allowed: {value}"),
        ('en: "Somebody to ring back: {unit}"', 'en: "Ring {unit"', "{ cannot be filled in"),
        ('en: "Claim"', 'en: "Take it, for it will not wait for ever"', "one line of at most 24 characters"),
        ('en: "Claim"', 'en: 1\n    fr: "Prendre"', "fr"),
        ("  claim:\n", "  klaim:\n", "no words for claim"),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    content = FILE.read_text(encoding="utf-8")
    assert old in content
    broken = tmp_path / "notices.yaml"
    broken.write_text(content.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        load_notice_words(broken)

    assert said in str(refused.value)
    assert "notices.yaml:" in str(refused.value)


def test_a_file_that_is_not_there_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"notices\.yaml"):
        load_notice_words(tmp_path / "notices.yaml")
