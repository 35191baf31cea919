"""`flask backup` and `flask restore`: files for their owner alone, nothing half, no key made where one is missing."""

import stat
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.backup.dump import new_file
from app.backup.errors import BackupExistsError
from app.factory import create_app
from app.kit.crypto import Vault
from app.kit.db import Database
from config.settings import Settings
from tests.backup.installation import another_database, fill, read_content


def make_app(database: Database, var_dir: Path, **more: str) -> Flask:
    """An installation on the database."""
    url = database.url.render_as_string(hide_password=False)
    return create_app(Settings(database_url=url, var_dir=var_dir, **more), database=database)  # type: ignore[arg-type]


def run(app: Flask, *words: str) -> Result:
    """Run `flask …`."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=words)


@pytest.fixture
def app(database: Database, vault: Vault, tmp_path: Path, now: datetime) -> Flask:
    with database.transaction() as session:
        fill(session, vault, now=now)
    return make_app(database, tmp_path / "var")


def test_a_backup_is_its_owners_alone_and_says_what_else_to_keep(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    result = run(app, "backup", str(file))

    assert result.exit_code == 0, result.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var/keys/backup_key").stat().st_mode) == 0o600
    assert "2 responses, 1 cases" in result.stderr
    assert str(tmp_path / "var/keys") in result.stderr
    assert "data keys" in result.stderr
    assert not list(tmp_path.glob("*.part"))
    assert result.stdout == ""


def test_a_file_is_written_over_only_when_asked_for(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    file.write_text("precious")
    refused = run(app, "backup", str(file))
    assert (refused.exit_code, file.read_text()) == (1, "precious")
    assert "--force" in refused.stderr
    assert run(app, "backup", str(file), "--force").exit_code == 0
    assert run(app, "restore", str(file), "--check").exit_code == 0


def test_a_directory_that_is_not_there_is_told_in_words(app: Flask, tmp_path: Path) -> None:
    result = run(app, "backup", str(tmp_path / "none" / "a.backup"))
    assert result.exit_code == 1
    assert "cannot be written: No such file or directory" in result.stderr


def test_standard_output_takes_a_backup(app: Flask, tmp_path: Path) -> None:
    result = run(app, "backup", "-")
    assert result.exit_code == 0
    (tmp_path / "piped").write_bytes(result.stdout_bytes)
    assert "whole; made " in run(app, "restore", str(tmp_path / "piped"), "--check").stderr


def test_restored_elsewhere_with_the_key_at_hand(app: Flask, tmp_path: Path) -> None:
    file, key = str(tmp_path / "a.backup"), str(tmp_path / "var/keys/backup_key")
    assert run(app, "backup", file).exit_code == 0
    before = read_content(app.extensions["otklik"].database)
    with another_database("sqlite", tmp_path) as target:
        elsewhere = make_app(target, tmp_path / "other")

        without = run(elsewhere, "restore", file)
        assert without.exit_code == 1
        assert "--key-file" in without.stderr
        assert not (tmp_path / "other/keys/backup_key").exists()

        restored = run(elsewhere, "restore", file, "--key-file", key)
        assert restored.exit_code == 0, restored.stderr
        assert "ended: 1 sign-ins; set aside unsent: " in restored.stderr
        assert read_content(target)["survey_response"] == before["survey_response"]

        again = run(elsewhere, "restore", file, "--key-file", key)
        assert again.exit_code == 1
        assert "--replace" in again.stderr
        assert run(elsewhere, "restore", file, "--key-file", key, "--replace").exit_code == 0


def test_another_installations_key_is_not_taken_for_a_damaged_file(app: Flask, tmp_path: Path) -> None:
    assert run(app, "backup", str(tmp_path / "a.backup")).exit_code == 0
    (tmp_path / "wrong").write_text("A" * 43 + "=")
    (tmp_path / "none").write_text("no key")
    for name, words in (("wrong", "another key"), ("none", "32 bytes in base64"), ("missing", "No such file")):
        result = run(app, "restore", str(tmp_path / "a.backup"), "--check", "--key-file", str(tmp_path / name))
        assert result.exit_code == 1
        assert words in result.stderr


def test_the_key_may_come_from_the_environment(database: Database, tmp_path: Path) -> None:
    app = make_app(database, tmp_path / "var", backup_key="A" * 43 + "=")
    assert run(app, "backup", str(tmp_path / "a.backup")).exit_code == 0
    assert not (tmp_path / "var/keys/backup_key").exists()
    assert run(app, "restore", str(tmp_path / "a.backup"), "--check").exit_code == 0


def test_a_database_that_is_not_set_up_is_told_how(tmp_path: Path) -> None:
    app = make_app(Database(f"sqlite:///{tmp_path / 'none.db'}"), tmp_path / "var", backup_key="A" * 43 + "=")
    for words in (("backup", str(tmp_path / "a")), ("restore", str(tmp_path / "a"))):
        result = run(app, *words)
        assert result.exit_code == 1
        assert "flask --app wsgi db upgrade" in result.stderr
    assert not (tmp_path / "none.db").exists()


def test_two_backups_never_write_to_one_file(tmp_path: Path) -> None:
    with new_file(tmp_path / "a") as first:
        first.write(b"first")
        with pytest.raises(BackupExistsError, match="being written"), new_file(tmp_path / "a"):
            pass
        assert (tmp_path / "a.part").exists()
    assert (tmp_path / "a").read_bytes() == b"first"


def test_what_a_killed_backup_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "a.part").write_bytes(b"half of something longer")
    (tmp_path / "a.part").chmod(0o644)
    with new_file(tmp_path / "a") as file:
        file.write(b"whole")
    assert (tmp_path / "a").read_bytes() == b"whole"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_a_backup_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), new_file(tmp_path / "a"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
