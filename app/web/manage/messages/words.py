"""Words of the pages about messages for what is stored as keys, and durations and money as people read them."""

from collections.abc import Mapping
from datetime import timedelta

from babel.numbers import format_currency
from flask_babel import get_locale, gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

from app.messaging.models import MessagePurpose, MessageState, MessagingChannel

CHANNELS: Mapping[str, LazyString | str] = {
    MessagingChannel.SMS: "SMS",
    MessagingChannel.EMAIL: lazy_gettext("E-mail"),
    MessagingChannel.TELEGRAM: "Telegram",
    MessagingChannel.WHATSAPP: "WhatsApp",
    MessagingChannel.VIBER: "Viber",
}
# Names of providers are the same everywhere.
_GATEWAYS: Mapping[str, LazyString | str] = {
    "console": lazy_gettext("Console (a trial: nothing is sent)"),
    "smsc": "SMSC",
    "mobizon": "Mobizon",
    "twilio": "Twilio",
    "smtp": lazy_gettext("Mail server"),
    "telegram": "Telegram",
    "whatsapp": "WhatsApp",
    "viber": "Viber",
}
STATES: Mapping[str, LazyString] = {
    MessageState.WAITING: lazy_gettext("Waiting"),
    MessageState.HANDED_OVER: lazy_gettext("Handed over"),
    MessageState.DELIVERED: lazy_gettext("Delivered"),
    MessageState.READ: lazy_gettext("Read"),
    MessageState.FAILED: lazy_gettext("Refused"),
    MessageState.FAILED_TECHNICAL: lazy_gettext("Given up"),
    MessageState.EXPIRED: lazy_gettext("Too late"),
    MessageState.CANCELLED: lazy_gettext("Not needed"),
}
# How a state is coloured.
TONES: Mapping[str, str] = {
    MessageState.DELIVERED: "good",
    MessageState.READ: "good",
    MessageState.FAILED: "bad",
    MessageState.FAILED_TECHNICAL: "bad",
    MessageState.EXPIRED: "warn",
}
PURPOSES: Mapping[str, LazyString] = {
    MessagePurpose.INVITATION: lazy_gettext("Invitation"),
    MessagePurpose.REMINDER: lazy_gettext("Reminder"),
    MessagePurpose.REPLY: lazy_gettext("Reply"),
    MessagePurpose.IMPROVEMENT: lazy_gettext("What came of a wish"),
    MessagePurpose.ASKED_BACK: lazy_gettext("Question after a case"),
}
_REASONS: Mapping[str, LazyString] = {
    "answered": lazy_gettext("It has been answered already"),
    "bad_credentials": lazy_gettext("The gateway does not accept our password or key"),
    "blocked": lazy_gettext("The person has blocked us"),
    "delivery_failed": lazy_gettext("The gateway did not take it"),
    "demo": lazy_gettext("Demo"),
    "expired": lazy_gettext("The link was too old"),
    "forgotten": lazy_gettext("The person’s address was deleted"),
    "garbage": lazy_gettext("The gateway’s answer could not be read"),
    "gone": lazy_gettext("What it was about is gone"),
    "misconfigured": lazy_gettext("The gateway is not set up rightly"),
    "no_address": lazy_gettext("No address for this channel"),
    "no_money": lazy_gettext("No credit left with the gateway"),
    "not_composed": lazy_gettext("The text could not be put together"),
    "not_delivered_in_time": lazy_gettext("The telephone could not be reached in time"),
    "not_engaged": lazy_gettext("The messenger limits messages to this person"),
    "opted_out": lazy_gettext("The person asked us to stop"),
    "paused": lazy_gettext("Sending was stopped"),
    "rate_limited": lazy_gettext("The gateway asked us to go slower"),
    "reopened": lazy_gettext("The case was opened again"),
    "redirected": lazy_gettext("The gateway’s address leads elsewhere"),
    "refused": lazy_gettext("Refused by the network"),
    "refused_as_spam": lazy_gettext("Refused as spam"),
    "staff": lazy_gettext("The address belongs to staff"),
    "timeout": lazy_gettext("The gateway did not answer in time"),
    "too_late": lazy_gettext("Not sent in time"),
    "too_long": lazy_gettext("The text is too long"),
    "unavailable": lazy_gettext("The gateway is out of order"),
    "unknown_number": lazy_gettext("No such number or address"),
    "unreachable": lazy_gettext("The person cannot be reached there"),
    "window_closed": lazy_gettext("WhatsApp allows only a template at this time"),
    "withdrawn": lazy_gettext("The invitation was withdrawn"),
}
REFUSALS: Mapping[str, LazyString] = {
    "missing": lazy_gettext("Write something here."),
    "too_long": lazy_gettext("At most %(limit)s characters."),
    "unreadable_text": lazy_gettext("There are characters here that cannot be sent."),
    "one_line": lazy_gettext("This must be one line."),
    "unknown_placeholder": lazy_gettext("%(name)s cannot be filled in here."),
    "placeholder_missing": lazy_gettext("The text must contain %(name)s."),
    "already_paused": lazy_gettext("Sending is stopped there already."),
}
TEXTS: Mapping[str, LazyString] = {
    "invitation": lazy_gettext("Invitation"),
    "invitation.choice": lazy_gettext("Invitation to a survey that no number answers"),
    "invitation.subject": lazy_gettext("Subject of the invitation"),
    "invitation.template": lazy_gettext("Values of the WhatsApp template, one a line"),
    "invitation.button": lazy_gettext("Button that opens the list of ratings"),
    "reminder": lazy_gettext("Reminder"),
    "reminder.choice": lazy_gettext("Reminder of a survey that no number answers"),
    "reminder.subject": lazy_gettext("Subject of the reminder"),
    "reminder.template": lazy_gettext("Values of the reminder’s WhatsApp template, one a line"),
    "asked_back": lazy_gettext("Question after a case: did we settle it?"),
    "asked_back.subject": lazy_gettext("Subject of the question after a case"),
    "asked_back.answer": lazy_gettext("Line above yes and no"),
    "asked_back.yes_button": lazy_gettext("Button for “settled”"),
    "asked_back.no_button": lazy_gettext("Button for “not settled”"),
    "improvement": lazy_gettext("What came of a wish, to whoever asked"),
    "improvement.subject": lazy_gettext("Subject of what came of a wish"),
    "email.answer": lazy_gettext("Line above the ratings"),
    "email.stop": lazy_gettext("Last line, with the link that stops messages"),
    "reply.thanks": lazy_gettext("Thanks for a rating"),
    "reply.ask_comment": lazy_gettext("Asking for a few words"),
    "reply.ask_call": lazy_gettext("Offer of a call back"),
    "reply.yes_button": lazy_gettext("Button for yes"),
    "reply.no_button": lazy_gettext("Button for no"),
    "reply.review": lazy_gettext("Where else to leave a review"),
    "reply.review_button": lazy_gettext("Button that leads to the review sites"),
    "reply.noted": lazy_gettext("Confirmation of a comment"),
    "reply.call_noted": lazy_gettext("Confirmation that we will call"),
    "reply.no_call": lazy_gettext("Confirmation that we will not call"),
    "reply.ask_number": lazy_gettext("Asking for a number to call"),
    "reply.bad_number": lazy_gettext("Answer to a number that cannot be called"),
    "reply.closed": lazy_gettext("Answer when it is too late"),
    "reply.stopped": lazy_gettext("Confirmation of a stop"),
    "reply.started": lazy_gettext("Confirmation that messages go on"),
    "reply.linked": lazy_gettext("Welcome of somebody we know"),
    "reply.welcome": lazy_gettext("Welcome of somebody we do not know"),
    "reply.help": lazy_gettext("Answer to what was not understood"),
    "reply.help_rate": lazy_gettext("How to answer with a rating"),
    "reply.back_yes": lazy_gettext("After “settled”: asking how it was handled"),
    "reply.back_no": lazy_gettext("After “not settled”: we take it up again"),
    "reply.back_help": lazy_gettext("How to answer whether it is settled"),
}
FAMILIES: Mapping[str, LazyString] = {
    "invitation": lazy_gettext("Invitations"),
    "reminder": lazy_gettext("Reminders"),
    "asked_back": lazy_gettext("Questions after a case"),
    "improvement": lazy_gettext("What came of wishes"),
    "email": lazy_gettext("In every e-mail"),
    "reply": lazy_gettext("Replies to what people answer"),
}
PLACEHOLDERS: Mapping[str, LazyString] = {
    "company": lazy_gettext("the company’s name"),
    "place": lazy_gettext("the unit’s name"),
    "employee": lazy_gettext("the employee’s name; may be empty"),
    "date": lazy_gettext("when the call or visit was"),
    "question": lazy_gettext("the survey’s first question"),
    "scale": lazy_gettext("what may be answered, such as 1-5"),
    "link": lazy_gettext("the link"),
    "rating": lazy_gettext("what was answered"),
    "done": lazy_gettext("what was done, as it is said to customers"),
}


def channel_name(channel: str) -> str:
    """Return the name of a channel of texts; `any` is every channel without words of its own."""
    return str(CHANNELS.get(channel) or gettext("Every other channel"))


def gateway_name(name: str | None) -> str:
    """Return a gateway's name; one that we have no words for has its own."""
    return str(_GATEWAYS.get(name, name)) if name else ""


def text_name(key: str) -> str:
    """Return what a text is for; a key without words stands for itself."""
    return str(TEXTS.get(key, key))


def family_name(family: str) -> str:
    """Return what a group of texts is for."""
    return str(FAMILIES.get(family, family))


def say_reason(code: str | None) -> str:
    """Return in words why a message was not sent; a code without words stands for itself."""
    return str(_REASONS.get(code, code)) if code else str(gettext("No reason was given"))


def show_money(hundredths: int, currency: str) -> str:
    """Return an amount as people write it."""
    return str(format_currency(hundredths / 100, currency, locale=get_locale()))


def show_duration(span: timedelta) -> str:
    """Return about how long something takes, in the largest unit that says it."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return str(gettext("less than a minute"))
    if minutes < 90:
        return str(ngettext("about %(num)s minute", "about %(num)s minutes", minutes))
    hours = round(minutes / 60)
    if hours < 48:
        return str(ngettext("about %(num)s hour", "about %(num)s hours", hours))
    return str(ngettext("about %(num)s day", "about %(num)s days", round(hours / 24)))
