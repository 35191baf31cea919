"""Other systems with keys, for the tests of the API."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app.accounts.api_keys import ApiScope, add_key
from app.kit.db import Database

ALL = tuple(ApiScope)
# An answer whose `json` is what its call says: the tests look into it.
Reply = Any


class System:
    """Another system with a key: it calls, and sends what it is given as JSON."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client: Any = client
        self.key = key

    def get(self, path: str, **query: str | int) -> Reply:
        """Return the answer to a GET below /api/v1."""
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers())

    def post(self, path: str, body: object, *, once: str | None = None, **headers: str) -> Reply:
        """Return the answer to a POST below /api/v1; `once` is its Idempotency-Key."""
        more = {"Idempotency-Key": once} if once is not None else {}
        return self.client.post(f"/api/v1{path}", json=body, headers={**self.headers(), **more, **headers})

    def send(self, path: str, raw: bytes, content_type: str = "application/json") -> Reply:
        """Return the answer to a POST of these very bytes."""
        return self.client.post(f"/api/v1{path}", data=raw, content_type=content_type, headers=self.headers())

    def headers(self) -> Mapping[str, str]:
        """Return the key in its header."""
        return {"Authorization": f"Bearer {self.key}"}


def make_system(
    app: Flask,
    database: Database,
    *,
    scopes: Iterable[ApiScope] = ALL,
    name: str = "crm",
    expires_in: timedelta | None = None,
) -> System:
    """Return a new system whose key holds the scopes."""
    with database.transaction() as session:
        _, plain = add_key(
            session,
            name=name,
            scopes=[scope.value for scope in scopes],
            expires_in=expires_in,
            now=app.extensions["otklik"].clock(),
        )
    return System(app.test_client(), plain)


def a_call(**changes: Any) -> dict[str, Any]:
    """Return a finished call as a contact centre tells it."""
    return {
        "external_id": "1772600553.1042",
        "source": "asterisk",
        "channel": "call",
        "unit": "east-1",
        "contact": {"phone": "+7 701 123 45 67"},
        "language": "ru",
        "started_at": "2026-03-04T10:52:33+05:00",
        "ended_at": "2026-03-04T10:56:18+05:00",
        "wait_seconds": 41,
        "handle_seconds": 184,
        "topic": "Delivery",
        **changes,
    }
