"""The policy's file: read with line numbers, narrowed by unit."""

import pytest

from app.invitations.rules import DeliveryPolicy, load_delivery, read_delivery
from app.kit.yaml_files import YamlFileError
from app.messaging.models import MessagingChannel
from app.touchpoints.models import Channel
from config.settings import ROOT
from tests.invitations.calls import policy

UNITS = """
ask_again_after_days: 7
reminder: {after_days: 3, by: email}
daily_cap: 5000
units:
  almaty: {ask_again_after_days: 30, surveys: {chat: null}, delay_minutes: {call: 15}, daily_cap: 300}
  abay: {channels: [sms], reminder: null, daily_budget: 99.5}
"""


def test_the_shipped_policy_is_read() -> None:
    shipped = load_delivery(ROOT / "config" / "delivery.yaml")
    rules = shipped.rules_at(("company",))
    assert rules.quiet_hours is not None
    assert rules.quiet_hours.minutes == (21 * 60, 9 * 60)
    assert (rules.ask_again_after_days, rules.send_by_hours, rules.answer_by_days) == (7, 24, 7)
    assert rules.delay_minutes[Channel.CALL] == 5
    assert shipped.price(MessagingChannel.SMS) == 1700
    assert set(rules.surveys) == set(Channel)


def test_the_nearest_unit_wins_key_by_key() -> None:
    found = policy(UNITS)
    top, city, office = (
        found.rules_at(path) for path in (("company",), ("company", "almaty"), ("x", "almaty", "abay"))
    )
    assert [rules.ask_again_after_days for rules in (top, city, office)] == [7, 30, 30]
    assert [rules.delay_minutes[Channel.CALL] for rules in (top, city, office)] == [5, 15, 15]
    assert [rules.delay_minutes[Channel.VISIT] for rules in (top, city, office)] == [60, 60, 60]
    assert [rules.surveys[Channel.CHAT] for rules in (top, city)] == ["call-follow-up", None]
    assert office.channels == [MessagingChannel.SMS]
    assert top.reminder is not None
    assert office.reminder is None


def test_caps_and_budgets_stand_beside_each_other() -> None:
    limits = list(policy(UNITS).limits_on(("company", "almaty", "abay")))
    assert limits == [("company", 5000, None), ("almaty", 300, None), ("abay", None, 9950)]
    assert list(policy().limits_on(("company", "almaty"))) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ask: perhaps", "delivery.yaml:1: ask: must be true or false"),
        ("quiet_hours: {start: 25:00, end: 9:00}", "quiet_hours.start: write a time of day, such as 21:00"),
        ("quiet_hours: {start: 9:00, end: 09:00}", "start and end are the same"),
        ("channels: [sms, pigeon]", "is none of those known"),
        ("channels: []", "delivery.yaml:1: channels: name at least one"),
        ("channels: [sms, sms]", "delivery.yaml:1: channels: each only once"),
        ("countries: [XX]", "write a two-letter country"),
        ("sample_percent: 101", "must be at most 100"),
        ("delay_minutes: {call: 1441}", "must be at most 1440"),
        ("send_by_hours: 1\ndelay_minutes: {call: 61}", "delivery.yaml:2: delay_minutes: is longer than send_by_hours"),
        ("units:\n  abay: {send_by_hours: 1, delay_minutes: {call: 90}}", "delivery.yaml:2: units.abay: delay_minutes"),
        ("units:\n  company: {ask: false}", "delivery.yaml:2: units.company: is the company"),
        ("units:\n  abay: {asks: false}", "not known here"),
        ("currency: tenge", "write the three letters"),
        ("unit: {}", "not known here"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, said: str) -> None:
    rest = [line for line in ("channels: [sms]", "currency: KZT") if line.split(":")[0] not in text]
    with pytest.raises(YamlFileError) as caught:
        read_delivery("\n".join([text, *rest]).encode(), "delivery.yaml")
    assert said in str(caught.value)


def test_two_policies_do_not_share_what_was_narrowed() -> None:
    first, second = policy("ask: false"), policy("ask: true")
    assert isinstance(first, DeliveryPolicy)
    assert (first.rules_at(("company",)).ask, second.rules_at(("company",)).ask) == (False, True)
