"""Finished calls of the demo's contact centre: who rang, who answered, how long it took and what it was about. Pure."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import phonenumbers

from app.demo.company import EMPLOYEES
from app.kit.i18n import Language

SOURCE = "simulator"
OPERATORS = tuple((code, unit) for code, _, unit in EMPLOYEES if code.startswith("demo-operator"))
QUEUES = tuple(dict.fromkeys(unit for _, unit in OPERATORS))
_TOPICS = ("Интернет не работает", "Счёт и списания", "Смена тарифа", "Настройка роутера", "Мобильная связь")
_LANGUAGES = ((Language.RU, 55), (Language.KK, 35), (Language.UK, 6), (Language.EN, 4))
# The last digits of a number that are drawn; before them stands what the region's mobile numbers begin with.
_DRAWN = 5
_LATELY = 60
# Of a hundred calls: nobody took it; the caller rang before; only the operator's screen asks.
_UNANSWERED, _AGAIN, _ON_SCREEN = 6, 18, 6


class Reached(StrEnum):
    """What we know of a caller, which decides by what they are asked."""

    PHONE = "phone"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    EMAIL = "email"
    HIDDEN = "hidden"


_REACHED = (
    (Reached.PHONE, 52),
    (Reached.TELEGRAM, 20),
    (Reached.WHATSAPP, 14),
    (Reached.EMAIL, 8),
    (Reached.HIDDEN, 6),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody made up; `chat` is the telephone number without its plus, or Telegram's number of the chat."""

    reached: Reached
    language: Language
    phone: str = ""
    email: str = ""
    telegram_id: str = ""

    @property
    def chat(self) -> str:
        """How a messenger calls the caller."""
        return self.telegram_id or self.phone.lstrip("+")


@dataclass(frozen=True, slots=True)
class Call:
    """A finished call; `body` is what `POST /api/v1/interactions` takes."""

    caller: Caller
    answered: bool
    wait_seconds: int
    body: dict[str, Any]


class Centre:
    """Rings without end: the same seed, run and region give the same calls. `run` keeps the ids of two runs apart."""

    def __init__(self, *, seed: int, run: str, region: str, ago: timedelta) -> None:
        """`ago` is how long before it is told a call has ended, so that its question is due at once."""
        self._dice = random.Random(f"calls {seed}")  # noqa: S311 -- the same calls again are the point
        self._run, self._ago, self._region = run, ago, region
        self._lately: list[Caller] = []
        self._to_ring_again: list[Caller] = []
        self._number = 0

    def next(self, now: datetime) -> Call:
        """Return the next call, told at `now`."""
        self._number += 1
        dice = self._dice
        back = self._to_ring_again.pop(0) if len(self._to_ring_again) > 2 else None
        caller = back or self._pick()
        operator, unit = dice.choice(OPERATORS)
        # Who is to be asked in WhatsApp must have written there first: about a call that nobody took.
        first_on_whatsapp = back is None and caller.reached is Reached.WHATSAPP and caller not in self._lately
        answered = not first_on_whatsapp and dice.randrange(100) >= _UNANSWERED
        wait = dice.randrange(4, 70) if answered and dice.random() < 0.7 else dice.randrange(60, 400)
        handle = dice.randrange(40, 600) if answered else 0
        ended_at = now - self._ago - timedelta(seconds=dice.randrange(1, 30))
        self._remember(caller)
        external_id = f"{self._run}-{self._number:06}"
        body = {
            "external_id": external_id,
            "source": SOURCE,
            "channel": "call",
            "unit": unit,
            "contact": _contact(caller),
            "language": caller.language.value,
            "started_at": (ended_at - timedelta(seconds=wait + handle)).isoformat(),
            "ended_at": ended_at.isoformat(),
            "wait_seconds": wait,
            "handle_seconds": handle,
            "topic": dice.choice(_TOPICS),
            "answered": answered,
            "resolved": answered and dice.random() < 0.8,
        }
        if answered:
            body |= {"employee": operator, "recording_url": f"https://pbx.example/records/{external_id}"}
            if dice.randrange(100) < _ON_SCREEN:
                body["delivery"] = "self"
        return Call(caller, answered, wait, body)

    def will_ring_again(self, caller: Caller) -> None:
        """Let the caller, whose call nobody took, ring once more."""
        self._to_ring_again.append(caller)

    def _pick(self) -> Caller:
        dice = self._dice
        if self._lately and dice.randrange(100) < _AGAIN:
            return dice.choice(self._lately)
        reached = dice.choices([kind for kind, _ in _REACHED], [weight for _, weight in _REACHED])[0]
        language = dice.choices([each for each, _ in _LANGUAGES], [weight for _, weight in _LANGUAGES])[0]
        match reached:
            case Reached.EMAIL:
                return Caller(reached, language, email=f"caller-{dice.randrange(10**8):08}@mail.example")
            case Reached.TELEGRAM:
                return Caller(reached, language, telegram_id=str(dice.randrange(10**9, 10**10)))
            case Reached.HIDDEN:
                return Caller(reached, language)
        return Caller(reached, language, phone=made_up_number(self._region, dice))

    def _remember(self, caller: Caller) -> None:
        if caller.reached is not Reached.HIDDEN:
            self._lately = [*self._lately, caller][-_LATELY:]


def made_up_number(region: str, dice: random.Random) -> str:
    """Return a valid mobile number of the region (ISO 3166), E.164; it may be somebody's, so nothing is sent there."""
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        raise ValueError(f"no mobile numbers are known of {region}")
    text = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    for _ in range(1000):
        number = f"{text[:-_DRAWN]}{dice.randrange(10**_DRAWN):0{_DRAWN}}"
        if phonenumbers.is_valid_number(phonenumbers.parse(number)):
            return number
    return text


def _contact(caller: Caller) -> dict[str, str] | None:
    known = {"phone": caller.phone, "email": caller.email, "telegram_id": caller.telegram_id}
    return {name: value for name, value in known.items() if value} or None
