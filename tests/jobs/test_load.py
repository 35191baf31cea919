"""Once a day whoever stands above a team hears that the rules open more than it can work."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.callbacks.rules.escalation import LoadRules
from app.jobs.load import WARN, LoadWarning
from app.jobs.periodic import plan_jobs
from app.kit.crypto import Vault
from app.messaging.notices.models import Notice, NoticeKind
from app.routing.policy import load_policy
from app.routing.staff_composing import compose_notice
from config.settings import ROOT
from tests.callbacks.escalation.tree import make_tree
from tests.callbacks.factories import make_response
from tests.conftest import NOW
from tests.routing.staff_telling import make_desk


def test_the_next_person_up_hears_once_a_day_of_a_team_that_cannot_work_what_is_opened(
    session: Session, vault: Vault
) -> None:
    tree = make_tree(session, now=NOW)
    for name, level in (("cory", "city"), ("rauan", "region")):
        tree.stand(name, level)
    tree.stand("root", "company", Role.ADMIN)
    for _ in range(3):
        make_response(session, tree.units["office"], rating=1, now=tree.now - timedelta(hours=1))
    session.flush()

    def warn(after: timedelta = timedelta(), per_day: int = 1) -> int:
        policy = load_policy(ROOT / "config" / "routing.yaml")
        load = LoadWarning(LoadRules(per_person_per_day=per_day), policy)
        (job,) = (job for job in plan_jobs(timedelta(), load=load) if job.name == WARN)
        return sum(step(session, tree.now + after) for step in job.steps)

    assert warn(per_day=3) == 0  # three came today, and one person can work three
    assert [warn(), warn(), warn(timedelta(days=1))] == [1, 0, 1]
    notices = session.scalars(select(Notice)).all()
    assert {(each.user_id, each.kind) for each in notices} == {(tree.users["rauan"].id, NoticeKind.LOAD_WARNING)}
    told = compose_notice(session, make_desk(vault), notices[0], now=tree.now)
    assert "/manage/roster/load" in told.text
