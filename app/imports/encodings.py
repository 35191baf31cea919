"""In which letters a file is written: its mark says so, or its words do. Pure.

A file of bytes that are no UTF-8 can be read in any of the eight-bit encodings, and all but one of them give nonsense.
What gives it away: letters that no language here has, capital letters inside a word, and letters that are rare where
common ones are expected. A single byte between figures or English words is rather a dash, a sign or a fixed space of
Windows than a letter: it takes two letters to make a word. A library that guesses among all the encodings of the world
takes short Russian texts for Turkish or Greek, so only those are tried that files of these countries come in.
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
_WINDOWS = ("cp1251", "kz1048", "cp1252")
_MARGINAL = ("koi8-r", "koi8-u", "cp866", "iso8859-5")
_EIGHT_BIT = [encoding for encoding in ENCODINGS if not encoding.startswith("utf")]
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\x00\x00": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# Words with at least one byte beyond ASCII; a few thousand decide. Only the first of a row of plain letters begins one:
# else each would be tried to the end of the row.
_WORD = re.compile(rb"(?<![A-Za-z])[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_BEYOND = re.compile(rb"[\x80-\xff]")
_ASCII = re.compile(rb"[\x00-\x7f]")
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f]")
_SAMPLE = 3000
_FIRST = 256 * 1024
_AROUND = 64

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
    **dict.fromkeys("№«»“”„–—…’‘¿¡\N{NO-BREAK SPACE}", 1.5),
    "ў": 0.0,
}
# What stands beside figures and names: alone it says as much as the signs above, inside a word nothing.
_SIGNS = {
    **{sign: points for sign, points in _POINTS.items() if not sign.isalpha()},
    **dict.fromkeys("•£°§©®€™·±½¼¾¬²³", 0.0),
}
# What every letter has to bring on the average; texts bring more than two.
_ENOUGH = 1.2
_STRANGE = -4.0  # box drawing, control characters, letters of other countries
_BROKEN_CASE = -4.0
_MIXED = -3.0
_NO_VOWEL = -2.0
# Of a single letter or sign in a word, which may be either: the sign of Windows wins, and both are enough.
_SIGN_ALONE = 1.5
_ALONE = 1.3
_ALONE_LATIN = _SIGN_ELSEWHERE = 1.25
_MOST = 3.0
# By how much a letter, and all of them, have to be better elsewhere than in Windows: a short name in capitals may be
# a word in KOI8, too, where the capitals of one are the small letters of the other.
_MARGIN = 0.4
_MARGIN_MOST = 1.0
# `ї`, `є`, `ґ` and `ү`, `ғ`, `ө` are the same bytes: which it is the letters around it tell.
_MISPLACED_POINTS = -2.0
_VOWELS = "аеёиоуыэюяіїєәөүұ"
_VOWEL = re.compile(f"[{_VOWELS}]")
_MISPLACED = re.compile(
    f"(?<=[^\\W\\d_{_VOWELS}])[їґ]|є(?=[аеёоиуыэіөұ])|ґ(?=[^\\W\\d_{_VOWELS}рл])"
    f"|(?<=[{_VOWELS}])[үө]|[үө](?=[{_VOWELS}])|(?<=[^\\W\\d_{_VOWELS}])ғ(?![{_VOWELS}])|ғ(?=[юяїєү])"
)


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
    first = _BEYOND.search(content)
    start = max(0, first.start() - _AROUND) if first is not None and first.start() >= _FIRST - _AROUND else 0
    words: dict[bytes, int] = {}
    for found in _WORD.finditer(content, start, start + _FIRST):
        words[found[0]] = words.get(found[0], 0) + 1
        if len(words) >= _SAMPLE:
            break
    letters = sum(len(word) - len(_ASCII.findall(word)) for word in words)
    margin = min(_MARGIN * letters, _MARGIN_MOST)
    points = {name: _judge(words, name) for name in _EIGHT_BIT}
    likely = {name: each - (margin if name in _MARGINAL else 0) for name, each in points.items()}
    return sorted((name for name in _EIGHT_BIT if points[name] > _ENOUGH * letters), key=lambda name: -likely[name])


def _judge(words: Mapping[bytes, int], encoding: str) -> float:
    # Each word once: one that stands on every row says no more than once.
    return sum(_judge_word(word.decode(encoding, "replace"), encoding) for word in words)


def _judge_word(word: str, encoding: str) -> float:
    beyond = [letter for letter in word if not letter.isascii()]
    letters = sum(map(str.isalpha, beyond))
    if not letters:
        return _judge_signs(beyond, windows=encoding in _WINDOWS)
    if encoding == "cp1252":
        return _judge_latin(word, alone=letters == len(word))
    points, before = 0.0, ""
    for letter in word:
        if not letter.isascii():
            weight = _POINTS.get(letter.lower(), _SIGNS.get(letter, _STRANGE))
            points += _ALONE if letters == 1 and letter.isalpha() and weight > 0 else weight
        if before and letter.isalpha() and before.isalpha():
            if before.islower() and letter.isupper():
                points += _BROKEN_CASE
            if before.isascii() != letter.isascii():
                points += _MIXED
        before = letter
    if letters > 1:
        points += _MISPLACED_POINTS * len(_MISPLACED.findall(word.lower()))
    if letters > 2 and not word.isupper() and _VOWEL.search(word.lower()) is None:
        points += _NO_VOWEL
    return points


def _judge_signs(signs: list[str], *, windows: bool) -> float:
    """Judge what stands between words, without a letter: a dash, a fixed space, or both."""
    points = 0.0
    for sign in signs:
        if sign not in _SIGNS:
            points += _STRANGE
        elif windows:  # two bytes may be a dash and its space as well as a word of two letters
            points += _SIGN_ALONE if len(signs) == 1 or len(set(signs)) > 2 else _MOST
        else:
            points += _SIGN_ELSEWHERE
    return points


def _judge_latin(word: str, *, alone: bool) -> float:
    """Judge a word as one of Western Europe: an accent or two between plain letters; a row is another alphabet."""
    points, row, accents = 0.0, 0, any(letter.isascii() for letter in word)
    for letter in word:
        row = row + 1 if letter.isalpha() and not letter.isascii() else 0
        if letter.isascii():
            continue
        if not row:
            points += _SIGNS.get(letter, _STRANGE)
        elif row == 1:
            points += 2.0 if accents and not alone else _ALONE_LATIN
        else:
            points += 1.0 if row == 2 and accents else _STRANGE
    return points
