"""A metric as it was measured, and how measured groups are shown beside their whole. Pure."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from app.analytics.metrics import Figure, hide
from app.analytics.suppression import MINIMUM, hidden_groups

Histogram = Mapping[int, int]
NOTHING: Histogram = MappingProxyType({})

Group = TypeVar("Group", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric's figures by name, among them the `headline`: shares from 0 to 1, means in the scale's own units, NPS in
    points.

    `histogram` counts the answers that entered, over the whole scale; it is empty where the headline is hidden or was
    not read from one.
    """

    headline: str
    parts: Mapping[str, Figure]
    histogram: Histogram = field(default_factory=lambda: NOTHING)

    @property
    def figure(self) -> Figure:
        """The headline."""
        return self.parts[self.headline]

    @property
    def n(self) -> int:
        """How many the headline is from."""
        return self.figure.n


def hide_parts(measured: Measured, names: Iterable[str]) -> Measured:
    """Return the same without a value in these parts, because they would give a hidden sibling away."""
    gone = set(names)
    parts = {
        name: hide(part) if name in gone and not part.suppressed else part for name, part in measured.parts.items()
    }
    histogram = NOTHING if measured.headline in gone else measured.histogram
    return replace(measured, parts=MappingProxyType(parts), histogram=histogram)


def protect_groups(
    whole: Measured, groups: Mapping[Group, Measured], *, minimum: int = MINIMUM
) -> dict[Group, Measured]:
    """Return the groups as they may stand beside their whole: none of fewer than `minimum` can be worked out.

    The groups do not overlap. What the whole has beyond all of them (a unit's own answers, those about no employee) is
    a group like any other, though it is not listed.
    """
    hidden: dict[Group, list[str]] = {group: [] for group in groups}
    for name, part in whole.parts.items():
        sizes: dict[Group | None, int] = {group: each.parts[name].n for group, each in groups.items()}
        sizes[None] = max(0, part.n - sum(sizes.values()))
        for group in hidden_groups(sizes, minimum=minimum):
            if group is not None:
                hidden[group].append(name)
    return {group: hide_parts(each, hidden[group]) for group, each in groups.items()}


def add_counts(counts: Iterable[Counter[Group]]) -> Counter[Group]:
    """Return all of them together."""
    total: Counter[Group] = Counter()
    for one in counts:
        total.update(one)
    return total
