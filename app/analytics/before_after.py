"""Before and after: whether a metric changed between two sets of answers, by one rule for every face. Pure.

A change is said only where both sides have 30 answers and the interval of the difference leaves 0 out. Never a bare
arrow: without that it is "not distinguishable".
"""

from dataclasses import dataclass
from enum import StrEnum

from app.analytics.differences import (
    LEAST,
    Difference,
    Verdict,
    judge,
    mean_difference,
    nps_difference,
    share_difference,
)
from app.analytics.measured import Measured
from app.analytics.measures import nps_counts
from app.analytics.metrics import Method


class Outcome(StrEnum):
    """What may be said."""

    CHANGED = "changed"
    NOT_DISTINGUISHABLE = "not_distinguishable"


@dataclass(frozen=True, slots=True)
class Change:
    """The headline after, less the headline before. `difference` is None where either side is below 30 answers."""

    verdict: Verdict
    difference: Difference | None

    @property
    def outcome(self) -> Outcome:
        """Whether it changed, in the two words there are."""
        changed = self.verdict in (Verdict.HIGHER, Verdict.LOWER)
        return Outcome.CHANGED if changed else Outcome.NOT_DISTINGUISHABLE


def find_change(after: Measured, before: Measured) -> Change:
    """Return how the headline changed; both are of one metric, from one type of question.

    Hidden figures and those of fewer than 30 answers are not compared.
    """
    if after.headline != before.headline:
        raise ValueError(f"{after.headline} cannot be compared with {before.headline}")
    now, then = after.figure, before.figure
    if now.value is None or then.value is None or min(now.n, then.n) < LEAST:
        return Change(Verdict.TOO_FEW, None)
    match now.method:
        case Method.WILSON:
            # The value is a quotient of whole numbers: these are they.
            difference = share_difference(round(now.value * now.n), now.n, round(then.value * then.n), then.n)
        case Method.ADJUSTED_WALD:
            difference = nps_difference(nps_counts(after.histogram), nps_counts(before.histogram))
        case Method.STUDENT_T:
            difference = mean_difference(after.histogram, before.histogram)
    return Change(judge(difference), difference)
