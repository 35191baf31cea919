"""Keys and codes: UUIDv7 for rows, Crockford base32 for what people read and type."""

import secrets
import uuid

from uuid_utils.compat import uuid7

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_id() -> uuid.UUID:
    """Return a UUIDv7: unique without the database, ordered by time, so that indexes grow at their end."""
    return uuid7()


def random_code(length: int) -> str:
    """Return `length` random Crockford characters (5 bits each)."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))


def read_code(text: str, length: int) -> str | None:
    """Return the code as we store it (upper case, O as 0, I and L as 1), or None if it cannot be one of `length`."""
    code = text.upper().replace("-", "").translate(_READ_AS)
    if not text.isascii() or len(code) != length or any(character not in CROCKFORD for character in code):
        return None
    return code


def encode_crockford(data: bytes) -> str:
    """Return `data` as Crockford characters, 5 bits each; the length in bits must be a multiple of 5."""
    bits = len(data) * 8
    if bits % 5:
        raise ValueError("only a multiple of 40 bits can be written without padding")
    number = int.from_bytes(data)
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(bits - 5, -5, -5))
