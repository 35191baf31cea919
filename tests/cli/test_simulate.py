"""The made-up contact centre: what it rings with, what its callers say, and whom it refuses to write to."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import phonenumbers
import pytest

from app.cli.simulate import choose_seed
from app.cli.simulation.callers import Way, choose_answer, choose_way
from app.cli.simulation.centre import Caller, Centre, Reached, made_up_number
from app.cli.simulation.knocks import tap, write_text
from app.cli.simulation.tally import Tally
from app.demo.company import EMPLOYEES
from app.factory import create_app
from app.kit.clock import utc_now
from app.kit.db import Database
from app.kit.i18n import Language
from app.messaging.hooks import Hook, Hooks
from app.messaging.inbound.events import Tap, Text
from app.messaging.inbound.parsing import parse_inbound
from app.messaging.inbound.verifying import is_genuine
from app.messaging.models import MessagingChannel
from app.web.api.schemas.interactions import InteractionIn
from config.settings import Settings

AT = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
SECRETS = "a secret that is long enough"
HOOKS = Hooks({name: Hook(name, channel, "slug", SECRETS) for name, channel in (
    ("smsc", MessagingChannel.SMS),
    ("telegram", MessagingChannel.TELEGRAM),
    ("whatsapp", MessagingChannel.WHATSAPP),
)})  # fmt: skip
GATEWAYS = {hook.channel: name for name, hook in HOOKS.by_gateway.items()}
PEOPLE = {
    MessagingChannel.SMS: Caller(Reached.PHONE, Language.RU, phone="+77011234567"),
    MessagingChannel.TELEGRAM: Caller(Reached.TELEGRAM, Language.KK, telegram_id="7001"),
    MessagingChannel.WHATSAPP: Caller(Reached.WHATSAPP, Language.RU, phone="+77011234567"),
}


def centre(*, seed: int = 1, run: str = "r") -> Centre:
    """Return a contact centre of Kazakhstan."""
    return Centre(seed=seed, run=run, region="KZ", ago=timedelta(minutes=5))


def test_the_same_seed_plays_the_same_calls() -> None:
    first, second, other = centre(), centre(), centre(seed=2)
    calls = [first.next(AT) for _ in range(50)]
    assert calls == [second.next(AT) for _ in range(50)]
    assert calls != [other.next(AT) for _ in range(50)]


def test_a_second_run_plays_other_people() -> None:
    first, second = centre(seed=choose_seed()), centre(seed=choose_seed())
    people = [{ringing.next(AT).caller.chat for _ in range(50)} - {""} for ringing in (first, second)]
    assert not people[0] & people[1]


def test_every_call_is_one_that_the_api_takes_and_that_is_due_at_once() -> None:
    ringing, operators = centre(), {code for code, _, _ in EMPLOYEES}
    calls = [ringing.next(AT) for _ in range(300)]
    drafts = [InteractionIn.model_validate(call.body).draft() for call in calls]
    assert len({draft.external_id for draft in drafts}) == len(drafts)
    assert all(draft.ended_at <= AT - timedelta(minutes=5) for draft in drafts)
    assert all(draft.employee in operators and draft.recording_url for draft in drafts if draft.answered)
    assert not any(draft.employee or draft.recording_url for draft in drafts if not draft.answered)
    kinds = Counter(call.caller.reached for call in calls)
    assert set(kinds) == set(Reached)
    assert 0 < sum(draft.delivery == "self" for draft in drafts) < 60


def test_some_people_ring_again() -> None:
    ringing = centre()
    numbers = Counter(call.caller.chat for call in (ringing.next(AT) for _ in range(200)) if call.caller.chat)
    assert max(numbers.values()) > 1


@pytest.mark.parametrize("region", ["KZ", "UA", "KG", "DE"])
def test_a_made_up_number_is_a_number_of_the_region(region: str) -> None:
    number = made_up_number(region, random.Random(1))  # noqa: S311 -- repeatable on purpose
    parsed = phonenumbers.parse(number)
    assert phonenumbers.is_valid_number(parsed)
    assert phonenumbers.region_code_for_number(parsed) == region


def test_as_many_answer_as_were_asked_for_and_only_the_unhappy_ask_to_be_called() -> None:
    ringing, dice = centre(), random.Random(1)  # noqa: S311 -- repeatable on purpose
    calls = [ringing.next(AT) for _ in range(1000)]
    answers = [answer for call in calls if (answer := choose_answer(call, dice, answers=0.3))]
    assert 250 < len(answers) < 350
    assert {answer.rating for answer in answers} == {1, 2, 3, 4, 5}
    assert not any(answer.wants_call for answer in answers if answer.rating > 2)
    assert not any(choose_answer(call, dice, answers=0) for call in calls)


def test_an_answer_goes_the_way_that_its_channel_has() -> None:
    dice = random.Random(1)  # noqa: S311 -- repeatable on purpose
    ways = {
        channel: {choose_way(channel, dice) for _ in range(50)} for channel in (*PEOPLE, MessagingChannel.EMAIL, None)
    }
    assert ways[None] == ways[MessagingChannel.EMAIL] == {Way.PAGE}
    assert ways[MessagingChannel.SMS] == {Way.TEXT, Way.PAGE}
    assert ways[MessagingChannel.TELEGRAM] == ways[MessagingChannel.WHATSAPP] == {Way.TAP, Way.TEXT}


@pytest.mark.parametrize("channel", PEOPLE)
def test_what_it_posts_is_what_the_hook_believes_and_reads(channel: MessagingChannel) -> None:
    knock = write_text(HOOKS, channel, PEOPLE[channel], "5 спасибо", once=17)
    hook = HOOKS.by_gateway[GATEWAYS[channel]]
    assert is_genuine(hook, knock.headers, knock.body, f"https://otklik.example{knock.path}")
    (event,) = parse_inbound(hook.gateway, knock.body)
    assert isinstance(event.event, Text)
    assert event.event.text == "5 спасибо"


@pytest.mark.parametrize("channel", [MessagingChannel.TELEGRAM, MessagingChannel.WHATSAPP])
def test_a_tap_is_read_as_a_tap(channel: MessagingChannel) -> None:
    knock = tap(HOOKS, channel, PEOPLE[channel], "r:token:4", once=18)
    hook = HOOKS.by_gateway[GATEWAYS[channel]]
    assert is_genuine(hook, knock.headers, knock.body, f"https://otklik.example{knock.path}")
    (event,) = parse_inbound(hook.gateway, knock.body)
    assert isinstance(event.event, Tap)
    assert (event.event.chat.lstrip("+"), event.event.payload) == (PEOPLE[channel].chat, "r:token:4")


def test_a_line_tells_what_is_new_and_the_last_one_everything() -> None:
    tally = Tally()
    tally.accepted(None)
    tally.accepted("asked_lately")
    assert tally.news() == "2 accepted, 1 invited, 1 skipped (asked_lately 1)"
    tally.answered("sms")
    assert tally.news() == "1 answered (sms 1)"
    assert tally.news() == ""
    assert tally.total() == "2 accepted, 1 invited, 1 skipped (asked_lately 1), 1 answered (sms 1)"
    assert Tally().total() == "nothing happened"


@pytest.mark.parametrize(
    ("settings", "words", "said"),
    [
        ({"smsc_login": "company", "smsc_password": "p"}, [], "smsc would send to real people"),
        ({}, ["--url", "https://feedback.example.kz"], "is not the service of these settings"),
        ({}, [], "no demo contact centre"),
        ({"smsc_login": "company", "smsc_password": "p"}, ["--yes-really"], "no demo contact centre"),
    ],
)
def test_it_refuses_to_play_where_real_people_would_be_written_to(
    database: Database, tmp_path: object, settings: dict[str, str], words: list[str], said: str
) -> None:
    app = create_app(Settings.model_validate({"var_dir": tmp_path, **settings}), clock=utc_now, database=database)
    result = app.test_cli_runner().invoke(args=["simulate", "calls", "--for", "1", *words])
    assert result.exit_code == 1
    assert said in result.output
