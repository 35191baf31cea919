"""Answers of passkeys as no device makes them: right in all that a browser writes, made up in what a device does."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import cbor2
from webauthn.helpers import bytes_to_base64url

_ID = b"made-up-credential"
# A key of RFC 9052's kind EC2, on P-256; the point is that of its appendix C.7.1.
_KEY = {
    1: 2,
    3: -7,
    -1: 1,
    -2: bytes.fromhex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"),
    -3: bytes.fromhex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c"),
}
_FORMS = ("packed", "tpm", "android-key", "android-safetynet", "fido-u2f", "apple", "unheard-of")


def made_up_attestations() -> Mapping[str, bytes]:
    """Return attestation objects by what is wrong with each, and one that is right."""
    data = authenticator_data()
    statements: Mapping[str, Any] = {
        "nothing": {},
        "a list": [],
        "text": "x",
        "odd types": {"alg": "x", "sig": 7, "x5c": 7, "ver": [], "response": 7, "certInfo": 7, "pubArea": 7},
        "no certificates": {"alg": -7, "sig": b"x", "x5c": [b"", b"\x30\x03\x02\x01\x01"], "ver": "2.0"},
        "noise": {"alg": -7, "sig": b"x" * 70, "ver": "2.0", "response": b"a.b.c", "certInfo": b"x", "pubArea": b"y"},
        "an unheard-of algorithm": {"alg": -99999, "sig": b""},
    }
    made = {
        f"{form}: {name}": cbor2.dumps({"fmt": form, "attStmt": statement, "authData": data})
        for form in _FORMS
        for name, statement in statements.items()
    }
    keys: Mapping[str, object] = {"a list": [], "no kind": {1: 99, 3: 0}, "off the curve": {**_KEY, -2: b"x", -3: 7}}
    return made | {
        "nothing": b"",
        "half a number": b"\x1b\x00",
        "a very long string": b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
        "a deep list": b"\x81" * 5000,
        "a number": cbor2.dumps(7),
        "no form": cbor2.dumps({"attStmt": {}, "authData": data}),
        "short data": cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data[:40]}),
        "data that is text": cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": "x"}),
        **{
            f"a key: {name}": cbor2.dumps(
                {"fmt": "packed", "attStmt": {"alg": -7, "sig": b"x"}, "authData": authenticator_data(key)}
            )
            for name, key in keys.items()
        },
        "a real one that counts beyond 31 bits": cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
    }


def authenticator_data(key: object = None, host: str = "localhost") -> bytes:
    """Return what a device signs: for whom, that it has seen its owner, a count of 32 bits, its id and key."""
    counted = (2**32 - 1).to_bytes(4)
    seen = b"\x45"  # present, verified, with a key
    head = hashlib.sha256(host.encode()).digest() + seen + counted + bytes(16)
    return head + len(_ID).to_bytes(2) + _ID + cbor2.dumps(_KEY if key is None else key)


def answer_with(attestation: bytes, challenge: str, origin: str) -> str:
    """Return the answer to a challenge as a browser at the address would send it."""
    assert urlsplit(origin).hostname == "localhost"
    said = {"type": "webauthn.create", "challenge": challenge, "origin": origin, "crossOrigin": False}
    response = {
        "clientDataJSON": bytes_to_base64url(json.dumps(said).encode()),
        "attestationObject": bytes_to_base64url(attestation),
    }
    name = bytes_to_base64url(_ID)
    return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
