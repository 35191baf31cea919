"""Rows that cannot be taken: the whole file changes nothing, on both databases."""

import pytest
from sqlalchemy.orm import Session

from app.imports.mapping import InvalidMappingError
from app.organisation.facts import InvalidUnitError

from .conftest import ImportUnits, counts, refusals, state


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,office,,95,10,,,", "latitude 95.0 is not within"),
        ("A,office,,10,-181,,,", "longitude -181.0 is not within"),
        ("A,office,,north,10,,,", "latitude: 'north' is not a number"),
        ("A,office,,nan,10,,,", "latitude: 'nan' is not a number"),
        ("A,office,,10,,,,", "longitude is missing"),
        ("A,office,,,,Asia/Nowhere,,", "time_zone: no time zone 'Asia/Nowhere'"),
        (
            "A,office,,,,,https://evil.example/firm/70000001,",
            "twogis_url: 2GIS: evil.example is not one of its addresses",
        ),
        ("A,office,,,,,http://2gis.kz/firm/70000001,", "twogis_url:"),
        ("A,office,,,,,,https://2gis.kz/firm/70000001", "yandex_url:"),
        ("A,branch,,,,,,", "kind: no kind of unit 'branch'"),
        ("A,company,,,,,,", "kind: no kind of unit 'company'"),
        ("A,,,,,,,", "kind: is missing; give --kind office"),
        (",office,,,,,,", "name: a name has 1 to 200 characters"),
        ("A,office,Nowhere,,,,,", "parent: there is no unit Nowhere; add it first, or make it with --parent-kind city"),
        ("A,office", "2 cells where the header has 8"),
    ],
)
def test_a_row_that_cannot_be_taken_refuses_the_file_with_line_and_reason(
    session: Session, import_units: ImportUnits, row: str, reason: str
) -> None:
    before = state(session)

    report = import_units(
        f"name,kind,parent,latitude,longitude,time_zone,twogis_url,yandex_url\nGood,office,,43.2,76.9,,,\n{row}\n"
    )

    assert counts(report) == (2, 1, 0, 0, 1)
    assert refusals(report)[3].startswith(reason)
    assert state(session) == before


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        ("code,name\nA,One\nA,Two\n", 3, "line 2 speaks of the same unit with other values"),
        ("name,address,hours\nA,Абая 1,24/7\nA,Абая 1,\n", 3, "line 2 speaks of the same unit with other values"),
        ("code,name,parent\nA,One,B\nB,Two,A\n", 2, "parent: the unit would lie below itself"),
        ("code,name,parent\nA,One,A\n", 2, "parent: there is no unit A"),
        ("code,name\ncompany,Other\n", 2, "code: company is the company itself"),
        (f"code,name\n{'x' * 65},A\n", 2, "code: a code has 1 to 64 printable characters"),
        ('[\n{"name": ["a"]}]', 2, "name: a text is expected, not list"),
        ('[\n{"name": "A", "latitude": true, "longitude": 1}]', 2, "latitude: 'true' is not a number"),
    ],
)
def test_rows_that_contradict_themselves_or_each_other_are_refused(
    import_units: ImportUnits, rows: str, line: int, reason: str
) -> None:
    report = import_units(rows, kind="office")

    assert refusals(report)[line].startswith(reason)


def test_every_mistake_of_a_row_is_told_with_its_line(import_units: ImportUnits) -> None:
    report = import_units(
        "name,kind,time_zone,Ш,longitude,yandex_url\nA,branch,Asia/Nowhere,143.2,76.9,https://evil.example/1\n",
        mapping="latitude=Ш",
    )

    assert len(report.refused) == 1
    told = refusals(report)[2].split("; also ")
    assert [mistake.partition(":")[0] for mistake in told] == ["kind", "time_zone", "Ш", "yandex_url"]
    assert told[2] == "Ш: latitude 143.2 is not within -90 and 90 degrees"


def test_links_of_two_units_in_one_row_are_refused(import_units: ImportUnits) -> None:
    import_units(
        "name,twogis_url,yandex_url\nA,https://2gis.kz/firm/70000001,\nB,,https://yandex.kz/maps/org/1234567890\n",
        kind="office",
    )
    report = import_units(
        "name,twogis_url,yandex_url\nA,https://2gis.kz/firm/70000001,https://yandex.kz/maps/org/1234567890\n",
        kind="office",
    )

    assert refusals(report)[2].startswith("its links belong to different units (a-")


def test_options_that_do_not_fit_are_told(import_units: ImportUnits) -> None:
    with pytest.raises(InvalidMappingError, match="only these can be alike"):
        import_units("name\nA\n", defaults={"code": "X"})
    with pytest.raises(InvalidUnitError, match="no kind of unit"):
        import_units("name\nA\n", kind="branch")
    with pytest.raises(InvalidMappingError, match="no column for name"):
        import_units("title\nA\n", kind="office")
