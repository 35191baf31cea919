"""`flask topics check`: how well comments are sorted into topics."""

from collections.abc import Sequence

import click
from flask.cli import with_appcontext

from app.cli.told import in_words
from app.responses.topics.measuring import Fit, Sorted, measure, measure_all
from app.web.edge import wiring


@click.group("topics")
def topics() -> None:
    """What comments are about; docs/topics.md describes the rules."""


@topics.command("check")
@click.option("--mistakes", is_flag=True, help="Print the comments that are sorted wrongly, of those tuned on.")
@with_appcontext
@in_words
def check_topics(mistakes: bool) -> None:
    """Print precision and recall of each topic on the labelled comments.

    Of those the rules were tuned on, and of those held back, which tell how well they do with comments to come.
    """
    desk = wiring().topics
    tuned_on, held_back = desk.tuned_on, desk.held_back
    click.echo(f"{'':<14}{'tuned on: ' + str(len(tuned_on)):>27}{'held back: ' + str(len(held_back)):>27}")
    click.echo(f"{'topic':<14}" + 2 * f"{'n':>7}{'precision':>11}{'recall':>9}")
    for rule in desk.rules.topics:
        click.echo(_line(rule.key, measure(tuned_on, rule.key), measure(held_back, rule.key)))
    click.echo(_line("all", measure_all(tuned_on), measure_all(held_back)))
    for written in sorted({one.comment.written for one in held_back}):
        fits = (measure_all(_written(part, written)) for part in (tuned_on, held_back))
        click.echo(_line(f"in {written}", *fits))
    if unknown := sorted(
        {topic for one in (*tuned_on, *held_back) for topic in one.about if not desk.rules.find(topic)}
    ):
        click.echo(f"labelled with topics that there are not: {', '.join(unknown)}", err=True)
    if mistakes:
        for one in tuned_on:
            if one.wrong or one.missed:
                wrong, missed = (", ".join(sorted(topics)) or "-" for topics in (one.wrong, one.missed))
                click.echo(f"wrong: {wrong}  missed: {missed}  {one.comment.text}")


def _written(results: Sequence[Sorted], written: str) -> list[Sorted]:
    return [one for one in results if one.comment.written == written]


def _line(name: str, *fits: Fit) -> str:
    cells = (f"{fit.right + fit.missed:>7}{_share(fit.precision):>11}{_share(fit.recall):>9}" for fit in fits)
    return f"{name:<14}{''.join(cells)}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
