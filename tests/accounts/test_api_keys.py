"""Keys of other systems: shown once, found by their prefix, ended by time or by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.api_keys import (
    USED_EVERY,
    ApiScope,
    KeyExpiryError,
    KeyNameError,
    KeyScopesError,
    KeyState,
    TooManyKeysError,
    add_key,
    find_key,
    get_key_id,
    is_mark_due,
    list_keys,
    mark_used,
    revoke_key,
    scopes_of,
)
from app.accounts.models import ApiKey, AuditEntry
from app.kit.errors import NotFoundError

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCOPES = ["responses:read", "interactions:write"]


def _add(session: Session, name: str = "Crm", expires_in: timedelta | None = None) -> tuple[ApiKey, str]:
    return add_key(session, name=name, scopes=SCOPES, expires_in=expires_in, now=NOW)


def test_a_key_is_found_by_what_was_shown_and_only_its_hash_is_kept(session: Session) -> None:
    key, plain = _add(session)
    session.expire_all()
    found = find_key(session, plain, NOW)
    assert found is not None
    assert found.id == key.id
    assert plain.startswith(f"{key.prefix}_")
    assert len(plain) == len("otk_") + 8 + 1 + 43
    assert plain.split("_", 2)[2].encode() not in key.secret_hash
    assert scopes_of(found) == (ApiScope.INTERACTIONS_WRITE, ApiScope.RESPONSES_READ)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain[:-1] + ("A" if plain[-1] != "A" else "B"),
        lambda plain: plain + "A",
        lambda plain: plain * 50,
        lambda plain: plain[:12],
        lambda plain: plain[4:],
        lambda _: "",
        lambda _: "otk__",
        lambda _: "otk_ЖЖЖЖЖЖЖЖ_" + "A" * 43,
        lambda plain: "otk_00000000_" + plain.split("_", 2)[2],
    ],
)
def test_anything_else_finds_nothing(session: Session, spoil) -> None:  # type: ignore[no-untyped-def]
    _, plain = _add(session)
    assert find_key(session, spoil(plain), NOW) is None


def test_a_key_ends_at_its_expiry_and_when_revoked(session: Session) -> None:
    _, short = _add(session, expires_in=timedelta(days=1))
    assert find_key(session, short, NOW + timedelta(hours=23)) is not None
    assert find_key(session, short, NOW + timedelta(days=1)) is None
    key, long = _add(session)
    revoke_key(session, get_key_id(session, key.prefix.lower()), now=NOW)
    revoke_key(session, key.id, now=NOW + timedelta(hours=1))
    assert find_key(session, long, NOW) is None
    assert key.revoked_at == NOW
    deeds = session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == str(key.id))).all()
    assert sorted(deeds) == ["api_key.added", "api_key.revoked"]


def test_two_of_a_name_live_at_once_and_a_third_waits_for_one_to_end(session: Session) -> None:
    first, _ = _add(session)
    _add(session, expires_in=timedelta(days=1))
    with pytest.raises(TooManyKeysError):
        _add(session, name="  Crm ")
    _add(session, name="Crm 2")
    revoke_key(session, first.id, now=NOW)
    _add(session)
    with pytest.raises(TooManyKeysError):
        _add(session)


@pytest.mark.parametrize(
    ("name", "scopes", "expires_in", "refused"),
    [
        ("", SCOPES, None, KeyNameError),
        ("\x00\u202e", SCOPES, None, KeyNameError),
        ("x" * 81, SCOPES, None, KeyNameError),
        ("Crm", [], None, KeyScopesError),
        ("Crm", ["everything"], None, KeyScopesError),
        ("Crm", SCOPES, timedelta(0), KeyExpiryError),
        ("Crm", SCOPES, timedelta(days=4000), KeyExpiryError),
    ],
)
def test_a_key_that_cannot_be_is_refused(
    session: Session, name: str, scopes: list[str], expires_in: timedelta | None, refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        add_key(session, name=name, scopes=scopes, expires_in=expires_in, now=NOW)
    assert list_keys(session, now=NOW) == []


def test_use_is_noted_once_a_minute_and_never_moved_back(session: Session) -> None:
    key, _ = _add(session)
    assert is_mark_due(key, now=NOW)
    mark_used(session, key.id, now=NOW)
    mark_used(session, key.id, now=NOW - timedelta(hours=1))
    session.refresh(key)
    assert key.last_used_at == NOW
    assert not is_mark_due(key, now=NOW + USED_EVERY - timedelta(seconds=1))
    assert is_mark_due(key, now=NOW + USED_EVERY)


def test_the_list_tells_what_each_key_is(session: Session) -> None:
    _add(session, name="b", expires_in=timedelta(days=1))
    gone, _ = _add(session, name="A")
    revoke_key(session, gone.id, now=NOW)
    lines = list_keys(session, now=NOW + timedelta(days=2))
    assert [(line.name, line.state) for line in lines] == [("A", KeyState.REVOKED), ("b", KeyState.EXPIRED)]
    assert lines[0].made_by is None


def test_a_prefix_that_nobody_has_is_named(session: Session) -> None:
    with pytest.raises(NotFoundError):
        get_key_id(session, "otk_00000000")
    with pytest.raises(NotFoundError):
        get_key_id(session, "Crm")
