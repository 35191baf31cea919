"""Sixty days of plausible answers, made from a seed: the same for the same instant. No database here.

Offices are asked while they are open, fewer at the edges of the day and more on Mondays; links in letters and apps are
opened at home, in the evening. One office grows worse in the last weeks and one has recovered, so that the dashboard
has something to say.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.callbacks.models import CallWindow
from app.demo.calls import Call
from app.demo.company import DemoCode
from app.demo.words import BENEFITS, COMMENTS, REASONS, Comment
from app.demo.work import Step
from app.kit.i18n import Language
from app.organisation.hours import DAY
from app.organisation.workdays import WorkingTime
from app.review_sites.catalogue import Site
from app.surveys.definition import Band, Definition, QuestionType
from app.touchpoints.models import Channel

DAYS = 60
# Nobody answers in the very last minutes: a comment and a click come after the tap.
SETTLES = timedelta(minutes=4)
_SEED = "a made-up telecom"
KK, RU, UK, EN = Language.KK, Language.RU, Language.UK, Language.EN


@dataclass(frozen=True, slots=True)
class Place:
    """Where a code is asked: when people are there, what they speak, how content they are (0-1) so many days ago."""

    works: WorkingTime
    languages: Mapping[Language, float]
    mood: Sequence[float]

    @property
    def zone(self) -> ZoneInfo:
        """By whose clock people come."""
        return self.works.time_zone

    def content(self, days_ago: float) -> float:
        """Return the share of happy answers; `mood` has one value for 60 days ago, ... , one for today."""
        at = (1 - min(max(days_ago / DAYS, 0.0), 1.0)) * (len(self.mood) - 1)
        lower = min(int(at), len(self.mood) - 2)
        return self.mood[lower] + (self.mood[lower + 1] - self.mood[lower]) * (at - lower)


@dataclass(frozen=True, slots=True)
class Answer:
    """One customer: which code (a key of `company.CODES`), when, what they tapped, wrote and left.

    `reasons` and `scales` are answers to later questions, as a form sends them. `work` is what staff did about it, in
    order; steps still to come are left out when it is written. `call` is the call that an invitation asked about.
    """

    code: str
    at: datetime
    rating: int
    language: Language
    comment: str | None = None
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    first_rating: int | None = None
    suspect: str = ""
    asks_for_call: bool = False
    phone: str | None = None
    window: CallWindow = CallWindow.ANY
    leaves_for: Site | None = None
    curious: bool = False
    work: tuple[Step, ...] | None = None
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A code with what its answers depend on."""

    code: DemoCode
    place: Place
    definition: Definition


# Weight of each hour: in an office, and at home.
_OPEN_HOURS = {8: 0.5, 9: 0.8, 10: 1.0, 11: 1.3, 12: 1.3, 13: 1.1, 14: 0.9, 15: 0.9, 16: 1.1, 17: 1.4, 18: 1.2, 19: 0.9}
_HOME_HOURS = {7: 0.3, 8: 0.6, 9: 0.7, 12: 0.9, 13: 0.8, 17: 0.6, 18: 0.9, 19: 1.3, 20: 1.6, 21: 1.5, 22: 1.0, 23: 0.4}
_WEEKDAYS = (1.25, 1.0, 0.95, 1.0, 1.15, 0.9, 0.75)
# How often words are added, by band; chips are ticked about twice as often.
_WORDS = {Band.HAPPY: 0.05, Band.NEUTRAL: 0.12, Band.UNHAPPY: 0.3}
_CHIPS = {Band.HAPPY: 0.3, Band.NEUTRAL: 0.35, Band.UNHAPPY: 0.6}
_LEAVES_NUMBER = 0.42
# Whoever wants to be rung says more often what about.
_CALLER_WRITES = 0.65
_TODAY = 8
# How often the same comment may be met again in sixty days.
_AGAIN = 3


def make_answers(asked: Sequence[Asked], *, zone: ZoneInfo, now: datetime) -> list[Answer]:
    """Return what was answered in the last 60 days, the oldest first, some of it today (`zone` is the company's)."""
    dice = random.Random(_SEED)  # noqa: S311 -- the same company everywhere is the point
    words = _Words(dice)
    made: list[Answer] = []
    today = now.astimezone(zone).date()
    for each in asked:
        for days_ago in range(DAYS, -1, -1):
            for at in _taps(dice, each, today - timedelta(days=days_ago)):
                if at <= now - SETTLES:
                    made.append(_answer(dice, words, each, at, now=now))
    made += _of_today(dice, words, asked, zone=zone, now=now)
    return sorted(made, key=lambda answer: answer.at)


def _taps(dice: random.Random, asked: Asked, day: date) -> Iterator[datetime]:
    code, place = asked.code, asked.place
    at_home = code.channel in (Channel.APP, Channel.WRITTEN)
    weights = _HOME_HOURS if at_home else _OPEN_HOURS
    spans = ((0, DAY),) if at_home else place.works.spans_on(day)
    slots = [
        (minute, weights.get(minute // 60, 0.2 if not at_home else 0.0))
        for opens, closes in spans
        for minute in range(opens, closes, 15)
    ]
    if not slots:
        return
    count = _poisson(dice, code.a_day * _WEEKDAYS[day.weekday()])
    for minute in dice.choices([slot for slot, _ in slots], [weight for _, weight in slots], k=count):
        exact = timedelta(minutes=minute + dice.randrange(15), seconds=dice.randrange(60))
        yield datetime.combine(day, time(), tzinfo=place.zone) + exact


def _of_today(
    dice: random.Random, words: "_Words", asked: Sequence[Asked], *, zone: ZoneInfo, now: datetime
) -> Iterator[Answer]:
    """Yield a few answers between midnight and now: at eight in the morning the first page must not be empty."""
    shown = [each for each in asked if each.code.shown]
    midnight = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
    spread = now - SETTLES - midnight
    if spread <= timedelta():
        return
    for number in range(_TODAY):
        at = midnight + spread * ((number + 1) / (_TODAY + 1))
        yield _answer(dice, words, shown[number % len(shown)], at, now=now)


def _answer(dice: random.Random, words: "_Words", asked: Asked, at: datetime, *, now: datetime) -> Answer:
    code, place, definition = asked.code, asked.place, asked.definition
    content = place.content((now - at).total_seconds() / 86400)
    language = dice.choices(list(place.languages), list(place.languages.values()))[0]
    rating, band = _rate(dice, definition, content)
    answer = Answer(code.key, at.astimezone(now.tzinfo), rating, language, curious=dice.random() < 0.2)
    if band is None:
        return replace(answer, answers=words.later(definition, rating, language))
    calls = dice.random() < (_LEAVES_NUMBER if band is Band.UNHAPPY else 0.006)
    writes = dice.random() < (_CALLER_WRITES if calls else _WORDS[band])
    comment = words.find(definition.key, band, language) if writes else None
    chips: list[str] = []
    if comment is not None:
        chips = [str(reason) for reason in comment.reasons]
    elif dice.random() < _CHIPS[band]:
        chips = words.chips(definition, band)
    answers: dict[str, Sequence[str]] = {}
    if chips:
        answers[f"answer-{REASONS[definition.key, band]}"] = chips
        answers |= _scales(dice, definition, band)
    draw = dice.random()
    happy_then = band is Band.UNHAPPY and definition.first.type is QuestionType.RATING5 and draw < 0.03
    return replace(
        answer,
        comment=comment.text if comment else None,
        answers=answers,
        first_rating=4 if happy_then else None,
        suspect="too_fast" if draw > 0.997 else "",
        asks_for_call=calls,
        window=dice.choice(list(CallWindow)),
    )


def _rate(dice: random.Random, definition: Definition, content: float) -> tuple[int, Band | None]:
    kind, happy = definition.first.type, dice.random() < content
    if kind is QuestionType.RATING5:
        if happy:
            return dice.choices((5, 4), (0.68, 0.32))[0], Band.HAPPY
        rating = dice.choices((3, 2, 1), (0.42, 0.27, 0.31))[0]
        return rating, Band.NEUTRAL if rating == 3 else Band.UNHAPPY
    if kind is QuestionType.NPS:
        if happy and dice.random() < 0.72:
            return dice.choices((10, 9), (0.6, 0.4))[0], Band.HAPPY
        if happy or dice.random() < 0.3:
            return dice.choices((8, 7), (0.6, 0.4))[0], Band.NEUTRAL
        return dice.choices((6, 5, 3, 2, 0), (0.35, 0.3, 0.15, 0.1, 0.1))[0], Band.UNHAPPY
    if kind is QuestionType.CES7:
        return dice.choices((7, 6, 5) if happy else (4, 3, 2, 1), (5, 4, 2) if happy else (4, 3, 2, 2))[0], None
    options = list(definition.first.values())
    favour = (5, 4, 2, 1) if kind is QuestionType.PMF else (3, 4, 2, 3, 2, 1)
    return dice.choices(options, [*favour, *[1] * len(options)][: len(options)])[0], None


def _scales(dice: random.Random, definition: Definition, band: Band) -> dict[str, Sequence[str]]:
    """Answer the later five-point questions near the mood of the first one, and whether the matter was resolved."""
    around = {Band.HAPPY: (4, 5, 5), Band.NEUTRAL: (3, 3, 4), Band.UNHAPPY: (1, 2, 3)}[band]
    answers: dict[str, Sequence[str]] = {
        f"answer-{question.key}": [str(dice.choice(around))]
        for question in definition.later
        if question.type is QuestionType.RATING5 and dice.random() < 0.7
    }
    if any(question.key == "resolved" for question in definition.later):
        answers["answer-resolved"] = [dice.choices("123", (9, 1, 1) if band is Band.HAPPY else (3, 5, 3))[0]]
    return answers


def _poisson(dice: random.Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return count


class _Words:
    """Hands out comments like cards from a shuffled pack, so that one comes again as late as possible."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._packs: dict[tuple[str, Band, Language], list[int]] = {}

    def find(self, survey: str, band: Band, language: Language) -> Comment | None:
        """Return a comment in the language, or None when all have been used as often as is plausible."""
        told = [comment for comment in COMMENTS.get((survey, band), ()) if comment.language is language]
        pack = self._packs.get((survey, band, language))
        if pack is None:
            once = [self._dice.sample(range(len(told)), len(told)) for _ in range(_AGAIN)]
            pack = self._packs[survey, band, language] = [place for turn in once for place in turn]
        return told[pack.pop()] if pack else None

    def chips(self, definition: Definition, band: Band) -> list[str]:
        """Return one or two reasons without words."""
        key = REASONS.get((definition.key, band))
        question = next((question for question in definition.later if question.key == key), None)
        if question is None:
            return []
        values = list(question.values())
        # The first reasons are the usual ones: waiting before the comfort of the chairs.
        weights = [1 / (place + 1) for place in range(len(values))]
        return sorted({str(value) for value in self._dice.choices(values, weights, k=self._dice.choice((1, 1, 2)))})

    def later(self, definition: Definition, rating: int, language: Language) -> dict[str, Sequence[str]]:
        """Return what is added to a survey without bands: obstacles of an effort, the benefit that would be missed."""
        draw = self._dice.random()
        if definition.key == "ces" and rating <= 4 and draw < 0.6:
            return {"answer-obstacles": [str(self._dice.randint(1, 5))]}
        benefits = [words for spoken, words in BENEFITS if spoken is language]
        if definition.key == "pmf" and rating <= 2 and draw < 0.25 and benefits:
            return {"answer-benefit": [self._dice.choice(benefits)]}
        return {}
