"""How the page after the tap is put together: which blocks in which order, and what stands in their fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict

from app.callbacks.improvements.showing import find_shown
from app.callbacks.models import CallWindow
from app.contacts.links import opt_in_token
from app.kit.errors import InvalidInputError
from app.responses.models import Via
from app.review_sites.service import form_action_hosts
from app.routing.additions import AnswerPage
from app.routing.rules import Lead
from app.routing.single_use import find_change_token
from app.surveys.answers import FIELD
from app.touchpoints.models import Channel
from app.touchpoints.service import find_live_code
from app.web import edge
from app.web.public.device import read_device
from app.web.public.questions import ShownQuestion, read_value, show_question
from app.web.public.shell import render

_WINDOWS = {
    CallWindow.ANY: lazy_gettext("Any time"),
    CallWindow.MORNING: lazy_gettext("Morning"),
    CallWindow.AFTERNOON: lazy_gettext("Afternoon"),
    CallWindow.EVENING: lazy_gettext("Evening"),
}
_SAVED = {
    "words": lazy_gettext("Thank you, we have your words. You can still change them."),
    "call": lazy_gettext("Thank you, we have your number."),
    "call-known": lazy_gettext("Thank you. We know your number and will call you."),
    "no-call": lazy_gettext("We will not call you. Your answer is kept and will be looked into."),
    "site-rests": lazy_gettext("This site is not offered any more today."),
}
_WRONG_FIELD = {
    "phone": lazy_gettext("This does not look like a phone number. Write it with its code, such as +7 701 234 56 78."),
    "consent": lazy_gettext("Please tick the box: we call only those who agree to it."),
}
_WRONG_CODE = {
    "answer_required": lazy_gettext("Please answer this question."),
    "text_too_long": lazy_gettext("This text is too long; 2,000 characters fit."),
    "unreadable_text": lazy_gettext("This text has characters that cannot be kept. Please write it anew."),
}
# What stands below each other; the first block leads. The review links are the same block for everybody.
_BLOCKS = {
    Lead.REVIEW: ("reviews", "rest", "call"),
    Lead.IMPROVE: ("rest", "reviews", "call"),
    Lead.CALLBACK: ("call", "reviews", "rest"),
    Lead.THANKS: ("rest",),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields: what was kept before, or what was just sent and could not be taken."""

    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    comment: str = ""
    phone: str = ""
    call_window: str = CallWindow.ANY
    consent_given: bool = False


def stored(page: AnswerPage) -> Typed:
    """Return what was said so far; a number that was left is never shown back."""
    answers: dict[str, list[str]] = {}
    for answer in page.answers:
        words = answer.text if answer.value is None else str(answer.value)
        answers.setdefault(FIELD + answer.question_key, []).append(words or "")
    return Typed(answers, page.response.comment or "")


def sent(form: MultiDict[str, str]) -> Typed:
    """Return everything as it was typed, so that nobody types it twice."""
    return Typed(
        answers={name: form.getlist(name) for name in form if name.startswith(FIELD)},
        comment=form.get("comment", ""),
        phone=form.get("phone", ""),
        call_window=read_window(form.get("call_window")),
        consent_given=form.get("consent") == "yes",
    )


def says_more(form: MultiDict[str, str], kept: Typed) -> bool:
    """Tell whether a field that was sent differs from what is kept; emptied counts, sent back as it stood does not."""
    sent_words = {name: form.getlist(name) for name in form if name.startswith(FIELD)}
    pairs = [(kept.answers.get(name, ()), words) for name, words in sent_words.items()]
    if "comment" in form:
        pairs.append(([kept.comment], [form["comment"]]))
    return any(_as_kept(before) != _as_kept(words) for before, words in pairs)


def _as_kept(texts: Sequence[str]) -> set[str]:
    """Return what would be kept of the texts: a browser sends line ends as two characters, and blanks are nothing."""
    return {text.replace("\r\n", "\n").strip() for text in texts} - {""}


def read_window(text: str | None) -> CallWindow:
    """Return the time that was wished for; anything unknown means any time."""
    return CallWindow(text) if text in list(CallWindow) else CallWindow.ANY


def render_answer(
    key: str,
    page: AnswerPage,
    typed: Typed,
    *,
    saved: str = "",
    errors: Mapping[str, str] | None = None,
    refused: InvalidInputError | None = None,
    wants_call: bool = False,
) -> str:
    """Return the page, or only thanks once it takes no more; it may lead to the sites that it offers."""
    languages = page.definition.languages
    done = _find_done(page)
    if not page.open_for_additions:
        return render("public/closed.html", languages, done=done)
    language, desk = edge.current_language(), edge.desk()
    edge.allow_form_action(form_action_hosts(page.offers, desk.catalogue))
    first = show_question(page.definition.first, language, desk.company, [str(page.response.rating)])
    questions = _questions(page, typed)
    rated = next((choice for choice in first.choices if choice.chosen), None)
    return render(
        "public/answer.html",
        languages,
        key=key,
        place=page.unit_name,
        lead=page.step.lead.value,
        blocks=_blocks(page),
        rating=page.response.rating,
        first=first,
        rated=(rated.spoken or rated.label) if rated else str(page.response.rating),
        change_address=_change_address(page),
        saved=_SAVED.get(saved, ""),
        errors=errors or (_explain(refused, typed, wants_call=wants_call) if refused else {}),
        offers=page.offers,
        comment=page.response.comment or "",
        typed=typed,
        questions=questions,
        # A survey with reasons for this band asks it in its own words.
        asks_better=page.step.lead is Lead.IMPROVE and not any(question.for_band for question in questions),
        call_windows=_WINDOWS.items(),
        chosen_window=_WINDOWS[page.call_window] if page.call_window else "",
        consent_text=desk.consent.render(language, desk.company),
        number_known=page.number_known,
        anonymous=page.response.interaction_id is None,
        called_from=page.response.channel == Channel.CALL,
        telegram_address=_telegram_address(page),
        done=done,
    )


def _change_address(page: AnswerPage) -> str:
    """Return where the rating is given anew, empty if nowhere: at the code, or for the same device by its link."""
    language = edge.current_language().value
    code = find_live_code(edge.db(), page.response.touchpoint_id)
    if code is not None:
        return url_for("survey.show", code=code, lang=language)
    if page.response.interaction_id is None:
        return ""
    token = find_change_token(edge.db(), edge.desk(), page.response, device=read_device(), now=edge.now())
    return url_for("invited.show", token=token, lang=language, change=1) if token else ""


def _find_done(page: AnswerPage) -> Sequence[str]:
    """Return what others asked for here and got; a tablet in the office goes back to its question at once."""
    if page.response.via == Via.KIOSK:
        return ()
    return find_shown(edge.db(), page.response.unit_id, edge.current_language())


def _telegram_address(page: AnswerPage) -> str:
    """Return where a person whom we know opens a chat with our bot; empty where there is none, or they did already."""
    bot = edge.wiring().telegram_bot
    if not bot or page.person is None or page.person.has_telegram:
        return ""
    return f"https://t.me/{bot}?start={opt_in_token(edge.desk().vault, page.person.contact_id)}"


def _blocks(page: AnswerPage) -> list[str]:
    """Return the names of the blocks, the call in the form that fits: promised, planned, led with, or offered."""
    if page.number_left:
        call = "called"
    elif page.call_planned:
        call = "planned"
    elif page.step.lead is Lead.CALLBACK and not page.call_declined:
        call = "callback"
    else:
        call = "offer_call"
    blocks = [call if name == "call" else name for name in _BLOCKS[page.step.lead]]
    return [name for name in blocks if name != "reviews" or page.offers]


def _questions(page: AnswerPage, typed: Typed) -> list[ShownQuestion]:
    language, company, definition = edge.current_language(), edge.desk().company, page.definition
    given = {definition.first.key: [page.response.rating]}
    for question in definition.later:
        values = [read_value(text) for text in typed.answers.get(FIELD + question.key, ())]
        given[question.key] = [value for value in values if value is not None]
    return [
        show_question(question, language, company, typed.answers.get(FIELD + question.key, ()))
        for question in definition.shown(given, page.step.band)
    ]


def _explain(error: InvalidInputError, typed: Typed, *, wants_call: bool) -> dict[str, str]:
    """Return what is wrong by field, in the reader's language; a missing tick is told together with a bad number."""
    name = error.field or "rest"
    words = _WRONG_CODE.get(error.code) or _WRONG_FIELD.get(name) or gettext("Please choose one of the answers shown.")
    errors = {name: str(words)}
    if wants_call and not typed.consent_given:
        errors.setdefault("consent", str(_WRONG_FIELD["consent"]))
    return errors
