"""Where a table begins and ends in a file: titles above the row of heads, totals and remarks below. Pure.

Reports of telephone systems have a title and a period above the heads, and totals at the foot. Neither is a row.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

# So many rows tell how wide the table is.
LOOKED_AT = 30
_TOTAL = re.compile(
    r"(?:grand |sub)?totals?|averages?|mean|итого|всего|общий итог|общее количество|среднее|в среднем|"
    r"барлығы|жиыны|жалпы|орташа|усього|всього|разом|підсумок|загалом|середнє"
)
_NOT_LETTERS = re.compile(r"[\W\d_]+")


def find_head(rows: Sequence[Sequence[object]]) -> int:
    """Return the place of the row of heads among the first rows that are not empty.

    A row with one thing on it, or two, above a table that is wider is a title and no row of heads.
    """
    filled = [sum(1 for cell in cells if not is_blank(cell)) for cells in rows]
    if not filled:
        return 0
    common = Counter(filled)
    width = max(common, key=lambda count: (common[count], count))
    return next((place for place, count in enumerate(filled) if not _is_title(count, width)), 0)


def is_total(cells: Iterable[object]) -> bool:
    """Tell whether the first thing in a row says that it sums up the others."""
    first = next((cell for cell in cells if not is_blank(cell)), None)
    if not isinstance(first, str):
        return False
    return _TOTAL.fullmatch(_NOT_LETTERS.sub(" ", first.casefold()).strip()) is not None


def _is_title(filled: int, width: int) -> bool:
    return (filled == 1 and width >= 3) or (filled == 2 and width >= 4)


def is_blank(cell: object) -> bool:
    """Tell whether there is nothing in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def number_heads(heads: Sequence[str]) -> tuple[str, ...]:
    """Return the heads, those that stand there again with a number: `Comment`, `Comment (2)`."""
    seen: Counter[str] = Counter()
    numbered: list[str] = []
    for head in heads:
        seen[head] += 1
        name = head
        while head and name in numbered:
            name = f"{head} ({seen[head]})"
            seen[head] += 1
        numbered.append(name)
    return tuple(numbered)
