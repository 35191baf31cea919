"""Which posters there are and in which order, and batches of them: asked for, drawn by a worker, killed, removed."""

import threading
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, Role
from app.accounts.scope import EVERYTHING, Scope
from app.accounts.service import add_user
from app.jobs.drain import Drain
from app.jobs.long_work import MOST_TRIES, LongWork
from app.jobs.posters import PosterWork
from app.jobs.worker import Worker
from app.kit.clock import utc_now
from app.kit.db import Database
from app.kit.errors import NotFoundError
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow, OutboxState, claim_once, record_event
from app.organisation.employees import add_employee
from app.organisation.models import Unit, UnitKind
from app.organisation.service import add_unit, get_company, get_unit
from app.surveys.loader import load_surveys
from app.touchpoints.changes import revoke_touchpoint
from app.touchpoints.models import BatchState, PosterBatch, Touchpoint
from app.touchpoints.posters import choice
from app.touchpoints.posters.batches import (
    KEPT_FOR,
    BatchRow,
    TooManyBatchesError,
    ask_for_batch,
    end_orphans,
    find_waiting,
    forget_batches,
    get_batch,
    get_content,
    list_batches,
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
    list_posters,
)
from app.touchpoints.posters.sheet import PosterSize
from app.touchpoints.service import add_touchpoint
from config.settings import ROOT
from tests.jobs.test_worker import wait_for
from tests.touchpoints.posters import ACME, decode, pictures

WORKSHOP = Workshop(
    look=ACME,
    base_url="https://feedback.example.kz",
    surveys=load_surveys(ROOT / "surveys"),
    language=Language.RU,
    region="KZ",
    zone=ZoneInfo("Asia/Almaty"),
)


def fill(session: Session, now: datetime) -> dict[str, str]:
    """Add two cities with offices and a code each, one more of a desk; return the codes by unit."""
    codes: dict[str, str] = {}

    def unit(code: str, name: str, parent: str, kind: UnitKind = UnitKind.OFFICE, *, demo: bool = False) -> None:
        above = get_unit(session, parent).id
        made = add_unit(session, name=name, kind=kind, parent_id=above, code=code, demo=demo, now=now)
        if kind is UnitKind.OFFICE:
            codes[code] = add_touchpoint(session, unit_id=made.id, survey_key="office-visit", now=now).code

    unit("b-city", "Bcity", "company", UnitKind.CITY)
    unit("a-city", "Acity", "company", UnitKind.CITY)
    unit("b-2", "Second", "b-city")
    unit("b-1", "First", "b-city")
    unit("a-1", "Zenith", "a-city")
    unit("demo-1", "Zoo (demo)", "company", demo=True)
    return codes


def order(session: Session, now: datetime, wanted: Wanted | None = None, scope: Scope = EVERYTHING) -> list[str]:
    """Return the codes of the posters, in order."""
    return [each.code for each in list_posters(session, wanted or Wanted(), WORKSHOP, scope=scope, now=now)]


def user(session: Session, now: datetime, name: str = "boss") -> uuid.UUID:
    """Add an admin and return the id."""
    company = get_company(session).id
    made = add_user(
        session, email=f"{name}@otklik.example", password="four grey geese", role=Role.ADMIN, unit_id=company, now=now
    )
    session.flush()
    return made.id


def ask(session: Session, user_id: uuid.UUID, now: datetime, unit: str = "company", **more: object) -> uuid.UUID:
    """Ask for the posters of a unit."""
    wanted = {"size": PosterSize.A6, "scope": EVERYTHING, "now": now, **more}
    return ask_for_batch(session, user_id=user_id, unit_id=get_unit(session, unit).id, **wanted)  # type: ignore[arg-type]


def batches(session: Session, user_id: uuid.UUID) -> list[BatchRow]:
    return list_batches(session, user_id=user_id, scope=EVERYTHING)


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


def test_a_worker_draws_the_batch_and_its_file_holds_every_code(database: Database) -> None:
    now = utc_now()
    with database.transaction() as session:
        codes = fill(session, now)
        user_id = user(session, now)
        ask(session, user_id, now, "b-city")
    stop = threading.Event()
    worker = Worker(database, utc_now, jobs=[], works=[PosterWork(database, utc_now, WORKSHOP)], name="here:1")
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        wait_for(lambda: one(database, user_id).finished, 60)
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()
    batch = one(database, user_id)
    assert (batch.state, batch.done, batch.total, batch.error) == (BatchState.DONE, 2, 2, None)
    with database.reading() as session:
        read = [decode(picture) for picture in pictures(get_content(session, batch))]
        assert session.scalars(select(OutboxRow.state)).all() == [OutboxState.DONE]
    assert read == [[f"HTTPS://FEEDBACK.EXAMPLE.KZ/Q/{codes[unit]}"] for unit in ("b-1", "b-2")]


def test_the_drain_leaves_batches_alone_and_its_rows_do_not_wait_for_them(database: Database) -> None:
    user_id = asked(database)
    with database.transaction() as session:
        record_event(session, "case.opened", {}, now=utc_now() - timedelta(seconds=1))
    assert Drain(database, utc_now, "w").run() == 1
    assert one(database, user_id).state == BatchState.WAITING


def test_what_a_killed_worker_was_at_is_drawn_by_another_from_the_beginning(database: Database) -> None:
    user_id = asked(database)
    key = once_key(one(database, user_id).id)
    with database.transaction() as session:  # as a worker killed in the middle leaves it
        assert claim_once(session, key, owner="dead:1", lease=timedelta(seconds=60)) is not None
        session.execute(update(PosterBatch).values(state=BatchState.DRAWING, done=1))
    work = long_work(database)
    assert work.run() == 0, "its lease still holds"
    with database.transaction() as session:
        session.execute(update(OutboxRow).values(lease_until=utc_now() - timedelta(seconds=1)))
    assert work.run() == 1
    assert one(database, user_id).state == BatchState.DONE


def test_a_worker_that_lost_its_lease_in_the_middle_keeps_its_hands_off_the_result(database: Database) -> None:
    user_id = asked(database)
    work = long_work(database)

    def steal() -> bool:
        with database.transaction() as session:  # before the first poster is told
            session.execute(update(OutboxRow).values(owner="other:1", attempts=OutboxRow.attempts + 1))
        return False

    calls = count()
    assert work.run(lambda: steal() if next(calls) == 1 else False) == 0
    assert one(database, user_id).state == BatchState.WAITING
    with database.reading() as session:
        assert session.scalars(select(OutboxRow.owner)).one() == "other:1"


def test_a_worker_that_is_stopped_gives_the_batch_back_at_once(database: Database) -> None:
    user_id = asked(database)
    calls = count()
    assert long_work(database).run(lambda: next(calls) > 2) == 0
    with database.reading() as session:
        row = session.scalars(select(OutboxRow)).one()
        assert (row.owner, row.attempts, row.state) == (None, 0, OutboxState.WAITING)
    assert long_work(database).run() == 1
    assert one(database, user_id).state == BatchState.DONE


def test_a_batch_that_kills_its_workers_is_given_up(database: Database) -> None:
    user_id = asked(database)
    with database.transaction() as session:
        session.execute(update(OutboxRow).values(attempts=MOST_TRIES))
    assert long_work(database).run() == 0
    assert (one(database, user_id).state, one(database, user_id).error) == (BatchState.FAILED, "permanent_failure")


def test_a_batch_that_cannot_be_drawn_is_tried_again_and_then_told(database: Database) -> None:
    user_id = asked(database)
    broken = Workshop(
        type(ACME)("Acme", "no colour"), WORKSHOP.base_url, WORKSHOP.surveys, Language.RU, "KZ", WORKSHOP.zone
    )
    work = long_work(database, broken)
    for _ in range(MOST_TRIES):
        assert not one(database, user_id).finished
        with database.transaction() as session:
            session.execute(update(OutboxRow).values(due_at=utc_now() - timedelta(seconds=1)))
        assert work.run() == 0
    assert (one(database, user_id).state, one(database, user_id).error) == (BatchState.FAILED, "printing_failed")


def test_codes_withdrawn_before_the_drawing_are_told_in_words(database: Database) -> None:
    user_id = asked(database)
    with database.transaction() as session:
        session.execute(update(Touchpoint).values(revoked_at=utc_now()))
    assert long_work(database).run() == 1
    assert (one(database, user_id).state, one(database, user_id).error) == (BatchState.FAILED, "nothing_to_print")


def test_a_batch_removed_while_it_waits_or_is_drawn_leaves_nothing(database: Database) -> None:
    user_id = asked(database)
    calls = count()

    def remove() -> bool:
        if next(calls) == 1:  # the worker has claimed it
            with database.transaction() as session:
                remove_batch(session, batches(session, user_id)[0].id, user_id=user_id, scope=EVERYTHING, now=utc_now())
        return False

    assert long_work(database).run(remove) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PosterBatch)) == 0
        assert session.scalars(select(OutboxRow.state)).all() == [OutboxState.DONE]


def asked(database: Database) -> uuid.UUID:
    """Ask for a batch of one office and return its user."""
    now = utc_now() - timedelta(seconds=1)
    with database.transaction() as session:
        fill(session, now)
        user_id = user(session, now)
        ask(session, user_id, now, "a-city")
    return user_id


def one(database: Database, user_id: uuid.UUID) -> BatchRow:
    """Return the user's one batch as it stands."""
    with database.reading() as session:
        [batch] = batches(session, user_id)
        return batch


def long_work(database: Database, workshop: Workshop = WORKSHOP) -> LongWork:
    return LongWork(database, utc_now, "here:1", [PosterWork(database, utc_now, workshop)])


def add_codes(session: Session, unit: Unit, number_of_codes: int, now: datetime) -> None:
    """Add so many codes to one unit, quicker than one at a time."""
    rows: Sequence[dict[str, object]] = [
        {
            "id": uuid.uuid4(),
            "code": f"Z{number:07d}",
            "unit_id": unit.id,
            "survey_key": "office-visit",
            "placement": str(number),
            "channel": "visit",
            "demo": False,
            "created_at": now,
            "updated_at": now,
        }
        for number in range(number_of_codes)
    ]
    session.execute(Touchpoint.__table__.insert(), rows)  # type: ignore[attr-defined]
