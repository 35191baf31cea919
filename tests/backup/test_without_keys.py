"""T18: whoever has the backup and its key, but not the data keys, can work the list and read no number."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.backup.restore import restore_backup
from app.callbacks.models import CallbackCase
from app.factory import create_app
from app.kit.crypto import Vault
from app.kit.db import Database
from app.tables import METADATA
from config.settings import Settings
from tests.backup.installation import KEY, ODD, another_database, back_up, fill
from tests.conftest import ENGINES
from tests.phones import shows_number
from tests.web.staff import signed_in


@pytest.mark.parametrize("engine", ENGINES)
def test_restored_without_the_data_keys_the_list_works_and_numbers_stay_unreadable(
    engine: str, vault: Vault, tmp_path: Path, now: datetime
) -> None:
    (tmp_path / "source").mkdir()
    with another_database("sqlite", tmp_path / "source") as source:
        with source.transaction() as session:
            fill(session, vault, now=now)
        back_up(source, tmp_path / "backup")

    with another_database(engine, tmp_path) as database:
        restore_backup(database, METADATA, tmp_path / "backup", key=KEY, now=now)
        case_id = find_case(database)
        # Its var/keys are new ones: those of the company that made the backup are elsewhere.
        url = database.url.render_as_string(hide_password=False)
        app = create_app(
            Settings(var_dir=tmp_path / "var", language="en", database_url=url),
            clock=lambda: now + timedelta(hours=1),
            database=database,
        )
        app.testing = True
        admin = signed_in(app, "admin")

        listed = admin.get("/manage/callbacks")
        assert listed.status_code == 200
        assert str(case_id) in listed.text
        shown = admin.get(f"/manage/callbacks/{case_id}")
        assert shown.status_code == 200
        assert "cannot be read" in shown.text
        assert ODD.split(",")[0] in shown.text
        for page in (listed, shown):
            assert not shows_number(page.text)
            assert "tel:" not in page.text


def find_case(database: Database) -> uuid.UUID:
    """Return the one case with a number."""
    with database.reading() as session:
        return session.scalars(select(CallbackCase.id).where(CallbackCase.contact_id.is_not(None))).one()
