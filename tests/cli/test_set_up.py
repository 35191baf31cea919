"""What a person who sets Otklik up is told in time: no schema yet, nobody who can sign in, hours as understood."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.factory import create_app
from app.kit.db import Database
from config.settings import ROOT, Settings

ADD_ADMIN = "flask --app wsgi user add you@company.example --role admin"


def make_app(database_url: str, tmp_path: Path, hours: str = "9-18") -> Flask:
    """An installation whose database is as it is."""
    return create_app(Settings(database_url=database_url, var_dir=tmp_path, hours=hours))


def run(app: Flask, *words: str) -> Result:
    """Run `flask …`."""
    with app.app_context():  # the `flask` program does this
        return app.test_cli_runner().invoke(args=words)


@pytest.mark.parametrize(
    "words",
    [
        ("export", "responses"),
        ("user", "off", "a@company.example"),
        ("touchpoint", "add", "--unit", "a", "--survey", "nps"),
        ("demo",),
    ],
)
def test_a_command_on_a_database_without_tables_says_how_to_set_it_up(
    database_url: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    file = tmp_path / "own.db"
    for _ in range(2):  # on SQLite without a file first, then with an empty one
        result = run(make_app(database_url, tmp_path), *words)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert "flask --app wsgi db upgrade" in result.stderr
        if database_url.startswith("sqlite") and not file.exists():
            file.touch()


def test_looking_at_an_installation_makes_no_database(tmp_path: Path) -> None:
    for words in (("doctor",), ("export", "responses"), ("worker",)):
        result = run(make_app(f"sqlite:///{tmp_path / 'none.db'}", tmp_path), *words)

        assert "flask --app wsgi db upgrade" in result.output
        assert result.exit_code == 1
        assert not (tmp_path / "none.db").exists()


def test_the_doctor_says_the_hours_as_it_understood_them(database: Database, tmp_path: Path) -> None:
    app = make_app(database.url.render_as_string(hide_password=False), tmp_path, hours="9-18")

    assert "open Mo-Su 09:00-18:00 in Asia/Almaty" in run(app, "doctor").output


def test_who_removes_the_demo_first_is_told_how_to_get_in(database_url: str, tmp_path: Path) -> None:
    app = make_app(database_url, tmp_path)
    run(app, "db", "upgrade")
    assert f"nobody can sign in: there is no active administrator\n      run `{ADD_ADMIN}`" in run(app, "doctor").output
    assert run(app, "demo").exit_code == 0
    assert "nobody can sign in" not in run(app, "doctor").output
    assert ADD_ADMIN in run(app, "demo", "--remove").stderr

    assert run(app, "user", "add", "you@company.example", "--role", "admin").exit_code == 0
    assert "nobody can sign in" not in run(app, "doctor").output
    assert run(app, "demo").exit_code == 0
    assert ADD_ADMIN not in run(app, "demo", "--remove").stderr
    # The last administrator cannot be locked out by a slip.
    assert run(app, "user", "off", "you@company.example").exit_code == 1
    assert "nobody can sign in" not in run(app, "doctor").output


def test_commands_of_other_packages_are_not_listed() -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "--help"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "touchpoint" in listed
    assert "limiter" not in listed
