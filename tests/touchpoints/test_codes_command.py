"""`flask touchpoint list|desk|point|revoke`, run as on the command line."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result

from app.factory import create_app
from app.kit.db import Database
from app.organisation.employees import add_employee
from app.organisation.service import add_unit, get_company
from app.touchpoints.service import add_touchpoint, find_live
from config.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, tmp_path: Path, now: datetime) -> Run:
    """Run `flask touchpoint` over two offices; Aruzhan works in the first."""
    with database.transaction() as session:
        for code in ("first", "second"):
            unit = add_unit(
                session, name=f"={code}", kind="office", parent_id=get_company(session).id, code=code, now=now
            )
            if code == "first":
                add_employee(session, code="aru", name="Aruzhan (made up)", unit_id=unit.id, now=now)
    app = create_app(
        Settings(var_dir=tmp_path, base_url="https://fb.operator.kz"), clock=lambda: now, database=database
    )
    return lambda *arguments: app.test_cli_runner().invoke(args=["touchpoint", *arguments])


@pytest.fixture
def code(database: Database, run: Run, now: datetime) -> str:
    """The code of the first office's hall."""
    with database.transaction() as session:
        unit = get_company(session)
        return add_touchpoint(session, unit_id=unit.id, survey_key="office-visit", placement="hall", now=now).code


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_a_printed_code_survives_another_unit_and_survey(run: Run, code: str, database: Database) -> None:
    assert run("point", code.lower(), "--unit", "second", "--survey", "nps").exit_code == 0
    with database.reading() as session:
        live = find_live(session, code)
    assert live is not None
    assert (live.unit_name, live.survey_key, live.placement) == ("=second", "nps", "hall")


def test_a_withdrawn_code_is_listed_only_when_asked_for(run: Run, code: str, database: Database) -> None:
    assert run("revoke", code).exit_code == 0
    with database.reading() as session:
        assert find_live(session, code) is None
    assert rows(run("list")) == []
    assert [(row["code"], row["revoked"]) for row in rows(run("list", "--revoked"))] == [(code, "true")]


def test_a_desk_is_its_employees(run: Run, database: Database) -> None:
    (desk,) = rows(run("desk", "--employee", "aru", "--survey", "office-visit"))
    with database.reading() as session:
        live = find_live(session, desk["code"])
    assert live is not None
    assert live.employee_id is not None
    assert rows(run("desk", "--employee", "aru", "--survey", "office-visit")) == [desk]
    assert [row["unit_name"] for row in rows(run("list"))] == ["'=first"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["point", "00000000", "--unit", "second"], "code"),
        (["point", "{code}"], "say what changes"),
        (["point", "{code}", "--unit", "nowhere"], "nowhere"),
        (["point", "{code}", "--survey", "nothing"], "nothing"),
        (["revoke", "nonsense"], "code"),
        (["desk", "--employee", "nobody", "--survey", "office-visit"], "nobody"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    run: Run, code: str, database: Database, arguments: list[str], told: str
) -> None:
    result = run(*[argument.format(code=code) for argument in arguments])
    assert result.exit_code == 1
    assert told in result.stderr
    with database.reading() as session:
        live = find_live(session, code)
    assert live is not None
    assert live.survey_key == "office-visit"
