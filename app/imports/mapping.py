"""Which column of a file is which of ours: `--map` and `--set`. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.imports.tables import Table
from app.kit.errors import InvalidInputError


class InvalidMappingError(InvalidInputError):
    """A `--map` or `--set` that cannot be understood, or that does not fit the file."""

    code = "invalid_mapping"


@dataclass(frozen=True, slots=True)
class Columns:
    """Our field to the file's column, fixed values for empty cells, and the file's columns that are left out."""

    sources: Mapping[str, str]
    defaults: Mapping[str, str]
    ignored: tuple[str, ...]

    def gives(self, field: str) -> bool:
        """Tell whether the file or `--set` says anything about the field."""
        return field in self.sources or field in self.defaults

    def read(self, cells: Mapping[str, object], field: str) -> object:
        """Return the cell, or the fixed value if it is empty, or None."""
        value = cells.get(self.sources[field]) if field in self.sources else None
        empty = value is None or (isinstance(value, str) and not value.strip())
        return self.defaults.get(field) if empty else value

    def text(self, cells: Mapping[str, object], field: str) -> str:
        """Return the cell as text without spaces around it, empty for none; raises InvalidInputError for a list."""
        value = self.read(cells, field)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (str, int, float)):
            return str(value).strip()
        raise InvalidInputError(f"a text is expected, not {type(value).__name__}", field=field, code="not_a_text")

    def name(self, field: str) -> str:
        """Return what the file calls the field, for remarks."""
        return self.sources.get(field, field)


def parse_mapping(text: str) -> dict[str, str]:
    """Return our field to the file's column from `name=Название,twogis_url="2GIS URL"`; raises InvalidMappingError.

    Either side may stand in double quotes, inside which a quote is written twice.
    """
    mapping: dict[str, str] = {}
    position = 0
    while position <= len(text):
        field, position = _read_word(text, position, "=")
        if position >= len(text) or text[position] != "=":
            raise InvalidMappingError(f'no = after {field!r}; write name=Column,address="Another column"')
        column, position = _read_word(text, position + 1, ",")
        if not field or not column:
            raise InvalidMappingError(f"{field or '…'}={column or '…'}: both sides of = need a name")
        if field in mapping:
            raise InvalidMappingError(f"{field} is mapped twice; it can come from one column only")
        mapping[field] = column
        position += 1
    return mapping


def parse_defaults(settings: Iterable[str], allowed: Sequence[str]) -> dict[str, str]:
    """Return the fixed values of `--set time_zone=Asia/Almaty`, one a setting; raises InvalidMappingError."""
    defaults: dict[str, str] = {}
    for setting in settings:
        field, equals, value = (part.strip() for part in setting.partition("="))
        if not equals or not value:
            raise InvalidMappingError(f"--set {setting}: write field=value, such as time_zone=Asia/Almaty")
        if field not in allowed:
            raise InvalidMappingError(f"--set {field}: only these can be the same for all rows: {', '.join(allowed)}")
        defaults[field] = value
    return defaults


def choose_columns(
    table: Table,
    fields: Sequence[str],
    *,
    required: Sequence[str],
    mapping: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
    by_name: bool = True,
) -> Columns:
    """Return where each field comes from: as mapped, else (unless `by_name` is off) the column of its name.

    Raises InvalidMappingError.
    """
    # A head of two lines, or with a space too many, is one line of words to whoever types it.
    mapping = {
        field: column if column in table.columns else " ".join(column.split())
        for field, column in (mapping or {}).items()
    }
    defaults = defaults or {}
    there = ", ".join(table.columns)
    for field, column in mapping.items():
        if field not in fields:
            raise InvalidMappingError(f"--map {field}: no such field; there are {', '.join(fields)}")
        if column not in table.columns:
            raise InvalidMappingError(f"--map {field}={column}: the file has no such column; it has {there}")
    taken = set(mapping.values())
    own = {
        field: field
        for field in fields
        if by_name and field in table.columns and field not in mapping and field not in taken
    }
    sources = {**mapping, **own}
    for field in required:
        if field not in sources and field not in defaults:
            raise InvalidMappingError(
                f"no column for {field}; the file has {there}: add --map '{field}=…'",
                field=field,
                code="column_missing",
            )
    used = set(sources.values())
    return Columns(sources, defaults, tuple(column for column in table.columns if column not in used))


def _read_word(text: str, position: int, end: str) -> tuple[str, int]:
    """Read a word, quoted or not, up to `end`; return it and where it ended."""
    while text[position : position + 1].isspace():
        position += 1
    if text[position : position + 1] != '"':
        stop = text.find(end, position)
        stop = len(text) if stop < 0 else stop
        return text[position:stop].strip(), stop
    word = ""
    while True:
        close = text.find('"', position + 1)
        if close < 0:
            raise InvalidMappingError(f"no closing quote in {text[position:]}")
        word += text[position + 1 : close]
        position = close + 1
        if text[position : position + 1] != '"':
            break
        word += '"'
    while text[position : position + 1].isspace():
        position += 1
    if position < len(text) and text[position] != end:
        raise InvalidMappingError(f"{text[position:]!r} follows a closing quote; {end} is expected")
    return word.strip(), position
