"""Importing answers of the past: rows a second from the file to their tables, and how long the one moment takes."""

import csv
import gc
import io
import random
import time
from datetime import datetime, timedelta

from app.imports.past.options import PastOptions
from app.imports.past.planning import PastDesk, hash_file, plan_past
from app.imports.past.writing import make_rows, write_rows
from app.imports.tables import read_table
from app.kit.i18n import Language
from app.surveys.service import store_version
from app.web.edge import Wiring
from bench.place import Place
from bench.report import Report, Row

_WORDS = "Быстро обслужили, но пришлось подождать у входа: талоны кончились, и никто не подсказал, куда идти."
_ANSWERS = ("rating", "comment", "answered_at", "unit")
_CALLS = (*_ANSWERS, "id", "topic", "wait_seconds", "handle_seconds", "resolved")


def measure_past(report: Report, place: Place, *, rows: int, offices: int) -> None:
    """Take in a file of answers, and one of calls with their ratings, by the steps of `flask import responses`."""
    with place.wired() as wiring:
        for what, columns in (("answers", _ANSWERS), ("calls with their ratings", _CALLS)):
            content = past_file(columns, rows=rows, offices=offices)
            gc.disable()  # as the command does
            try:
                begin = time.perf_counter()
                moment = _take_in(wiring, content)
                rate = rows / (time.perf_counter() - begin)
            finally:
                gc.enable()
            report.add(
                Row(
                    f"{place.name}: import of {rows:,} {what}",
                    "",
                    f"{rate:,.0f} rows/s, visible in {moment:.1f} s",
                    "",
                    "≥ 10,000 rows/s",
                    met=rate >= 10_000,
                )
            )


def past_file(columns: tuple[str, ...], *, rows: int, offices: int) -> bytes:
    """Return a made-up file of three years; the same each time."""
    dice, text = random.Random(7), io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    moment, step = datetime(2023, 1, 1), timedelta(days=3 * 365) / rows  # noqa: DTZ001 -- as files write it
    for number in range(rows):
        moment += step
        answer = [dice.choice((5, 5, 5, 4, 4, 3, 2, 1)), _WORDS if dice.random() < 0.3 else ""]
        place = [moment.strftime("%d.%m.%Y %H:%M:%S"), f"office-{dice.randrange(offices)}"]
        length = f"0:{dice.randrange(8):02}:{dice.randrange(60):02}"
        call = [f"call-{number}", dice.choice(("Bills", "Tariffs", "Faults")), dice.randrange(120), length, "Y"]
        writer.writerow([*answer, *place, *call][: len(columns)])
    return text.getvalue().encode()


def _take_in(wiring: Wiring, content: bytes) -> float:
    """Do what `flask import responses` does, and return how long the rows took to become visible."""
    desk = PastDesk(wiring.vault, wiring.surveys, wiring.desk.policy, wiring.desk.phone_region)
    options, now = PastOptions(source="bench", language=Language.RU), wiring.clock()
    table = read_table(content, "past.csv")
    with wiring.database.reading() as session:
        plan = plan_past(session, desk, table, options, name="past.csv", content_hash=hash_file(content, None), now=now)
    if plan.report.refused:
        raise RuntimeError("\n".join(plan.report.lines(dry_run=False)))
    with wiring.database.transaction() as session:
        version_id = store_version(session, plan.definition, now=now)
    dialect = wiring.database.engine.dialect
    rows = make_rows(dialect, desk, plan, version_id, language=Language.RU, now=now)
    begin = time.perf_counter()
    with wiring.database.transaction(large=True) as session:
        write_rows(session, plan, rows, now=now)
    return time.perf_counter() - begin
