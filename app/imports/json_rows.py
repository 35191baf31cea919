"""JSON to objects that know the line on which they begin. Pure."""

import json
import re
from collections import Counter
from collections.abc import Iterator

from app.imports.table_errors import InvalidTableError, Place

_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\r\n]*")
Item = tuple[int, dict[str, object]]


def read_json_rows(text: str, name: str) -> list[Item]:
    """Return the objects of the list, each with its line; raises InvalidTableError.

    `text` is a list of objects, or an object in which one list holds objects.
    """
    reader = _Reader(text, name)
    try:
        rows = reader.read_rows()
    except json.JSONDecodeError as error:
        raise InvalidTableError(Place(name, error.lineno), f"this is not JSON: {error.msg.lower()}") from error
    except RecursionError as error:
        raise InvalidTableError(Place(name, reader.line), "nested too deeply to be a list of rows") from error
    except ValueError as error:  # a number of thousands of digits, NaN, a key given twice
        raise InvalidTableError(Place(name, reader.line), str(error)) from error
    if not rows:
        raise InvalidTableError(Place(name), "the list is empty")
    return rows


class _Reader:
    """Walks the text once; only its outermost list is taken apart by hand, for the lines."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._at = 0
        self.line = 1
        self._decoder = json.JSONDecoder(object_pairs_hook=_read_object, parse_constant=_refuse_constant)

    def read_rows(self) -> list[Item]:
        self._skip_space()
        rows = self._read_list() if self._peek() == "[" else self._read_only_list()
        self._skip_space()
        if self._at < len(self._text):
            raise self._syntax("something follows after the end")
        return rows

    def _read_only_list(self) -> list[Item]:
        found: dict[str, list[Item]] = {}
        self._take("{")
        while self._peek() == '"':
            key = str(self._decode())
            self._take(":")
            if self._peek() == "[":
                begins, line = self._at, self.line
                try:
                    found[key] = self._read_list()
                except InvalidTableError:  # a list of something else, such as tags
                    self._at, self.line = begins, line
                    self._decode()
            else:
                self._decode()
            self._skip_space()
            if self._peek() != ",":
                break
            self._take(",")
        self._take("}")
        filled = {key: rows for key, rows in found.items() if rows}
        if len(filled) != 1:
            lists = f"these lists do: {', '.join(filled)}" if filled else "none does"
            raise InvalidTableError(Place(self._name), f"exactly one list inside should hold objects; {lists}")
        return next(iter(filled.values()))

    def _read_list(self) -> list[Item]:
        return list(self._items())

    def _items(self) -> Iterator[Item]:
        self._take("[")
        while self._peek() != "]":
            line = self.line
            begins = self._at
            value = self._decode()
            if not isinstance(value, dict):
                raise InvalidTableError(Place(self._name, line), "an object in {} is expected here, a row of the table")
            # Only an escape can say what the text of a file cannot.
            if self._text.find("\\u", begins, self._at) >= 0 and not _is_text(value):
                raise InvalidTableError(
                    Place(self._name, line),
                    "NUL, or half of a letter, which no database and no page takes; delete it",
                    code="unreadable_text",
                )
            yield line, value
            self._skip_space()
            if self._peek() != ",":
                break
            self._take(",")
            if self._peek() == "]":
                raise self._syntax("a comma too many before ]")
        self._take("]")

    def _decode(self) -> object:
        value, end = self._decoder.raw_decode(self._text, self._at)
        self._move(end)
        return value

    def _take(self, character: str) -> None:
        if self._peek() != character:
            raise self._syntax(f"{character} is expected")
        self._move(self._at + 1)
        self._skip_space()

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip_space(self) -> None:
        space = _SPACE.match(self._text, self._at)
        self._move(space.end() if space else self._at)

    def _move(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self._at = to

    def _syntax(self, message: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(message, self._text, self._at)


def _read_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"{twice!r} stands twice in one object; delete one")
    return result


def _is_text(value: object) -> bool:
    """Tell whether all that is said in the value, keys and all, can be stored and shown."""
    if isinstance(value, str):
        return _NO_TEXT.search(value) is None
    if isinstance(value, dict):
        return all(_is_text(key) and _is_text(each) for key, each in value.items())
    return not isinstance(value, list) or all(map(_is_text, value))


def _refuse_constant(text: str) -> object:
    raise ValueError(f"{text} is not a number that JSON has; write null")
