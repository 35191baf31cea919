"""What a later version may change, as a table."""

from typing import Any

import pytest

from app.surveys.succession import find_breaks
from tests.surveys.surveys import choice, define, question, words

OLDER = [question(), choice("why", "price", "queue")]


@pytest.mark.parametrize(
    "newer",
    [
        OLDER,
        [question(text=words("Other words")), choice("why", "price", "queue")],
        [question(), choice("why", "price", "queue", "staff")],
        [question(), choice("why", "price", "queue", multiple=True)],
        [question()],
        [question(), question("wait"), choice("why", "price", "queue")],
        [question(), choice("reason", "queue", "price")],
    ],
)
def test_words_may_change_and_options_be_appended(newer: list[dict[str, Any]]) -> None:
    assert find_breaks(define(*OLDER), define(*newer, version=2)) == []


@pytest.mark.parametrize(
    ("newer", "told"),
    [
        ([question(), choice("why", "queue", "price")], "append new ones"),
        ([question(), choice("why", "staff", "price", "queue")], "append new ones"),
        ([question(), choice("why", "price", "staff")], "append new ones"),
        ([choice("why", "price", "waiting")], "append new ones"),
        ([question(), question("why", "yes_no")], "give the new question another key"),
        ([question(kind="nps")], "give the new question another key"),
    ],
)
def test_values_may_not_come_to_mean_another_thing(newer: list[dict[str, Any]], told: str) -> None:
    (message,) = find_breaks(define(*OLDER), define(*newer, version=2))

    assert told in message
