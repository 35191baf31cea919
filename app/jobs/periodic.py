"""Jobs by the clock, each once per slot however many workers there are and however often they restart.

A slot missed while nothing ran is not made up for: every job here does all that is left to do whenever it runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.retention import forget_invitations, forget_sign_ins
from app.accounts.steps import forget_steps
from app.analytics.kept.sendings import forget_sendings
from app.callbacks.coming_due import note_due_cases
from app.callbacks.improvements.recogniser import Recogniser
from app.callbacks.retention import forget_asked, forget_numbers
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.rules.escalation import EscalationRules
from app.imports.drafts import forget_drafts
from app.invitations.counts import forget_counts
from app.invitations.desk import AskDesk
from app.jobs.asking_back import ASK_BACK, AskingBackWork
from app.jobs.counting import COUNT, CountingWork
from app.jobs.escalation import ESCALATE, REMIND, Escalating
from app.jobs.improvements import FIND, TELL, ImprovementWork
from app.jobs.load import WARN, LoadWarning
from app.jobs.notices import purge_notices, send_digests
from app.jobs.public_ratings import ASK_RATINGS, RatingPlanning
from app.jobs.reports import SEND_REPORTS, ReportPlanning
from app.jobs.topics import SORT, TopicWork
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.idempotency import purge_answers
from app.kit.log import get_logger
from app.kit.outbox import OutboxState, purge_done
from app.kit.slots import finish_slot, forget_slots, last_run, slot_of, take_slot
from app.messaging.lost import end_overdue, forget_inbound, forget_messages, requeue_lost
from app.responses.retention import forget_addresses, forget_devices
from app.responses.topics.classifier import Classifier
from app.touchpoints.posters.batches import KEPT_FOR, end_orphans, forget_batches
from app.webhooks.service import KEPT_FOR as KEEP_DELIVERIES
from app.webhooks.service import purge_deliveries

_LOG = get_logger(__name__)
# Rows a transaction: a purge must never make a rater wait for the one writer of SQLite.
BATCH = 1000
KEEP_DONE = timedelta(days=30)
KEEP_TRACES = timedelta(days=2)
KEEP_DRAFTS = timedelta(days=1)
KEEP_SLOTS = timedelta(days=90)
KEEP_SIGN_INS = timedelta(days=90)
# What `config/consents.yaml` promises; a text that promises less is a new version of it.
KEEP_NUMBERS = timedelta(days=29)
# After the last link to somebody has ended, or after we were last told of them.
KEEP_ASKED = timedelta(days=14)
KEEP_MESSAGES = timedelta(days=90)
# A system that repeats a request does so within a day; a day more for one that was switched off meanwhile.
KEEP_ANSWERS = timedelta(days=2)

_DUE_CASES = "tell-of-due-cases"
# How far back a first look goes, and how much of the last one each look repeats: nothing falls between two of them.
_FIRST_LOOK = timedelta(hours=1)
_OVERLAP = timedelta(minutes=5)

# One batch of work, given the session and the instant; returns how many rows it touched, less than BATCH when done.
Step = Callable[[Session, datetime], int]


@dataclass(frozen=True, slots=True)
class Job:
    """A named job, run once in each stretch of `every`; its steps repeat until there is nothing left.

    `keeps` is for how long what it deletes is kept before: the settings page tells it, in words by the job's name.
    """

    name: str
    every: timedelta
    steps: tuple[Step, ...]
    keeps: timedelta | None = None


def purge_outbox(session: Session, now: datetime) -> int:
    """Delete outbox rows done 30 days ago."""
    return purge_done(session, before=now - KEEP_DONE, limit=BATCH)


def purge_devices(session: Session, now: datetime) -> int:
    """Forget which devices answered 2 days ago."""
    return forget_devices(session, before=now - KEEP_TRACES, limit=BATCH)


def purge_addresses(session: Session, now: datetime) -> int:
    """Forget the hashed addresses of answers 2 days old."""
    return forget_addresses(session, before=now - KEEP_TRACES, limit=BATCH)


def purge_slots(session: Session, now: datetime) -> int:
    """Forget slots and workers of 90 days ago; few rows, so one batch."""
    return min(forget_slots(session, before=now - KEEP_SLOTS), BATCH - 1)


@dataclass(frozen=True, slots=True)
class PurgeAddresses:
    """Forgets people's addresses; `ask_again` is for how long after being asked they must be known again."""

    ask_again: timedelta = timedelta()

    def of_cases(self, session: Session, now: datetime) -> int:
        """Forget those of people whose last case was closed 29 days ago: by the 30th day they are gone."""
        asked = now - max(self.ask_again, KEEP_NUMBERS)
        return forget_numbers(session, before=now - KEEP_NUMBERS, asked_before=asked, limit=BATCH)

    def of_asked(self, session: Session, now: datetime) -> int:
        """Forget those of people whose last link ended 14 days ago."""
        before, asked = now - KEEP_ASKED, now - max(self.ask_again, KEEP_ASKED)
        return forget_asked(session, before=before, closed_before=now - KEEP_NUMBERS, asked_before=asked, limit=BATCH)


def purge_sign_ins(session: Session, now: datetime) -> int:
    """Forget sign-ins that ended 90 days ago; when somebody was here last stays known."""
    return forget_sign_ins(session, before=now - KEEP_SIGN_INS, limit=BATCH)


def purge_invitations(session: Session, now: datetime) -> int:
    """Forget links of staff that have opened nothing for 90 days."""
    return forget_invitations(session, before=now - KEEP_SIGN_INS, limit=BATCH)


def purge_steps(session: Session, now: datetime) -> int:
    """Forget steps on the way to a sign-in that were never taken; they lasted five minutes."""
    return forget_steps(session, before=now, limit=BATCH)


def purge_posters(session: Session, now: datetime) -> int:
    """Delete batches of posters asked for 2 days ago."""
    return forget_batches(session, before=now - KEPT_FOR, limit=BATCH)


def purge_poster_events(session: Session, now: datetime) -> int:
    """End the events of batches that are gone."""
    return end_orphans(session, now=now, limit=BATCH)


def purge_drafts(session: Session, now: datetime) -> int:
    """Forget files that were sent to be imported a day ago, taken in or not."""
    return forget_drafts(session, before=now - KEEP_DRAFTS, limit=BATCH)


def purge_webhooks(session: Session, now: datetime) -> int:
    """Delete what was sent to webhooks of events 30 days ago."""
    return purge_deliveries(session, before=now - KEEP_DELIVERIES, limit=BATCH)


def tell_of_due_cases(session: Session, now: datetime) -> int:
    """Tell which cases came due since this was last done; few at a time, so one batch."""
    before = last_run(session, _DUE_CASES)
    since = now - _FIRST_LOOK if before is None else before - _OVERLAP
    return min(note_due_cases(session, since=since, now=now), BATCH - 1)


def purge_messages(session: Session, now: datetime) -> int:
    """Delete messages of 90 days ago."""
    return forget_messages(session, before=now - KEEP_MESSAGES, limit=BATCH)


def purge_inbound(session: Session, now: datetime) -> int:
    """Delete what gateways told us 90 days ago."""
    return forget_inbound(session, before=now - KEEP_MESSAGES, limit=BATCH)


def purge_dead(session: Session, now: datetime) -> int:
    """Delete outbox rows given up 90 days ago: what they were to send is gone by then."""
    return purge_done(session, before=now - KEEP_MESSAGES, limit=BATCH, state=OutboxState.DEAD)


def purge_counts(session: Session, now: datetime) -> int:
    """Forget how many were asked on days 90 days ago; only the day's own limit looks at them."""
    return forget_counts(session, before=(now - KEEP_MESSAGES).date(), limit=BATCH)


def purge_repeats(session: Session, now: datetime) -> int:
    """Delete answers that were kept for repeated requests of other systems."""
    return purge_answers(session, before=now - KEEP_ANSWERS, limit=BATCH)


def purge_told(session: Session, now: datetime) -> int:
    """Forget what staff were told 90 days ago."""
    return purge_notices(session, before=now - KEEP_MESSAGES, limit=BATCH)


def purge_reports(session: Session, now: datetime) -> int:
    """Forget which reports were sent 90 days ago."""
    return forget_sendings(session, before=now - KEEP_MESSAGES, limit=BATCH)


def tell_digests(session: Session, now: datetime) -> int:
    """Tell staff what waited for the minute of their day; few at a time, so one batch."""
    return min(send_digests(session, now), BATCH - 1)


def find_lost_messages(session: Session, now: datetime) -> int:
    """Queue messages again that wait without a row in the outbox."""
    return requeue_lost(session, now=now, limit=BATCH)


def end_overdue_messages(session: Session, now: datetime) -> int:
    """End messages that are too late and that no worker takes."""
    return end_overdue(session, now=now, limit=BATCH)


def plan_jobs(
    ask_again: timedelta,
    escalation: EscalationRules = EscalationRules(),  # noqa: B008 -- never changed
    *,
    desk: AskDesk | None = None,
    rules: CaseRules | None = None,
    wishes: Recogniser | None = None,
    topics: Classifier | None = None,
    ratings: RatingPlanning | None = None,
    zone: ZoneInfo | None = None,
    load: LoadWarning | None = None,
) -> tuple[Job, ...]:
    """Return all jobs; `ask_again` is the longest time for which somebody who was asked is not asked again.

    Without a `desk` and `rules` nobody is asked whether their case is settled, without `wishes` none are looked for,
    without `ratings` no review site is asked for stars.
    """
    addresses = PurgeAddresses(ask_again)
    asking = AskingBackWork(desk, rules, BATCH)
    escalating = Escalating(escalation, BATCH)
    improving = ImprovementWork(wishes, desk, BATCH)
    return (
        Job("purge-outbox", timedelta(hours=1), (purge_outbox,), KEEP_DONE),
        Job("forget-traces", timedelta(hours=1), (purge_devices, purge_addresses), KEEP_TRACES),
        Job("forget-numbers", timedelta(hours=1), (addresses.of_cases,), KEEP_NUMBERS),
        Job("forget-asked", timedelta(hours=1), (addresses.of_asked,), KEEP_ASKED),
        Job(
            "forget-messages",
            timedelta(hours=1),
            (purge_messages, purge_inbound, purge_dead, purge_counts),
            KEEP_MESSAGES,
        ),
        Job("forget-repeats", timedelta(hours=1), (purge_repeats,), KEEP_ANSWERS),
        Job("find-lost-messages", timedelta(minutes=15), (find_lost_messages, end_overdue_messages)),
        Job("forget-sign-ins", timedelta(days=1), (purge_sign_ins, purge_invitations, purge_steps), KEEP_SIGN_INS),
        Job("forget-posters", timedelta(hours=1), (purge_posters, purge_poster_events), KEPT_FOR),
        Job("forget-drafts", timedelta(hours=1), (purge_drafts,), KEEP_DRAFTS),
        Job("forget-notices", timedelta(hours=1), (purge_told, purge_reports), KEEP_MESSAGES),
        Job("send-digests", timedelta(minutes=5), (tell_digests,)),
        Job("forget-webhooks", timedelta(hours=1), (purge_webhooks,), KEEP_DELIVERIES),
        Job(_DUE_CASES, timedelta(minutes=1), (tell_of_due_cases,)),
        Job(ASK_BACK, timedelta(minutes=1), (asking.plan, asking.ask)),
        Job(ESCALATE, timedelta(minutes=1), (escalating.tell,)),
        Job(REMIND, timedelta(minutes=5), (escalating.remind,)),
        Job(WARN, timedelta(days=1), (load.warn,) if load else ()),
        Job(FIND, timedelta(minutes=5), (improving.find,)),
        Job(SORT, timedelta(minutes=1), (TopicWork(topics, BATCH).sort,)),
        Job(TELL, timedelta(minutes=1), (improving.tell,)),
        Job(COUNT, timedelta(minutes=1), (CountingWork(zone, BATCH).count,)),
        Job(ASK_RATINGS, timedelta(hours=1), (ratings.plan,) if ratings else ()),
        Job(SEND_REPORTS, timedelta(minutes=5), (ReportPlanning(zone, BATCH).queue,)),
        Job("forget-slots", timedelta(days=1), (purge_slots,), KEEP_SLOTS),
    )


# What runs where the policy says nothing longer than the addresses are kept anyway.
JOBS = plan_jobs(timedelta())


def run_job(database: Database, job: Job, *, worker: str, clock: Clock) -> int | None:
    """Run the job if its present slot is free and return how many rows it touched; None if the slot was taken."""
    slot = slot_of(clock(), job.every)
    with database.transaction() as session:
        if not take_slot(session, job.name, slot, worker=worker, now=clock()):
            return None
    touched = sum(_repeat(database, step, clock) for step in job.steps)
    with database.transaction() as session:
        finish_slot(session, job.name, slot, now=clock())
    _LOG.info("job done", job=job.name, slot=slot, rows=touched)
    return touched


def _repeat(database: Database, step: Step, clock: Clock) -> int:
    touched = 0
    while True:
        with database.transaction() as session:
            batch = step(session, clock())
        touched += batch
        if batch < BATCH:
            return touched
