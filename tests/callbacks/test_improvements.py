"""From a comment to an improvement that is done and shown: found once, gathered within one's own units."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.permissions import Actor, NotPermittedError
from app.accounts.scope import EVERYTHING, Scope
from app.callbacks.improvements.changing import ImprovementDraft, NotDoneError, change_improvement, list_owners
from app.callbacks.improvements.finding import (
    SETTLED,
    AlreadyAWishError,
    NoWordsError,
    WishSourceNotFoundError,
    find_wishes,
    mark_wish,
    mark_wish_of_case,
)
from app.callbacks.improvements.gathering import (
    WishElsewhereError,
    WishNotFoundError,
    dismiss_wishes,
    gather_into_new,
    gather_wishes,
    start_improvement,
)
from app.callbacks.improvements.listing import (
    Asked,
    count_asked,
    count_new_wishes,
    list_choices,
    list_improvements,
    list_wishes,
)
from app.callbacks.improvements.models import Improvement, ImprovementState, Wish, WishState
from app.callbacks.improvements.showing import find_shown
from app.callbacks.improvements.visible import ImprovementNotFoundError, get_improvement
from app.callbacks.states import CaseReason
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.organisation.models import Unit, UnitKind
from app.organisation.service import add_unit, get_company
from app.responses.models import SurveyResponse
from tests.callbacks.factories import acting, make_case, make_office, make_response, make_user
from tests.callbacks.test_wishes import RULES

FIND = RULES.recogniser
CHAIR = "Поставьте стулья"


@pytest.fixture
def region(session: Session, now: datetime) -> Unit:
    """A region of the company."""
    make_office(session, now=now, name="Far away")
    return add_unit(session, name="Region", kind=UnitKind.REGION, parent_id=get_company(session).id, now=now)


@pytest.fixture
def offices(session: Session, region: Unit, now: datetime) -> list[Unit]:
    """Two offices of the region."""
    return [
        add_unit(session, name=f"Office {number}", kind=UnitKind.OFFICE, parent_id=region.id, now=now)
        for number in (1, 2)
    ]


@pytest.fixture
def leader(session: Session, region: Unit, now: datetime) -> Actor:
    """Who leads the region."""
    return acting(make_user(session, "Leader", now=now, unit_id=region.id).id, unit_id=region.id)


def test_each_text_is_looked_at_once_and_again_when_it_was_changed(
    session: Session, offices: list[Unit], now: datetime
) -> None:
    wish = _said(session, offices[0], CHAIR, now - timedelta(hours=2))
    thanks = _said(session, offices[0], "Спасибо, всё отлично", now - timedelta(hours=1))
    _said(session, offices[0], CHAIR, now - timedelta(days=40))
    _said(session, offices[0], CHAIR, now)  # perhaps not the last to be committed of its moment
    complaint = make_case(session, offices[0].id, now=now - timedelta(hours=3))
    complaint.reason, complaint.complaint = CaseReason.COMPLAINT, "Нет пандуса!"
    session.flush()
    assert find_wishes(session, FIND, now=now, limit=10) == 2
    assert _new(session) == {wish.id, complaint.id}
    assert find_wishes(session, FIND, now=now, limit=10) == 0
    # Added on the page within its 12 hours.
    thanks.comment, thanks.touched_at = "Спасибо! Хорошо бы открыть ещё окно", now + timedelta(minutes=1)
    session.flush()
    assert find_wishes(session, FIND, now=now + SETTLED + timedelta(minutes=1), limit=10) == 2
    assert thanks.id in _new(session)
    assert len(_new(session)) == 4


def test_a_long_backlog_is_worked_off_in_batches(session: Session, offices: list[Unit], now: datetime) -> None:
    for _ in range(5):
        _said(session, offices[0], CHAIR, now - timedelta(hours=1))  # at one instant: the key tells them apart
    assert [find_wishes(session, FIND, now=now, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert len(_new(session)) == 5


def test_suspect_answers_and_dismissed_wishes_are_not_found_again(
    session: Session, offices: list[Unit], leader: Actor, now: datetime
) -> None:
    _said(session, offices[0], CHAIR, now - timedelta(hours=1)).suspect = True
    seen = _said(session, offices[0], CHAIR, now - timedelta(hours=1))
    session.flush()
    find_wishes(session, FIND, now=now, limit=10)
    (wish_id,) = session.scalars(select(Wish.id))
    dismiss_wishes(session, [wish_id], leader, now=now)
    seen.touched_at = now + timedelta(hours=1)
    session.flush()
    find_wishes(session, FIND, now=now + timedelta(hours=2), limit=10)
    assert _new(session) == set()
    assert mark_wish(session, seen.id, leader, now=now) == wish_id, "by hand it comes back"


def test_a_wish_is_marked_by_hand_from_a_response_or_a_case(
    session: Session, offices: list[Unit], leader: Actor, now: datetime
) -> None:
    quiet, loud = _said(session, offices[0], None, now), _said(session, offices[0], "a chair", now)
    case = make_case(session, offices[0].id, now=now, response=loud)
    bare = make_case(session, offices[0].id, now=now)
    mark_wish_of_case(session, case.id, leader, now=now)
    assert _new(session) == {loud.id}
    with pytest.raises(AlreadyAWishError):
        mark_wish(session, loud.id, leader, now=now)
    for of_what, key in ((mark_wish, quiet.id), (mark_wish_of_case, bare.id)):
        with pytest.raises(NoWordsError):
            of_what(session, key, leader, now=now)
    stranger = acting(leader.user_id, unit_id=new_id())
    for of_what, key in ((mark_wish, loud.id), (mark_wish_of_case, case.id)):
        with pytest.raises(WishSourceNotFoundError):
            of_what(session, key, stranger, now=now)


def test_wishes_gather_in_the_lowest_unit_that_has_them_all(
    session: Session, region: Unit, offices: list[Unit], leader: Actor, now: datetime
) -> None:
    one, two, three = (_wish(session, unit, now) for unit in (offices[0], offices[1], offices[0]))
    wide = gather_into_new(session, [one, two], title=" Chairs  for all ", actor=leader, now=now)
    assert (wide.title, wide.unit_id, wide.state) == ("Chairs for all", region.id, ImprovementState.PROPOSED)
    narrow = gather_into_new(session, [three], title="Chairs", actor=leader, now=now)
    assert narrow.unit_id == offices[0].id
    session.flush()
    asked = count_asked(session, [wide.id, narrow.id], scope=EVERYTHING)
    assert asked == {wide.id: Asked(2, 2), narrow.id: Asked(1, 1)}
    with pytest.raises(WishElsewhereError):
        gather_wishes(session, [two], narrow.id, leader, now=now)
    gather_wishes(session, [three], wide.id, leader, now=now)
    session.flush()
    assert count_asked(session, [wide.id, narrow.id], scope=EVERYTHING) == {wide.id: Asked(3, 2)}
    assert count_new_wishes(session, EVERYTHING) == 0
    assert [line.id for line in list_wishes(session, scope=EVERYTHING, improvement_id=wide.id, limit=2).lines] != []


def test_a_manager_of_one_office_sees_what_is_above_and_changes_only_her_own(
    session: Session, region: Unit, offices: list[Unit], leader: Actor, now: datetime
) -> None:
    wide = start_improvement(session, title="Chairs", unit_id=region.id, actor=leader, now=now)
    beside = start_improvement(session, title="Secret", unit_id=offices[1].id, actor=leader, now=now)
    manager = acting(leader.user_id, unit_id=offices[0].id)
    scope = Scope(frozenset({offices[0].id}))
    mine, theirs = _wish(session, offices[0], now), _wish(session, offices[1], now)
    lines, total = list_improvements(session, scope=scope)
    assert ([line.improvement.id for line in lines], total) == ([wide.id], 1)
    assert [choice.id for choice in list_choices(session, scope=scope)] == [wide.id]
    assert [line.id for line in list_wishes(session, scope=scope).lines] == [mine]
    gather_wishes(session, [mine], wide.id, manager, now=now)
    with pytest.raises(WishNotFoundError):
        gather_wishes(session, [theirs], wide.id, manager, now=now)
    with pytest.raises(WishNotFoundError):
        dismiss_wishes(session, [theirs], manager, now=now)
    for refused in (wide, beside):
        with pytest.raises(ImprovementNotFoundError):
            change_improvement(session, refused.id, _draft("Mine"), manager, now=now)
    with pytest.raises(ImprovementNotFoundError):
        get_improvement(session, beside.id, scope)
    with pytest.raises(NotFoundError):
        start_improvement(session, title="x", unit_id=region.id, actor=manager, now=now)
    of_both = Actor(leader.user_id, tuple(acting(leader.user_id, unit_id=unit.id).grants[0] for unit in offices))
    with pytest.raises(WishElsewhereError):
        gather_into_new(session, [mine, theirs], title="Both", actor=of_both, now=now)
    with pytest.raises(NotPermittedError):
        start_improvement(session, title="x", unit_id=region.id, actor=acting(new_id(), Role.ANALYST), now=now)
    session.flush()
    assert count_asked(session, [wide.id], scope=scope) == {wide.id: Asked(1, 1)}


def test_only_what_is_done_and_said_is_shown_here_and_below_the_latest_first(
    session: Session, region: Unit, offices: list[Unit], leader: Actor, now: datetime
) -> None:
    for number in range(5):
        unit = region if number % 2 else offices[0]
        made = start_improvement(session, title=f"No {number}", unit_id=unit.id, actor=leader, now=now)
        draft = _draft("x", state=ImprovementState.DONE, done={Language.RU: f"сделано {number}"}, shown=number != 4)
        change_improvement(session, made.id, draft, leader, now=now + timedelta(minutes=number))
    session.flush()
    assert list(find_shown(session, offices[0].id, Language.RU)) == ["сделано 3", "сделано 2", "сделано 1"]
    assert list(find_shown(session, offices[1].id, Language.RU)) == ["сделано 3", "сделано 1"]
    assert list(find_shown(session, offices[1].id, Language.KK)) == []
    assert list(find_shown(session, get_company(session).id, Language.RU)) == []
    made = session.scalars(select(Improvement).where(Improvement.done_ru == "сделано 3")).one()
    for draft in (
        _draft("x", state=ImprovementState.PLANNED, done={Language.RU: "сделано"}, shown=True),
        _draft("x", state=ImprovementState.DONE, shown=True),
    ):
        with pytest.raises(NotDoneError):
            change_improvement(session, made.id, draft, leader, now=now)
    session.expire(made)
    change_improvement(session, made.id, _draft("x", state=ImprovementState.PLANNED), leader, now=now)
    assert (made.done_at, made.shown) == (None, False)


def test_what_cannot_be_kept_is_refused_field_by_field(
    session: Session, region: Unit, leader: Actor, now: datetime
) -> None:
    made = start_improvement(session, title="Chairs", unit_id=region.id, actor=leader, now=now)
    stranger = make_user(session, "Stranger", now=now, unit_id=make_office(session, now=now, name="Other").id)
    session.commit()  # each refusal is rolled back, as it is at the edge
    for draft, field in (
        (_draft(" "), "title"),
        (_draft("x" * 121), "title"),
        (_draft("\x00"), "title"),
        (_draft("x", description="x" * 2001), "description"),
        (_draft("x", done={Language.KK: "x" * 121}), "done_kk"),
        (_draft("x", done={Language.EN: "\ud800"}), "done_en"),
        (_draft("x", owner_id=stranger.id), "owner"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            change_improvement(session, made.id, draft, leader, now=now)
        assert refused.value.field == field
        session.rollback()
    assert [owner.name for owner in list_owners(session, region.id)] == ["Leader"]


def _draft(title: str, **changes: object) -> ImprovementDraft:
    return ImprovementDraft(title, changes.pop("state", ImprovementState.PROPOSED), **changes)  # type: ignore[arg-type]


def _said(session: Session, unit: Unit, comment: str | None, at: datetime) -> SurveyResponse:
    return make_response(session, unit.id, now=at, comment=comment)


def _wish(session: Session, unit: Unit, now: datetime) -> uuid.UUID:
    wish = Wish(
        id=new_id(), unit_id=unit.id, response_id=_said(session, unit, CHAIR, now).id, state=WishState.NEW, said_at=now
    )
    session.add(wish)
    session.flush()
    return wish.id


def _new(session: Session) -> set[uuid.UUID | None]:
    lines = list_wishes(session, scope=EVERYTHING).lines
    return {line.response_id or line.case_id for line in lines}
