"""In which order day and month stand in the dates of a file, where several ways of writing them meet. Pure.

Two systems behind one export write `31.03.2026` and `3/31/2026` into one column. The sign between the parts tells such
ways apart, so each sign is judged by itself: a number over 12 proves its order, and what nothing proves is asked for.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.imports.times import (
    DateOrder,
    InvalidTimeError,
    Moment,
    UnclearDatesError,
    read_date_format,
    read_moment,
)

_SIGNS = "-./"
_SIGN = re.compile(f"[{re.escape(_SIGNS)}]")
_PARTS = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2\d{2,4}")


@dataclass(frozen=True, slots=True)
class WrittenDates:
    """The orders to try by the sign between a date's parts; `others` are those of a sign that is not named.

    Dates that begin with a year of four digits, and those that a workbook keeps as dates, need no order.
    """

    by_sign: Mapping[str, tuple[DateOrder, ...]] = field(default_factory=dict)
    others: tuple[DateOrder, ...] = (DateOrder.DMY,)

    def read(self, cell: object) -> Moment:
        """Return the moment, day or time of day that a cell says; raises InvalidTimeError."""
        if not isinstance(cell, str):
            return read_moment(cell, DateOrder.DMY)
        text = cell.strip()
        found = _SIGN.search(text, 0, 5)
        sign = found[0] if found else ""
        return _read_text(text, self.by_sign.get(sign, self.others))


def written_alike(order: DateOrder) -> WrittenDates:
    """Return that all dates of a file stand in one order, whatever stands between their parts."""
    return WrittenDates(others=(order,))


def read_date_formats(texts: Sequence[str]) -> WrittenDates | None:
    """Return what several `--date-format` (or one with commas) mean, to be tried in their order; None for none.

    A single format says the order of all dates. Raises InvalidInputError.
    """
    formats = [each.strip() for text in texts for each in text.split(",") if each.strip()]
    if not formats:
        return None
    if len(formats) == 1:
        return written_alike(read_date_format(formats[0]))
    by_sign: dict[str, tuple[DateOrder, ...]] = {}
    for each in formats:
        sign = next((letter for letter in each if letter in _SIGNS), "")
        by_sign[sign] = (*by_sign.get(sign, ()), read_date_format(each))
    return WrittenDates(by_sign, others=())


def find_written_dates(cells: Iterable[tuple[int, object]]) -> WrittenDates:
    """Return the order that each sign's dates prove, given cells with their lines; raises UnclearDatesError.

    Dates that are the same in both orders need no proof.
    """
    proofs: dict[str, dict[DateOrder, int]] = {}
    unclear: dict[str, tuple[int, str]] = {}
    for line, cell in cells:
        if not isinstance(cell, str) or (found := _PARTS.match(cell.strip())) is None:
            continue
        first, sign, second = int(found[1]), found[2], int(found[3])
        if first > 12:
            proofs.setdefault(sign, {}).setdefault(DateOrder.DMY, line)
        elif second > 12:
            proofs.setdefault(sign, {}).setdefault(DateOrder.MDY, line)
        elif first != second:
            unclear.setdefault(sign, (line, cell.strip()))
    for sign, proven in proofs.items():
        if len(proven) > 1:
            day, month = f"dd{sign}mm{sign}yyyy", f"mm{sign}dd{sign}yyyy"
            raise UnclearDatesError(
                f"line {proven[DateOrder.DMY]} has the day first and line {proven[DateOrder.MDY]} the month; write all "
                f"dates alike, or say which is tried first: --date-format {day},{month}",
                code="dates_contradict",
                day=proven[DateOrder.DMY],
                month=proven[DateOrder.MDY],
                formats=f"{day},{month}",
            )
    for sign, (line, text) in unclear.items():
        if sign not in proofs:
            raise UnclearDatesError(
                f"line {line}: {text[:20]!r} can be read in two ways, and no other date proves which; "
                f"say it with --date-format dd{sign}mm{sign}yyyy or mm{sign}dd{sign}yyyy",
                line=line,
                text=text[:20],
            )
    return WrittenDates({sign: tuple(proven) for sign, proven in proofs.items()})


def _read_text(text: str, orders: tuple[DateOrder, ...]) -> Moment:
    if len(orders) == 1:
        return read_moment(text, orders[0])
    refused: InvalidTimeError | None = None
    if not orders and _PARTS.match(text):
        raise InvalidTimeError(
            f"{text[:40]!r} is written in none of the formats given by --date-format",
            code="no_given_format",
            text=text[:40],
        )
    for order in orders or (DateOrder.YMD,):
        try:
            return read_moment(text, order)
        except InvalidTimeError as error:
            refused = refused or error
    raise refused or InvalidTimeError(f"{text[:40]!r} is no date or time", code="no_date", text=text[:40])
