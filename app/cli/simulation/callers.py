"""Whether, by what way and with what words somebody answers; long waits make nobody happier. Pure."""

import random
from dataclasses import dataclass
from enum import StrEnum

from app.cli.simulation.centre import Call
from app.demo.words import COMMENTS
from app.messaging.models import MessagingChannel
from app.surveys.definition import Band

_RATINGS = ((5, 50), (4, 20), (3, 10), (2, 9), (1, 11))
_PATIENT, _BORED = 60, 120
# Seconds until an answer, once the question has arrived.
_SOONEST, _LATEST = 2.0, 12.0
_SURVEY = "call-follow-up"


class Way(StrEnum):
    """By what an answer is given."""

    PAGE = "page"
    TAP = "tap"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody will say, so many seconds after the question came; `comment` is empty if nothing more."""

    after: float
    rating: int
    comment: str
    wants_call: bool


def choose_answer(call: Call, dice: random.Random, *, answers: float) -> Answer | None:
    """Return the answer, or None for the many who say nothing; `answers` is the share of those who do."""
    if dice.random() >= answers:
        return None
    rating = dice.choices([rating for rating, _ in _RATINGS], [weight for _, weight in _RATINGS])[0]
    if call.wait_seconds > _BORED and rating > 1:
        rating -= 1
    elif call.wait_seconds < _PATIENT and rating < 4:
        rating += dice.randrange(2)
    band = Band.HAPPY if rating >= 4 else Band.UNHAPPY if rating <= 2 else Band.NEUTRAL
    said = [comment.text for comment in COMMENTS[_SURVEY, band] if comment.language == call.caller.language]
    speaks = bool(said) and dice.random() < (0.6 if band is Band.UNHAPPY else 0.2)
    after = dice.uniform(_SOONEST, _LATEST)
    return Answer(after, rating, dice.choice(said) if speaks else "", band is Band.UNHAPPY and dice.random() < 0.4)


def choose_way(channel: MessagingChannel | None, dice: random.Random) -> Way:
    """Return how a question is answered that came by the channel; None is a code on the operator's screen."""
    if channel is None or channel is MessagingChannel.EMAIL:
        return Way.PAGE
    if channel is MessagingChannel.SMS:
        return Way.TEXT if dice.random() < 0.75 else Way.PAGE
    return Way.TAP if dice.random() < 0.75 else Way.TEXT
