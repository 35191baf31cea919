"""The contact centre's last two weeks: finished calls, who was asked about them, and by what way they answered. Pure.

The answers that operators' codes got in that time came by an invitation, which is how calls are asked about in life;
beside them stand the calls that were asked about in vain, or not at all.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.invitations.models import Reason
from app.kit.i18n import Language
from app.responses.models import Via

LATELY = timedelta(days=14)
_SEED = "finished calls"
# Who could not be asked, about as often as in life; the third part says whether we know the number.
_SKIPPED = (
    (Reason.ASKED_LATELY, 34, True),
    (Reason.UNANSWERED, 22, True),
    (Reason.NO_ADDRESS, 12, False),
    (Reason.OPTED_OUT, 5, True),
    (Reason.TOPIC_EXCLUDED, 5, True),
    (Reason.TOO_OLD, 2, True),
)
# Of each answer, how many more were asked and said nothing.
_IN_VAIN = 1.6
_VIAS = ((Via.SMS, 5), (Via.PAGE, 4), (Via.TELEGRAM, 3))
_TOPICS = (
    ("Интернет не работает", 6, "demo-queue-1"),
    ("Настройка роутера", 4, "demo-queue-1"),
    ("Мобильная связь", 3, "demo-queue-1"),
    ("Счёт и списания", 5, "demo-queue-2"),
    ("Смена тарифа", 4, "demo-queue-2"),
    ("Подключение нового адреса", 2, "demo-queue-2"),
)
_EXCLUDED_TOPIC = "Тестовый звонок"
_TAGS = ("повторный звонок", "абонент 5+ лет", "выезд мастера")


@dataclass(frozen=True, slots=True)
class Call:
    """A finished call at a code of `company.CODES`, which says at which queue and by whom; `number` is its own.

    `reason` says why nobody was asked; `via` how the answer came, None where none did. `known` tells whether we know
    the caller's number.
    """

    number: int
    code: str
    ended_at: datetime
    language: Language
    wait_seconds: int
    handle_seconds: int
    topic: str
    resolved: bool | None
    tags: tuple[str, ...] = ()
    known: bool = True
    reason: Reason | None = None
    via: Via | None = None


def answered_call(number: int, code: str, unit: str, at: datetime, language: Language, *, happy: bool) -> Call:
    """Return the call that an answer at `at` is about: it ended shortly before, and waits make nobody happier."""
    dice = _dice(number, code)
    wait = dice.randrange(5, 60) if happy else dice.randrange(40, 300)
    return Call(
        number,
        code,
        at - timedelta(minutes=dice.randrange(6, 90)),
        language,
        wait,
        dice.randrange(60, 600),
        _topic(dice, unit),
        dice.random() < (0.95 if happy else 0.35),
        tuple(tag for tag in _TAGS if dice.random() < 0.1),
        via=dice.choices([via for via, _ in _VIAS], [weight for _, weight in _VIAS])[0],
    )


def other_calls(answered: Sequence[Call], units: dict[str, str], *, now: datetime) -> Iterator[Call]:
    """Yield the calls that led to no answer, spread over the same days; `units` says where each code stands."""
    if not answered:
        return
    dice, number = _dice(0, "others"), len(answered)
    weights = [weight for _, weight, _ in _SKIPPED]
    share = sum(weights) / 100
    for like in answered:
        for _ in range(_more(dice, _IN_VAIN)):
            number += 1
            yield _beside(dice, like, number, units, now=now)
        for _ in range(_more(dice, share)):
            number += 1
            reason, _, known = dice.choices(_SKIPPED, weights)[0]
            yield _beside(dice, like, number, units, now=now, reason=reason, known=known)


def _beside(
    dice: random.Random,
    like: Call,
    number: int,
    units: dict[str, str],
    *,
    now: datetime,
    reason: Reason | None = None,
    known: bool = True,
) -> Call:
    nobody_took_it = reason is Reason.UNANSWERED
    at = like.ended_at - timedelta(minutes=dice.randrange(1, 240))
    return Call(
        number,
        like.code,
        min(at, now - timedelta(minutes=10)),
        like.language,
        dice.randrange(60, 400) if nobody_took_it else dice.randrange(5, 150),
        0 if nobody_took_it else dice.randrange(60, 600),
        _EXCLUDED_TOPIC if reason is Reason.TOPIC_EXCLUDED else _topic(dice, units[like.code]),
        None if nobody_took_it else dice.random() < 0.85,
        known=known,
        reason=reason,
    )


def _topic(dice: random.Random, unit: str) -> str:
    here = [(topic, weight) for topic, weight, queue in _TOPICS if queue == unit]
    return dice.choices([topic for topic, _ in here], [weight for _, weight in here])[0]


def _more(dice: random.Random, mean: float) -> int:
    """Return a whole number whose mean it is."""
    whole = int(mean)
    return whole + (dice.random() < mean - whole)


def _dice(number: int, code: str) -> random.Random:
    return random.Random(f"{_SEED} {code} {number}")  # noqa: S311 -- the same company everywhere is the point
