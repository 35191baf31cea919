"""Periodic jobs once per slot, and the sign of life of the workers.

A slot is a job's name and a stretch of time (`2026-03-04T06:00` for an hourly job). Its unique row says that somebody
has taken it, so that any number of workers, restarted as often as you like, run the job once.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kit.db import Base, upsert


class JobRun(Base):
    """A slot that was taken; without `finished_at` it is under way or its worker died."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    worker: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]


class WorkerBeat(Base):
    """When a worker was last seen alive."""

    __tablename__ = "worker_beat"

    worker: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


def slot_of(now: datetime, every: timedelta) -> str:
    """Return the name of the slot that `now` (aware) lies in: its beginning in UTC, to the minute."""
    seconds = int(every.total_seconds())
    begin = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=UTC)
    return begin.strftime("%Y-%m-%dT%H:%M")


def take_slot(session: Session, job: str, slot: str, *, worker: str, now: datetime) -> bool:
    """Take the slot for `worker`; False if somebody has taken it before."""
    values = {"job": job, "slot": slot, "worker": worker, "started_at": now}
    statement = upsert(session, JobRun).values(values).on_conflict_do_nothing().returning(JobRun.job)
    return session.execute(statement).first() is not None


def finish_slot(session: Session, job: str, slot: str, *, now: datetime) -> None:
    """Write that the slot's work is done."""
    run = session.get(JobRun, (job, slot))
    if run is not None:
        run.finished_at = now


def beat(session: Session, worker: str, *, now: datetime) -> None:
    """Write that `worker` is alive."""
    statement = upsert(session, WorkerBeat).values(worker=worker, started_at=now, seen_at=now)
    session.execute(statement.on_conflict_do_update(index_elements=["worker"], set_={"seen_at": now}))


def last_runs(session: Session) -> dict[str, datetime | None]:
    """Return when each job that ever began was last finished; None for one that has not come to its end yet."""
    rows = session.execute(select(JobRun.job, func.max(JobRun.finished_at)).group_by(JobRun.job))
    return {job: finished_at for job, finished_at in rows}  # noqa: C416 -- rows are no pairs to mypy


def last_run(session: Session, job: str) -> datetime | None:
    """Return when this job was last finished, or None if it has not come to its end yet."""
    return session.scalar(select(func.max(JobRun.finished_at)).where(JobRun.job == job))


def last_beat(session: Session) -> datetime | None:
    """Return when any worker was last seen, or None if there has been none."""
    return session.scalar(select(func.max(WorkerBeat.seen_at)))


def forget_slots(session: Session, *, before: datetime) -> int:
    """Delete slots and signs of life from before the instant, and return how many rows went."""
    gone = 0
    for statement in (
        delete(JobRun).where(JobRun.started_at < before),
        delete(WorkerBeat).where(WorkerBeat.seen_at < before),
    ):
        gone += int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
    return gone
