"""The company's own sign-in as a machine that we talk to: OpenID Connect, authorization code with PKCE.

What it is and where it answers is looked up when it is first needed and kept for an hour, so that the service starts
and passwords work while it is down. No call follows a redirect; each is bounded in time and size. What the provider
says of somebody counts only with a signature by a key of its own, and an issuer, audience, nonce and time that fit.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from app.kit.errors import OtklikError

SCOPE = "openid email profile"
_KEPT_SECONDS = 3600.0
# A key that we do not know may be a new one; asked for at most so often, whoever sends us tokens.
_KEYS_AGAIN_SECONDS = 60.0
_CONNECT_SECONDS, _READ_SECONDS, _TOTAL_SECONDS = 3.05, 5.0, 10.0
_LARGEST = 256 * 1024
# Seconds by which its clock and ours may differ.
_LEEWAY = 60
_LONGEST_AGE = 600
# Signatures by a key that only the provider has: never `none`, never a secret that two sides know (HS256).
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderDownError(OtklikError):
    """The company's sign-in does not answer, or not as one does."""

    code = "provider_down"


class ProviderRefusedError(OtklikError):
    """What came back is no sign-in that we asked for: told alike to the person, with its reason to the log."""

    code = "provider_refused"


@dataclass(frozen=True, slots=True)
class Request:
    """A sign-in that was asked for; kept for the browser that asked, and compared with what it comes back with."""

    state: str
    nonce: str
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider has signed in. `subject` is its name for them for ever, `methods` how they showed it."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    methods: frozenset[str]
    signed_in_at: int | None

    @property
    def showed_two(self) -> bool:
        """Whether the provider says that it asked for two things (RFC 8176: `mfa`, or methods of two kinds)."""
        something_had = self.methods & {"otp", "hwk", "swk", "sc", "sms", "tel", "pop", "fido"}
        return "mfa" in self.methods or bool(something_had and self.methods & {"pwd", "pin", "fpt", "face", "bio"})


@dataclass
class _Kept:
    metadata: Mapping[str, Any]
    until: float
    keys: KeySet | None = None
    keys_asked_at: float = 0.0


class Provider:
    """One provider and our account with it; used by several threads."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str, back: str) -> None:
        """Let people come back to the address `back`. `issuer` is the provider's name, to the letter."""
        self.issuer = issuer
        self._client_id, self._client_secret, self._back = client_id, client_secret, back
        self._kept: _Kept | None = None
        self._lock = threading.Lock()

    def authorization_address(self, request: Request, *, language: str, anew: bool = False) -> str:
        """Return where to send the person; `anew` if they must show it even when they are signed in there.

        Raises ProviderDownError.
        """
        metadata = self._metadata()
        more = {"prompt": "login", "max_age": "0"} if anew else {}
        with self._session(metadata) as session:
            address, _ = session.create_authorization_url(
                metadata["authorization_endpoint"],
                state=request.state,
                nonce=request.nonce,
                code_verifier=request.verifier,
                ui_locales=language,
                **more,
            )
        return str(address)

    def read_answer(self, request: Request, *, code: str, issuer: str | None, now: datetime) -> Person:
        """Return who has signed in; raises ProviderDownError, ProviderRefusedError.

        `issuer` is what the answer names (RFC 9207): another provider's answer must not be taken to ours.
        """
        metadata = self._metadata()
        if issuer != self.issuer and (issuer or metadata.get("authorization_response_iss_parameter_supported") is True):
            raise ProviderRefusedError("the answer names another issuer, or none")
        with self._session(metadata) as session:
            try:
                token = session.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=request.verifier,
                )
            except AuthlibBaseError as error:
                raise ProviderRefusedError(f"no token: {error.error}") from None
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                raise ProviderDownError(f"no token: {type(error).__name__}") from None
            if not isinstance(token.get("id_token"), str):
                raise ProviderRefusedError("no id_token")
            claims = self._claims(token, request.nonce, now)
            if "email" not in claims and metadata.get("userinfo_endpoint"):
                claims = {**claims, **self._userinfo(session, metadata["userinfo_endpoint"], claims["sub"])}
        return _person(self.issuer, claims)

    def check(self) -> None:
        """Ask the provider what it is; raises ProviderDownError."""
        self._metadata()
        self._keys()

    def _claims(self, token: Mapping[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
        try:
            decoded = self._decode(token["id_token"])
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
                {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")},
            )
            claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError, LookupError) as error:
            raise ProviderRefusedError(f"the id_token does not hold: {type(error).__name__} {error}"[:200]) from None
        if not claims.get("nonce"):
            raise ProviderRefusedError("the id_token has no nonce")
        if not isinstance(claims["iat"], int) or claims["iat"] < now.timestamp() - _LONGEST_AGE:
            raise ProviderRefusedError("the id_token is old")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise ProviderRefusedError("the id_token names nobody")
        return dict(claims)

    def _decode(self, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, self._keys(), algorithms=list(_ALGORITHMS))
        except (InvalidKeyIdError, JoseError, ValueError):
            # It may have turned its keys since we looked.
            fresh = self._keys(again=True)
            return jwt.decode(id_token, fresh, algorithms=list(_ALGORITHMS))

    def _userinfo(self, session: OAuth2Session, address: str, subject: str) -> dict[str, Any]:
        """Return e-mail and whether it was verified, which some providers tell only here."""
        if not self._may_ask(address):
            return {}
        try:
            told = session.get(address).json()
        except (requests.RequestException, HTTPError, OSError, ValueError, AuthlibBaseError) as error:
            raise ProviderDownError(f"no userinfo: {type(error).__name__}") from None
        if not isinstance(told, dict) or told.get("sub") != subject:
            raise ProviderRefusedError("userinfo is about somebody else")
        return {name: told[name] for name in ("email", "email_verified") if name in told}

    def _metadata(self) -> Mapping[str, Any]:
        kept = self._kept
        if kept is not None and kept.until > time.monotonic():
            return kept.metadata
        with self._lock:
            if self._kept is not None and self._kept.until > time.monotonic():
                return self._kept.metadata
            metadata = self._ask(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if metadata.get("issuer") != self.issuer:
                raise ProviderDownError(f"it says that it is {str(metadata.get('issuer'))[:100]!r}")
            for name in _ENDPOINTS:
                if not self._may_ask(metadata.get(name)):
                    raise ProviderDownError(f"its {name} is no https address")
            self._kept = _Kept(metadata, time.monotonic() + _KEPT_SECONDS)
            return metadata

    def _keys(self, *, again: bool = False) -> KeySet:
        metadata = self._metadata()
        with self._lock:
            kept = self._kept
            if kept is None:
                raise ProviderDownError("it was forgotten meanwhile")
            old = time.monotonic() - kept.keys_asked_at
            if kept.keys is None or (again and old > _KEYS_AGAIN_SECONDS):
                told = self._ask(metadata["jwks_uri"])
                try:
                    kept.keys = KeySet.import_key_set(told)  # type: ignore[arg-type]
                except (JoseError, ValueError, TypeError, LookupError) as error:
                    raise ProviderDownError(f"its keys cannot be read: {type(error).__name__}") from None
                kept.keys_asked_at = time.monotonic()
            return kept.keys

    def _may_ask(self, address: object) -> bool:
        """Tell whether the address is https, or as plain as the issuer's own, which is so on this machine alone."""
        parts = urlsplit(address) if isinstance(address, str) else urlsplit("")
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and self.issuer.startswith("http://"))
        )

    def _ask(self, address: str) -> Mapping[str, Any]:
        with self._session() as session:
            try:
                response = session.request("GET", address, withhold_token=True)
                response.raise_for_status()
                told = response.json()
            except (requests.RequestException, HTTPError, OSError, ValueError, RecursionError) as error:
                raise ProviderDownError(f"{urlsplit(address).path}: {type(error).__name__}") from None
        if not isinstance(told, dict):
            raise ProviderDownError(f"{urlsplit(address).path}: no JSON object")
        return told

    def _session(self, metadata: Mapping[str, Any] | None = None) -> OAuth2Session:
        offered = (metadata or {}).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        by_post = "client_secret_basic" not in offered and "client_secret_post" in offered
        method = "client_secret_post" if by_post else "client_secret_basic"
        session = OAuth2Session(
            self._client_id,
            self._client_secret,
            scope=SCOPE,
            redirect_uri=self._back,
            code_challenge_method="S256",
            token_endpoint_auth_method=method if self._client_secret else "none",
        )
        session.max_redirects = 0
        session.trust_env = False  # no password of a .netrc, and no proxy that nobody meant
        for scheme in ("http://", "https://"):
            session.mount(scheme, _BoundedAdapter())
        return session


class _BoundedAdapter(HTTPAdapter):
    """Reads an answer as far as it may go, and no longer than it may take."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.update(stream=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS))
        end = time.monotonic() + _TOTAL_SECONDS
        response = super().send(request, *args, **kwargs)
        body = bytearray()
        for piece in response.iter_content(16 * 1024):
            body += piece
            if len(body) > _LARGEST or time.monotonic() > end:
                response.close()
                raise requests.exceptions.ContentDecodingError("its answer has no end")
        response._content = bytes(body)
        return response


def is_issuer(text: str) -> bool:
    """Tell whether this can be an issuer: https without query, or plain http on this machine for a trial."""
    parts = urlsplit(text)
    plain = parts.scheme == "http" and parts.hostname in _LOCAL
    return bool(parts.hostname) and (parts.scheme == "https" or plain) and not parts.query and not parts.fragment


def _person(issuer: str, claims: Mapping[str, Any]) -> Person:
    email, methods = claims.get("email"), claims.get("amr")
    signed_in_at = claims.get("auth_time")
    return Person(
        issuer=issuer,
        subject=claims["sub"],
        email=email if isinstance(email, str) else "",
        # Some write it as a text; anything else is no promise.
        email_verified=claims.get("email_verified") in (True, "true"),
        methods=frozenset(str(one) for one in methods) if isinstance(methods, list) else frozenset(),
        signed_in_at=int(signed_in_at) if isinstance(signed_in_at, int | float) else None,
    )
