"""The model of `config/delivery.yaml`: who is asked, when and by what, narrowed by unit; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, model_validator

from app.kit.errors import ConfigurationError
from app.kit.yaml_files import Mistake, parse_yaml, raise_mistakes, validate_yaml
from app.messaging.models import MessagingChannel
from app.organisation.models import ROOT_CODE
from app.touchpoints.models import Channel

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_MINUTES_A_DAY = 24 * 60


def _country(value: str) -> str:
    if value.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("write a two-letter country, such as KZ, UA or RU")
    return value.upper()


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise ValueError("write a time of day, such as 21:00")
    return value.zfill(5)


def _currency(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value):
        raise ValueError("write the three letters of the currency, such as KZT")
    return value


Country = Annotated[str, AfterValidator(_country)]
ClockTime = Annotated[str, AfterValidator(_clock)]
Minutes = Annotated[int, Field(ge=0, le=_MINUTES_A_DAY)]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuietHours(_Strict):
    """When nobody is written to, in the time of whoever would be; over midnight if it ends before it begins."""

    start: ClockTime = Field(description="From this time of day on nothing is sent, in the recipient's own zone.")
    end: ClockTime = Field(description="From this time of day on it is sent again.")

    @model_validator(mode="after")
    def _some_of_the_day(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same; leave quiet_hours out if nothing is ever quiet")
        return self

    @property
    def minutes(self) -> tuple[int, int]:
        """Begin and end in minutes from midnight."""
        return _minutes(self.start), _minutes(self.end)


class Reminder(_Strict):
    """One more message to whoever has not answered."""

    after_days: int = Field(ge=1, le=28, description="Days after the invitation until whoever did not answer is asked.")
    by: MessagingChannel = Field(description="By which channel; whoever cannot be reached by it, or was, gets none.")


class Excluded(_Strict):
    """What is never asked about."""

    topics: list[Word] = Field(default=[], description="Topics of interactions that nobody is asked about.")
    queues: list[Word] = Field(
        default=[], description="Codes of queues (units, with all below), or tags that the contact centre sends."
    )


class _Said(_Strict):
    """The keys that a unit may narrow; here none needs to be said."""

    ask: StrictBool = Field(default=True, description="Whether anybody is asked at all.")
    surveys: Mapping[Channel, str | None] = Field(
        default={}, description="Which survey is asked by what the interaction was; one left out is not asked about."
    )
    delay_minutes: Mapping[Channel, Minutes] = Field(
        default={}, description="Minutes after its end until it is asked about, by what it was; 0 if left out."
    )
    send_by_hours: int = Field(
        default=24, ge=1, le=168, description="Hours after its end; what is not sent by then is not sent any more."
    )
    answer_by_days: int = Field(default=7, ge=1, le=60, description="Days that the link can be answered.")
    quiet_hours: QuietHours | None = Field(default=None, description="When nobody is written to; left out: never.")
    ask_again_after_days: float = Field(
        default=7,
        ge=0,
        le=365,
        description="Days until the same person is asked again, by whatever channel; 0: always.",
    )
    exclude: Excluded = Field(default=Excluded(), description="What is never asked about.")
    sample_percent: float = Field(
        default=100, ge=0, le=100, description="Of how many in a hundred interactions somebody is asked."
    )
    countries: list[Country] = Field(
        default=[],
        description="Countries whose numbers may be written to, which keeps others from spending the company's money; "
        "none: only that of OTKLIK_PHONE_REGION.",
    )
    channels: list[MessagingChannel] = Field(
        default=[], description="The channels in the order in which the first that reaches the person is taken."
    )
    whatsapp_unasked: StrictBool = Field(
        default=False,
        description="Whether WhatsApp is also tried with numbers that never wrote to us there, which takes an "
        "approved template.",
    )
    reminder: Reminder | None = Field(default=None, description="One more message; left out: none.")
    daily_cap: int | None = Field(
        default=None, ge=0, le=10_000_000, description="How many may be asked a day at the unit and all below it."
    )
    daily_budget: float | None = Field(
        default=None,
        ge=0,
        le=1_000_000_000,
        description="What asking may cost a day at the unit and all below it, in the currency.",
    )

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if len(set(self.channels)) != len(self.channels):
            raise_mistakes([(("channels",), "each only once")])
        return self

    @property
    def is_late(self) -> bool:
        """Tell whether something would be due only after it may be sent."""
        return max(self.delay_minutes.values(), default=0) > self.send_by_hours * 60


class Narrowing(_Said):
    """What a unit, and all below it, has otherwise; what is not said is as above it."""


class Rules(_Said):
    """The rules in force at one unit."""


class DeliveryPolicy(_Said):
    """All of `config/delivery.yaml`."""

    currency: Annotated[str, AfterValidator(_currency)] = Field(
        description="The currency of budgets and prices, in three letters."
    )
    prices: Mapping[MessagingChannel, Annotated[float, Field(ge=0, le=1_000_000)]] = Field(
        default={}, description="What one message costs, for SMS one segment, until the gateway says its own price."
    )
    units: Mapping[str, Narrowing] = Field(
        default={}, description="By the code of a unit: what it, and all below it, has otherwise."
    )

    @model_validator(mode="after")
    def _says_the_ways(self) -> Self:
        found: list[Mistake] = []
        if ROOT_CODE in self.units:
            found.append((("units", ROOT_CODE), "is the company, whose rules stand at the top of the file"))
        if not self.channels:
            found.append((("channels",), "name at least one, in the order in which they are tried"))
        too_late = "is longer than send_by_hours, so nothing would ever be sent"
        if self.is_late:
            found.append((("delay_minutes",), too_late))
        else:
            late = (code for code in self.units if self.rules_at((code,)).is_late)
            found += [(("units", code), f"delay_minutes {too_late}") for code in late]
        raise_mistakes(found)
        return self

    def rules_at(self, path: Sequence[str]) -> Rules:
        """Return the rules in force at a unit, whose `path` is the codes from the company down to it.

        The nearest to the unit wins, key by key; `surveys` and `delay_minutes` for each kind of interaction.
        """
        return _narrowed(_Same(self), tuple(code for code in path if code in self.units))

    def limits_on(self, path: Sequence[str]) -> Iterator[tuple[str, int | None, int | None]]:
        """Yield each of the codes with a cap or a budget of its own: code, people a day, hundredths a day.

        These are not narrowed but stand beside each other: an office's limit and its region's both hold.
        """
        for code in path:
            said: _Said | None = self if code == ROOT_CODE else self.units.get(code)
            if said is not None and (said.daily_cap is not None or said.daily_budget is not None):
                yield code, said.daily_cap, None if said.daily_budget is None else round(said.daily_budget * 100)

    def price(self, channel: MessagingChannel) -> int:
        """Return what one message costs, in hundredths of the currency."""
        return round(self.prices.get(channel, 0) * 100)

    @property
    def longest_throttle_days(self) -> float:
        """For how many days at most somebody who was asked is not asked again, whichever the unit."""
        narrowed = [unit for unit in self.units.values() if "ask_again_after_days" in unit.model_fields_set]
        return max([self.ask_again_after_days, *(unit.ask_again_after_days for unit in narrowed)])

    def survey_keys(self) -> set[str]:
        """Return every survey that is named anywhere in the file."""
        said: list[_Said] = [self, *self.units.values()]
        return {key for part in said for key in part.surveys.values() if key}


def load_delivery(path: Path) -> DeliveryPolicy:
    """Return the policy of the file; raises ConfigurationError that names every mistake with its line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); it comes with the code") from error
    return read_delivery(content, path.name)


def read_delivery(content: bytes, name: str) -> DeliveryPolicy:
    """Return the policy; raises YamlFileError that lists every mistake as `name:line: what is wrong`."""
    return validate_yaml(parse_yaml(content, name), DeliveryPolicy)


class _Same:
    """A policy as a key of the cache: told apart by which one it is, since comparing whole files would cost."""

    __slots__ = ("policy",)

    def __init__(self, policy: DeliveryPolicy) -> None:
        self.policy = policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.policy is self.policy

    def __hash__(self) -> int:
        return id(self.policy)


@lru_cache(maxsize=4096)
def _narrowed(same: _Same, codes: tuple[str, ...]) -> Rules:
    policy = same.policy
    values: dict[str, Any] = {name: getattr(policy, name) for name in _Said.model_fields}
    for code in codes:
        part = policy.units[code]
        for name in part.model_fields_set:
            said = getattr(part, name)
            values[name] = {**values[name], **said} if isinstance(said, Mapping) else said
    return Rules.model_validate(values)


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
