"""`--map` and `--set`, as tables."""

import pytest

from app.imports.mapping import InvalidMappingError, choose_columns, parse_defaults, parse_mapping
from app.imports.tables import read_table
from app.kit.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "mapping"),
    [
        ("name=Наименование,address=Адрес", {"name": "Наименование", "address": "Адрес"}),
        ('name=Наименование,twogis_url="2GIS URL"', {"name": "Наименование", "twogis_url": "2GIS URL"}),
        ('"name"="a,b=c", address = Full address ', {"name": "a,b=c", "address": "Full address"}),
        ('name="the ""old"" name"', {"name": 'the "old" name'}),
        ("name=2GIS URL", {"name": "2GIS URL"}),
    ],
)
def test_pairs_are_read_with_and_without_quotes(text: str, mapping: dict[str, str]) -> None:
    assert parse_mapping(text) == mapping


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no ="),
        ("name", "no = after 'name'"),
        ("name=A,", "no = after ''"),
        ("name=", "both sides"),
        ("=A", "both sides"),
        ("name=A,name=B", "mapped twice"),
        ('name="A', "no closing quote"),
        ('name="A"B', "follows a closing quote"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(InvalidMappingError) as caught:
        parse_mapping(text)

    assert said in caught.value.message


@pytest.mark.parametrize("setting", ["time_zone", "time_zone=", "code=A", "=x"])
def test_a_wrong_setting_is_refused(setting: str) -> None:
    with pytest.raises(InvalidMappingError):
        parse_defaults([setting], ["time_zone"])


def test_a_setting_fills_empty_cells_only() -> None:
    table = read_table(b"name,time_zone\nA,\nB,Asia/Almaty\n", "x.csv")
    columns = choose_columns(
        table,
        ["name", "time_zone"],
        required=["name"],
        defaults=parse_defaults(["time_zone=Europe/Kyiv"], ["time_zone"]),
    )

    assert [columns.text(row.cells, "time_zone") for row in table.rows] == ["Europe/Kyiv", "Asia/Almaty"]


def test_unknown_columns_are_named_and_mapped_ones_win() -> None:
    table = read_table("name,Название,район\nA,Б,В\n".encode(), "x.csv")
    columns = choose_columns(table, ["name", "address"], required=["name"], mapping={"name": "Название"})

    assert columns.text(table.rows[0].cells, "name") == "Б"
    assert columns.ignored == ("name", "район")
    assert not columns.gives("address")


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"title": "Название"}, "no such field; there are name, address"),
        ({"name": "Имя"}, "the file has no such column; it has Название"),
        ({"address": "Название"}, "no column for name; the file has Название: add --map 'name=…'"),
        (None, "no column for name"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file_names_its_columns(mapping: dict[str, str] | None, said: str) -> None:
    table = read_table("Название\nA\n".encode(), "x.csv")

    with pytest.raises(InvalidMappingError) as caught:
        choose_columns(table, ["name", "address"], required=["name"], mapping=mapping)

    assert said in caught.value.message


def test_numbers_of_json_are_read_as_text_and_lists_are_not() -> None:
    table = read_table(b'[{"name": 7701, "address": ["a"]}, {"name": true}]', "x.json")
    columns = choose_columns(table, ["name", "address"], required=["name"])

    assert [columns.text(row.cells, "name") for row in table.rows] == ["7701", "true"]
    with pytest.raises(InvalidInputError):
        columns.text(table.rows[0].cells, "address")
