"""The settings of where data lie and of the keys that open them. A part of `config.settings.Settings`.

Keys that nobody gives are made at the first start, each in a file of its own (mode 0600), outside the database.
"""

import os
import secrets
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator

from app.backup.keys import make_backup_key, parse_backup_key
from app.kit.crypto import DataKey, format_data_keys, parse_data_keys
from app.kit.errors import ConfigurationError
from config.place import PREFIX, ROOT

_SHORTEST_SECRET = 32
_REDIS = ("redis://", "rediss://")


class DataSettings(BaseModel):
    """Databases, directories and keys; every name has the prefix `OTKLIK_`."""

    database_url: str = Field(
        default=f"sqlite:///{ROOT / 'var' / 'otklik.db'}",
        repr=False,  # may hold a password
        description="Where everything that is said is kept: `sqlite:////absolute/path/to/file.db` or "
        "`postgresql://user:password@host/database`.",
    )
    queue_url: str = Field(
        default="",
        repr=False,  # may hold a password
        description="Where several worker machines share what is due by the clock: `postgresql://…` or `redis://…`. "
        "Left out, each worker keeps it in memory; nothing is lost either way, as all work is in the database.",
    )
    var_dir: Path = Field(
        default=ROOT / "var", description="Where the database and the keys live unless told otherwise."
    )
    secret_key: str = Field(
        default="",
        repr=False,
        description="Signs cookies and forms; at least 32 characters. Empty: made at the first start in "
        "`var/keys/secret_key`.",
    )
    data_keys: str = Field(
        default="",
        repr=False,
        description="Encrypts telephones and e-mails: `id:base64` of 32 bytes, comma-separated, the first one writes. "
        "Empty: made at the first start in `var/keys/data_keys`. Without its key a telephone number cannot be read "
        "again: back the key up, apart from the data.",
    )
    backup_key: str = Field(
        default="",
        repr=False,
        description="Encrypts what `flask backup` writes: 32 bytes in base64. Empty: made at the first backup in "
        "`var/keys/backup_key`. Without it no backup can be opened: keep a copy elsewhere.",
    )
    config_dir: Path = Field(
        default=ROOT / "config", description="Where routing.yaml, review_sites.yaml and consents.yaml lie."
    )
    surveys_dir: Path = Field(default=ROOT / "surveys", description="Where the survey files lie.")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
            raise ValueError("write sqlite:///path/to/file.db or postgresql://user:password@host/database")
        return value

    @field_validator("queue_url")
    @classmethod
    def _queue(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgresql+psycopg://", "postgres://", *_REDIS)):
            raise ValueError("write postgresql://user:password@host/database or redis://host:6379/0, or leave it out")
        if value.startswith(_REDIS) and not urlsplit(value).hostname:
            raise ValueError("write the host of the Redis server: redis://host:6379/0")
        return value

    @field_validator("secret_key")
    @classmethod
    def _secret(cls, value: str) -> str:
        if value and len(value) < _SHORTEST_SECRET:
            raise ValueError("at least 32 characters; `openssl rand -base64 32` makes one")
        return value

    @field_validator("backup_key")
    @classmethod
    def _backup(cls, value: str) -> str:
        if value:
            try:
                parse_backup_key(value)
            except ConfigurationError as error:
                raise ValueError(error.message) from error
        return value

    @property
    def keys_dir(self) -> Path:
        """Where keys are made at first start (mode 0600), outside the database."""
        return self.var_dir / "keys"

    @cached_property
    def signing_key(self) -> str:
        """The key that signs cookies and forms: `OTKLIK_SECRET_KEY`, or the file made at first start."""
        if self.secret_key:
            return self.secret_key
        path = self.keys_dir / "secret_key"
        text = _own_key(path, lambda: secrets.token_urlsafe(48))
        if len(text) < _SHORTEST_SECRET:
            raise _no_key(path, text, "delete it to have a new one made, which signs everybody out")
        return text

    @cached_property
    def encryption_keys(self) -> tuple[DataKey, ...]:
        """The data keys: `OTKLIK_DATA_KEYS`, or the file made at first start."""
        if self.data_keys:
            return parse_data_keys(self.data_keys)
        path = self.keys_dir / "data_keys"
        text = _own_key(path, lambda: format_data_keys([DataKey.generate("k1")]))
        try:
            return parse_data_keys(text)
        except ConfigurationError as error:
            cure = "delete it only if no telephone number was ever left, since none could be read again"
            raise _no_key(path, text, cure) from error

    @property
    def backup_key_file(self) -> Path:
        """Where the backups' key is made at the first backup, unless the environment gives one."""
        return self.keys_dir / "backup_key"

    @property
    def has_backup_key(self) -> bool:
        """Tell whether there is a key to open backups with; asking makes none."""
        return bool(self.backup_key) or self.backup_key_file.exists()

    @cached_property
    def backup_secret(self) -> bytes:
        """The backups' key: `OTKLIK_BACKUP_KEY`, or the file made at the first backup."""
        if self.backup_key:
            return parse_backup_key(self.backup_key)
        text = _own_key(self.backup_key_file, make_backup_key)
        try:
            return parse_backup_key(text)
        except ConfigurationError as error:
            cure = "delete it to have a new one made, which opens no earlier backup"
            raise _no_key(self.backup_key_file, text, cure) from error


def _own_key(path: Path, make: Callable[[], str]) -> str:
    """Return the key of the file; raises ConfigurationError when there can be no such file."""
    try:
        return _key_file(path, make)
    except OSError as error:
        raise ConfigurationError(
            f"Otklik cannot start; {path} cannot be read or made: {error.strerror or error}\n"
            f"  {PREFIX}VAR_DIR: set it to a directory that this user may write to, now {path.parent.parent}"
        ) from error


def _no_key(path: Path, text: str, without_copy: str) -> ConfigurationError:
    return ConfigurationError(
        f"Otklik cannot start; {path} holds no key: it is {'cut short or damaged' if text else 'empty'}\n"
        f"  Put its copy from the backup there; if there is no copy, {without_copy}"
    )


def _key_file(path: Path, make: Callable[[], str]) -> str:
    """Read the key, or make it: written whole under another name first, so that two starts agree on one key.

    A new one is on the disk, and its name too, before anything is signed or encrypted with it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())  # a name that outlives a power cut must not lead to an empty file
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first; its key is the key
        finally:
            draft.unlink()
        for folder in (path.parent, path.parent.parent):  # both may be as new as the key
            _sync_folder(folder)
    return path.read_text(errors="replace").strip()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
