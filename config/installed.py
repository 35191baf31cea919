"""The settings as plain values for the settings page: no secret passes here."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from pydantic.fields import FieldInfo

from app.kit.installation import Installation, KeySource, PlannedJob, SettingLine
from config.channels import ChannelSettings
from config.company import CompanySettings
from config.data import DataSettings
from config.ratings import RatingSettings
from config.settings import PREFIX, Settings
from config.sign_in import SignInSettings


def variable_of(name: str, field: FieldInfo) -> str:
    """Return the name of the setting's environment variable."""
    return str(field.validation_alias or f"{PREFIX}{name.upper()}")


def in_order() -> list[str]:
    """Return the settings' names as the documents have them: channels and ratings last, the others by subject."""
    last = (ChannelSettings, RatingSettings)
    after = {"web_processes": (DataSettings, CompanySettings), "sign_in_hours": (SignInSettings,)}
    elsewhere = {name for parts in (last, *after.values()) for part in parts for name in part.model_fields}
    found: list[str] = []
    for own in Settings.model_fields:
        if own not in elsewhere:
            found += [own, *(name for part in after.get(own, ()) for name in part.model_fields)]
    return found + [name for part in last for name in part.model_fields]


def describe_installation(settings: Settings, jobs: Iterable[PlannedJob]) -> Installation:
    """Return what the installation was set up with; a setting that may hold a secret has no value there."""
    lines = [
        SettingLine(
            variable_of(name, field),
            str(getattr(settings, name)) if field.repr else None,
            getattr(settings, name) != field.default,
        )
        for name, field in ((name, Settings.model_fields[name]) for name in in_order())
    ]
    return Installation(
        settings=tuple(lines),
        data_key_ids=tuple(key.key_id for key in settings.encryption_keys),
        data_keys=_source("DATA_KEYS", settings.data_keys, settings.keys_dir / "data_keys"),
        signing_key=_source("SECRET_KEY", settings.secret_key, settings.keys_dir / "secret_key"),
        jobs=tuple(jobs),
    )


def _source(name: str, given: str, file: Path) -> KeySource:
    if given or not file.exists():
        return KeySource(PREFIX + name)
    return KeySource(PREFIX + name, str(file), datetime.fromtimestamp(file.stat().st_mtime, tz=UTC))
