"""Files between their dry run in the browser and the import itself, each its sender's own, kept for a day."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, defer

from app.imports.models import DraftKind, ImportDraft
from app.kit.errors import NotFoundError
from app.kit.ids import new_id

NAME_LENGTH = 120


class UnknownDraftError(NotFoundError):
    """There is no such file any more, or it is somebody else's."""

    code = "unknown_draft"


@dataclass(frozen=True, slots=True)
class DraftOptions:
    """How the columns are read, as the form was filled in. Nothing that is not mapped is read.

    `said` is what else the form of a kind asks, by its field.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    parent_kind: str | None = None
    said: Mapping[str, str] = field(default_factory=dict)


def keep_draft(
    session: Session,
    *,
    user_id: uuid.UUID,
    kind: DraftKind,
    name: str,
    content: bytes,
    options: DraftOptions,
    now: datetime,
) -> ImportDraft:
    """Return the file as a new draft; what the same person had begun with another file of this kind is forgotten."""
    session.execute(
        delete(ImportDraft).where(
            ImportDraft.user_id == user_id, ImportDraft.kind == kind, ImportDraft.taken_at.is_(None)
        )
    )
    draft = ImportDraft(
        id=new_id(),
        user_id=user_id,
        kind=kind,
        name=name[:NAME_LENGTH],
        content=content,
        options=asdict(options),
        created_at=now,
        taken_at=None,
    )
    session.add(draft)
    session.flush()  # the page that follows is called by its id
    return draft


def get_draft(session: Session, draft_id: uuid.UUID, *, user_id: uuid.UUID) -> ImportDraft:
    """Return one's own draft; raises UnknownDraftError."""
    draft = session.scalar(select(ImportDraft).where(ImportDraft.id == draft_id, ImportDraft.user_id == user_id))
    if draft is None:
        raise UnknownDraftError(f"there is no file {draft_id} to import")
    return draft


def claim_draft(session: Session, draft_id: uuid.UUID, *, now: datetime) -> ImportDraft | None:
    """Return the draft marked as taken in, or None if it is already: the button may be pressed twice at once."""
    # The row is held until the commit, so that the second press waits for the first and then finds it marked.
    query = select(ImportDraft).where(ImportDraft.id == draft_id).with_for_update().options(defer(ImportDraft.content))
    draft = session.scalar(query.execution_options(populate_existing=True))
    if draft is None or draft.taken_at is not None:
        return None
    draft.taken_at = now
    return draft


def finish_draft(draft: ImportDraft, counts: Mapping[str, int]) -> None:
    """Keep what came of the draft for its page, and let the file itself go."""
    draft.content = b""
    draft.options = {**draft.options, "result": dict(counts)}


def set_options(session: Session, draft_id: uuid.UUID, options: DraftOptions) -> None:
    """Read the columns as chosen from now on; a draft that is taken in stays as it is."""
    session.execute(
        update(ImportDraft)
        .where(ImportDraft.id == draft_id, ImportDraft.taken_at.is_(None))
        .values(options=asdict(options))
    )


def options_of(draft: ImportDraft) -> DraftOptions:
    """Return how the columns are read."""
    known: dict[str, Any] = {name: draft.options.get(name) for name in DraftOptions.__dataclass_fields__}
    return DraftOptions(**{name: value for name, value in known.items() if value})


def forget_drafts(session: Session, *, before: datetime, limit: int) -> int:
    """Delete drafts made before the instant, taken in or not; return how many, at most `limit`."""
    old = select(ImportDraft.id).where(ImportDraft.created_at < before).limit(limit)
    ids = session.scalars(old).all()
    if ids:
        session.execute(delete(ImportDraft).where(ImportDraft.id.in_(ids)))
    return len(ids)
