"""Dates with the month in words, and clocks and zones as programs and people write them, in figures. Pure.

`15 августа 2026 г., 14:05`, `2026 жылғы 15 тамыз`, `15 серп. 2026`, `Sat, 15 Aug 2026 14:05:33 GMT` come to the form
`2026-08-15 14:05:33+00:00`, which everything else understands.
"""

import re

# Each month as it stands in dates and alone, in Russian, Ukrainian, Kazakh (also typed with Russian letters), English.
_MONTHS = (
    "января январь січня січень қаңтар кантар january",
    "февраля февраль лютого лютий ақпан акпан february",
    "марта март березня березень наурыз march",
    "апреля апрель квітня квітень сәуір сауир april",
    "мая май травня травень мамыр may",
    "июня июнь червня червень маусым june",
    "июля июль липня липень шілде шилде july",
    "августа август серпня серпень тамыз august",
    "сентября сентябрь вересня вересень қыркүйек қыркүйегі кыркуйек september",
    "октября октябрь жовтня жовтень қазан казан october",
    "ноября ноябрь листопада листопад қараша караша november",
    "декабря декабрь грудня грудень желтоқсан желтоксан december",
)
_FORMS = [(form, number) for number, forms in enumerate(_MONTHS, 1) for form in forms.split()]
# What Kazakh puts behind a month: in, of, its.
_ENDS = ("ы", "і", "да", "де", "та", "те", "ның", "нің", "ында", "інде")
# Two figures before a colon are an hour: `15 Aug 14:05:33` has no year.
_YEAR = r"(?P<year>\d{4}|'?\d{2}(?![:\d]))"
_YEAR_WORDS = r"(?:\s*(?:жылғы|жылдың|жылы|жыл|года|році|року|рік|год|г|р|ж)\b\.?)?"
_WORD = r"(?P<month>[^\W\d_]{3,12})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|-?го|-?е|-?го)?"
_BETWEEN = r"[\s\-./,]*"
_REST = r"(?P<rest>(?:[\s,:T].*)?)"
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE | re.DOTALL)
    for shape in (
        rf"{_DAY}{_BETWEEN}{_WORD}{_BETWEEN}{_YEAR}{_YEAR_WORDS}{_REST}",
        rf"{_WORD}\s*{_DAY},?\s+(?P<clock>\d{{1,2}}:\d{{2}}(?::\d{{2}})?)\s+(?P<year>\d{{4}}){_REST}",
        rf"{_WORD}\s*{_DAY},?\s+{_YEAR}{_YEAR_WORDS}{_REST}",
        rf"(?P<year>\d{{4}}){_YEAR_WORDS}{_BETWEEN}{_DAY}{_BETWEEN}{_WORD}{_REST}",
        rf"(?P<year>\d{{4}}){_YEAR_WORDS}{_BETWEEN}{_WORD}{_BETWEEN}{_DAY}{_REST}",
    )
)
_FIGURES = re.compile(
    rf"(?!\d{{1,2}}[-./]\d{{1,2}}[-./]\d{{1,2}}:)"
    rf"(?P<date>\d{{1,4}}([-./])\d{{1,2}}\2\d{{1,4}}|\d{{8}}){_YEAR_WORDS}{_REST}",
    re.IGNORECASE | re.DOTALL,
)
_WEEKDAY = re.compile(r"[^\W\d_]+[.,]*\s+")
_CLOCK = re.compile(
    r":?[\s,T]*(?:(?:в|о|об|at|сағат)\s+)?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[apдп])\.?\s?[mп]\.?)?"
    r"(?P<zone>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ZONE = re.compile(
    r"(?P<name>utc|gmt|z|мск|msk)?\s*(?:(?P<sign>[+\-−])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?)?", re.IGNORECASE
)
_ZONED = re.compile(r":\d{2}(?: [ap]m)?[+-]\d{2}:\d{2}$")
_MOSCOW = 3
_LONGEST = 120


def spell_in_figures(text: str) -> str | None:
    """Return a date in words, or one with a clock that is written otherwise, in figures; None if it is no date.

    Of a date in figures the parts stay in their order. A zone named behind its offset, `GMT+0600 (Almaty Standard
    Time)`, says nothing new; one that is named alone, `14:05 (Moscow time)`, must not be passed over.
    """
    if len(text) > _LONGEST:
        return None
    before, bracket, aside = text.rstrip().rpartition("(")
    if bracket and aside.endswith(")"):
        figures = _spell(before)
        if figures is not None and _ZONED.search(figures):
            return figures
    return _spell(text)


def _spell(text: str) -> str | None:
    text = " ".join(text.replace("(", "").replace(")", "").split())
    found = _FIGURES.fullmatch(text)
    if found is not None:
        return _join(found["date"], found["rest"])
    weekday = _WEEKDAY.match(text)
    for words in (text, text[weekday.end() :] if weekday is not None else ""):
        for shape in _SHAPES:
            found = shape.fullmatch(words)
            if found is not None and (month := _find_month(found["month"])) is not None:
                year = found["year"].lstrip("'")
                date = f"{'20' if len(year) == 2 else ''}{year}-{month:02}-{int(found['day']):02}"
                clock = found.groupdict().get("clock") or ""
                return _join(date, f" {clock} {found['rest']}" if clock else found["rest"])
    return None


def _find_month(word: str) -> int | None:
    text = word.casefold()
    for form, number in _FORMS:
        if form.startswith(text) or (text.startswith(form) and text[len(form) :] in _ENDS):
            return number
    return None


def _join(date: str, rest: str) -> str | None:
    if not rest.strip(" ,"):
        return date
    found = _CLOCK.fullmatch(rest)
    if found is None:
        return None
    half = {"a": " am", "д": " am", "p": " pm", "п": " pm"}.get((found["half"] or "").lower(), "")
    zone = _read_zone(found["zone"].strip(" ,[]"))
    if zone is None:
        return None
    return f"{date} {found['hour']}:{found['minute']}:{found['second'] or '00'}{half}{zone}"


def _read_zone(text: str) -> str | None:
    """Return the zone as `+05:00`, nothing for none, or None for what is no zone."""
    if not text:
        return ""
    found = _ZONE.fullmatch(text)
    if found is None:
        return None
    base = _MOSCOW if (found["name"] or "").lower() in ("мск", "msk") else 0
    minutes = int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)
    total = base * 60 + (minutes if found["sign"] == "+" else -minutes)
    return f"{'-' if total < 0 else '+'}{abs(total) // 60:02}:{abs(total) % 60:02}"
