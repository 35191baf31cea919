"""Passwords: made, hashed, compared, judged."""

import unicodedata

import pytest

from app.accounts.passwords import (
    WeakPasswordError,
    check_new_password,
    hash_password,
    make_password,
    password_matches,
)


def test_a_made_password_is_letters_and_digits_that_cannot_be_misread() -> None:
    made = {make_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(password) == 16 and password.isalnum() and password.isascii() for password in made)
    assert not set("0O1lI") & set("".join(made))


def test_a_password_matches_its_own_hash_alone() -> None:
    hashed = hash_password("mountain lake 7")
    assert hashed.startswith("$argon2id$")
    assert hashed != hash_password("mountain lake 7")
    assert password_matches(hashed, "mountain lake 7")
    assert not password_matches(hashed, "Mountain lake 7")


@pytest.mark.parametrize("hashed", ["", "plain", "$argon2id$v=19$m=1"])
def test_a_broken_hash_matches_nothing(hashed: str) -> None:
    assert not password_matches(hashed, hashed)


def test_a_letter_typed_in_two_ways_is_one_letter() -> None:
    composed, apart = unicodedata.normalize("NFC", "синий чайник"), unicodedata.normalize("NFD", "синий чайник")
    assert composed != apart
    assert password_matches(hash_password(composed), apart)


@pytest.mark.parametrize("odd", ["\ud800", "a\x00b", "п" * 5000])
def test_odd_characters_are_compared_and_never_crash(odd: str) -> None:
    assert not password_matches(hash_password("mountain lake 7"), odd)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "password_too_short"),
        ("", "password_too_short"),
        ("aB" * 65, "password_too_long"),
        ("aaaaaaaaaaaaaa", "password_obvious"),
        ("abcabcabcabcabc", "password_obvious"),
        ("123456789012", "password_obvious"),
        ("210987654321", "password_obvious"),
        ("qwertyuiopas", "password_obvious"),
        ("йцукенгшщзхъ", "password_obvious"),
        ("Password1234", "password_obvious"),
        ("gfhjkmgfhjkm", "password_obvious"),  # a list has it: пароль twice, typed on the other layout
        ("LeaveMeAlone", "password_obvious"),
        ("Пароль-2026-03", "password_obvious"),
        ("anna.petrova1", "password_obvious"),
    ],
)
def test_a_password_that_would_be_tried_first_is_refused(password: str, code: str) -> None:
    with pytest.raises(WeakPasswordError) as refused:
        check_new_password(password, email="anna.petrova@otklik.example")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "password", ["correct horse battery", "Zk3n8sdfkjw2", "зимний чай с малиной", "a" * 6 + "plus other things"]
)
def test_a_password_of_a_few_words_is_taken_without_rules_of_composition(password: str) -> None:
    check_new_password(password, email="anna.petrova@otklik.example")
