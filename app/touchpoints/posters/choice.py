"""Which posters: the live codes of a unit and all below it, in the order of the tree. Read-only."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import Language, say
from app.organisation.listing import list_units
from app.organisation.models import Employee, Unit, UnitAncestor
from app.organisation.places import say_place
from app.surveys.definition import QuestionType, fill_company
from app.surveys.loader import SurveyLibrary
from app.touchpoints.models import Touchpoint
from app.touchpoints.posters.languages import pick_languages
from app.touchpoints.posters.sheet import Look, Poster
from app.touchpoints.qr import qr_address, touchpoint_url
from app.touchpoints.service import get_touchpoint

MOST_POSTERS = 5000
_ABOVE = aliased(Unit)


class NothingToPrintError(NotFoundError):
    """There is no live code there."""

    code = "nothing_to_print"


class TooManyPostersError(InvalidInputError):
    """More posters than one file holds; `details` say how many there are and may be."""

    code = "too_many_posters"


class LanguageNotSpokenError(InvalidInputError):
    """The survey speaks none of the languages asked for; `details` name those it does."""

    code = "language_not_spoken"


@dataclass(frozen=True, slots=True)
class Workshop:
    """What posters are made with: how they look, what codes carry, which languages they speak if nobody says.

    `region` is the country (ISO 3166) of the company's telephone numbers.
    """

    look: Look
    base_url: str
    surveys: SurveyLibrary
    language: Language
    region: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which posters: of a unit (None: of all that the scope holds), of one survey or all, in these languages or the
    usual ones."""

    unit_id: uuid.UUID | None = None
    survey_key: str | None = None
    languages: tuple[Language, ...] = ()


@dataclass(frozen=True, slots=True)
class _Code:
    """A live code with what its poster says of the unit; `person` is the employee whose desk it stands on."""

    touchpoint: Touchpoint
    unit_name: str
    address: str | None
    demo: bool
    above: str | None
    above_kind: str | None
    person: str | None

    def place_in(self, order: Mapping[uuid.UUID, int]) -> tuple[object, ...]:
        """Return what to sort by: demo units first, then as in the tree, then by employee, survey and placement."""
        touchpoint = self.touchpoint
        placed = (self.person or "", touchpoint.survey_key, touchpoint.placement, touchpoint.code)
        return (not self.demo, order.get(touchpoint.unit_id, len(order)), *placed)


def count_posters(session: Session, wanted: Wanted, *, scope: Scope) -> int:
    """Return how many codes `list_posters` would find."""
    return session.scalar(_live(wanted, scope).with_only_columns(func.count(), maintain_column_froms=True)) or 0


def list_posters(session: Session, wanted: Wanted, workshop: Workshop, *, scope: Scope, now: datetime) -> list[Poster]:
    """Return the posters of all live codes of the units, in the order of the tree, by name, demo units first.

    Codes of closed units, and of surveys that are no longer there, lead nowhere and get none. Raises
    NothingToPrintError, TooManyPostersError. Few statements for thousands.
    """
    codes = [_Code(*row) for row in session.execute(_live(wanted, scope).limit(MOST_POSTERS + 1))]
    if len(codes) > MOST_POSTERS:
        raise TooManyPostersError(
            f"one file holds {MOST_POSTERS} posters at most; print the units below one after the other (--unit CODE)",
            most=MOST_POSTERS,
        )
    order = {line.id: place for place, line in enumerate(list_units(session, below=wanted.unit_id))}
    codes = [code for code in codes if code.touchpoint.survey_key in workshop.surveys]
    if not codes:
        raise NothingToPrintError(
            "there is no live code here; `flask touchpoint add --kind office --survey KEY` makes one for each office"
        )
    codes.sort(key=lambda code: code.place_in(order))
    dates = _say_day(workshop, now)
    return [_compose(code, wanted.languages, workshop, dates) for code in codes]


def get_poster(
    session: Session, code: str, languages: Sequence[Language], workshop: Workshop, *, scope: Scope, now: datetime
) -> Poster:
    """Return the poster of one live code; raises NotFoundError, LanguageNotSpokenError."""
    touchpoint = get_touchpoint(session, code, scope=scope)
    if touchpoint.revoked_at is not None:  # nobody should print what leads nowhere
        raise NotFoundError("this code has been withdrawn")
    spoken = workshop.surveys.current(touchpoint.survey_key).languages
    if languages and not set(languages) & set(spoken):
        raise LanguageNotSpokenError(f"this survey speaks {', '.join(spoken)}", field="lang", languages=list(spoken))
    about = session.execute(
        select(Unit.name, Unit.address, Unit.demo, _ABOVE.name, _ABOVE.kind, Employee.name)
        .join_from(Unit, _ABOVE, _ABOVE.id == Unit.parent_id, isouter=True)
        .join(Employee, Employee.id == touchpoint.employee_id, isouter=True)
        .where(Unit.id == touchpoint.unit_id)
    ).one()
    return _compose(_Code(touchpoint, *about), tuple(languages), workshop, _say_day(workshop, now))


def readable_address(base_url: str, code: str) -> str:
    """Return the address as people type it: in small letters, and without the scheme, which browsers add."""
    return touchpoint_url(base_url, code).partition("://")[2].lower()


def _live(wanted: Wanted, scope: Scope) -> Select[Touchpoint, str, str | None, bool, str, str, str]:
    query = (
        select(Touchpoint, Unit.name, Unit.address, Unit.demo, _ABOVE.name, _ABOVE.kind, Employee.name)
        .join(Unit, Unit.id == Touchpoint.unit_id)
        .outerjoin(_ABOVE, _ABOVE.id == Unit.parent_id)
        .outerjoin(Employee, Employee.id == Touchpoint.employee_id)
        .where(Touchpoint.revoked_at.is_(None), Unit.closed_at.is_(None), scope.where(Touchpoint.unit_id))
    )
    if wanted.unit_id is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == wanted.unit_id)
        query = query.where(Touchpoint.unit_id.in_(below))
    if wanted.survey_key is not None:
        query = query.where(Touchpoint.survey_key == wanted.survey_key)
    return query


def _say_day(workshop: Workshop, now: datetime) -> dict[Language, str]:
    day = now.astimezone(workshop.zone).date()
    return {language: str(format_date(day, "d MMM y", locale=language.value)) for language in Language}


def _compose(code: _Code, asked: tuple[Language, ...], workshop: Workshop, dates: Mapping[Language, str]) -> Poster:
    touchpoint = code.touchpoint
    survey = workshop.surveys.current(touchpoint.survey_key)
    languages = pick_languages(survey.languages, asked, workshop.language, workshop.region)
    return Poster(
        code=touchpoint.code,
        scanned=qr_address(workshop.base_url, touchpoint.code),
        address=readable_address(workshop.base_url, touchpoint.code),
        office=code.unit_name,
        place=say_place(code.address, code.above, code.above_kind),
        person=code.person,
        placement=touchpoint.placement,
        revised=dates[languages[0]],
        languages=tuple(language.value for language in languages),
        questions=tuple(fill_company(say(survey.first.text, each), workshop.look.company) for each in languages),
        faces=survey.first.type is QuestionType.RATING5,
    )
