"""Equipping a company: from one file of offices to a poster on a wall, an answer, a manager, a backup."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from app.accounts.models import Role
from app.accounts.service import add_user
from app.factory import create_app
from app.jobs.posters import PosterWork
from app.jobs.worker import Worker
from app.kit.clock import utc_now
from app.kit.db import Database
from app.kit.schema import upgrade_database
from app.organisation.service import get_company
from app.responses.models import SurveyResponse
from app.surveys.loader import load_surveys
from app.surveys.service import store_versions
from app.web import edge
from config.settings import ROOT, Settings
from tests.journeys.conftest import Visitor, in_background

pytestmark = pytest.mark.browser

ADMIN, MANAGER, PASSWORD = "admin@example.kz", "manager@example.kz", "four words of chalk"
# A table as the offices of a real company come: names in Russian, cities as the units above, links of one site.
OFFICES = """\ufeffНаименование;Адрес;Город;2GIS URL
Офис на Абая;пр. Абая, 10;Алматы;https://2gis.kz/almaty/firm/70000001018000001
Офис на Төле би;ул. Төле би, 59;Алматы;https://2gis.kz/almaty/firm/70000001018000002
Офис «Мерей»;мкр. Мерей, 3;Алматы;https://2gis.kz/almaty/firm/70000001018000003
Офис у вокзала;ул. Гёте, 1;Астана;https://2gis.kz/astana/firm/70000001018000004
"""
PLACES = {
    "Офис на Абая": "ChIJN1t_tDeuEmsRUsoyG83frY4",
    "Офис на Төле би": "ChIJN1t_tDeuEmsRUsoyG83frY5",
    "Офис «Мерей»": "ChIJN1t_tDeuEmsRUsoyG83frY6",
}


@pytest.fixture
def company(database: Database, tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """An installation with one administrator and nothing else, served with a worker beside it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = _settings(tmp_path / "here", base_url=f"http://127.0.0.1:{port}")
    app = create_app(settings, database=database)
    wired: edge.Wiring = app.extensions["otklik"]
    with database.transaction() as session:
        store_versions(session, load_surveys(ROOT / "surveys"), now=utc_now())
        add_user(
            session, email=ADMIN, password=PASSWORD, role=Role.ADMIN, unit_id=get_company(session).id, now=utc_now()
        )
    works = (PosterWork(database, utc_now, wired.workshop),)
    worker, stop = Worker(database, utc_now, works=works), threading.Event()
    server = make_server("127.0.0.1", port, app, threaded=True)
    with in_background(server.serve_forever, server.shutdown), in_background(lambda: worker.run(stop), stop.set):
        yield app, settings.public_url
    server.server_close()


def test_a_company_is_equipped_in_an_hour(
    company: tuple[Flask, str], database: Database, visitor: Visitor, tmp_path: Path
) -> None:
    app, address = company
    desk = {"viewport": {"width": 1280, "height": 900}}
    admin = visitor.page(**desk)  # type: ignore[arg-type]
    _sign_in(admin, address, ADMIN)

    _import_offices(admin, tmp_path)
    _add_google_links(admin, address)
    _add_codes(admin, address)
    codes = _print_posters(admin, address, tmp_path)
    _answer(visitor.page(), address, codes[0])
    expect(_open(admin, f"{address}/manage/responses").get_by_text("Тез әрі сыпайы")).to_be_visible()

    manager = visitor.page(provoked=(404,), **desk)  # type: ignore[arg-type]
    _become_manager(manager, _invite(admin, address))
    _open(manager, f"{address}/manage/units")
    expect(manager.get_by_role("link", name="Алматы")).to_be_visible()
    expect(manager.get_by_text("Астана")).to_have_count(0)
    expect(_open(manager, f"{address}/manage/responses").get_by_text("Тез әрі сыпайы")).to_be_visible()
    for hidden in ("/manage/users", "/manage/settings"):
        assert manager.request.get(address + hidden).status == 403

    copied = _restore_elsewhere(app, tmp_path)
    with database.reading() as here, copied.reading() as there:
        said = select(SurveyResponse.rating, SurveyResponse.comment)
        assert here.execute(said).all() == there.execute(said).all() == [(5, "Тез әрі сыпайы")]
    copied.dispose()


def _settings(directory: Path, **more: str) -> Settings:
    return Settings.model_validate({"var_dir": directory, "company_name": "Made-up Telecom", "language": "en", **more})


def _open(page: Page, address: str) -> Page:
    page.goto(address)
    return page


def _sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/manage/**")


def _import_offices(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "offices.csv"
    file.write_text(OFFICES)
    page.get_by_text("Set up").click()
    page.locator("nav.setup").get_by_role("link", name="Units").click()
    page.get_by_role("link", name="Import from a file").first.click()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Go on").click()
    # The columns are understood by themselves; what is left to say is what the rows are.
    expect(page.get_by_label("Name *")).to_have_value("Наименование")
    page.get_by_label("Kind of rows").select_option("office")
    page.get_by_label("Units above that are not there yet").select_option("city")
    page.get_by_role("button", name="Try it this way").click()
    expect(page.locator(".tally")).to_contain_text("4 rows read")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("link", name="To the units")).to_be_visible()


def _add_google_links(page: Page, address: str) -> None:
    for office, place in PLACES.items():
        _open(page, f"{address}/manage/review-sites").get_by_role("link", name=office, exact=True).click()
        card = page.locator("#site-google")
        card.get_by_role("textbox").fill(place)
        card.get_by_role("button", name="Save").click()
        expect(page.locator("#site-google")).to_contain_text(f"placeid={place}")
    page.goto(f"{address}/manage/review-sites?site=google&state=none")
    expect(page.get_by_role("link", name="Офис у вокзала", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Офис на Абая")).to_have_count(0)


def _add_codes(page: Page, address: str) -> None:
    page.goto(f"{address}/manage/touchpoints/new")
    page.get_by_label("Unit", exact=True).fill("company")
    page.get_by_label("For", exact=True).select_option("office")
    page.get_by_label("Survey").select_option("office-visit")
    page.get_by_label("Placement").fill("hall")
    page.get_by_role("button", name="Show what would be made").click()
    page.get_by_role("button", name="Make 4 codes").click()
    expect(page.get_by_text("4 codes", exact=True)).to_be_visible()


def _print_posters(page: Page, address: str, tmp_path: Path) -> list[str]:
    """Print all posters of one city and return the addresses that a telephone reads on them."""
    page.goto(f"{address}/manage/posters")
    unit = page.get_by_label("Unit", exact=True)
    unit.select_option(label=next(label for label in unit.locator("option").all_inner_texts() if label == "Алматы"))
    page.get_by_label("Paper").select_option("a5")
    page.get_by_label("Қазақша").check()
    page.get_by_role("button", name="Draw the posters").click()
    link = page.get_by_role("link", name="Download the PDF")
    link.wait_for(timeout=60_000)
    with page.expect_download() as downloading:
        link.click()
    downloading.value.save_as(tmp_path / "posters.pdf")
    with pypdfium2.PdfDocument(tmp_path / "posters.pdf") as document:
        texts = [sheet.get_textpage().get_text_range() for sheet in document]
        read = [zxingcpp.read_barcodes(sheet.render(scale=2).to_pil()) for sheet in document]
    assert [office in text for office, text in zip(sorted(PLACES), texts, strict=True)] == [True] * 3
    return [found.text for (found,) in read]


def _answer(phone: Page, address: str, scanned: str) -> None:
    """Open what was scanned, tap and write."""
    assert scanned.lower().startswith(f"{address}/q/")
    phone.goto(f"{scanned}?lang=kk")
    phone.wait_for_timeout(2_100)  # sooner would be marked as too fast for a person
    phone.locator("button[value='5']").click()
    phone.locator("[name=comment]").fill("Тез әрі сыпайы")
    phone.locator("form:has([name=comment]) button").last.click()
    phone.locator("[role=status]").first.wait_for()
    expect(phone.get_by_role("button", name="Google")).to_be_visible()


def _invite(page: Page, address: str) -> str:
    """Invite a manager of one city and return the link to send."""
    page.goto(f"{address}/manage/users/new")
    page.get_by_label("E-mail").fill(MANAGER)
    page.locator("input[name=role][value=manager]").check()
    page.get_by_label("Where", exact=True).fill("Алматы")
    page.get_by_role("button", name="Make the invitation").click()
    if page.get_by_role("link", name="Алматы").count():  # the word may mean offices, too, that have it in their address
        page.get_by_role("link", name="Алматы").first.click()
        page.get_by_role("button", name="Make the invitation").click()
    return page.get_by_label("Link", exact=True).input_value()


def _become_manager(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Your name").fill("Manager of one city")
    page.locator("#new").fill("another four words of chalk")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/manage/**")


def _restore_elsewhere(app: Flask, tmp_path: Path) -> Database:
    """Back everything up, restore it into an empty installation of its own and return that one's database."""
    saved = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "saved.otklik")])
    assert saved.exit_code == 0, saved.output
    elsewhere = Database(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    upgrade_database(elsewhere)
    other = create_app(_settings(tmp_path / "there"), database=elsewhere)
    key = tmp_path / "here" / "keys" / "backup_key"
    restored = other.test_cli_runner().invoke(args=["restore", str(tmp_path / "saved.otklik"), "--key-file", str(key)])
    assert restored.exit_code == 0, restored.output
    return elsewhere
