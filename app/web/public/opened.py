"""How often a question is opened, a code's or a link's: what its own script reports when somebody has seen it.

Opening by itself writes nothing: scanners and messengers open links too. The report is a beacon that nobody waits for,
answered alike whatever comes of it; one that is lost only makes the lower bound lower.
"""

import base64
import hashlib
import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError

from app.invitations.links import LinkNotInUseError, get_live
from app.invitations.noticed import count_open as count_link_open
from app.kit.locks import DatabaseBusyError
from app.touchpoints.opens import count_open, find_live_id
from app.web import edge
from app.web.access import Gate, gate
from app.web.rates import is_too_often

opened = Blueprint("opened", __name__)
gate(opened, Gate.PUBLIC)

# An office's visitors share its network, and a city's telephones that of their operator: enough for both, and little
# enough that nobody blows a counter up from one place.
_AT_ONE_CODE = 30
_FROM_ONE_ADDRESS = 300
# Seconds to wait for the database's one writer: somebody's rating comes first.
_PATIENCE = 0.05


@opened.post("/Q/<code>/opened")
@opened.post("/q/<code>/opened")
def note_opened(code: str) -> Response:
    """Count one opening of a code in use; 204 whatever came of it, so that nothing is learnt from the answer."""
    # The wider limit first: with it nobody can fill the memory with counters of codes that there are not.
    if (
        _sent_by_our_page()
        and not is_too_often("opened", per_minute=_FROM_ONE_ADDRESS)
        and not is_too_often(f"opened {code[:20]}", per_minute=_AT_ONE_CODE)
    ):
        _count(code)
    return Response(status=204)


@opened.app_template_global()
def opened_script() -> Markup:
    """Return the script that reports, as the page carries it; `allow_opened_script` allows this very text."""
    return Markup(_script(str(current_app.static_folder)))  # noqa: S704 -- a file of ours


def allow_opened_script() -> None:
    """Let this page run the script, and no other that stands in it."""
    edge.allow_script(_hash(str(current_app.static_folder)))


@opened.post("/I/<token>/opened")
@opened.post("/i/<token>/opened")
def note_link_opened(token: str) -> Response:
    """Count one opening of a single-use link, as above."""
    if (
        _sent_by_our_page()
        and not is_too_often("opened", per_minute=_FROM_ONE_ADDRESS)
        and not is_too_often(f"opened {token[:20]}", per_minute=_AT_ONE_CODE)
    ):
        _count_link(token)
    return Response(status=204)


def _count(code: str) -> None:
    database = edge.wiring().database
    with database.reading() as reading:
        touchpoint_id = find_live_id(reading, code)
    if touchpoint_id is None:
        return
    # Whoever removes the touchpoint at this very moment wins.
    with suppress(DatabaseBusyError, IntegrityError), database.transaction(patience=_PATIENCE) as writing:
        count_open(writing, touchpoint_id, now=edge.now())


def _count_link(token: str) -> None:
    database, now = edge.wiring().database, edge.now()
    with suppress(LinkNotInUseError, DatabaseBusyError):
        with database.reading() as reading:
            invitation = get_live(reading, token, now=now)
        with database.transaction(patience=_PATIENCE) as writing:
            count_link_open(writing, invitation.id)


def _sent_by_our_page() -> bool:
    """Tell whether a page of ours sent it. Browsers say so by one of these headers; who says nothing is no browser."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site:
        return site == "same-origin"
    # By plain http browsers leave the first header out. A proxy may have put another host into the request.
    return bool(origin) and urlsplit(origin).netloc in {request.host, urlsplit(edge.wiring().public_url).netloc}


@lru_cache(maxsize=4)
def _script(folder: str) -> str:
    """Return the script without its comments and indents."""
    lines = (Path(folder) / "js/opened.js").read_text("utf-8").splitlines()
    return "".join(re.sub(r"^//.*", "", line.strip()) + "\n" for line in lines).strip().replace("\n\n", "\n")


@lru_cache(maxsize=4)
def _hash(folder: str) -> str:
    digest = hashlib.sha256(_script(folder).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
