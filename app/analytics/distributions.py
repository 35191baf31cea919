"""Whether the answers of one group tend to be higher than those of another, by all of their values. Pure.

From two histograms: significance needs no raw rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import copysign, erfc, sqrt


@dataclass(frozen=True, slots=True)
class MannWhitney:
    """`u`: how many pairs the first group wins, a tie being half a win; `other_u` the second.

    `z` is above 0 where the first tends to be higher; `p` is two-sided, both by the normal approximation.
    """

    u: float
    other_u: float
    z: float
    p: float


def mann_whitney(first: Mapping[int, int], second: Mapping[int, int]) -> MannWhitney | None:
    """Return the test of Mann and Whitney on `{value: count}`, corrected for ties and continuity.

    None where a group is empty. `z` and `p` are 0.0 and 1.0 where all answers of both are alike.
    """
    n, other_n = sum(first.values()), sum(second.values())
    if not n or not other_n:
        return None
    below, wins, ties = 0, 0.0, 0
    for value in sorted({*first, *second}):
        own, other = first.get(value, 0), second.get(value, 0)
        wins += own * (below + other / 2)
        below += other
        tied = own + other
        ties += tied**3 - tied
    losses = n * other_n - wins
    both = n + other_n
    spread = sqrt(n * other_n / 12 * ((both + 1) - ties / (both * (both - 1))))
    if not spread:
        return MannWhitney(wins, losses, 0.0, 1.0)
    # Right in the middle the correction would leap over it.
    apart = max(0.0, abs(wins - losses) / 2 - 0.5)
    z = copysign(apart / spread, wins - losses)
    return MannWhitney(wins, losses, z, erfc(abs(z) / sqrt(2)))
