"""The words of messages: read by all staff, changed by administrators of the whole company; they are everybody's."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from app.invitations.composing import fill_values
from app.kit.errors import InvalidInputError
from app.kit.i18n import NAMES, Language
from app.messaging.models import MessagingChannel
from app.messaging.placeholders import render_text, rule_for
from app.messaging.segments import Estimate, Size, estimate, measure
from app.messaging.texts import Place
from app.messaging.wording import Wording, change_wording, get_wording, list_wordings, reset_wording
from app.surveys.definition import QuestionType
from app.surveys.question import Question
from app.web import access, edge
from app.web.manage.messages import words as message_words
from app.web.manage.messages.pages import HOME

# What a link looks like: as long as each of them.
EXAMPLE_TOKEN = "7K3M9PXQ2W4T6Y8Z"  # noqa: S105 -- opens nothing
_EXAMPLE_DONE = {
    Language.KK: "үш кеңседе балалар бұрышы ашылды",
    Language.RU: "детские уголки в трёх офисах",
    Language.UK: "дитячі куточки у трьох офісах",
    Language.EN: "children’s corners in three offices",
}
message_texts = Blueprint("message_texts", __name__, url_prefix=f"{HOME}/texts")
access.gate(message_texts, access.Gate.STAFF, writing=access.Gate.ADMIN)


@message_texts.get("")
def show_list() -> str:
    """All texts by what they are for and by channel, with the languages in which staff changed them."""
    families: dict[str, dict[str, list[dict[Language, Wording]]]] = {}
    for (key, _), by_language in list_wordings(edge.db(), edge.wiring().texts).items():
        families.setdefault(key.partition(".")[0], {}).setdefault(key, []).append(by_language)
    return render_template(
        "manage/messages/texts.html",
        text_address=text_address,
        families=families,
        changed={
            family
            for family, keys in families.items()
            if any(one.changed_at for places in keys.values() for each in places for one in each.values())
        },
        reader=edge.current_language(),
        words=message_words,
    )


@message_texts.get("/<text_key>/<text_channel>/<text_language>")
def show_one(text_key: str, text_channel: str, text_language: str) -> str:
    """One text in one language, as it would be read."""
    return _show((text_key, text_channel), _language(text_language))


@message_texts.post("/<text_key>/<text_channel>/<text_language>")
def change(text_key: str, text_channel: str, text_language: str) -> Response | tuple[str, int]:
    """Keep the words, or those of the file with `reset`."""
    _require_everything()
    place, spoken, texts = (text_key, text_channel), _language(text_language), edge.wiring().texts
    user_id, now = access.staff().user.id, edge.now()
    if "reset" in request.form:
        reset_wording(edge.db(), texts, place, spoken, user_id=user_id, now=now)
        flash(gettext("The original words are sent again."), "good")
        return redirect(text_address(place, spoken), 303)
    typed = request.form.get("text", "")
    try:
        change_wording(edge.db(), texts, place, spoken, typed, user_id=user_id, now=now)
    except InvalidInputError as error:
        edge.roll_back()
        problem = str(message_words.REFUSALS[error.code]) % error.details
        return _show(place, spoken, typed=typed, errors={"text": problem}), 422
    flash(gettext("These words are sent from now on."), "good")
    return redirect(text_address(place, spoken), 303)


def _show(place: Place, language: Language, *, typed: str | None = None, errors: dict[str, str] | None = None) -> str:
    key, channel = place
    wiring, reader = edge.wiring(), edge.current_language()
    wording = get_wording(edge.db(), wiring.texts, place, language)
    text = wording.text if typed is None else typed
    values = example_values(language)
    preview = render_text(text, values)
    size, cost = _size(channel, preview)
    return render_template(
        "manage/messages/text.html",
        text_address=text_address,
        wording=wording,
        key=key,
        channel=channel,
        language=language,
        names=NAMES,
        text=text,
        errors=errors or {},
        rule=rule_for(key, channel),
        values=values,
        preview=preview,
        size=size,
        cost=cost,
        price=wiring.ask.policy.price(MessagingChannel.SMS),
        currency=wiring.ask.policy.currency,
        is_sms=size is not None,
        may_change=access.may(access.Gate.ADMIN, everywhere=True),
        reader=reader,
        words=message_words,
    )


def text_address(place: Place, language: Language) -> str:
    """Return the address of a text's page."""
    key, channel = place
    return url_for("message_texts.show_one", text_key=key, text_channel=channel, text_language=language.value)


def _size(channel: str, preview: str) -> tuple[Size | None, Estimate | None]:
    if channel != MessagingChannel.SMS:
        return None, None
    return measure(preview), estimate(preview, edge.wiring().ask.policy.price(MessagingChannel.SMS))


def example_values(language: Language) -> dict[str, str]:
    """Return made-up values for the placeholders, as long as real ones usually are."""
    wiring = edge.wiring()
    company = edge.desk().company
    at: datetime = edge.now().astimezone(edge.desk().zone)
    return {
        **fill_values(
            _example_question(),
            language,
            company=company,
            place=company,
            employee="Aigerim",
            link=f"{wiring.public_url}/i/{EXAMPLE_TOKEN}",
            at=at,
        ),
        "rating": "5",
        "done": _EXAMPLE_DONE[language],
    }


def _example_question() -> Question:
    """Return the first question of a survey that a number answers, the usual case, or of any."""
    firsts = [survey.first for survey in edge.wiring().surveys]
    asked = edge.wiring().ask.policy.survey_keys()
    likely = [survey.first for survey in edge.wiring().surveys if survey.key in asked]
    return next((first for first in likely + firsts if first.type is QuestionType.RATING5), firsts[0])


def _language(text: str) -> Language:
    if text not in list(Language):
        raise NotFound
    return Language(text)


def _require_everything() -> None:
    if not access.scope().everything:
        raise Forbidden
