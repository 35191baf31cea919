"""The installation as it is run: its start with an existing database, its memory after some load, its first view."""

import time

from bench.client import run
from bench.company import first_view, page_requests
from bench.place import Place, free_port
from bench.report import Report, Row
from bench.servers import Server, serve


def weigh(report: Report, place: Place, codes: list[str]) -> None:
    """Start everything, look at it, weigh it."""
    port = free_port()
    environment = {**place.environment, "PORT": str(port), "OTKLIK_WEB_PROCESSES": str(place.processes)}
    with Server(serve(), port, environment, first=f"/q/{codes[0]}") as server:
        size, requests = first_view(port, codes[0])
        run(port, page_requests(codes), status=200, seconds=1)
        time.sleep(1)
        memory, started = server.memory(), server.start_seconds
    small = size <= 14 * 1024 and requests <= 2
    report.add(
        Row(f"{place.name}: first view on the wire", "", f"{size:,} B, {requests} requests", "", "≤ 14 KB, ≤ 2", small)
    )
    report.add(Row(f"{place.name}: start to the first 200", "", f"{started:.1f} s", "", "≤ 5 s", started <= 5))
    total = memory["web"] + memory["worker"]
    wanted = 280 + 130 * (place.processes - 1)
    parts = ", ".join(f"{role} {weight:.0f}" for role, weight in memory.items())
    what = f"{place.name}: PSS of web ({place.processes}) + worker"
    report.add(Row(what, "", f"{total:.0f} MB ({parts})", "", f"≤ {wanted} MB", total <= wanted))
