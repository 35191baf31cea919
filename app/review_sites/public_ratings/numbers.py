"""Stars, counts and days as people type them. Pure.

Sites write 4,6 or 4.6 by the reader's language, and 1 234 with a blank of one kind or another.
"""

import re
from datetime import date
from enum import StrEnum

from app.kit.errors import InvalidInputError

MOST_REVIEWS = 100_000_000
_STARS = re.compile(r"[1-5](?:[.,][0-9]{1,2})?", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
# Between thousands: blanks, narrow and unbreakable ones, an apostrophe.
_GAPS = str.maketrans("", "", " \u00a0\u202f\u2009'’")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", re.ASCII)
_POINT_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", re.ASCII)
_LONGEST = 40
# No review site is older.
_FIRST_DAY = date(2004, 1, 1)


class RatingProblem(StrEnum):
    """Why what was typed is no rating of a day."""

    NO_STARS = "no_stars"
    NO_COUNT = "no_count"
    NO_DAY = "no_day"
    DAY_TO_COME = "day_to_come"
    DAY_TOO_OLD = "day_too_old"


class InvalidRatingError(InvalidInputError):
    """What was typed is no rating of a day; `problem` is for other languages."""

    code = "invalid_public_rating"

    def __init__(self, problem: RatingProblem, field: str) -> None:
        super().__init__(problem.value.replace("_", " "), field=field)
        self.problem = problem


def read_stars(typed: str) -> int:
    """Return stars in hundredths, 100 to 500, from `4,6`, `4.6` or `5`; raises InvalidRatingError."""
    text = typed.strip()
    if len(text) > _LONGEST or not _STARS.fullmatch(text):
        raise InvalidRatingError(RatingProblem.NO_STARS, "rating")
    whole, _, part = text.replace(",", ".").partition(".")
    stars = int(whole) * 100 + int(part.ljust(2, "0"))
    if stars > 500:
        raise InvalidRatingError(RatingProblem.NO_STARS, "rating")
    return stars


def read_count(typed: str) -> int:
    """Return how many reviews, 1 or more; raises InvalidRatingError."""
    text = typed.strip()
    text = text.translate(_GAPS) if len(text) <= _LONGEST else ""
    count = int(text) if _COUNT.fullmatch(text) else 0
    if not 1 <= count <= MOST_REVIEWS:
        raise InvalidRatingError(RatingProblem.NO_COUNT, "count")
    return count


def read_day(typed: str, *, today: date) -> date:
    """Return the day in `2026-03-03` or `03.03.2026`, not after today; raises InvalidRatingError."""
    text = typed.strip()
    text = text if len(text) <= _LONGEST else ""
    iso, pointed = _ISO_DAY.fullmatch(text), _POINT_DAY.fullmatch(text)
    try:
        if iso:
            day = date(int(iso[1]), int(iso[2]), int(iso[3]))
        elif pointed:
            day = date(int(pointed[3]), int(pointed[2]), int(pointed[1]))
        else:
            raise InvalidRatingError(RatingProblem.NO_DAY, "day")
    except ValueError:
        raise InvalidRatingError(RatingProblem.NO_DAY, "day") from None
    if day > today:
        raise InvalidRatingError(RatingProblem.DAY_TO_COME, "day")
    if day < _FIRST_DAY:
        raise InvalidRatingError(RatingProblem.DAY_TOO_OLD, "day")
    return day
