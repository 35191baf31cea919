"""The figures of callbacks: each from a handful of cases whose figures can be counted on fingers."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, NOTHING, Scope
from app.analytics.metrics import Reason
from app.analytics.periods import last_days
from app.analytics.recovery import Recovery, read_recovery
from app.analytics.recovery_counts import Cohort, Which, select_cases
from app.callbacks.asking_back.models import AskedBack
from app.callbacks.models import CallbackCase, CaseEvent, EventKind
from app.contacts.models import Contact
from app.kit.crypto import Vault
from app.kit.ids import new_id
from app.organisation.models import Unit, UnitKind
from app.organisation.service import add_unit, get_company, sync_company
from tests.callbacks.factories import HOURS, make_contact, make_response
from tests.conftest import NOW

HOUR = timedelta(hours=1)
ALMATY = ZoneInfo("Asia/Almaty")
# A Monday at ten in Almaty, when the units work.
OPENED = datetime.fromisoformat("2026-03-02T10:00+05:00")


class Desk:
    """Two regions; `north` has two offices, `south` one."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self.session = session
        sync_company(session, name="Aru Bank", time_zone="Asia/Almaty", hours=HOURS, now=NOW)
        root = get_company(session)
        self.company = root
        self.north, self.south = (self._add(name, root, UnitKind.REGION) for name in ("North", "South"))
        self.first, self.second = (self._add(name, self.north) for name in ("First", "Second"))
        self.third = self._add("Third", self.south)
        self.contact: Contact = make_contact(session, vault, now=NOW)

    def _add(self, name: str, above: Unit, kind: UnitKind = UnitKind.OFFICE) -> Unit:
        return add_unit(self.session, name=name, kind=kind, parent_id=above.id, now=NOW)

    def case(
        self,
        unit: Unit,
        *,
        attempted: float | None = 1,
        reached: float | None = None,
        closed: float | None = 2,
        rating: int | None = 2,
        settled: bool | None = None,
        again: int | None = None,
        reopened: bool = False,
        outcome: str = "settled",
        **more: Any,
    ) -> uuid.UUID:
        """A case due to be tried within 4 hours and settled within 8; times are hours after its opening."""
        response = make_response(self.session, unit.id, rating=rating, now=OPENED) if rating else None
        case = CallbackCase(
            id=new_id(),
            unit_id=unit.id,
            response_id=response.id if response else None,
            contact_id=self.contact.id,
            reason="low_rating",
            opened_at=OPENED,
            first_attempt_due_at=OPENED + 4 * HOUR,
            settle_due_at=OPENED + 8 * HOUR,
            due_at=OPENED + 4 * HOUR,
            first_attempt_at=_after(attempted),
            first_reached_at=_after(reached),
            closed_at=_after(closed),
            outcome=outcome if closed is not None else None,
            cause="waiting" if closed is not None else None,
            **more,
        )
        self.session.add(case)
        self.session.flush()
        if reopened:
            self._reopen(case)
        if settled is not None:
            self._answer(case, settled, again)
        self.session.flush()
        return case.id

    def _reopen(self, case: CallbackCase) -> None:
        """Its first round went as it was made; now nobody has tried yet."""
        names = ("first_attempt_at", "first_attempt_due_at", "first_reached_at", "settle_due_at", "closed_at")
        over = {name: getattr(case, name).isoformat() for name in names if getattr(case, name)}
        self.session.add(CaseEvent(id=new_id(), case_id=case.id, at=NOW, kind=EventKind.REOPENED, details=over))
        case.reopenings, case.reopened_at = 1, NOW
        case.closed_at = case.outcome = case.cause = case.first_attempt_at = case.first_reached_at = None
        case.first_attempt_due_at, case.settle_due_at = NOW + 4 * HOUR, NOW + 8 * HOUR

    def _answer(self, case: CallbackCase, settled: bool, again: int | None) -> None:
        question_id = new_id()
        self.session.add(
            AskedBack(
                id=question_id,
                case_id=case.id,
                token_hash=question_id.bytes * 2,
                closed_at=OPENED,
                ask_at=OPENED,
                answer_by=NOW,
                decided_at=OPENED,
                asked_at=OPENED,
                answered_at=OPENED,
                settled=settled,
                rating=again,
                via="sms",
            )
        )

    def read(self, unit: Unit | None = None, scope: Scope = EVERYTHING) -> Recovery:
        """The figures of a week."""
        period = last_days(7, now=NOW, zone=ALMATY)
        return read_recovery(self.session, scope=scope, unit_id=unit.id if unit else None, period=period, now=NOW)


def _after(hours: float | None) -> datetime | None:
    return None if hours is None else OPENED + hours * HOUR


@pytest.fixture
def desk(session: Session, vault: Vault) -> Desk:
    return Desk(session, vault)


def test_recovery_takes_a_four_and_one_more_than_before_from_the_same_scale(desk: Desk) -> None:
    for rating, again in ((1, 4), (2, 5), (3, 4), (1, 3), (2, 2), (4, 4), (5, 5), (1, 5), (2, 4), (1, 1)):
        desk.case(desk.first, rating=rating, settled=True, again=again)
    desk.case(desk.first, rating=None, settled=True, again=5)  # a complaint has no first rating to compare with
    desk.case(desk.first, settled=True)  # said yes and rated nothing
    desk.case(desk.first)  # was never asked
    shares = desk.read().shares
    assert (shares.recovery.value, shares.recovery.n) == (5 / 10, 10)
    assert (shares.recovery_strict.value, shares.recovery_strict.n) == (5 / 13, 13)
    assert shares.recovery.ci_low == pytest.approx(0.2366, abs=1e-4)


def test_what_the_customer_said_and_what_was_opened_again_are_shares_too(desk: Desk) -> None:
    for _ in range(8):
        desk.case(desk.first, settled=True)
    for _ in range(4):
        desk.case(desk.first, settled=False, reopened=True)
    desk.case(desk.first, closed=None)
    shares, counts = desk.read().shares, desk.read().counts
    assert (shares.settled.value, shares.settled.n) == (8 / 12, 12)
    assert (shares.reopened.value, shares.reopened.n) == (4 / 12, 12)
    assert (counts.opened, counts.closed, counts.asked, counts.answered) == (13, 12, 12, 12)


@pytest.mark.parametrize(
    ("how", "attempt", "settlement"),
    [
        ({}, (1, 1), (1, 1)),
        ({"attempted": 4, "closed": 8}, (1, 1), (1, 1)),
        ({"attempted": 5, "closed": 9}, (1, 0), (1, 0)),
        ({"attempted": None, "closed": 3}, (1, 1), (1, 1)),  # settled on site in time
        ({"attempted": None, "closed": 7}, (1, 0), (1, 1)),
        ({"attempted": None, "closed": None}, (1, 0), (1, 0)),  # still open past both clocks: breached
        ({"attempted": 1, "closed": None}, (1, 1), (1, 0)),
        ({"attempted": 5, "closed": 9, "reopened": True}, (1, 0), (1, 0)),  # its first round counts
        ({"reopened": True}, (1, 1), (1, 1)),
    ],
)
def test_in_time_or_not(desk: Desk, how: dict[str, Any], attempt: tuple[int, int], settlement: tuple[int, int]) -> None:
    desk.case(desk.first, **how)
    counts = desk.read().counts
    assert (counts.attempt_clocks, counts.attempt_kept) == attempt
    assert (counts.settle_clocks, counts.settle_kept) == settlement


def test_a_clock_that_still_runs_is_pending(desk: Desk) -> None:
    case_id = desk.case(desk.first, attempted=None, closed=None)
    case = desk.session.get_one(CallbackCase, case_id)
    case.first_attempt_due_at, case.settle_due_at = NOW + HOUR, NOW + HOUR
    desk.session.flush()
    counts = desk.read().counts
    assert (counts.opened, counts.attempt_clocks, counts.settle_clocks) == (1, 0, 0)


def test_times_run_on_the_wall_and_in_working_hours_and_nobody_who_waits_is_left_out(desk: Desk) -> None:
    for hours in range(1, 11):
        desk.case(desk.first, attempted=hours, reached=hours + 1, closed=24)
    figures = desk.read()
    assert figures.attempt_elapsed.median is not None
    assert figures.attempt_worked.median is not None
    assert figures.attempt_elapsed.median.value == timedelta(hours=5.5)
    # Opened at ten, the day ends at eighteen: whatever comes after it took eight working hours.
    assert figures.attempt_worked.p90 is not None
    assert figures.attempt_worked.p90.value == 8 * HOUR
    assert figures.contact_elapsed.median is not None
    assert figures.contact_elapsed.median.value == timedelta(hours=6.5)
    for _ in range(12):
        desk.case(desk.first, attempted=None, closed=None)
    figures = desk.read()
    assert (figures.attempt_elapsed.n, figures.attempt_elapsed.waiting) == (22, 12)
    assert figures.attempt_elapsed.median is not None
    assert figures.attempt_elapsed.median.at_least


def test_each_unit_of_the_next_level_adds_up_what_lies_below_it(desk: Desk) -> None:
    for unit, n in ((desk.first, 12), (desk.second, 11), (desk.third, 10), (desk.north, 1)):
        for _ in range(n):
            desk.case(unit, settled=True, again=5)
    company = desk.read()
    assert [(line.place.name, line.counts.opened) for line in company.units] == [("North", 24), ("South", 10)]
    assert company.counts.opened == 34
    north = desk.read(desk.north)
    assert [line.place.name for line in north.units] == ["First", "Second"]
    assert north.counts.opened == 24, "the case of the region itself is in the whole"
    assert [place.name for place in north.path] == ["Aru Bank", "North"]
    # One case lies at the region itself: with it shown beside the whole, it could be worked out.
    assert [line.shares.settled.reason for line in north.units] == [None, Reason.PROTECTS_ANOTHER]


def test_a_manager_sees_the_figures_of_her_units_alone(desk: Desk) -> None:
    for unit in (desk.first, desk.third):
        for _ in range(3):
            desk.case(unit)
    one = Scope(frozenset({desk.north.id}))
    two = Scope(frozenset({desk.north.id, desk.first.id, desk.third.id}))
    assert desk.read(scope=one).counts.opened == 3
    assert [place.name for place in desk.read(scope=one).path] == ["North"]
    assert desk.read(scope=two).counts.opened == 6, "what was granted twice counts once"
    assert {line.place.name for line in desk.read(scope=two).units} == {"North", "Third"}
    assert desk.read(scope=NOTHING).counts.opened == 0
    assert desk.read(desk.third, scope=one).counts.opened == 0


def test_outcomes_and_causes_are_counted_with_the_most_frequent_first(desk: Desk) -> None:
    for outcome in ("settled", "settled", "not_reached"):
        desk.case(desk.first, outcome=outcome)
    desk.case(desk.first, closed=None)
    figures = desk.read()
    assert figures.outcomes == (("settled", 2), ("not_reached", 1))
    assert figures.causes == (("waiting", 3),)


def test_the_cases_behind_a_figure_are_those_that_it_counts(desk: Desk) -> None:
    late = desk.case(desk.first, attempted=5, closed=9)
    won = desk.case(desk.first, settled=True, again=5)
    lost = desk.case(desk.first, settled=False, again=1, reopened=True)
    cohort = Cohort(EVERYTHING, None, last_days(7, now=NOW, zone=ALMATY), NOW)
    for which, ids in (
        (Which.OPENED, {late, won, lost}),
        (Which.LATE_ATTEMPT, {late}),
        (Which.LATE_SETTLEMENT, {late}),
        (Which.SETTLED, {won}),
        (Which.RECOVERED, {won}),
        (Which.NOT_SETTLED, {lost}),
        (Which.REOPENED, {lost}),
    ):
        assert set(desk.session.scalars(select_cases(desk.session, cohort, which))) == ids, which
    assert set(desk.session.scalars(select_cases(desk.session, cohort, Which.OPENED, cause="waiting"))) == {late, won}


def test_no_statement_more_for_ten_times_the_cases(desk: Desk) -> None:
    def count() -> int:
        seen: list[str] = []

        def note(*args: Any) -> None:
            seen.append(str(args[2]))

        engine = desk.session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        desk.read()
        event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    desk.case(desk.first, settled=True, again=5)
    before = count()
    for unit in (desk.first, desk.second, desk.third):
        for _ in range(10):
            desk.case(unit, settled=False, again=5, reopened=True)
    assert count() == before
    assert before <= 12
