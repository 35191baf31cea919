"""Every use case of staff asks below the page: an analyst is refused, another office's manager finds nothing.

Whoever adds a use case that changes something on behalf of staff adds a line.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.permissions import Actor, NotPermittedError
from app.analytics.events.keeping import EventDraft, add_event, change_event, remove_event
from app.analytics.events.models import EventKind
from app.callbacks.bulk import BulkAct, BulkKind, work_in_bulk
from app.callbacks.choosing import claim_most_urgent
from app.callbacks.closing import close_case, settle_on_site
from app.callbacks.compensation.giving import decide_compensation, propose_compensation, withdraw_compensation
from app.callbacks.compensation.totals import list_pending
from app.callbacks.escalation.acknowledging import acknowledge_escalation
from app.callbacks.escalation.errors import EscalationNotYoursError
from app.callbacks.escalation.models import Escalation
from app.callbacks.escalation.roster import (
    DutyDraft,
    change_duty,
    put_on_duty,
    remove_owner,
    set_owner,
    take_off_duty,
)
from app.callbacks.handing_over import hand_over_case
from app.callbacks.improvements.changing import ImprovementDraft, change_improvement
from app.callbacks.improvements.finding import mark_wish, mark_wish_of_case
from app.callbacks.improvements.gathering import (
    dismiss_wishes,
    gather_into_new,
    gather_wishes,
    start_improvement,
)
from app.callbacks.improvements.models import ImprovementState, Wish, WishState
from app.callbacks.merging import merge_cases
from app.callbacks.models import AttemptResult
from app.callbacks.numbers import reveal_number
from app.callbacks.promises import keep_promise, make_promise, withdraw_promise
from app.callbacks.working import add_note, claim_case, log_attempt, release_case, reschedule_case
from app.kit.crypto import Vault
from app.kit.errors import NotFoundError
from app.kit.ids import new_id
from app.organisation.employees import add_employee
from app.responses.reading.coaching import finish_coaching
from app.responses.reading.marking import (
    acknowledge_responses,
    hold_response,
    mark_genuine,
    mark_suspect,
    put_on_coaching,
    thank_employee,
)
from app.review_sites.catalogue import Site
from app.review_sites.public_ratings.entering import TypedReading, enter_reading, remove_reading
from app.review_sites.public_ratings.many import plan_readings
from app.routing.raised import raise_case
from app.routing.told_askers import start_telling
from tests.callbacks.factories import RULES, acting, make_case, make_office, make_response, make_user
from tests.respondents import make_desk
from tests.review_sites.answers import USUAL, a_catalogue

UseCase = Callable[[Actor], object]
_SEEN = "say that it was seen"
_ROSTER = frozenset({"duty", "other duty", "no duty", "owner", "no owner"})


@pytest.fixture
def use_cases(session: Session, vault: Vault, now: datetime) -> Mapping[str, UseCase]:
    """Each use case about things of one office, by name; `now` and everything else as its own manager would give it."""
    office = make_office(session, now=now)
    clerk = make_user(session, "Aigul", now=now, unit_id=office.id)
    own, chief = acting(clerk.id, unit_id=office.id), acting(clerk.id, Role.ADMIN)
    employee = add_employee(session, code="clerk", name="Clerk", unit_id=office.id, now=now)
    response = make_response(session, office.id, now=now, comment="a chair")
    response.employee_id = employee.id
    case, other = make_case(session, office.id, now=now, response=response), make_case(session, office.id, now=now)
    claim_case(session, case.id, actor=own, now=now)
    given = propose_compensation(session, case.id, actor=own, rules=RULES, kind="refund", amount=600_000, now=now)
    promise = make_promise(session, case.id, actor=own, promise="a letter", due_at=now.replace(day=9), now=now)
    duty = put_on_duty(session, office.id, DutyDraft(clerk.id, "24/7"), actor=chief, now=now)
    improvement = start_improvement(session, title="A chair", unit_id=office.id, actor=own, now=now)
    wish = session.get_one(Wish, mark_wish(session, response.id, own, now=now))
    assert wish.state == WishState.NEW
    happened = EventDraft(office.id, now.date(), EventKind.SCRIPT, "a new script")
    event = add_event(session, happened, actor=own, now=now)
    coaching = put_on_coaching(session, response.id, own, note="listen first", now=now)
    session.flush()  # what is sought below
    sites, stars = a_catalogue(yandex=USUAL), TypedReading("4,6", "12", now.date().isoformat())
    enter_stars = partial(enter_reading, session, sites, code=office.code, site=Site.YANDEX, typed=stars, now=now)
    enter_stars(actor=own, today=now.date())
    line = f"{office.code}; yandex; {stars.day}; 4,7; 12"
    escalation = Escalation(id=new_id(), case_id=case.id, rule="settle_late", at=now, to_user_id=clerk.id)
    session.add(escalation)
    session.flush()  # what is sought below
    desk = make_desk(vault)
    at, s = now.replace(day=9), session
    claim = BulkAct(BulkKind.CLAIM)
    draft, duties = ImprovementDraft("A bench", ImprovementState.PLANNED), DutyDraft(clerk.id, "24/7")
    lost, unsettled = RULES.causes[0].key, RULES.outcomes[0].key
    return {
        "claim": lambda who: claim_case(s, other.id, actor=who, now=now),
        "release": lambda who: release_case(s, case.id, actor=who, now=now),
        "note": lambda who: add_note(s, case.id, actor=who, note="a note", now=now),
        "put off": lambda who: reschedule_case(s, case.id, actor=who, at=at, now=now),
        "attempt": lambda who: log_attempt(s, case.id, actor=who, rules=RULES, result=AttemptResult.NO_ANSWER, now=now),
        "close": lambda who: close_case(s, case.id, actor=who, rules=RULES, outcome=unsettled, cause=lost, now=now),
        "settle": lambda who: settle_on_site(s, case.id, actor=who, rules=RULES, cause=lost, now=now),
        "hand over": lambda who: hand_over_case(s, case.id, actor=who, to_user_id=clerk.id, now=now),
        "merge": lambda who: merge_cases(s, into_id=case.id, other_ids=[other.id], actor=who, now=now),
        "reveal": lambda who: reveal_number(s, vault, case, actor=who, reason="to ring", now=now),
        "promise": lambda who: make_promise(s, case.id, actor=who, promise="a call", due_at=at, now=now),
        "keep": lambda who: keep_promise(s, promise.id, actor=who, now=now),
        "take back a promise": lambda who: withdraw_promise(s, promise.id, actor=who, now=now),
        "propose": lambda who: propose_compensation(
            s, case.id, actor=who, rules=RULES, kind="refund", amount=1, now=now
        ),
        "decide": lambda who: decide_compensation(s, given.id, actor=who, rules=RULES, approve=True, now=now),
        "withdraw": lambda who: withdraw_compensation(s, given.id, actor=who, now=now),
        "acknowledge": lambda who: _some(acknowledge_responses(s, [response.id], who, now=now)),
        "look into": lambda who: hold_response(s, response.id, who),
        "thank": lambda who: thank_employee(s, response.id, who, note="well done", now=now),
        "coach": lambda who: put_on_coaching(s, response.id, who, note="again", now=now),
        "talk over": lambda who: finish_coaching(s, coaching.id, who, note="we talked", now=now),
        "suspect": lambda who: mark_suspect(s, response.id, who, note="a joke", now=now),
        "genuine": lambda who: mark_genuine(s, response.id, who, note="no joke", now=now),
        "wish": lambda who: mark_wish(s, response.id, who, now=now),
        "wish of a case": lambda who: mark_wish_of_case(s, case.id, who, now=now),
        "improve": lambda who: start_improvement(s, title="A door", unit_id=office.id, actor=who, now=now),
        "gather": lambda who: gather_wishes(s, [wish.id], improvement.id, who, now=now),
        "gather anew": lambda who: gather_into_new(s, [wish.id], title="A door", actor=who, now=now),
        "dismiss": lambda who: dismiss_wishes(s, [wish.id], who, now=now),
        "change": lambda who: change_improvement(s, improvement.id, draft, who, now=now),
        "tell": lambda who: start_telling(s, improvement.id, who, now=now),
        "duty": lambda who: put_on_duty(s, office.id, duties, actor=who, now=now),
        "other duty": lambda who: change_duty(s, duty.id, duties, actor=who, now=now),
        "no duty": lambda who: take_off_duty(s, duty.id, actor=who, now=now),
        "owner": lambda who: set_owner(s, office.id, clerk.id, actor=who, now=now),
        "no owner": lambda who: remove_owner(s, office.id, actor=who, now=now),
        "enter stars": lambda who: enter_stars(actor=who, today=now.date()),
        "take stars away": lambda who: remove_reading(
            s, code=office.code, site=Site.YANDEX, day=now.date(), actor=who, now=now
        ),
        "event": lambda who: add_event(s, happened, actor=who, now=now),
        "other event": lambda who: change_event(s, event.id, happened, actor=who, now=now),
        "no event": lambda who: remove_event(s, event.id, actor=who, now=now),
        _SEEN: lambda who: acknowledge_escalation(s, escalation.id, actor=who, now=now),
        "raise": lambda who: raise_case(s, desk, response_id=response.id, actor=who, now=now),
        # These find what there is: nothing of another office.
        "stars of many": lambda who: _some(
            plan_readings(s, sites, text=line, actor=who, today=now.date()).can_be_taken
        ),
        "most urgent": lambda who: _some(claim_most_urgent(s, actor=who, now=now)),
        "pending": lambda who: _some(list_pending(s, actor=who, rules=RULES)),
        "in bulk": lambda who: _some(work_in_bulk(s, [other.id], actor=who, act=claim, rules=RULES, now=now).done),
    }


def test_an_analyst_is_refused_and_another_offices_people_find_nothing(
    session: Session, use_cases: Mapping[str, UseCase], now: datetime
) -> None:
    elsewhere = make_office(session, now=now, name="Office on Satpayev")
    wrong = []
    for name, use in use_cases.items():
        # Nobody but an administrator keeps a roster: a manager is refused before anything is sought.
        kept = name in _ROSTER
        table = [
            # Whoever may read was perhaps told, so an analyst is told that it was somebody else.
            (acting(uuid.uuid4(), Role.ANALYST), EscalationNotYoursError if name == _SEEN else NotPermittedError),
            (acting(uuid.uuid4(), Role.MANAGER, elsewhere.id), NotPermittedError if kept else NotFoundError),
            (acting(uuid.uuid4(), Role.ADMIN, elsewhere.id), NotFoundError),
        ]
        for actor, expected in table:
            told = _outcome(use, actor)
            if told is None or not issubclass(told, expected):
                wrong.append((name, actor.grants[0].role.value, told))
    assert wrong == []


def _outcome(use: UseCase, actor: Actor) -> type[Exception] | None:
    try:
        use(actor)
    except Exception as error:  # noqa: BLE001 -- whichever it is stands in the table of what went wrong
        return type(error)
    return None


def _some(found: object) -> object:
    """Return what was found; raises NotFoundError for nothing, so that lists answer like the others."""
    if not found:
        raise NotFoundError("nothing")
    return found
