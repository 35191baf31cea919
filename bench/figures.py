"""The dashboard and the export over the history, by the very functions and commands that people use."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from app.accounts.scope import EVERYTHING
from app.analytics.dashboard import read_dashboard
from app.analytics.periods import last_days
from app.analytics.unit_table import Column, Level, list_units
from app.kit.clock import utc_now
from app.organisation.service import get_unit
from app.responses.models import SurveyResponse
from app.web.edge import Wiring
from bench.place import Place
from bench.report import Report, Row
from bench.servers import ROOT
from bench.timing import time_reading

_DAYS = 30
# A tenth of the history is enough to tell.
_SHEET_DAYS = 110


def measure_dashboard(report: Report, place: Place, *, responses: int) -> None:
    """Read the first page's figures and its table, for the company and for one office; the median of a few."""
    with place.wired() as wiring:
        for what, code in (("the company", None), ("one office", "office-7")):
            taken = time_reading(wiring.database, lambda code=code: _read(wiring, code))  # type: ignore[misc]
            report.add(
                Row(
                    f"{place.name}: dashboard of {what}, {_DAYS} days of {responses:,} answers",
                    "",
                    str(taken),
                    "",
                    "≤ 100 ms",
                    met=taken.database <= 0.1,
                )
            )


def _read(wiring: Wiring, code: str | None) -> None:
    now = wiring.clock()
    with wiring.database.reading() as session:
        unit_id = get_unit(session, code, EVERYTHING).id if code else None
        period = last_days(_DAYS, now=now, zone=wiring.desk.zone)
        figures = read_dashboard(session, scope=EVERYTHING, unit_id=unit_id, period=period, now=now)
        list_units(
            figures.area, Level.NEXT, search="", sort=Column.ANSWERS, descending=True, offset=0, limit=25
        )  # fmt: skip


def measure_export(report: Report, place: Place, *, responses: int) -> None:
    """Run `flask export responses`; what an export of nothing takes is its start and not counted."""
    tomorrow = (utc_now() + timedelta(days=2)).date().isoformat()
    # The first start after so much was written reads all of the program from the disk, and the database's pages.
    begin = min(_export(place, "--since", tomorrow)[0] for _ in range(3))
    seconds, peak = _export(place)
    rate = responses / max(seconds - begin, 0.001)
    what = f"{place.name}: export of {responses:,} answers as CSV"
    report.add(Row(what, "", f"{rate:,.0f} rows/s, peak {peak:.0f} MB", "", "≥ 30,000 rows/s", met=rate >= 30_000))
    since = utc_now() - timedelta(days=_SHEET_DAYS)
    with place.wired() as wiring, wiring.database.reading() as session:
        some = session.scalar(select(func.count()).where(SurveyResponse.answered_at >= since)) or 0
    seconds, peak = _export(place, "--format", "xlsx", "--since", since.isoformat())
    rate = some / max(seconds - begin, 0.001)
    what = f"{place.name}: export of {some:,} answers as XLSX"
    report.add(Row(what, "", f"{rate:,.0f} rows/s, peak {peak:.0f} MB", "", "≥ 5,000 rows/s", met=rate >= 5_000))


def _export(place: Place, *options: str) -> tuple[float, float]:
    """Return (seconds, MB of memory at the most) of the command."""
    target = Path(place.folder) / "export.csv"
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "export", "responses", "--out", str(target), *options]
    environment = {**os.environ, **place.environment}
    begin = time.perf_counter()
    told = subprocess.run(
        [sys.executable, "-S", "-c", _WEIGH, *command],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ).stdout
    return time.perf_counter() - begin, int(told) / 1024


# A process begins with the peak of the one that started it, and this kit's is larger than an export's.
_WEIGH = """
import os, sys
_, status, used = os.wait4(os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:]), 0)
print(used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
