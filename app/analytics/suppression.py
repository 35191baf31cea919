"""When a figure is not shown: fewer than ten answers, and whatever would give those away. Pure.

Ten is what the GP Patient Survey and the NHS inpatient surveys hide below: a ward of six swings from -100 to +100.
"""

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

MINIMUM = 10

Group = TypeVar("Group", bound=Hashable)


def hidden_groups(
    sizes: Mapping[Group, int], *, minimum: int = MINIMUM, untold: Collection[Group] = ()
) -> frozenset[Group]:
    """Return the groups to hide beside a shown total, so that none can be worked out by subtraction.

    Hidden are the groups below `minimum`, then the next smallest until at least two groups and at least `minimum`
    answers are hidden together. Empty groups tell nothing and hide nothing. Of the groups in `untold` no figure is told
    anywhere: beside a small one they are hidden already.
    """
    by_size = sorted((group for group, size in sizes.items() if size > 0), key=lambda group: sizes[group])
    small = [group for group in by_size if sizes[group] < minimum]
    if not small:
        return frozenset()
    hidden = {*small, *(group for group in untold if sizes.get(group))}
    for group in by_size[len(small) :]:
        if len(hidden) > 1 and sum(sizes[one] for one in hidden) >= minimum:
            break
        hidden.add(group)
    return frozenset(hidden)
