"""Words of topics: their names, by what they were found, and how they stand to others."""

from flask_babel import gettext

from app.analytics.differences import Verdict
from app.kit.i18n import Language
from app.responses.topics.classifier import TopicSource
from app.responses.topics.rules import ANY_TOPIC, NO_TOPIC
from app.web import edge


def say_topic(key: str, language: Language | None = None) -> str:
    """Return the topic's name in the language, or in the request's; for `""`, that there is none."""
    if not key:
        return str(gettext("None that we know"))
    return edge.wiring().topics.rules.say(key, language or edge.current_language())


def list_topics() -> list[tuple[str, str]]:
    """Return the topics to choose from, as keys of the address and names, in the order of their file."""
    rules = edge.wiring().topics.rules
    named = [(topic.key, rules.say(topic.key, edge.current_language())) for topic in rules.topics]
    return [*named, (NO_TOPIC, say_topic("")), (ANY_TOPIC, str(gettext("Anything at all")))]


def say_source(source: str) -> str:
    """Return by what a topic was found."""
    return {
        TopicSource.CHIP: str(gettext("by a reason that was ticked")),
        TopicSource.RULE: str(gettext("by the words")),
    }.get(TopicSource(source), "")


def say_share_change(verdict: Verdict) -> str:
    """Return in a word how often a topic is spoken of, beside the time before; nothing where it cannot be told."""
    return {
        Verdict.HIGHER: str(gettext("more often")),
        Verdict.LOWER: str(gettext("less often")),
        Verdict.NO_CLEAR_DIFFERENCE: str(gettext("not distinguishable")),
        Verdict.TOO_FEW: "–",
    }[verdict]


def say_against(verdict: Verdict) -> str:
    """Return in a word how satisfied those are who speak of a topic, beside all others; nothing where unclear."""
    return {
        Verdict.HIGHER: str(gettext("more satisfied than others")),
        Verdict.LOWER: str(gettext("less satisfied than others")),
    }.get(verdict, "")
