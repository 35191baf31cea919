"""House rules that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"
MODULES = sorted(APP.rglob("*.py"))
TEMPLATES = sorted((APP / "templates").rglob("*.html"))
SCRIPTS = sorted((APP / "static").rglob("*.js"))
_INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
_ELSEWHERE = re.compile(r"""(?:src|href|action|url\()\s*=?\s*["']?(?:https?:)?//""", re.IGNORECASE)


# The one script that stands in a page: a file of its own would cost the respondent's first view a third request. The
# page's policy allows its hash alone, so nothing else that got in there would run (web/public/opened.py).
_HASHED = {"public/survey.html": "<script>{{ opened_script() }}</script>"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=name)
def test_a_package_file_is_a_map_and_nothing_else(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)
    assert isinstance(body[0].value, ast.Constant)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_and_stays_readable(path: Path) -> None:
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), "a module begins with a docstring"
    assert text.count("\n") <= 400, "split it, so that a newcomer guesses the file from the feature's name"


def test_no_room_is_called_after_nothing() -> None:
    empty_words = {"utils", "helpers", "common", "core", "base", "misc"}
    assert not [name(path) for path in [*MODULES, *ROOT.glob("tests/**/*.py")] if path.stem in empty_words]


def test_only_the_ground_knows_the_dialects() -> None:
    """`kit.db.upsert` is the one way to an INSERT that knows conflicts, on both databases."""
    knowing = [name(path) for path in MODULES if "sqlalchemy.dialects" in path.read_text()]
    assert knowing == ["app/kit/db.py"]


def _imports(path: Path) -> set[str]:
    """Return the modules that a file imports, and the names it takes from them as if they were modules."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


# Each speaks one provider's language; who picks one of them knows the settings.
_GATEWAYS = {
    f"app.messaging.{name}"
    for name in ("smsc", "mobizon", "twilio", "smtp", "telegram", "whatsapp", "viber", "console", "http")
}
_PICKS_GATEWAYS = {"config/gateways.py", "app/factory.py"}
# The same of the review sites; they call by the gateways' connections.
_SOURCES = {f"app.review_sites.public_ratings.{name}" for name in ("google_places", "twogis", "trustpilot")}


def test_only_the_settings_pick_gateways() -> None:
    """Whoever else knew one could not be tried against another."""
    own = {f"app/messaging/{module.rpartition('.')[2]}.py" for module in _GATEWAYS} | {"app/messaging/refusals.py"}
    files = [*MODULES, *(ROOT / "config").glob("*.py")]
    knowing = {name(path) for path in files if _imports(path) & _GATEWAYS}
    calling = {f"{module.replace('.', '/')}.py" for module in {*_SOURCES, "app.review_sites.public_ratings.sources"}}
    assert knowing <= own | _PICKS_GATEWAYS | calling
    assert {name(path) for path in files if _imports(path) & _SOURCES} == {"config/rating_sources.py"}


@pytest.mark.parametrize("package", ["messaging", "invitations", "webhooks"])
def test_what_asks_and_sends_knows_neither_flask_nor_settings(package: str) -> None:
    forbidden = {"flask", "werkzeug", "apiflask", "flask_security", "flask_babel", "flask_wtf", "config"}
    knowing = {
        name(path): sorted(found)
        for path in (APP / package).rglob("*.py")
        if (found := {module.partition(".")[0] for module in _imports(path)} & forbidden)
    }
    assert not knowing


@pytest.mark.parametrize("package", sorted(path for path in APP.iterdir() if (path / "__init__.py").exists()), ids=name)
def test_a_package_has_more_than_its_map(package: Path) -> None:
    assert [path for path in package.rglob("*.py") if path.name != "__init__.py"]


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_hold_no_inline_code_and_fetch_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text().replace(_HASHED.get(path.relative_to(APP / "templates").as_posix(), "\0"), "", 1)
    assert not _INLINE.search(text)
    assert not _ELSEWHERE.search(text)
    assert "|safe" not in text.replace(" ", "")


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_scripts_write_text_and_never_markup(path: Path) -> None:
    text = path.read_text()
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage"):
        assert forbidden not in text
