"""A unit's response, as rows: what clicks and offers hang on."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.ids import new_id
from app.organisation.models import Unit
from app.organisation.service import add_unit, get_company
from app.responses.models import SurveyResponse, Via
from app.review_sites.catalogue import Catalogue
from app.surveys.models import SurveyVersion
from app.touchpoints.models import Channel


def a_unit(session: Session, *, below: Unit | None = None, kind: str = "office", now: datetime) -> Unit:
    """Return a new unit, right below the company unless a parent is given."""
    parent = below or get_company(session)
    return add_unit(session, name=f"A {kind}", kind=kind, parent_id=parent.id, now=now)


def a_response(session: Session, unit: Unit, *, suspect: bool = False, now: datetime) -> uuid.UUID:
    """Return the id of a new response of the unit."""
    version = session.scalar(select(SurveyVersion.id))
    if version is None:
        version = new_id()
        session.add(SurveyVersion(id=version, key="office-visit", version=1, definition={}, stored_at=now))
        session.flush()  # the response points at it
    response = SurveyResponse(
        id=new_id(),
        survey_version_id=version,
        unit_id=unit.id,
        channel=Channel.VISIT,
        via=Via.PAGE,
        language="ru",
        rating=5,
        scale_style="faces",
        answered_at=now,
        touched_at=now,
        key_hash=new_id().bytes,
        suspect=suspect,
    )
    session.add(response)
    session.flush()  # clicks point at it
    return response.id


def a_catalogue(**sites: Mapping[str, object]) -> Catalogue:
    """Return a catalogue of the named sites in that order, each with what it says other than the usual."""
    usual = {
        "enabled": True,
        "offer_to": "everyone",
        "selective_asking": "allowed",
        "rewards": "forbidden",
        "policy_url": "https://policy.example/",
        "on_premises": True,
    }
    rules = {key: {**usual, "name": key, "hosts": [f"{key}.example"], **other} for key, other in sites.items()}
    return Catalogue.model_validate({"sites": rules})


USUAL: Mapping[str, object] = {}
