"""What to say to this person, in their language: the templates of the rules with their gaps filled; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.callbacks.rules.phrases import Phrase, PhraseMoment
from app.kit.i18n import Language, say

_GAP = re.compile(r"\{([a-z]+)\}")
GAPS = frozenset({"company", "unit", "staff", "promise", "amount"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing to say; offered for certain causes only, or for all if there are none."""

    key: str
    moment: PhraseMoment
    text: str
    causes: tuple[str, ...]


def fill_phrases(phrases: Sequence[Phrase], language: Language, values: Mapping[str, str]) -> list[Spoken]:
    """Return what can be said in the language, in the order of the moments; one with an empty gap is left out."""
    order = list(PhraseMoment)
    spoken = []
    for phrase in sorted(phrases, key=lambda phrase: order.index(phrase.moment)):
        text = say(phrase.text, language)
        if all(values.get(gap) for gap in _GAP.findall(text)):
            filled = _GAP.sub(lambda gap: values[gap.group(1)], text)
            spoken.append(Spoken(phrase.key, phrase.moment, filled, tuple(phrase.causes)))
    return spoken


def find_unknown_gaps(phrases: Sequence[Phrase]) -> list[str]:
    """Return the gaps that nothing fills, each once, in order: a phrase with one would never be offered."""
    found = {gap for phrase in phrases for text in phrase.text.values() for gap in _GAP.findall(text)}
    return sorted(found - GAPS)
