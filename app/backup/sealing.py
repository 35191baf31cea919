"""Encryption of a stream in chunks, so that a file of any size is read and written with little memory.

The STREAM construction over AES-256-GCM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): each chunk's nonce is its number
and whether it is the last, so chunks cannot be left out, swapped, repeated or cut off at the end. The key is derived
anew for each file from its random salt, hence a nonce is never used twice.

Form: 8 bytes that name the format and its version, 16 bytes salt, 8 bytes by which a wrong key is told from a damaged
file; then chunks of 256 KiB, each 16 bytes longer than what is in it.
"""

import secrets
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.backup.errors import DamagedBackupError, NewerBackupError, WrongBackupKeyError

_NAME, _VERSION = b"OTKLIKB", b"\x01"
_SALT, _CHECK, _TAG = 16, 8, 16
_HEAD = len(_NAME) + len(_VERSION) + _SALT + _CHECK
CHUNK = 256 * 1024


class SealingWriter:
    """Writes what it is given to `target`, encrypted; nothing is whole before `finish`."""

    def __init__(self, target: BinaryIO, key: bytes) -> None:
        salt = secrets.token_bytes(_SALT)
        self._cipher, check = _derive(key, salt)
        self._head = _NAME + _VERSION + salt + check
        self._target = target
        self._buffer = bytearray()
        self._number = 0
        self.size = len(self._head)
        target.write(self._head)

    def write(self, data: bytes) -> None:
        """Take more; a chunk is written once there is something to follow it."""
        self._buffer += data
        while len(self._buffer) > CHUNK:
            self._seal(CHUNK, last=False)

    def finish(self) -> None:
        """Write the last chunk, even an empty one: it is what says that the file is whole."""
        self._seal(len(self._buffer), last=True)

    def _seal(self, length: int, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), bytes(self._buffer[:length]), self._head)
        del self._buffer[:length]
        self._number += 1
        self.size += len(sealed)
        self._target.write(sealed)


def open_sealed(source: BinaryIO, key: bytes) -> Iterator[bytes]:
    """Yield what is in the file, chunk by chunk, each proven to be in its place before it is handed out.

    Raises WrongBackupKeyError, DamagedBackupError, NewerBackupError.
    """
    head = source.read(_HEAD)
    if len(head) < _HEAD or not head.startswith(_NAME):
        raise DamagedBackupError("this is not a backup of Otklik")
    if head[len(_NAME) : len(_NAME) + 1] != _VERSION:
        raise NewerBackupError("the backup is written in a form that this version does not know; take the newer code")
    salt, check = head[-_SALT - _CHECK : -_CHECK], head[-_CHECK:]
    cipher, expected = _derive(key, salt)
    if check != expected:
        raise WrongBackupKeyError("the backup was written with another key; say where its key is: --key-file PATH")
    number, sealed = 0, source.read(CHUNK + _TAG)
    while True:
        following = source.read(CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), sealed, head)
        except InvalidTag as error:
            raise DamagedBackupError("the backup was cut short or altered; nothing can be restored from it") from error
        if not following:
            return
        number, sealed = number + 1, following


def _derive(key: bytes, salt: bytes) -> tuple[AESGCM, bytes]:
    """Return the file's cipher, and the bytes by which its key is recognised without telling anything of it."""
    purpose = b"otklik backup"
    secret = HKDF(algorithm=hashes.SHA256(), length=32 + _CHECK, salt=salt, info=purpose).derive(key)
    return AESGCM(secret[:32]), secret[32:]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])
