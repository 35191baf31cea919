"""`flask callbacks load`, as on the command line."""

from datetime import datetime, timedelta
from pathlib import Path

from app.factory import create_app
from app.kit.db import Database
from config.settings import Settings
from tests.callbacks.factories import make_response
from tests.web.staff import make_company


def test_load_is_printed_as_csv_and_for_another_rule(database: Database, now: datetime, tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path, database_url=database.url.render_as_string(hide_password=False))
    runner = create_app(settings, clock=lambda: now, database=database).test_cli_runner()
    with database.transaction() as session:
        company = make_company(session, now=now)
        for number, rating in enumerate([1, 3, 3, 5] * 10):
            make_response(session, company.east_office, rating=rating, now=now - timedelta(minutes=number))
    as_it_is = runner.invoke(args=["callbacks", "load"])
    assert as_it_is.stdout.splitlines() == [
        "unit,unit_name,people,opened_a_day,can_work_a_day,too_many",
        "east,East,1,10.0,20.0,false",
    ]
    other = runner.invoke(args=["callbacks", "load", "--unhappy-at-most", "3", "--unit", "east"])
    assert other.stdout.splitlines()[1] == "east,East,1,30.0,20.0,true"
    assert "1 of 1 teams cannot work what is opened for them" in other.stderr
    assert runner.invoke(args=["callbacks", "load", "--unit", "nowhere"]).exit_code == 1
    assert runner.invoke(args=["callbacks", "load", "--unhappy-at-most", "9"]).exit_code == 2
