"""How long a piece of work takes: the whole of it, and what of that the database takes."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from app.kit.db import Database

_TURNS = 7


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds: the whole call, and its reading statements alone, run and fetched again past everything of ours."""

    whole: float
    database: float

    def __str__(self) -> str:
        return f"{self.database * 1000:.0f} ms, {self.whole * 1000:.0f} ms in all"


def median_of(work: Callable[[], object], turns: int = _TURNS) -> float:
    """Return the median of a few turns; the first, which reads from the disk, is not counted."""
    work()
    taken = []
    for _ in range(turns):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def time_reading(database: Database, work: Callable[[], object]) -> Timed:
    """Return how long the work takes, which only reads."""
    whole = median_of(work)
    statements: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            statements.append((statement, values))

    event.listen(database.engine, "after_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(database.engine, "after_cursor_execute", note)
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()

        def read(statement: str, values: Any) -> None:
            cursor.execute(statement, values)
            cursor.fetchall()

        alone = sum(median_of(lambda one=one: read(*one)) for one in statements)  # type: ignore[misc]
    finally:
        connection.close()
    return Timed(whole, alone)
