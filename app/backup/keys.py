"""The key that opens backups: 32 bytes of its own, written as base64. Pure."""

import base64
import secrets

from app.kit.errors import ConfigurationError

KEY_BYTES = 32


def make_backup_key() -> str:
    """Return a new key as it is written in a file or a setting."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def parse_backup_key(text: str) -> bytes:
    """Return the 32 bytes; raises ConfigurationError without repeating the secret."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationError("a backup key is 32 bytes in base64; `openssl rand -base64 32` makes one")
    return key
