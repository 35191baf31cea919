"""`flask touchpoint add`, run as on the command line."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import func, select

from app.factory import create_app
from app.kit.db import Database
from app.organisation.models import Unit
from app.organisation.service import add_unit, get_company
from app.touchpoints.models import Touchpoint
from app.touchpoints.service import find_live
from config.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, tmp_path: Path, now: datetime) -> Run:
    """Run `flask touchpoint add` over two offices in a city, one office elsewhere and one that is closed."""
    with database.transaction() as session:
        company = get_company(session)

        def unit(name: str, code: str, kind: str, below: Unit) -> Unit:
            return add_unit(session, name=name, kind=kind, parent_id=below.id, code=code, now=now)

        city = unit("Almaty", "almaty", "city", company)
        unit("Abay 10", "abay", "office", city)
        unit("Satpaev 2", "satpaev", "office", city)
        unit("Pushkin 1", "pushkin", "office", company)
        unit("Old street", "old", "office", city).closed_at = now
    settings = Settings(var_dir=tmp_path, base_url="https://fb.operator.kz")
    app = create_app(settings, clock=lambda: now, database=database)
    return lambda *arguments: app.test_cli_runner().invoke(args=["touchpoint", "add", *arguments])


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Touchpoint)) or 0


def test_no_spreadsheet_computes_a_units_code(run: Run, database: Database, now: datetime) -> None:
    with database.transaction() as session:
        company = get_company(session)
        add_unit(session, name="Odd", kind="office", parent_id=company.id, code="odd", now=now).code = "=1+1"
    (row,) = rows(run("--unit", "=1+1", "--survey", "office-visit"))
    assert row["unit"] == "'=1+1"


def test_every_open_office_gets_a_code_and_keeps_it(run: Run, database: Database) -> None:
    arguments = ("--kind", "office", "--survey", "office-visit", "--placement", "hall poster")
    first = run(*arguments)
    assert [row["unit"] for row in rows(first)] == ["abay", "pushkin", "satpaev"]
    assert first.stdout.splitlines()[0] == "code,unit,url"
    for row in rows(first):
        assert row["url"] == f"https://fb.operator.kz/q/{row['code']}"
        with database.reading() as session:
            live = find_live(session, row["code"])
        assert live is not None
        assert (live.survey_key, live.placement) == ("office-visit", "hall poster")
    assert run(*arguments).stdout == first.stdout
    assert count(database) == 3


def test_one_unit_gets_its_code_by_the_units_code(run: Run, database: Database) -> None:
    arguments = ("--unit", "almaty", "--survey", "nps", "--placement", "Instagram", "--channel", "social")
    [row] = rows(run(*arguments))
    with database.reading() as session:
        live = find_live(session, row["code"])
    assert live is not None
    assert (live.unit_name, live.channel) == ("Almaty", "social")


def test_a_kind_can_be_sought_below_a_unit(run: Run) -> None:
    found = rows(run("--unit", "almaty", "--kind", "office", "--survey", "office-visit"))
    assert [row["unit"] for row in found] == ["abay", "satpaev"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--unit", "nowhere", "--survey", "nps"), "there is no unit nowhere"),
        (("--unit", "abay", "--survey", "fish"), "no survey 'fish'; there are: "),
        (("--kind", "queue", "--survey", "nps"), "there is no queue below company"),
        (("--survey", "nps"), "--unit CODE"),
        (("--unit", "abay", "--survey", "nps", "--placement", "x" * 81), "at most 80"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    run: Run, database: Database, arguments: tuple[str, ...], words: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stdout == ""
    assert count(database) == 0


def test_an_unknown_kind_is_told_with_those_there_are(run: Run, database: Database) -> None:
    result = run("--kind", "castle", "--survey", "nps")
    assert result.exit_code == 2
    assert "'region', 'city', 'office'" in result.stderr
    assert count(database) == 0


def test_it_says_where_addresses_come_from_when_nobody_chose_one(
    run: Run, database: Database, tmp_path: Path, now: datetime
) -> None:
    arguments = ("--unit", "abay", "--survey", "office-visit")
    assert run(*arguments).stderr == ""
    app = create_app(Settings(var_dir=tmp_path, base_url="", PORT=8311), clock=lambda: now, database=database)
    result = app.test_cli_runner().invoke(args=["touchpoint", "add", *arguments])
    assert rows(result)[0]["url"].startswith("http://localhost:8311/q/")
    assert "addresses begin with http://localhost:8311" in result.stderr
    assert "OTKLIK_BASE_URL=https://" in result.stderr
