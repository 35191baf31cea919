"""`flask survey check FILE…`, as a person who writes a survey meets it."""

from pathlib import Path

from click.testing import CliRunner

from app.cli.surveys import survey as command

GOOD = """\
key: visit
version: 3
audience: customers
languages: [ru, en]
title: {ru: Визит, en: Visit}
questions:
  - {key: overall, type: rating5, text: {ru: Как?, en: How?}}
"""


def test_good_file_is_told_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "visit.yaml"
    path.write_text(GOOD, encoding="utf-8")

    result = CliRunner().invoke(command, ["check", str(path)])

    assert result.exit_code == 0
    assert result.stdout == f"{path}: ok (visit, version 3, ru en, 1 question)\n"


def test_every_mistake_of_every_file_is_told_and_the_exit_is_one(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(GOOD, encoding="utf-8")
    bad.write_text(GOOD.replace("en: How?", "de: Wie?").replace("version: 3", "version: 0"), encoding="utf-8")

    result = CliRunner().invoke(command, ["check", str(bad), str(good), str(tmp_path / "none.yaml"), str(tmp_path)])

    assert result.exit_code == 1
    assert result.stdout == f"{good}: ok (visit, version 3, ru en, 1 question)\n"
    assert result.stderr.splitlines() == [
        f"{bad}:2: version: must be at least 1",
        f"{bad}:7: question 1.text.de: is none of those known; write 'kk', 'ru', 'uk' or 'en'",
        f"{tmp_path / 'none.yaml'}:1: cannot be read: No such file or directory",
        f"{tmp_path}:1: cannot be read: Is a directory",
    ]


def test_command_without_a_file_says_how_it_is_used() -> None:
    result = CliRunner().invoke(command, ["check"])

    assert result.exit_code == 2
    assert "FILE" in result.stderr
