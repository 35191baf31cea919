"""How each of many groups stands to all the others together, said where it holds after so many comparisons. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping

from app.analytics.before_after import find_change
from app.analytics.differences import Difference, Group, Verdict, p_value, stand_out
from app.analytics.measured import Histogram, Measured


def compare_with_others(
    read: Callable[[Histogram], Measured],
    whole: Counter[int],
    found: Mapping[Group, Counter[int]],
    shown: Mapping[Group, Measured],
) -> dict[Group, Verdict]:
    """Return a verdict for each group: its headline beside that of the whole without it.

    `found` are the histograms of the groups, `shown` what may be shown of them: a hidden figure is compared with none.
    """
    differences = {
        group: find_change(one, read(whole - found[group])).difference
        for group, one in shown.items()
        if not one.figure.suppressed
    }
    return judge_many(shown, differences)


def judge_many(groups: Mapping[Group, object], differences: Mapping[Group, Difference | None]) -> dict[Group, Verdict]:
    """Return what may be said of each difference among so many (Benjamini and Hochberg); without one it is TOO_FEW."""
    known = {group: each for group, each in differences.items() if each is not None}
    outstanding = stand_out({group: p_value(each) for group, each in known.items()})
    verdicts = {}
    for group in groups:
        if group not in known:
            verdicts[group] = Verdict.TOO_FEW
        elif group not in outstanding:
            verdicts[group] = Verdict.NO_CLEAR_DIFFERENCE
        else:
            verdicts[group] = Verdict.HIGHER if known[group].value > 0 else Verdict.LOWER
    return verdicts
