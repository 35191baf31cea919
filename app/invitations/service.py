"""Accept finished interactions: kept once, decided on, and whoever is to be asked invited.

One and many go the same way: everything needed is looked up for all of them together, each is decided by the pure
policy, and the rows are written in batches. The unique index on (source, external_id) is what makes a repeat a repeat.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.contacts.many import Addresses, find_or_add_contacts, find_suppressions
from app.contacts.models import Contact, SuppressionReason
from app.invitations.counts import release, reserve
from app.invitations.desk import AskDesk
from app.invitations.drafts import Accepted, InteractionConflictError, InteractionDraft, hash_draft, read_draft
from app.invitations.earlier import Earlier, Neighbour, find_earlier, find_neighbours
from app.invitations.links import invitation_token
from app.invitations.models import Decision, Delivery
from app.invitations.places import Place, find_employees, find_paused, find_places
from app.invitations.policy import SAME_CONTACT, Candidate, Facts, Verdict, decide, remind_at
from app.invitations.reach import reach_of
from app.invitations.writing import Decided, write_decided
from app.kit.errors import InvalidInputError, OtklikError
from app.kit.i18n import Language
from app.kit.ids import new_id

__all__ = ["AskDesk", "accept_interaction", "accept_many"]

# Looked up and written together; SQLite takes 32,766 parameters a statement.
BATCH = 1000


def accept_interaction(session: Session, desk: AskDesk, draft: InteractionDraft, *, now: datetime) -> Accepted:
    """Keep the interaction, decide whether somebody is asked, invite them, and return what followed.

    Told again, the same is answered. Raises InteractionConflictError when another was told under its name, and
    InvalidInputError with the field for what cannot be taken: an unknown unit or employee, an unreadable number.
    """
    result = accept_many(session, desk, [draft], now=now)[0]
    if isinstance(result, OtklikError):
        raise result
    return result


def accept_many(
    session: Session, desk: AskDesk, drafts: Sequence[InteractionDraft], *, now: datetime
) -> list[Accepted | OtklikError]:
    """As `accept_interaction` for each, in the order given; one that cannot be taken is its error, the others go on."""
    results: list[Accepted | OtklikError] = []
    for start in range(0, len(drafts), BATCH):
        results += _accept_batch(session, desk, drafts[start : start + BATCH], now)
    return results


@dataclass(slots=True)
class _Waiting:
    """A draft that was read, on its way to being decided."""

    draft: InteractionDraft
    body_hash: bytes
    place: Place
    employee_id: uuid.UUID | None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What was looked up for a batch; `near` grows with it."""

    suppressed: Mapping[uuid.UUID, SuppressionReason]
    near: dict[uuid.UUID, list[Neighbour]]
    paused: frozenset[uuid.UUID]


def _accept_batch(
    session: Session, desk: AskDesk, drafts: Sequence[InteractionDraft], now: datetime
) -> list[Accepted | OtklikError]:
    read = [_read(desk, draft) for draft in drafts]
    good = [draft for draft in read if isinstance(draft, InteractionDraft)]
    earlier = find_earlier(session, [draft.name for draft in good])
    places = find_places(session, {draft.unit for draft in good})
    employees = find_employees(session, {draft.employee for draft in good if draft.employee})
    outcomes: list[Accepted | OtklikError | _Waiting] = [
        draft if isinstance(draft, OtklikError) else _place(desk, draft, earlier, places, employees) for draft in read
    ]
    waiting: dict[tuple[str, str], _Waiting] = {}
    for outcome in outcomes:
        if isinstance(outcome, _Waiting):
            waiting.setdefault(outcome.draft.name, outcome)
    decided = _decide_all(session, desk, list(waiting.values()), now)
    lost = write_decided(session, desk.vault, list(decided.values()), now=now)
    for name in lost:  # told at the same moment by another request, which was faster
        release(session, decided[name].limits, cost=decided[name].cost)
    raced = find_earlier(session, lost) if lost else {}
    return [_result(desk, outcome, waiting, decided, raced) for outcome in outcomes]


def _read(desk: AskDesk, draft: InteractionDraft) -> InteractionDraft | OtklikError:
    try:
        return read_draft(draft, region=desk.phone_region)
    except InvalidInputError as error:
        return error


def _place(
    desk: AskDesk,
    draft: InteractionDraft,
    earlier: Mapping[tuple[str, str], Earlier],
    places: Mapping[str, Place],
    employees: Mapping[str, uuid.UUID],
) -> Accepted | OtklikError | _Waiting:
    body_hash = hash_draft(desk.vault, draft)
    before = earlier.get(draft.name)
    if before is not None:
        return _repeat(desk, before, body_hash)
    place = places.get(draft.unit)
    if place is None:
        return InvalidInputError(f"no unit {draft.unit!r}; write a code of `unit`", field="unit", code="unknown_unit")
    if draft.employee is not None and draft.employee not in employees:
        return InvalidInputError(f"no employee {draft.employee!r}", field="employee", code="unknown_employee")
    return _Waiting(draft, body_hash, place, employees[draft.employee] if draft.employee else None)


def _repeat(desk: AskDesk, before: Earlier, body_hash: bytes) -> Accepted | OtklikError:
    if before.body_hash != body_hash:
        return InteractionConflictError("another interaction was told under this source and external_id before")
    token = _shown_token(desk, before.delivery, before.invitation_id)
    return Accepted(before.interaction_id, before.decision, before.reason, before.invitation_id, token, repeated=True)


def _result(
    desk: AskDesk,
    outcome: Accepted | OtklikError | _Waiting,
    waiting: Mapping[tuple[str, str], _Waiting],
    decided: Mapping[tuple[str, str], Decided],
    raced: Mapping[tuple[str, str], Earlier],
) -> Accepted | OtklikError:
    if not isinstance(outcome, _Waiting):
        return outcome
    name = outcome.draft.name
    if name in raced:
        return _repeat(desk, raced[name], outcome.body_hash)
    first, row = waiting[name], decided[name]
    if first is not outcome and first.body_hash != outcome.body_hash:
        return InteractionConflictError("another interaction under this source and external_id stands before it")
    token = _shown_token(desk, row.draft.delivery, row.invitation_id)
    verdict, repeated = row.verdict, first is not outcome
    return Accepted(row.interaction_id, verdict.decision, verdict.reason, row.invitation_id, token, repeated)


def _shown_token(desk: AskDesk, delivery: Delivery, invitation_id: uuid.UUID | None) -> str | None:
    if delivery is not Delivery.SELF or invitation_id is None:
        return None
    return invitation_token(desk.vault, invitation_id)


def _decide_all(
    session: Session, desk: AskDesk, waiting: Sequence[_Waiting], now: datetime
) -> dict[tuple[str, str], Decided]:
    """Decide one after the other, so that the second call of a person in a batch finds them just asked."""
    if not waiting:
        return {}
    _find_contacts(session, desk, waiting, now)
    contacts = {one.contact.id: one.contact for one in waiting if one.contact is not None}
    suppressed = find_suppressions(session, desk.vault, contacts.values())
    ends = [one.draft.ended_at for one in waiting]
    near = find_neighbours(session, contacts, since=min(ends) - SAME_CONTACT, until=max(ends) + SAME_CONTACT)
    known = _Known(suppressed, near, find_paused(session))
    decided: dict[tuple[str, str], Decided] = {}
    for one in waiting:
        decided[one.draft.name] = _decide(session, desk, one, known, now)
    return decided


def _find_contacts(session: Session, desk: AskDesk, waiting: Sequence[_Waiting], now: datetime) -> None:
    reachable = [one for one in waiting if one.draft.phone or one.draft.email or one.draft.telegram_id]
    people = [
        Addresses(
            phone=one.draft.phone,
            email=one.draft.email,
            telegram=one.draft.telegram_id,
            language=one.draft.language,
            demo=one.draft.demo,
        )
        for one in reachable
    ]
    for one, contact in zip(reachable, find_or_add_contacts(session, desk.vault, people, now=now), strict=True):
        one.contact = contact


def _decide(
    session: Session,
    desk: AskDesk,
    one: _Waiting,
    known: _Known,
    now: datetime,
) -> Decided:
    draft, place, contact = one.draft, one.place, one.contact
    rules = desk.policy.rules_at(place.path)
    reach = reach_of(desk.vault, contact, carried=desk.channels, rules=rules, unit_zone=place.zone, phone=draft.phone)
    this = Neighbour(place.unit_id, one.employee_id, draft.ended_at)
    others = known.near.setdefault(contact.id, []) if contact is not None else []
    facts = Facts(
        zone=reach.zone,
        addressed=reach.addressed,
        reachable=reach.channels,
        country=reach.country,
        home_country=desk.phone_region,
        suppressed=known.suppressed.get(contact.id) if contact is not None else None,
        asked_at=contact.asked_at if contact is not None else None,
        same_contact=any(this.is_same_as(other) for other in others),
        paused=place.is_paused(known.paused),
    )
    candidate = Candidate(
        source=draft.source,
        external_id=draft.external_id,
        channel=draft.channel,
        path=place.path,
        ended_at=draft.ended_at,
        topic=draft.topic,
        tags=draft.tags,
        answered=draft.answered,
        delivery=draft.delivery,
        history=draft.history,
    )
    verdict = decide(candidate, rules, facts, now)
    others.append(this)
    decided = Decided(new_id(), draft, one.body_hash, place.unit_id, one.employee_id, contact, verdict)
    if verdict.decision is not Decision.INVITED:
        return decided
    decided.language = _language(desk, draft, contact, verdict)
    if draft.delivery is Delivery.AUTO:
        decided.reminder = remind_at(verdict, rules, facts)
        decided.prices = tuple(desk.policy.price(channel) for channel in decided.planned)
        decided.limits = place.limits(desk.policy, now)
        against = reserve(session, decided.limits, cost=decided.cost, now=now)
        if against is not None:
            decided.verdict, decided.reminder, decided.limits = Verdict(Decision.SKIPPED, against), None, []
            return decided
        if contact is not None:
            contact.asked_at = now
    decided.invitation_id = new_id()
    return decided


def _language(desk: AskDesk, draft: InteractionDraft, contact: Contact | None, verdict: Verdict) -> Language:
    """Return the language to ask in: told with the interaction, the person's last one, the company's."""
    offered = desk.surveys.current(verdict.survey_key or "").languages
    known = contact.language if contact is not None else None
    wanted = [draft.language, Language(known) if known else None, desk.language]
    return next((language for language in wanted if language in offered), offered[0])
