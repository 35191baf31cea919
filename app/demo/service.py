"""Create the demo company, find what is printed and shown of it, and remove it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import AuditEntry, StaffUser
from app.accounts.service import set_active
from app.callbacks.asking_back.models import AskedBack
from app.callbacks.improvements.models import Improvement
from app.callbacks.models import CallbackCase, CaseEvent, CasePromise
from app.contacts.models import Consent, Contact
from app.demo.answers import DAYS, make_answers
from app.demo.build import build_company
from app.demo.company import CODES
from app.demo.roster import add_roster
from app.demo.staff import DemoSignIn, add_staff, find_sign_in
from app.demo.stars import add_stars
from app.demo.stories import tell_stories
from app.demo.writing import write_answers
from app.invitations.models import Interaction
from app.kit.crypto import Vault
from app.kit.errors import ConflictError
from app.kit.outbox import withdraw
from app.messaging.models import Message, MessageState
from app.messaging.service import once_key
from app.organisation.models import Employee, Unit
from app.responses.days import mark_days
from app.responses.models import SurveyResponse
from app.routing.desk import Desk
from app.surveys.loader import SurveyLibrary
from app.surveys.service import store_versions
from app.touchpoints.models import Touchpoint

# The company began before its first answer.
_FOUNDED = timedelta(days=DAYS + 1)
_REMOVED = "demo.removed"
_AT_ONCE = 1000


class DemoInUseError(ConflictError):
    """Real units hang below units of the demo."""

    code = "demo_in_use"


@dataclass(frozen=True, slots=True)
class DemoCodeShown:
    """A code of the demo as the first page shows it and `make run` prints it."""

    code: str
    unit_name: str
    survey_key: str
    placement: str


@dataclass(frozen=True, slots=True)
class Demo:
    """What there is of the demo: its codes, that of an office with review links first, and how to sign in."""

    codes: list[DemoCodeShown]
    sign_in: DemoSignIn | None


@dataclass(frozen=True, slots=True)
class Removed:
    """How much went with the demo."""

    units: int
    responses: int
    cases: int


def needs_demo(session: Session) -> bool:
    """Tell whether the database has no unit but the company itself."""
    return not session.scalar(select(func.count()).select_from(Unit).where(Unit.parent_id.is_not(None)))


def wants_demo(session: Session) -> bool:
    """Tell whether a first start should make the demo: nothing is there, and nobody has ever removed it on purpose."""
    removed = session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == _REMOVED))
    return needs_demo(session) and not removed


def create_demo(session: Session, desk: Desk, surveys: SurveyLibrary, *, now: datetime) -> None:
    """Make the company, its staff, its answers and its cases, all marked; nobody is told of any of it."""
    built = build_company(session, desk.catalogue, surveys, now=now - _FOUNDED)
    workers = add_staff(session, desk.vault, now=now - _FOUNDED)
    session.flush()  # what follows is written by statements of its own
    add_roster(session, units=built.units, managers=workers, now=now - _FOUNDED)
    add_stars(session, units=built.units, managers=workers, zone=desk.zone, now=now)
    places = {asked.code.key: asked.place for asked in built.asked}
    answers = [*make_answers(built.asked, zone=desk.zone, now=now), *tell_stories(places, now=now)]
    answers.sort(key=lambda answer: answer.at)
    versions = store_versions(session, surveys, now=now)
    write_answers(session, desk, built, answers, versions=versions, workers=workers, now=now)
    mark_days(session, [answer.at for answer in answers])


def list_codes(session: Session) -> list[DemoCodeShown]:
    """Return those of the demo's codes in use that are shown, one or two a survey, in the order of the data."""
    rows = session.execute(
        select(Touchpoint.code, Unit.name, Touchpoint.survey_key, Touchpoint.placement, Unit.code)
        .join(Unit, Unit.id == Touchpoint.unit_id)
        .where(Touchpoint.demo.is_(True), Touchpoint.revoked_at.is_(None))
    )
    places = {(unit, survey, placement): (code, name) for code, name, survey, placement, unit in rows}
    wanted = [(code.unit, code.survey, code.placement) for code in CODES if code.shown]
    return [DemoCodeShown(*places[place], *place[1:]) for place in wanted if place in places]


def find_demo(session: Session, vault: Vault) -> Demo:
    """Return what there is of the demo; nothing of it is no error."""
    return Demo(list_codes(session), find_sign_in(session, vault))


def remove_demo(session: Session, *, now: datetime) -> Removed:
    """Remove the demo's units with everything said about them, and its users; nothing else goes.

    A user who has worked a real case cannot be deleted and is disabled instead. Raises DemoInUseError.
    """
    units = select(Unit.id).where(Unit.demo.is_(True))
    strangers = session.scalars(select(Unit.code).where(Unit.parent_id.in_(units), Unit.demo.is_(False))).all()
    if strangers:
        raise DemoInUseError(f"these units hang below the demo's; move them first: {', '.join(strangers)}")
    responses = select(SurveyResponse.id).where(SurveyResponse.unit_id.in_(units))
    cases = or_(CallbackCase.unit_id.in_(units), CallbackCase.response_id.in_(responses))
    contact_ids = session.scalars(select(CallbackCase.contact_id).where(cases, CallbackCase.contact_id.is_not(None)))
    people = set(contact_ids) | _callers(session, units)
    _drop_messages(session, units, now=now)
    _unmerge(session, cases)
    gone_cases = _delete(session, delete(CallbackCase).where(cases))
    mark_days(session, session.scalars(select(SurveyResponse.answered_at).where(SurveyResponse.id.in_(responses))))
    gone_responses = _delete(session, delete(SurveyResponse).where(SurveyResponse.id.in_(responses)))
    _delete(session, delete(Interaction).where(Interaction.unit_id.in_(units)))
    _forget_people(session, people)
    codes = select(Touchpoint.id).where(Touchpoint.unit_id.in_(units))
    _detach(session, codes)
    _delete(session, delete(Touchpoint).where(Touchpoint.unit_id.in_(units)))
    _delete(session, delete(Employee).where(Employee.unit_id.in_(units)))
    _delete(session, delete(Improvement).where(Improvement.unit_id.in_(units)))
    gone_units = 0
    while leaves := _leaves(session):  # from the bottom up: a unit points at its parent
        gone_units += _delete(session, delete(Unit).where(Unit.id.in_(leaves)))
    _remove_users(session, now=now)
    details = {"units": gone_units, "responses": gone_responses, "cases": gone_cases}
    record(session, _REMOVED, now=now, object_type="demo", details=details)
    return Removed(gone_units, gone_responses, gone_cases)


def _callers(session: Session, units: Select[uuid.UUID]) -> set[uuid.UUID | None]:
    """Return whom the demo's calls were with and its messages were for."""
    found: set[uuid.UUID | None] = set()
    for column, unit in ((Interaction.contact_id, Interaction.unit_id), (Message.contact_id, Message.unit_id)):
        found |= set(session.scalars(select(column).where(unit.in_(units), column.is_not(None))))
    return found


def _drop_messages(session: Session, units: Select[uuid.UUID], *, now: datetime) -> None:
    """Delete the demo's messages; what still waits is not sent any more."""
    waiting = session.scalars(
        select(Message.id).where(Message.unit_id.in_(units), Message.state == MessageState.WAITING)
    ).all()
    for start in range(0, len(waiting), _AT_ONCE):
        some = waiting[start : start + _AT_ONCE]
        withdraw(session, [once_key(message_id) for message_id in some], now=now)
    _delete(session, delete(Message).where(Message.unit_id.in_(units)))


def _unmerge(session: Session, cases: ColumnElement[bool]) -> None:
    """A real case that was merged into one of the demo stays closed, and does not point at it any more."""
    gone = select(CallbackCase.id).where(cases)
    stay = update(CallbackCase).where(CallbackCase.merged_into_id.in_(gone)).values(merged_into_id=None)
    session.execute(stay.execution_options(synchronize_session=False))


def _leaves(session: Session) -> list[uuid.UUID]:
    parents = select(Unit.parent_id).where(Unit.parent_id.is_not(None))
    return list(session.scalars(select(Unit.id).where(Unit.demo.is_(True), Unit.id.not_in(parents))))


def _forget_people(session: Session, people: set[uuid.UUID | None]) -> None:
    """Numbers left in the demo go with it, unless a real case, call or message needs them."""
    alone = select(Contact.id).where(Contact.id.in_(people))
    for column in (CallbackCase.contact_id, Interaction.contact_id, Message.contact_id, AskedBack.contact_id):
        alone = alone.where(Contact.id.not_in(select(column).where(column.is_not(None))))
    ids = list(session.scalars(alone))
    _delete(session, delete(Consent).where(Consent.contact_id.in_(ids)))
    _delete(session, delete(Contact).where(Contact.id.in_(ids)))


def _detach(session: Session, codes: Select[uuid.UUID]) -> None:
    """A real office's answers stay, even if their code was given to a demo unit later."""
    stay = update(SurveyResponse).where(SurveyResponse.touchpoint_id.in_(codes)).values(touchpoint_id=None)
    session.execute(stay.execution_options(synchronize_session=False))


def _remove_users(session: Session, *, now: datetime) -> None:
    for user in session.scalars(select(StaffUser).where(StaffUser.demo.is_(True))).all():
        held = or_(CallbackCase.claimed_by_id == user.id, CallbackCase.closed_by_id == user.id)
        worked = any(
            session.scalar(select(func.count()).where(condition))
            for condition in (held, CaseEvent.user_id == user.id, CasePromise.made_by_id == user.id)
        )
        if worked or not _delete_user(session, user):
            set_active(session, user, active=False, now=now)


def _delete_user(session: Session, user: StaffUser) -> bool:
    """Delete the user and return True, unless something real tells that they did it."""
    try:
        with session.begin_nested():
            session.delete(user)
    except IntegrityError:
        return False
    return True


def _delete(session: Session, statement: object) -> int:
    return int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
