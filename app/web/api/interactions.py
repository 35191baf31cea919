"""Interactions that have ended, one or many: kept, decided on, and whoever is to be asked invited."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from app.accounts.api_keys import ApiScope
from app.invitations.drafts import Accepted, InteractionDraft
from app.invitations.service import accept_many
from app.kit.errors import InvalidInputError, OtklikError
from app.web import edge
from app.web.api.calls import Resource
from app.web.api.problems import RefusedError, refuse_field, refuse_fields
from app.web.api.schemas.interactions import BulkIn, BulkOut, FieldProblem, InteractionIn, InteractionOut, RowOut
from app.web.errors import status_of

interactions = Resource("interactions", __name__, title="Interactions")
# How far a sender's clock may be ahead of ours.
_AHEAD = timedelta(minutes=5)
# A thousand rows of everything there is to say.
LARGEST_BULK = 4 * 1024 * 1024
_EXAMPLE = {
    "external_id": "1772600553.1042",
    "source": "asterisk",
    "channel": "call",
    "unit": "support-line",
    "employee": "aigerim",
    "contact": {"phone": "+7 701 123 45 67"},
    "language": "kk",
    "started_at": "2026-03-04T11:02:33+05:00",
    "ended_at": "2026-03-04T11:06:18+05:00",
    "wait_seconds": 41,
    "handle_seconds": 184,
    "topic": "Delivery",
    "resolved": True,
}


@interactions.call(
    "POST",
    "/interactions",
    scope=ApiScope.INTERACTIONS_WRITE,
    summary="Tell that a call, visit or chat has ended",
    takes=InteractionIn,
    gives=InteractionOut,
    status=202,
    also={409: "Another interaction was told under this `source` and `external_id`."},
    example=_EXAMPLE,
)
def accept(body: InteractionIn) -> InteractionOut:
    """The interaction is kept and the policy decides whether the person is asked. `source` and `external_id` name it
    for ever: told again with the same body, the same is answered and nobody is asked twice.
    """
    draft, now, desk = body.draft(), edge.now(), edge.wiring().ask
    _refuse_future(draft, now)
    edge.only_read()
    # What cannot be taken is returned, not raised: it must not undo what shares its commit.
    result = edge.write(lambda session: accept_many(session, desk, [draft], now=now)[0])
    if isinstance(result, OtklikError):
        raise result
    return _tell(result)


@interactions.call(
    "POST",
    "/interactions/bulk",
    scope=ApiScope.INTERACTIONS_WRITE,
    summary="Tell of up to a thousand interactions at once",
    takes=BulkIn,
    gives=BulkOut,
    largest=LARGEST_BULK,
    example={"interactions": [_EXAMPLE]},
)
def accept_bulk(body: BulkIn) -> BulkOut:
    """One result each, in order. A row that cannot be taken says why and does not hurt the others; send it again once
    it is mended, with or without the rest: what was taken is answered as before.
    """
    rows = [_read_row(row, edge.now()) for row in body.interactions]
    drafts = [row for row in rows if isinstance(row, InteractionDraft)]
    accepted = iter(accept_many(edge.db(), edge.wiring().ask, drafts, now=edge.now()))
    results = [_result(next(accepted) if isinstance(row, InteractionDraft) else row) for row in rows]
    taken = sum(result.interaction is not None for result in results)
    return BulkOut(taken=taken, refused=len(results) - taken, results=results)


def _read_row(row: Any, now: datetime) -> InteractionDraft | OtklikError:
    try:
        draft = InteractionIn.model_validate(row).draft()
        _refuse_future(draft, now)
    except ValidationError as error:
        return refuse_fields(error)
    except RefusedError as error:
        return error
    return draft


def _refuse_future(draft: InteractionDraft, now: datetime) -> None:
    if draft.ended_at > now + _AHEAD:
        raise refuse_field("ended_at", "in_the_future", "it has not ended yet; check the sender's clock and zone")


def _result(outcome: Accepted | OtklikError) -> RowOut:
    if isinstance(outcome, Accepted):
        return RowOut(status=202, interaction=_tell(outcome), code=None, errors=[])
    errors: list[FieldProblem] = []
    if isinstance(outcome, RefusedError):
        errors = [FieldProblem(field=one.field, code=one.code, message=one.message) for one in outcome.errors]
    elif isinstance(outcome, InvalidInputError):
        errors = [FieldProblem(field=outcome.field or "", code=outcome.code, message=outcome.message)]
    conflict = not isinstance(outcome, RefusedError) and status_of(outcome) == 409
    return RowOut(status=409 if conflict else 422, interaction=None, code=outcome.code, errors=errors)


def _tell(accepted: Accepted) -> InteractionOut:
    page = f"{edge.wiring().public_url}/i/{accepted.token}" if accepted.token else None
    return InteractionOut(
        id=accepted.interaction_id,
        decision=accepted.decision,
        reason=accepted.reason,
        survey_url=page,
        qr_url=f"{page}/qr.svg" if page else None,
    )
