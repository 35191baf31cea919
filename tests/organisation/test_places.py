"""Units of one name are told apart in one line."""

import pytest

from app.organisation.places import Place, say_place, tell_apart


@pytest.mark.parametrize(
    ("address", "above", "kind", "said"),
    [
        ("улица Ленина, 5", "Артём", "city", "Артём, улица Ленина, 5"),
        ("г. АРТЁМ, улица Ленина, 5", "Артём", "city", "г. АРТЁМ, улица Ленина, 5"),
        ("улица Ленина, 5", "Приморье", "region", "улица Ленина, 5"),
        ("улица Ленина, 5", "Acme", "company", "улица Ленина, 5"),
        ("улица Ленина, 5", None, None, "улица Ленина, 5"),
        (None, "Артём", "city", "Артём"),
        ("", "Офис на Ленина", "office", "Офис на Ленина"),
        (None, "Acme", "company", None),
        (None, None, None, None),
    ],
)
def test_a_place_is_the_address_and_its_city(
    address: str | None, above: str | None, kind: str | None, said: str | None
) -> None:
    assert say_place(address, above, kind) == said


def test_only_units_of_one_name_say_where_they_are() -> None:
    places = [
        Place("b-2", "Банк", "улица Ленина, 5", "Артём", "city"),
        Place("b-1", "Банк", "улица Ленина, 5", "Уссурийск", "city"),
        Place("b-4", "Банк", None, "Артём", "city"),
        Place("b-3", "Банк", None, "Артём", "city"),
        Place("artyom", "Артём", None, "Acme", "company"),
    ]
    assert tell_apart(places) == [
        ("artyom", "Артём"),
        ("b-3", "Банк, Артём (b-3)"),
        ("b-4", "Банк, Артём (b-4)"),
        ("b-2", "Банк, Артём, улица Ленина, 5"),
        ("b-1", "Банк, Уссурийск, улица Ленина, 5"),
    ]


def test_nothing_is_told_of_nothing() -> None:
    assert tell_apart([]) == []
