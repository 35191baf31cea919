"""What somebody means who writes a few words back: stop, start, a rating, or a comment; pure."""

import re
from dataclasses import dataclass

from app.surveys.question import Question, QuestionType

_STOP = frozenset(
    {
        *("stop", "stopall", "unsubscribe"),
        *("стоп", "отписаться", "отписка", "отпишите"),
        *("тоқта", "токта", "тоқтат", "токтат", "тоқтату", "токтату"),
        *("зупинити", "зупиніть", "відписатися", "відписка"),
    }
)
_START = frozenset({"start", "unstop", "subscribe", "старт", "баста", "бастау", "подписаться", "почати", "підписатися"})
_AROUND = " \t\r\n.,!?/\"'«»()"
# What is answered by one number.
_NUMBERED = (QuestionType.RATING5, QuestionType.NPS, QuestionType.CES7)
# A digit drawn as a key is a digit and two marks.
_KEYCAP = re.compile("[\ufe0f\u20e3]")
# A number of its own: no part of another (15, 4.5, 5 000), and nothing that it counts.
_NUMBER = re.compile(r"\s*([0-9]{1,2})(?=[\s!.,]|$)(?![\s.,]*[0-9])[\s!.,:;—-]*(.*)", re.DOTALL)
_UNIT = re.compile(
    r"(?:мин|час|ден|дня|дне|раз|тенге|теңге|тг|руб|грн|гривен|доллар|сағат|күн|рет|годин|хвилин|днів|"
    r"minute|min\b|hour|day|time|week|tenge|kzt|usd|%|₸|\$)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Rated:
    """A number that answers the question, and the words that came with it, if any."""

    value: int
    words: str | None


def asks_to_stop(text: str) -> bool:
    """Tell whether the whole text is a word for stop; "stop calling me in the morning" is a comment."""
    return text.strip(_AROUND).casefold() in _STOP


def asks_to_start(text: str) -> bool:
    """Tell whether the whole text is a word for start."""
    return text.strip(_AROUND).casefold() in _START


def read_rating(text: str, question: Question) -> Rated | None:
    """Return the rating that the text begins with ("5", "5! спасибо"), or None.

    "15 минут ждал", "500 тенге" and "5 минут ждал" are none: the number counts something. A word alone is no guess.
    """
    if question.type not in _NUMBERED:
        return None
    found = _NUMBER.fullmatch(_KEYCAP.sub("", text))
    if found is None or _UNIT.match(found.group(2)) or not question.accepts(int(found.group(1))):
        return None
    return Rated(int(found.group(1)), found.group(2).strip() or None)


def looks_like_number(text: str) -> bool:
    """Tell whether the text may be a telephone number rather than words."""
    digits = len(_DIGITS.findall(text))
    return digits >= 6 and digits * 3 >= len(text.strip())
