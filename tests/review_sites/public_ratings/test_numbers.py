"""What people type for stars, counts and days, and what a link is asked about."""

from collections.abc import Callable
from datetime import date

import pytest

from app.review_sites.catalogue import Site
from app.review_sites.public_ratings.numbers import (
    InvalidRatingError,
    RatingProblem,
    read_count,
    read_day,
    read_stars,
)
from app.review_sites.public_ratings.references import read_reference
from app.review_sites.public_ratings.table import read_lines

TODAY = date(2026, 3, 4)
NASTY = ("", " ", "\0", "\ud800", "x", "9" * 100_000, "٤", "1e3", "-1", "NaN")


def problem(read: Callable[[str], object], typed: str) -> RatingProblem:
    with pytest.raises(InvalidRatingError) as raised:
        read(typed)
    return raised.value.problem


def test_stars_are_read_with_a_comma_or_a_point_from_one_to_five() -> None:
    for typed, stars in (("4,6", 460), ("4.6", 460), (" 5 ", 500), ("1", 100), ("4.57", 457), ("5,00", 500)):
        assert read_stars(typed) == stars
    for typed in (*NASTY, "0,9", "5,1", "4,", "4.567", "4 6", "6"):
        assert problem(read_stars, typed) is RatingProblem.NO_STARS


def test_counts_are_read_with_the_gaps_that_sites_write() -> None:
    for typed, count in (("1", 1), ("1 287", 1287), ("1\u00a0287", 1287), ("1\u202f287", 1287), ("1'287", 1287)):
        assert read_count(typed) == count
    for typed in (*NASTY, "0", "1.5", "100000001"):
        assert problem(read_count, typed) is RatingProblem.NO_COUNT


def test_days_are_read_in_two_ways_and_none_is_to_come() -> None:
    for typed in ("2026-03-03", "03.03.2026", "3.3.2026"):
        assert read_day(typed, today=TODAY) == date(2026, 3, 3)
    assert read_day("2026-03-04", today=TODAY) == TODAY

    def read(typed: str) -> date:
        return read_day(typed, today=TODAY)

    for typed in (*NASTY, "03/03/2026", "2026-02-30", "30.02.2026", "0000-00-00"):
        assert problem(read, typed) is RatingProblem.NO_DAY
    assert problem(read, "2026-03-05") is RatingProblem.DAY_TO_COME
    assert problem(read, "1999-01-01") is RatingProblem.DAY_TOO_OLD


def test_a_link_is_asked_about_by_what_its_site_knows_it_by() -> None:
    for site, link, reference in (
        (Site.GOOGLE, "https://search.google.com/local/writereview?placeid=ChIJabcd-_1", "ChIJabcd-_1"),
        (Site.GOOGLE, "https://g.page/r/CQabc123EBM/review", None),
        (Site.GOOGLE, "https://www.google.com/maps?cid=123", None),
        (Site.GOOGLE, "https://maps.app.goo.gl/abc", None),
        (Site.TWOGIS, "https://2gis.kz/almaty/firm/70000001012345678/tab/reviews/addreview", "70000001012345678"),
        (Site.TWOGIS, "https://2gis.kz/firm/7/tab/reviews/addreview", "7"),
        (Site.TRUSTPILOT, "https://www.trustpilot.com/evaluate/example.kz", "example.kz"),
        (Site.YANDEX, "https://yandex.kz/maps/org/name/1234567890/reviews/?add-review=true", None),
        (Site.FACEBOOK, "https://www.facebook.com/name/reviews", None),
    ):
        assert read_reference(site, link) == reference, link


def test_a_table_is_read_from_a_spreadsheet_and_from_files_of_either_kind() -> None:
    cells = ("a-1", "google", "2026-03-03", "4,6", "1 287")
    for text in (
        "a-1\tgoogle\t2026-03-03\t4,6\t1 287",
        "a-1; google; 2026-03-03; 4,6; 1 287;",
        'a-1,google,2026-03-03,"4,6",1 287',
        "a-1,google,2026-03-03,4,6,1 287",
        "\ufeff\n\na-1;google;2026-03-03;4,6;1 287\n",
    ):
        (line,) = read_lines(text)
        assert (line.code, line.site, line.day, line.rating, line.count) == cells, text
        assert line.complete
    assert [line.complete for line in read_lines("a;b\na;b;c;d;e;f\n\0\n" + "x" * 100_000)] == [False] * 4
    assert next(read_lines("Код;Сайт;День;Звёзды;Отзывы")).is_heading
