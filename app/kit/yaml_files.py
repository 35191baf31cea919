"""YAML of ours (surveys, routing, review sites), read strictly, every mistake told with its line.

Refused before anything is built: more than 64 KB or 8,000 places, aliases and anchors, tags, duplicate keys, nesting
deeper than 8, control characters and invisible direction marks. PyYAML keeps the risk of expansion open, so nothing
here expands. Plain words are read as YAML 1.2 reads them: `No`, `on`, `9:00` and `2026-01-31` are text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from app.kit.errors import ConfigurationError

MAX_BYTES = 64 * 1024
MAX_PLACES = 8_000
MAX_DEPTH = 8

Loc = tuple[int | str, ...]
Mistake = tuple[Loc, str]
ModelT = TypeVar("ModelT", bound=BaseModel)
# libyaml reads 64 KB ten times faster than Python does; the wheels bring it.
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_PLACED = "placed_mistakes"
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
# What the parser says, and what has usually happened.
_CURES = {
    "found character that cannot start any token": "indent with spaces, not tabs; quote a text with special signs",
    "mapping values are not allowed in this context": "put a text with a colon in quotes, or check the indentation",
    "did not find expected key": "check the indentation and the quotes here and in the line above",
    "did not find expected '-' indicator": "begin each item of the list with `- `, all at the same indentation",
    "did not find expected ',' or '}'": "close the { bracket, or put a text with commas in quotes",
    "did not find expected ',' or ']'": "close the [ bracket, or put a text with commas in quotes",
    "found unexpected end of stream": "close the quotes",
    "could not find expected ':'": "write a colon and a space after the key",
    "but found another document": "one file is one document; leave `---` out",
}


# What pydantic says, in words for those who write the file.
_PLAIN_WORDS = {
    "string_pattern_mismatch": "write lower-case letters, digits, - and _, beginning with a letter",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "int_type": "must be a whole number, such as 3",
    "int_from_float": "must be a whole number, such as 3",
    "float_type": "must be a number, such as 3 or 0.5",
    "bool_type": "must be true or false",
    "enum": "is none of those known; write {expected}",
    "literal_error": "is none of those known; write {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "dict_type": "must be lines of `name: value`",
    "model_type": "must be lines of `name: value`",
    "model_attributes_type": "must be lines of `name: value`",
    "tuple_type": "must be a list, such as [a, b]",
    "list_type": "must be a list, such as [a, b]",
}


class YamlFileError(ConfigurationError):
    """One or more mistakes in a file, each as `name:line: what is wrong`; `lines` holds them one by one."""

    code = "invalid_file"

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(self.mistakes))


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """Plain data and the line on which each of its places begins."""

    name: str
    data: Any
    lines: dict[Loc, int] = field(default_factory=dict)

    def line_of(self, loc: Loc) -> int:
        """Return the line of the place, or of the nearest place above it that is in the file."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)

    def error(self, loc: Loc, message: str) -> YamlFileError:
        """Return an error that names the file, the line and the place."""
        return YamlFileError([self.describe(loc, message)])

    def describe(self, loc: Loc, message: str) -> str:
        """Return `name:line: place: message`."""
        place = self._name_place(loc)
        return f"{self.name}:{self.line_of(loc)}: {place + ': ' if place else ''}{message}"

    def _name_place(self, loc: Loc) -> str:
        """Name the place as people count: `question 2.text.ru` for the second of `questions`."""
        words: list[str] = []
        data = self.data
        for part in loc:
            if isinstance(data, list) and isinstance(part, int):
                words[-1:] = [f"{words[-1].removesuffix('s') if words else 'item'} {part + 1}"]
                data = data[part] if part < len(data) else None
            else:
                words.append(str(part))
                data = data.get(part) if isinstance(data, dict) else None
        return ".".join(words)


def parse_yaml(content: bytes, name: str) -> YamlDocument:
    """Read a document; raises YamlFileError with the line."""
    if len(content) > MAX_BYTES:
        raise YamlFileError([f"{name}:1: larger than {MAX_BYTES} bytes; shorten or split the file"])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise YamlFileError([f"{name}:{line}: not UTF-8; save the file as UTF-8"]) from error
    if bad := _FORBIDDEN.search(text):
        raise _invisible(bad, name, text.count("\n", 0, bad.start()) + 1)
    try:
        _refuse_expansion(text, name)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise YamlFileError([_describe_syntax(error, name, text)]) from error
    document = YamlDocument(name, None, {})
    if node is None:
        raise YamlFileError([f"{name}:1: the file is empty"])
    data = _build(node, (), document)
    return YamlDocument(name, data, document.lines)


def validate_yaml(document: YamlDocument, model: type[ModelT]) -> ModelT:
    """Return the document as `model`; raises YamlFileError that lists every mistake with its line."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise YamlFileError(describe_mistakes(document, error)) from error


def describe_mistakes(document: YamlDocument, error: ValidationError) -> list[str]:
    """Return pydantic's findings as `name:line: place: message`, in the order of the file."""
    findings = []
    details = error.errors(include_url=False)
    for finding in details:
        # A list is also called too short when what stands in it was refused; that would be told twice.
        if finding["type"] == "too_short" and any(_is_below(other["loc"], finding["loc"]) for other in details):
            continue
        for where, message in _mistakes_of(finding):
            loc = _existing(where, document)
            findings.append((document.line_of(loc), document.describe(loc, message)))
    return [message for _, message in sorted(set(findings))]


def raise_mistakes(mistakes: Iterable[Mistake]) -> None:
    """Raise what a model's own validator found, each with its place below the model; nothing found, nothing raised.

    A plain ValueError would be told with the line on which the whole model begins.
    """
    if found := list(mistakes):
        message = "; ".join(text for _, text in found)
        raise PydanticCustomError(_PLACED, "{message}", {"message": message, "mistakes": found})


def _is_below(loc: Loc, above: Loc) -> bool:
    return len(loc) > len(above) and loc[: len(above)] == above


def _mistakes_of(finding: ErrorDetails) -> list[Mistake]:
    loc, kind, given = finding["loc"], finding["type"], finding["input"]
    if kind == _PLACED:
        return [((*loc, *below), text) for below, text in finding["ctx"]["mistakes"]]
    if kind == "extra_forbidden":
        return [(loc, "not known here; check the spelling or leave it out")]
    if kind == "missing":
        return [(loc, "is missing; write it")]
    if kind == "string_type" and isinstance(given, bool | int | float):
        return [(loc, "must be text; put it in quotes")]
    if kind in _PLAIN_WORDS and (kind != "string_pattern_mismatch" or finding["ctx"]["pattern"].startswith("^[a-z]")):
        return [(loc, _PLAIN_WORDS[kind].format_map(finding.get("ctx", {})))]
    return [(loc, finding["msg"].removeprefix("Value error, "))]


def _existing(loc: Loc, document: YamlDocument) -> Loc:
    """Drop the parts that pydantic adds (union tags, `[key]`) and keep the rest as the path in the file."""
    path: Loc = ()
    for part in loc:
        if part in ("[key]",):
            continue
        # The last part may name what is missing in the file.
        if (*path, part) in document.lines or (isinstance(part, str) and part == loc[-1]):
            path = (*path, part)
    return path


def _refuse_expansion(text: str, name: str) -> None:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if count > MAX_PLACES:
            raise YamlFileError([f"{name}:{line}: more than {MAX_PLACES} keys and values; split the file"])
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlFileError([f"{name}:{line}: anchors (&) and aliases (*) are not read; write the text out"])
        if getattr(event, "tag", None):
            raise YamlFileError([f"{name}:{line}: tags (!) are not read; leave the tag out"])
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise YamlFileError([f"{name}:{line}: nested deeper than {MAX_DEPTH} levels"])
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _invisible(found: re.Match[str], name: str, line: int) -> YamlFileError:
    return YamlFileError([f"{name}:{line}: invisible character U+{ord(found.group()):04X}; delete it"])


def _build(node: yaml.Node, loc: Loc, document: YamlDocument) -> Any:
    document.lines.setdefault(loc, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, document)
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlFileError([f"{document.name}:{key_node.start_mark.line + 1}: a key must be plain text"])
            key = _key(key_node, document)
            if key in result:
                raise YamlFileError([f"{document.name}:{key_node.start_mark.line + 1}: {key!r} stands here twice"])
            document.lines[(*loc, key)] = key_node.start_mark.line + 1
            result[key] = _build(value_node, (*loc, key), document)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*loc, position), document) for position, item in enumerate(node.value)]
    raise AssertionError(f"YAML has scalars, mappings and sequences, not {node!r}")


def _scalar(node: yaml.ScalarNode, document: YamlDocument) -> bool | int | float | str | None:
    """Return the value as YAML 1.2 reads it; 1.1 would make `No` a boolean and `9:00` the number 540."""
    text = str(node.value)
    if bad := _FORBIDDEN.search(text):  # written as an escape, "\\u202e"
        raise _invisible(bad, document.name, node.start_mark.line + 1)
    if node.style:  # quoted, or a block of text
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _key(node: yaml.ScalarNode, document: YamlDocument) -> int | str:
    """Numbers stay numbers (`1: {ru: …}`), everything else is text."""
    value = _scalar(node, document)
    return value if isinstance(value, int) and not isinstance(value, bool) else str(node.value)


def _describe_syntax(error: yaml.YAMLError, name: str, text: str) -> str:
    mark = getattr(error, "problem_mark", None)
    # What was begun and never ended (quotes, a key without its colon) is noticed lines later: tell where it began.
    if str(getattr(error, "context", "")).startswith("while scanning"):
        mark = getattr(error, "context_mark", None) or mark
    line = min(mark.line + 1, len(text.splitlines())) if mark else 1
    problem = getattr(error, "problem", None) or str(error)
    cure = _CURES.get(problem)
    return f"{name}:{line}: {problem}{'; ' + cure if cure else ''}"
