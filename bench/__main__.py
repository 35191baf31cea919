"""`make bench`: about ten minutes on an idle machine; only loopback is measured, no network and no certificate.

The table goes to standard output, progress to standard error. A missed target is reported and ends with exit code 0.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.kit.db import SQLITE
from bench.company import build_company, prepare_empty
from bench.figures import measure_dashboard, measure_export
from bench.follow_ups import Amount, measure_follow_ups
from bench.history import write_history
from bench.metrics import measure_counting, measure_metrics
from bench.pairs import compare
from bench.past import measure_past
from bench.place import Place, open_place
from bench.printing import measure_posters
from bench.queue import measure_queue
from bench.queues import measure_queues
from bench.report import Report, Row, say
from bench.units import measure_import, measure_raters
from bench.whole import weigh

ENGINES = ("sqlite", "postgresql")
TOPICS = ("pairs", "whole", "raters", "posters", "queue", "import", "history", "follow-ups", "queues")


MANY_CALLS = Amount(single=6_000, bulks=20, messages=3_000, seconds=120.0)
FEW_CALLS = Amount(single=600, bulks=2, messages=300, seconds=10.0)


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    responses: int = 1_000_000
    offices: int = 3_000
    waiting: int = 1_000_000
    open_cases: int = 100_000
    past: int = 50_000
    handing_over: float = 20.0
    calls: Amount = MANY_CALLS


QUICK = Size(
    responses=50_000,
    offices=500,
    waiting=50_000,
    open_cases=10_000,
    past=5_000,
    handing_over=5.0,
    calls=FEW_CALLS,
)


def main() -> None:
    """Measure what was asked for and print the table."""
    options = _parse()
    begin, report = time.perf_counter(), Report()
    size = QUICK if options.quick else Size()
    size = replace(size, responses=options.responses or size.responses)
    for engine in [each for each in ENGINES if each in options.only] or ENGINES:
        if engine == "postgresql" and not os.environ.get("TEST_POSTGRES_URL"):
            say("left out: PostgreSQL, because TEST_POSTGRES_URL is not set")
            continue
        topics = [each for each in TOPICS if each in options.only] or list(TOPICS)
        _measure(report, engine, topics, size, seconds=options.seconds or (1.0 if options.quick else 3.0))
    report.add(Row("LimeSurvey, a full response", "", "outside this kit", "", "≥ 50 ×"))
    seconds = time.perf_counter() - begin
    print(f"{_machine()}; {seconds:.0f} s{', quick: small numbers' if options.quick else ''}\n\n{report.table()}")
    if options.out is not None:
        content = {"machine": _machine(), "seconds": round(seconds), "quick": options.quick, "rows": report.plain()}
        options.out.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=float, help="of load for each figure and round (3, quick 1)")
    parser.add_argument(
        "--only", nargs="+", choices=(*ENGINES, *TOPICS), default=[], help="databases and topics; all if left out"
    )
    parser.add_argument("--quick", action="store_true", help="small numbers: whether it works, not how fast")
    parser.add_argument("--responses", type=int, help="in the history (1,000,000, quick 50,000)")
    parser.add_argument("--out", type=Path, help="write the figures as JSON too")
    return parser.parse_args()


def _measure(report: Report, engine: str, topics: Sequence[str], size: Size, *, seconds: float) -> None:
    """The topics of one database: first at a company of 500 codes, then at one of thousands of offices."""
    if small := [each for each in ("pairs", "whole", "raters", "posters") if each in topics]:
        with open_place(engine) as place:
            say(f"{place.name}: {place.processes} web process{'es' if place.processes > 1 else ''} with 8 threads")
            codes = build_company(place.settings)
            _measure_small(report, place, codes, small, size, seconds=seconds)
    if set(topics) & {"queue", "import", "history"}:
        with open_place(engine) as place:
            say(f"{place.name}: {size.offices:,} offices")
            prepare_empty(place.settings)
            if "queue" in topics:
                measure_queue(report, place, waiting=size.waiting, seconds=size.handing_over)
            if set(topics) & {"import", "history"}:
                measure_import(report, place, offices=size.offices)
            if "history" in topics:
                say(f"  writing {size.responses:,} answers")
                with place.wired() as wiring:
                    write_history(wiring, responses=size.responses)
                measure_counting(report, place, responses=size.responses)
                measure_dashboard(report, place, responses=size.responses)
                measure_export(report, place, responses=size.responses)
                measure_metrics(report, place, responses=size.responses)
            if "import" in topics:
                measure_past(report, place, rows=size.past, offices=size.offices)
    if "queues" in topics:
        with open_place(engine) as place:
            say(f"{place.name}: the queues of the callback desk")
            prepare_empty(place.settings)
            measure_queues(report, place, offices=size.offices, cases=size.open_cases)
    if "follow-ups" in topics:
        with open_place(engine) as place:
            say(f"{place.name}: follow-ups")
            prepare_empty(place.settings)
            measure_follow_ups(report, place, size.calls, seconds=seconds)


def _measure_small(
    report: Report, place: Place, codes: list[str], topics: Sequence[str], size: Size, *, seconds: float
) -> None:
    if "pairs" in topics:
        compare(report, place, codes, seconds=seconds)
    if "whole" in topics:
        weigh(report, place, codes)
    if "posters" in topics and place.is_sqlite:  # drawn by a process that knows no database
        measure_posters(report, place)
    if "raters" in topics:
        measure_raters(report, place, codes, seconds=max(seconds * 2, 5.0), offices=size.offices)


def _machine() -> str:
    return (
        f"{os.cpu_count()} processors, Python {platform.python_version()}, SQLite {SQLITE.sqlite_version}, "
        f"{platform.system()} {platform.release()}"
    )


if __name__ == "__main__":
    main()
