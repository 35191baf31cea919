"""What was spoken of in a period: counted by topic, compared with the time before, and never more than may be seen."""

import random
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.differences import Verdict
from app.analytics.filters import ResponseFilter
from app.analytics.periods import last_days
from app.analytics.reports import list_responses
from app.analytics.topics import Spoken, judge_at_once, make_topics, read_reasons, read_topics
from app.analytics.wanted import Wanted
from app.responses.models import Via
from app.responses.topics.sorting import sort_responses
from tests.analytics.company import Company
from tests.responses.test_topic_rules import RULES


def _wanted(company: Company, **more: object) -> Wanted:
    return Wanted(last_days(7, now=company.now, zone=ZoneInfo("Asia/Almaty")), **more)  # type: ignore[arg-type]


def test_topics_are_counted_with_those_who_were_satisfied_and_the_days_before(
    session: Session, company: Company
) -> None:
    before = company.now - timedelta(days=8)
    for _ in range(12):
        company.answer("n1", 5, comment="Очередь быстрая, спасибо")
        company.answer("n2", 1, comment="Очередь")
        company.answer("s1", 2, comment="Дорого")
        company.answer("n1", 1, comment="Дорого", at=before)
    company.answer("n1", 9, comment="Очередь", survey="nps")
    company.answer("n1", 1, comment="Очередь", suspect="burst")
    company.answer("n1", 1, comment="Ну такое", channel="call")
    company.answer("n1", 1)
    while sort_responses(session, RULES.classifier, now=company.now, limit=20) == 20:
        pass
    found = read_topics(session, _wanted(company), EVERYTHING)
    assert (found.said, found.said_before, found.unsorted) == (Spoken(38, 37, 12), 12, 1)
    lines = {line.key: line for line in found.lines}
    assert list(lines) == ["waiting", "price", "thanks"]
    waiting = lines["waiting"]
    assert (waiting.n, waiting.share.n, waiting.csat.n, waiting.csat.value) == (25, 38, 24, 0.5)
    assert (waiting.before.value, waiting.change, waiting.against) == (0.0, Verdict.TOO_FEW, Verdict.TOO_FEW)
    assert lines["price"].before.value == 1.0
    north = read_topics(session, _wanted(company, unit_id=company.units["north"].id), EVERYTHING)
    assert {line.key: line.n for line in north.lines} == {"waiting": 25, "thanks": 12}
    mine = read_topics(session, _wanted(company), Scope(frozenset({company.units["south"].id})))
    assert {line.key: line.n for line in mine.lines} == {"price": 12}
    by_call = read_topics(session, _wanted(company, channel="call"), EVERYTHING)
    assert (by_call.said.n, by_call.unsorted, by_call.lines) == (1, 1, ())


def test_reasons_are_counted_by_question_the_most_often_first(session: Session, company: Company) -> None:
    for number in range(5):
        company.said(company.answer("n1", 1), "reasons", 2)
        if number < 2:
            company.said(company.answer("n2", 1), "reasons", 1)
    (question,) = read_reasons(session, _wanted(company), EVERYTHING)
    assert (question.survey, question.key, question.n) == ("visit", "reasons", 7)
    assert [(line.value, line.key, line.n) for line in question.lines] == [(2, "price", 5), (1, "queue", 2)]
    assert read_reasons(session, _wanted(company, unit_id=company.units["south"].id), EVERYTHING) == ()


def test_whoever_had_no_form_did_not_leave_its_reasons_out(session: Session, company: Company) -> None:
    company.said(company.answer("n1", 1), "reasons", 2)
    for via in Via:
        response = company.answer("n1", 1, comment="Очередь")
        response.via, response.finished_at = via, response.answered_at
    (question,) = read_reasons(session, _wanted(company), EVERYTHING)
    assert question.none_chosen == len({Via.PAGE, Via.KIOSK})
    listed = list_responses(session, ResponseFilter(chose_none="reasons"), scope=EVERYTHING, zone=ZoneInfo("UTC"))
    assert len(listed.lines) == question.none_chosen


def test_of_many_topics_that_only_chance_moves_hardly_any_is_called_changed() -> None:
    dice = random.Random(6)  # noqa: S311 -- the same in every run
    alone = together = 0
    for _ in range(100):
        counts = {
            str(topic): (
                sum(dice.random() < 0.1 for _ in range(200)),
                200,
                sum(dice.random() < 0.1 for _ in range(200)),
                200,
            )
            for topic in range(20)
        }
        told = judge_at_once(counts)
        together += any(verdict is not Verdict.NO_CLEAR_DIFFERENCE for verdict in told.values())
        alone += any(judge_at_once({key: one})[key] is not Verdict.NO_CLEAR_DIFFERENCE for key, one in counts.items())
    assert together <= 10, "at most one page in twenty, and then some"
    assert alone >= 40, "one by one, every second page would tell of a change"


def test_a_topic_that_did_change_is_said_and_hidden_ones_are_not_compared() -> None:
    found = make_topics(
        {"waiting": Spoken(90, 90, 20), "price": Spoken(9, 9, 9), "": Spoken(101, 101, 91)},
        {"waiting": Spoken(40, 40, 30)},
        Spoken(200, 200, 120),
        Spoken(200, 200, 120),
    )
    waiting, price = found.lines
    assert (waiting.change, waiting.against) == (Verdict.HIGHER, Verdict.LOWER)
    assert (price.csat.value, price.csat.suppressed, price.against) == (None, True, Verdict.TOO_FEW)
    sorted_all = {"waiting": Spoken(90, 90, 20), "price": Spoken(9, 9, 9), "thanks": Spoken(101, 101, 91)}
    given_away = {line.key: line for line in make_topics(sorted_all, {}, Spoken(200, 200, 120), Spoken()).lines}
    assert {key: line.csat.value is None for key, line in given_away.items()} == {
        "waiting": True,  # all less these and the thankful would be the nine
        "price": True,
        "thanks": False,
    }
    assert (given_away["waiting"].csat.n, given_away["waiting"].against) == (90, Verdict.TOO_FEW)
    both = make_topics({"waiting": Spoken(40, 40, 20), "price": Spoken(35, 35, 20)}, {}, Spoken(44, 44, 24), Spoken())
    assert [line.csat.value for line in both.lines] == [None, None], "four, or nine, did not speak of it"
    few = make_topics({"waiting": Spoken(4, 4, 4)}, {}, Spoken(9, 9, 9), Spoken())
    assert (few.lines[0].share.value, few.lines[0].change) == (None, Verdict.TOO_FEW)
