"""The tokens of the links that we send: derived from what they open, the same at each send; only their hash is kept."""

from app.kit.crypto import Vault, digest
from app.kit.ids import encode_crockford, read_code

_LENGTH = 16


def link_token(vault: Vault, purpose: str, value: str) -> str:
    """Return 16 Crockford characters (80 bits) that only we can derive; `purpose` keeps one kind from another."""
    return encode_crockford(vault.derive_link(purpose, value)[:10])


def hash_typed(token: str) -> bytes:
    """Return the hash to look for under a token as it came, in any case and with O as 0.

    That of nothing for a text that cannot be one: the very same query, so that nobody learns from the time it takes.
    """
    return digest(read_code(token, _LENGTH) or "")
