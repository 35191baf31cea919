"""Typed settings, the only reader of the environment, each with what it means: the documents are made from here.

A wrong or unknown `OTKLIK_` value stops the start with a list of all that is wrong.
"""

import os
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.kit.crypto import parse_data_keys
from app.kit.errors import ConfigurationError
from config.channels import ChannelSettings
from config.company import CompanySettings
from config.data import DataSettings
from config.place import PREFIX, ROOT
from config.ratings import RatingSettings
from config.sign_in import SignInSettings

__all__ = ["PREFIX", "ROOT", "Settings", "load_settings"]


class Settings(DataSettings, CompanySettings, SignInSettings, ChannelSettings, RatingSettings, BaseSettings):
    """One installation. `host` and `port` are read without the prefix, as platforms set them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=ROOT / ".env", extra="forbid", frozen=True)

    # The documents tell `description` (`make docs` writes them) in the order of config/installed.py.
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

    @field_validator("base_url")
    @classmethod
    def _base(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError("write scheme and host only, such as https://feedback.example.kz")
        return f"{parts.scheme}://{parts.netloc}"

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
