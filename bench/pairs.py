"""GET of the survey page and POST of a rating, ours beside bare on the same server: rounds in turn, median ratios."""

import socket
import statistics
from dataclasses import dataclass

from bench.bare_table import create_table
from bench.client import Load, run
from bench.company import page_requests, post, rating_requests
from bench.place import Place, free_port
from bench.report import Report, Row
from bench.servers import Server, granian

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides on one database, and what is asked of them."""

    name: str
    ours: Server
    bare: Server
    codes: list[str]
    seconds: float


def compare(report: Report, place: Place, codes: list[str], *, seconds: float) -> None:
    """Measure both sides on the place's company, `seconds` for each figure and round."""
    port, bare_port = free_port(), free_port()
    with Server(
        granian("wsgi:app", port, processes=place.processes), port, place.environment, first=f"/q/{codes[0]}"
    ) as ours:
        page = len(_body(port, codes[0]))
        bare_url = place.url if not place.is_sqlite else f"sqlite:///{place.folder}/bare.db"
        create_table(bare_url)
        bare_environment = {"BENCH_DATABASE_URL": bare_url, "BENCH_PAGE_BYTES": str(page)}
        with Server(
            granian("bench.bare:app", bare_port, processes=place.processes), bare_port, bare_environment, first="/page"
        ) as bare:
            pair = Pair(place.name, ours, bare, codes, seconds)
            _compare_pages(report, pair)
            _compare_ratings(report, pair, place.key)


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
