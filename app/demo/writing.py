"""Writes the demo's answers with what followed from them: the same rules as in life, but thousands of rows at once.

What the use cases decide one by one is asked of the same pure rules (`routing.rules`, `callbacks.deadlines`), then
written table by table. No event is recorded: the demo's past tells nobody anything.
"""

import random
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.callbacks.asking_back.models import AskedBack
from app.callbacks.models import CallbackCase, CaseEvent
from app.contacts.models import Consent, Contact, Purpose
from app.demo.answers import Answer, Asked
from app.demo.asked import CallRows
from app.demo.asked_back import Asking, ask_after
from app.demo.build import Built
from app.demo.calls import LATELY, Call, answered_call, other_calls
from app.demo.cases import Number, case_rows
from app.demo.stories import STORIES
from app.demo.work import plan_work
from app.invitations.models import Interaction, Invitation
from app.kit.crypto import digest
from app.kit.db import Base, table_of
from app.kit.ids import new_id
from app.messaging.models import Message
from app.responses.models import RatingChange, ResponseAnswer, SurveyResponse, Via
from app.responses.scoring import scale_style, score
from app.responses.service import response_key
from app.review_sites.models import ReviewClick, ReviewOffer
from app.review_sites.service import Offer, offers_for
from app.routing.desk import Desk
from app.routing.rules import Answer as RuledAnswer
from app.routing.rules import NextStep, choose
from app.surveys.answers import parse_answers
from app.surveys.definition import Band
from app.touchpoints.models import PageOpen

_BATCH = 1000
_AFTER_CALLS = "call-follow-up"
_MINUTE = timedelta(minutes=1)
# After so long a number is forgotten once its case is closed; the demo's past looks as if that had been done.
_NUMBERS_KEPT = timedelta(days=29)
# Area codes before the block 555-01xx, which North America keeps for films.
_AREAS = (202, 303, 312, 404, 415, 503, 617, 702, 808)
# Rows come in the order in which they point at each other.
_ORDER: tuple[type[Base], ...] = (
    Contact,
    Interaction,
    Invitation,
    Message,
    SurveyResponse,
    ResponseAnswer,
    RatingChange,
    ReviewOffer,
    ReviewClick,
    Consent,
    CallbackCase,
    CaseEvent,
    AskedBack,
    PageOpen,
)


def film_numbers() -> Iterator[str]:
    """Yield telephone numbers that belong to nobody, without those of the stories."""
    taken = {story.phone for story in STORIES}
    numbers = (f"+1{area}55501{last:02}" for area in _AREAS for last in range(100))
    return (number for number in numbers if number not in taken)


def write_answers(
    session: Session,
    desk: Desk,
    built: Built,
    answers: Iterable[Answer],
    *,
    versions: Mapping[str, uuid.UUID],
    workers: Mapping[str, uuid.UUID],
    now: datetime,
) -> None:
    """Write the answers (the oldest first) and what followed; `workers` are the managers by the unit they manage."""
    scribe = _Scribe(session, desk, built, versions=versions, workers=workers, now=now)
    for answer in answers:
        scribe.take(answer)
    scribe.add_other_calls()
    scribe.write()


class _Scribe:
    """Turns answers into rows, and writes them."""

    def __init__(
        self,
        session: Session,
        desk: Desk,
        built: Built,
        *,
        versions: Mapping[str, uuid.UUID],
        workers: Mapping[str, uuid.UUID],
        now: datetime,
    ) -> None:
        self._session, self._desk, self._built = session, desk, built
        self._versions, self._workers, self._now = versions, workers, now
        self._asked = {asked.code.key: asked for asked in built.asked}
        self._rows: dict[type[Base], list[dict[str, Any]]] = {model: [] for model in _ORDER}
        self._opens: Counter[tuple[uuid.UUID, date]] = Counter()
        self._offers: dict[tuple[str, Band | None], list[Offer]] = {}
        self._numbers = film_numbers()
        self._calls = CallRows(desk.vault, self._numbers, survey=_AFTER_CALLS, now=now)
        self._answered: list[Call] = []
        self._dice = random.Random(built.asked[0].code.key)  # noqa: S311 -- a demo, the same everywhere
        self._asking = Asking(desk.vault, desk.case_rules, random.Random(7), now)  # noqa: S311 -- as above

    def take(self, answer: Answer) -> None:
        """Make the rows of one answer."""
        asked, live = self._asked[answer.code], self._built.codes[answer.code]
        answer = self._as_invited(answer, asked)
        response_id, interaction_id, caller = new_id(), None, None
        if answer.call is not None:
            interaction_id, caller = self._calls.add(answer.call, live)
        # When all film numbers are given away, people only ask.
        wants_other = answer.asks_for_call and caller is None
        phone = (answer.phone or next(self._numbers, None)) if wants_other else None
        ruled = RuledAnswer(
            asked.definition,
            answer.rating,
            suspect=bool(answer.suspect),
            has_number=phone is not None or caller is not None,
            asks_for_call=answer.asks_for_call,
        )
        step = choose(ruled, self._desk.policy)
        self._add_response(answer, asked, response_id, step, interaction_id)
        self._add_review(answer, response_id, step)
        if answer.call is None:
            self._opens[live.id, answer.at.astimezone(UTC).date()] += self._dice.choice((1, 1, 2, 2, 3))
        if step.case is not None:
            number = None
            if caller is not None:
                number = Number(caller, None, answer.window if answer.asks_for_call else None, answer.at)
            elif phone is not None:
                number = self._add_number(answer, phone)
            self._add_case(answer, asked, response_id, step, number)

    def add_other_calls(self) -> None:
        """Make the calls that nobody answered about."""
        units = {key: asked.code.unit for key, asked in self._asked.items()}
        for call in other_calls(self._answered, units, now=self._now):
            self._calls.add(call, self._built.codes[call.code])
        for model, rows in self._calls.rows.items():
            self._rows[model] += rows

    def _as_invited(self, answer: Answer, asked: Asked) -> Answer:
        """Return the answer as one to an invitation if it was lately given to an operator, else as it is."""
        is_operators = asked.definition.key == _AFTER_CALLS and asked.code.employee is not None
        if not is_operators or answer.at < self._now - LATELY or answer.suspect:
            return answer
        happy = answer.rating >= asked.definition.first.values()[-2]
        number = len(self._answered) + 1
        call = answered_call(number, answer.code, asked.code.unit, answer.at, answer.language, happy=happy)
        self._answered.append(call)
        # Whoever answers by SMS or in a chat is asked nothing further there.
        return replace(answer, call=call, answers=answer.answers if call.via is Via.PAGE else {})

    def write(self) -> None:
        """Write everything, table by table."""
        self._rows[PageOpen] = [
            {"touchpoint_id": touchpoint_id, "day": day, "opens": opens}
            for (touchpoint_id, day), opens in self._opens.items()
        ]
        for model in _ORDER:
            rows = self._rows[model]
            for start in range(0, len(rows), _BATCH):
                self._session.execute(insert(table_of(model)), rows[start : start + _BATCH])

    def _add_response(
        self, answer: Answer, asked: Asked, response_id: uuid.UUID, step: NextStep, interaction_id: uuid.UUID | None
    ) -> None:
        live, kind = self._built.codes[answer.code], asked.definition.first.type
        later = parse_answers(asked.definition, answer.answers, step.band, answer.rating)
        extended = bool(later or answer.comment)
        touched = answer.at + (2 * _MINUTE if answer.asks_for_call else _MINUTE if extended else timedelta())
        self._rows[SurveyResponse].append(
            {
                "id": response_id,
                "survey_version_id": self._versions[asked.definition.key],
                "touchpoint_id": None if interaction_id else live.id,
                "interaction_id": interaction_id,
                "unit_id": live.unit_id,
                "employee_id": live.employee_id,
                "channel": live.channel,
                "via": (answer.call.via if answer.call else None) or Via.PAGE,
                "language": answer.language,
                "rating": answer.rating,
                "score": score(kind, answer.rating),
                "band": step.band,
                "scale_style": scale_style(kind),
                "comment": answer.comment,
                "answered_at": answer.at,
                "touched_at": touched,
                "finished_at": answer.at + _MINUTE if extended else None,
                "key_hash": digest(response_key(self._desk.vault, response_id)),
                "suspect": bool(answer.suspect),
                "suspect_reasons": answer.suspect,
                "routed": step.routed,
                "demo": True,
            }
        )
        self._rows[ResponseAnswer] += [
            {
                "id": new_id(),
                "response_id": response_id,
                "question_key": each.question_key,
                "value": each.value,
                "text": each.text,
            }
            for each in later
        ]
        if answer.first_rating is not None:
            self._rows[RatingChange].append(
                {
                    "id": new_id(),
                    "response_id": response_id,
                    "changed_at": answer.at + _MINUTE,
                    "old_rating": answer.first_rating,
                    "new_rating": answer.rating,
                }
            )

    def _add_review(self, answer: Answer, response_id: uuid.UUID, step: NextStep) -> None:
        offers = self._offered(answer.code, step.band) if step.routed else []
        if not offers:
            return
        if step.band is Band.HAPPY:
            sites = ",".join(offer.site for offer in offers)
            row = {"response_id": response_id, "sites": sites, "offered_at": answer.at}
            self._rows[ReviewOffer].append(row)
        # Whoever is content goes on more readily; the buttons are there for everybody.
        goes = answer.curious and (step.band is Band.HAPPY or self._dice.random() < 0.12)
        chosen = next((offer for offer in offers if offer.site == answer.leaves_for), None)
        offer = chosen or (self._dice.choices(offers, range(len(offers), 0, -1))[0] if goes else None)
        if offer is not None:
            self._rows[ReviewClick].append(
                {
                    "id": new_id(),
                    "response_id": response_id,
                    "listing_id": offer.listing_id,
                    "site": offer.site,
                    "url": offer.link,
                    "clicked_at": answer.at + _MINUTE,
                }
            )

    def _add_case(
        self, answer: Answer, asked: Asked, response_id: uuid.UUID, step: NextStep, number: Number | None
    ) -> None:
        works = asked.place.works
        work = answer.work
        if work is None:
            work = plan_work(
                self._dice,
                opened_at=answer.at,
                has_number=number is not None,
                works=works,
                now=self._now,
            )
        case, events = case_rows(
            unit_id=self._built.codes[answer.code].unit_id,
            response_id=response_id,
            answered_at=answer.at,
            step=step,
            works=works,
            rules=self._desk.case_rules,
            channel=asked.code.channel,
            number=number,
            work=work,
            worker_id=self._workers[self._built.manager_of(answer.code)],
            now=self._now,
        )
        was_left = number is not None and number.consent_id is not None
        if was_left and case["closed_at"] is not None and case["closed_at"] < self._now - _NUMBERS_KEPT:
            self._rows[Contact][-1] |= {"phone_enc": None, "phone_index": None}
        case |= {"reopenings": 0, "reopened_at": None}
        question, more = ask_after(case, self._asking)
        self._rows[CallbackCase].append(case)
        self._rows[CaseEvent] += [*events, *more]
        self._rows[AskedBack] += [question] if question else []

    def _add_number(self, answer: Answer, phone: str) -> Number:
        contact_id, consent_id, at = new_id(), new_id(), answer.at + 2 * _MINUTE
        vault, text = self._desk.vault, self._desk.consent
        self._rows[Contact].append(
            {
                "id": contact_id,
                "phone_enc": vault.encrypt(phone, table="contact", column="phone_enc", row_id=contact_id),
                "phone_index": vault.blind_index("phone", phone),
                "asked_at": None,
                "language": answer.language,
                "demo": True,
                "created_at": at,
                "updated_at": at,
            }
        )
        self._rows[Consent].append(
            {
                "id": consent_id,
                "contact_id": contact_id,
                "purpose": Purpose.CALLBACK,
                "version": text.version,
                "language": answer.language,
                "text_hash": text.hash(answer.language, self._desk.company),
                "via": Via.PAGE,
                "given_at": at,
            }
        )
        return Number(contact_id, consent_id, answer.window, at)

    def _offered(self, key: str, band: Band | None) -> list[Offer]:
        if (key, band) not in self._offers:
            live = self._built.codes[key]
            self._offers[key, band] = offers_for(
                self._session,
                self._desk.catalogue,
                unit_id=live.unit_id,
                band=band,
                channel=live.channel,
                now=self._now,
                heed_caps=False,
            )
        return self._offers[key, band]
