"""The table of units below the figures: which may be shown, sought, sorted and cut into pages.

A figure that is hidden must not be told by its place either: sorted by satisfaction, hidden ones come last, by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.analytics.attention import Attention, Candidate, Concern, find_concerns
from app.analytics.cut_points import RATINGS
from app.analytics.differences import Verdict, compare_shares
from app.analytics.metrics import Figure, hide, mean_of, share
from app.analytics.suppression import MINIMUM, hidden_groups
from app.analytics.tallies import Area, Node, Tally
from app.organisation.places import say_place


class Level(StrEnum):
    """Which units are listed."""

    NEXT = "next"
    OFFICES = "offices"


class Column(StrEnum):
    """What the table can be sorted by."""

    NAME = "name"
    ANSWERS = "answers"
    CSAT = "csat"
    OPEN = "open"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """One line of the table: a unit's CSAT answers and open cases with all below it.

    `change` is how its share stands to the period before.
    """

    code: str
    name: str
    place: str | None
    csat: Figure
    csat_mean: Figure
    change: Verdict
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class UnitPage:
    """Some lines of the table and how many there are on all pages."""

    lines: tuple[UnitFigures, ...]
    total: int


@dataclass(frozen=True, slots=True)
class UnitConcern:
    """A unit to look at, and why."""

    code: str
    name: str
    place: str | None
    why: Concern[Node]


def list_units(
    area: Area, level: Level, *, search: str, sort: Column, descending: bool, offset: int, limit: int
) -> UnitPage:
    """Return a page of the area's table; the text is sought in names, codes and addresses."""
    listed = area.offices() if level is Level.OFFICES else area.next_level()
    hidden, hidden_before = _hidden_now(listed, area.whole), _hidden_before(listed, area.whole)
    wanted = search.casefold()
    found = _sort([node for node in listed if _says(node, wanted)], hidden, sort=sort, descending=descending)
    lines = (_line(area, node, hidden, hidden_before) for node in found[offset : offset + limit])
    return UnitPage(tuple(lines), len(found))


def find_units_to_look_at(area: Area) -> tuple[tuple[UnitConcern, ...], Attention[Node]]:
    """Return who stands out of the offices below, or of the next level where no office can be judged, and how all were.

    The figures of offices stand on one page with those of the next level, so that none is told whose brother could be
    worked out by it.
    """
    offices, next_level = area.offices(), area.next_level()
    found = _judge(area, offices, hidden=_hidden_now(offices, area.whole) | _hidden_beside_next_level(area, offices))
    if not found.concerns and not found.not_distinguishable:
        found = _judge(area, next_level, hidden=_hidden_now(next_level, area.whole))
    told = (UnitConcern(one.who.code, one.who.name, _place(area, one.who), one) for one in found.concerns)
    return tuple(told), found


def figures_of(tally: Tally) -> tuple[Figure, Figure]:
    """Return the share of fours and fives, and the mean."""
    return share(tally.satisfied, tally.n), mean_of(tally.sums, scale=(RATINGS[0], RATINGS[-1]))


def compare_with_before(tally: Tally) -> Verdict:
    """Return how the share stands to that of the period before."""
    return compare_shares(tally.satisfied, tally.n, tally.before_satisfied, tally.before_n)


def _judge(area: Area, listed: Sequence[Node], *, hidden: frozenset[Node]) -> Attention[Node]:
    hidden_before = _hidden_before(listed, area.whole)
    return find_concerns(
        [_candidate(node, shown=node not in hidden, shown_before=node not in hidden_before) for node in listed],
        n=area.whole.n,
        satisfied=area.whole.satisfied,
    )


def _candidate(node: Node, *, shown: bool, shown_before: bool) -> Candidate[Node]:
    counts = node.tally.n, node.tally.satisfied, node.tally.before_n, node.tally.before_satisfied
    return Candidate(node, *counts, shown=shown, shown_before=shown_before)


def _hidden_now(listed: Sequence[Node], whole: Tally) -> frozenset[Node]:
    return _hidden({node: node.tally.n for node in listed}, whole.n)


def _hidden_before(listed: Sequence[Node], whole: Tally) -> frozenset[Node]:
    return _hidden({node: node.tally.before_n for node in listed}, whole.before_n)


def _hidden(listed: dict[Node, int], whole: int) -> frozenset[Node]:
    # What was answered beside the listed units, such as at the unit itself, is a group too, though no line names it.
    sizes: dict[Node | None, int] = {node: n for node, n in listed.items()}  # noqa: C416 -- the key's type widens
    sizes[None] = max(0, whole - sum(listed.values()))
    return frozenset(node for node in hidden_groups(sizes) if node is not None)


def _hidden_beside_next_level(area: Area, offices: Sequence[Node]) -> frozenset[Node]:
    next_level = set(area.next_level())
    within: dict[Node, dict[Node, int]] = {}
    for office in offices:
        for above in office.above():
            if above in next_level:
                within.setdefault(above, {})[office] = office.tally.n
    return frozenset().union(*(_hidden(sizes, above.tally.n) for above, sizes in within.items()))


def _says(node: Node, wanted: str) -> bool:
    return not wanted or any(wanted in (part or "").casefold() for part in (node.name, node.code, node.address))


def _sort(found: Sequence[Node], hidden: frozenset[Node], *, sort: Column, descending: bool) -> list[Node]:
    by_name = sorted(found, key=lambda node: (node.name.casefold(), node.code))
    if sort is Column.NAME:
        return by_name[::-1] if descending else by_name
    sign = -1 if descending else 1

    def key(node: Node) -> tuple[bool, float]:
        value = _number(node, sort, hidden)
        return value is None, sign * (value or 0.0)

    return sorted(by_name, key=key)


def _number(node: Node, sort: Column, hidden: frozenset[Node]) -> float | None:
    tally = node.tally
    if sort is Column.CSAT:
        return tally.satisfied / tally.n if tally.n >= MINIMUM and node not in hidden else None
    return {Column.ANSWERS: tally.n, Column.OPEN: tally.open, Column.OVERDUE: tally.overdue}[sort]


def _line(area: Area, node: Node, hidden: frozenset[Node], hidden_before: frozenset[Node]) -> UnitFigures:
    tally = node.tally
    csat, csat_mean = figures_of(tally)
    if node in hidden and not csat.suppressed:
        csat, csat_mean = hide(csat), hide(csat_mean)
    change = Verdict.TOO_FEW
    if not csat.suppressed and node not in hidden_before:
        change = compare_with_before(tally)
    return UnitFigures(node.code, node.name, _place(area, node), csat, csat_mean, change, tally.open, tally.overdue)


def _place(area: Area, node: Node) -> str | None:
    """Return where the unit is in one line, without the unit that the page is about anyway."""
    above = node.parent if node.parent is not area.top else None
    return say_place(node.address, above.name if above else None, above.kind if above else None)
