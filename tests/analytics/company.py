"""A small company for the tests of figures: two cities with offices, surveys, and answers placed by hand."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase
from app.contacts.models import Contact
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.organisation.models import Unit
from app.organisation.service import add_unit, get_company, sync_company
from app.responses.models import RatingChange, ResponseAnswer, SurveyResponse
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewClick
from app.surveys.definition import Definition
from app.surveys.loader import parse_survey
from app.surveys.service import store_version
from app.touchpoints.models import Touchpoint

VISIT = """
key: visit
version: 1
audience: customers
languages: [en, ru]
title: {en: Visit, ru: Визит}
questions:
  - key: overall
    type: rating5
    metric: csat
    text: {en: "How was it at {company}?", ru: "Как вам в {company}?"}
  - key: reasons
    type: choice
    multiple: true
    text: {en: What went wrong?, ru: Что не так?}
    options:
      - {key: queue, label: {en: The queue, ru: Очередь}}
      - {key: price, label: {en: The price, ru: Цена}}
  - key: waiting
    type: rating5
    text: {en: How was the waiting?, ru: Как ожидание?}
  - key: wish
    type: text
    text: {en: What would you wish for?, ru: Чего не хватило?}
"""
NPS = """
key: nps
version: 3
audience: customers
languages: [en]
title: {en: Recommendation}
questions:
  - key: recommend
    type: nps
    metric: nps
    text: {en: How likely are you to recommend us?}
"""
_NUMBERS = count(1)


@dataclass
class Company:
    """The root with city `north` (offices `n1`, `n2`) and city `south` (office `s1`)."""

    session: Session
    now: datetime
    units: dict[str, Unit] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    versions: dict[str, uuid.UUID] = field(default_factory=dict)

    def answer(
        self,
        unit: str = "n1",
        rating: int = 5,
        *,
        survey: str = "visit",
        at: datetime | None = None,
        comment: str | None = None,
        suspect: str = "",
        touchpoint: Touchpoint | None = None,
        channel: str = "visit",
        language: str = "ru",
        routed: bool = True,
        demo: bool = False,
    ) -> SurveyResponse:
        """Store one response as it would stand there."""
        number = next(_NUMBERS)
        moment = at or self.now - timedelta(hours=1, milliseconds=number)
        response = SurveyResponse(
            id=new_id(),
            survey_version_id=self.versions[survey],
            touchpoint_id=touchpoint.id if touchpoint else None,
            unit_id=self.units[unit].id,
            channel=channel,
            via="page",
            language=language,
            rating=rating,
            score=None,
            band="happy" if rating >= 4 else "neutral" if rating == 3 else "unhappy",
            scale_style="faces",
            comment=comment,
            answered_at=moment,
            touched_at=moment,
            key_hash=f"key {number}".encode(),
            suspect=bool(suspect),
            suspect_reasons=suspect,
            routed=routed,
            demo=demo,
        )
        self.session.add(response)
        self.session.flush()
        return response

    def answers(self, unit: str, ratings: dict[int, int], *, survey: str = "visit") -> None:
        """Store so many of each rating."""
        for rating, times in ratings.items():
            for _ in range(times):
                self.answer(unit, rating, survey=survey)

    def said(self, response: SurveyResponse, question: str, value: int | None, text: str | None = None) -> None:
        """Store an answer to a later question."""
        self._add(ResponseAnswer(id=new_id(), response_id=response.id, question_key=question, value=value, text=text))

    def change(self, response: SurveyResponse, old: int) -> None:
        """Store that the rating was another one before."""
        self._add(
            RatingChange(
                id=new_id(),
                response_id=response.id,
                changed_at=response.answered_at,
                old_rating=old,
                new_rating=response.rating,
            )
        )

    def click(self, response: SurveyResponse, site: Site = Site.TWOGIS) -> None:
        """Store that the respondent left for a site."""
        url = f"https://2gis.kz/firm/1/{site}"
        self._add(
            ReviewClick(id=new_id(), response_id=response.id, site=site, url=url, clicked_at=response.answered_at)
        )

    def case(
        self,
        response: SurveyResponse | None = None,
        *,
        unit: str = "n1",
        due_in: timedelta = timedelta(hours=4),
        opened_ago: timedelta = timedelta(hours=1),
        closed: bool = False,
        number: bool = False,
    ) -> CallbackCase:
        """Store a case, open unless it is said to be closed, to look into unless there is a number."""
        contact = Contact(id=new_id(), created_at=self.now, updated_at=self.now)
        self._add(contact)
        case = CallbackCase(
            id=new_id(),
            unit_id=response.unit_id if response else self.units[unit].id,
            response_id=response.id if response else None,
            contact_id=contact.id if number else None,
            first_attempt_due_at=self.now + due_in if number else None,
            reason="low_rating",
            opened_at=self.now - opened_ago,
            settle_due_at=self.now + due_in,
            due_at=self.now + due_in,
            closed_at=self.now if closed else None,
            outcome="settled" if closed else None,
            cause="waiting" if closed else None,
        )
        self._add(case)
        return case

    def touchpoint(self, unit: str = "n1", code: str = "ABCD2345", placement: str = "hall poster") -> Touchpoint:
        """Store a code."""
        touchpoint = Touchpoint(
            id=new_id(),
            code=code,
            unit_id=self.units[unit].id,
            survey_key="visit",
            placement=placement,
            channel="visit",
            created_at=self.now,
            updated_at=self.now,
        )
        self._add(touchpoint)
        return touchpoint

    def _add(self, row: object) -> None:
        self.session.add(row)
        self.session.flush()


def build_company(session: Session, now: datetime) -> Company:
    """Return the company with its units and surveys stored and no answers yet."""
    company = Company(session, now)
    sync_company(session, name="Acme", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=now)
    company.units["company"] = get_company(session)
    for code, kind, parent, zone in (
        ("north", "city", "company", None),
        ("south", "city", "company", "Europe/Kyiv"),
        ("n1", "office", "north", None),
        ("n2", "office", "north", None),
        ("s1", "office", "south", None),
    ):
        company.units[code] = add_unit(
            session,
            name=f"Unit {code}",
            kind=kind,
            parent_id=company.units[parent].id,
            code=code,
            time_zone=zone,
            now=now,
        )
    for text in (VISIT, NPS):
        definition = parse_survey(text.encode(), "survey.yaml")
        assert Language.EN in definition.languages
        company.definitions[definition.key] = definition
        company.versions[definition.key] = store_version(session, definition, now=now)
    session.flush()
    return company
