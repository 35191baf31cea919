"""Which posters there are and in which order, and batches of them: asked for, removed, forgotten."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry
from app.accounts.scope import EVERYTHING, Scope
from app.kit.errors import NotFoundError
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow, OutboxState, claim_once
from app.organisation.employees import add_employee
from app.organisation.service import get_unit
from app.touchpoints.changes import revoke_touchpoint
from app.touchpoints.models import BatchState, Touchpoint
from app.touchpoints.posters import choice
from app.touchpoints.posters.batches import (
    KEPT_FOR,
    TooManyBatchesError,
    end_orphans,
    find_waiting,
    forget_batches,
    get_batch,
    get_content,
    once_key,
    remove_batch,
)
from app.touchpoints.posters.choice import (
    LanguageNotSpokenError,
    NothingToPrintError,
    TooManyPostersError,
    Wanted,
    Workshop,
    count_posters,
    get_poster,
)
from app.touchpoints.posters.sheet import PosterSize
from app.touchpoints.service import add_touchpoint
from tests.touchpoints.poster_batches import WORKSHOP, add_codes, ask, batches, fill, order, user
from tests.touchpoints.posters import ACME


def test_pages_come_in_the_order_of_the_tree_by_name_demo_units_first(session: Session, now: datetime) -> None:
    codes = fill(session, now)
    assert order(session, now) == [codes[unit] for unit in ("demo-1", "a-1", "b-1", "b-2")]
    b_city = get_unit(session, "b-city").id
    assert order(session, now, Wanted(b_city)) == [codes["b-1"], codes["b-2"]]


def test_only_live_codes_of_open_units_within_the_scope_are_printed(session: Session, now: datetime) -> None:
    codes = fill(session, now)
    a_1, b_2 = get_unit(session, "a-1"), get_unit(session, "b-2")
    nps = add_touchpoint(session, unit_id=a_1.id, survey_key="nps", placement="till", now=now).code
    add_touchpoint(session, unit_id=a_1.id, survey_key="gone", now=now)
    b_2.closed_at = now
    b_1 = session.scalars(select(Touchpoint).where(Touchpoint.code == codes["b-1"])).one()
    revoke_touchpoint(session, b_1.id, scope=EVERYTHING, now=now)
    session.flush()
    assert order(session, now) == [codes["demo-1"], nps, codes["a-1"]]
    assert order(session, now, Wanted(survey_key="nps")) == [nps]
    only_a = Scope(frozenset({get_unit(session, "a-city").id}))
    assert order(session, now, scope=only_a) == [nps, codes["a-1"]]
    assert count_posters(session, Wanted(survey_key="nps"), scope=only_a) == 1
    with pytest.raises(NothingToPrintError, match="touchpoint add"):
        order(session, now, Wanted(get_unit(session, "b-city").id))


def test_a_poster_says_office_city_employee_and_day_in_its_languages(session: Session, now: datetime) -> None:
    fill(session, now)
    office = get_unit(session, "a-1")
    office.address = "Main street 1"
    aigul = add_employee(session, name="Aigul", unit_id=office.id, code="e1", now=now)
    code = add_touchpoint(
        session, unit_id=office.id, survey_key="office-visit", placement="desk", employee_id=aigul.id, now=now
    ).code
    found = get_poster(session, code.lower(), (), WORKSHOP, scope=EVERYTHING, now=now)
    assert (found.office, found.place, found.person, found.placement) == (
        "Zenith",
        "Acity, Main street 1",
        "Aigul",
        "desk",
    )
    assert (found.languages, len(found.questions), found.faces) == (("kk", "ru", "en"), 3, True)
    assert found.scanned == f"HTTPS://FEEDBACK.EXAMPLE.KZ/Q/{code}"
    assert found.address == f"feedback.example.kz/q/{code.lower()}"
    english = get_poster(session, code, (Language.EN, Language.RU), WORKSHOP, scope=EVERYTHING, now=now)
    assert english.languages == ("en", "ru")
    assert english.revised == "4 Mar 2026"


def test_a_poster_of_a_foreign_or_withdrawn_code_is_not_there(session: Session, now: datetime) -> None:
    codes = fill(session, now)
    elsewhere = Scope(frozenset({get_unit(session, "b-city").id}))
    with pytest.raises(NotFoundError):
        get_poster(session, codes["a-1"], (), WORKSHOP, scope=elsewhere, now=now)
    touchpoint = session.scalars(select(Touchpoint).where(Touchpoint.code == codes["a-1"])).one()
    revoke_touchpoint(session, touchpoint.id, scope=EVERYTHING, now=now)
    with pytest.raises(NotFoundError):
        get_poster(session, codes["a-1"], (), WORKSHOP, scope=EVERYTHING, now=now)


def test_a_language_that_the_survey_does_not_speak_is_refused_with_those_it_does(
    session: Session, now: datetime
) -> None:
    codes = fill(session, now)
    survey = WORKSHOP.surveys.current("office-visit")
    russian = survey.model_copy(update={"languages": (Language.RU,)})
    library = type(WORKSHOP.surveys)({"office-visit": russian})
    workshop = Workshop(ACME, "https://x.kz", library, Language.RU, "KZ", WORKSHOP.zone)
    with pytest.raises(LanguageNotSpokenError) as refused:
        get_poster(session, codes["a-1"], (Language.UK,), workshop, scope=EVERYTHING, now=now)
    assert refused.value.details["languages"] == [Language.RU]


def test_a_batch_is_asked_for_with_its_event_and_its_note(session: Session, now: datetime) -> None:
    fill(session, now)
    user_id = user(session, now)
    batch_id = ask(session, user_id, now, "b-city", languages=(Language.RU,), survey_key="office-visit")
    [batch] = batches(session, user_id)
    assert (batch.id, batch.unit_code, batch.total, batch.state) == (batch_id, "b-city", 2, BatchState.WAITING)
    assert (batch.languages, batch.size, batch.finished) == ((Language.RU,), PosterSize.A6, False)
    assert find_waiting(session) == [once_key(batch_id)]
    assert session.scalars(select(OutboxRow.kind)).all() == ["posters.wanted"]
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.user_id == user_id)).all() == ["posters.asked"]


def test_a_batch_is_its_users_and_its_units(session: Session, now: datetime) -> None:
    fill(session, now)
    user_id, other = user(session, now), user(session, now, "other")
    batch_id = ask(session, user_id, now, "b-city")
    assert batches(session, other) == []
    with pytest.raises(NotFoundError):
        get_batch(session, batch_id, user_id=other, scope=EVERYTHING)
    elsewhere = Scope(frozenset({get_unit(session, "a-city").id}))
    with pytest.raises(NotFoundError):
        get_batch(session, batch_id, user_id=user_id, scope=elsewhere)
    with pytest.raises(NotFoundError):
        remove_batch(session, batch_id, user_id=other, scope=EVERYTHING, now=now)
    with pytest.raises(NotFoundError):
        get_content(session, get_batch(session, batch_id, user_id=user_id, scope=EVERYTHING))


def test_a_button_pressed_twice_asks_for_one_batch(session: Session, now: datetime) -> None:
    fill(session, now)
    user_id = user(session, now)
    wish = {"unit": "b-city", "languages": (Language.KK, Language.RU)}
    first = ask(session, user_id, now, **wish)  # type: ignore[arg-type]
    assert ask(session, user_id, now + timedelta(seconds=1), **wish) == first  # type: ignore[arg-type]
    assert ask(session, user_id, now + timedelta(minutes=1), **wish) != first  # type: ignore[arg-type]
    assert ask(session, user_id, now, "b-city", languages=(Language.RU,)) != first
    assert ask(session, user(session, now, "other"), now, **wish) != first  # type: ignore[arg-type]
    assert len(batches(session, user_id)) == 3


def test_what_cannot_be_printed_is_refused_at_once(session: Session, now: datetime) -> None:
    fill(session, now)
    user_id = user(session, now)
    with pytest.raises(NothingToPrintError):
        ask(session, user_id, now, "a-1", survey_key="nps")
    for size in (PosterSize.A4, PosterSize.A5, PosterSize.A6):
        ask(session, user_id, now, "a-1", size=size)
    with pytest.raises(TooManyBatchesError):
        ask(session, user_id, now, "a-1", size=PosterSize.STICKER)
    remove_batch(session, batches(session, user_id)[0].id, user_id=user_id, scope=EVERYTHING, now=now)
    ask(session, user_id, now, "a-1", size=PosterSize.STICKER)  # one was given up
    add_codes(session, get_unit(session, "a-1"), choice.MOST_POSTERS, now)
    with pytest.raises(TooManyPostersError):
        ask(session, user(session, now, "third"), now, "a-city")
    with pytest.raises(TooManyPostersError, match="5000"):
        order(session, now)


def test_batches_go_two_days_after_they_were_asked_for(session: Session, now: datetime) -> None:
    fill(session, now)
    user_id = user(session, now)
    ask(session, user_id, now - KEPT_FOR - timedelta(minutes=1), "a-1")
    young = ask(session, user_id, now - KEPT_FOR + timedelta(minutes=1), "a-1")
    assert forget_batches(session, before=now - KEPT_FOR, limit=10) == 1
    assert [batch.id for batch in batches(session, user_id)] == [young]


def test_a_batch_that_goes_undrawn_leaves_no_event_that_waits_for_ever(session: Session, now: datetime) -> None:
    fill(session, now)
    user_id = user(session, now)
    waiting = select(OutboxRow.once_key).where(OutboxRow.state == OutboxState.WAITING)
    removed = ask(session, user_id, now, "a-1")
    remove_batch(session, removed, user_id=user_id, scope=EVERYTHING, now=now)
    assert session.scalars(waiting).all() == []
    ask(session, user_id, now - KEPT_FOR - timedelta(minutes=1), "a-1")
    young = ask(session, user_id, now, "a-1")
    forget_batches(session, before=now - KEPT_FOR, limit=10)
    assert (end_orphans(session, now=now, limit=10), end_orphans(session, now=now, limit=10)) == (1, 0)
    assert session.scalars(waiting).all() == [once_key(young)]
    in_hand = claim_once(session, once_key(young), owner="here:1", lease=timedelta(minutes=1))
    assert in_hand is not None
    remove_batch(session, young, user_id=user_id, scope=EVERYTHING, now=now)
    assert end_orphans(session, now=now, limit=10) == 0, "its worker finds out by itself"
