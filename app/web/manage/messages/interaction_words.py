"""Words for what was decided about asking and why, how far whoever was asked came, and what became of it."""

from collections.abc import Mapping

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from app.analytics.funnel import AskedBy, Step
from app.analytics.response_rate import Disposition
from app.invitations.models import Decision, Reason

DECISIONS: Mapping[str, LazyString] = {
    Decision.INVITED: lazy_gettext("Asked"),
    Decision.SKIPPED: lazy_gettext("Not asked"),
}
# In a few words, for lists and filters.
REASONS: Mapping[str, LazyString] = {
    Reason.NO_ADDRESS: lazy_gettext("No address"),
    Reason.NO_CHANNEL: lazy_gettext("No channel reaches them"),
    Reason.OPTED_OUT: lazy_gettext("Said stop"),
    Reason.STAFF: lazy_gettext("Staff"),
    Reason.ASKED_LATELY: lazy_gettext("Asked lately"),
    Reason.TOPIC_EXCLUDED: lazy_gettext("Topic left out"),
    Reason.QUEUE_EXCLUDED: lazy_gettext("Queue left out"),
    Reason.NOT_SAMPLED: lazy_gettext("Not drawn"),
    Reason.COUNTRY_NOT_ALLOWED: lazy_gettext("Country not allowed"),
    Reason.QUIET_HOURS: lazy_gettext("Quiet hours"),
    Reason.DAILY_CAP: lazy_gettext("Enough asked that day"),
    Reason.BUDGET: lazy_gettext("Budget used up"),
    Reason.PAUSED: lazy_gettext("Sending was stopped"),
    Reason.TOO_OLD: lazy_gettext("Too long ago"),
    Reason.SAME_CONTACT: lazy_gettext("Told twice"),
    Reason.UNANSWERED: lazy_gettext("Nobody answered"),
    Reason.HISTORY: lazy_gettext("From a file"),
    Reason.SWITCHED_OFF: lazy_gettext("Not asked here"),
}
# In a sentence, for the page of one.
EXPLAINED: Mapping[str, LazyString] = {
    Reason.NO_ADDRESS: lazy_gettext("No number, e-mail or chat of the person is known."),
    Reason.NO_CHANNEL: lazy_gettext("No channel that is on reaches the person; a landline, for one, takes no SMS."),
    Reason.OPTED_OUT: lazy_gettext("The person has asked us to stop writing."),
    Reason.STAFF: lazy_gettext("The address is on the list of staff."),
    Reason.ASKED_LATELY: lazy_gettext("The person had been asked a short time before."),
    Reason.TOPIC_EXCLUDED: lazy_gettext("Nobody is asked about this topic."),
    Reason.QUEUE_EXCLUDED: lazy_gettext("Nobody is asked about this queue."),
    Reason.NOT_SAMPLED: lazy_gettext("Only some are asked here, and this one was not drawn."),
    Reason.COUNTRY_NOT_ALLOWED: lazy_gettext("Numbers of this country are not written to."),
    Reason.QUIET_HOURS: lazy_gettext("It was night there, and in the morning it would have been too late to ask."),
    Reason.DAILY_CAP: lazy_gettext("As many as may be asked in a day had been asked."),
    Reason.BUDGET: lazy_gettext("The money for that day had been spent."),
    Reason.PAUSED: lazy_gettext("Sending was stopped at the unit or above it."),
    Reason.TOO_OLD: lazy_gettext("We were told of it too late to ask about it."),
    Reason.SAME_CONTACT: lazy_gettext("The same contact was told twice under two numbers."),
    Reason.UNANSWERED: lazy_gettext("Nobody took the call."),
    Reason.HISTORY: lazy_gettext("It came from a file of the past, about which nobody is asked."),
    Reason.SWITCHED_OFF: lazy_gettext("Nobody is asked at this unit, or not about this kind of contact."),
}
STEPS: Mapping[Step, LazyString] = {
    Step.INVITED: lazy_gettext("Invited"),
    Step.SENT: lazy_gettext("Sent"),
    Step.DELIVERED: lazy_gettext("Delivered"),
    Step.OPENED: lazy_gettext("Opened by a person (at least)"),
    Step.RATED: lazy_gettext("Rated"),
    Step.FINISHED: lazy_gettext("Finished"),
    Step.REVIEWED: lazy_gettext("Went to a review site"),
}
ASKED_BY: Mapping[AskedBy, LazyString] = {
    AskedBy.MESSAGE: lazy_gettext("Asked by a message"),
    AskedBy.SHOWN: lazy_gettext("Shown by your own system"),
}
OUTCOMES: Mapping[Disposition, LazyString] = {
    Disposition.INTERVIEW: lazy_gettext("finished (I)"),
    Disposition.PARTIAL: lazy_gettext("rated, and left the rest (P)"),
    Disposition.REFUSAL: lazy_gettext("said stop, or looked and left (R)"),
    Disposition.NON_CONTACT: lazy_gettext("received it and kept silent (NC)"),
    Disposition.UNKNOWN: lazy_gettext("nobody knows whether it arrived (UO)"),
    Disposition.INELIGIBLE: lazy_gettext("not asked after all: no such number, not sent, a machine"),
    Disposition.PENDING: lazy_gettext("still has time to answer"),
}
