"""Files of units, on both databases."""

from datetime import timedelta

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.imports.tables import read_table
from app.imports.units import plan_units, read_unit_file, write_plan
from app.organisation.models import Unit, UnitAncestor
from app.organisation.service import (
    add_unit,
    get_company,
    get_unit,
    list_children,
    move_unit,
    path_of,
    sync_company,
    units_below,
    working_time,
)
from app.review_sites.catalogue import Catalogue
from app.review_sites.service import listings_for

from .conftest import NOW, ImportUnits, counts, refusals, state

BRANCHES = 'name=Наименование,address=Адрес,parent=Город,twogis_url="2GIS URL"'
OFFICES = "name=salePointName,address=address,latitude=latitude,longitude=longitude,hours=openHoursIndividual"
LATER = NOW + timedelta(days=1)


def by_name(session: Session, name: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.name == name)).one()


def test_branches_come_in_below_their_cities_with_their_own_links(session: Session, import_units: ImportUnits) -> None:
    report = import_units("branches.csv", mapping=BRANCHES, kind="office", parent_kind="city")

    assert counts(report) == (10, 9, 1, 0, 0)
    assert report.added_parents == 2
    assert [(warning.line, warning.text) for warning in report.warnings] == [
        (line, "no parent, so it hangs below the company") for line in (7, 10, 12)
    ]
    ridder = by_name(session, "Риддер")
    assert (ridder.kind, ridder.code[:7], ridder.parent_id) == ("city", "ridder-", get_company(session).id)
    offices = units_below(session, ridder.id, kind="office")
    assert [office.name for office in offices] == ["ҚалаБанк", "ҚалаБанк", "ҚалаМобайл", "ҚалаСпасибо"]
    assert [office.address for office in offices if office.name == "ҚалаСпасибо"] == [None]
    mobile = by_name(session, "ҚалаМобайл")
    assert [(listing.site, listing.link) for listing in listings_for(session, mobile.id)] == [
        ("2gis", "https://2gis.com/firm/70000001101471777/tab/reviews/addreview")
    ]
    assert mobile.source_key == "2gis:70000001101471777"


def test_offices_of_one_name_and_address_with_two_firm_pages_are_two(
    session: Session, import_units: ImportUnits
) -> None:
    import_units("branches.csv", mapping=BRANCHES, kind="office", parent_kind="city")

    offices = units_below(session, by_name(session, "Комсомольск-на-Амуре").id, kind="office")
    assert len({office.code for office in offices}) == 2
    assert {office.address for office in offices} == {"Спортивная улица, 1"}


def test_a_second_run_changes_nothing(session: Session, import_units: ImportUnits) -> None:
    for name, mapping in (("branches.csv", BRANCHES), ("offices.json", OFFICES)):
        import_units(name, mapping=mapping, kind="office", parent_kind="city")
    before = state(session)

    branches = import_units("branches.csv", mapping=BRANCHES, kind="office", parent_kind="city", now=LATER)
    offices = import_units("offices.json", mapping=OFFICES, kind="office", now=LATER)

    assert counts(branches) == (10, 0, 10, 0, 0)
    assert counts(offices) == (5, 0, 5, 0, 0)
    assert state(session) == before


def test_a_dry_run_reports_the_same_and_writes_nothing(session: Session, catalogue: Catalogue) -> None:
    before = state(session)
    table = read_table(b"name,parent,twogis_url\nA,City,https://2gis.kz/firm/70000001\n", "x.csv")
    plan = plan_units(session, read_unit_file(table, catalogue, kind="office", parent_kind="city"))

    assert counts(plan.report) == (1, 1, 0, 0, 0)
    assert state(session) == before


def test_offices_of_json_have_their_hours_and_places(session: Session, import_units: ImportUnits) -> None:
    report = import_units("offices.json", mapping=OFFICES, kind="office")

    assert counts(report) == (5, 5, 0, 0, 0)
    assert report.ignored_columns == ("officeType", "suoAvailability", "metroStation")
    assert [warning.line for warning in report.warnings if "hours are inherited" in warning.text] == [29, 36]
    hours = {
        unit.name + (unit.address or "")[-4:]: unit.hours for unit in list_children(session, get_company(session).id)
    }
    assert hours == {
        "ДО «Южный» Филиала № 1 Банка (АО). 60": "Mo-Fr 09:00-20:00; Sa 10:00-17:00",
        "ДО «Южный» Филиала № 1 Банка (АО)д. 3": "Mo-Fr 10:00-19:00",
        "ДО «Для компаний»д. 3": None,
        "ДО «Оборванный»д. 7": None,
        "ДО «С перерывом»д. 8": "Mo-Th 09:00-14:15,15:00-18:00; Fr 09:00-14:15,15:00-17:00",
    }
    torn = by_name(session, "ДО «Оборванный»")
    assert (torn.latitude, torn.longitude) == (43.25, 76.95)


def test_missing_and_unreadable_hours_and_zone_come_from_the_parent(
    session: Session, import_units: ImportUnits
) -> None:
    sync_company(session, name="Bank", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=NOW)
    report = import_units(
        "name,kind,parent,time_zone,hours\n"
        "City,city,company,Asia/Vladivostok,\n"
        "A,office,City,,10:00-20:00\n"
        "B,office,City,,ask us\n"
    )

    assert [warning.line for warning in report.warnings] == [4]
    assert report.warnings[0].text.startswith("hours are inherited: cannot read 'ask us'")
    found = {name: working_time(session, by_name(session, name).id) for name in "AB"}
    assert (str(found["A"].time_zone), str(found["A"].hours)) == ("Asia/Vladivostok", "Mo-Su 10:00-20:00")
    assert str(found["B"].hours) == "Mo-Fr 09:00-18:00"


def test_a_changed_row_changes_what_the_file_speaks_of_and_nothing_else(
    session: Session, import_units: ImportUnits
) -> None:
    import_units(
        "code,name,kind,address,hours,twogis_url\n"
        "A1,Old name,office,Абая 1,Mo-Fr 09:00-18:00,https://2gis.kz/firm/70000001\n"
        "A2,Same,office,Абая 2,,\n"
    )
    report = import_units(
        "code,name,kind,twogis_url\nA1,New name,office,https://2gis.kz/firm/70000002\nA2,Same,office,\n", now=LATER
    )

    assert counts(report) == (2, 0, 1, 1, 0)
    session.expire_all()
    unit = get_unit(session, "A1")
    assert (unit.name, unit.address, unit.hours, unit.updated_at) == ("New name", "Абая 1", "Mo-Fr 09:00-18:00", LATER)
    assert get_unit(session, "A2").updated_at == NOW
    assert [listing.link for listing in listings_for(session, unit.id)] == [
        "https://2gis.kz/firm/70000002/tab/reviews/addreview"
    ]


def test_an_empty_cell_clears_a_fact_but_no_link_and_no_parent(session: Session, import_units: ImportUnits) -> None:
    import_units(
        "code,name,kind,parent,hours,twogis_url\n"
        "C,City,city,company,,\n"
        "A1,A,office,C,24/7,https://2gis.kz/firm/70000001\n"
    )
    report = import_units("code,name,parent,hours,twogis_url\nA1,A,,,\n")

    assert counts(report) == (1, 0, 0, 0, 1)  # no kind, and nobody guesses one
    report = import_units("code,name,parent,hours,twogis_url\nA1,A,,,\n", kind="office")
    assert counts(report) == (1, 0, 0, 1, 0)
    session.expire_all()
    unit = get_unit(session, "A1")
    assert (unit.hours, unit.parent_id) == (None, get_unit(session, "C").id)
    assert len(listings_for(session, unit.id)) == 1


def test_a_unit_moved_or_renamed_by_hand_is_found_again_by_its_firm_page(
    session: Session, import_units: ImportUnits
) -> None:
    import_units("branches.csv", mapping=BRANCHES, kind="office", parent_kind="city")
    region = add_unit(session, name="Восток", kind="region", parent_id=get_company(session).id, now=NOW)
    city = by_name(session, "Риддер")
    move_unit(session, city, parent_id=region.id, now=NOW)
    city.name = "Ридер"
    session.flush()  # the import reads the tables
    before = state(session)

    report = import_units("branches.csv", mapping=BRANCHES, kind="office", parent_kind="city")

    assert counts(report) == (10, 0, 10, 0, 0)
    assert state(session) == before


def test_another_parent_in_the_file_moves_the_unit_with_all_below_it(
    session: Session, import_units: ImportUnits
) -> None:
    tree = (
        "code,name,kind,parent\nR1,North,region,company\nR2,South,region,company\n"
        "C,City,city,{}\nO,Office,office,C\nD,Desk,desk,O\n"
    )
    import_units(tree.format("R1"))
    report = import_units(tree.format("R2"), now=LATER)

    assert counts(report) == (5, 0, 4, 1, 0)
    session.expire_all()
    desk = get_unit(session, "D")
    assert path_of(session, [desk.id])[desk.id][1:] == ("South", "City", "Office", "Desk")
    distances = session.scalars(
        select(UnitAncestor.distance).where(UnitAncestor.unit_id == desk.id).order_by(UnitAncestor.distance)
    )
    assert list(distances) == [0, 1, 2, 3, 4]


def test_rows_may_come_before_their_parents_and_name_them_by_code_or_name(
    session: Session, import_units: ImportUnits
) -> None:
    report = import_units(
        "code,name,kind,parent\nD,Desk 1,desk,Office\n,Office,office,алматы\n,Алматы,city,R\nR,Алматы,region,company\n",
        parent_kind=None,
    )

    assert list(refusals(report)) == [3]
    assert refusals(report)[3].startswith("parent: 2 units are named алматы; give one of their codes: R, almaty-")
    report = import_units(
        "code,name,kind,parent\nD,Desk 1,desk,Office\n,Office,office,C\nC,Алматы,city,R\nR,Алматы,region,company\n"
    )
    assert counts(report) == (4, 4, 0, 0, 0)
    desk = get_unit(session, "D")
    assert path_of(session, [desk.id])[desk.id][1:] == ("Алматы", "Алматы", "Office", "Desk 1")


def test_a_city_may_be_called_as_its_region_is(session: Session, import_units: ImportUnits) -> None:
    report = import_units("name,kind,parent\nАлматы,region,company\nАлматы,city,Алматы\n")

    assert counts(report) == (2, 2, 0, 0, 0)
    region = list_children(session, get_company(session).id)[0]
    assert [unit.kind for unit in list_children(session, region.id)] == ["city"]
    assert counts(import_units("name,kind,parent\nАлматы,region,company\nАлматы,city,Алматы\n")) == (2, 0, 2, 0, 0)


def test_a_parent_of_another_kind_is_not_taken_for_the_city(session: Session, import_units: ImportUnits) -> None:
    import_units("name,kind,parent\nРиддер,office,company\n")

    report = import_units("name,parent\nA,Риддер\n", kind="office", parent_kind="city")

    assert report.added_parents == 1
    unit = by_name(session, "A")
    assert get_unit(session, unit.parent_id or unit.id).kind == "city"


def test_nothing_real_comes_to_hang_below_the_demo_by_its_name(session: Session, import_units: ImportUnits) -> None:
    demo = add_unit(session, name="Риддер", kind="city", parent_id=get_company(session).id, demo=True, now=NOW)

    import_units("name,parent\nA,Риддер\n", kind="office", parent_kind="city")

    assert list_children(session, demo.id) == []


def test_a_link_added_later_to_a_known_firm_page_is_a_change_of_the_same_unit(
    session: Session, import_units: ImportUnits
) -> None:
    import_units("name,twogis_url\nA,https://2gis.kz/almaty/firm/70000001\n", kind="office")
    report = import_units(
        "name,google_place_id,google_review_url,twogis_url,facebook_url,trustpilot_domain\n"
        "A,ChIJN1t_tDeuEmsRUsoyG83frY4,https://g.page/r/CdEfGh/review,2gis.kz/firm/70000001/tab/reviews,"
        "https://www.facebook.com/halyq,halyq.kz\n",
        kind="office",
    )

    assert counts(report) == (1, 0, 0, 1, 0)
    assert [listing.link for listing in listings_for(session, by_name(session, "A").id)] == [
        "https://g.page/r/CdEfGh/review",
        "https://2gis.kz/firm/70000001/tab/reviews/addreview",
        "https://www.facebook.com/halyq/reviews",
        "https://www.trustpilot.com/evaluate/halyq.kz",
    ]


def test_codes_do_not_depend_on_the_order_of_the_rows(session: Session, import_units: ImportUnits) -> None:
    rows = [f"ҚалаБанк,https://2gis.kz/firm/7000000{number}" for number in range(5)]
    import_units("\n".join(["name,twogis_url", *rows]), kind="office")
    codes = {unit.source_key: unit.code for unit in list_children(session, get_company(session).id)}
    session.rollback()

    import_units("\n".join(["name,twogis_url", *reversed(rows)]), kind="office")

    assert {unit.source_key: unit.code for unit in list_children(session, get_company(session).id)} == codes


def test_a_formula_is_just_a_name(session: Session, import_units: ImportUnits) -> None:
    import_units('name,address\n"=HYPERLINK(""x"")",+7 701\n', kind="office")

    assert by_name(session, '=HYPERLINK("x")').address == "+7 701"


def test_a_value_for_all_fills_empty_cells(session: Session, import_units: ImportUnits) -> None:
    import_units("name,time_zone\nA,\nB,Europe/Kyiv\n", kind="office", defaults={"time_zone": "Asia/Almaty"})

    assert [by_name(session, name).time_zone for name in "AB"] == ["Asia/Almaty", "Europe/Kyiv"]


def test_a_parent_made_for_rows_of_one_zone_has_that_zone(session: Session, import_units: ImportUnits) -> None:
    rows = "name,parent,time_zone\nA,Риддер,\nB,Риддер,\nC,Киев,Europe/Kyiv\nD,Омск,\nE,Омск,Asia/Omsk\n"
    options: dict[str, object] = {"kind": "office", "parent_kind": "city", "defaults": {"time_zone": "Asia/Almaty"}}
    assert import_units(rows, **options).added_parents == 3
    zones = {name: by_name(session, name).time_zone for name in ("Риддер", "Киев", "Омск")}
    assert zones == {"Риддер": "Asia/Almaty", "Киев": "Europe/Kyiv", "Омск": None}
    before = state(session)

    assert counts(import_units(rows, **options, now=LATER)) == (5, 0, 5, 0, 0)
    assert state(session) == before

    import_units("name,parent\nF,Киев\n", kind="office", parent_kind="city", now=LATER)
    assert str(working_time(session, by_name(session, "F").id).time_zone) == "Europe/Kyiv"


def test_a_parent_made_for_rows_without_a_zone_has_none(session: Session, import_units: ImportUnits) -> None:
    import_units("name,parent\nA,Риддер\n", kind="office", parent_kind="city")

    assert by_name(session, "Риддер").time_zone is None


def test_a_plan_made_before_somebody_changed_the_tree_is_made_anew(session: Session, catalogue: Catalogue) -> None:
    table = read_table(b"code,name\nA,One\n", "x.csv")
    file = read_unit_file(table, catalogue, kind="office")
    plan = plan_units(session, file)
    add_unit(session, name="One", kind="office", code="A", parent_id=get_company(session).id, now=LATER)

    report = write_plan(session, file, plan, now=LATER)

    assert counts(report) == (1, 0, 1, 0, 0)
    assert session.scalar(select(func.count()).where(Unit.code == "A")) == 1


def test_the_number_of_queries_does_not_grow_with_the_rows(session: Session, import_units: ImportUnits) -> None:
    statements: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: statements.append(args[2]))

    def run(first: int, last: int) -> int:
        rows = [f"Office {n},City {n},https://2gis.kz/firm/7{n:09},24/7" for n in range(first, last)]
        statements.clear()
        import_units("\n".join(["name,parent,twogis_url,hours", *rows]), kind="office", parent_kind="city")
        return len(statements)

    assert run(0, 10) == run(1000, 1400)


def test_stored_pairs_match_the_tree_after_an_import(session: Session, import_units: ImportUnits) -> None:
    import_units("branches.csv", mapping=BRANCHES, kind="office", parent_kind="city")

    parents = {unit.id: unit.parent_id for unit in session.scalars(select(Unit))}
    depth = dict.fromkeys(parents, 0)
    for unit, parent in parents.items():
        above = parent
        while above is not None:
            depth[unit] += 1
            above = parents[above]
    rows = session.execute(
        select(UnitAncestor.unit_id, func.count(), func.max(UnitAncestor.distance)).group_by(UnitAncestor.unit_id)
    )
    assert {unit: (count, farthest) for unit, count, farthest in rows} == {u: (d + 1, d) for u, d in depth.items()}
