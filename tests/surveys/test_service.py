"""Versions in the database, on SQLite and PostgreSQL."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.kit.i18n import Language
from app.surveys.loader import load_surveys
from app.surveys.models import SurveyVersion
from app.surveys.service import (
    SurveyChangedError,
    UnknownSurveyVersionError,
    find_version_id,
    get_definition,
    store_version,
    store_versions,
)
from tests.surveys.surveys import choice, define, question, words

SHIPPED = load_surveys(Path(__file__).parents[2] / "surveys")


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SurveyVersion)) or 0


def test_version_is_stored_once(session: Session, now: datetime) -> None:
    first = store_version(session, define(), now=now)
    again = store_version(session, define(), now=now)

    assert first == again == find_version_id(session, "visit", 1)
    assert _count(session) == 1


def test_whole_library_is_stored_and_read_back_as_it_was(session: Session, now: datetime) -> None:
    ids = store_versions(session, SHIPPED, now=now)

    assert list(ids) == list(SHIPPED.keys())
    assert store_versions(session, SHIPPED, now=now) == ids
    for key, version_id in ids.items():
        assert get_definition(session, version_id) == SHIPPED.current(key)


def test_own_labels_come_back_as_numbers(session: Session, now: datetime) -> None:
    definition = define(question(labels={value: words(str(value)) for value in range(1, 6)}))

    version_id = store_version(session, definition, now=now)

    assert get_definition(session, version_id) == definition
    assert store_version(session, definition, now=now) == version_id


def test_other_words_under_the_same_version_are_refused_with_the_cure(session: Session, now: datetime) -> None:
    store_version(session, define(), now=now)
    store_version(session, define(version=4), now=now)

    with pytest.raises(SurveyChangedError, match="raise `version` to 5") as raised:
        store_version(session, define(title=words("Other")), now=now)
    assert raised.value.code == "survey_changed"


def test_raised_version_is_stored_beside_the_old_one(session: Session, now: datetime) -> None:
    old = store_version(session, define(), now=now)
    new = store_version(session, define(version=2, title=words("Other")), now=now)

    assert old != new
    assert get_definition(session, old).title[Language.EN] == "Visit"
    assert get_definition(session, new).title[Language.EN] == "Other"


def test_reordered_options_are_refused_also_against_versions_before_the_last(session: Session, now: datetime) -> None:
    store_version(session, define(question(), choice("why", "price", "queue")), now=now)
    store_version(session, define(question(), version=2), now=now)

    with pytest.raises(SurveyChangedError, match="append new ones, or give the question another key"):
        store_version(session, define(question(), choice("why", "queue", "price"), version=3), now=now)

    assert find_version_id(session, "visit", 3) is None


def test_older_file_brought_back_is_compared_the_other_way_round(session: Session, now: datetime) -> None:
    store_version(session, define(question(), choice("why", "price", "queue", "staff"), version=2), now=now)

    store_version(session, define(question(), choice("why", "price", "queue")), now=now)

    assert find_version_id(session, "visit", 1) is not None


def test_defaults_are_not_written_so_that_later_ones_change_no_row(session: Session, now: datetime) -> None:
    version_id = store_version(session, define(), now=now)

    stored = session.scalar(select(SurveyVersion.definition).where(SurveyVersion.id == version_id))

    assert "routing" not in json.dumps(stored)
    assert "multiple" not in json.dumps(stored)


def test_unknown_version_is_found_by_nobody(session: Session) -> None:
    assert find_version_id(session, "visit", 1) is None
    with pytest.raises(UnknownSurveyVersionError):
        get_definition(session, uuid.uuid4())


def test_two_processes_that_start_at_once_store_one_version(database: Database, now: datetime) -> None:
    def start(_: int) -> uuid.UUID:
        with database.transaction() as session:
            return store_versions(session, SHIPPED, now=now)["nps"]

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(start, range(4)))

    with database.reading() as session:
        assert _count(session) == len(SHIPPED.keys())
    assert len(ids) == 1
