"""Encryption, blind indexes and link keys."""

import uuid

import pytest

from app.kit.crypto import DataKey, UnreadableValueError, Vault, format_data_keys, parse_data_keys
from app.kit.errors import ConfigurationError

ROW = uuid.UUID(int=1)
OLD = DataKey("k1", bytes(range(32)))
NEW = DataKey("k2", bytes(range(1, 33)))
PLACE = {"table": "contact", "column": "phone_enc"}


def test_same_value_twice_gives_other_ciphertext_and_same_index() -> None:
    vault = Vault([OLD])
    first, second = (vault.encrypt("+77011234567", row_id=ROW, **PLACE) for _ in range(2))
    assert first != second
    assert b"77011234567" not in first
    assert vault.blind_index("phone", "+77011234567") == vault.blind_index("phone", "+77011234567")
    assert vault.blind_index("phone", "+77011234567") != vault.blind_index("email", "+77011234567")


@pytest.mark.parametrize(
    "moved",
    [
        {"table": "contact", "column": "phone_enc", "row_id": uuid.UUID(int=2)},
        {"table": "contact", "column": "email_enc", "row_id": ROW},
        {"table": "other", "column": "phone_enc", "row_id": ROW},
    ],
)
def test_a_value_moved_elsewhere_does_not_decrypt(moved: dict[str, object]) -> None:
    vault = Vault([OLD])
    sealed = vault.encrypt("+77011234567", row_id=ROW, **PLACE)
    assert vault.decrypt(sealed, row_id=ROW, **PLACE) == "+77011234567"
    with pytest.raises(UnreadableValueError):
        vault.decrypt(sealed, **moved)  # type: ignore[arg-type]


@pytest.mark.parametrize("blob", [b"", b"\x00", b"\x02k1", b"\x02k1" + bytes(40), b"\xff" * 60])
def test_rubbish_does_not_decrypt(blob: bytes) -> None:
    with pytest.raises(UnreadableValueError):
        Vault([OLD]).decrypt(blob, row_id=ROW, **PLACE)


def test_rotation_reads_the_old_key_and_writes_the_new_one() -> None:
    before, after = Vault([OLD]), Vault([NEW, OLD])
    sealed = before.encrypt("+77011234567", row_id=ROW, **PLACE)
    assert after.decrypt(sealed, row_id=ROW, **PLACE) == "+77011234567"
    assert before.blind_index("phone", "x") in after.blind_indexes("phone", "x")
    assert after.blind_indexes("phone", "x")[0] == after.blind_index("phone", "x")
    with pytest.raises(UnreadableValueError):
        before.decrypt(after.encrypt("x", row_id=ROW, **PLACE), row_id=ROW, **PLACE)


def test_links_survive_rotation() -> None:
    assert Vault([OLD]).derive_link("response", "1") == Vault([NEW, OLD]).derive_link("response", "1")
    assert Vault([OLD]).derive_link("response", "1") != Vault([OLD]).derive_link("invitation", "1")


def test_keys_are_written_and_read() -> None:
    assert parse_data_keys(format_data_keys([NEW, OLD])) == (NEW, OLD)


@pytest.mark.parametrize("text", ["", "k1", "k1:abc", "k1:" + "A" * 44, ":" + "A" * 43 + "=", "ключ ключ:AAAA"])
def test_bad_keys_are_refused_without_repeating_them(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_data_keys(text)
    assert not text or text.partition(":")[2] not in caught.value.message or text.count(":") == 0


def test_one_id_twice_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="twice"):
        parse_data_keys(format_data_keys([OLD, OLD]))


def test_a_key_does_not_print_itself() -> None:
    assert "secret" not in repr(OLD)
    assert str(OLD.secret) not in repr(OLD)
