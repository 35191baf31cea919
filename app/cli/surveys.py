"""`flask survey check FILE…`: what is wrong with a survey, before anybody is asked it."""

import sys
from pathlib import Path

import click

from app.kit.yaml_files import YamlFileError
from app.surveys.loader import read_survey


@click.group("survey")
def survey() -> None:
    """Surveys as files; surveys/README.md describes the format."""


@survey.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
def check_surveys(files: tuple[Path, ...]) -> None:
    """Print `FILE: ok (…)` for each good file; for any other its mistakes with line and cure, and exit with 1.

    How fields fit together is looked at once each of them is right by itself.
    """
    wrong = False
    for path in files:
        try:
            definition = read_survey(path)
        except YamlFileError as error:
            wrong = True
            click.echo(error.message, err=True)
            continue
        languages = " ".join(definition.languages)
        count = len(definition.questions)
        questions = "1 question" if count == 1 else f"{count} questions"
        click.echo(f"{path}: ok ({definition.key}, version {definition.version}, {languages}, {questions})")
    sys.exit(1 if wrong else 0)
