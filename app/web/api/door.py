"""The key in the header: found, alive, allowed for this call, and not too often."""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from flask import current_app, g, request

from app.accounts.api_keys import ApiScope, find_key, is_mark_due, mark_used, scopes_of
from app.kit.locks import DatabaseBusyError
from app.kit.log import get_logger
from app.web import edge, rates
from app.web.api.problems import RefusedError
from app.web.api.reading import refuse_key_in_address

_LOG = get_logger(__name__)
_SCHEME = "bearer"
# Seconds for which a call waits to write that its key is in use.
_PATIENCE = 0.05


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose call this is: the key, never the key itself."""

    key_id: uuid.UUID
    prefix: str
    scopes: frozenset[ApiScope]


def check_key() -> None:
    """Let a live key that holds the call's scope pass; raises RefusedError with 400, 401, 403 or 429.

    Unknown, wrong, expired and revoked keys are told alike, and cost one query.
    """
    refuse_key_in_address()
    wiring, now = edge.wiring(), edge.now()
    scheme, _, plain = request.headers.get("Authorization", "").partition(" ")
    # A session of its own, over before the request's begins: nobody waits for the one writer while a body comes in.
    with wiring.database.reading() as session:
        key = find_key(session, plain.strip(), now) if scheme.lower() == _SCHEME else None
    if key is None:
        raise RefusedError(401, "unauthorized", "send a live key: Authorization: Bearer otk_…")
    caller = Caller(key.id, key.prefix, frozenset(scopes_of(key)))
    if (wait := rates.count_call("api", key.prefix, per_minute=wiring.api_per_minute)) > 0:
        raise TooManyCallsError(wait)
    if is_mark_due(key, now=now):
        # A call that only reads does not wait for a writer: the next one marks it.
        with suppress(DatabaseBusyError), wiring.database.transaction(patience=_PATIENCE) as writing:
            mark_used(writing, key.id, now=now)
    scope = scope_of_call()
    if scope not in caller.scopes:
        _LOG.info("key without the scope", prefix=caller.prefix, scope=scope.value, endpoint=request.endpoint)
        raise RefusedError(403, "scope_missing", f"this call asks for the scope {scope.value}")
    g.caller = caller


def caller() -> Caller:
    """Return whose call this is; behind the gate there is somebody."""
    return cast("Caller", g.caller)


def scope_of_call() -> ApiScope:
    """Return the scope that this request's call asks for."""
    return ApiScope(getattr(current_app.view_functions[request.endpoint or ""], "api_scope"))  # noqa: B009


class TooManyCallsError(RefusedError):
    """The key calls more often than is agreed; `details` say how many seconds to wait."""

    def __init__(self, wait: int) -> None:
        super().__init__(429, "too_many_requests", f"too many calls within a minute; come again in {wait} s")
        self.details = {"retry_after": wait}
