"""Encryption of personal data, blind indexes to find it again, and keys for links.

Everything is derived by HKDF-SHA256 from the data keys (`OTKLIK_DATA_KEYS`), which live outside the database. The
first key writes; all of them read, so a key is rotated by putting a new one in front. Links derive from the last
(oldest) key, so that rotating does not break codes that people hold.

Form of a ciphertext: one byte length of the key id, the key id, 12 bytes nonce, AES-256-GCM output. The additional
data names table, column and row, so a value moved to another row does not decrypt.
"""

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import Signer

from app.kit.errors import ConfigurationError, OtklikError

_NONCE = 12


class UnreadableValueError(OtklikError):
    """The stored value does not decrypt: its key is missing, or it was moved or changed."""

    code = "unreadable_value"


@dataclass(frozen=True, slots=True)
class DataKey:
    """One master key: a short id that is stored beside each ciphertext, and 32 secret bytes."""

    key_id: str
    secret: bytes

    @classmethod
    def generate(cls, key_id: str) -> "DataKey":
        """Return a new random key."""
        return cls(key_id, secrets.token_bytes(32))

    def __repr__(self) -> str:
        return f"DataKey({self.key_id!r})"


def parse_data_keys(text: str) -> tuple[DataKey, ...]:
    """Read `id:base64,id:base64` (32 bytes each); raises ConfigurationError without repeating the secret."""
    keys: list[DataKey] = []
    for part in filter(None, (piece.strip() for piece in text.replace("\n", ",").split(","))):
        key_id, _, encoded = part.partition(":")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except ValueError:
            secret = b""
        if not key_id.isalnum() or len(key_id) > 16 or len(secret) != 32:
            raise ConfigurationError(
                "OTKLIK_DATA_KEYS: write `id:base64,id:base64`, an id of up to 16 letters or digits and 32 bytes each; "
                "`openssl rand -base64 32` makes one"
            )
        keys.append(DataKey(key_id, secret))
    if not keys:
        raise ConfigurationError("OTKLIK_DATA_KEYS is empty: leave it out to have a key made in var/keys")
    if len({key.key_id for key in keys}) != len(keys):
        raise ConfigurationError("OTKLIK_DATA_KEYS names one id twice: give each key an id of its own")
    return tuple(keys)


def format_data_keys(keys: Sequence[DataKey]) -> str:
    """Return the text that `parse_data_keys` reads."""
    return ",".join(f"{key.key_id}:{base64.b64encode(key.secret).decode()}" for key in keys)


class Vault:
    """Encrypts, finds and derives with the installation's data keys."""

    def __init__(self, keys: Sequence[DataKey]) -> None:
        self._ciphers = {key.key_id: AESGCM(_derive(key.secret, "contact encryption")) for key in keys}
        self._index_keys = [_derive(key.secret, "blind index") for key in keys]
        self._link_key = _derive(keys[-1].secret, "links")
        self._active = keys[0].key_id

    def encrypt(self, value: str, *, table: str, column: str, row_id: uuid.UUID) -> bytes:
        """Return `value` encrypted for exactly this table, column and row."""
        nonce = secrets.token_bytes(_NONCE)
        header = bytes([len(self._active)]) + self._active.encode()
        sealed = self._ciphers[self._active].encrypt(nonce, value.encode(), _place(table, column, row_id))
        return header + nonce + sealed

    def decrypt(self, blob: bytes, *, table: str, column: str, row_id: uuid.UUID) -> str:
        """Return the plain value; raises UnreadableValueError if the key is missing or the value was tampered with."""
        length = blob[0] if blob else 0
        cipher = self._ciphers.get(blob[1 : 1 + length].decode("ascii", "replace"))
        if cipher is None:
            raise UnreadableValueError(f"a value in {table}.{column} was written with a key that is not here")
        nonce, sealed = blob[1 + length : 1 + length + _NONCE], blob[1 + length + _NONCE :]
        try:
            return cipher.decrypt(nonce, sealed, _place(table, column, row_id)).decode()
        except (InvalidTag, ValueError) as error:
            raise UnreadableValueError(f"a value in {table}.{column} does not decrypt") from error

    def blind_index(self, kind: str, value: str) -> bytes:
        """Return the 32 bytes under which an already normalised `value` is stored and found."""
        return _mac(self._index_keys[0], kind, value)

    def blind_indexes(self, kind: str, value: str) -> list[bytes]:
        """Return the index under every key, the active one first: what to look up while keys are rotated."""
        return [_mac(key, kind, value) for key in self._index_keys]

    def derive_link(self, purpose: str, value: str) -> bytes:
        """Return 32 bytes that only this installation can derive from `value`; the same every time."""
        return _mac(self._link_key, purpose, value)


def digest(value: str) -> bytes:
    """Return SHA-256: how a link's secret (80 bits or more) is stored."""
    return hashlib.sha256(value.encode()).digest()


def text_signer(signing_key: str, salt: str) -> Signer:
    """Return what `Signer(signing_key, salt, key_derivation="hmac")` is, its key derived now, not at each signature."""
    derived = Signer(signing_key, salt=salt, key_derivation="hmac").derive_key()
    return Signer(derived, salt=salt, key_derivation="none")


def _mac(key: bytes, kind: str, value: str) -> bytes:
    return hmac.digest(key, f"{kind}\0{value}".encode(), "sha256")


def _place(table: str, column: str, row_id: uuid.UUID) -> bytes:
    return f"{table}\0{column}\0{row_id}".encode()


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"otklik {purpose}".encode()).derive(secret)
