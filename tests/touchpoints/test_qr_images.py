"""The images that staff fetch."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image

from app.accounts.models import Role
from app.accounts.scope import EVERYTHING
from app.accounts.service import add_user
from app.accounts.sign_ins import begin_sign_in
from app.factory import create_app
from app.kit.db import Database
from app.organisation.service import add_unit, get_company
from app.touchpoints.changes import revoke_touchpoint
from app.touchpoints.service import add_touchpoint, get_touchpoint
from config.settings import Settings


@pytest.fixture
def codes(database: Database, now: datetime) -> dict[str, str]:
    """The codes of two offices, by the office's code."""
    with database.transaction() as session:
        company = get_company(session)
        return {
            code: add_touchpoint(
                session,
                unit_id=add_unit(session, name=code, kind="office", parent_id=company.id, code=code, now=now).id,
                survey_key="office-visit",
                now=now,
            ).code
            for code in ("own", "foreign")
        }


@pytest.fixture
def stranger(database: Database, tmp_path: Path, now: datetime) -> FlaskClient:
    """A browser that has not signed in."""
    settings = Settings(var_dir=tmp_path, base_url="http://localhost")
    return create_app(settings, clock=lambda: now, database=database).test_client()


@pytest.fixture
def analyst(stranger: FlaskClient, database: Database, codes: dict[str, str], now: datetime) -> FlaskClient:
    """The same browser with an analyst of the office `own` before it."""
    with database.transaction() as session:
        unit_id = get_touchpoint(session, codes["own"], scope=EVERYTHING).unit_id
        user = add_user(
            session,
            email="analyst@example.kz",
            password="seven grey geese",
            role=Role.ANALYST,
            unit_id=unit_id,
            now=now,
        )
        session.flush()
        secret = begin_sign_in(session, user, address="", user_agent="", lasts=timedelta(hours=1), now=now)
        uniquifier = user.fs_uniquifier
    with stranger.session_transaction() as cookie:
        cookie.update({"_user_id": uniquifier, "_fresh": True, "sign_in": secret})
    return stranger


def test_the_images_of_a_code_decode_to_its_address(analyst: FlaskClient, codes: dict[str, str]) -> None:
    code = codes["own"]
    png = analyst.get(f"/touchpoints/{code.lower()}/qr.png")
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.data)).convert("L"))
    assert found.text == f"HTTP://LOCALHOST/Q/{code}"
    assert png.mimetype == "image/png"
    assert ET.fromstring(analyst.get(f"/touchpoints/{code}/qr.svg").data).tag.endswith("svg")  # noqa: S314 -- ours


@pytest.mark.parametrize(("name", "kind"), [("qr.svg", "image/svg+xml"), ("qr.png", "image/png")])
def test_an_image_is_a_file_to_keep_and_never_a_page_of_ours(
    analyst: FlaskClient, codes: dict[str, str], name: str, kind: str
) -> None:
    response = analyst.get(f"/touchpoints/{codes['own']}/{name}")
    assert response.status_code == 200
    assert response.mimetype == kind
    assert response.headers["Content-Disposition"] == f'attachment; filename="{codes["own"]}{name[2:]}"'
    assert response.headers["Content-Security-Policy"] == "sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_foreign_an_unknown_and_a_withdrawn_code_are_not_there(
    analyst: FlaskClient, codes: dict[str, str], database: Database, now: datetime
) -> None:
    assert analyst.get(f"/touchpoints/{codes['foreign']}/qr.svg").status_code == 404
    assert analyst.get("/touchpoints/00000000/qr.svg").status_code == 404
    assert analyst.get("/touchpoints/x/qr.png").status_code == 404
    with database.transaction() as session:
        own = get_touchpoint(session, codes["own"], scope=EVERYTHING)
        revoke_touchpoint(session, own.id, scope=EVERYTHING, now=now)
    assert analyst.get(f"/touchpoints/{codes['own']}/qr.png").status_code == 404


def test_a_stranger_is_asked_to_sign_in(stranger: FlaskClient, codes: dict[str, str]) -> None:
    response = stranger.get(f"/touchpoints/{codes['own']}/qr.svg")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in?next=")
