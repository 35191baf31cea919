"""Events on the time line: who may write them down, which touch what is looked at, and what may be said of each."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, Role
from app.accounts.scope import EVERYTHING, Scope
from app.analytics.differences import Verdict
from app.analytics.events.judging import Judged, judge_events
from app.analytics.events.keeping import EventDraft, add_event, change_event, remove_event
from app.analytics.events.listing import EventLine, list_below, list_touching
from app.analytics.events.models import EventKind, TimeLineEvent
from app.analytics.events.windows import Timing
from app.analytics.periods import last_days, start_of
from app.analytics.wanted import Wanted
from app.kit.errors import InvalidInputError
from app.surveys.definition import Metric
from tests.analytics.company import Company
from tests.callbacks.factories import acting, make_user

ALMATY = ZoneInfo("Asia/Almaty")
DAY = date(2026, 2, 10)
TODAY = date(2026, 3, 4)


def event(company: Company, unit: str = "company", day: date = DAY, title: str = "A new script") -> TimeLineEvent:
    user = make_user(company.session, f"{unit}-{day}", now=company.now)
    draft = EventDraft(company.units[unit].id, day, EventKind.SCRIPT, title, "why")
    return add_event(company.session, draft, actor=acting(user.id, Role.ADMIN), now=company.now)


def titles(events: list[EventLine]) -> list[str]:
    return [each.title for each in events]


def listed(session: Session, scope: Scope, unit_id: uuid.UUID | None = None) -> tuple[list[str], list[str]]:
    whole = {"unit_id": unit_id, "first": date(2026, 1, 1), "last": date(2026, 12, 31)}
    return titles(list_touching(session, scope, **whole)), titles(list_below(session, scope, **whole))  # type: ignore[arg-type]


def judge(session: Session, company: Company, days: int = 14, metric: Metric = Metric.CSAT) -> list[Judged]:
    session.flush()
    events = list_touching(session, EVERYTHING, unit_id=None, first=date(2026, 1, 1), last=date(2026, 12, 31))
    wanted = Wanted(last_days(30, now=company.now, zone=ALMATY))
    return judge_events(session, wanted, EVERYTHING, metric, events, among=events, days=days, today=TODAY)


def answer(company: Company, rating: int, days: int, times: int = 40, channel: str = "visit") -> None:
    at = start_of(DAY, ALMATY) + timedelta(days=days)
    for place in range(times):
        company.answer("n1", rating if place % 5 else 3, at=at + timedelta(minutes=place), channel=channel)


def test_an_event_is_written_changed_and_taken_away_and_each_is_in_the_audit(
    session: Session, company: Company, now: datetime
) -> None:
    made = event(company, "n1")
    user = make_user(session, "Dana", now=now, unit_id=company.units["north"].id)
    own = acting(user.id, unit_id=company.units["north"].id)
    draft = EventDraft(company.units["n2"].id, date(2026, 2, 11), EventKind.PRICE, "  A  new\tprice ", "")

    changed = change_event(session, made.id, draft, actor=own, now=now)
    assert (changed.title, changed.note, changed.unit_id) == ("A new price", None, company.units["n2"].id)
    remove_event(session, made.id, actor=own, now=now)
    session.flush()

    assert session.scalar(select(func.count()).select_from(TimeLineEvent)) == 0
    told = session.execute(select(AuditEntry.action, AuditEntry.details).where(AuditEntry.object_type == "event"))
    actions = {action: details for action, details in told}  # noqa: C416 -- rows, not pairs
    assert set(actions) == {"event.added", "event.changed", "event.removed"}
    assert "A new price" not in str(actions)


def test_what_cannot_be_kept_is_refused_with_its_field(session: Session, company: Company, now: datetime) -> None:
    user = make_user(session, "Aigul", now=now)
    good = {"day": DAY, "title": "a", "note": ""}
    for field, value in (
        ("title", " \n "),
        ("title", "a" * 121),
        ("title", "a\0b"),
        ("title", "\ud800"),
        ("note", "a" * 2001),
        ("note", "\0"),
        ("day", date(1999, 12, 31)),
        ("day", now.date() + timedelta(days=367)),
        ("day", date(2099, 1, 1)),
    ):
        draft = EventDraft(company.units["n1"].id, kind=EventKind.OTHER, **{**good, field: value})  # type: ignore[arg-type]
        with pytest.raises(InvalidInputError) as refused:
            add_event(session, draft, actor=acting(user.id, Role.ADMIN), now=now)
        assert refused.value.field == field, value
    session.expunge_all()


def test_an_event_touches_its_unit_and_all_below(session: Session, company: Company) -> None:
    for unit in ("company", "north", "n1", "s1"):
        event(company, unit, title=unit)
    units = {code: unit.id for code, unit in company.units.items()}
    north, two = Scope(frozenset({units["north"]})), Scope(frozenset({units["n1"], units["s1"]}))
    session.flush()

    assert listed(session, EVERYTHING) == (["company"], ["s1", "n1", "north"])
    assert listed(session, EVERYTHING, units["n1"]) == (["n1", "north", "company"], [])
    assert listed(session, north) == (["north", "company"], ["n1"])
    assert listed(session, two) == (["company"], ["s1", "n1"])
    assert listed(session, Scope()) == ([], [])


def test_a_change_is_said_where_there_is_one(session: Session, company: Company) -> None:
    event(company)
    answer(company, 2, -3)
    answer(company, 5, 0)

    [judged] = judge(session, company)

    assert judged.timing is Timing.OVER
    assert judged.change is not None
    assert judged.change.verdict is Verdict.HIGHER
    assert (judged.before.n, judged.after.n) == (40, 40)  # type: ignore[union-attr]
    assert (judged.others, judged.channels) == ((), ())


def test_without_one_it_is_not_distinguishable_and_below_thirty_too_few(session: Session, company: Company) -> None:
    event(company)
    answer(company, 5, -1)
    answer(company, 5, 1, times=29)
    [few] = judge(session, company)
    answer(company, 5, 2, times=10)
    [alike] = judge(session, company)

    assert few.change is not None
    assert alike.change is not None
    assert [few.change.verdict, alike.change.verdict] == [Verdict.TOO_FEW, Verdict.NO_CLEAR_DIFFERENCE]


def test_answers_outside_the_days_do_not_count_and_days_to_come_are_waited_for(
    session: Session, company: Company
) -> None:
    event(company)
    event(company, day=TODAY - timedelta(days=6), title="too early")
    event(company, day=TODAY + timedelta(days=1), title="to come")
    answer(company, 5, -8, times=3)
    answer(company, 5, 7, times=3)
    answer(company, 5, -7, times=4)
    answer(company, 5, 6, times=5)

    judged = {each.event.title: each for each in judge(session, company, days=7)}

    assert {title: each.timing for title, each in judged.items()} == {
        "A new script": Timing.OVER,
        "too early": Timing.TOO_EARLY,
        "to come": Timing.TO_COME,
    }
    script = judged["A new script"]
    assert (script.before.n, script.after.n) == (4, 5)  # type: ignore[union-attr]
    assert judged["too early"].before is None


def test_another_event_and_other_channels_are_named_as_possible_reasons(session: Session, company: Company) -> None:
    event(company)
    event(company, day=DAY + timedelta(days=5), title="A new price")
    event(company, day=DAY - timedelta(days=20), title="long ago")
    answer(company, 5, -2, channel="visit")
    answer(company, 5, 1, channel="call")

    judged = {each.event.title: each for each in judge(session, company)}

    assert titles(list(judged["A new script"].others)) == ["A new price"]
    assert judged["A new script"].channels == ("call", "visit")


def test_another_metric_is_judged_by_its_own_answers(session: Session, company: Company) -> None:
    event(company)
    answer(company, 5, -2)

    [judged] = judge(session, company, metric=Metric.NPS)

    assert judged.before is not None
    assert judged.before.n == 0
