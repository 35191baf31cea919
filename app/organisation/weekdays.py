"""Names of weekdays as people write them in English, Russian, Kazakh and Ukrainian, pure."""

import re
from collections.abc import Mapping

# Monday first: the full name and the usual short ones, in lower case. CLDR's short names in the four do not clash.
_NAMES: tuple[str, ...] = (
    "mo mon monday пн пон понедельник понеділок дс дүйсенбі",
    "tu tue tues tuesday вт втр вторник вівторок сс сейсенбі",
    "we wed wednesday ср срд среда середа сәрсенбі",
    "th thu thur thurs thursday чт чтв четверг четвер бс бейсенбі",
    "fr fri friday пт птн пятница п'ятниця жм жұма",
    "sa sat saturday сб суб суббота субота сн сенбі",
    "su sun sunday вс вск воскресенье нд нед неділя жс жексенбі",
)
_DAY: Mapping[str, int] = {name: day for day, names in enumerate(_NAMES) for name in names.split()}
_EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
_GROUPS: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys(("daily", "every day", "ежедневно", "каждый день", "щодня", "щоденно", "күн сайын"), _EVERY_DAY),
    **dict.fromkeys(("weekdays", "будни", "по будням", "рабочие дни", "будні", "жұмыс күндері"), _EVERY_DAY[:5]),
    **dict.fromkeys(("weekend", "weekends", "по выходным"), _EVERY_DAY[5:]),
}
# Sheets typed by hand mix keyboards: a Latin "c" in "cб" looks right and reads wrong.
_LOOK_ALIKES = str.maketrans("aceopxyi", "асеорхуі")
_PUBLIC_HOLIDAYS, _SCHOOL_HOLIDAYS = "ph", "sh"
# Beside the weekdays from 0 to 6, where a rule may name it.
HOLIDAY = 7


def read_days(text: str, *, holiday: bool = False) -> tuple[int, ...] | None:
    """Return the days (0 is Monday) of `Mo-Fr`, `пн, ср`, `Sa-Mo` or `ежедневно`, in order; None if one is unknown.

    Holidays (`PH`, `SH`) are known words and name no weekday; with `holiday`, `PH` is HOLIDAY after the weekdays.
    """
    text = re.sub(r"\s+", " ", text.strip().casefold()).replace("’", "'").replace("ʼ", "'")
    if text in _GROUPS:
        return _GROUPS[text]
    days: set[int] = set()
    for part in re.split(r"[,/]", text):
        if part.strip(" .") == _PUBLIC_HOLIDAYS:
            days.update((HOLIDAY,) if holiday else ())
            continue
        if part.strip(" .") == _SCHOOL_HOLIDAYS:
            continue
        ends = [_read_day(name) for name in re.split(r"[-–—]", part)]
        if len(ends) > 2 or None in ends:
            return None
        first, last = ends[0] or 0, ends[-1] or 0
        # Sa-Mo goes round the end of the week.
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return tuple(sorted(days))


def _read_day(name: str) -> int | None:
    name = name.strip(" .")
    return _DAY.get(name, _DAY.get(name.translate(_LOOK_ALIKES)))
