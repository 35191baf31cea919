"""An endpoint's secrets, encrypted: the one that signs, and for a day after a rotation the one before it."""

from datetime import datetime, timedelta

from app.kit.crypto import UnreadableValueError, Vault
from app.webhooks.models import WebhookEndpoint
from app.webhooks.signing import new_secret

BOTH_SIGN_FOR = timedelta(hours=24)
_TABLE, _COLUMN, _OLD_COLUMN = "webhook_endpoint", "secret_enc", "old_secret_enc"


def give_secret(endpoint: WebhookEndpoint, vault: Vault) -> str:
    """Return a new secret, now the endpoint's; it is never to be had again."""
    secret = new_secret()
    endpoint.secret_enc = vault.encrypt(secret, table=_TABLE, column=_COLUMN, row_id=endpoint.id)
    return secret


def renew_secret(endpoint: WebhookEndpoint, vault: Vault, *, now: datetime) -> str:
    """Return a new secret; the one before it signs beside it for a day, unless its key is lost."""
    try:
        old = vault.decrypt(endpoint.secret_enc, table=_TABLE, column=_COLUMN, row_id=endpoint.id)
    except UnreadableValueError:
        endpoint.old_secret_enc = endpoint.old_secret_until = None
    else:
        endpoint.old_secret_enc = vault.encrypt(old, table=_TABLE, column=_OLD_COLUMN, row_id=endpoint.id)
        endpoint.old_secret_until = now + BOTH_SIGN_FOR
    return give_secret(endpoint, vault)


def read_secrets(endpoint: WebhookEndpoint, vault: Vault, *, now: datetime) -> list[str]:
    """Return the secrets that sign at `now`, the newest first."""
    found = [vault.decrypt(endpoint.secret_enc, table=_TABLE, column=_COLUMN, row_id=endpoint.id)]
    if (
        endpoint.old_secret_enc is not None
        and endpoint.old_secret_until is not None
        and now < endpoint.old_secret_until
    ):
        found.append(vault.decrypt(endpoint.old_secret_enc, table=_TABLE, column=_OLD_COLUMN, row_id=endpoint.id))
    return found
