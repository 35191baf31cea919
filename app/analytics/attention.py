"""Which units to look at: those whose customers are less satisfied than chance explains, now or than before. Pure."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.analytics.differences import LEAST, Verdict, compare_shares, p_lower, stand_out

MOST = 10

Who = TypeVar("Who", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Who]):
    """A unit's CSAT answers with all below it, in the period and in the one before.

    `shown` and `shown_before` tell whether the figures may be shown at all; a hidden one is compared with nothing.
    """

    who: Who
    n: int
    satisfied: int
    before_n: int
    before_satisfied: int
    shown: bool
    shown_before: bool


@dataclass(frozen=True, slots=True)
class Concern(Generic[Who]):
    """A unit to look at. `others` is the share of all the rest, `before` its own earlier one, where each is why."""

    who: Who
    n: int
    value: float
    others: float | None
    before: float | None


@dataclass(frozen=True, slots=True)
class Attention(Generic[Who]):
    """The units to look at, the surest first, how many more there are, and what became of the others."""

    concerns: tuple[Concern[Who], ...]
    more: int
    not_distinguishable: int
    too_few: int


def find_concerns(candidates: Sequence[Candidate[Who]], *, n: int, satisfied: int) -> Attention[Who]:
    """Return who stands out among units that do not overlap; `n` and `satisfied` are the whole they are part of.

    Each is held against all the rest and against its own past, from 30 answers on either side, and told only if it
    still stands out after so many comparisons.
    """
    lower: dict[Who, float] = {}
    fell: dict[Who, float] = {}
    compared = [one for one in candidates if one.shown and one.n >= LEAST]
    for one in compared:
        if n - one.n >= LEAST:
            lower[one.who] = p_lower(one.satisfied, one.n, satisfied - one.satisfied, n - one.n)
        if one.shown_before and one.before_n >= LEAST:
            fell[one.who] = p_lower(one.satisfied, one.n, one.before_satisfied, one.before_n)
    is_lower, has_fallen = stand_out(lower), stand_out(fell)
    concerns: list[Concern[Who]] = []
    for one in compared:
        others = before = None
        rest, rest_n = satisfied - one.satisfied, n - one.n
        if one.who in is_lower and compare_shares(one.satisfied, one.n, rest, rest_n) is Verdict.LOWER:
            others = rest / rest_n
        if one.who in has_fallen:
            past = one.before_satisfied, one.before_n
            if compare_shares(one.satisfied, one.n, *past) is Verdict.LOWER:
                before = past[0] / past[1]
        if others is not None or before is not None:
            concerns.append(Concern(one.who, one.n, one.satisfied / one.n, others, before))
    concerns.sort(key=lambda one: min(lower.get(one.who, 1.0), fell.get(one.who, 1.0)))
    tested = len(lower.keys() | fell.keys())
    return Attention(
        concerns=tuple(concerns[:MOST]),
        more=max(0, len(concerns) - MOST),
        not_distinguishable=tested - len(concerns),
        too_few=len(candidates) - tested,
    )
