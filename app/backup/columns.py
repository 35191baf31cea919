"""The kinds of values that tables hold, and each kind's form in a backup: plain JSON, the same from either engine."""

import base64
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from app.kit.db import UtcDateTime


class Kind(StrEnum):
    """What a column holds."""

    UUID = "uuid"
    INSTANT = "instant"
    DAY = "day"
    BYTES = "bytes"
    JSON = "json"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table as a backup names it: its columns with their kinds, in the order of each row, and how many rows."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    rows: int


# The first that fits counts: a boolean is an integer to some.
_KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (UtcDateTime, Kind.INSTANT),
    (Uuid, Kind.UUID),
    (Date, Kind.DAY),
    (LargeBinary, Kind.BYTES),
    (JSON, Kind.JSON),
    (Boolean, Kind.BOOLEAN),
    (Integer, Kind.INTEGER),
    (Float, Kind.FLOAT),
    (String, Kind.TEXT),
)
_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.INSTANT: UtcDateTime(),
    Kind.UUID: Uuid(),
    Kind.DAY: Date(),
    Kind.BYTES: LargeBinary(),
    Kind.JSON: JSON(none_as_null=True),
    Kind.BOOLEAN: Boolean(),
    Kind.INTEGER: BigInteger(),
    Kind.FLOAT: Double(),
    Kind.TEXT: String(),
}
_TO_JSON: dict[Kind, Callable[[Any], Any]] = {
    Kind.UUID: lambda value: value.hex,
    Kind.INSTANT: datetime.isoformat,
    Kind.DAY: date.isoformat,
    Kind.BYTES: lambda value: base64.b64encode(value).decode(),
}
_FROM_JSON: dict[Kind, Callable[[Any], Any]] = {
    Kind.UUID: uuid.UUID,
    Kind.INSTANT: datetime.fromisoformat,
    Kind.DAY: date.fromisoformat,
    Kind.BYTES: base64.b64decode,
}


def kind_of(column: Column[Any]) -> Kind:
    """Return what the column holds; raises TypeError for a type that backups do not know yet."""
    for known, kind in _KINDS:
        if isinstance(column.type, known):
            return kind
    raise TypeError(f"{column.table.name}.{column.name}: a backup cannot hold {column.type!r} yet; add it to columns")


def shape_of(table: Table, rows: int) -> TableShape:
    """Return how a backup names the table."""
    return TableShape(table.name, tuple((column.name, kind_of(column)) for column in table.columns), rows)


def table_for(shape: TableShape) -> Table:
    """Return a table to insert into: as it was when the backup was made, whatever the models say today."""
    return Table(shape.name, MetaData(), *(Column(name, _TYPES[kind]) for name, kind in shape.columns))


def rows_to_json(shape: TableShape, rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return rows as lists of what JSON can say."""
    return _convert(shape, rows, _TO_JSON)


def rows_from_json(shape: TableShape, rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return rows as lists of what the tables take."""
    return _convert(shape, rows, _FROM_JSON)


def _convert(
    shape: TableShape, rows: Sequence[Sequence[Any]], how: dict[Kind, Callable[[Any], Any]]
) -> list[list[Any]]:
    # Only the columns that need it: there are millions of values.
    needed = [(place, how[kind]) for place, (_, kind) in enumerate(shape.columns) if kind in how]
    converted = []
    for row in rows:
        values = list(row)
        for place, convert in needed:
            if values[place] is not None:
                values[place] = convert(values[place])
        converted.append(values)
    return converted
