"""Lengths of time in words: `1 мин 20 с`, `2 min 5 sec`, `PT1M20S`, in seconds. Pure."""

import re

_SECONDS = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "ч", "час", "часа", "часов", "сағ", "сағат"), 3600),
    **dict.fromkeys(("год", "година", "години", "годин"), 3600),  # Ukrainian: hours
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "м", "мин", "минута", "минуты", "минут", "минуту"), 60),
    **dict.fromkeys(("хв", "хвилина", "хвилини", "хвилин", "минуттар"), 60),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "с", "сек", "секунда", "секунды", "секунд"), 1),
    **dict.fromkeys(("секунду", "секунди", "секундтар"), 1),
}
_PART = re.compile(r"(\d{1,6}(?:[.,]\d+)?)\s*([^\W\d_]+)\.?[\s,]*", re.IGNORECASE)
_ISO = re.compile(r"PT(?=\d)", re.IGNORECASE)


def read_worded_length(text: str) -> float | None:
    """Return the seconds, or None if it is no length of time in words. Each unit stands once, the longest first."""
    words = _ISO.sub("", text, count=1)
    total, position, before = 0.0, 0, 1_000_000
    for found in _PART.finditer(words):
        seconds = _SECONDS.get(found[2].casefold())
        if seconds is None or seconds >= before or found.start() != position:
            return None
        total += float(found[1].replace(",", ".")) * seconds
        position, before = found.end(), seconds
    return total if position and position == len(words) else None
