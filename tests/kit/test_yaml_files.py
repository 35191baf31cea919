"""YAML of ours: read strictly, refused cleanly, every mistake with its line."""

import resource
import time
from typing import Annotated, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kit.yaml_files import MAX_BYTES, YamlFileError, parse_yaml, raise_mistakes, validate_yaml

HOSTILE = {
    "billion laughs": b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
    "an alias alone": b"a: *b\n",
    "a Python object": b"a: !!python/object/apply:os.system ['true']\n",
    "a tag of its own": b"a: !secret x\n",
    "the tag of a type": b"a: !!str 1\n",
    "a million keys": b"".join(b"k%d: 1\n" % number for number in range(1_000_000)),
    "as many keys as fit": b"".join(b"%d: 1\n" % number for number in range(7_000)),
    "as many values as fit": b"[" + b"a," * 30_000 + b"]",
    "too many bytes": b"a: " + b"x" * MAX_BYTES,
    "brackets without end": b"[" * 60_000,
    "braces without end": b"{a: " * 15_000,
    "dashes without end": b"- " * 30_000,
    "nine levels": b"[" * 9 + b"]" * 9,
    "a key that stands twice": b"a: 1\nb: 2\na: 3\n",
    "a key that stands twice below": b"a:\n  b: 1\n  b: 2\n",
    "a number that is a key twice": b"1: a\n1: b\n",
    "a mapping as a key": b"? {a: b}\n: c\n",
    "NUL": b"a: b\0c\n",
    "NUL as an escape": b'a: "b\\0c"\n',
    "an escaped control character in a key": b'"\\x07": 1\n',
    "a direction override": "a: b\u202ec\n".encode(),
    "a direction isolate": "a: b\u2067c\n".encode(),
    "a direction mark": "a: b\u200fc\n".encode(),
    "a direction override as an escape": b'a: "\\u202e"\n',
    "a zero-width space": "a: b\u200bc\n".encode(),
    "a lone surrogate": b'a: "\\ud800"\n',
    "a surrogate in bytes": b"a: \xed\xa0\x80\n",
    "a control character of the second page": "a: \u0085b\n".encode(),
    "not UTF-8": "a: Ж\n".encode("cp1251"),
    "UTF-16": "a: 1\n".encode("utf-16"),
    "nothing": b"",
    "only a comment": b"# nothing\n",
    "two documents": b"a: 1\n---\nb: 2\n",
    "a tab": b"a:\n\t- b\n",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_file_is_refused_at_once_and_without_taking_memory(content: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()

    with pytest.raises(YamlFileError):
        parse_yaml(content, "file.yaml")

    assert time.process_time() - begun < 0.2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a: 1\nb: *c\n", "f.yaml:2: anchors (&) and aliases (*) are not read; write the text out"),
        (b"a: 1\n\nb: !x c\n", "f.yaml:3: tags (!) are not read; leave the tag out"),
        (b"a: 1\nb: 2\na: 3\n", "f.yaml:3: 'a' stands here twice"),
        (b"a: 1\nb: x\0\n", "f.yaml:2: invisible character U+0000; delete it"),
        (b'a: 1\nb: "\\u202e"\n', "f.yaml:2: invisible character U+202E; delete it"),
        (b"a: 1\nb: \xff\n", "f.yaml:2: not UTF-8; save the file as UTF-8"),
        (b"a: 1\nb: [[[[[[[[1]]]]]]]]\n", "f.yaml:2: nested deeper than 8 levels"),
        (b"", "f.yaml:1: the file is empty"),
        (b"x" * (MAX_BYTES + 1), f"f.yaml:1: larger than {MAX_BYTES} bytes; shorten or split the file"),
        (
            b"- a\n- a: b: c\n",
            "f.yaml:2: mapping values are not allowed in this context; put a text with a colon in quotes",
        ),
        (b"a: 1\nb:\n\t- c\n", "f.yaml:3: found character that cannot start any token; indent with spaces, not tabs"),
        (b"a: 1\nb: 'x\nc: 2\nd: 3\n", "f.yaml:2: found unexpected end of stream; close the quotes"),
        (b"a: 1\nb\nc: 2\n", "f.yaml:2: could not find expected ':'; write a colon and a space after the key"),
        (b"a: 1\nb: [c\n", "f.yaml:2: did not find expected ',' or ']'; close the [ bracket"),
        (b"a: 1\n---\nb: 2\n", "f.yaml:2: but found another document; one file is one document"),
    ],
)
def test_mistake_is_told_with_its_line_and_a_cure(content: bytes, told: str) -> None:
    with pytest.raises(YamlFileError) as raised:
        parse_yaml(content, "f.yaml")

    assert raised.value.message.startswith(told)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("No", "No"),
        ("on", "on"),
        ("yes", "yes"),
        ("9:00", "9:00"),
        ("2026-02-30", "2026-02-30"),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("+7", "+7"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("=", "="),
        ("9" * 5000, "9" * 5000),
        ("Жоқ", "Жоқ"),
        ("42", 42),
        ("-1", -1),
        ("2.5", 2.5),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'42'", "42"),
        ('"true"', "true"),
        ("'~'", "~"),
    ],
)
def test_plain_words_stay_words(written: str, read: object) -> None:
    document = parse_yaml(f"a: {written}\n".encode(), "f.yaml")

    assert document.data == {"a": read}
    assert type(document.data["a"]) is type(read)


def test_numbers_are_keys_and_other_keys_are_text() -> None:
    document = parse_yaml(b"{1: a, 'x': b, no: c, true: d, '2': e}\n", "f.yaml")

    assert document.data == {1: "a", "x": "b", "no": "c", "true": "d", "2": "e"}


def test_byte_order_mark_and_windows_line_ends_are_read() -> None:
    document = parse_yaml(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f.yaml")

    assert document.data == {"a": 1, "b": 2}
    assert document.line_of(("b",)) == 2


def test_line_of_what_is_missing_is_that_of_the_place_above_it() -> None:
    document = parse_yaml(b"a:\n  - b: 1\n  - c: 2\n", "f.yaml")

    assert document.line_of(("a", 1, "nothing", "of", "this")) == 3
    assert str(document.error(("a", 1, "d"), "is missing")) == "f.yaml:3: a 2.d: is missing"


class _Pair(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    low: int
    high: int
    name: str = ""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        raise_mistakes([(("high",), "must be above `low`")] if self.high <= self.low else [])
        return self


class _Pairs(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    pairs: Annotated[tuple[_Pair, ...], Field(strict=False, min_length=1)]


def test_every_mistake_of_a_model_has_its_own_line() -> None:
    content = (
        b"pairs:\n  - low: 2\n    high: 1\n  - low: 1\n    hihg: 2\n    name: 5\n  - {low: '1', high: 2}\nmore: 1\n"
    )

    with pytest.raises(YamlFileError) as raised:
        validate_yaml(parse_yaml(content, "f.yaml"), _Pairs)

    assert raised.value.mistakes == [
        "f.yaml:3: pair 1.high: must be above `low`",
        "f.yaml:4: pair 2.high: is missing; write it",
        "f.yaml:5: pair 2.hihg: not known here; check the spelling or leave it out",
        "f.yaml:6: pair 2.name: must be text; put it in quotes",
        "f.yaml:7: pair 3.low: must be a whole number, such as 3",
        "f.yaml:8: more: not known here; check the spelling or leave it out",
    ]


def test_list_whose_items_are_all_refused_is_not_also_called_short() -> None:
    with pytest.raises(YamlFileError) as raised:
        validate_yaml(parse_yaml(b"pairs:\n  - {low: 1}\n", "f.yaml"), _Pairs)

    assert raised.value.mistakes == ["f.yaml:2: pair 1.high: is missing; write it"]


def test_document_that_is_no_mapping_is_refused_by_its_model() -> None:
    for content in (b"- 1\n", b"word\n", b"42\n"):
        with pytest.raises(YamlFileError, match=r"f\.yaml:1: "):
            validate_yaml(parse_yaml(content, "f.yaml"), _Pairs)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(alphabet="ab:-[]{}'\"|>#&*!%@`\n\t ,?~0Ж\u202e", max_size=120)))
def test_whatever_is_in_a_file_it_is_read_or_refused(content: bytes | str) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    try:
        document = parse_yaml(raw, "f.yaml")
        validate_yaml(document, _Pairs)
    except YamlFileError as error:
        lines = raw.count(b"\n") + raw.count(b"\r") + 1
        for mistake in error.mistakes:
            assert 1 <= int(mistake.removeprefix("f.yaml:").partition(":")[0]) <= lines
