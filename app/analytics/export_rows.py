"""The rows of an export: every response with its case and with the call or visit behind it. Read-only."""

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.reports import given_answers, latest_case, plain_answers
from app.callbacks.models import CallbackCase
from app.invitations.models import Interaction
from app.organisation.models import Employee, Unit
from app.responses.models import SurveyResponse
from app.surveys.definition import Definition
from app.surveys.service import get_definition
from app.touchpoints.models import Touchpoint

_BATCH = 2_000


class ExportRow(NamedTuple):
    """One response of an export. `unit`, `touchpoint` and `employee` are codes; `answers` is JSON by question key.

    From `source` on it is the interaction that was answered about; without one all of that is None. A tuple, because a
    million of them are made in a row.
    """

    id: uuid.UUID
    answered_at: datetime
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
    case_id: uuid.UUID | None
    via: str
    answers: str | None
    unit_address: str | None = None
    employee: str | None = None
    employee_name: str | None = None
    source: str | None = None
    external_id: str | None = None
    topic: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
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
        answers = given_answers(session, [row[0] for row in rows])
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
    response = SurveyResponse
    return (
        select(
            response.id,
            response.answered_at,
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
            latest_case(CallbackCase.id).label("case_id"),
            response.via,
            Unit.address,
            Employee.code.label("employee"),
            Employee.name.label("employee_name"),
            Interaction.source,
            Interaction.external_id,
            Interaction.topic,
            Interaction.started_at,
            Interaction.ended_at,
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


def _answers_json(definition: Definition, given: Sequence[tuple[str, int | None, str | None]]) -> str:
    return json.dumps(plain_answers(definition, given), ensure_ascii=False, separators=(",", ":"))
