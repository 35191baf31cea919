"""The message to somebody who asked: what came of it, made anew at each try."""

from datetime import datetime
from html import escape

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.improvements.changing import words_of
from app.callbacks.improvements.models import Improvement, Wish
from app.contacts.links import unsubscribe_token
from app.contacts.models import Contact
from app.invitations.composing import Composing
from app.kit.i18n import Language
from app.messaging.content import Content, NothingToSayError
from app.messaging.models import Message, MessagingChannel
from app.organisation.models import Unit


def compose_told(session: Session, message: Message, now: datetime, *, composing: Composing) -> Content:
    """Return what the message says in its channel and language.

    Raises NothingToSayError("withdrawn") for an improvement that is not done any more, or not in this language.
    An e-mail's token of unsubscribing is kept with the contact, so the session must be committed before it is sent.
    """
    row = session.execute(
        select(Improvement, Unit.name)
        .join(Wish, Wish.improvement_id == Improvement.id)
        .join(Unit, Unit.id == Wish.unit_id)
        .where(Wish.id == message.subject_id)
    ).one_or_none()
    if row is None:
        raise NothingToSayError("gone")
    improvement, place = row
    channel, language = MessagingChannel(message.channel), Language(message.language)
    done = words_of(improvement).get(language)
    if improvement.done_at is None or done is None:
        raise NothingToSayError("withdrawn")
    spoken = composing.texts.speak(session, channel, language)
    values = {"company": composing.company, "place": place, "done": done}
    text = spoken.say("improvement", values)
    if channel is not MessagingChannel.EMAIL:
        return Content(text)
    contact = session.get(Contact, message.contact_id) if message.contact_id else None
    if contact is None:
        raise NothingToSayError("gone")
    stop_url = f"{composing.public_url}/u/{unsubscribe_token(composing.vault, contact)}"
    stop = spoken.say("email.stop", {**values, "link": stop_url})
    subject = spoken.say("improvement.subject", values)
    return Content(
        f"{text}\n\n--\n{stop}\n",
        subject=subject,
        html=_write_html(language, subject, text, stop, stop_url),
        unsubscribe_url=stop_url,
    )


def _write_html(language: Language, subject: str, text: str, stop: str, stop_url: str) -> str:
    """Return the letter for mail programs, which know no style sheet of ours; it asks nothing of any server."""
    paragraphs = "".join(
        f'<p style="margin:0 0 16px">{escape(part).replace(chr(10), "<br>")}</p>' for part in text.split("\n\n")
    )
    link = escape(stop_url)
    foot = escape(stop).replace(link, f'<a href="{link}" style="color:#5c5c66">{link}</a>')
    return (
        f'<!doctype html><html lang="{language.value}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light">'
        f"<title>{escape(subject)}</title></head>"
        "<body style=\"margin:0;padding:24px;font-family:-apple-system,'Segoe UI',Roboto,Arial,sans-serif;"
        'font-size:16px;line-height:1.5;color:#1b1b1f;background:#ffffff">'
        f'<div style="max-width:560px">{paragraphs}'
        f'<p style="margin:24px 0 0;font-size:13px;color:#5c5c66">{foot}</p></div></body></html>'
    )
