"""A bare Flask application on the same server: a Jinja page of the same size, and one durable Core INSERT with a 303.

SQLite as carefully as ours (WAL, FULL, BEGIN IMMEDIATE, one writer at a time by a lock): a baseline that lost answers
or made writers starve would be too easy to keep up with.
"""

import os
import threading
import uuid
from datetime import UTC, datetime
from typing import Any

from flask import Flask, redirect, render_template, request
from sqlalchemy import create_engine, event, insert
from werkzeug.wrappers import Response

from app.kit.db import SQLITE
from app.kit.ids import new_id
from bench.bare_table import answer

URL = os.environ["BENCH_DATABASE_URL"]
SIZE = int(os.environ["BENCH_PAGE_BYTES"])
_TEMPLATE = """<!doctype html>
<html lang="{{ language }}"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
{%- for number in range(5) %}<button name="rating" value="{{ number }}">{{ labels[number] }}</button>{% endfor %}
<p>{{ filler }}</p></body></html>
"""
_LABELS = ["very bad", "bad", "so so", "good", "very good"]

_SQLITE = URL.startswith("sqlite")
engine = create_engine(URL, **({"module": SQLITE} if _SQLITE else {}), pool_size=8)
_writer = threading.Lock()
app = Flask(__name__)
# Compiled once, as a file would be.
_PAGE = app.jinja_env.from_string(_TEMPLATE)

if _SQLITE:

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        """The same promises as ours."""
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        """Take the write lock at once."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@app.get("/page")
def show_page() -> str:
    """A page of the same number of bytes."""
    return render_template(_PAGE, language="en", title="How was it?", labels=_LABELS, filler="x" * (SIZE - 460))


@app.post("/answer")
def take_answer() -> Response:
    """One row, durable, and on to the next page."""
    row = {"id": new_id(), "rating": int(request.form["rating"]), "at": datetime.now(UTC).replace(tzinfo=None)}
    if _SQLITE:
        with _writer:
            _insert(row)
    else:
        _insert(row)
    return redirect(f"/thanks/{uuid.uuid4().hex}", 303)


def _insert(row: dict[str, Any]) -> None:
    with engine.begin() as connection:
        connection.execute(insert(answer), row)
