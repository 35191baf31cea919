"""What we are told of an interaction: read, brought into one form, and told apart from another under its name."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from operator import attrgetter
from urllib.parse import urlsplit

from app.invitations.models import Decision, Delivery, Reason
from app.kit.crypto import Vault
from app.kit.emails import InvalidEmailError, read_email
from app.kit.errors import ConflictError, InvalidInputError
from app.kit.i18n import Language
from app.kit.phones import InvalidPhoneError, normalise_phone
from app.touchpoints.models import Channel

LONGEST_NAME = 200
LONGEST_URL = 2000
MAX_TAGS = 50
_LONGEST_WAIT = 7 * 24 * 3600
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
# What a draft is for, not what it says: the same call told for real after it was imported is the same.
_NOT_SAID = ("history", "demo")


class InteractionConflictError(ConflictError):
    """Another interaction was told under this source and external id before."""

    code = "interaction_conflict"


@dataclass(frozen=True, slots=True)
class InteractionDraft:
    """A finished call, visit or chat as its sender tells it.

    `unit` and `employee` are codes. Times are aware. `phone` may be written as people do; `telegram_id` is the chat
    with our bot. `answered` is False for a call that nobody took. `history` is kept and never asked about.
    """

    source: str
    external_id: str
    channel: Channel
    unit: str
    ended_at: datetime
    employee: str | None = None
    phone: str | None = None
    email: str | None = None
    telegram_id: str | None = None
    language: Language | None = None
    started_at: datetime | None = None
    wait_seconds: int | None = None
    handle_seconds: int | None = None
    topic: str | None = None
    answered: bool | None = None
    resolved: bool | None = None
    recording_url: str | None = None
    tags: Sequence[str] = ()
    delivery: Delivery = Delivery.AUTO
    history: bool = False
    demo: bool = False

    @property
    def name(self) -> tuple[str, str]:
        """By what a repeat is known."""
        return self.source, self.external_id


@dataclass(frozen=True, slots=True)
class Accepted:
    """What followed an interaction. The token of `/i/<token>` is told only for `delivery: self`, which shows it.

    `repeated`: it had been told before, and this is what followed then.
    """

    interaction_id: uuid.UUID
    decision: Decision
    reason: Reason | None
    invitation_id: uuid.UUID | None
    token: str | None
    repeated: bool


def read_draft(
    draft: InteractionDraft, *, region: str, place: tuple[str, str | None] | None = None
) -> InteractionDraft:
    """Return the draft in the one form that is stored and compared: addresses normalised, times in UTC, text trimmed.

    `place` are the codes of unit and employee where the draft has them as somebody wrote them.
    Raises InvalidInputError with the field. A number that cannot be read is refused (`contact.phone`) and not merely
    left out: its sender can mend it, and a skipped interaction would be noticed by nobody.
    """
    unit, employee = place or (draft.unit, draft.employee)
    # Every field by its name: `dataclasses.replace` takes longer than all the checks together.
    return InteractionDraft(
        source=_text(draft.source, "source", required=True),
        external_id=_text(draft.external_id, "external_id", required=True),
        channel=draft.channel,
        unit=_text(unit, "unit", required=True),
        ended_at=_instant(draft.ended_at, "ended_at") or draft.ended_at,
        employee=_text(employee, "employee") or None,
        phone=_phone(draft.phone, region),
        email=_email(draft.email),
        telegram_id=_text(draft.telegram_id, "contact.telegram_id") or None,
        language=draft.language,
        started_at=_instant(draft.started_at, "started_at"),
        wait_seconds=_seconds(draft.wait_seconds, "wait_seconds"),
        handle_seconds=_seconds(draft.handle_seconds, "handle_seconds"),
        topic=_text(draft.topic, "topic") or None,
        answered=draft.answered,
        resolved=draft.resolved,
        recording_url=_url(draft.recording_url),
        tags=_tags(draft.tags),
        delivery=draft.delivery,
        history=draft.history,
        demo=draft.demo,
    )


def hash_draft(vault: Vault, draft: InteractionDraft) -> bytes:
    """Return 32 bytes that are the same for the same (read) draft and for no other.

    Keyed, since a plain hash over a number of ten digits and known other fields would give the number away.
    """
    return vault.derive_link("interaction", _AS_JSON.encode(dict(zip(_SAID, _SAYS(draft), strict=True))))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)


# Composed once: files of calls have a draft for each of their rows.
_SAID = tuple(sorted(field.name for field in fields(InteractionDraft) if field.name not in _NOT_SAID))
_SAYS = attrgetter(*_SAID)
_AS_JSON = json.JSONEncoder(default=_plain, ensure_ascii=False, check_circular=False)


def _text(value: str | None, field: str, *, required: bool = False) -> str:
    text = " ".join(value.split()) if value else ""
    if not text:
        if required:
            raise InvalidInputError("is missing; write it", field=field, code="missing")
        return text
    if len(text) > LONGEST_NAME:
        raise InvalidInputError(f"at most {LONGEST_NAME} characters", field=field, code="too_long")
    if not text.isprintable():
        raise InvalidInputError("contains characters that cannot be printed", field=field, code="unprintable")
    return text


def _phone(value: str | None, region: str) -> str | None:
    if value is None or not value.strip():
        return None
    try:
        return normalise_phone(value, region)
    except InvalidPhoneError as error:
        raise InvalidPhoneError(error.message, field="contact.phone") from error


def _email(value: str | None) -> str | None:
    if value is None or not value.strip():
        return None
    try:
        return read_email(value)
    except InvalidEmailError as error:
        # The message of the reader repeats the address, which would stand in logs and reports.
        raise InvalidEmailError("this is not an e-mail address", field="contact.email") from error


def _instant(value: datetime | None, field: str) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidInputError("write the time with its zone, such as 2026-03-04T11:00:00+05:00", field=field)
    # At the ends of the calendar a zone, or a week, leads out of it.
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise InvalidInputError("write the year of the interaction", field=field)
    return value.astimezone(UTC)


def _seconds(value: int | None, field: str) -> int | None:
    if value is not None and not 0 <= value <= _LONGEST_WAIT:
        raise InvalidInputError("write whole seconds, from 0 to a week", field=field)
    return value


def _url(value: str | None) -> str | None:
    if value is None or not value.strip():
        return None
    url = value.strip()
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InvalidInputError("write an address beginning with https://", field="recording_url") from error
    if len(url) > LONGEST_URL or parts.scheme not in ("http", "https") or not parts.netloc or not url.isprintable():
        raise InvalidInputError("write an address beginning with https://", field="recording_url")
    return url


def _tags(value: Sequence[str]) -> tuple[str, ...]:
    if not value:
        return ()
    if len(value) > MAX_TAGS:
        raise InvalidInputError(f"at most {MAX_TAGS} tags", field="tags", code="too_long")
    return tuple(dict.fromkeys(tag for tag in (_text(tag, "tags") for tag in value) if tag))
