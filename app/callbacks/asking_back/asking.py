"""The questions that are due: each is asked in the customer's channel, or it is kept why nobody was asked."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.callbacks.asking_back.deciding import Facts, Skipped, Verdict, decide
from app.callbacks.asking_back.models import AskedBack
from app.callbacks.models import CallbackCase, EventKind
from app.callbacks.rules.asking_back import AskingBackRules
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.timeline import write_event
from app.contacts.models import Consent, Contact
from app.contacts.suppression import find_suppression
from app.invitations.counts import reserve
from app.invitations.desk import AskDesk
from app.invitations.models import Interaction, Invitation
from app.invitations.places import find_paused, find_places_by_id
from app.invitations.policy import Facts as Person
from app.invitations.policy import channels_for
from app.invitations.reach import reach_of
from app.kit.i18n import Language, read_language
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel
from app.messaging.service import queue_message
from app.responses.models import SurveyResponse

TEXT_KEY = "asked_back"
# What could not be asked within this time of its hour (the worker stood still) is not asked any more.
_LATEST = timedelta(days=3)
# A message that a gateway does not take by then is dropped: asked days later, nobody knows what it is about.
_SEND_WITHIN = timedelta(hours=24)
# How long after the person wrote WhatsApp lets us write freely, with room for the way there.
_WHATSAPP_OPEN = timedelta(hours=23)
_SENT = (MessageState.HANDED_OVER, MessageState.DELIVERED, MessageState.READ)


def ask_due(session: Session, *, desk: AskDesk, rules: CaseRules, now: datetime, limit: int = 50) -> int:
    """Decide up to `limit` questions that are due and return how many; each is decided once, by one worker.

    Few at a time: a transaction that writes to many people would make raters wait on SQLite.
    """
    due = session.scalars(
        select(AskedBack)
        .where(AskedBack.decided_at.is_(None), AskedBack.ask_at <= now)
        .order_by(AskedBack.ask_at, AskedBack.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    paused = find_paused(session) if due else frozenset()
    for question in due:
        _Asking(session, desk, rules.asking_back, question, now).run(at_rest=paused)
    return len(due)


def ask_elsewhere(session: Session, message: Message, *, desk: AskDesk, rules: CaseRules, now: datetime) -> bool:
    """Ask by another channel, since nobody is at the message's address, and tell whether there was one.

    Once for each channel, while the question is open, and if nothing has come to stand against asking.
    """
    # Held, so that a refusal and a receipt that says the same ask once.
    question = session.scalars(
        select(AskedBack)
        .where(AskedBack.id == message.subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if question is None or question.answered_at is not None or question.answer_by <= now:
        return False
    tried = session.scalars(select(Message.channel).where(Message.subject_id == question.id))
    return _Asking(session, desk, rules.asking_back, question, now).go_on(set(tried), at_rest=find_paused(session))


class _Asking:
    """One question on its way to a decision."""

    def __init__(
        self, session: Session, desk: AskDesk, rules: AskingBackRules, question: AskedBack, now: datetime
    ) -> None:
        self.session, self.desk, self.rules, self.question, self.now = session, desk, rules, question, now
        self.case = session.get_one(CallbackCase, question.case_id)
        self.contact = session.get(Contact, question.contact_id) if question.contact_id else None
        case = self.case
        self.response = session.get(SurveyResponse, case.response_id) if case.response_id else None
        interaction_id = case.interaction_id or (self.response.interaction_id if self.response else None)
        self.interaction = session.get(Interaction, interaction_id) if interaction_id else None
        self.place = find_places_by_id(session, [case.unit_id])[case.unit_id]

    def run(self, *, at_rest: frozenset[object]) -> None:
        verdict = decide(self._facts(paused=self.place.is_paused(at_rest)))  # type: ignore[arg-type]
        if verdict.channel is not None and self.contact is not None:
            verdict = self._send(verdict.channel, self.contact)
        question, now = self.question, self.now
        question.decided_at, question.skipped, question.channel = now, verdict.skipped, verdict.channel
        question.asked_at = None if verdict.skipped else now
        write_event(
            self.session,
            question.case_id,
            EventKind.ASKED_BACK,
            now=now,
            channel=verdict.channel,
            skipped=verdict.skipped,
            round=question.round,
        )
        self.session.flush()  # the next question may be to the same person

    def go_on(self, tried: Collection[str], *, at_rest: frozenset[object]) -> bool:
        facts = self._facts(paused=self.place.is_paused(at_rest))  # type: ignore[arg-type]
        left = [channel for channel in facts.reachable if channel not in tried]
        verdict = decide(replace(facts, reachable=left))
        if verdict.channel is not None and self.contact is not None:
            verdict = self._send(verdict.channel, self.contact)
        if verdict.channel is None:
            return False
        question = self.question
        question.channel = verdict.channel
        write_event(
            self.session,
            question.case_id,
            EventKind.ASKED_BACK,
            now=self.now,
            channel=verdict.channel,
            round=question.round,
        )
        return True

    def _send(self, channel: MessagingChannel, contact: Contact) -> Verdict:
        policy, now = self.desk.policy, self.now
        cost = policy.price(channel)
        # It asks nobody for a rating of a call, so caps of people do not count it; what it costs is paid all the same.
        if cost and reserve(self.session, self.place.limits(policy, now), cost=cost, people=0, now=now) is not None:
            return Verdict(skipped=Skipped.BUDGET)
        queue_message(
            self.session,
            channel=channel,
            purpose=MessagePurpose.ASKED_BACK,
            subject_id=self.question.id,
            contact_id=contact.id,
            unit_id=self.case.unit_id,
            language=self._language(),
            text_key=TEXT_KEY,
            send_by=min(now + _SEND_WITHIN, self.question.answer_by),
            segments=1 if channel is MessagingChannel.SMS else 0,
            cost=cost,
            demo=self.question.demo,
            now=now,
        )
        return Verdict(channel=channel)

    def _facts(self, *, paused: bool) -> Facts:
        delivery = self.desk.policy.rules_at(self.place.path)
        reach = reach_of(
            self.desk.vault,
            self.contact,
            carried=self.desk.channels,
            rules=delivery,
            unit_zone=self.place.zone,
        )
        person = Person(
            zone=reach.zone,
            reachable=reach.channels,
            country=reach.country,
            home_country=self.desk.phone_region,
        )
        consent = self.session.get(Consent, self.case.consent_id) if self.case.consent_id else None
        seen_at = self.contact.whatsapp_seen_at if self.contact else None
        return Facts(
            reachable=channels_for(delivery, person),
            came_by=self._came_by(),
            asks=self.rules.ask and delivery.ask,
            still_closed=self.case.closed_at is not None and self.case.reopenings == self.question.round,
            late=self.now > self.question.ask_at + _LATEST,
            paused=paused,
            addressed=reach.addressed,
            consent_withdrawn=consent is not None and consent.withdrawn_at is not None,
            suppressed=find_suppression(self.session, self.desk.vault, self.contact) if self.contact else None,
            asked_lately=self._was_asked_lately(),
            covers_messages=self._covers_messages(consent),
            whatsapp_open=seen_at is not None and self.now - seen_at < _WHATSAPP_OPEN,
        )

    def _was_asked_lately(self) -> bool:
        """Tell whether the person was asked about another case within the days of the rules."""
        if self.contact is None:
            return False
        since = self.now - timedelta(days=self.rules.not_again_within_days)
        query = select(func.count()).where(
            AskedBack.contact_id == self.contact.id,
            AskedBack.asked_at > since,
            AskedBack.case_id != self.question.case_id,
        )
        return bool(self.session.scalar(query))

    def _covers_messages(self, consent: Consent | None) -> bool:
        """Tell whether we may write to the number: it is the call's own, or the consent's words say so."""
        if self.interaction is not None and self.interaction.contact_id == self.question.contact_id:
            return True
        return consent is None or consent.version >= self.rules.consent_from_version

    def _came_by(self) -> MessagingChannel | None:
        """Return the channel in which the person answered, else the one in which they got the invitation."""
        if self.response is not None and self.response.via in list(MessagingChannel):
            return MessagingChannel(self.response.via)
        if self.interaction is None:
            return None
        sent = self.session.scalars(
            select(Message.channel)
            .join(Invitation, Invitation.id == Message.subject_id)
            .where(Invitation.interaction_id == self.interaction.id, Message.state.in_(_SENT))
            .order_by(Message.handed_over_at.desc())
            .limit(1)
        ).one_or_none()
        return MessagingChannel(sent) if sent else None

    def _language(self) -> Language:
        known = (
            self.response.language if self.response else None,
            self.case.language,
            self.contact.language if self.contact else None,
        )
        return next((found for found in map(read_language, known) if found), self.desk.language)
