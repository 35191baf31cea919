"""Yes or no as people write it back, in four languages or by the number of the answer; pure."""

import re
from dataclasses import dataclass

_YES = frozenset(
    {
        *("да", "ага", "решено", "решили", "решен", "решён"),
        *("иә", "иа", "ия", "йә", "шешілді", "шешилди"),
        *("так", "вирішено", "вирішили"),
        *("yes", "y", "yeah", "yep", "da", "ok", "ок", "окей"),
        *("👍", "✅"),
    }
)
_NO = frozenset(
    {
        *("нет", "не", "неа", "нету", "не решено", "не решили", "не решен", "не решён"),
        *("жоқ", "жок", "шешілмеді", "шешилмеди"),
        *("ні", "нi", "не вирішено", "не вирішили"),
        *("no", "n", "nope", "net"),
        *("👎", "❌"),
    }
)
_NUMBERS = {"1": True, "2": False}
# What may stand between the answer and the words that explain it.
_PAUSE = re.compile(r"\s*[,.!;:\n—–-]+\s*")
_AROUND = " \t\r\n.,!?;:/\"'«»()…—–-"
# A digit drawn as a key is a digit and two marks; thumbs come in colours.
_MARKS = re.compile("[\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")


@dataclass(frozen=True, slots=True)
class YesNo:
    """The answer, and the words that came with it, if any."""

    settled: bool
    words: str | None = None


def read_yes_no(text: str) -> YesNo | None:
    """Return the answer that the text is or begins with ("нет, деньги не вернули"), or None.

    Only a whole text, or one that pauses after the answer: "нет претензий" and "2 дня жду" are words like any other.
    """
    plain = _MARKS.sub("", text).strip()
    settled = _read_word(plain)
    if settled is not None:
        return YesNo(settled)
    pause = _PAUSE.search(plain)
    if pause is None or pause.start() == 0:
        return None
    settled = _read_word(plain[: pause.start()])
    rest = plain[pause.end() :].strip()
    if settled is None or _goes_on(plain[: pause.start()], rest):
        return None
    again = _read_word(rest)
    if again is not None:  # "да-да", but "да, нет" is no answer
        return YesNo(settled) if again is settled else None
    return YesNo(settled, rest or None)


def _read_word(text: str) -> bool | None:
    word = " ".join(text.strip(_AROUND).casefold().split())
    if word in _NUMBERS:
        return _NUMBERS[word]
    if word in _YES:
        return True
    return False if word in _NO else None


def _goes_on(answer: str, rest: str) -> bool:
    """Tell whether a number goes on behind the pause, as in "1-5", "2.5" or "1, 2"."""
    return answer.strip(_AROUND).isdigit() and rest[:1].isdigit()
