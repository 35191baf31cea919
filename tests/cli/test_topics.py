"""`flask topics check`: a table of how well comments are sorted, and what is wrong with the file told in words."""

from pathlib import Path

from app.factory import create_app
from app.kit.db import Database
from config.settings import ROOT, Settings


def test_the_table_has_every_topic_and_mistakes_in_the_file_are_told(database: Database, tmp_path: Path) -> None:
    url = database.url.render_as_string(hide_password=False)
    for file in (ROOT / "config").glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    labelled = tmp_path / "labelled_comments.yaml"
    labelled.write_text(
        'tuned_on:\n  - {in: ru, about: [waiting, gone], text: "Очередь, дорого"}\n'
        'held_back:\n  - {in: kk-ru, about: [waiting], text: "узак кезек"}\n',
        "utf-8",
    )
    app = create_app(Settings(var_dir=tmp_path, config_dir=tmp_path, database_url=url), database=database)
    told = app.test_cli_runner().invoke(args=["topics", "check", "--mistakes"])
    assert told.exit_code == 0, told.output
    lines = [line.split() for line in told.stdout.splitlines()]
    assert ["waiting", "1", "1.00", "1.00", "1", "1.00", "1.00"] in lines
    assert ["all", "2", "0.50", "0.50", "1", "1.00", "1.00"] in lines
    assert "wrong: price  missed: gone  Очередь, дорого" in told.stdout
    assert "labelled with topics that there are not: gone" in told.stderr
    labelled.write_text("held_back:\n  - {in: xx, text: ''}\n", "utf-8")
    again = create_app(Settings(var_dir=tmp_path, config_dir=tmp_path, database_url=url), database=database)
    refused = again.test_cli_runner().invoke(args=["topics", "check"])
    assert refused.exit_code == 1
    assert refused.stderr.count("labelled_comments.yaml:2") == 2
