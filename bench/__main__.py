"""`make bench`: about three minutes; only loopback is measured, no network and no certificate."""

import argparse
import contextlib
import os
import platform
import secrets
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.kit.crypto import DataKey, format_data_keys
from app.kit.db import SQLITE
from bench.client import Load, run
from bench.company import build_company, first_view, page_requests, post, rating_requests
from bench.report import Report, Row
from bench.servers import Server, granian, serve
from config.settings import Settings

ROUNDS = 3


def main() -> None:
    """Measure both databases and print the table; exit 1 if a target was missed and `--strict` was given."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of load for each figure and round")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database")
    parser.add_argument("--strict", action="store_true", help="exit 1 if a target is missed")
    options = parser.parse_args()
    begin, report = time.perf_counter(), Report()
    postgres = os.environ.get("TEST_POSTGRES_URL", "")
    if options.only != "postgresql":
        print("SQLite, one process with 8 threads")
        with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder:
            _measure(
                report,
                "SQLite",
                f"sqlite:///{folder}/otklik.db",
                folder=Path(folder),
                processes=1,
                seconds=options.seconds,
            )
    if options.only != "sqlite" and postgres:
        processes = os.cpu_count() or 1
        print(f"PostgreSQL, {processes} processes with 8 threads")
        with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder, _new_postgres(postgres) as url:
            _measure(report, "PostgreSQL", url, folder=Path(folder), processes=processes, seconds=options.seconds)
    elif options.only != "sqlite":
        print("left out: PostgreSQL, because TEST_POSTGRES_URL is not set")
    print(f"\n{_machine()}; {time.perf_counter() - begin:.0f} s\n\n{report.table()}")
    if options.strict and any(row.met is False for row in report.rows):
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides on one database, and what is asked of them."""

    name: str
    ours: Server
    bare: Server
    codes: list[str]
    seconds: float


def _measure(report: Report, name: str, url: str, *, folder: Path, processes: int, seconds: float) -> None:
    key = secrets.token_urlsafe(32)
    environment = {
        "OTKLIK_DATABASE_URL": url,
        "OTKLIK_VAR_DIR": str(folder),
        "OTKLIK_SECRET_KEY": key,
        "OTKLIK_DATA_KEYS": format_data_keys([DataKey.generate("b1")]),
        "OTKLIK_LOG_LEVEL": "WARNING",
    }
    settings = Settings(
        database_url=url, var_dir=folder, secret_key=key, data_keys=environment["OTKLIK_DATA_KEYS"], log_level="WARNING"
    )
    codes = build_company(settings)
    port = _free_port()
    with Server(granian("wsgi:app", port, processes=processes), port, environment, first=f"/q/{codes[0]}") as ours:
        size, requests = first_view(ours.port, codes[0])
        page = len(_body(ours.port, codes[0]))
        bare_port = _free_port()
        bare_url = url if not url.startswith("sqlite") else f"sqlite:///{folder}/bare.db"
        bare_environment = {"BENCH_DATABASE_URL": bare_url, "BENCH_PAGE_BYTES": str(page)}
        with Server(
            granian("bench.bare:app", bare_port, processes=processes), bare_port, bare_environment, first="/page"
        ) as bare:
            pair = Pair(name, ours, bare, codes, seconds)
            _compare_pages(report, pair)
            _compare_ratings(report, pair, key)
    report.add(
        Row(f"{name}: first view on the wire", "", f"{size:,} B, {requests} requests", "", "≤ 14 KB, ≤ 2",
            met=size <= 14 * 1024 and requests <= 2)
    )  # fmt: skip
    _weigh(report, name, environment, codes, processes)


def _compare_pages(report: Report, pair: Pair) -> None:
    ours, bare, seconds = pair.ours, pair.bare, pair.seconds
    bare_page = [b"GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n"]
    our_page = page_requests(pair.codes)
    for server, requests in ((bare, bare_page), (ours, our_page)):
        run(server.port, requests, status=200, seconds=1)  # templates compiled, pools filled
    pairs = [
        (
            run(bare.port, bare_page, status=200, seconds=seconds),
            run(ours.port, our_page, status=200, seconds=seconds),
        )
        for _ in range(ROUNDS)
    ]
    _add_rates(report, f"{pair.name}: GET survey page", pairs, target=0.5)
    ratio = statistics.median(our.at(0.99) / plain.at(0.99) for plain, our in pairs)
    what = f"{pair.name}: GET p50 / p99 / max, ms"
    report.add(Row(what, *_spreads(pairs), f"{ratio:.2f} (p99)", "p99 ≤ 2 × bare", met=ratio <= 2))


def _compare_ratings(report: Report, pair: Pair, key: str) -> None:
    ours, bare, seconds = pair.ours, pair.bare, pair.seconds
    bare_form = [post("/answer", "rating=5&form_token=" + "x" * 60)]
    forms = rating_requests(pair.codes, ours.port, key)
    share = len(forms) // (ROUNDS + 1)
    run(bare.port, bare_form, status=303, seconds=1)
    run(ours.port, forms[:share], status=303, seconds=1, once=True)
    pairs = [
        (
            run(bare.port, bare_form, status=303, seconds=seconds),
            run(ours.port, forms[share * turn : share * (turn + 1)], status=303, seconds=seconds, once=True),
        )
        for turn in range(1, ROUNDS + 1)
    ]
    _add_rates(report, f"{pair.name}: POST rating, durable", pairs, target=0.35)
    p99 = statistics.median(our.at(0.99) for _, our in pairs)
    worst = max(our.at(1) for _, our in pairs)
    what = f"{pair.name}: POST p50 / p99 / max, ms"
    if pair.name == "SQLite":
        met = p99 <= 60 and worst <= 500
        report.add(Row(what, *_spreads(pairs), target="p99 ≤ 60, max ≤ 500", met=met))
    else:
        report.add(Row(what, *_spreads(pairs)))


def _weigh(report: Report, name: str, environment: dict[str, str], codes: list[str], processes: int) -> None:
    """The whole installation, with an existing database: its start, and its memory after some load."""
    port = _free_port()
    whole = {**environment, "PORT": str(port), "OTKLIK_WEB_PROCESSES": str(processes)}
    with Server(serve(), port, whole, first=f"/q/{codes[0]}") as server:
        run(port, page_requests(codes), status=200, seconds=1)
        time.sleep(1)
        memory = server.memory()
        started = server.start_seconds
    report.add(Row(f"{name}: start to the first 200", "", f"{started:.1f} s", "", "≤ 5 s", met=started <= 5))
    total = memory["web"] + memory["worker"]
    wanted = 280 + 130 * (processes - 1)
    parts = ", ".join(f"{role} {weight:.0f}" for role, weight in memory.items())
    report.add(
        Row(f"{name}: PSS of web ({processes}) + worker", "", f"{total:.0f} MB ({parts})", "", f"≤ {wanted} MB",
            met=total <= wanted)
    )  # fmt: skip


def _add_rates(report: Report, what: str, pairs: list[tuple[Load, Load]], *, target: float) -> None:
    """The median of the rounds' ratios: each is taken within seconds, while the machine is the same."""
    ratio = statistics.median(our.rate / plain.rate for plain, our in pairs)
    plain_rate = statistics.median(plain.rate for plain, _ in pairs)
    our_rate = statistics.median(our.rate for _, our in pairs)
    wrong = sum(load.wrong for pair in pairs for load in pair)
    report.add(
        Row(
            f"{what}, 16 connections",
            f"{plain_rate:,.0f}/s",
            f"{our_rate:,.0f}/s" + (f", {wrong} wrong answers" if wrong else ""),
            f"{ratio:.2f}",
            f"≥ {target}",
            met=ratio >= target and not wrong,
        )
    )


def _spreads(pairs: list[tuple[Load, Load]]) -> tuple[str, str]:
    return _spread([plain for plain, _ in pairs]), _spread([our for _, our in pairs])


def _spread(loads: list[Load]) -> str:
    middle = [statistics.median(load.at(share) for load in loads) for share in (0.5, 0.99)]
    return f"{middle[0]:.1f} / {middle[1]:.1f} / {max(load.at(1) for load in loads):.1f}"


def _body(port: int, code: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(page_requests([code])[0].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    return received.partition(b"\r\n\r\n")[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _new_postgres(url: str) -> Iterator[str]:
    admin = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    name = f"otklik_bench_{secrets.token_hex(4)}"
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(url).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        admin.dispose()


def _machine() -> str:
    return (
        f"{os.cpu_count()} processors, Python {platform.python_version()}, SQLite {SQLITE.sqlite_version}, "
        f"{platform.system()} {platform.release()}"
    )


if __name__ == "__main__":
    main()
