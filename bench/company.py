"""500 made-up offices with a code each, so that no office looks like a burst, and the forms to send."""

import itertools
import re
import urllib.request
from datetime import timedelta
from urllib.parse import urlencode

from app.cli.first_run import prepare
from app.factory import wire
from app.kit.clock import utc_now
from app.organisation.service import add_unit, get_company
from app.responses.forms import form_subject, issue_form
from app.review_sites.catalogue import Site
from app.review_sites.service import set_listing
from app.surveys.loader import read_survey
from app.touchpoints.service import add_touchpoints
from config.settings import ROOT, Settings

OFFICES = 500
# One tap in five is unhappy and opens a case; two in five lead with the office's review sites.
RATINGS = (5, 4, 3, 5, 1)
_DEVICES = 60


def prepare_empty(settings: Settings) -> None:
    """Prepare the database as a first start does: schema, surveys, the company itself."""
    wiring = wire(settings, clock=utc_now, database=None)
    prepare(wiring, settings)
    wiring.database.dispose()


def build_company(settings: Settings) -> list[str]:
    """Prepare the database as a first start does, add the offices and return their codes."""
    wiring = wire(settings, clock=utc_now, database=None)
    prepare(wiring, settings)
    now = wiring.clock()
    with wiring.database.transaction() as session:
        company = get_company(session)
        offices = [
            add_unit(session, name=f"Office {number}", kind="office", parent_id=company.id, now=now).id
            for number in range(OFFICES)
        ]
        set_listing(
            session, unit_id=company.id, site=Site.TWOGIS, link="https://2gis.kz/firm/1/tab/reviews/addreview", now=now
        )
        codes = add_touchpoints(session, offices, survey_key="office-visit", now=now)
    wiring.database.dispose()
    return list(codes.values())


def page_requests(codes: list[str]) -> list[bytes]:
    """Return a look at every code's page, as a browser would ask."""
    return [
        f"GET /q/{code} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nAccept-Language: ru\r\n\r\n".encode()
        for code in codes
    ]


def rating_requests(codes: list[str], port: int, signing_key: str) -> list[bytes]:
    """Return a new response each: devices that got their cookies from real pages, at every code, each with its form."""
    devices = [_get_cookie(port, code) for code in itertools.islice(itertools.cycle(codes), _DEVICES)]
    shown_at = utc_now() - timedelta(seconds=30)  # long enough to have been read by a person
    ratings = itertools.cycle(RATINGS)
    survey = read_survey(ROOT / "surveys" / "office-visit.yaml")
    requests = []
    for device in devices:
        for code in codes:
            subject = form_subject(code, survey.key, survey.version)
            form = urlencode({"rating": next(ratings), "form_token": issue_form(signing_key, subject, shown_at)})
            requests.append(post(f"/q/{code}", form, cookie=device))
    return requests


def post(path: str, form: str, *, cookie: str = "") -> bytes:
    """Return a form as a browser sends it."""
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Language: ru\r\n{cookies}"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n{form}"
    ).encode()


def first_view(port: int, code: str) -> tuple[int, int]:
    """Return (bytes on the wire with all headers, requests) of a first look at a code's page; loopback only."""
    size, text = _weigh(port, f"/q/{code}")
    parts = re.findall(r'<link rel="stylesheet" href="([^"]+)"|<(?:script|img)[^>]+src="([^"]+)"', text)
    return size + sum(_weigh(port, sheet or source)[0] for sheet, source in parts), 1 + len(parts)


def _weigh(port: int, path: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": "gzip, br"})
    with urllib.request.urlopen(request) as answer:
        body = answer.read()
        head = len(f"HTTP/1.1 {answer.status} OK\r\n{answer.headers}")
        plain = body.decode() if not answer.headers.get("Content-Encoding") else ""
    return head + len(body), plain


def _get_cookie(port: int, code: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/q/{code}") as answer:
        return str(answer.headers["Set-Cookie"]).partition(";")[0]
