"""What to say to this person, in their language: the templates of the rules with their gaps filled; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.callbacks.rules.phrases import GAP, Phrase, PhraseMoment
from app.kit.i18n import Language, say


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
        if all(values.get(gap) for gap in GAP.findall(text)):
            filled = GAP.sub(lambda gap: values[gap.group(1)], text)
            spoken.append(Spoken(phrase.key, phrase.moment, filled, tuple(phrase.causes)))
    return spoken
