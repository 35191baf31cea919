"""What a button below a notice carries: which notice and what to do, proved to be ours and meant for this user; pure.

`n:<notice>:<deed>:<proof>`, 43 of the 64 bytes that Telegram takes.
"""

import base64
import hmac
import uuid
from dataclasses import dataclass
from enum import StrEnum

from app.kit.crypto import Vault
from app.messaging.notices.models import Notice

MARK = "n"
_PROOF = 12


class Deed(StrEnum):
    """What a button does."""

    CLAIM = "c"
    SNOOZE = "s"
    ACKNOWLEDGE = "a"


@dataclass(frozen=True, slots=True)
class StaffTap:
    """A button as it came back; nothing of it is believed before `proves` says so."""

    notice_id: uuid.UUID
    deed: Deed
    proof: bytes


def write_tap(vault: Vault, notice: Notice, deed: Deed) -> str:
    """Return what the button carries."""
    proof = _prove(vault, notice, deed)
    return f"{MARK}:{_write(notice.id.bytes)}:{deed}:{_write(proof)}"


def read_tap(payload: str) -> StaffTap | None:
    """Return the button, or None for what is none of ours by its shape."""
    parts = payload.split(":")
    if len(parts) != 4 or parts[0] != MARK or parts[2] not in Deed.__members__.values():
        return None
    notice_id, proof = _read(parts[1]), _read(parts[3])
    if len(notice_id) != 16 or len(proof) != _PROOF:
        return None
    return StaffTap(uuid.UUID(bytes=notice_id), Deed(parts[2]), proof)


def proves(vault: Vault, tap: StaffTap, notice: Notice) -> bool:
    """Tell whether we made the button, for this notice and whom it was sent to."""
    return hmac.compare_digest(tap.proof, _prove(vault, notice, tap.deed))


def _prove(vault: Vault, notice: Notice, deed: Deed) -> bytes:
    about = f"{notice.id} {notice.user_id} {notice.subject_id} {deed}"
    return vault.derive_link("staff tap", about)[:_PROOF]


def _write(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
