"""`flask simulate cases` fills the callback list of the demo company."""

from pathlib import Path

from sqlalchemy import func, select

from app.callbacks.models import CallbackCase
from app.demo.service import create_demo, remove_demo
from app.factory import create_app
from app.kit.db import Database
from app.surveys.service import store_versions
from config.settings import Settings
from tests.conftest import NOW


def test_the_list_is_filled_and_goes_with_the_demo(database: Database, tmp_path: Path) -> None:
    app = create_app(Settings.model_validate({"var_dir": tmp_path}), clock=lambda: NOW, database=database)
    wired = app.extensions["otklik"]
    assert app.test_cli_runner().invoke(args=["simulate", "cases"]).exit_code != 0  # nobody's company
    with database.transaction() as session:
        store_versions(session, wired.surveys, now=NOW)
        create_demo(session, wired.desk, wired.surveys, now=NOW)
        before = session.scalar(select(func.count()).select_from(CallbackCase))
    ran = app.test_cli_runner().invoke(args=["simulate", "cases", "--count", "40", "--seed", "1"])
    assert ran.exit_code == 0, ran.output
    assert ran.output.startswith("40 cases more; somebody works ")
    with database.transaction() as session:
        cases = session.scalars(select(CallbackCase).where(CallbackCase.closed_at.is_(None))).all()
        assert session.scalar(select(func.count()).select_from(CallbackCase)) == (before or 0) + 40
        assert {case.contact_id is None for case in cases} == {True, False}
        assert {case.claimed_by_id is None for case in cases} == {True, False}
        remove_demo(session, now=NOW)
        assert session.scalar(select(func.count()).select_from(CallbackCase)) == 0
