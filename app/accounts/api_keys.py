"""Keys of other systems: made, found, listed and revoked. The key itself is shown once; of it only a hash is kept.

Form: `otk_<8 Crockford>_<43 base64url>`, the last being 32 random bytes. With so much chance in it a plain SHA-256
keeps it as well as a slow hash would, and costs nothing on each call. What stands before the second `_` is the prefix:
it finds the row, names the key to people, and opens nothing.

Two live keys may bear one name, so that a system is moved from the old to the new one while both work.
"""

import hmac
import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import ApiKey, StaffUser
from app.kit.crypto import digest
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.ids import new_id, random_code, read_code

BRAND = "otk"
LIVE_OF_A_NAME = 2
LONGEST_LIFE = timedelta(days=3650)
# `last_used_at` is exact to this; writing it at every call would make each reader wait for the one writer.
USED_EVERY = timedelta(minutes=1)
_SHOWN = 8
_SECRET_BYTES = 32
_LONGEST_NAME = 80
_LONGEST_KEY = 100
# Compared with where no row was found, so that an unknown prefix takes as long as a wrong secret.
_NO_HASH = bytes(32)


class ApiScope(StrEnum):
    """What a key may do; each call of the API asks for one of them."""

    INTERACTIONS_WRITE = "interactions:write"
    RESPONSES_READ = "responses:read"
    RESPONSES_WRITE = "responses:write"
    CALLBACKS_READ = "callbacks:read"
    CALLBACKS_WRITE = "callbacks:write"
    TOUCHPOINTS_READ = "touchpoints:read"
    TOUCHPOINTS_WRITE = "touchpoints:write"
    METRICS_READ = "metrics:read"


class KeyState(StrEnum):
    """Whether a key opens anything now."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


class KeyNameError(InvalidInputError):
    """A key needs a name of 1 to 80 visible characters: it says which system holds it."""

    code = "key_name"


class KeyScopesError(InvalidInputError):
    """A key needs at least one scope, and only those that there are."""

    code = "key_scopes"


class KeyExpiryError(InvalidInputError):
    """A key expires after a positive time of at most ten years, or never."""

    code = "key_expiry"


class KeyMadeError(ConflictError):
    """This very key was made already; it was shown that once."""

    code = "key_made"


class TooManyKeysError(ConflictError):
    """Two keys of this name live already; revoke one first."""

    code = "too_many_keys"


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as administrators see it; `made_by` is None for the command line and for somebody deleted."""

    id: uuid.UUID
    name: str
    prefix: str
    scopes: tuple[ApiScope, ...]
    state: KeyState
    made_by: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


def add_key(
    session: Session,
    *,
    name: str,
    scopes: Collection[str],
    expires_in: timedelta | None = None,
    user_id: uuid.UUID | None = None,
    key_id: uuid.UUID | None = None,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Return a new key's row and the key itself, which is never to be had again.

    `user_id` is whoever makes it, None on the command line; `key_id` is its id to be, so that a form sent again makes
    no second key. Raises KeyNameError, KeyScopesError, KeyExpiryError, TooManyKeysError and KeyMadeError.
    """
    if key_id is not None and session.get(ApiKey, key_id) is not None:
        raise KeyMadeError("this key was made already, and shown that once")
    tidy, allowed = _read_name(name), _read_scopes(scopes)
    if expires_in is not None and not timedelta() < expires_in <= LONGEST_LIFE:
        raise KeyExpiryError("a key lasts from one day to ten years, or for ever", field="expires")
    live = (ApiKey.name == tidy, *_is_live(now))
    # The lock first, the count after it: whoever makes a key of this name meanwhile is counted.
    session.execute(select(ApiKey.id).where(*live).with_for_update())
    if session.scalars(select(func.count()).select_from(ApiKey).where(*live)).one() >= LIVE_OF_A_NAME:
        raise TooManyKeysError(f"two keys named {tidy!r} live already; revoke one of them first")
    prefix = f"{BRAND}_{random_code(_SHOWN)}"
    plain = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    key = ApiKey(
        id=key_id or new_id(),
        name=tidy,
        prefix=prefix,
        secret_hash=digest(plain),
        scopes=[scope.value for scope in allowed],
        created_at=now,
        created_by_id=user_id,
        expires_at=None if expires_in is None else now + expires_in,
        last_used_at=None,
        revoked_at=None,
    )
    session.add(key)
    session.flush()  # the count of the next one sees it
    record(
        session,
        "api_key.added",
        now=now,
        user_id=user_id,
        object_type="api_key",
        object_id=key.id,
        details={"prefix": prefix, "scopes": key.scopes},
    )
    return key, plain


def find_key(session: Session, plain: str, now: datetime) -> ApiKey | None:
    """Return the live key that this text is, or None: unknown, wrong, expired and revoked are told alike."""
    prefix = _read_prefix(plain)
    key = session.scalars(select(ApiKey).where(ApiKey.prefix == prefix)).one_or_none() if prefix else None
    # A text that no request may hold still costs one hash, and no more than one.
    same = hmac.compare_digest(digest(plain[:_LONGEST_KEY]), key.secret_hash if key else _NO_HASH)
    if key is None or not same or len(plain) > _LONGEST_KEY:
        return None
    return key if _state(key, now) == KeyState.LIVE else None


def mark_used(session: Session, key_id: uuid.UUID, *, now: datetime) -> None:
    """Note that the key was in use; never moves it back. Ask `is_mark_due` first."""
    session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now))
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )


def is_mark_due(key: ApiKey, *, now: datetime) -> bool:
    """Tell whether the last note of the key's use is a minute old, or missing."""
    return key.last_used_at is None or now - key.last_used_at >= USED_EVERY


def list_keys(session: Session, *, now: datetime) -> list[KeyLine]:
    """Return every key, by name and the newest first; one query."""
    rows = session.execute(
        select(ApiKey, StaffUser.name)
        .outerjoin(StaffUser, StaffUser.id == ApiKey.created_by_id)
        .order_by(func.lower(ApiKey.name), ApiKey.created_at.desc(), ApiKey.id.desc())
    )
    return [
        KeyLine(
            key.id,
            key.name,
            key.prefix,
            scopes_of(key),
            _state(key, now),
            made_by,
            key.created_at,
            key.expires_at,
            key.last_used_at,
            key.revoked_at,
        )
        for key, made_by in rows
    ]


def scopes_of(key: ApiKey) -> tuple[ApiScope, ...]:
    """Return what the key may do, in the order of the list of scopes."""
    return tuple(scope for scope in ApiScope if scope.value in key.scopes)


def get_key_id(session: Session, prefix: str) -> uuid.UUID:
    """Return the id of the key with this prefix (`otk_…`, typed in any case); raises NotFoundError."""
    found = session.scalar(select(ApiKey.id).where(ApiKey.prefix == (_read_prefix(f"{prefix}_") or "")))
    if found is None:
        raise NotFoundError(f"no key begins with {prefix!r}; `apikey list` shows them")
    return found


def revoke_key(session: Session, key_id: uuid.UUID, *, user_id: uuid.UUID | None = None, now: datetime) -> ApiKey:
    """Let the key open nothing from its next call on; revoked twice is revoked. Raises NotFoundError."""
    key = session.get(ApiKey, key_id, with_for_update=True)
    if key is None:
        raise NotFoundError("no such key")
    if key.revoked_at is None:
        key.revoked_at = now
        record(
            session,
            "api_key.revoked",
            now=now,
            user_id=user_id,
            object_type="api_key",
            object_id=key.id,
            details={"prefix": key.prefix},
        )
    return key


def _is_live(now: datetime) -> Sequence[ColumnElement[bool]]:
    return ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now)


def _state(key: ApiKey, now: datetime) -> KeyState:
    if key.revoked_at is not None:
        return KeyState.REVOKED
    return KeyState.EXPIRED if key.expires_at is not None and key.expires_at <= now else KeyState.LIVE


def _read_prefix(plain: str) -> str | None:
    brand, _, rest = plain.partition("_")
    code = read_code(rest.partition("_")[0], _SHOWN)
    return f"{BRAND}_{code}" if brand == BRAND and code else None


def _read_name(text: str) -> str:
    tidy = " ".join("".join(filter(str.isprintable, " ".join(text.split()))).split())
    if not tidy or len(tidy) > _LONGEST_NAME:
        raise KeyNameError("name the system that will hold the key, in 80 characters at most", field="name")
    return tidy


def _read_scopes(scopes: Collection[str]) -> tuple[ApiScope, ...]:
    known = {scope.value for scope in ApiScope}
    unknown = sorted(set(scopes) - known)
    if unknown or not scopes:
        what = f"no such scope: {', '.join(unknown)}" if unknown else "choose at least one scope"
        raise KeyScopesError(f"{what}; there are {' '.join(ApiScope)}", field="scopes")
    return tuple(scope for scope in ApiScope if scope.value in scopes)
