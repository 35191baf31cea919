"""Sign-ins and links are forgotten when nobody asks about them any more; when somebody was here last is not."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.invitations import make_invitation
from app.accounts.models import SignIn, StaffInvitation
from app.accounts.retention import forget_invitations, forget_sign_ins
from app.accounts.service import get_user
from app.accounts.sign_ins import begin_sign_in, end_sign_ins
from app.jobs.periodic import JOBS, run_job
from app.kit.db import Database
from tests.web.staff import email_of, make_company

DAY = timedelta(days=1)


def begin(session: Session, name: str, *, at: datetime) -> None:
    """Begin a sign-in that lasts for a day."""
    user = get_user(session, email_of(name))
    begin_sign_in(session, user, address="192.0.2.7", user_agent="Phone", lasts=DAY, now=at)
    session.flush()


def test_old_sign_ins_go_but_for_a_users_last_which_keeps_the_time_alone(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    for days in (100, 99, 98):
        begin(session, "manager", at=now - days * DAY)
    begin(session, "analyst", at=now - 95 * DAY)
    begin(session, "analyst", at=now)
    before = now - 90 * DAY
    assert forget_sign_ins(session, before=before, limit=2) == 2
    assert forget_sign_ins(session, before=before, limit=2) == 2
    assert forget_sign_ins(session, before=before, limit=2) == 0
    session.expire_all()
    left = session.execute(select(SignIn.created_at, SignIn.address, SignIn.user_agent).order_by(SignIn.id)).all()
    assert [tuple(row) for row in left] == [(now - 98 * DAY, "", ""), (now, "192.0.2.7", "Phone")]


def test_a_sign_in_that_was_ended_counts_from_its_end(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    user = get_user(session, email_of("manager"))
    begin_sign_in(session, user, address="", user_agent="", lasts=200 * DAY, now=now - 95 * DAY)
    end_sign_ins(session, user.id, now=now - 91 * DAY)
    begin(session, "manager", at=now)
    assert forget_sign_ins(session, before=now - 90 * DAY) == 1


def test_links_go_90_days_after_they_opened_last(session: Session, now: datetime) -> None:
    make_company(session, now=now)
    user = get_user(session, email_of("manager"))
    make_invitation(session, user, by=None, now=now - 120 * DAY)
    make_invitation(session, user, by=None, now=now - 98 * DAY)  # revokes the first, and has expired for 91 days
    assert forget_invitations(session, before=now - 100 * DAY) == 0
    assert forget_invitations(session, before=now - 90 * DAY) == 2
    make_invitation(session, user, by=None, now=now - 96 * DAY)
    assert forget_invitations(session, before=now - 90 * DAY) == 0


def test_the_worker_forgets_them_daily(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        make_company(session, now=now)
        for days in (99, 98):
            begin(session, "manager", at=now - days * DAY)
        make_invitation(session, get_user(session, email_of("manager")), by=None, now=now - 98 * DAY)
    job = next(job for job in JOBS if job.name == "forget-sign-ins")
    assert run_job(database, job, worker="w", clock=lambda: now) == 3
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1
        assert session.scalar(select(func.count()).select_from(StaffInvitation)) == 0
