"""Where a table begins and ends in a file: titles above the row of heads, totals and remarks below. Pure.

Reports of telephone systems have a title and a period above the heads, and totals at the foot. Neither is a row.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

# So many rows tell how wide the table is.
LOOKED_AT = 30
_LONGEST_TOTAL = 80
_TOTAL = re.compile(
    r"(?:grand |sub)?totals?|averages?|mean|итого|всего|общий итог|общее количество|среднее|в среднем|"
    r"барлығы|жиыны|жалпы|орташа|усього|всього|разом|підсумок|загалом|середнє"
)
_NOT_LETTERS = re.compile(r"[\W_]+")
# 31.08.2026, 2026-08-31, 31 августа 2026, also if there is no such day.
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{2,4}|\d\W*[^\W\d_]{3,}\W+\d{4}|[^\W\d_]{3,}\W*\d{1,2}\W+\d{4}")


def find_head(rows: Sequence[Sequence[object]]) -> int:
    """Return the place of the row of heads among the first rows that are not empty.

    A row with one thing on it, or two, above a table that is wider is a title and no row of heads.
    """
    filled = [sum(1 for cell in cells if not is_blank(cell)) for cells in rows]
    if not filled:
        return 0
    # Titles do not tell how wide the table is: there may be more of them than rows.
    common = Counter([count for count in filled if count > 1] or filled)
    width = max(common, key=lambda count: (common[count], count))
    return next((place for place, count in enumerate(filled) if not _is_title(count, width)), 0)


def is_total(cells: Iterable[object]) -> bool:
    """Tell whether the first thing in a row says that it sums up the others; with a number or a date it does not."""
    first, *others = [cell for cell in cells if not is_blank(cell)] or [None]
    if not isinstance(first, str) or len(first) > _LONGEST_TOTAL:
        return False
    total = _TOTAL.fullmatch(_NOT_LETTERS.sub(" ", first.casefold()).strip()) is not None
    return total and not any(_has_date(cell) for cell in others)


def is_lonely(cells: Iterable[object]) -> bool:
    """Tell whether one cell of a row has something in it, and no other."""
    return sum(1 for cell in cells if not is_blank(cell)) == 1


def _has_date(cell: object) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and _DATE.search(cell[:_LONGEST_TOTAL]) is not None)


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
