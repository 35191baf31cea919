"""`flask poster`, run as on the command line."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pypdfium2
import pytest
from click.testing import Result
from PIL import Image

from app.factory import create_app
from app.kit.db import Database
from app.organisation.models import UnitKind
from app.organisation.service import add_unit, get_company
from app.surveys.loader import load_surveys
from app.surveys.service import store_versions
from app.touchpoints.service import add_touchpoint
from config.settings import ROOT, Settings, load_settings
from tests.touchpoints.posters import decode, pictures, texts

Run = Callable[..., Result]


@pytest.fixture
def codes(database: Database, now: datetime) -> dict[str, str]:
    """The codes of two offices, one of them with a name that no font has all of."""
    with database.transaction() as session:
        store_versions(session, load_surveys(ROOT / "surveys"), now=now)
        company = get_company(session).id
        found = {}
        for code, name in (("north", "Нұр-Сұлтан"), ("south", "Sushi 寿司")):
            unit = add_unit(session, name=name, kind=UnitKind.OFFICE, parent_id=company, code=code, now=now)
            found[code] = add_touchpoint(session, unit_id=unit.id, survey_key="office-visit", now=now).code
        return found


@pytest.fixture
def run(database: Database, tmp_path: Path, now: datetime) -> Run:
    """Run `flask poster --out posters.pdf` in a directory of its own."""
    settings = Settings(
        var_dir=tmp_path / "var",
        base_url="https://otklik.example.kz",
        database_url=database.url.render_as_string(hide_password=False),
    )
    app = create_app(settings, clock=lambda: now, database=database)

    def invoke(*arguments: str, out: Path | None = None) -> Result:
        return app.test_cli_runner().invoke(args=["poster", "--out", str(out or tmp_path / "posters.pdf"), *arguments])

    return invoke


def test_every_code_is_printed_and_the_progress_told(run: Run, codes: dict[str, str], tmp_path: Path) -> None:
    result = run("--size", "a6")
    assert result.exit_code == 0, result.output
    content = (tmp_path / "posters.pdf").read_bytes()
    read = [decode(picture) for picture in pictures(content)]
    assert sorted(read) == sorted([f"HTTPS://OTKLIK.EXAMPLE.KZ/Q/{code}"] for code in codes.values())
    assert "2 of 2 posters drawn" in result.stderr
    assert "printed as “?”: 司 寿" in result.stderr
    assert result.stdout == ""
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".db"].count("posters.pdf") == 1


def test_one_unit_in_the_languages_that_were_asked_for(run: Run, codes: dict[str, str], tmp_path: Path) -> None:
    assert run("--unit", "north", "--lang", "uk,en", "--survey", "office-visit", "--size", "sticker").exit_code == 0
    [text] = texts((tmp_path / "posters.pdf").read_bytes())
    assert "Як пройшов ваш візит?" in text
    assert codes["north"] in text
    with pypdfium2.PdfDocument(tmp_path / "posters.pdf") as document:
        assert document[0].get_size() == pytest.approx((141.73, 141.73), abs=0.01)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--unit", "nowhere"), "there is no unit nowhere"),
        (("--survey", "nps"), "touchpoint add"),
        (("--survey", "nix"), "no survey 'nix'"),
        (("--lang", "xx"), "there are: kk, ru, uk, en"),
        (("--lang", "kk,ru,uk,en"), "3 languages at most"),
    ],
)
def test_what_cannot_be_printed_is_told_and_leaves_no_file(
    run: Run, codes: dict[str, str], tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    out = tmp_path / "here" / "posters.pdf"
    out.parent.mkdir()
    result = run(*arguments, out=out)
    assert result.exit_code == 1
    assert told in result.stderr
    assert list(out.parent.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_told(run: Run, codes: dict[str, str], tmp_path: Path) -> None:
    result = run(out=tmp_path / "missing" / "posters.pdf")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_a_run_that_fails_leaves_the_old_file_as_it_was(
    database: Database, codes: dict[str, str], tmp_path: Path, now: datetime
) -> None:
    out = tmp_path / "posters.pdf"
    out.write_bytes(b"the old one")
    settings = Settings.model_construct(
        **{
            **Settings(var_dir=tmp_path / "var", database_url="sqlite:///unused.db").model_dump(),
            "company_colour": "no colour at all",
        }
    )
    app = create_app(settings, clock=lambda: now, database=database)
    result = app.test_cli_runner().invoke(args=["poster", "--out", str(out)])
    assert result.exit_code == 1
    assert "the posters were not drawn" in result.stderr
    assert out.read_bytes() == b"the old one"
    assert not list(tmp_path.glob(".posters*"))


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("OTKLIK_COMPANY_COLOUR", "green", "OTKLIK_COMPANY_COLOUR: write a colour"),
        ("OTKLIK_COMPANY_LOGO", "/nowhere/logo.png", "OTKLIK_COMPANY_LOGO: /nowhere/logo.png cannot be read"),
    ],
)
def test_a_wrong_colour_or_logo_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Exception, match=told):
        load_settings()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "no picture that can be printed"),
        (bytes(3 * 1024 * 1024), "larger than 2 MB"),
        (None, "3000 by 3000 pixels"),
    ],
)
def test_a_logo_that_cannot_be_printed_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "logo.png"
    if content is None:
        large = io.BytesIO()
        Image.new("1", (3000, 3000)).save(large, "PNG")
        content = large.getvalue()
    file.write_bytes(content)
    monkeypatch.setenv("OTKLIK_COMPANY_LOGO", str(file))
    with pytest.raises(Exception, match=told):
        load_settings()
