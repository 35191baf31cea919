"""Typed settings, the only reader of the environment, each with what it means: the documents are made from here.

A wrong or unknown `OTKLIK_` value stops the start with a list of all that is wrong.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from pydantic import AfterValidator, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.backup.keys import make_backup_key, parse_backup_key
from app.kit.crypto import DataKey, format_data_keys, parse_data_keys
from app.kit.errors import ConfigurationError
from app.kit.i18n import Language
from app.organisation.hours import InvalidHoursError, parse_hours
from app.touchpoints.posters.colours import read_colour
from app.touchpoints.posters.logo import read_logo
from config.channels import ChannelSettings
from config.ratings import RatingSettings
from config.sign_in import SignInSettings

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "OTKLIK_"
_SHORTEST_SECRET = 32
HOLIDAYS_OF_PHONES = "phone_region"
_REDIS = ("redis://", "rediss://")


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"no time zone {value!r}; write one of the IANA list, such as Asia/Almaty or Europe/Kyiv")
    return value


def _hours(value: str) -> str:
    try:
        return str(parse_hours(value))
    except InvalidHoursError as error:
        raise ValueError(error.message) from error


def _holidays(value: str) -> str:
    country = value.strip()
    if country.lower() in ("", HOLIDAYS_OF_PHONES):
        return country.lower()
    if country.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"write a two-letter country, such as KZ, or {HOLIDAYS_OF_PHONES}, or leave it empty for none")
    return country.upper()


def _colour(value: str) -> str:
    return read_colour(value).hex


def _logo(value: str) -> str:
    if value:
        read_logo(Path(value))
    return value


class Settings(SignInSettings, ChannelSettings, RatingSettings, BaseSettings):
    """One installation. `host` and `port` are read without the prefix, as platforms set them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=ROOT / ".env", extra="forbid", frozen=True)

    # In the order of the documents, which tell `description` (config/reference.py; `make docs` writes them).
    host: str = Field(
        default="127.0.0.1",
        validation_alias="HOST",
        description="Address that the web server listens on. `0.0.0.0` lets telephones in the same network in.",
    )
    port: int = Field(
        default=8000, ge=1, le=65535, validation_alias="PORT", description="Port that the web server listens on."
    )
    base_url: str = Field(
        default="",
        description="The address that codes, links and e-mails carry: scheme and host, no path. With https, cookies "
        "are Secure. Empty: this machine's own address, good for a trial; set it before the first poster is printed.",
    )
    proxies: int = Field(
        default=0,
        ge=0,
        le=5,
        description="How many reverse proxies stand in front and set X-Forwarded-For, -Proto and -Host. Count them "
        "exactly: one too many lets anybody write their own address.",
    )
    web_processes: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Web processes of 8 threads each. 0: one on SQLite, as many as processors on PostgreSQL.",
    )

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

    company_name: str = Field(
        default="Otklik",
        min_length=1,
        max_length=120,
        description="The company's name on every page and in the consent to be called.",
    )
    company_colour: Annotated[str, AfterValidator(_colour)] = Field(
        default="#0a6a5c",
        description="The company's colour on posters, as # and six hexadecimal digits; what stands on it is white or "
        "black, whichever is read more easily.",
    )
    company_logo: Annotated[str, AfterValidator(_logo)] = Field(
        default="",
        description="The company's logo on posters: path of a PNG or JPEG of at most 2 MB and 4 megapixels. Empty: "
        "only its name.",
    )
    time_zone: Annotated[str, AfterValidator(_time_zone)] = Field(
        default="Asia/Almaty",
        description="The company's time zone (IANA); every unit without one of its own has it.",
    )
    hours: Annotated[str, AfterValidator(_hours)] = Field(
        default="Mo-Fr 09:00-18:00",
        description="The company's working hours (OpenStreetMap's opening_hours); every unit without its own has them.",
    )
    language: Language = Field(
        default=Language.RU, description="The language of a page when the browser asks for none of ours."
    )
    phone_region: str = Field(
        default="KZ",
        description="The country (ISO 3166) whose telephone numbers may be typed without their country code.",
    )

    holidays: Annotated[str, AfterValidator(_holidays)] = Field(
        default="phone_region",
        description="The country (ISO 3166, such as KZ) whose public holidays are days off of every unit that says "
        "nothing else; `phone_region` is the country above, empty is none. Days of one's own: `config/holidays.yaml`.",
    )

    sign_in_idle_minutes: int = Field(
        default=60, ge=5, le=1440, description="A sign-in ends after so many minutes without a request."
    )
    sign_in_hours: int = Field(default=12, ge=1, le=168, description="A sign-in ends after so many hours in any case.")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO",
        description="How much is logged; logs go to standard error, one JSON object a line, without personal data.",
    )
    metrics_token: str = Field(
        default="",
        repr=False,
        description="What Prometheus must send as a bearer token to read /metrics. Empty: there is no /metrics (404).",
    )

    api_per_minute: int = Field(
        default=6000,
        ge=1,
        le=1_000_000,
        description="How many calls of /api/v1 one key may make in a minute, in each process that serves; "
        "beyond it they are answered 429.",
    )
    employee_minimum: int = Field(
        default=10,
        ge=5,
        le=1000,
        description="Figures of what employees say of their work are told from so many answers a month on, and never "
        "so that fewer could be told apart.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings

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

    @field_validator("base_url")
    @classmethod
    def _base(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError("write scheme and host only, such as https://feedback.example.kz")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("phone_region")
    @classmethod
    def _region(cls, value: str) -> str:
        if value.upper() not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError("write a two-letter country, such as KZ, UA or RU")
        return value.upper()

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
    def public_url(self) -> str:
        """The address that codes and links carry: `base_url`, or the local one for a trial."""
        if self.base_url:
            return self.base_url
        return f"http://localhost:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether people reach us by https: cookies are then `__Host-` and Secure."""
        return self.public_url.startswith("https://")

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def holiday_country(self) -> str | None:
        """Whose public holidays are days off, or None."""
        return self.phone_region if self.holidays == HOLIDAYS_OF_PHONES else self.holidays or None

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


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the environment; raises ConfigurationError that lists every wrong and unknown value."""
    names = os.environ if environ is None else environ
    problems = [
        f"{name}: no such setting; config/.env.example lists them all"
        for name in sorted(names)
        if name.upper().startswith(PREFIX) and name.upper().removeprefix(PREFIX).lower() not in _environment_names()
    ]
    try:
        settings = Settings()
    except ValidationError as error:
        for mistake in error.errors(include_url=False, include_input=False):
            if not mistake["loc"]:  # what belongs together, told with its names
                problems.append(mistake["msg"].removeprefix("Value error, "))
                continue
            name = str(mistake["loc"][0])
            shown = name if name in ("HOST", "PORT") else PREFIX + name.upper().removeprefix(PREFIX)
            message = (
                "no such setting; config/.env.example lists them all"
                if mistake["type"] == "extra_forbidden"
                else mistake["msg"]
            )
            problems.append(f"{shown}: {message.removeprefix('Value error, ')}")
    else:
        try:
            if settings.data_keys:
                parse_data_keys(settings.data_keys)
        except ConfigurationError as error:
            problems.append(error.message)
        if not problems:
            return settings
    raise ConfigurationError(
        "Otklik cannot start; these settings are wrong:\n" + "\n".join(f"  {line}" for line in problems)
    )


def _environment_names() -> set[str]:
    return {name for name, field in Settings.model_fields.items() if field.validation_alias is None}


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
