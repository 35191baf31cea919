"""`flask poster`: the posters of a unit and all below it as one PDF."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.accounts.scope import EVERYTHING
from app.cli.set_up import tell_address
from app.cli.told import told
from app.cli.units import choose_unit
from app.kit.errors import InvalidInputError
from app.touchpoints.posters.choice import Wanted, list_posters
from app.touchpoints.posters.languages import read_languages
from app.touchpoints.posters.press import print_posters
from app.touchpoints.posters.sheet import PosterSize
from app.web.edge import wiring


@click.command("poster")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="The PDF to write; it appears only when it is whole.",
)
@click.option("--unit", metavar="CODE", help="Only this unit and all below it; everything if left out.")
@click.option(
    "--size",
    type=click.Choice([size.value for size in PosterSize]),
    default=PosterSize.A4.value,
    show_default=True,
    help="The paper; a sticker is 50 mm wide and high.",
)
@click.option(
    "--lang",
    metavar="kk,ru",
    default="",
    help="Up to three languages, the most important first. Left out: the country's, the company's and English, as far "
    "as the survey speaks them.",
)
@click.option("--survey", "survey_key", metavar="KEY", help="Only codes that lead to this survey.")
@with_appcontext
@told
def poster(out: Path, unit: str | None, size: str, lang: str, survey_key: str | None) -> None:
    """Print a poster for each live code: pages in the order of the tree, by name, demo units first."""
    wired = wiring()
    languages = read_languages(lang)
    if survey_key is not None:
        wired.surveys.current(survey_key)
    with wired.database.reading() as session:
        unit_id = None if unit is None else choose_unit(session, unit).id
        wanted = Wanted(unit_id, survey_key, languages)
        posters = list_posters(session, wanted, wired.workshop, scope=EVERYTHING, now=wired.clock())
    tell_address()
    with _whole(out) as draft:
        printed = print_posters(
            posters, size=PosterSize(size), look=wired.workshop.look, on_progress=_teller(len(posters))
        )
        draft.write_bytes(printed.content)
    if printed.missing:
        click.echo(f"no font here has these letters, so they are printed as “?”: {' '.join(printed.missing)}", err=True)
    click.echo(f"{len(posters)} posters in {out}", err=True)


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """A draft beside the file, which takes its name at the end of the block, or goes."""
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        draft.touch()  # a place that cannot be written to is told before anything is drawn
        yield draft
        draft.replace(out)
    except OSError as error:
        raise InvalidInputError(f"{out} cannot be written: {error.strerror}", field="out") from error
    finally:
        draft.unlink(missing_ok=True)


def _teller(total: int) -> Callable[[int], None]:
    """Return what tells how many are drawn: one line that counts up on a terminal, a line a tenth elsewhere."""
    live = sys.stderr.isatty()
    step = max(1, total // 10)

    def tell(drawn: int) -> None:
        if live:
            click.echo(f"\r{drawn} of {total} posters drawn", err=True, nl=drawn == total)
        elif drawn % step == 0 or drawn == total:
            click.echo(f"{drawn} of {total} posters drawn", err=True)

    return tell
