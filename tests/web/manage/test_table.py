"""The state of a table in the address."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from app.web.manage.table import LAST_PAGE, Table, read_table


@pytest.fixture(autouse=True)
def _request() -> Iterator[None]:
    app = Flask("tables")
    app.add_url_rule("/things/<place>", "things", lambda place: place)
    with app.test_request_context("/things/here?q=x"):
        yield


def read(**typed: str) -> Table:
    return read_table(
        MultiDict(typed), sorts=("name", "answers"), filters={"state": ("live", "revoked")}, default="name"
    )


def asked(address: str) -> dict[str, list[str]]:
    assert urlsplit(address).path == "/things/here"
    return parse_qs(urlsplit(address).query)


def test_an_address_without_anything_shows_the_default() -> None:
    table = read()
    assert (table.search, table.sort, table.descending, table.page, table.offset) == ("", "name", False, 1, 0)
    assert not table.is_narrowed()
    assert table.address() == "/things/here"


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "²", "1e3", "99999999"])
def test_a_page_that_is_none_is_the_first(page: str) -> None:
    assert read(page=page).page == 1


def test_a_page_far_out_stays_where_the_database_can_follow() -> None:
    assert read(page="99999").page == LAST_PAGE


def test_unknown_columns_and_choices_are_left_out() -> None:
    table = read(sort="password", state="deleted")
    assert (table.sort, table.filters) == ("name", {})


def test_sorting_again_turns_round_and_another_column_begins_upwards() -> None:
    table = read(sort="answers", page="4")
    assert asked(table.sort_address("answers")) == {"sort": ["-answers"]}
    assert asked(table.sort_address("name")) == {}
    assert (table.direction("answers"), table.direction("name")) == ("ascending", None)
    assert read(sort="-answers").direction("answers") == "descending"


def test_turning_the_page_keeps_everything_else() -> None:
    table = read(q=" Almaty\0 ", sort="-answers", state="live", page="2")
    assert asked(table.address(page=3)) == {"q": ["Almaty"], "sort": ["-answers"], "state": ["live"], "page": ["3"]}
    assert asked(table.address(state=None)) == {"q": ["Almaty"], "sort": ["-answers"]}


def test_the_sort_that_a_search_carries_on_is_only_a_chosen_one() -> None:
    assert (read().sort_given(), read(sort="-name").sort_given()) == (None, "-name")
