"""Words of public ratings: stars, since when, how asking went, what was wrong with what was typed."""

from collections.abc import Mapping
from datetime import date

from flask_babel import format_date, format_decimal, gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

from app.analytics.public_rating_units import Asking, Lack, Level, PageState
from app.review_sites.public_ratings.many import PlannedLine, Refusal
from app.review_sites.public_ratings.models import Outcome
from app.review_sites.public_ratings.numbers import RatingProblem
from app.review_sites.public_ratings.readings import FRESH, Growth, Standing, Stars
from app.web.manage import words

LEVELS: Mapping[Level, LazyString] = {
    Level.NEXT: lazy_gettext("The level below"),
    Level.OFFICES: lazy_gettext("All offices"),
}
LACKS: Mapping[Lack, LazyString] = {
    Lack.NO_PAGE: lazy_gettext("No page on any site"),
    Lack.NO_STARS: lazy_gettext("A page, but no stars known"),
    Lack.STALE: lazy_gettext("Stars older than a week"),
    Lack.FAILING: lazy_gettext("The site did not answer"),
}
PROBLEMS: Mapping[RatingProblem, LazyString] = {
    RatingProblem.NO_STARS: lazy_gettext("Stars are a number from 1 to 5, such as 4.6 or 4,6."),
    RatingProblem.NO_COUNT: lazy_gettext("The number of reviews is a whole number, 1 or more."),
    RatingProblem.NO_DAY: lazy_gettext("This is not a day. Write it as 2026-03-03 or 03.03.2026."),
    RatingProblem.DAY_TO_COME: lazy_gettext("This day is still to come."),
    RatingProblem.DAY_TOO_OLD: lazy_gettext("There were no such reviews on this day yet."),
}
_REFUSALS: Mapping[Refusal, LazyString] = {
    Refusal.TOO_SHORT: lazy_gettext("A line has five columns: code, site, date, stars, number of reviews."),
    Refusal.NO_UNIT: lazy_gettext("You have no unit with this code."),
    Refusal.NO_SITE: lazy_gettext("There is no such review site."),
    Refusal.TWICE: lazy_gettext("This unit, site and day stand in the table twice."),
    Refusal.TOO_MANY: lazy_gettext("The table ends here: 5,000 lines at a time."),
}
_FAILURES: Mapping[Outcome, LazyString] = {
    Outcome.BAD_KEY: lazy_gettext("the site refused our key"),
    Outcome.RATE_LIMITED: lazy_gettext("the site had enough of our questions"),
    Outcome.FIELD_DENIED: lazy_gettext("our key may not ask for stars"),
    Outcome.NOT_FOUND: lazy_gettext("the site does not know this page any more"),
    Outcome.UNAVAILABLE: lazy_gettext("the site could not be reached"),
    Outcome.NONSENSE: lazy_gettext("the site answered what cannot be read"),
}


def show_stars(known: Stars) -> str:
    """Return the stars as the site shows them; of several pages, their mean with two decimals."""
    return show_number(known.stars, of_many=known.pages > 1)


def show_number(stars: float, *, of_many: bool = False) -> str:
    """Return stars in the reader's digits, `4.6`; the mean of many with two decimals."""
    return str(format_decimal(stars, "0.00" if of_many else "0.0#"))


def show_day(day: date) -> str:
    """Return a day with its year."""
    return str(format_date(day, "medium"))


def say_as_of(standing: Standing, day: date) -> str:
    """Return when the stars were read, always: they are what was last known."""
    first, last = standing.days
    if is_stale(standing, day):
        return str(gettext("last known, as of %(day)s", day=_short(last, day)))
    if first == last:
        return str(gettext("as of %(day)s", day=_short(last, day)))
    return str(gettext("as of %(first)s to %(last)s", first=_short(first, day), last=_short(last, day)))


def say_stale(standing: Standing) -> str:
    """Return what is old of it."""
    if standing.pages == 1:
        return str(gettext("older than a week"))
    return str(ngettext("%(num)s page older than a week", "%(num)s pages older than a week", standing.stale))


def say_growth(growth: Growth) -> str:
    """Return how stars and reviews went, `4.1 → 4.6 since 3 Mar 2026`; of the same pages on both days."""
    many = growth.pages > 1
    then, now = (show_number(stars, of_many=many) for stars in growth.stars)
    return str(gettext("%(then)s → %(now)s since %(day)s", then=then, now=now, day=show_day(growth.since)))


def say_new_reviews(growth: Growth) -> str:
    """Return by how much the number of reviews went, with its sign."""
    return words.show_signed(growth.new_reviews, "#,##0")


def say_page(state: PageState | None) -> str:
    """Return why there are no stars of a page, or why they are not newer; nothing where all is well."""
    match state.asking if state is not None else Asking.NO_PAGE:
        case Asking.NO_PAGE:
            return str(gettext("no page of its own"))
        case Asking.NO_SOURCE:
            return str(gettext("to be typed in by hand"))
        case Asking.NO_REFERENCE:
            return str(gettext("its link names no place that can be asked about"))
        case Asking.NOT_YET:
            return str(gettext("not asked about yet"))
        case Asking.NONE_YET:
            return str(gettext("nobody has rated it yet"))
        case Asking.FAILED if state is not None and state.outcome is not None:
            return str(_FAILURES.get(state.outcome, state.outcome.value))
        case _:
            return ""


def say_line(line: PlannedLine) -> str:
    """Return why a line of a table was refused."""
    if line.problem is not None:
        return str(PROBLEMS[line.problem])
    return str(_REFUSALS[line.refusal]) if line.refusal is not None else ""


def is_stale(standing: Standing, day: date) -> bool:
    """Tell whether even the latest reading is more than a week older than the day."""
    return day - standing.days[1] > FRESH


def _short(day: date, beside: date) -> str:
    return str(format_date(day, "d MMM")) if day.year == beside.year else show_day(day)
