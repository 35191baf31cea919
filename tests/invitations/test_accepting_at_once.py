"""The same interaction, the same person and the last of a cap, told by many at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from app.contacts.models import Contact
from app.invitations.drafts import Accepted, InteractionDraft
from app.invitations.models import AskedCount, Interaction, Invitation
from app.invitations.service import accept_interaction, accept_many
from app.kit.db import Database
from app.kit.errors import OtklikError
from app.messaging.models import Message
from tests.conftest import NOW
from tests.invitations.calls import ask_desk, call, make_place

AT_ONCE = 8


def tell_at_once(database: Database, drafts: list[InteractionDraft], policy: str = "") -> list[Accepted | str]:
    """Tell each draft in a transaction of its own, eight threads at a time, begun together."""
    desk, gate = ask_desk(policy), Barrier(AT_ONCE)

    def tell(draft: InteractionDraft) -> Accepted | str:
        try:
            with database.transaction() as session:
                return accept_interaction(session, desk, draft, now=NOW)
        except OtklikError as error:
            return error.code

    def work(start: int) -> list[Accepted | str]:
        gate.wait(10)
        return [tell(draft) for draft in drafts[start::AT_ONCE]]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [result for results in pool.map(work, range(AT_ONCE)) for result in results]


def counts(database: Database, *models: type) -> list[int]:
    with database.reading() as session:
        return [session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


def prepare(database: Database) -> None:
    with database.transaction() as session:
        make_place(session)


def test_a_hundred_repeats_at_once_are_one_interaction_and_one_message(database: Database) -> None:
    prepare(database)
    results = tell_at_once(database, [call()] * 100)
    told = [result for result in results if isinstance(result, Accepted)]
    assert len(told) == 100
    assert len({(one.interaction_id, one.decision, one.invitation_id) for one in told}) == 1
    assert sum(not one.repeated for one in told) == 1
    assert counts(database, Interaction, Invitation, Message, Contact) == [1, 1, 1, 1]


def test_repeats_without_an_address_at_once_are_one_interaction(database: Database) -> None:
    prepare(database)
    results = tell_at_once(database, [call(phone=None)] * 40)
    assert len({one.interaction_id for one in results if isinstance(one, Accepted)}) == 1
    assert counts(database, Interaction, Message) == [1, 0]


def test_two_bodies_at_once_under_one_name_are_one_interaction_and_conflicts(database: Database) -> None:
    prepare(database)
    results = tell_at_once(database, [call(topic=("Internet", "Roaming")[number % 2]) for number in range(40)])
    assert results.count("interaction_conflict") == 20
    assert counts(database, Interaction, Message) == [1, 1]


def test_many_calls_of_one_person_at_once_are_one_message(database: Database) -> None:
    prepare(database)
    tell_at_once(database, [call(external_id=str(number)) for number in range(80)])
    assert counts(database, Interaction, Message, Contact) == [80, 1, 1]


def test_a_cap_is_never_passed_by_many_at_once(database: Database) -> None:
    prepare(database)
    drafts = [call(external_id=str(number), phone=f"+770112345{number:02}") for number in range(60)]
    tell_at_once(database, drafts, "daily_cap: 10\nunits:\n  almaty: {daily_budget: 1000}")
    assert counts(database, Interaction, Invitation, Message) == [60, 10, 10]
    with database.reading() as session:
        assert set(session.scalars(select(AskedCount.asked))) == {10}


def test_bulks_of_the_same_people_at_once_wait_for_each_other(database: Database) -> None:
    prepare(database)
    drafts = [call(external_id=str(number), phone=f"+77011234{number:03}") for number in range(200)]
    desk = ask_desk()

    def tell(order: Callable[[list[InteractionDraft]], list[InteractionDraft]]) -> int:
        with database.transaction() as session:
            results = accept_many(session, desk, order(drafts), now=NOW)
        return sum(isinstance(one, Accepted) and not one.repeated for one in results)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(tell, [list, lambda all_of_them: all_of_them[::-1]])
    assert first + second == 200
    assert counts(database, Interaction, Message, Contact) == [200, 200, 200]
