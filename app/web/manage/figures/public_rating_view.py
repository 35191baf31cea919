"""Stars over time as they are drawn: a site's line and our own mean on one axis, and the same as rows of a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import format_decimal, gettext

from app.analytics.metrics import Figure, Method
from app.analytics.public_ratings import PublicRatings, SiteStars
from app.review_sites.public_ratings.readings import Stars
from app.web.manage.charts import Dot, LinePlot, label_places, middle_of, plot_line
from app.web.manage.figures import public_rating_words as words
from app.web.manage.figures import words as figure_words
from app.web.manage.trend_view import Label

_SCALE = (1.0, 5.0)
_STEPS = (0.1, 0.2, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Row:
    """One stretch of days: the site at its end, and our own mean of it."""

    first: date
    last: date
    stars: Stars | None
    mean: Figure


@dataclass(frozen=True, slots=True)
class Drawing:
    """Two lines on one axis; `own` is None where our own figures are hidden throughout."""

    stars: LinePlot
    own: LinePlot | None
    labels: tuple[Label, ...]
    rows: tuple[Row, ...]
    tip: Callable[[Dot], str]
    own_tip: Callable[[Dot], str]
    say: Callable[[float], str]


def draw(ratings: PublicRatings, site: SiteStars) -> Drawing:
    """Return the site's line beside our own."""
    means = [measured.parts["mean"] for measured in ratings.own_points]
    stars = [_figure(point) for point in site.points]
    ends = _ends([*stars, *means])
    rows = tuple(
        Row(first, last, point, mean)
        for (first, last), point, mean in zip(ratings.stretches, site.points, means, strict=True)
    )
    shown = any(not mean.suppressed for mean in means)
    return Drawing(
        stars=plot_line(stars, scale=_SCALE, steps=_STEPS, also=ends),
        own=plot_line(means, scale=_SCALE, steps=_STEPS, also=ends) if shown else None,
        labels=tuple(
            Label(middle_of(place, len(rows)), figure_words.say_day(rows[place].last))
            for place in label_places(len(rows))
        ),
        rows=rows,
        tip=lambda dot: _tip(rows[dot.index]),
        own_tip=lambda dot: _own_tip(rows[dot.index]),
        say=lambda value: str(format_decimal(value, "0.##")),
    )


def _figure(known: Stars | None) -> Figure:
    """As charts take it; a site tells no answers, so that there is no interval."""
    if known is None:
        return Figure(None, 0, None, None, Method.STUDENT_T, suppressed=True)
    return Figure(known.stars, known.reviews, None, None, Method.STUDENT_T)


def _ends(figures: Sequence[Figure]) -> list[float]:
    return [end for one in figures for end in (one.value, one.ci_low, one.ci_high) if end is not None]


def _tip(row: Row) -> str:
    if row.stars is None:
        return ""
    told = gettext("%(count)s reviews", count=format_decimal(row.stars.reviews))
    return f"{figure_words.say_day(row.last)}: {words.show_stars(row.stars)}, {told}"


def _own_tip(row: Row) -> str:
    told = f"{figure_words.show(row.mean)} ({figure_words.show_range(row.mean)}), n = {format_decimal(row.mean.n)}"
    return f"{figure_words.say_days(row.first, row.last)}: {told}"
