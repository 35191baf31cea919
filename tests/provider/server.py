"""The provider: discovery, authorization with PKCE, tokens, keys. `twist` changes what it says before it signs."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "otklik", "a secret between the two"


@dataclass
class Provider:
    """What it would say of the one person who is signed in there, and what a test has changed about it."""

    issuer: str
    now: datetime
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1", "email_verified": True})
    # Changes claims, header or the whole answer, each by its name.
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    sign_with: Any = None
    answer: dict[str, str] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    down: bool = False
    redirects: str = ""
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def id_token(self, request: Mapping[str, str]) -> str:
        """Return the token about the person, signed or, if a test says so, not."""
        at = int(self.now.timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 300, "auth_time": at}
        claims |= {"nonce": request["nonce"], **self.person, **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm in ("none", "HS256"):  # which no honest library writes
            signed = b".".join(_encode(json.dumps(part).encode()) for part in ({"alg": self.algorithm}, claims))
            seal = hmac.digest(self.key.as_pem(private=False), signed, "sha256") if self.algorithm == "HS256" else b""
            return (signed + b"." + _encode(seal)).decode()
        key = self.sign_with or self.key
        return jwt.encode(
            {"alg": self.algorithm, "kid": (self.sign_with or self.key).kid or "k1"},
            claims,
            key,
            algorithms=[self.algorithm],
        )


def _encode(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


@contextmanager
def run_provider(now: datetime) -> Iterator[Provider]:
    """Serve a provider on this machine until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_address[1]}", now)
    server.provider = provider  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        doors: dict[str, Callable[[dict[str, str]], None]] = {
            "/.well-known/openid-configuration": self._discover,
            "/authorize": self._authorize,
            "/keys": self._keys,
            "/userinfo": self._userinfo,
        }
        self._open(parts.path, doors, {name: values[0] for name, values in parse_qs(parts.query).items()})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._open(self.path, {"/token": self._token}, {name: values[0] for name, values in parse_qs(body).items()})

    def _open(self, path: str, doors: Mapping[str, Callable[[dict[str, str]], None]], given: dict[str, str]) -> None:
        self._provider.asked.append(path)
        if self._provider.down:
            self._say(503, {})
        elif self._provider.redirects == path:
            self._lead(f"{self._provider.issuer}{path}?elsewhere")
        else:
            doors[path](given)

    def _discover(self, _: dict[str, str]) -> None:
        base = self._provider.issuer
        self._say(
            200,
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "jwks_uri": f"{base}/keys",
                "userinfo_endpoint": f"{base}/userinfo",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                **self._provider.metadata,
            },
        )

    def _authorize(self, given: dict[str, str]) -> None:
        assert given["client_id"] == CLIENT
        assert given["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._provider.codes[code] = given
        answer = {"code": code, "state": given["state"], **self._provider.answer}
        self._lead(f"{given['redirect_uri']}?{urlencode(answer)}")

    def _token(self, given: dict[str, str]) -> None:
        request = self._provider.codes.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        account = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = self.headers.get("Authorization") == f"Basic {account}"
        right = request is not None and challenge.rstrip(b"=").decode() == request["code_challenge"]
        if request is None or not right or not known or given.get("redirect_uri") != request["redirect_uri"]:
            self._say(400, {"error": "invalid_grant"})
            return
        token = {"access_token": "t", "token_type": "Bearer", "id_token": self._provider.id_token(request)}
        self._say(200, token)

    def _keys(self, _: dict[str, str]) -> None:
        self._say(200, {"keys": [self._provider.key.as_dict(private=False)]})

    def _userinfo(self, _: dict[str, str]) -> None:
        self._say(200, self._provider.userinfo or {})

    @property
    def _provider(self) -> Provider:
        return self.server.provider  # type: ignore[attr-defined, no-any-return]

    def _say(self, status: int, told: Mapping[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _lead(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
