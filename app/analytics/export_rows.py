"""The rows of an export: every response with its case and with the call or visit behind it. Read-only.

Ids and instants come from the database as the texts that an export writes: making objects of a million of them, and
texts again, took as long as all else.
"""

import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, ColumnElement, Select, String, Uuid, any_, bindparam, cast, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.accounts.scope import Scope
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.reports import latest_case, plain_answers
from app.callbacks.models import CallbackCase
from app.invitations.models import Interaction
from app.kit.db import dialect_of
from app.organisation.models import Employee, Unit
from app.responses.models import ResponseAnswer, SurveyResponse
from app.surveys.definition import Definition
from app.surveys.service import get_definition
from app.touchpoints.models import Touchpoint

_BATCH = 2_000


class ExportRow(NamedTuple):
    """One response of an export. `unit`, `touchpoint` and `employee` are codes; `answers` is JSON by question key.

    Ids are written with hyphens, instants in UTC as `2026-03-04T06:00:59Z`.

    From `source` on it is the interaction that was answered about; without one all of that is None. A tuple, because a
    million of them are made in a row.
    """

    id: str
    answered_at: str
    unit: str
    unit_name: str
    touchpoint: str | None
    survey: str
    survey_version: int
    channel: str
    language: str
    rating: int
    comment: str | None
    suspect: bool
    routed: bool
    case_id: str | None
    via: str
    answers: str | None
    unit_address: str | None = None
    employee: str | None = None
    employee_name: str | None = None
    source: str | None = None
    external_id: str | None = None
    topic: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    wait_seconds: int | None = None
    handle_seconds: int | None = None
    answered: bool | None = None
    resolved: bool | None = None


def export_responses(session: Session, wanted: ResponseFilter, *, scope: Scope) -> Iterator[ExportRow]:
    """Yield the responses, the earliest first, in bounded memory: rows and answers come in batches."""
    definitions: dict[uuid.UUID, Definition] = {}
    # On the connection: the session would look at each of a million rows for objects of its own.
    query = _rows(session, wanted, scope)
    result = session.connection().execute(query, execution_options={"yield_per": _BATCH})
    for rows in result.partitions():
        answers = _given_answers(session, [row[0] for row in rows])
        for row in rows:
            version_id = row[5]
            definition = definitions.get(version_id)
            if definition is None:
                definition = definitions[version_id] = get_definition(session, version_id)
            given = answers.get(row[0])
            told = _answers_json(definition, given) if given else None
            yield ExportRow._make((*row[:5], definition.key, definition.version, *row[6:14], told, *row[14:]))


def _rows(session: Session, wanted: ResponseFilter, scope: Scope) -> Select[*tuple[Any, ...]]:
    """Return the query: the columns of an ExportRow in their order, the version's id in place of key and number."""
    response, dialect = SurveyResponse, dialect_of(session)
    return (
        select(
            _id_text(response.id, dialect).label("id_text"),
            _instant_text(response.answered_at, dialect).label("answered"),
            Unit.code,
            Unit.name,
            Touchpoint.code.label("touchpoint"),
            response.survey_version_id,
            response.channel,
            response.language,
            response.rating,
            response.comment,
            response.suspect,
            response.routed,
            _id_text(latest_case(CallbackCase.id), dialect).label("case_id"),
            response.via,
            Unit.address,
            Employee.code.label("employee"),
            Employee.name.label("employee_name"),
            Interaction.source,
            Interaction.external_id,
            Interaction.topic,
            _instant_text(Interaction.started_at, dialect).label("begun"),
            _instant_text(Interaction.ended_at, dialect).label("over"),
            Interaction.wait_seconds,
            Interaction.handle_seconds,
            Interaction.answered,
            Interaction.resolved,
        )
        .join(Unit, Unit.id == response.unit_id)
        .outerjoin(Touchpoint, Touchpoint.id == response.touchpoint_id)
        .outerjoin(Employee, Employee.id == response.employee_id)
        .outerjoin(Interaction, Interaction.id == response.interaction_id)
        .where(*response_conditions(session, wanted, scope))
        .order_by(response.answered_at, response.id)
    )


def _given_answers(session: Session, ids: Sequence[str]) -> dict[str, list[tuple[str, int | None, str | None]]]:
    """Return (question, value, text) of each answer to a later question, by response; one query with one parameter."""
    answer, dialect = ResponseAnswer, dialect_of(session)
    these: ColumnElement[bool]
    if dialect == "sqlite":
        plain = json.dumps([one.replace("-", "") for one in ids])
        these = type_coerce(answer.response_id, String).in_(select(func.json_each(plain).table_valued("value").c.value))
    else:
        these = answer.response_id == any_(cast(bindparam(None, ids, ARRAY(String)), ARRAY(Uuid)))
    found: dict[str, list[tuple[str, int | None, str | None]]] = {}
    query = select(_id_text(answer.response_id, dialect), answer.question_key, answer.value, answer.text)
    order = (answer.response_id, answer.question_key, answer.value)
    for response_id, key, value, text in session.connection().execute(query.where(these).order_by(*order)):
        found.setdefault(response_id, []).append((key, value, text))
    return found


def _id_text(column: Any, dialect: str) -> ColumnElement[str]:
    """Return an id as text with its hyphens; SQLite keeps 32 digits."""
    if dialect != "sqlite":
        return cast(column, String)
    digits = type_coerce(column, String)
    parts = [func.substr(digits, start, length) for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))]
    whole: ColumnElement[str] = parts[0]
    for part in parts[1:]:
        whole = whole.concat("-").concat(part)
    return whole


def _instant_text(column: InstrumentedAttribute[Any], dialect: str) -> ColumnElement[str]:
    """Return an instant in UTC as `2026-03-04T06:00:59Z`; SQLite keeps it nearly so."""
    if dialect != "sqlite":
        return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS"Z"', type_=String)
    written = type_coerce(column, String)
    return func.substr(written, 1, 10).concat("T").concat(func.substr(written, 12, 8)).concat("Z")


def _answers_json(definition: Definition, given: Sequence[tuple[str, int | None, str | None]]) -> str:
    return json.dumps(plain_answers(definition, given), ensure_ascii=False, separators=(",", ":"))
