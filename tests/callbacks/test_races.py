"""Two at once, with real threads and connections: one wins, the other is told, and the timeline agrees."""

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.callbacks.choosing import claim_most_urgent
from app.callbacks.closing import close_case, settle_on_site
from app.callbacks.errors import CaseClosedError, CaseTakenError, PromiseOpenError
from app.callbacks.escalation.roster import set_owner
from app.callbacks.handing_over import hand_over_case
from app.callbacks.improvements.finding import mark_wish
from app.callbacks.models import CallbackCase, CaseEvent
from app.callbacks.promises import make_promise
from app.callbacks.working import claim_case
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.errors import ConflictError
from app.organisation.service import get_company
from tests.callbacks.factories import RULES, acting, make_case, make_contact, make_office, make_response, make_user

PAIRS = 200


@contextmanager
def _two() -> Iterator[Callable[[Callable[[], str], Callable[[], str]], list[str]]]:
    """Run two functions, begun at one moment, and return what each says."""
    with ThreadPoolExecutor(2) as pool:

        def run(first: Callable[[], str], second: Callable[[], str]) -> list[str]:
            barrier = threading.Barrier(2)

            def go(act: Callable[[], str]) -> str:
                barrier.wait()
                try:
                    return act()
                except ConflictError as error:
                    return f"{error.code} {error.details.get('name', '')}".strip()

            return list(pool.map(go, [first, second]))

        yield run


def _seed(database: Database, now: datetime, cases: int) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    with database.transaction() as session:
        office = make_office(session, now=now)
        users = [make_user(session, name, now=now).id for name in ("Aigul", "Bolat")]
        return users, [make_case(session, office.id, now=now).id for _ in range(cases)]


def test_of_two_who_claim_one_case_one_wins_and_the_other_is_told_who(database: Database, now: datetime) -> None:
    users, cases = _seed(database, now, PAIRS)
    names = dict(zip(users, ("Aigul", "Bolat"), strict=True))

    def claim(case_id: uuid.UUID, user_id: uuid.UUID) -> str:
        with database.transaction() as session:
            claim_case(session, case_id, actor=acting(user_id), now=now)
        return "won"

    with _two() as run:
        for case_id in cases:
            first, second = (lambda user=user, case_id=case_id: claim(case_id, user) for user in users)
            said = run(first, second)
            winner = users[said.index("won")]
            assert sorted(said) == sorted(["won", f"case_taken {names[winner]}"])
            with database.reading() as session:
                assert session.get_one(CallbackCase, case_id).claimed_by_id == winner
    with database.reading() as session:
        claims = session.execute(select(CaseEvent.case_id, CaseEvent.user_id).where(CaseEvent.kind == "claimed")).all()
        owners = session.execute(select(CallbackCase.id, CallbackCase.claimed_by_id)).all()
    assert sorted(claims) == sorted(owners)


def test_claim_against_close_ends_in_one_story(database: Database, now: datetime) -> None:
    users, cases = _seed(database, now, 40)

    def claim(case_id: uuid.UUID) -> str:
        with database.transaction() as session:
            claim_case(session, case_id, actor=acting(users[0]), now=now)
        return "claimed"

    def close(case_id: uuid.UUID) -> str:
        with database.transaction() as session:
            close_case(
                session,
                case_id,
                actor=acting(users[1]),
                rules=RULES,
                outcome="settled_on_site",
                cause="other",
                now=now,
            )
        return "closed"

    with _two() as run:
        for case_id in cases:
            said = run(lambda case_id=case_id: claim(case_id), lambda case_id=case_id: close(case_id))  # type: ignore[misc]
            with database.reading() as session:
                timeline = session.execute(
                    select(CaseEvent.kind, CaseEvent.user_id).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
                ).all()[1:]
            if said[0] == "claimed":
                assert said[1] == f"{CaseTakenError.code} Aigul"
                assert timeline == [("claimed", users[0])]
            else:
                assert said == [CaseClosedError.code, "closed"]
                assert timeline == [("claimed", users[1]), ("closed", users[1])]


def test_of_two_who_take_the_most_urgent_at_once_each_gets_another(
    database: Database, vault: Vault, now: datetime
) -> None:
    users, _ = _seed(database, now, 0)
    with database.transaction() as session:
        office_id, contact = make_office(session, now=now, name="Office").id, make_contact(session, vault, now=now)
        expected = {make_case(session, office_id, contact=contact, now=now).id for _ in range(2 * PAIRS - 1)}

    def take(user_id: uuid.UUID) -> str:
        with database.transaction() as session:
            case = claim_most_urgent(session, actor=acting(user_id), now=now)
        return str(case.id) if case else "nobody"

    taken: list[str] = []
    with _two() as run:
        for _ in range(PAIRS):
            taken += run(lambda: take(users[0]), lambda: take(users[1]))
    assert sorted(taken) == sorted([*map(str, expected), "nobody"])
    with database.reading() as session:
        claims = session.execute(select(CaseEvent.case_id, CaseEvent.user_id).where(CaseEvent.kind == "claimed")).all()
        owners = session.execute(select(CallbackCase.id, CallbackCase.claimed_by_id)).all()
    assert sorted(claims) == sorted(owners)


def test_hand_over_against_claim_leaves_one_owner_and_one_story(database: Database, now: datetime) -> None:
    (aigul, bolat), cases = _seed(database, now, PAIRS)

    def claim(case_id: uuid.UUID) -> str:
        with database.transaction() as session:
            claim_case(session, case_id, actor=acting(bolat), now=now)
        return "claimed"

    def hand_over(case_id: uuid.UUID) -> str:
        with database.transaction() as session:
            hand_over_case(session, case_id, actor=acting(aigul), to_user_id=aigul, note=None, now=now)
        return "handed over"

    with _two() as run:
        for case_id in cases:
            said = run(lambda case_id=case_id: claim(case_id), lambda case_id=case_id: hand_over(case_id))  # type: ignore[misc]
            # Whoever leads takes it from anybody, so that only the claim can come too late.
            assert said in (["claimed", "handed over"], [f"{CaseTakenError.code} Aigul", "handed over"])
            with database.reading() as session:
                assert session.get_one(CallbackCase, case_id).claimed_by_id == aigul
                told = select(CaseEvent.kind, CaseEvent.details).where(CaseEvent.case_id == case_id)
                timeline = [tuple(line) for line in session.execute(told.order_by(CaseEvent.id)).all()[1:]]
            first: list[tuple[str, dict[str, str]]] = [("claimed", {})] if said[0] == "claimed" else []
            held_by = {"held_by": str(bolat)} if first else {}
            assert timeline == [*first, ("handed_over", {"to": str(aigul), **held_by})]


def test_promise_against_close_is_never_lost(database: Database, now: datetime) -> None:
    users, cases = _seed(database, now, 40)
    actor = acting(users[0])

    def promise(case_id: uuid.UUID) -> str:
        with database.transaction() as session:
            due_at = now + timedelta(hours=1)
            make_promise(session, case_id, actor=actor, promise="A call", due_at=due_at, now=now)
        return "promised"

    def close(case_id: uuid.UUID) -> str:
        with database.transaction() as session:
            settle_on_site(session, case_id, actor=actor, rules=RULES, cause="other", now=now)
        return "closed"

    with _two() as run:
        for case_id in cases:
            said = run(lambda case_id=case_id: promise(case_id), lambda case_id=case_id: close(case_id))  # type: ignore[misc]
            assert said in (["promised", PromiseOpenError.code], [CaseClosedError.code, "closed"])


def test_low_answer_sent_twice_at_once_opens_one_case(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        office = make_office(session, now=now)
        office_id = office.id
        responses = [make_response(session, office.id, now=now) for _ in range(40)]

    with _two() as run:
        for response in responses:

            def open_one(response=response) -> str:  # type: ignore[no-untyped-def]
                with database.transaction() as session:
                    return str(make_case(session, office_id, response=response, now=now).id)

            first, second = run(open_one, open_one)
            assert first == second
    with database.reading() as session:
        opened = session.scalars(select(CaseEvent.case_id).where(CaseEvent.kind == "opened")).all()
    assert len(opened) == len(set(opened)) == len(responses)


def test_of_two_who_mark_one_wish_one_does_and_two_first_owners_are_one(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        company = get_company(session).id
        users = [make_user(session, name, now=now, unit_id=company, role=Role.ADMIN).id for name in ("Aigul", "Bolat")]
        offices = [make_office(session, now=now, name=f"Office {number}").id for number in range(10)]
        responses = [make_response(session, office, now=now, comment="Put chairs there").id for office in offices]

    def act(use: Callable[[Session], object]) -> str:
        with database.transaction() as session:
            use(session)
        return "done"

    with _two() as run:
        for response_id in responses:
            first, second = (
                lambda who=who, one=response_id: act(lambda s: mark_wish(s, one, acting(who), now=now)) for who in users
            )
            assert sorted(run(first, second)) == ["already_wish", "done"]
        for office in offices:
            first, second = (
                lambda who=who, one=office: act(
                    lambda s: set_owner(s, one, who, actor=acting(who, role=Role.ADMIN), now=now)
                )
                for who in users
            )
            assert run(first, second) == ["done", "done"]
