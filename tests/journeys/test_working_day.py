"""The callback desk on a working day, seen working: real processes, a phone, chats of staff, mail and a customer.

Three times the journey moves a clock in the database instead of waiting for hours: the case that a leader is given has
waited longest, the hour of its next call comes, and another case runs late. Jobs that run once a minute are run by a
second worker, which is started as soon as their minute is free again.
"""

import re
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.accounts.models import StaffUser
from app.callbacks.compensation.models import Compensation
from app.callbacks.escalation.models import Escalation, EscalationRule
from app.callbacks.models import CallbackCase
from app.jobs.asking_back import ASK_BACK
from app.jobs.escalation import ESCALATE
from app.organisation.models import Unit
from app.responses.models import SurveyResponse
from app.touchpoints.models import Touchpoint
from tests.journeys.conftest import Visitor
from tests.journeys.serving import wait_until
from tests.journeys.working_day import CHATS, CITY, NEXT_DOOR, OFFICE, REGION, Day, find_untouched, working_day

pytestmark = pytest.mark.browser

# The same steps on both engines; what many cases cost is measured elsewhere, on both.
CASES = {"sqlite": 500, "postgresql": 300}
PHONE, COMMENT = "77015550142", "Nobody at the desk knew the tariff"
ALMATY = ZoneInfo("Asia/Almaty")


def test_a_working_day_at_the_desk(database_url: str, tmp_path: Path, visitor: Visitor, engine_name: str) -> None:
    with working_day(database_url, tmp_path / "day", visitor, cases=CASES[engine_name]) as day:
        late = find_untouched(day.database, NEXT_DOOR, 1)
        day.move_clock(late, first_attempt_due_at=datetime.now(UTC) - timedelta(minutes=1))
        rung = ring_the_most_urgent_in_vain(day)
        link_chats(day)
        case_id = leave_a_number(day)
        race_by_buttons(day, case_id)
        close_it(day, case_id)
        day.run_jobs(ESCALATE, ASK_BACK)
        hear_of_the_late_case_once(day, late)
        say_that_it_is_not_settled(day, case_id)
        let_a_stranger_look(day, [case_id, late, rung])


def ring_the_most_urgent_in_vain(day: Day) -> uuid.UUID:
    """On a phone: take the case that has waited longest, ring in vain, and see it again at the planned hour."""
    case_id = find_untouched(day.database, NEXT_DOOR, 0)
    day.move_clock(case_id, first_attempt_due_at=datetime.now(UTC) - timedelta(days=60))
    page = day.open("leader", "/manage/callbacks")
    page.get_by_role("button", name="Give me the most urgent").tap()
    page.wait_for_url(f"**/manage/callbacks/{case_id}")
    expect(page.locator("a[href^='tel:+1202555']")).to_be_visible()
    page.get_by_role("button", name="No answer", exact=True).tap()
    expect(page.get_by_text("Tried 1 time")).to_be_visible()

    planned = day.case(case_id).next_attempt_at
    assert planned is not None
    assert planned > datetime.now(UTC) + timedelta(hours=1, minutes=59)
    card = page.locator(f"#case-{case_id}")
    day.open("leader", "/manage/callbacks?tab=scheduled")
    expect(card).to_contain_text(f"{planned.astimezone(ALMATY):%H:%M}")
    day.open("leader", "/manage/callbacks?tab=overdue")
    expect(card).to_have_count(0)

    day.move_clock(case_id, next_attempt_at=datetime.now(UTC) - timedelta(seconds=1))
    day.open("leader", "/manage/callbacks?tab=scheduled")
    expect(card).to_have_count(0)
    for tab in ("mine", "overdue"):
        day.open("leader", f"/manage/callbacks?tab={tab}")
        expect(card).to_contain_text("tried 1 time")
    return case_id


def link_chats(day: Day) -> None:
    """Link a Telegram chat each, by the link of one's own page, and choose to be told of new cases there."""
    for who, chat in CHATS.items():
        page = day.open(who, "/manage/account/notices")
        page.locator("[name=way-case_opened][value=telegram]").check()
        page.locator("[name=way-case_opened][value=email]").uncheck()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("This is how you will be told from now on.")).to_be_visible()
        page.get_by_role("button", name="Link my Telegram").click()
        link = page.get_by_role("link", name="Open Telegram and press Start").get_attribute("href")
        assert link is not None
        day.hear(chat, text=f"/start {link.partition('?start=')[2]}")
        day.wait_for_words("sendMessage", f"{who.title()}, notices will come here", chat)


def leave_a_number(day: Day) -> uuid.UUID:
    """As a customer at the office: say that it was bad and ask to be rung; return the case."""
    with day.database.reading() as session:
        query = select(Touchpoint.code).join(Unit, Unit.id == Touchpoint.unit_id)
        code = session.scalars(query.where(Unit.code == OFFICE, Touchpoint.survey_key == "office-visit")).first()
    page = day.visitor.page()
    page.goto(f"{day.address}/q/{code}?lang=en")
    page.locator("button[name=rating][value='1']").click()
    page.wait_for_url("**/r/**")
    page.locator("#phone").fill(f"+{PHONE}")
    page.locator("#consent").check()
    page.locator("#comment").fill(COMMENT)
    page.locator("button[name=do][value=call]").click()
    expect(page.get_by_role("heading", name="We will call you")).to_be_visible()
    with day.database.reading() as session:
        about = select(CallbackCase.id).join(SurveyResponse, SurveyResponse.id == CallbackCase.response_id)
        return session.scalars(about.where(SurveyResponse.comment == COMMENT)).one()


def race_by_buttons(day: Day, case_id: uuid.UUID) -> None:
    """Both chats are told of the case; who taps first has it, and the other is told who that is."""
    told: dict[str, str] = {}

    def are_told() -> bool:
        for who, chat in CHATS.items():
            for message in day.sent("sendMessage", str(case_id), chat):
                (claim,) = (
                    key for row in message["reply_markup"]["inline_keyboard"] for key in row if key["text"] == "Claim"
                )
                told[who] = claim["callback_data"]
        return set(told) == set(CHATS)

    wait_until(are_told, 90, day.service.installation.log)
    for who, answer in (("second", "✓ The case is yours now."), ("first", "Second was faster.")):
        day.hear(CHATS[who], data=told[who])
        day.wait_for_words("editMessageText", answer, CHATS[who])
        day.wait_for_words("answerCallbackQuery", answer)
    assert day.case(case_id).claimed_by_id == day.staff["second"]


def close_it(day: Day, case_id: uuid.UUID) -> None:
    """Reach the customer, propose something for the trouble, and close the case as settled."""
    page = day.open("second", f"/manage/callbacks/{case_id}")
    expect(page.get_by_text(COMMENT).first).to_be_visible()
    page.get_by_role("button", name="Reached", exact=True).click()
    page.get_by_text("Give something").click()
    page.locator("#compensation-kind").select_option("refund")
    page.locator("#compensation-amount").fill("9000")
    page.get_by_role("button", name="Give it").click()
    expect(page.get_by_text("9,000").first).to_be_visible()
    close = page.locator("#close")
    if close.get_attribute("open") is None:
        close.locator("summary").click()
    page.get_by_label("How did it end?").select_option("settled")
    page.get_by_label("What lay behind it?").first.select_option("waiting")
    close.get_by_role("button", name="Close the case").click()
    expect(page.get_by_text("The case is closed.")).to_be_visible()


def hear_of_the_late_case_once(day: Day, case_id: uuid.UUID) -> None:
    """The owner of the region gets one mail about a late case, however often the job runs."""
    wait_until(lambda: bool(day.mails("director", str(case_id))), 60, day.service.installation.log)
    day.run_jobs(ESCALATE)
    with day.database.reading() as session:
        told = session.execute(
            select(Escalation.rule, StaffUser.email)
            .outerjoin(StaffUser, StaffUser.id == Escalation.to_user_id)
            .where(Escalation.case_id == case_id)
        ).all()
    assert [tuple(row) for row in told] == [(EscalationRule.FIRST_ATTEMPT_LATE, "director@example.kz")]
    assert len(day.mails("director", str(case_id))) == 1


def say_that_it_is_not_settled(day: Day, case_id: uuid.UUID) -> None:
    """As the customer: get the question by SMS and say no; the case is open again and says why."""
    wait_until(lambda: bool(day.gateway.to(PHONE)), 60, day.service.installation.log)
    (asked,) = day.gateway.to(PHONE)
    (token,) = re.findall(r"/s/(\w+)", asked.text)
    customer = day.visitor.page()
    customer.goto(f"{day.address}/s/{token}?lang=en")
    customer.get_by_role("button", name="No, it is not settled").click()
    customer.wait_for_url(f"**/s/{token}?*")

    case = day.case(case_id)
    assert (case.closed_at, case.reopenings, case.claimed_by_id) == (None, 1, day.staff["second"])
    page = day.open("second", f"/manage/callbacks/{case_id}")
    story = page.get_by_role("region", name="Everything that happened")
    for line in ("Closed: Settled by phone", "The person says that it is not settled", "Opened again"):
        expect(story).to_contain_text(line)
    expect(page.get_by_role("button", name="No answer", exact=True)).to_be_visible()


def let_a_stranger_look(day: Day, case_ids: Sequence[uuid.UUID]) -> None:
    """A manager of another region: none of these addresses is there, and no list names any of it."""
    with day.database.reading() as session:
        given = session.scalars(select(Compensation.id).where(Compensation.case_id == case_ids[0])).one()
        response = session.scalars(select(SurveyResponse.id).where(SurveyResponse.comment == COMMENT)).one()
        names = session.scalars(select(Unit.name).where(Unit.code.in_([OFFICE, NEXT_DOOR, CITY, REGION]))).all()
    page = day.open("stranger", "/manage/callbacks")
    form_token = page.locator("[name=csrf_token]").first.get_attribute("value") or ""
    client = page.context.request

    # What one step needs another passes over: a form that is refused must not pass for a case that is hidden.
    form: dict[str, str | float | bool] = {
        "csrf_token": form_token,
        "result": "reached",
        "note": "x",
        "reason": "x",
        "kind": "refund",
        "amount": "1",
    }

    def post_to(path: str) -> int:
        return client.post(f"{day.address}{path}", form=form, max_redirects=0).status

    def look(path: str) -> int:
        return client.get(f"{day.address}{path}", max_redirects=0).status

    hidden: dict[Callable[[str], int], list[str]] = {
        look: [
            *(f"/manage/callbacks/{case_id}{part}" for case_id in case_ids for part in ("", "/changes")),
            f"/manage/responses/{response}",
            f"/manage/units/{OFFICE}",
            f"/manage/roster?unit={OFFICE}",
            f"/manage/compensations?unit={OFFICE}",
        ],
        post_to: [
            *(
                f"/manage/callbacks/{case_id}/{step}"
                for case_id in case_ids
                for step in ("claim", "attempts", "notes", "number", "compensations", "release")
            ),
            *(f"/manage/compensations/{given}/{step}" for step in ("approve", "decline", "withdraw")),
            *(f"/manage/reading/{response}/{step}" for step in ("acknowledge", "thank", "suspect", "case")),
        ],
    }
    statuses = {path: ask(path) for ask, paths in hidden.items() for path in paths}
    assert set(statuses.values()) == {404}, {path: status for path, status in statuses.items() if status != 404}

    leader = day.pages["leader"].context.request
    seen = {path: leader.get(f"{day.address}{path}").status for path in hidden[look]}
    assert set(seen.values()) == {200}, seen

    words = [COMMENT, *names, *map(str, (*case_ids, given, response))]
    tabs = ("unit", "mine", "unclaimed", "overdue", "scheduled", "look_into", "closed", "open")
    lists = [f"/manage/callbacks?tab={tab}" for tab in tabs] + [
        f"/manage/{name}"
        for name in (
            "",
            "callbacks/figures",
            "callbacks/figures/cases",
            "compensations",
            "compensations.csv",
            "escalations",
            "improvements",
            "improvements/wishes",
            "reading",
            "responses",
            "roster",
            "roster/load",
            "roster/owners",
        )
    ]
    for path in lists:
        shown = client.get(f"{day.address}{path}")
        assert shown.status == 200, path
        assert [word for word in words if word in shown.text()] == [], path
