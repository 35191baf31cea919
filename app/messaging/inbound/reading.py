"""Shapes of JSON and of forms, read without trusting a single field of them; pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from app.messaging.inbound.events import UnreadableInboundError

# Longer than any provider's id, shorter than what an index takes.
_LONGEST_ID = 200
# What we would keep of a text anyway.
_LONGEST_TEXT = 4000
_MOST_FIELDS = 200
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NOT_DIGITS = re.compile(r"[^0-9]")


def read_json(body: bytes) -> Mapping[str, Any]:
    """Return the object; raises UnreadableInboundError for anything else, however deep or long it is."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableInboundError("the body is no JSON") from error
    return as_object(found)


def read_form(body: bytes) -> dict[str, bytes]:
    """Return the fields of a form, the last of a name, as the bytes that were sent: the charset is the provider's."""
    try:
        pairs = parse_qsl(
            body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise UnreadableInboundError("the body is no form") from error
    # What was not escaped is Latin-1 by now, and so is what was: back to the very bytes.
    return {name: value.encode("latin-1", "replace") for name, value in pairs}


def read_fields(body: bytes) -> dict[str, str]:
    """Return the fields of a form, or of a flat JSON object, as text; raises UnreadableInboundError."""
    if body.lstrip().startswith(b"{"):
        return {clean(name): find_text(value) or find_id(value) for name, value in read_json(body).items()}
    return {clean(name): read_words(value) for name, value in read_form(body).items()}


def read_words(raw: bytes) -> str:
    """Return the text of a form's field: UTF-8, or the Windows-1251 that SMSC speaks unless told otherwise."""
    try:
        return clean(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return clean(raw.decode("cp1251", "replace"))


def as_object(value: object) -> Mapping[str, Any]:
    """Return the value if it is a JSON object; raises UnreadableInboundError."""
    if not isinstance(value, dict):
        raise UnreadableInboundError("an object was expected")
    return value


def objects(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list; nothing for what is no list, and past what is no object."""
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def inner(value: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """Return the object at the path, an empty one if there is none."""
    for name in path:
        found = value.get(name)
        if not isinstance(found, dict):
            return {}
        value = found
    return value


def read_id(value: object) -> str:
    """Return an id, a text or a whole number, as text; raises UnreadableInboundError if it is missing or too long."""
    found = find_id(value)
    if not found:
        raise UnreadableInboundError("an id is missing")
    return found


def find_id(value: object) -> str:
    """Return an id as text, or nothing; never longer than an index takes."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    try:
        text = _UNSTORABLE.sub("", str(value)).strip()
    except ValueError:  # a number of more digits than Python writes
        return ""
    return text if len(text) <= _LONGEST_ID else ""


def find_text(value: object) -> str:
    """Return what somebody wrote, storable and at most so long that we keep all of it; nothing for what is no text."""
    return clean(value) if isinstance(value, str) else ""


def clean(text: str) -> str:
    """Return the text without what no database keeps, cut to the longest that is of use."""
    return _UNSTORABLE.sub("", text[: _LONGEST_TEXT * 2])[:_LONGEST_TEXT]


def read_number(value: object) -> str:
    """Return a number in international form with its plus, as far as digits go; raises UnreadableInboundError."""
    digits = _NOT_DIGITS.sub("", find_id(value))
    if not 5 <= len(digits) <= 15:
        raise UnreadableInboundError("no number of a telephone")
    return f"+{digits}"
