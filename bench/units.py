"""Importing offices: rows a second, the first time and again, and how long raters wait while a file comes in."""

import csv
import io
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from app.imports.tables import read_table
from app.imports.units import plan_units, read_unit_file, write_plan
from app.web.edge import Wiring
from bench.client import Load, run
from bench.company import rating_requests
from bench.place import Place, free_port
from bench.report import Report, Row
from bench.servers import ROOT, Server, granian

CITIES = 20
_HEAD = ["code", "name", "kind", "parent", "address", "time_zone", "hours", "twogis_url"]


def unit_file(offices: int, *, prefix: str = "office") -> bytes:
    """Return a file of cities and offices with hours, zone and a review page each."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    for city in range(CITIES):
        writer.writerow([f"{prefix}-city-{city}", f"City {city} of {prefix}", "city", "", "", "", "", ""])
    for number in range(offices):
        link = f"https://2gis.kz/almaty/firm/{70000001000000000 + number}"
        place = [f"{prefix}-city-{number % CITIES}", f"Abay Avenue {number}", "Asia/Almaty", "Mo-Fr 09:00-18:00", link]
        writer.writerow([f"{prefix}-{number}", f"Office {number}", "office", *place])
    return text.getvalue().encode()


def measure_import(report: Report, place: Place, *, offices: int) -> None:
    """Take a file in, and the very same once more; the company stays for what is measured next."""
    content = unit_file(offices)
    with place.wired() as wiring:
        for turn in ("the first time", "once more"):
            begin = time.perf_counter()
            taken = _take_in(wiring, content)
            rate = taken / (time.perf_counter() - begin)
            what = f"{place.name}: import of {offices:,} offices, {turn}"
            report.add(Row(what, "", f"{rate:,.0f} rows/s", "", "≥ 10,000 rows/s", met=rate >= 10_000))


def measure_raters(report: Report, place: Place, codes: list[str], *, seconds: float, offices: int) -> None:
    """Let people rate alone, then while files of offices come in one after the other; compare the slowest of them."""
    port = free_port()
    server = granian("wsgi:app", port, processes=place.processes)
    with Server(server, port, place.environment, first=f"/q/{codes[0]}"):
        forms = rating_requests(codes, port, place.key)
        half = len(forms) // 2
        run(port, forms[: half // 8], status=303, seconds=1, once=True)
        alone = run(port, forms[half // 8 : half], status=303, seconds=seconds, once=True)
        imports = _Imports(place, offices)
        imports.start()
        meanwhile = run(port, forms[half:], status=303, seconds=seconds, once=True)
        imports.stop()
    _add(report, place, alone, meanwhile, imports.done)


def _add(report: Report, place: Place, alone: Load, meanwhile: Load, imported: int) -> None:
    ratio = meanwhile.at(0.99) / alone.at(0.99)
    wrong = f", {meanwhile.wrong} wrong answers" if meanwhile.wrong else ""
    report.add(
        Row(
            f"{place.name}: raters' p99 / max while {imported} files come in, ms",
            f"{alone.at(0.99):.1f} / {alone.at(1):.1f} (no import)",
            f"{meanwhile.at(0.99):.1f} / {meanwhile.at(1):.1f}{wrong}",
            f"{ratio:.2f} (p99)",
            "p99 ≤ 2 × without",
            met=ratio <= 2 and not meanwhile.wrong,
        )
    )


class _Imports(threading.Thread):
    """`flask import units`, a new file each time, until told to stop."""

    def __init__(self, place: Place, offices: int) -> None:
        super().__init__()
        self._place, self._offices = place, offices
        self._stop_now = threading.Event()
        self.done = 0

    def run(self) -> None:
        environment = {**os.environ, **self._place.environment}
        while not self._stop_now.is_set():
            path = Path(self._place.folder) / f"units-{self.done}.csv"
            path.write_bytes(unit_file(self._offices, prefix=f"new-{self.done}"))
            command = [sys.executable, "-m", "flask", "--app", "wsgi", "import", "units", str(path)]
            subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
            self.done += 1

    def stop(self) -> None:
        """Let the file at hand end and begin no other."""
        self._stop_now.set()
        self.join()


def _take_in(wiring: Wiring, content: bytes) -> int:
    """Do what `flask import units` does, and return how many rows there were."""
    file = read_unit_file(read_table(content, "units.csv"), wiring.desk.catalogue)
    with wiring.database.reading() as session:
        plan = plan_units(session, file)
    if plan.report.refused:
        raise RuntimeError("\n".join(plan.report.lines(dry_run=False)))
    with wiring.database.transaction() as session:
        write_plan(session, file, plan, now=wiring.clock())
    return content.count(b"\n") - 1
