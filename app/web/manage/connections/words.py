"""Words of the pages of webhooks and API keys."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.accounts.api_keys import ApiScope, KeyState
from app.webhooks.events import TEST, WebhookEvent
from app.webhooks.models import DisabledReason, WebhookDelivery, WebhookState

EVENTS: Mapping[str, LazyString] = {
    WebhookEvent.RESPONSE_CREATED: lazy_gettext("Somebody rated"),
    WebhookEvent.RESPONSE_COMPLETED: lazy_gettext("Somebody finished the further questions"),
    WebhookEvent.CASE_OPENED: lazy_gettext("A case was opened"),
    WebhookEvent.CASE_DUE: lazy_gettext("A case came due"),
    WebhookEvent.CASE_CLOSED: lazy_gettext("A case was closed"),
    WebhookEvent.CASE_ESCALATED: lazy_gettext("A case that waits too long was told to somebody further up"),
    WebhookEvent.CASE_HANDED_OVER: lazy_gettext("A case was handed to somebody else"),
    WebhookEvent.INVITATION_SENT: lazy_gettext("An invitation was sent"),
}
ALL_EVENTS: Mapping[str, LazyString] = {**EVENTS, TEST: lazy_gettext("Test, sent by hand")}
STATES: Mapping[str, LazyString] = {
    WebhookState.WAITING: lazy_gettext("waiting"),
    WebhookState.DELIVERED: lazy_gettext("delivered"),
    WebhookState.FAILED: lazy_gettext("failed"),
}
BADGES: Mapping[str, str] = {WebhookState.WAITING: "", WebhookState.DELIVERED: " good", WebhookState.FAILED: " bad"}
DISABLED: Mapping[str, LazyString] = {
    DisabledReason.BY_HAND: lazy_gettext("Switched off by hand."),
    DisabledReason.GONE: lazy_gettext("Switched off, because it answered 410: nobody wants the events there any more."),
    DisabledReason.FAILING: lazy_gettext("Switched off, because nothing came through for five days."),
}
_ERRORS: Mapping[str, LazyString] = {
    "address_refused": lazy_gettext("The name leads to a machine that is not on the public internet."),
    "name_unknown": lazy_gettext("The name of the machine is not known."),
    "no_connection": lazy_gettext("The machine took no connection, or broke it off."),
    "tls": lazy_gettext("The certificate or the encryption is not right."),
    "timeout": lazy_gettext("No whole answer within 20 seconds."),
    "no_http": lazy_gettext("What answered does not speak HTTP."),
    "disabled": lazy_gettext("The webhook was switched off."),
    "obsolete": lazy_gettext("What it was about has been deleted meanwhile."),
    "internal": lazy_gettext("It could not be sent; the log of the worker says why."),
}
REFUSALS: Mapping[str, LazyString] = {
    "webhook_url": lazy_gettext("Write a whole address, such as https://crm.example/hooks, without a password in it."),
    "webhook_url_https": lazy_gettext("Only https: what is sent is nobody else's to read."),
    "webhook_url_closed": lazy_gettext("This leads to a machine that is not on the public internet."),
    "webhook_description": lazy_gettext("80 characters at most."),
    "webhook_events": lazy_gettext("Choose at least one event."),
    "too_many_webhooks": lazy_gettext("There are 20 webhooks already. Delete one first."),
    "webhook_disabled": lazy_gettext("The webhook is switched off. Switch it on first."),
    "delivery_under_way": lazy_gettext("It is being tried already."),
    "key_name": lazy_gettext("Name the system that will hold the key, in 80 characters at most."),
    "key_scopes": lazy_gettext("Choose at least one thing that the key may do."),
    "key_expiry": lazy_gettext("Choose when the key expires."),
    "too_many_keys": lazy_gettext("Two keys of this name are in use already. Revoke one of them first."),
}
SCOPES: Mapping[ApiScope, LazyString] = {
    ApiScope.INTERACTIONS_WRITE: lazy_gettext("Tell of finished calls, visits and chats"),
    ApiScope.RESPONSES_READ: lazy_gettext("Read answers, with what people wrote"),
    ApiScope.RESPONSES_WRITE: lazy_gettext("Add answers that were given elsewhere"),
    ApiScope.CALLBACKS_READ: lazy_gettext("Read the callback list"),
    ApiScope.CALLBACKS_WRITE: lazy_gettext("Open, work and close cases"),
    ApiScope.TOUCHPOINTS_READ: lazy_gettext("Read the codes"),
    ApiScope.TOUCHPOINTS_WRITE: lazy_gettext("Make codes"),
    ApiScope.METRICS_READ: lazy_gettext("Read figures"),
}
KEY_STATES: Mapping[KeyState, LazyString] = {
    KeyState.LIVE: lazy_gettext("in use"),
    KeyState.EXPIRED: lazy_gettext("expired"),
    KeyState.REVOKED: lazy_gettext("revoked"),
}
# Days by what the form sends; none of them is for ever.
EXPIRIES: Mapping[str, LazyString] = {
    "30": lazy_gettext("in 30 days"),
    "90": lazy_gettext("in 90 days"),
    "365": lazy_gettext("in a year"),
    "never": lazy_gettext("never"),
}
# Hours by what the form sends.
SINCE: Mapping[str, LazyString] = {
    "24": lazy_gettext("of the last 24 hours"),
    "168": lazy_gettext("of the last 7 days"),
    "720": lazy_gettext("of the last 30 days"),
}


def say_outcome(delivery: WebhookDelivery) -> str:
    """Return what came of the last try, in words; empty before the first."""
    if delivery.status is not None:
        return str(gettext("Answered %(status)s", status=delivery.status))
    if delivery.error is None:
        return ""
    return str(_ERRORS.get(delivery.error, REFUSALS.get(delivery.error, delivery.error)))
