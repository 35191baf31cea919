"""Of which units a month's answers of employees may be told, so that nobody is found out by subtraction. Pure.

Employees are few and know each other. Besides hiding what is small, nothing may be cut so that two figures differ by a
few people: neither by units nor by days. So whole calendar months are told or left out, and within one month the tree
is walked from the top: what a unit shows is all of its answers, and of what lies right below it (its own answers among
them) as much is hidden as `hidden_groups` says. Any two figures then differ by nobody, or by at least the minimum.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import TypeVar

from app.analytics.suppression import hidden_groups

Unit = TypeVar("Unit", bound=Hashable)


def visible_units(
    parents: Mapping[Unit, Unit | None], answered: Mapping[Unit, int], *, minimum: int
) -> frozenset[Unit]:
    """Return the units whose answers, with those of all below, may be told; `answered` are each unit's own."""
    sizes: Counter[Unit] = Counter()
    for unit, n in answered.items():
        at: Unit | None = unit
        while at is not None and n:
            sizes[at] += n
            at = parents[at]
    below: dict[Unit | None, dict[Unit | None, int]] = {}
    for unit, size in sizes.items():
        below.setdefault(parents[unit], {})[unit] = size
    visible: set[Unit] = set()
    # Above the company there is nothing to subtract it from.
    told = [unit for unit in below.get(None, {}) if unit is not None and sizes[unit] >= minimum]
    while told:
        unit = told.pop()
        visible.add(unit)
        parts = {**below.get(unit, {}), None: answered.get(unit, 0)}
        hidden = hidden_groups(parts, minimum=minimum)
        told += [part for part in parts if part is not None and part not in hidden]
    return frozenset(visible)
