"""500 posters as one PDF, with progress, from the list of codes to the file's bytes."""

import time

from app.accounts.scope import EVERYTHING
from app.touchpoints.posters.choice import Wanted, list_posters
from app.touchpoints.posters.press import print_posters
from app.touchpoints.posters.sheet import PosterSize
from bench.place import Place
from bench.report import Report, Row, say

_TOLD_EVERY = 100


def measure_posters(report: Report, place: Place) -> None:
    """Print a poster for each code of the company."""
    with place.wired() as wiring:
        begin = time.perf_counter()
        with wiring.database.reading() as session:
            posters = list_posters(session, Wanted(), wiring.workshop, scope=EVERYTHING, now=wiring.clock())
        printed = print_posters(posters, size=PosterSize.A5, look=wiring.workshop.look, on_progress=_tell)
        seconds = time.perf_counter() - begin
    what = f"{len(posters)} posters as one PDF"
    report.add(Row(what, "", f"{seconds:.1f} s, {len(printed.content):,} B", "", "≤ 20 s", met=seconds <= 20))


def _tell(drawn: int) -> None:
    if drawn % _TOLD_EVERY == 0:
        say(f"    {drawn} drawn")
