"""Who is asked and when, as a table: every reason, the night, the draw."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contacts.models import SuppressionReason
from app.invitations.models import Decision, Delivery, Reason
from app.invitations.policy import Candidate, Facts, decide, is_sampled, quiet_until, remind_at
from app.invitations.rules import QuietHours, Rules
from app.messaging.models import MessagingChannel
from app.touchpoints.models import Channel
from tests.invitations.calls import policy

ALMATY = ZoneInfo("Asia/Almaty")
NIGHT = QuietHours(start="21:00", end="09:00")
NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)  # 11:00 in Almaty
SMS, EMAIL, TELEGRAM, WHATSAPP = (MessagingChannel(name) for name in ("sms", "email", "telegram", "whatsapp"))

CALL = Candidate(
    source="pbx",
    external_id="1",
    channel=Channel.CALL,
    path=("company", "almaty", "abay"),
    ended_at=NOW - timedelta(minutes=1),
)
KNOWN = Facts(zone=ALMATY, addressed=True, reachable=frozenset([SMS, EMAIL]), country="KZ", home_country="KZ")


def rules(more: str = "") -> Rules:
    return policy(more).rules_at(CALL.path)


def call(**changes: Any) -> Candidate:
    return replace(CALL, **changes)


def known(**changes: Any) -> Facts:
    return replace(KNOWN, **changes)


REASONS = [
    (Reason.HISTORY, call(history=True), KNOWN, ""),
    (Reason.SWITCHED_OFF, CALL, KNOWN, "ask: false"),
    (Reason.SWITCHED_OFF, call(channel=Channel.FIELD), KNOWN, ""),
    (Reason.PAUSED, CALL, known(paused=True), ""),
    (Reason.UNANSWERED, call(answered=False), KNOWN, ""),
    (Reason.TOPIC_EXCLUDED, call(topic=" FRAUD "), KNOWN, "exclude: {topics: [Fraud]}"),
    (Reason.QUEUE_EXCLUDED, CALL, KNOWN, "exclude: {queues: [almaty]}"),
    (Reason.QUEUE_EXCLUDED, call(tags=("vip",)), KNOWN, "exclude: {queues: [VIP]}"),
    (Reason.TOO_OLD, call(ended_at=NOW - timedelta(hours=24, seconds=1)), KNOWN, ""),
    (Reason.NO_ADDRESS, CALL, known(addressed=False, reachable=frozenset()), ""),
    (Reason.OPTED_OUT, CALL, known(suppressed=SuppressionReason.OPTED_OUT), ""),
    (Reason.STAFF, CALL, known(suppressed=SuppressionReason.STAFF), ""),
    (Reason.SAME_CONTACT, CALL, known(same_contact=True), ""),
    (Reason.COUNTRY_NOT_ALLOWED, CALL, known(country="GB", reachable=frozenset([SMS])), ""),
    (Reason.COUNTRY_NOT_ALLOWED, CALL, known(country=None, reachable=frozenset([SMS])), ""),
    (Reason.NO_CHANNEL, CALL, known(reachable=frozenset()), ""),
    (Reason.NO_CHANNEL, CALL, KNOWN, "channels: [telegram]"),
    (Reason.ASKED_LATELY, CALL, known(asked_at=NOW - timedelta(days=6, hours=23)), ""),
    (Reason.NOT_SAMPLED, CALL, KNOWN, "sample_percent: 0"),
    (Reason.QUIET_HOURS, CALL, KNOWN, 'send_by_hours: 2\nquiet_hours: {start: "10:00", end: "20:00"}'),
    (Reason.BUDGET, CALL, known(budget_reached=True), ""),
    (Reason.DAILY_CAP, CALL, known(cap_reached=True), ""),
]


@pytest.mark.parametrize(("reason", "candidate", "facts", "more"), REASONS)
def test_nobody_is_asked_for_a_reason(reason: Reason, candidate: Candidate, facts: Facts, more: str) -> None:
    verdict = decide(candidate, rules(more), facts, NOW)
    assert (verdict.decision, verdict.reason) == (Decision.SKIPPED, reason)
    assert (verdict.survey_key, verdict.send_at, verdict.answer_by) == (None, None, None)


def test_every_reason_is_reached() -> None:
    assert {reason for reason, *_ in REASONS} == set(Reason)


@pytest.mark.parametrize(
    ("candidate", "facts", "more"),
    [
        (CALL, KNOWN, ""),
        (call(topic="Internet", tags=("vip",)), KNOWN, "exclude: {topics: [Fraud], queues: [back-office]}"),
        (call(ended_at=NOW - timedelta(hours=24)), KNOWN, ""),
        (CALL, known(country="GB"), ""),  # by e-mail
        (CALL, known(country="GB"), "countries: [gb]"),
        (CALL, known(country="KZ"), "countries: []"),
        (CALL, known(asked_at=NOW - timedelta(days=7)), ""),
        (CALL, known(asked_at=NOW), "ask_again_after_days: 0"),
    ],
)
def test_everybody_else_is_asked(candidate: Candidate, facts: Facts, more: str) -> None:
    assert decide(candidate, rules(more), facts, NOW).decision is Decision.INVITED


def test_an_invitation_says_what_when_and_by_what() -> None:
    verdict = decide(CALL, rules(), KNOWN, NOW)
    assert verdict.survey_key == "call-follow-up"
    assert verdict.send_at == CALL.ended_at + timedelta(minutes=5)
    assert verdict.send_by == CALL.ended_at + timedelta(hours=24)
    assert verdict.answer_by == verdict.send_at + timedelta(days=7)
    assert verdict.channels == (SMS, EMAIL)


def test_one_told_late_is_asked_at_once() -> None:
    assert decide(call(ended_at=NOW - timedelta(hours=3)), rules(), KNOWN, NOW).send_at == NOW


def test_one_who_sleeps_is_asked_in_the_morning() -> None:
    night = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)  # 23:00 in Almaty
    verdict = decide(call(ended_at=night), rules(), KNOWN, night)
    assert verdict.send_at == datetime(2026, 3, 5, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("candidate", "facts", "expected"),
    [
        (call(), known(addressed=False, reachable=frozenset(), suppressed=SuppressionReason.OPTED_OUT), None),
        (call(), known(asked_at=NOW, same_contact=True, country="GB", cap_reached=True), None),
        (call(answered=False), KNOWN, Reason.UNANSWERED),
        (call(), known(paused=True), Reason.PAUSED),
        (call(ended_at=NOW - timedelta(days=2)), KNOWN, Reason.TOO_OLD),
    ],
)
def test_whoever_stands_at_the_screen_is_shown_the_link(
    candidate: Candidate, facts: Facts, expected: Reason | None
) -> None:
    verdict = decide(replace(candidate, delivery=Delivery.SELF), rules("sample_percent: 0"), facts, NOW)
    assert verdict.reason is expected
    if expected is None:
        assert (verdict.send_at, verdict.channels) == (NOW, ())
        assert verdict.answer_by == NOW + timedelta(days=7)


@pytest.mark.parametrize(
    ("facts", "more", "expected"),
    [
        (KNOWN, "", None),
        (KNOWN, "reminder: {after_days: 3, by: email}", (EMAIL, CALL.ended_at + timedelta(days=3, minutes=5))),
        (KNOWN, "reminder: {after_days: 3, by: sms}", None),  # by the very channel of the invitation
        (KNOWN, "reminder: {after_days: 3, by: telegram}", None),  # which does not reach the person
        (KNOWN, "reminder: {after_days: 7, by: email}", None),  # when the link ends
        (known(country="GB", reachable=frozenset([TELEGRAM, SMS])), "reminder: {after_days: 3, by: sms}", None),
    ],
)
def test_a_reminder_is_planned_only_in_another_channel_that_reaches(
    facts: Facts, more: str, expected: tuple[MessagingChannel, datetime] | None
) -> None:
    verdict = decide(CALL, rules(more), facts, NOW)
    assert remind_at(verdict, rules(more), facts) == expected


NIGHTS = [
    # zone, moment there, when it ends there
    ("Asia/Almaty", "2026-03-04T20:59", None),
    ("Asia/Almaty", "2026-03-04T21:00", "2026-03-05T09:00"),
    ("Asia/Almaty", "2026-03-04T23:59", "2026-03-05T09:00"),
    ("Asia/Almaty", "2026-03-05T00:00", "2026-03-05T09:00"),
    ("Asia/Almaty", "2026-03-05T08:59", "2026-03-05T09:00"),
    ("Asia/Almaty", "2026-03-05T09:00", None),
    ("Asia/Almaty", "2028-02-28T22:00", "2028-02-29T09:00"),
    ("Asia/Almaty", "2028-02-29T22:00", "2028-03-01T09:00"),
    ("Europe/Kyiv", "2026-03-28T22:00", "2026-03-29T09:00"),  # an hour shorter
    ("Europe/Kyiv", "2026-10-24T22:00", "2026-10-25T09:00"),  # an hour longer
    ("Europe/Moscow", "2026-12-31T23:30", "2027-01-01T09:00"),
]


@pytest.mark.parametrize(("zone", "moment", "ends"), NIGHTS)
def test_the_night_ends_in_the_morning_by_the_clock_of_the_zone(zone: str, moment: str, ends: str | None) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))
    found = quiet_until(at.astimezone(UTC), ZoneInfo(zone), NIGHT)
    assert found == (datetime.fromisoformat(ends).replace(tzinfo=ZoneInfo(zone)) if ends else None)


def test_kazakhstan_is_five_hours_ahead_since_march_2024() -> None:
    def ends(text: str) -> datetime | None:
        return quiet_until(datetime.fromisoformat(text), ALMATY, NIGHT)

    assert ends("2024-02-28T17:00+00:00") == datetime(2024, 2, 29, 3, tzinfo=UTC)  # 23:00 by UTC+6
    assert ends("2024-03-05T17:00+00:00") == datetime(2024, 3, 6, 4, tzinfo=UTC)  # 22:00 by UTC+5


def test_a_quiet_midday_ends_the_same_day_and_no_quiet_hours_never_begin() -> None:
    siesta = QuietHours(start="13:00", end="15:30")
    at = datetime(2026, 3, 4, 13, 0, tzinfo=ALMATY)
    assert quiet_until(at, ALMATY, siesta) == datetime(2026, 3, 4, 15, 30, tzinfo=ALMATY)
    assert quiet_until(at + timedelta(hours=3), ALMATY, siesta) is None
    assert quiet_until(at, ALMATY, None) is None


_ZONES = [ZoneInfo(name) for name in ("Asia/Almaty", "Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "UTC")]


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- bounds are naive
    st.sampled_from(_ZONES),
    st.tuples(st.integers(0, 47), st.integers(0, 47)).filter(lambda ends: ends[0] != ends[1]),
)
def test_the_end_of_the_night_lies_ahead_and_is_not_quiet(
    moment: datetime, zone: ZoneInfo, halves: tuple[int, int]
) -> None:
    start, end = (f"{half // 2:02}:{half % 2 * 30:02}" for half in halves)
    quiet = QuietHours(start=start, end=end)
    found = quiet_until(moment, zone, quiet)
    if found is not None:
        assert moment < found <= moment + timedelta(hours=26)
        assert quiet_until(found, zone, quiet) is None


def test_the_draw_takes_about_as_many_as_it_says_and_the_same_each_time() -> None:
    drawn = [is_sampled("pbx", str(number), 30) for number in range(4000)]
    assert drawn == [is_sampled("pbx", str(number), 30) for number in range(4000)]
    assert 1080 < sum(drawn) < 1320
    assert not any(is_sampled("pbx", str(number), 0) for number in range(100))
    assert all(is_sampled("pbx", str(number), 100) for number in range(100))
