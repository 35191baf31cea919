"""The settings as plain values for the settings page: no secret passes here."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from pydantic.fields import FieldInfo

from app.kit.installation import Installation, KeySource, PlannedJob, SettingLine
from config.channels import ChannelSettings
from config.settings import PREFIX, Settings


def variable_of(name: str, field: FieldInfo) -> str:
    """Return the name of the setting's environment variable."""
    return str(field.validation_alias or f"{PREFIX}{name.upper()}")


def describe_installation(settings: Settings, jobs: Iterable[PlannedJob]) -> Installation:
    """Return what the installation was set up with; a setting that may hold a secret has no value there."""
    lines = [
        SettingLine(
            variable_of(name, field),
            str(getattr(settings, name)) if field.repr else None,
            getattr(settings, name) != field.default,
        )
        # The channels' come last, as in the documents.
        for name, field in sorted(
            Settings.model_fields.items(), key=lambda item: item[0] in ChannelSettings.model_fields
        )
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
