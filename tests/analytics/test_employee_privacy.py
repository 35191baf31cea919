"""No two figures of employees differ by fewer than the minimum, however units and months are cut."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analytics.employee_privacy import visible_units

# The company with two cities, offices below them, and a desk below one of these.
PARENTS = {
    "company": None,
    "north": "company",
    "south": "company",
    "n1": "north",
    "n2": "north",
    "n3": "north",
    "s1": "south",
    "desk": "n1",
}


@pytest.mark.parametrize(
    ("answered", "visible"),
    [
        ({"n1": 9}, ""),
        ({"n1": 10}, "company north n1"),
        # The company less the south would be the nine of the north.
        ({"n1": 9, "s1": 30}, "company"),
        ({"n1": 10, "s1": 30}, "company north n1 south s1"),
        ({"n1": 6, "n2": 6, "n3": 30, "s1": 30}, "company north n3 south s1"),
        # Four who answered at the city itself are a part of it, too: it less its office would be them.
        ({"north": 4, "n1": 20, "s1": 30}, "company north south s1"),
        ({"desk": 3, "n1": 20, "s1": 15}, "company north n1 south s1"),
    ],
)
def test_what_is_told_of_a_month_is(answered: dict[str, int], visible: str) -> None:
    assert visible_units(PARENTS, answered, minimum=10) == frozenset(visible.split())


months = st.dictionaries(st.sampled_from(sorted(PARENTS)), st.integers(0, 25), max_size=8)


@settings(deadline=None, max_examples=150)
@given(st.lists(months, min_size=1, max_size=3), st.integers(5, 12))
def test_figures_differ_by_nobody_or_by_at_least_the_minimum(history: list[dict[str, int]], minimum: int) -> None:
    told = [visible_units(PARENTS, answered, minimum=minimum) for answered in history]

    def people(unit: str, first: int, last: int) -> dict[tuple[str, int], int]:
        """Return who is behind the figure of a unit and some months: how many by own unit and month."""
        return {
            (one, month): n
            for month in range(first, last + 1)
            if unit in told[month]
            for one, n in history[month].items()
            if n and unit in _up(one)
        }

    windows = [(first, last) for first in range(len(history)) for last in range(first, len(history))]
    figures = [people(unit, *window) for unit in PARENTS for window in windows]
    for one, other in combinations(figures, 2):
        larger, smaller = (one, other) if len(one) >= len(other) else (other, one)
        if smaller.keys() <= larger.keys():
            apart = sum(larger.values()) - sum(smaller.values())
            assert apart == 0 or apart >= minimum
    for parent in PARENTS:
        for window in windows:
            rest = people(parent, *window)
            for child in (unit for unit, above in PARENTS.items() if above == parent):
                for key in people(child, *window):
                    rest.pop(key, None)
            assert sum(rest.values()) == 0 or sum(rest.values()) >= minimum


def _up(unit: str) -> list[str]:
    found: list[str] = []
    at: str | None = unit
    while at is not None:
        found.append(at)
        at = PARENTS[at]
    return found
