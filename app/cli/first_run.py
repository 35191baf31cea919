"""What a first start does and says: schema, surveys, company, demo; then links, sign-in and password."""

import contextlib
import http.client
import socket
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import AuditEntry
from app.demo.service import create_demo, find_demo, wants_demo
from app.kit.schema import upgrade_database
from app.organisation.service import sync_company
from app.review_sites.catalogue import Catalogue
from app.surveys.service import store_versions
from app.touchpoints.qr import touchpoint_url
from app.web.edge import Wiring
from config.settings import Settings

# Any address beyond this machine would do: nothing is sent, the system only says which of ours it would send from.
_SOMEWHERE = ("192.0.2.1", 9)
_WARNED, _SITES_FILE = "review_sites.warned", "review_sites.yaml"


def prepare(wiring: Wiring, settings: Settings) -> None:
    """Bring schema, stored surveys and the company's own facts to what code and settings say; safe to repeat."""
    if wiring.database.is_sqlite:
        # What customers wrote is nobody else's. SQLite gives its journal the mode that the file has when it opens it.
        Path(str(wiring.database.url.database)).touch(mode=0o600)
    upgrade_database(wiring.database)
    with wiring.database.transaction() as session:
        now = wiring.clock()
        store_versions(session, wiring.surveys, now=now)
        sync_company(session, name=settings.company_name, time_zone=settings.time_zone, hours=settings.hours, now=now)
        _note_policy_warnings(session, wiring.desk.catalogue, now=now)


def announce(wiring: Wiring, address: str) -> list[str]:
    """Return the lines to print, the demo company made first if there is no company yet.

    A demo that was removed on purpose is not made again: `flask demo` does that.
    """
    with wiring.database.transaction() as session:
        if wants_demo(session):
            create_demo(session, wiring.desk, wiring.surveys, now=wiring.clock())
    with wiring.database.reading() as session:
        demo = find_demo(session, wiring.vault)
    lines = [touchpoint_url(address, code.code) for code in demo.codes]
    lines.append(f"Sign-in: {address}/sign-in")
    if demo.sign_in is not None:
        changed = "changed since the first start; `flask --app wsgi user password` makes a new one"
        lines += [f"E-mail: {demo.sign_in.email}", f"Password: {demo.sign_in.password or changed}"]
    return lines


def find_address(settings: Settings) -> str:
    """Return the address to tell people: the base URL, or what a telephone in the same network can reach."""
    if settings.base_url or settings.host not in ("0.0.0.0", "::"):  # noqa: S104 -- compared, not bound
        return settings.public_url
    return f"http://{_own_address()}:{settings.port}"


def port_is_free(host: str, port: int) -> bool:
    """Tell whether a server can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server does it: an address that a stopped server used a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def server_answers(host: str, port: int) -> bool:
    """Tell whether the web server answers by now."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared, not bound
    connection = http.client.HTTPConnection(here, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _note_policy_warnings(session: Session, catalogue: Catalogue, *, now: datetime) -> None:
    """Write into the audit which sites only the happy are offered against the policy, whenever that has changed.

    That there are none any more is a change too, so that the log tells from when to when the risk was taken.
    """
    last = session.scalars(
        select(AuditEntry.details)
        .where(AuditEntry.object_id == _SITES_FILE, AuditEntry.action == _WARNED)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()
    sites = {warning.site.value: warning.stance.value for warning in catalogue.policy_warnings()}
    if sites != (last or {}).get("only_happy", {}):
        record(session, _WARNED, now=now, object_type="config", object_id=_SITES_FILE, details={"only_happy": sites})


def _own_address() -> str:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_SOMEWHERE)
        return str(probe.getsockname()[0])
    return "localhost"
