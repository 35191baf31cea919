"""Numbers: encrypted, found again, bound to their row, and nowhere in the files of the database."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.contacts.service import find_contact, find_or_add_contact, read_phone
from app.kit.crypto import DataKey, UnreadableValueError, Vault
from app.kit.db import Database
from app.kit.errors import NotFoundError
from app.kit.i18n import Language
from app.kit.phones import InvalidPhoneError
from app.kit.schema import upgrade_database

PHONE, OTHER = "+77011234567", "+380671234567"
OLD, NEW = DataKey("old", bytes(range(32))), DataKey("new", bytes(range(32, 64)))


def _add(session: Session, vault: Vault, phone: str, now: datetime) -> Contact:
    return find_or_add_contact(session, vault, phone=phone, language=Language.RU, now=now)


def test_same_phone_twice_is_one_contact_in_the_language_spoken_last(
    session: Session, vault: Vault, now: datetime
) -> None:
    first = _add(session, vault, PHONE, now)
    later = now + timedelta(days=1)
    second = find_or_add_contact(session, vault, phone=PHONE, language=Language.KK, now=later)
    find_or_add_contact(session, vault, phone=PHONE, language=None, now=later)

    assert first.id == second.id
    assert (second.language, second.created_at, second.updated_at) == ("kk", now, later)
    assert read_phone(vault, second) == PHONE
    assert session.scalars(select(func.count()).select_from(Contact)).one() == 1


def test_contact_that_comes_back_counts_as_used_from_then_on(session: Session, vault: Vault, now: datetime) -> None:
    _add(session, vault, PHONE, now)
    later = now + timedelta(days=1)

    assert _add(session, vault, PHONE, later).updated_at == later
    assert find_or_add_contact(session, vault, phone=PHONE, language=None, now=later + timedelta(1)).language == "ru"


def test_same_phone_is_never_encrypted_alike_but_always_indexed_alike(vault: Vault) -> None:
    places = [{"table": "contact", "column": "phone_enc", "row_id": uuid.UUID(int=number)} for number in (1, 1, 2)]

    sealed = {vault.encrypt(PHONE, **place) for place in places}  # type: ignore[arg-type]

    assert len(sealed) == 3
    assert vault.blind_index("phone", PHONE) == vault.blind_index("phone", PHONE)
    assert vault.blind_index("phone", PHONE) != vault.blind_index("email", PHONE)
    assert len(vault.blind_index("phone", PHONE)) == 32


def test_numbers_swapped_between_rows_are_not_read(session: Session, vault: Vault, now: datetime) -> None:
    one, two = _add(session, vault, PHONE, now), _add(session, vault, OTHER, now)
    one.phone_enc, two.phone_enc = two.phone_enc, one.phone_enc
    session.flush()

    for contact in (one, two):
        with pytest.raises(UnreadableValueError):
            read_phone(vault, contact)


def test_index_swapped_between_rows_does_not_make_us_ring_a_stranger(
    session: Session, vault: Vault, now: datetime
) -> None:
    contact = _add(session, vault, PHONE, now)
    contact.phone_index = vault.blind_index("phone", OTHER)
    session.flush()

    found = find_contact(session, vault, phone=OTHER)

    assert found is contact
    with pytest.raises(UnreadableValueError):
        read_phone(vault, contact)


@pytest.mark.parametrize("blob", [b"", b"\x02", b"\x02t1", b"\x02t1" + bytes(11), b"\x02t1" + bytes(60), b"\xff" * 40])
def test_spoilt_value_is_a_typed_error(session: Session, vault: Vault, now: datetime, blob: bytes) -> None:
    contact = _add(session, vault, PHONE, now)
    contact.phone_enc = blob

    with pytest.raises(UnreadableValueError):
        read_phone(vault, contact)


def test_wrong_key_neither_reads_nor_finds(session: Session, vault: Vault, now: datetime) -> None:
    contact = _add(session, vault, PHONE, now)
    elsewhere = Vault([DataKey("t1", bytes(32))])

    assert find_contact(session, elsewhere, phone=PHONE) is None
    with pytest.raises(UnreadableValueError):
        read_phone(elsewhere, contact)


def test_rotating_keys_loses_no_number(session: Session, now: datetime) -> None:
    before = _add(session, Vault([OLD]), PHONE, now)
    rotated = Vault([NEW, OLD])

    assert _add(session, rotated, PHONE, now).id == before.id
    assert read_phone(rotated, before) == PHONE
    after = _add(session, rotated, OTHER, now)
    assert after.phone_enc is not None
    assert after.phone_enc[1:4] == b"new"


def test_one_that_both_keys_know_is_the_newer_ones(session: Session, now: datetime) -> None:
    _add(session, Vault([OLD]), PHONE, now)
    newer = _add(session, Vault([NEW]), PHONE, now)

    found = find_contact(session, Vault([NEW, OLD]), phone=PHONE)

    assert found is not None
    assert found.id == newer.id


@pytest.mark.parametrize("phone", ["", "87011234567", "+7 701 123 45 67", "+7701123456x", "tel:+77011234567"])
def test_number_in_another_form_is_refused(session: Session, vault: Vault, now: datetime, phone: str) -> None:
    with pytest.raises(InvalidPhoneError):
        _add(session, vault, phone, now)


def test_contact_without_a_number_says_so(session: Session, vault: Vault, now: datetime) -> None:
    contact = _add(session, vault, PHONE, now)
    contact.phone_enc = contact.phone_index = None
    session.flush()

    with pytest.raises(NotFoundError):
        read_phone(vault, contact)


def test_two_requests_with_a_new_number_at_once_get_one_contact(
    database: Database, vault: Vault, now: datetime
) -> None:
    def add(number: int) -> uuid.UUID:
        with database.transaction() as session:
            return _add(session, vault, f"+7701123{4500 + number // 4}", now).id

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(add, range(80)))

    assert len(set(made)) == 20
    with database.reading() as session:
        assert session.scalars(select(func.count()).select_from(Contact)).one() == 20


def test_no_number_is_in_the_files_of_the_database(vault: Vault, now: datetime, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'own.db'}")
    upgrade_database(database)
    with database.transaction() as session:
        for number in range(50):
            _add(session, vault, f"+7701123{4500 + number}", now)
    with database.transaction() as session:
        session.execute(update(Contact).values(language="kk"))

    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())  # the file, its -wal and its -shm

    assert b"contact" in held
    assert (tmp_path / "own.db-wal").exists()
    assert b"7701123" not in held
    database.dispose()
