"""The words that staff change: listed beside the file's, saved in their place, and given back to the file."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.kit.db import upsert
from app.kit.i18n import Language
from app.messaging.models import MessageText
from app.messaging.placeholders import check_text
from app.messaging.texts import MessageTexts, Place


@dataclass(frozen=True, slots=True)
class Wording:
    """One text as it is sent now; `shipped` is the file's, `changed_at` is set where staff wrote another."""

    place: Place
    language: Language
    text: str
    shipped: str
    changed_at: datetime | None


def list_wordings(session: Session, texts: MessageTexts) -> dict[Place, dict[Language, Wording]]:
    """Return every text of the file by place and language, in the file's order; one query."""
    changed = {(row.text_key, row.channel, row.language): row for row in session.scalars(select(MessageText)).all()}
    wordings: dict[Place, dict[Language, Wording]] = {}
    for place, words in texts.shipped.items():
        wordings[place] = {}
        for language in Language:
            row = changed.get((*place, language.value))
            wordings[place][language] = Wording(
                place, language, row.text if row else words[language], words[language], row.updated_at if row else None
            )
    return wordings


def get_wording(session: Session, texts: MessageTexts, place: Place, language: Language) -> Wording:
    """Return one text; raises UnknownTextError."""
    shipped = texts.original(place, language)
    row = session.get(MessageText, (*place, language.value))
    return Wording(place, language, row.text if row else shipped, shipped, row.updated_at if row else None)


def change_wording(
    session: Session,
    texts: MessageTexts,
    place: Place,
    language: Language,
    text: str,
    *,
    user_id: uuid.UUID,
    now: datetime,
) -> None:
    """Send these words from now on; the file's own words are no change. Raises UnknownTextError, InvalidInputError."""
    shipped = texts.original(place, language)
    kept = check_text(*place, text)
    if kept == shipped:
        reset_wording(session, texts, place, language, user_id=user_id, now=now)
        return
    key, channel = place
    values = {"text": kept, "updated_at": now, "updated_by_id": user_id}
    row = upsert(session, MessageText).values(text_key=key, channel=channel, language=language.value, **values)
    session.execute(row.on_conflict_do_update(index_elements=["text_key", "channel", "language"], set_=values))
    _note(session, "message_text.change", place, language, user_id=user_id, now=now)


def reset_wording(
    session: Session, texts: MessageTexts, place: Place, language: Language, *, user_id: uuid.UUID, now: datetime
) -> bool:
    """Send the file's words again, and tell whether staff had written others; raises UnknownTextError."""
    texts.original(place, language)
    key, channel = place
    result = session.execute(
        delete(MessageText)
        .where(MessageText.text_key == key, MessageText.channel == channel, MessageText.language == language)
        .execution_options(synchronize_session="fetch")
    )
    gone = int(result.rowcount) > 0  # type: ignore[attr-defined]
    if gone:
        _note(session, "message_text.reset", place, language, user_id=user_id, now=now)
    return gone


def _note(
    session: Session, action: str, place: Place, language: Language, *, user_id: uuid.UUID, now: datetime
) -> None:
    name = f"{place[0]} {place[1]} {language.value}"
    record(session, action, now=now, user_id=user_id, object_type="message_text", object_id=name)
