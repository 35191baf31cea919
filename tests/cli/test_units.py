"""`flask unit list`, and the cure that comes with an unknown code, run as on the command line."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy.orm import Session

from app.factory import create_app
from app.kit.db import Database
from app.organisation.service import add_unit, get_company
from config.settings import Settings

Run = Callable[..., Result]


def _fill(session: Session, now: datetime) -> None:
    root = get_company(session).id

    def unit(code: str, name: str, kind: str, parent: object = root, address: str | None = None) -> object:
        return add_unit(
            session,
            name=name,
            kind=kind,
            parent_id=parent,  # type: ignore[arg-type]
            code=code,
            address=address,
            now=now,
        ).id

    ussuriysk = unit("ussuriysk-xxtz4e", "Уссурийск", "city")
    artyom = unit("artyom-7k3m9p", "Артём", "city")
    unit("bank-2", "Банк", "office", ussuriysk, "улица Ленина, 5")
    unit("bank-1", "Банк", "office", ussuriysk, "улица Агеева, 1")
    unit("bank-3", "Банк", "office", artyom, "улица Кирова, 9")
    unit("bank-4", "Банк", "office", artyom, "улица Фрунзе, 2")
    unit("desk-1", '=HYPERLINK("x")', "desk", artyom)


@pytest.fixture
def run(database: Database, now: datetime, tmp_path: Path) -> Run:
    """Run `flask …` over two cities with offices of one name."""
    with database.transaction() as session:
        _fill(session, now)
    settings = Settings(var_dir=tmp_path, database_url=database.url.render_as_string(hide_password=False))
    app = create_app(settings, clock=lambda: now, database=database)

    def invoke(*words: str) -> Result:
        with app.app_context():  # the `flask` program does this
            return app.test_cli_runner().invoke(args=[*words])

    return invoke


def rows(result: Result) -> list[dict[str, str]]:
    """Return what was printed."""
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_each_unit_stands_right_below_its_parent(run: Run) -> None:
    result = run("unit", "list")
    assert result.stdout.splitlines()[0] == "code,kind,name,parent,address"
    assert [row["code"] for row in rows(result)] == [
        "company",
        "artyom-7k3m9p",
        "desk-1",
        "bank-3",
        "bank-4",
        "ussuriysk-xxtz4e",
        "bank-1",
        "bank-2",
    ]
    assert rows(result)[3] == {
        "code": "bank-3",
        "kind": "office",
        "name": "Банк",
        "parent": "artyom-7k3m9p",
        "address": "улица Кирова, 9",
    }


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("--below", "ussuriysk-xxtz4e"), ["ussuriysk-xxtz4e", "bank-1", "bank-2"]),
        (("--kind", "city"), ["artyom-7k3m9p", "ussuriysk-xxtz4e"]),
        (("--search", "УЛИЦА ЛЕНИНА"), ["bank-2"]),
        (("--search", "банк", "--below", "artyom-7k3m9p"), ["bank-3", "bank-4"]),
        (("--search", "nowhere"), []),
    ],
)
def test_the_list_is_narrowed_in_any_case_of_any_alphabet(run: Run, words: tuple[str, ...], codes: list[str]) -> None:
    assert [row["code"] for row in rows(run("unit", "list", *words))] == codes


def test_a_name_is_no_formula(run: Run) -> None:
    assert [row["name"] for row in rows(run("unit", "list", "--kind", "desk"))] == ['\'=HYPERLINK("x")']


@pytest.mark.parametrize(
    "words",
    [
        ("user", "add", "new@otklik.example", "--role", "manager", "--unit"),
        ("touchpoint", "add", "--survey", "office-visit", "--unit"),
        ("touchpoint", "add", "--survey", "office-visit", "--kind", "office", "--unit"),
        ("export", "responses", "--unit"),
        ("unit", "list", "--below"),
    ],
)
def test_an_unknown_code_is_told_with_its_cure(run: Run, words: tuple[str, ...]) -> None:
    for typed, told in (
        ("Уссурийск", "there is no unit Уссурийск; did you mean ussuriysk-xxtz4e (Уссурийск)?"),
        ("ussuriysk", "did you mean ussuriysk-xxtz4e (Уссурийск)?"),
        ("artem-7k3m9p", "did you mean artyom-7k3m9p (Артём)?"),
        (
            "банк",
            "did you mean bank-3 (Банк, улица Кирова, 9) or bank-4 (Банк, улица Фрунзе, 2) or "
            "bank-1 (Банк, улица Агеева, 1)? `flask unit list --search 'банк'` shows 1 more",
        ),
        ("%00zz", "there is no unit %00zz; `flask unit list` shows the codes"),
    ):
        result = run(*words, typed)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert told in result.stderr


def test_a_role_is_granted_with_the_same_cure(run: Run) -> None:
    assert run("user", "add", "one@otklik.example", "--role", "analyst").exit_code == 0
    result = run("user", "grant", "one@otklik.example", "--role", "manager", "--unit", "УССУРИЙСК")
    assert result.exit_code == 1
    assert "did you mean ussuriysk-xxtz4e (Уссурийск)?" in result.stderr
