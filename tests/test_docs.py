"""The documents say what the program does: settings, files, and every address within them leads somewhere."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from app.contacts.consents import load_consents
from app.messaging.texts import load_texts
from app.review_sites.catalogue import load_catalogue
from app.routing.policy import load_policy
from config import reference
from config.installed import variable_of
from config.reference import DOCUMENT, EXAMPLE, render_document, render_example
from config.settings import ROOT, Settings, load_settings

_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
_NAMES = [(name, variable_of(name, field)) for name, field in Settings.model_fields.items()]


def test_the_example_of_the_environment_is_up_to_date() -> None:
    """Run `make docs`."""
    assert EXAMPLE.read_text() == render_example()


def test_the_document_of_the_configuration_is_up_to_date() -> None:
    """Run `make docs`."""
    assert DOCUMENT.read_text() == render_document(DOCUMENT.read_text())


@pytest.mark.parametrize(("name", "variable"), _NAMES)
def test_every_setting_says_what_it_means_in_both(name: str, variable: str) -> None:
    assert Settings.model_fields[name].description
    assert f"\n# {variable}=" in EXAMPLE.read_text()
    assert f"| `{variable}` |" in DOCUMENT.read_text()


@pytest.mark.parametrize(("name", "variable"), _NAMES)
def test_what_may_hold_a_secret_is_not_printed(name: str, variable: str) -> None:
    may_hold = any(word in name for word in ("key", "token", "password", "secret", "database_url", "queue_url"))
    assert Settings.model_fields[name].repr is not may_hold, variable


def test_the_example_changes_nothing_until_its_lines_are_taken_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for _, variable in _NAMES:
        monkeypatch.delenv(variable, raising=False)
    defaults = load_settings({})
    for line in EXAMPLE.read_text().splitlines():
        variable, given, value = line.removeprefix("# ").partition("=")
        if given and value and variable in dict(_NAMES).values():
            monkeypatch.setenv(variable, value)
    assert load_settings({}) == defaults


def test_a_setting_without_a_description_stops_the_documents() -> None:
    class Bare(BaseModel):
        one: int = Field(default=1)

    with pytest.raises(ValueError, match="without a description"):
        reference.key_table(Bare)


def test_every_section_begins_with_a_setting() -> None:
    assert set(reference.SECTIONS) <= set(Settings.model_fields)


def test_the_files_that_come_with_the_program_are_those_that_are_described() -> None:
    document = DOCUMENT.read_text()
    for file in sorted((ROOT / "config").glob("*.yaml")):
        assert f"`{file.name}`" in document
    assert load_policy(ROOT / "config" / "routing.yaml")
    assert load_catalogue(ROOT / "config" / "review_sites.yaml")
    assert load_consents(ROOT / "config" / "consents.yaml")
    assert load_texts(ROOT / "config" / "messages.yaml")


@pytest.mark.parametrize(
    "page",
    sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("surveys/*.md")]),
    ids=lambda page: page.name,
)
def test_a_document_leads_to_files_that_are_there(page: Path) -> None:
    missing = [link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert missing == []
