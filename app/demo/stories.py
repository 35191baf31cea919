"""The freshest of the demo's answers, written by hand, so that the callback list shows every state on the first day.

Made-up words in the four languages, nobody's number: those are of the block that North America keeps for films
(555-01xx), so that nobody is rung by mistake.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.callbacks.deadlines import add_working_hours
from app.callbacks.models import AttemptResult, CallWindow
from app.demo.answers import Answer, Place
from app.demo.work import Attempt, Claim, Close, Step
from app.kit.i18n import Language
from app.organisation.workdays import WorkingTime
from app.review_sites.catalogue import Site


class Work(StrEnum):
    """How far staff are with the case."""

    NOTHING = "nothing"
    CLAIMED = "claimed"
    NOT_REACHED = "not_reached"
    CALL_LATER = "call_later"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Story:
    """One customer: where (a key of `company.CODES`), how long ago, what they tapped, wrote and left."""

    code: str
    hours_ago: float
    rating: int
    language: Language
    comment: str | None = None
    answers: Mapping[str, list[str]] = field(default_factory=dict)
    phone: str | None = None
    window: CallWindow = CallWindow.ANY
    leaves_for: Site | None = None
    work: Work = Work.NOTHING


STORIES = (
    Story(
        "hall-1",
        1.5,
        1,
        Language.RU,
        "Прождал сорок минут, а потом окно закрылось на обед.",
        {"answer-wrong": ["1", "3"], "answer-waiting-time": ["1"]},
        phone="+12025550123",
        window=CallWindow.MORNING,
    ),
    Story(
        "hall-2",
        3,
        2,
        Language.KK,
        "Құжатты екі рет толтыруға тура келді, ешкім түсіндірмеді.",
        {"answer-wrong": ["4"]},
    ),
    Story(
        "calls",
        6,
        2,
        Language.UK,
        "Тричі переключали між операторами, питання так і не вирішили.",
        {"answer-resolved": ["2"], "answer-wrong": ["2", "4"]},
        phone="+12025550145",
        window=CallWindow.EVENING,
        work=Work.CLAIMED,
    ),
    Story(
        "desk-1",
        30,
        1,
        Language.RU,
        "Сотрудник говорил по телефону, пока я стоял у окна.",
        {"answer-wrong": ["2"], "answer-competence": ["2"]},
        phone="+12025550167",
        work=Work.NOT_REACHED,
    ),
    Story(
        "hall-1",
        52,
        2,
        Language.EN,
        "Nobody at the desk could tell me which form I need.",
        {"answer-wrong": ["4", "3"]},
        phone="+12025550189",
        window=CallWindow.AFTERNOON,
        work=Work.CALL_LATER,
    ),
    Story(
        "hall-2",
        100,
        1,
        Language.RU,
        "С карты дважды списали комиссию.",
        {"answer-wrong": ["5"]},
        phone="+12025550112",
        work=Work.SETTLED,
    ),
    Story("calls", 122, 1, Language.KK, "Қоңырауға жауап күтіп, жиырма минут отырдым.", {"answer-wrong": ["1"]}),
    Story(
        "hall-1",
        26,
        5,
        Language.RU,
        "Быстро и по-человечески, спасибо Айгерим!",
        {"answer-liked": ["1", "2"], "answer-waiting-time": ["5"], "answer-competence": ["5"]},
        leaves_for=Site.TWOGIS,
    ),
    Story("hall-1", 49, 5, Language.KK, "Өте жақсы қызмет көрсетті.", {"answer-liked": ["2"]}, leaves_for=Site.GOOGLE),
    Story("desk-1", 75, 5, Language.EN, "Everything explained in five minutes.", {"answer-liked": ["1", "4"]}),
    Story("hall-2", 55, 3, Language.UK, "Нормально, але черга довга.", {"answer-improve": ["1"]}),
    Story("calls", 80, 5, Language.UK, "Дівчина допомогла з першого дзвінка.", {"answer-resolved": ["1"]}),
    Story("receipt", 28, 9, Language.RU, "Посоветовал брату."),
    Story("receipt", 60, 10, Language.KK),
    Story("receipt", 90, 7, Language.EN),
)


def tell_stories(places: Mapping[str, Place], *, now: datetime) -> Iterator[Answer]:
    """Yield the stories as answers at their instants, with what staff have done about each by `now`."""
    for story in STORIES:
        place = places.get(story.code)
        if place is None:  # its survey is not among the company's
            continue
        at = now - timedelta(hours=story.hours_ago)
        yield Answer(
            story.code,
            at,
            story.rating,
            story.language,
            story.comment,
            story.answers,
            asks_for_call=story.phone is not None,
            phone=story.phone,
            window=story.window,
            leaves_for=story.leaves_for,
            work=tuple(_work(story.work, at + timedelta(minutes=30), place.works)),
        )


def _work(work: Work, at: datetime, works: WorkingTime) -> Iterator[Step]:
    if work is Work.NOTHING:
        return
    yield Claim(at)
    rung = at + timedelta(minutes=5)
    if work is Work.NOT_REACHED:
        yield Attempt(rung, AttemptResult.NO_ANSWER, add_working_hours(rung, 3, works))
    elif work is Work.CALL_LATER:
        # Nobody asks to be rung at night: an hour into the office's next working time.
        again = add_working_hours(at + timedelta(days=3), 1, works)
        yield Attempt(rung, AttemptResult.CALL_LATER, again, "Просил перезвонить через три дня")
    elif work is Work.SETTLED:
        yield Attempt(rung, AttemptResult.REACHED)
        yield Close(at + timedelta(minutes=12), "settled", "price", "Комиссия возвращена, клиент доволен")
