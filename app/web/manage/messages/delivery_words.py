"""Who is asked, when and by what, in sentences: the rules of a unit as people would tell them."""

from collections.abc import Iterator, Sequence

from babel.dates import format_time
from babel.lists import format_list
from flask_babel import format_decimal, get_locale, gettext, ngettext

from app.invitations.rules import DeliveryPolicy, Narrowing, Rules
from app.surveys.loader import SurveyLibrary
from app.web import edge
from app.web.manage import words
from app.web.manage.messages import words as message_words

# Which sentence tells a key; keys of one sentence are told together.
_SENTENCE_OF = {
    "surveys": "surveys",
    "delay_minutes": "delay",
    "send_by_hours": "limits",
    "answer_by_days": "limits",
    "quiet_hours": "quiet",
    "ask_again_after_days": "again",
    "exclude": "exclude",
    "sample_percent": "sample",
    "countries": "countries",
    "channels": "channels",
    "whatsapp_unasked": "channels",
    "reminder": "reminder",
}


def describe_rules(rules: Rules, surveys: SurveyLibrary, home_country: str) -> list[str]:
    """Return the rules of a unit, a sentence each; only one where nobody is asked."""
    if not rules.ask:
        return [gettext("Nobody is asked.")]
    told = _sentences(rules, surveys, home_country)
    return [sentence for _, sentence in told]


def describe_narrowing(
    narrowing: Narrowing, rules: Rules, surveys: SurveyLibrary, home_country: str, policy: DeliveryPolicy
) -> list[str]:
    """Return what a unit has otherwise; `rules` are those in force there."""
    if not rules.ask:
        return [gettext("Nobody is asked.")]
    changed = {_SENTENCE_OF.get(key) for key in narrowing.model_fields_set}
    told = [sentence for key, sentence in _sentences(rules, surveys, home_country) if key in changed]
    return [*told, *describe_limits(narrowing.daily_cap, narrowing.daily_budget, policy.currency)]


def describe_limits(cap: int | None, budget: float | None, currency: str) -> list[str]:
    """Return the caps and budgets of a unit, a sentence each."""
    said = []
    if cap is not None:
        said.append(
            ngettext(
                "At most %(num)s person is asked a day, all units below counted.",
                "At most %(num)s people are asked a day, all units below counted.",
                cap,
            )
        )
    if budget is not None:
        money = message_words.show_money(round(budget * 100), currency)
        said.append(gettext("Asking costs at most %(money)s a day, all units below counted.", money=money))
    return said


def _sentences(rules: Rules, surveys: SurveyLibrary, home_country: str) -> Iterator[tuple[str, str]]:
    language, company = edge.current_language(), edge.desk().company
    by_survey: dict[str, list[str]] = {}
    for channel, key in rules.surveys.items():
        if key is not None:
            by_survey.setdefault(key, []).append(str(words.CHANNELS[channel]))
    for key, channels in by_survey.items():
        name = surveys.current(key).name(language, company) if key in surveys else key
        yield "surveys", gettext("“%(survey)s” is asked after: %(channels)s.", survey=name, channels=_list(channels))
    by_delay: dict[int, list[str]] = {}
    for channel, minutes in rules.delay_minutes.items():
        if rules.surveys.get(channel):
            by_delay.setdefault(minutes, []).append(str(words.CHANNELS[channel]))
    for minutes, channels in sorted(by_delay.items()):
        yield (
            "delay",
            ngettext(
                "%(num)s minute after its end: %(channels)s.",
                "%(num)s minutes after its end: %(channels)s.",
                minutes,
                channels=_list(channels),
            ),
        )
    yield (
        "limits",
        gettext(
            "Nothing is sent later than %(hours)s hours after the end; the link can be answered for %(days)s days.",
            hours=rules.send_by_hours,
            days=rules.answer_by_days,
        ),
    )
    yield "quiet", _quiet(rules)
    yield "again", _again(rules)
    yield from (("exclude", sentence) for sentence in _excluded(rules))
    if rules.sample_percent < 100:
        share = format_decimal(rules.sample_percent)
        yield "sample", gettext("Of a hundred interactions, %(share)s are drawn to be asked about.", share=share)
    names = [get_locale().territories.get(code, code) for code in rules.countries or [home_country]]
    yield "countries", gettext("Numbers of these countries are written to: %(countries)s.", countries=_list(names))
    channels = [message_words.channel_name(channel) for channel in rules.channels]
    yield (
        "channels",
        gettext("The first of these that reaches the person is taken: %(channels)s.", channels=", ".join(channels)),
    )
    if rules.whatsapp_unasked:
        yield "channels", gettext("WhatsApp is also tried with numbers that never wrote to us there.")
    yield "reminder", _reminder(rules)


def _quiet(rules: Rules) -> str:
    if rules.quiet_hours is None:
        return str(gettext("People are written to at any hour."))
    start, end = (_clock(text) for text in (rules.quiet_hours.start, rules.quiet_hours.end))
    return str(gettext("Nobody is written to from %(start)s to %(end)s of their own time.", start=start, end=end))


def _again(rules: Rules) -> str:
    if not rules.ask_again_after_days:
        return str(gettext("People are asked after every contact, however soon."))
    days = format_decimal(rules.ask_again_after_days)
    return str(gettext("Whoever was asked is left alone for %(days)s days, over all channels.", days=days))


def _excluded(rules: Rules) -> Iterator[str]:
    if rules.exclude.topics:
        yield gettext("Never asked about these topics: %(topics)s.", topics=_list(rules.exclude.topics))
    if rules.exclude.queues:
        yield gettext("Never asked about these queues: %(queues)s.", queues=_list(rules.exclude.queues))


def _reminder(rules: Rules) -> str:
    if rules.reminder is None:
        return str(gettext("Nobody is reminded."))
    said = ngettext(
        "Whoever has not answered is reminded once after %(num)s day, by: %(channel)s.",
        "Whoever has not answered is reminded once after %(num)s days, by: %(channel)s.",
        rules.reminder.after_days,
        channel=message_words.channel_name(rules.reminder.by),
    )
    return str(said)


def _clock(text: str) -> str:
    hours, _, minutes = text.partition(":")
    moment = edge.now().replace(hour=int(hours), minute=int(minutes), tzinfo=None)
    return str(format_time(moment, "short", locale=get_locale()))


def _list(parts: Sequence[str]) -> str:
    return str(format_list(list(parts), locale=get_locale()))
