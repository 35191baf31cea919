"""The sealed stream: whole it opens, in any other state it says so. Pure."""

from io import BytesIO

import pytest

from app.backup.errors import DamagedBackupError, NewerBackupError, WrongBackupKeyError
from app.backup.keys import make_backup_key, parse_backup_key
from app.backup.sealing import CHUNK, SealingWriter, open_sealed
from app.kit.errors import ConfigurationError

KEY = bytes(range(32))
_SEALED = CHUNK + 16
_HEAD = 32


def seal(content: bytes, *, pieces: int = 100_000) -> bytes:
    target = BytesIO()
    writer = SealingWriter(target, KEY)
    for start in range(0, len(content), pieces):
        writer.write(content[start : start + pieces])
    writer.finish()
    assert writer.size == len(target.getvalue())
    return target.getvalue()


def opened(sealed: bytes, key: bytes = KEY) -> bytes:
    return b"".join(open_sealed(BytesIO(sealed), key))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
def test_what_was_sealed_opens_again(size: int) -> None:
    content = bytes(index % 251 for index in range(size))
    assert opened(seal(content)) == content


def test_the_same_content_never_looks_the_same() -> None:
    assert seal(b"same")[_HEAD:] != seal(b"same")[_HEAD:]


WHOLE = seal(bytes(3 * CHUNK + 1000))


@pytest.mark.parametrize(
    "cut", [0, 5, _HEAD, _HEAD + 1, _HEAD + _SEALED, _HEAD + 3 * _SEALED, len(WHOLE) - 1], ids=lambda cut: f"at {cut}"
)
def test_a_file_cut_anywhere_is_refused(cut: int) -> None:
    with pytest.raises(DamagedBackupError):
        opened(WHOLE[:cut])


@pytest.mark.parametrize("place", [_HEAD, _HEAD + CHUNK // 2, _HEAD + _SEALED + 7, len(WHOLE) - 1])
def test_one_bit_changed_is_refused(place: int) -> None:
    changed = bytearray(WHOLE)
    changed[place] ^= 1
    with pytest.raises(DamagedBackupError):
        opened(bytes(changed))


def test_chunks_cannot_be_swapped_left_out_repeated_or_added() -> None:
    head, rest = WHOLE[:_HEAD], WHOLE[_HEAD:]
    first, second, third, last = (rest[start : start + _SEALED] for start in range(0, len(rest), _SEALED))
    for order in (
        (second, first, third, last),
        (first, third, last),
        (first, first, second, third, last),
        (first, second, third, last, last),
        (last,),
    ):
        with pytest.raises(DamagedBackupError):
            opened(head + b"".join(order))


def test_another_key_is_told_from_a_damaged_file() -> None:
    with pytest.raises(WrongBackupKeyError):
        opened(WHOLE, bytes(32))


def test_a_form_to_come_is_not_taken_for_damage() -> None:
    with pytest.raises(NewerBackupError):
        opened(WHOLE[:7] + b"\x02" + WHOLE[8:])


@pytest.mark.parametrize(
    "text",
    ["", "short", "x" * 44, make_backup_key() + "AAAA"],
    ids=["empty", "short", "another length", "more behind it"],
)
def test_a_key_that_is_none_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_backup_key(text)
    assert not text or text not in caught.value.message


def test_a_new_key_can_be_read_and_is_never_the_same() -> None:
    key = make_backup_key()
    assert len(parse_backup_key(f" {key}\n")) == 32
    assert key != make_backup_key()
