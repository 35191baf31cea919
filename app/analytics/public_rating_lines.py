"""The public ratings as lines of a file: stars beside our own figures, over time and by unit. Pure."""

from collections.abc import Iterator, Sequence

from app.analytics.figure_lines import Line, PageLines, tell_count, tell_days, tell_figure, tell_measured, tell_value
from app.analytics.public_rating_units import UnitStars
from app.analytics.public_ratings import PublicRatings, SiteStars

COLUMNS = ("site", "unit", "unit_name", "first_day", "last_day")


def list_ratings(ratings: PublicRatings, units: Sequence[UnitStars]) -> PageLines:
    """Return our own figures, each site's stars over time with whom we sent there, and the units."""
    return PageLines(COLUMNS, _list_ratings(ratings, units))


def _list_ratings(ratings: PublicRatings, units: Sequence[UnitStars]) -> Iterator[Line]:
    if ratings.sites:
        yield from tell_measured("own", ratings.own)
        for (first, last), measured in zip(ratings.stretches, ratings.own_points, strict=True):
            yield tell_figure("own_time", "mean", measured.parts["mean"], tell_days(first, last))
        for stars in ratings.sites:
            yield from _list_site(stars, ratings)
    for unit in units:
        about = {"unit": unit.place.code, "unit_name": unit.place.name}
        for site, standing in unit.standings.items():
            at = {**about, "site": site.value, **tell_days(*standing.days)}
            yield tell_value("unit", "stars", standing.stars, standing.reviews, at)
        for name in ("mean", "top_2"):
            yield tell_figure("unit", name, unit.own.parts[name], about)


def _list_site(stars: SiteStars, ratings: PublicRatings) -> Iterator[Line]:
    site, standing = {"site": stars.site.value}, stars.standing
    yield tell_value("site", "stars", standing.stars, standing.reviews, {**site, **tell_days(*standing.days)})
    for (first, last), point in zip(ratings.stretches, stars.points, strict=True):
        if point is not None:
            yield tell_value("site_time", "stars", point.stars, point.reviews, {**site, **tell_days(first, last)})
    if stars.in_period is not None:
        between = {**site, **tell_days(stars.in_period.since, stars.in_period.until)}
        yield tell_count("site", "new_reviews", stars.in_period.new_reviews, between)
        if stars.left is not None:
            yield tell_count("site", "left_by_our_buttons", stars.left, between)
