"""What is inside a backup: lines of JSON, compressed and sealed, written and read as a stream.

The first line is the header: format, schema revision, when it was made, and every table with its columns and how many
rows follow. Then come the rows, table by table in the header's order, a line a batch. The last line says how many there
were and carries SHA-256 of all lines before it: a second proof, beside that of the sealing, that nothing is missing.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from app.backup.columns import Kind, TableShape, rows_from_json, rows_to_json
from app.backup.errors import DamagedBackupError
from app.backup.sealing import SealingWriter, open_sealed

FORMAT = 1
# More costs a third more time for a few percent of size.
_LEVEL = 4
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Header:
    """What a backup says of itself."""

    revision: str
    made_at: datetime
    tables: tuple[TableShape, ...]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table.rows for table in self.tables)


class ArchiveWriter:
    """Writes one backup: the header when it is made, then batches of rows, then `finish`."""

    def __init__(self, target: BinaryIO, key: bytes, header: Header) -> None:
        self._sealed = SealingWriter(target, key)
        self._packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
        self._digest = hashlib.sha256()
        self._rows = 0
        self._write(
            {
                "otklik-backup": FORMAT,
                "revision": header.revision,
                "made_at": header.made_at.isoformat(),
                "tables": [
                    {"name": table.name, "rows": table.rows, "columns": [[name, kind] for name, kind in table.columns]}
                    for table in header.tables
                ],
            }
        )

    def write_rows(self, shape: TableShape, rows: Sequence[Sequence[Any]]) -> None:
        """Write a batch of the table's rows."""
        self._rows += len(rows)
        self._write(rows_to_json(shape, rows))

    def finish(self) -> int:
        """Write the closing line and return the size of it all in bytes."""
        self._write({"rows": self._rows, "sha256": self._digest.hexdigest()})
        self._sealed.write(self._packer.flush())
        self._sealed.finish()
        return self._sealed.size

    def _write(self, content: object) -> None:
        line = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._digest.update(line)
        self._sealed.write(self._packer.compress(line))


class ArchiveReader:
    """Reads one backup. `header` is there at once; `read_rows` proves every count and the digest on its way."""

    def __init__(self, source: BinaryIO, key: bytes) -> None:
        self._digest = hashlib.sha256()
        self._lines = _lines(open_sealed(source, key))
        self.header = _read_header(self._next())

    def read_rows(self) -> Iterator[tuple[TableShape, list[list[Any]]]]:
        """Yield the tables' rows in batches, in the order in which they can be inserted; raises DamagedBackupError."""
        for shape in self.header.tables:
            left = shape.rows
            while left > 0:
                batch = self._next()
                if not isinstance(batch, list) or not 0 < len(batch) <= left:
                    raise _incomplete()
                left -= len(batch)
                yield shape, rows_from_json(shape, batch)
        expected = {"rows": self.header.rows, "sha256": self._digest.hexdigest()}
        if self._next() != expected or next(self._lines, None) is not None:
            raise _incomplete()

    def _next(self) -> Any:
        line = next(self._lines, None)
        if line is None:
            raise _incomplete()
        self._digest.update(line)
        try:
            return json.loads(line)
        except ValueError as error:
            raise _incomplete() from error


def _read_header(content: Any) -> Header:
    try:
        if content["otklik-backup"] != FORMAT:
            raise _incomplete()
        tables = tuple(
            TableShape(table["name"], tuple((name, Kind(kind)) for name, kind in table["columns"]), table["rows"])
            for table in content["tables"]
        )
        return Header(content["revision"], datetime.fromisoformat(content["made_at"]), tables)
    except (KeyError, TypeError, ValueError) as error:
        raise _incomplete() from error


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=_GZIP)
    rest = b""
    try:
        for chunk in chunks:
            *lines, rest = (rest + unpacker.decompress(chunk)).split(b"\n")
            for line in lines:
                yield line + b"\n"
    except zlib.error as error:
        raise _incomplete() from error
    if rest or not unpacker.eof:
        raise _incomplete()


def _incomplete() -> DamagedBackupError:
    return DamagedBackupError("the backup does not hold what it says it holds; nothing can be restored from it")
