"""What a respondent does after the tap: see the page, add, ask for a call or decline it, leave for a review site."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.callbacks import opening
from app.callbacks.declining import decline_call as decline
from app.callbacks.models import CallbackCase, CallWindow
from app.contacts import service as contacts
from app.contacts.models import Purpose
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.kit.outbox import record_event
from app.kit.phones import normalise_phone
from app.organisation.service import get_unit, working_time
from app.responses import service as responses
from app.responses.models import SurveyResponse, Via
from app.review_sites import service as review_sites
from app.review_sites.catalogue import Site
from app.review_sites.service import Offer
from app.routing.desk import Desk
from app.routing.known_person import KnownPerson, find_person
from app.routing.rules import Answer, NextStep, choose
from app.surveys import service as surveys
from app.surveys.answers import FIELD, parse_answers, read_text
from app.surveys.answers import Answer as LaterAnswer
from app.surveys.definition import Band, Definition


class ConsentMissingError(InvalidInputError):
    """A number was left without agreeing to be called."""

    code = "consent_missing"


class NoCallbackHereError(InvalidInputError):
    """This survey does not offer a call."""

    code = "no_callback"


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Everything that `/r/<key>` shows. `number_left` says that somebody can be rung, never whom.

    After a link we may know the `person`: then no number is asked for. `call_planned` says that they are rung without
    having been asked when; `call_declined` that they do not want it.
    """

    response: SurveyResponse
    definition: Definition
    unit_name: str
    step: NextStep
    offers: list[Offer]
    answers: list[LaterAnswer]
    open_for_additions: bool
    number_left: bool
    call_window: CallWindow | None
    person: KnownPerson | None = None
    call_planned: bool = False
    call_declined: bool = False

    @property
    def number_known(self) -> bool:
        """Whether whom we asked can be rung at the number that we have."""
        return self.person is not None and self.person.has_number


def open_page(session: Session, desk: Desk, *, key: str, now: datetime) -> AnswerPage:
    """Return what the page of a response shows; raises NotFoundError for a key that is not one."""
    response = responses.get_by_key(session, key)
    definition = surveys.get_definition(session, response.survey_version_id)
    step = choose(_answer(response, definition), desk.policy)
    case = opening.find_open_case(session, response.id) if step.routed else None
    still_open = _is_open(response, desk, now=now)
    person = find_person(session, response)
    number_known = person is not None and person.has_number
    planned = case is not None and _is_planned(case, person)
    return AnswerPage(
        response=response,
        definition=definition,
        unit_name=get_unit(session, response.unit_id).name,
        step=step,
        offers=_offers(session, desk, response, step, now=now) if still_open else [],
        answers=responses.list_answers(session, response.id),
        open_for_additions=still_open,
        number_left=case is not None and case.contact_id is not None and not planned,
        call_window=CallWindow(case.call_window) if case is not None and case.call_window else None,
        person=person,
        call_planned=planned,
        call_declined=number_known and case is not None and case.contact_id is None,
    )


def _is_planned(case: CallbackCase, person: KnownPerson | None) -> bool:
    """Tell whether the case rings the known number of somebody who has not spoken of it yet."""
    return (
        person is not None
        and case.contact_id == person.contact_id
        and case.consent_id is None
        and case.call_window is None
    )


def extend_response(
    session: Session, desk: Desk, *, key: str, answers: Mapping[str, list[str]], comment: str | None, now: datetime
) -> None:
    """Add what the optional form holds: `answer-<question key>` fields and the comment, each in place of what stood.

    A field that was not sent is left as it was. Raises InvalidInputError for an answer off its scale or a text that is
    too long, ResponseClosedError when it is too late.
    """
    response = _open_response(session, desk, key, now=now)
    definition = surveys.get_definition(session, response.survey_version_id)
    band = Band(response.band) if response.band else None
    sent = {name.removeprefix(FIELD) for name in answers if name.startswith(FIELD)}
    parsed = parse_answers(definition, answers, band, response.rating)
    if comment is not None:
        response.comment = read_text(comment, "comment")
    keys = sent & {question.key for question in definition.later}
    responses.write_answers(session, response, keys=keys, answers=parsed, now=now)
    if response.finished_at is None:
        response.finished_at = now
        record_event(session, "response.completed", {"response_id": str(response.id)}, now=now)


def request_callback(
    session: Session,
    desk: Desk,
    *,
    key: str,
    phone: str,
    call_window: CallWindow,
    consent_given: bool,
    language: Language,
    now: datetime,
) -> None:
    """Let a manager ring: the number is kept encrypted with its consent, and the case becomes a callback.

    Without a number it is the one at which we know the person, who asks for the call by this very request: nothing
    further is agreed to. Raises ConsentMissingError, InvalidPhoneError, NoCallbackHereError, ResponseClosedError.
    """
    response = _open_response(session, desk, key, now=now)
    definition = surveys.get_definition(session, response.survey_version_id)
    answer = _answer(response, definition, has_number=True, asks_for_call=True)
    step = choose(answer, desk.policy)
    if step.case is None or step.deadline is None:
        raise NoCallbackHereError("this survey does not offer a call")
    person = find_person(session, response) if not phone.strip() else None
    if person is not None and person.has_number:
        contact_id, consent_id = person.contact_id, None
    else:
        contact_id, consent_id = _keep_number(
            session, desk, response, phone=phone, consent_given=consent_given, language=language, now=now
        )
    case = opening.find_open_case(session, response.id)
    hours = working_time(session, response.unit_id)
    if case is None:
        opening.open_case(
            session,
            unit_id=response.unit_id,
            response_id=response.id,
            reason=step.case,
            deadline=step.deadline,
            rules=desk.case_rules,
            channel=response.channel,
            interaction_id=response.interaction_id,
            working_time=hours,
            contact_id=contact_id,
            consent_id=consent_id,
            call_window=call_window,
            now=now,
            demo=response.demo,
        )
    else:
        opening.add_number(
            session,
            case,
            contact_id=contact_id,
            consent_id=consent_id,
            call_window=call_window,
            deadline=step.deadline,
            rules=desk.case_rules,
            working_time=hours,
            now=now,
        )
    response.touched_at = now


def decline_call(session: Session, desk: Desk, *, key: str, now: datetime) -> None:
    """Let nobody ring: the open case keeps everything but the number. Raises ResponseClosedError."""
    response = _open_response(session, desk, key, now=now)
    case = opening.find_open_case(session, response.id)
    if case is not None:
        decline(session, case, now=now)
    response.touched_at = now


def _keep_number(
    session: Session,
    desk: Desk,
    response: SurveyResponse,
    *,
    phone: str,
    consent_given: bool,
    language: Language,
    now: datetime,
) -> tuple[uuid.UUID, uuid.UUID]:
    """Return the contact that has the number, and its consent."""
    try:
        number = normalise_phone(phone, desk.phone_region)
    except InvalidInputError as error:
        error.field = "phone"
        raise
    if not consent_given:
        raise ConsentMissingError("agree to be called, or leave the number out", field="consent")
    contact = contacts.find_or_add_contact(session, desk.vault, phone=number, language=language, now=now)
    consent = contacts.record_consent(
        session,
        contact_id=contact.id,
        purpose=Purpose.CALLBACK,
        text=desk.consent,
        language=language,
        company=desk.company,
        via=response.via,
        now=now,
        since=response.answered_at,
    )
    return contact.id, consent.id


def leave_for_site(session: Session, desk: Desk, *, key: str, site: Site, now: datetime) -> str:
    """Record that the respondent leaves for a review site and return its address.

    NotFoundError if the site is not offered, or nothing is any more: the page has only thanked since its time was over.
    """
    response = responses.get_by_key(session, key)
    if not _is_open(response, desk, now=now):
        raise NotFoundError("this page offers nothing any more")
    definition = surveys.get_definition(session, response.survey_version_id)
    step = choose(_answer(response, definition), desk.policy)
    # A cap may have been reached since the page was shown; the button on it still works.
    offers = _offers(session, desk, response, step, now=now, heed_caps=False)
    offer = next((offer for offer in offers if offer.site == site), None)
    if offer is None:
        raise NotFoundError("this site is not offered here")
    return review_sites.record_click(session, response.id, offer, now=now)


def _offers(
    session: Session, desk: Desk, response: SurveyResponse, step: NextStep, *, now: datetime, heed_caps: bool = True
) -> list[Offer]:
    """Review sites follow a routed answer only, and never one that was imported or given at a kiosk."""
    if not step.routed or response.via in (Via.KIOSK, Via.IMPORT):
        return []
    return review_sites.offers_for(
        session,
        desk.catalogue,
        unit_id=response.unit_id,
        band=step.band,
        channel=response.channel,
        now=now,
        heed_caps=heed_caps,
    )


def _open_response(session: Session, desk: Desk, key: str, *, now: datetime) -> SurveyResponse:
    response = responses.get_by_key(session, key, for_update=True)
    if not _is_open(response, desk, now=now):
        raise responses.ResponseClosedError("this answer takes no more additions")
    return response


def _is_open(response: SurveyResponse, desk: Desk, *, now: datetime) -> bool:
    return responses.is_open(response, now=now, window=timedelta(hours=desk.policy.change_hours))


def _answer(
    response: SurveyResponse, definition: Definition, *, has_number: bool = False, asks_for_call: bool = False
) -> Answer:
    return Answer(
        definition,
        response.rating,
        suspect=response.suspect,
        has_number=has_number,
        asks_for_call=asks_for_call,
        history=response.via == Via.IMPORT,
    )
