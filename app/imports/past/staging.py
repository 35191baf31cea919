"""Write what was planned so that nobody waits: in batches aside, then into its place by one short transaction.

Reading a row, making its keys and handing it over is most of the work, and is done while others write between the
batches. What is left for the end is copying rows inside the database, the same on both.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, literal, null, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.imports.operators import write_operators
from app.imports.past.models import ImportedFile, StagedAnswer, StagedRow
from app.imports.past.planning import PastDesk, PastPlan, Planned, quarters_of
from app.invitations.models import Decision, Delivery, Interaction, Reason
from app.kit.crypto import digest
from app.kit.db import Database, table_of
from app.kit.errors import ConflictError
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.rows import insert_rows
from app.organisation.bulk import write_units
from app.organisation.tree import lock_tree
from app.responses.days import mark_days
from app.responses.models import ResponseAnswer, SurveyResponse, Via
from app.responses.scoring import scale_style, score
from app.responses.service import response_key
from app.responses.topics.sorting import sort_again
from app.surveys.definition import Definition
from app.surveys.service import store_version

# What SQLite writes in some hundredths of a second, for which raters wait.
STAGED_AT_ONCE = 2000
_ROW, _ANSWER = table_of(StagedRow), table_of(StagedAnswer)
_COLUMNS = tuple(column.name for column in _ROW.columns)
_ANSWER_COLUMNS = tuple(column.name for column in _ANSWER.columns)


class PastConflictError(ConflictError):
    """Somebody told of one of these, or added one of their units or employees, since the file was read."""

    code = "past_conflict"


def take_past(
    database: Database,
    desk: PastDesk,
    plan: PastPlan,
    *,
    language: Language,
    user_id: uuid.UUID | None = None,
    now: datetime,
) -> uuid.UUID | None:
    """Write the plan, all or nothing, and return the file's id, or None if there is nothing to write.

    Has transactions of its own. `language` is that of answers that do not say theirs. Raises PastConflictError.
    """
    if plan.report.refused or not plan.rows:
        return None
    file_id = new_id()
    try:
        for start in range(0, len(plan.rows), STAGED_AT_ONCE):
            with database.transaction() as session:
                stage_rows(session, desk, plan, file_id, start=start, now=now)
        with database.transaction() as session:
            show_rows(session, plan, file_id, language=language, user_id=user_id, now=now)
    finally:
        forget_file(database, file_id)
    return file_id


def stage_rows(
    session: Session, desk: PastDesk, plan: PastPlan, file_id: uuid.UUID, *, start: int, now: datetime
) -> None:
    """Write the next rows of the plan aside, from its place `start` on."""
    rows = plan.rows[start : start + STAGED_AT_ONCE]
    marks = _Marks(desk, plan.definition)
    ids = [new_id() if each.read.row.rating is not None else None for each in rows]
    insert_rows(
        session,
        _ROW,
        _COLUMNS,
        (
            marks.staged(file_id, start + place, each, response_id, now)
            for place, (each, response_id) in enumerate(zip(rows, ids, strict=True))
        ),
    )
    answers = list(_answers(file_id, rows, ids, now))
    if answers:
        insert_rows(session, _ANSWER, _ANSWER_COLUMNS, answers)


def show_rows(
    session: Session,
    plan: PastPlan,
    file_id: uuid.UUID,
    *,
    language: Language,
    user_id: uuid.UUID | None = None,
    now: datetime,
) -> None:
    """Put the staged rows into their places, with the units and employees made for them; raises PastConflictError."""
    version_id = store_version(session, plan.definition, now=now)
    file = ImportedFile(
        id=file_id,
        content_hash=plan.content_hash,
        name=plan.name,
        source=plan.source,
        survey_key=plan.definition.key,
        responses=plan.responses,
        interactions=plan.interactions,
        taken_at=now,
        taken_by_id=user_id,
    )
    try:
        session.add(file)
        session.flush()  # the same file at the same moment ends here
        if plan.units:
            lock_tree(session)
            write_units(session, plan.stored_units, plan.units, now=now)
        if plan.operators:
            write_operators(session, plan.operators, now=now)
        session.execute(insert(table_of(Interaction)).from_select(*_interactions(file_id, plan.source, now)))
        session.execute(
            insert(table_of(SurveyResponse)).from_select(*_responses(file_id, plan.definition, version_id, language))
        )
        session.execute(insert(table_of(ResponseAnswer)).from_select(*_given(file_id)))
    except IntegrityError as error:  # a lock, a full disk or a mistake of ours is none of it, and goes on as it is
        raise PastConflictError(
            "somebody told of one of these, or changed one of the units or employees, just now; import the file again"
        ) from error
    quarters = quarters_of(plan.rows)
    mark_days(session, quarters)
    if plan.responses:
        sort_again(session, since=min(quarters))  # what the words of years ago are about counts in figures, too


def forget_file(database: Database, file_id: uuid.UUID) -> None:
    """Delete what was staged of a file, some rows at a time."""
    gone = STAGED_AT_ONCE
    start = 0
    while gone:
        with database.transaction() as session:
            gone = _delete(
                session,
                delete(StagedRow).where(
                    StagedRow.file_id == file_id,
                    StagedRow.position >= start,
                    StagedRow.position < start + STAGED_AT_ONCE,
                ),
            )
        start += STAGED_AT_ONCE
    with database.transaction() as session:
        _delete(session, delete(StagedAnswer).where(StagedAnswer.file_id == file_id))


def forget_staged(session: Session, *, before: datetime, limit: int) -> int:
    """Delete what an import that died has left, staged before the instant; return how many rows, about `limit`."""
    old = select(StagedRow.file_id, StagedRow.position).where(StagedRow.staged_at < before).limit(limit)
    found = session.execute(old).all()
    gone = 0
    for file_id in {row.file_id for row in found}:
        positions = [row.position for row in found if row.file_id == file_id]
        gone += _delete(
            session, delete(StagedRow).where(StagedRow.file_id == file_id, StagedRow.position.in_(positions))
        )
    ids = session.scalars(select(StagedAnswer.id).where(StagedAnswer.staged_at < before).limit(limit)).all()
    return max(gone, _delete(session, delete(StagedAnswer).where(StagedAnswer.id.in_(ids))) if ids else 0)


class _Marks:
    """What a rating comes to, looked up once for each of the few that there are."""

    def __init__(self, desk: PastDesk, definition: Definition) -> None:
        self._vault = desk.vault
        question, cut = definition.first, desk.policy.cut(definition)
        self._of: dict[int, tuple[float | None, str | None]] = {
            rating: (score(question.type, rating), cut.band(rating).value if cut is not None else None)
            for rating in question.values()
        }

    def staged(
        self, file_id: uuid.UUID, position: int, each: Planned, response_id: uuid.UUID | None, now: datetime
    ) -> Sequence[object]:
        """Return the values of a row in the order of the table's columns."""
        read, row, draft = each.read, each.read.row, each.read.row.draft
        kept = each.interaction_id is not None and not each.known
        rated: tuple[object, ...] = (None, None, None, None, None)
        if response_id is not None and row.rating is not None:
            rated = (
                response_id,
                digest(response_key(self._vault, response_id)),
                row.rating,
                *self._of[row.rating],
            )
        finished_at = row.answered_at if row.comment or row.answers else None
        return (
            *(file_id, position, now),
            *(each.interaction_id, read.external_id if kept else None, read.body_hash, draft.channel, read.unit_id),
            *(read.employee_id, draft.language, draft.started_at, draft.ended_at, draft.wait_seconds),
            *(draft.handle_seconds, read.topic, draft.answered, draft.resolved),
            *(*rated, row.comment, row.answered_at, finished_at),
        )


def _answers(
    file_id: uuid.UUID, rows: Sequence[Planned], ids: Sequence[uuid.UUID | None], now: datetime
) -> Iterator[Sequence[object]]:
    for each, response_id in zip(rows, ids, strict=True):
        if response_id is not None:
            for answer in each.read.row.answers:
                yield new_id(), file_id, response_id, now, answer.question_key, answer.value, answer.text


def _interactions(file_id: uuid.UUID, source: str, now: datetime) -> tuple[list[str], Select[*tuple[Any, ...]]]:
    table, row = table_of(Interaction).c, StagedRow
    values: dict[str, Any] = {
        "id": row.interaction_id,
        "source": literal(source),
        "external_id": row.external_id,
        "body_hash": row.body_hash,
        "channel": row.channel,
        "unit_id": row.unit_id,
        "employee_id": row.employee_id,
        "language": row.language,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "wait_seconds": row.wait_seconds,
        "handle_seconds": row.handle_seconds,
        "topic": row.topic,
        "answered": row.answered,
        "resolved": row.resolved,
        "tags": literal([], table.tags.type),
        "delivery": literal(Delivery.AUTO.value),
        "decision": literal(Decision.SKIPPED.value),
        "reason": literal(Reason.HISTORY.value),
        "decided_at": literal(now, table.decided_at.type),
        "demo": literal(False),
    }
    staged = select(*values.values()).where(row.file_id == file_id, row.external_id.is_not(None))
    return list(values), staged.order_by(row.position)


def _responses(
    file_id: uuid.UUID, definition: Definition, version_id: uuid.UUID, language: Language
) -> tuple[list[str], Select[*tuple[Any, ...]]]:
    table, row = table_of(SurveyResponse).c, StagedRow
    values: dict[str, Any] = {
        "id": row.response_id,
        "survey_version_id": literal(version_id, table.survey_version_id.type),
        "unit_id": row.unit_id,
        "employee_id": row.employee_id,
        "interaction_id": row.interaction_id,
        "channel": row.channel,
        "via": literal(Via.IMPORT.value),
        "language": func.coalesce(row.language, literal(language.value)),
        "rating": row.rating,
        "score": row.score,
        "band": row.band,
        "scale_style": literal(scale_style(definition.first.type)),
        "comment": row.comment,
        "answered_at": row.answered_at,
        # Not now: nothing may be added to it any more, and nobody looks for wishes in the words of years ago.
        "touched_at": row.answered_at,
        "finished_at": row.finished_at,
        "key_hash": row.key_hash,
        "suspect": literal(False),
        "suspect_reasons": literal(""),
        "routed": literal(False),
        "read_at": null(),
        "demo": literal(False),
    }
    staged = select(*values.values()).where(row.file_id == file_id, row.response_id.is_not(None))
    return list(values), staged.order_by(row.position)


def _given(file_id: uuid.UUID) -> tuple[list[str], Select[*tuple[Any, ...]]]:
    row = StagedAnswer
    values = {
        "id": row.id,
        "response_id": row.response_id,
        "question_key": row.question_key,
        "value": row.value,
        "text": row.text,
    }
    return list(values), select(*values.values()).where(row.file_id == file_id)


def _delete(session: Session, statement: Any) -> int:
    return int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
