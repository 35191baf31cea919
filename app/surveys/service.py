"""Versions of surveys in the database: an answer of years ago is read with the questions it answered."""

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kit.errors import ConflictError, NotFoundError
from app.kit.ids import new_id
from app.surveys.definition import Definition
from app.surveys.models import SurveyVersion
from app.surveys.succession import find_breaks

# Rows never change and their ids are never used again, so a definition once read stays right for every database.
_READ: dict[uuid.UUID, Definition] = {}


class SurveyChangedError(ConflictError):
    """A file differs from what was asked before in a way that would make old answers mean another thing."""

    code = "survey_changed"


class UnknownSurveyVersionError(NotFoundError):
    """No such version of a survey is stored."""

    code = "unknown_survey_version"


def store_versions(session: Session, definitions: Iterable[Definition], *, now: datetime) -> dict[str, uuid.UUID]:
    """Store what is not stored yet and return the ids by survey key.

    Takes a SurveyLibrary as it is. Raises SurveyChangedError for the first survey that breaks with what was stored.
    """
    wanted = list(definitions)
    rows = session.scalars(select(SurveyVersion).where(SurveyVersion.key.in_([each.key for each in wanted]))).all()
    return {each.key: _store(session, each, [row for row in rows if row.key == each.key], now=now) for each in wanted}


def store_version(session: Session, definition: Definition, *, now: datetime) -> uuid.UUID:
    """Return the id of the stored version, stored now if it was not; raises SurveyChangedError."""
    return store_versions(session, [definition], now=now)[definition.key]


def find_version_id(session: Session, key: str, version: int) -> uuid.UUID | None:
    """Return the id of the stored version, or None."""
    return session.scalar(select(SurveyVersion.id).where(SurveyVersion.key == key, SurveyVersion.version == version))


def list_versions(session: Session) -> list[tuple[str, int, datetime]]:
    """Return key, version and when it was stored, of all that are stored: by key, the latest version first."""
    stored = select(SurveyVersion.key, SurveyVersion.version, SurveyVersion.stored_at)
    rows = session.execute(stored.order_by(SurveyVersion.key, SurveyVersion.version.desc()))
    return [(key, version, stored_at) for key, version, stored_at in rows]


def get_definition(session: Session, version_id: uuid.UUID) -> Definition:
    """Return the survey as it was asked, read once a process; raises UnknownSurveyVersionError."""
    if version_id not in _READ:
        stored = session.scalar(select(SurveyVersion.definition).where(SurveyVersion.id == version_id))
        if stored is None:
            raise UnknownSurveyVersionError(f"no survey version {version_id}")
        _READ[version_id] = _load(stored)
    return _READ[version_id]


def _store(session: Session, definition: Definition, rows: Sequence[SurveyVersion], *, now: datetime) -> uuid.UUID:
    content = _dump(definition)
    versions = {row.version: row for row in rows}
    if definition.version in versions:
        return _get_same(versions[definition.version], content, free_version=max(versions) + 1)
    for row in rows:
        _refuse_breaks(_load(row.definition), definition)
    row = SurveyVersion(id=new_id(), key=definition.key, version=definition.version, definition=content, stored_at=now)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        # Two processes start at once; the other one was first.
        query = select(SurveyVersion).where(
            SurveyVersion.key == definition.key, SurveyVersion.version == definition.version
        )
        return _get_same(session.scalars(query).one(), content, free_version=definition.version + 1)
    return row.id


def _get_same(row: SurveyVersion, content: dict[str, Any], *, free_version: int) -> uuid.UUID:
    # Through the model, so that a field that came later with a default does not make an old row differ.
    if _dump(_load(row.definition)) != content:
        raise SurveyChangedError(
            f"survey {row.key}: version {row.version} was stored with another content; "
            f"raise `version` to {free_version} in its file",
            key=row.key,
        )
    return row.id


def _refuse_breaks(stored: Definition, definition: Definition) -> None:
    older, newer = sorted((stored, definition), key=lambda each: each.version)
    if breaks := find_breaks(older, newer):
        told = "\n".join(
            f"survey {definition.key} version {definition.version}, beside version {stored.version}: {each}"
            for each in breaks
        )
        raise SurveyChangedError(told, key=definition.key)


def _dump(definition: Definition) -> dict[str, Any]:
    return definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _load(stored: dict[str, Any]) -> Definition:
    # Read as JSON, where a strict model takes the texts "1", "2" as the whole numbers that key a scale's labels.
    return Definition.model_validate_json(json.dumps(stored))
