"""The design system on one page: every token and every part of the staff pages, as they look in this browser."""

import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, current_app, render_template, request
from flask_babel import gettext

from app.web import access
from app.web.manage.table import read_table

design = Blueprint("design", __name__, url_prefix="/manage/design")
access.gate(design, access.Gate.STAFF)

_TOKEN = re.compile(r"--([a-z0-9-]+): ([^;]+);")
# Grounds beside the ink that stands on them; tests/test_design.py holds each pair to WCAG's contrast.
PAIRS = (
    ("paper", "ink"),
    ("card", "ink"),
    ("card", "ink-soft"),
    ("paper", "ink-soft"),
    ("accent", "accent-ink"),
    ("accent-wash", "ink"),
    ("card", "accent"),
    ("good-wash", "good"),
    ("warn-wash", "warn"),
    ("bad-wash", "bad"),
    ("card", "bad"),
)


@design.get("")
def show_design() -> str:
    """Show all parts; the table on it really sorts."""
    table = read_table(request.args, sorts=("name", "answers"))
    rows = sorted(_ROWS, key=lambda row: row[table.sort == "answers"], reverse=table.descending)
    return render_template(
        "manage/design.html",
        tokens=read_tokens(Path(str(current_app.static_folder)) / "css" / "tokens.css"),
        pairs=PAIRS,
        table=table,
        rows=rows,
        refused={"shown-wrong": gettext("This is not a telephone number.")},
    )


@lru_cache(maxsize=1)
def read_tokens(stylesheet: Path) -> dict[str, tuple[str, str]]:
    """Return each token's value by day and by night; what the night does not name again stays as it is."""
    day, _, night = stylesheet.read_text().partition("@media (prefers-color-scheme: dark)")
    dark = dict(_TOKEN.findall(night))
    return {name: (value, dark.get(name, value)) for name, value in _TOKEN.findall(day)}


_ROWS: tuple[tuple[str, int], ...] = (("Orda", 412), ("Jeti", 96), ("Dala", 1204))
