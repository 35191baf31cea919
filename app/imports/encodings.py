"""In which letters a file is written: its mark says so, or its words do. Pure.

A file of bytes that are no UTF-8 can be read in any of the eight-bit encodings, and all but one of them give nonsense.
What gives it away: letters that no language here has, capital letters inside a word, and letters that are rare where
common ones are expected. A library that guesses among all the encodings of the world takes short Russian texts for
Turkish or Greek, so only those are tried that files of these countries come in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

UTF8 = "utf-8"
# What people call them, by the name under which Python knows them. The likelier first: it wins when nothing decides.
ENCODINGS: Mapping[str, str] = {
    UTF8: "UTF-8",
    "cp1251": "Windows-1251",
    "koi8-r": "KOI8-R",
    "koi8-u": "KOI8-U",
    "kz1048": "KZ-1048",
    "cp866": "DOS 866",
    "iso8859-5": "ISO 8859-5",
    "mac-cyrillic": "Mac Cyrillic",
    "cp1252": "Windows-1252",
    "utf-16": "UTF-16",
}
_SPOKEN = {
    **{name.casefold(): encoding for encoding, name in ENCODINGS.items()},
    **{encoding: encoding for encoding in ENCODINGS},
    **dict.fromkeys(("windows1251", "win-1251", "win1251", "1251", "ansi"), "cp1251"),
    **dict.fromkeys(("utf8", "utf-8-sig", "utf-8 bom"), UTF8),
    **dict.fromkeys(("utf16", "unicode", "utf-16le", "utf-16be"), "utf-16"),
    **dict.fromkeys(("dos", "dos-866", "ibm866", "cp-866", "oem"), "cp866"),
    **dict.fromkeys(("koi8r", "koi-8", "koi8"), "koi8-r"),
    **dict.fromkeys(("koi8u",), "koi8-u"),
    **dict.fromkeys(("latin-1", "iso-8859-1", "iso8859-1", "windows1252", "1252"), "cp1252"),
    **dict.fromkeys(("iso-8859-5",), "iso8859-5"),
    **dict.fromkeys(("kz-1048", "strk1048", "strk1048-2002"), "kz1048"),
    **dict.fromkeys(("maccyrillic", "x-mac-cyrillic"), "mac-cyrillic"),
}
_EIGHT_BIT = [encoding for encoding in ENCODINGS if not encoding.startswith("utf")]
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\x00\x00": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# Words with at least one byte beyond ASCII; a few thousand decide.
_WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_ASCII = re.compile(rb"[\x00-\x7f]")
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f]")
_SAMPLE = 3000
_FIRST = 256 * 1024

# How common letters are in Russian, Kazakh and Ukrainian texts, taken together.
_COMMON = "оеаитнсрвлкмдпу"
_USUAL = "яыьгзбчйхжшюцщі"
# Those of one language stand where another encoding has those of the other: they weigh alike, and what is strange there
# decides.
_RARE = "эфъёқғңәұүөһїєґ"
_POINTS = {
    **dict.fromkeys(_COMMON, 3.0),
    **dict.fromkeys(_USUAL, 2.0),
    **dict.fromkeys(_RARE, 1.0),
    **dict.fromkeys("№«»“”„–—…’‘•\N{NO-BREAK SPACE}", 1.5),
    **dict.fromkeys("°§©®€™·ў", 0.0),
}
# What every letter has to bring on the average; texts bring more than two.
_ENOUGH = 1.2
_STRANGE = -4.0  # box drawing, control characters, letters of other countries
_BROKEN_CASE = -4.0
_MIXED = -3.0


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text and its encoding; `guessed` where neither a mark nor UTF-8 proves it."""

    text: str
    encoding: str
    guessed: bool


class UnknownLettersError(ValueError):
    """Bytes that no encoding makes words of; `start` is the first that is no UTF-8."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.start = start


def read_encoding(text: str) -> str | None:
    """Return the encoding that people mean by a name such as `Windows-1251`, or None."""
    return _SPOKEN.get(" ".join(text.casefold().replace("_", "-").split()))


def decode(content: bytes, *, encoding: str | None = None) -> Decoded:
    """Return the text, read as `encoding` (of ENCODINGS) if that is said; raises UnknownLettersError."""
    if encoding is not None:
        return _decode_as(content, encoding)
    mark = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None) or _find_wide(content)
    try:
        return Decoded(content.decode(mark or UTF8), mark or UTF8, guessed=False)
    except UnicodeDecodeError as error:
        start = error.start
    if mark is None and _CONTROL.search(content, 0, _FIRST) is None:
        for name in _rank(content):
            try:
                return Decoded(content.decode(name), name, guessed=True)
            except UnicodeDecodeError:
                continue
    raise UnknownLettersError(start)


def _decode_as(content: bytes, encoding: str) -> Decoded:
    name = encoding
    if encoding == UTF8:
        name = "utf-8-sig"
    elif encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = _find_wide(content) or "utf-16-le"
    try:
        return Decoded(content.decode(name), encoding, guessed=False)
    except UnicodeDecodeError as error:
        raise UnknownLettersError(error.start) from error


def _find_wide(content: bytes) -> str | None:
    """Return UTF-16 in the order that its zero bytes tell, where there is no mark."""
    start = content[:4000]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) < max(4, len(start) // 10) or min(even, odd) * 20 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _rank(content: bytes) -> list[str]:
    """Return the encodings in which the words are words, the best first."""
    words: dict[bytes, int] = {}
    for found in _WORD.finditer(content, 0, _FIRST):
        words[found[0]] = words.get(found[0], 0) + 1
        if len(words) >= _SAMPLE:
            break
    if not words:  # the first letters stand far below
        words = {found[0]: 1 for found, _ in zip(_WORD.finditer(content), range(_SAMPLE), strict=False)}
    least = _ENOUGH * sum(len(word) - len(_ASCII.findall(word)) for word in words)
    points = {name: _judge(words, name) for name in _EIGHT_BIT}
    return sorted((name for name in _EIGHT_BIT if points[name] > least), key=lambda name: -points[name])


def _judge(words: Mapping[bytes, int], encoding: str) -> float:
    # Each word once: one that stands on every row says no more than once.
    return sum(_judge_word(word.decode(encoding, "replace"), latin=encoding == "cp1252") for word in words)


def _judge_word(word: str, *, latin: bool) -> float:
    points, before = 0.0, ""
    for letter in word:
        if not letter.isascii():
            points += _judge_latin(letter, before) if latin else _POINTS.get(letter.lower(), _STRANGE)
        if not latin and before and letter.isalpha() and before.isalpha():
            if before.islower() and letter.isupper():
                points += _BROKEN_CASE
            if before.isascii() != letter.isascii():
                points += _MIXED
        before = letter
    return points


def _judge_latin(letter: str, before: str) -> float:
    if not letter.isalpha():
        return _POINTS.get(letter, _STRANGE)
    # One letter with an accent stands between plain ones; a row of them is another alphabet.
    return 2.0 if not before or before.isascii() else _STRANGE
