"""Write what was planned by one transaction that is as short as it can be: all or nothing, and on SQLite raters wait.

Making keys and rows is most of the work, and is done before, in the form in which the database takes them. What is left
is handing them over.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.imports.operators import write_operators
from app.imports.past.models import ImportedFile
from app.imports.past.planning import PastDesk, PastPlan, Planned
from app.invitations.models import Decision, Delivery, Interaction, Reason
from app.kit.db import Database, table_of
from app.kit.errors import ConflictError
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.rows import ReadyRows, insert_ready, make_ready
from app.organisation.bulk import write_units
from app.organisation.tree import lock_tree
from app.responses.days import choose_marks, mark_days
from app.responses.models import ResponseAnswer, SurveyResponse, Via
from app.responses.scoring import scale_style, score
from app.responses.topics.sorting import sort_again
from app.surveys.service import store_version

_INTERACTION = (
    *("id", "source", "external_id", "body_hash", "channel", "unit_id", "employee_id", "language", "started_at"),
    *("ended_at", "wait_seconds", "handle_seconds", "topic", "answered", "resolved", "tags", "delivery", "decision"),
    *("reason", "decided_at", "demo"),
)
_RESPONSE = (
    *("id", "survey_version_id", "unit_id", "employee_id", "interaction_id", "channel", "via", "language", "rating"),
    *("score", "band", "scale_style", "comment", "answered_at", "touched_at", "finished_at", "key_hash", "suspect"),
    *("suspect_reasons", "routed", "read_at", "demo"),
)
_ANSWER = ("id", "response_id", "question_key", "value", "text")


class PastConflictError(ConflictError):
    """Somebody told of one of these, or added one of their units or employees, since the file was read."""

    code = "past_conflict"


@dataclass(frozen=True, slots=True)
class PastRows:
    """All rows of a plan, ready for their tables; `marks` are of the days that are to be counted anew."""

    interactions: ReadyRows
    responses: ReadyRows
    answers: ReadyRows
    marks: Sequence[datetime]


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
    with database.transaction() as session:
        version_id = store_version(session, plan.definition, now=now)
    rows = make_rows(database.engine.dialect, desk, plan, version_id, language=language, now=now)
    with database.transaction(large=True) as session:
        return write_rows(session, plan, rows, user_id=user_id, now=now)


def make_rows(
    dialect: Dialect, desk: PastDesk, plan: PastPlan, version_id: uuid.UUID, *, language: Language, now: datetime
) -> PastRows:
    """Return the rows of the plan, the earliest answer first: so most indexes grow in one place at a time."""
    rows = sorted(plan.rows, key=attrgetter("read.row.answered_at"))
    rated = [(new_id(), each) for each in rows if each.read.row.rating is not None]
    marks = _Marks(desk, plan)
    return PastRows(
        make_ready(dialect, table_of(Interaction), _INTERACTION, _interactions(rows, plan.source, now)),
        make_ready(dialect, table_of(SurveyResponse), _RESPONSE, marks.responses(rated, version_id, language, now)),
        make_ready(dialect, table_of(ResponseAnswer), _ANSWER, _answers(rated)),
        choose_marks(instant for each in rows for instant in _instants(each)),
    )


def write_rows(
    session: Session, plan: PastPlan, rows: PastRows, *, user_id: uuid.UUID | None = None, now: datetime
) -> uuid.UUID:
    """Put the rows into their tables, with the units and employees made for them, and return the file's id.

    Raises PastConflictError.
    """
    file = ImportedFile(
        id=new_id(),
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
        for ready in (rows.interactions, rows.responses, rows.answers):
            insert_ready(session, ready)
    except IntegrityError as error:  # a lock, a full disk or a mistake of ours is none of it, and goes on as it is
        raise PastConflictError(
            "somebody told of one of these, or changed one of the units or employees, just now; import the file again"
        ) from error
    mark_days(session, rows.marks)
    if plan.responses:
        sort_again(session, since=min(rows.marks))  # what the words of years ago are about counts in figures, too
    return file.id


def _interactions(rows: Sequence[Planned], source: str, now: datetime) -> Iterator[Sequence[object]]:
    no_tags: list[str] = []
    asked = (no_tags, Delivery.AUTO.value, Decision.SKIPPED.value, Reason.HISTORY.value, now, False)
    for each in rows:
        if each.interaction_id is None or each.known:
            continue
        read, draft = each.read, each.read.row.draft
        yield (
            *(each.interaction_id, source, read.external_id, read.body_hash, draft.channel.value, read.unit_id),
            *(
                read.employee_id,
                draft.language and draft.language.value,
                draft.started_at,
                draft.ended_at,
                draft.wait_seconds,
            ),
            *(draft.handle_seconds, read.topic, draft.answered, draft.resolved, *asked),
        )


class _Marks:
    """What a rating comes to, looked up once for each of the few that there are."""

    def __init__(self, desk: PastDesk, plan: PastPlan) -> None:
        question, cut = plan.definition.first, desk.policy.cut(plan.definition)
        style = scale_style(question.type)
        self._of: dict[int | None, tuple[object, ...]] = {
            rating: (
                rating,
                score(question.type, rating),
                cut.band(rating).value if cut is not None else None,
                style,
            )
            for rating in question.values()
        }

    def responses(
        self, rated: Sequence[tuple[uuid.UUID, Planned]], version_id: uuid.UUID, language: Language, now: datetime
    ) -> Iterator[Sequence[object]]:
        for response_id, each in rated:
            read, row, draft = each.read, each.read.row, each.read.row.draft
            at = row.answered_at
            yield (
                *(response_id, version_id, read.unit_id, read.employee_id, each.interaction_id),
                *(
                    draft.channel.value,
                    Via.IMPORT.value,
                    (draft.language or language).value,
                    *self._of[row.rating],
                    row.comment,
                ),
                # Touched then and not now: nothing may be added to it any more, and nobody looks for wishes in it.
                *(at, at, at if row.comment or row.answers else None),
                # Nobody was given a page of it: 16 bytes are the hash of no key, and unlike a hash they grow in order,
                # which spares an index of random values a page for nearly every row. And it counts as read, since
                # nobody is to acknowledge what was said years ago.
                *(response_id.bytes, False, "", False, now, False),
            )


def _answers(rated: Sequence[tuple[uuid.UUID, Planned]]) -> Iterator[Sequence[object]]:
    for response_id, each in rated:
        for answer in each.read.row.answers:
            yield new_id(), response_id, answer.question_key, answer.value, answer.text


def _instants(each: Planned) -> tuple[datetime, datetime]:
    """Return when it was answered and when the call or visit ended."""
    return each.read.row.answered_at, each.read.row.draft.ended_at
