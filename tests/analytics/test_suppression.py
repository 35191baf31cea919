"""Hiding small groups, and the next smallest with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analytics.suppression import MINIMUM, hidden_groups


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({}, ""),
        ({"a": 0, "b": 0}, ""),
        ({"a": 10, "b": 500}, ""),
        ({"a": 9, "b": 10, "c": 11}, "ab"),  # the total less b and c would give a away
        ({"a": 5, "b": 5, "c": 11}, "ab"),
        ({"a": 3, "b": 4, "c": 11, "d": 12}, "abc"),  # seven answers together are still too few
        ({"a": 0, "b": 9, "c": 11, "d": 12}, "bc"),  # an empty group hides nothing
        ({"a": 4}, "a"),
        ({"a": 4, "b": 0}, "a"),
    ],
)
def test_the_hidden_groups_are(sizes: dict[str, int], hidden: str) -> None:
    assert hidden_groups(sizes) == frozenset(hidden)


def test_a_group_of_which_nothing_is_told_hides_a_small_one_by_itself() -> None:
    assert hidden_groups({"small": 3, "b": 12, "rest": 40}, untold=["rest"]) == {"small", "rest"}
    assert hidden_groups({"small": 3, "b": 12, "rest": 5}, untold=["rest"]) == {"small", "rest", "b"}
    assert hidden_groups({"small": 3, "b": 12, "rest": 0}, untold=["rest"]) == {"small", "b"}
    assert hidden_groups({"b": 12, "rest": 40}, untold=["rest"]) == frozenset()


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 40), max_size=8))
def test_the_total_less_the_visible_never_gives_a_small_group_away(sizes: dict[int, int]) -> None:
    hidden = hidden_groups(sizes)
    assert all(size == 0 or size >= MINIMUM for group, size in sizes.items() if group not in hidden)
    rest = sum(sizes[group] for group in hidden)
    if hidden and sum(sizes.values()) >= MINIMUM and len([size for size in sizes.values() if size]) > 1:
        assert len(hidden) > 1
        assert rest >= MINIMUM
