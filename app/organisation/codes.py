"""Codes of units that come without one: short, readable over the phone, and the same on every run. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Container

from app.kit.errors import InvalidInputError
from app.kit.ids import encode_crockford

MAX_LENGTH = 64
_WORDS_LENGTH = 20
_LETTERS = str.maketrans(
    # Russian
    {"а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y"}
    | {"к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f"}
    | {
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ъ": "",
        "ы": "y",
        "ь": "",
        "э": "e",
        "ю": "yu",
        "я": "ya",
    }
    # Kazakh
    | {"ә": "a", "ғ": "g", "қ": "q", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "і": "i"}
    # Ukrainian
    | {"ґ": "g", "є": "ye", "ї": "yi", "'": "", "’": "", "ʼ": ""}
    | {"№": " "}
)


class InvalidCodeError(InvalidInputError):
    """A code that cannot stand in a file, a link or a spoken sentence."""

    code = "invalid_code"


def make_code(name: str, identity: str, taken: Container[str] = ()) -> str:
    """Return a code such as `komsomolsk-na-amure-7k3mq9`: the name in Latin letters and six characters of the identity.

    The same name and identity give the same code wherever and whenever a file is read; only where two identities agree
    in those characters does a later one take more of them.
    """
    words = _write_latin(name)
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest()
    for bits in (40, 160):  # almost always the first eight characters hold one that is free
        letters = encode_crockford(digest[: bits // 8]).lower()
        for length in range(6, len(letters) + 1):
            code = f"{words}-{letters[:length]}" if words else letters[:length]
            if code not in taken:
                return code
    raise InvalidCodeError("every code that this identity can give is taken")


def check_code(code: str) -> str:
    """Return the code without spaces around it; raises InvalidCodeError."""
    code = code.strip()
    if not code or len(code) > MAX_LENGTH or not code.isprintable():
        raise InvalidCodeError(
            f"a code has 1 to {MAX_LENGTH} printable characters, not {code[:80]!r}", field="code", longest=MAX_LENGTH
        )
    return code


def _write_latin(name: str) -> str:
    latin = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name).casefold().translate(_LETTERS))
    words = re.sub(r"[^a-z0-9]+", "-", latin.encode("ascii", "ignore").decode()).strip("-")
    if len(words) <= _WORDS_LENGTH:
        return words
    whole_words = words[: _WORDS_LENGTH + 1].rpartition("-")[0]
    return whole_words or words[:_WORDS_LENGTH]
