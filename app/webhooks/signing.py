"""Secrets and signatures of Standard Webhooks: `v1,` and the HMAC-SHA256 of `id.timestamp.body`, in base64.

While a secret is rotated there are two signatures, separated by a space, and a receiver takes either.
"""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
_BYTES = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """Return a new random secret, `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def sign(keys: Sequence[str], *, webhook_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers for the body, signed with each of the keys; `at` is aware and the moment of sending."""
    text = body.decode()
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(webhook_id, at, text) for key in keys),
    }
