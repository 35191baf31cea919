"""Codes of units that come without one."""

import pytest

from app.organisation.codes import InvalidCodeError, check_code, make_code


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Комсомольск-на-Амуре", "komsomolsk-na-amure"),
        ("СберБанк", "sberbank"),
        ("Қостанай", "qostanay"),
        ("Їжакевич і Щорс", "yizhakevich-i"),
        ("Алматы, филиал № 2", "almaty-filial-2"),
        ("ДО «Солнечногорский» Филиала № 7701 Банка ВТБ (ПАО)", "do-solnechnogorskiy"),
        ("Негосударственныйпенсионный", "negosudarstvennyypen"),
        ("Café Zürich", "cafe-zurich"),
    ],
)
def test_a_code_begins_with_the_name_in_latin_letters(name: str, words: str) -> None:
    code = make_code(name, "2gis:70000001027475000")

    assert code == make_code(name, "2gis:70000001027475000")
    assert code[:-7] == words


def test_a_name_without_letters_still_gets_a_code() -> None:
    assert len(make_code("北京", "x")) == 6


def test_the_same_name_with_another_identity_gets_another_code() -> None:
    assert make_code("СберБанк", "2gis:1") != make_code("СберБанк", "2gis:2")


def test_a_taken_code_grows_until_it_is_free() -> None:
    first = make_code("Almaty", "place:1")
    second = make_code("Almaty", "place:1", {first})

    assert second.startswith(first)
    assert len(second) == len(first) + 1


@pytest.mark.parametrize("code", ["", "  ", "a\nb", "a\x00", "x" * 65])
def test_a_code_that_cannot_be_written_is_refused(code: str) -> None:
    with pytest.raises(InvalidCodeError):
        check_code(code)


def test_a_code_loses_the_spaces_around_it() -> None:
    assert check_code(" ALA-01 ") == "ALA-01"
