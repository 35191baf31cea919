"""Scales of words that files of answers are written in, in four languages. Pure.

Which scale a file uses only its column as a whole tells: "good" is 4 beside "very poor" and 3 beside "excellent".
"""

from collections.abc import Mapping, Sequence

# From the best point to the worst; several words of one point stand with | between them, in small letters.
_FIVE: Sequence[Sequence[str]] = (
    ("extremely likely", "likely", "neither likely nor unlikely", "unlikely", "extremely unlikely"),
    ("very likely", "likely", "neither likely nor unlikely|neutral", "unlikely", "very unlikely"),
    ("very good", "good", "neither good nor poor|neutral|average|ok|okay", "poor|bad", "very poor|very bad"),
    ("excellent", "very good", "good", "fair", "poor"),
    ("excellent", "good", "average|neutral|fair|ok|okay", "poor|bad", "very poor|very bad|terrible|awful"),
    (
        "very satisfied|extremely satisfied",
        "satisfied|somewhat satisfied",
        "neutral|neither|neither satisfied nor dissatisfied",
        "dissatisfied|somewhat dissatisfied|unsatisfied",
        "very dissatisfied|extremely dissatisfied|very unsatisfied",
    ),
    ("strongly agree", "agree", "neutral|neither agree nor disagree", "disagree", "strongly disagree"),
    # Russian
    (
        "отлично|очень хорошо|превосходно",
        "хорошо",
        "нормально|удовлетворительно|средне",
        "плохо",
        "очень плохо|ужасно",
    ),
    ("отлично", "хорошо", "удовлетворительно", "неудовлетворительно", "очень плохо|крайне неудовлетворительно"),
    (
        "очень доволен|очень довольна|полностью доволен|полностью удовлетворен",
        "доволен|довольна|скорее доволен|удовлетворен|скорее удовлетворен",
        "нейтрально|ни то ни другое|ни доволен ни недоволен",
        "недоволен|недовольна|скорее недоволен|не удовлетворен|скорее не удовлетворен",
        "очень недоволен|очень недовольна|совсем недоволен|полностью не удовлетворен",
    ),
    (
        "полностью согласен",
        "согласен|скорее согласен",
        "нейтрально|затрудняюсь ответить",
        "не согласен|скорее не согласен",
        "полностью не согласен|совершенно не согласен",
    ),
    (
        "точно порекомендую|очень вероятно",
        "скорее порекомендую|вероятно",
        "нейтрально|трудно сказать",
        "скорее не порекомендую|маловероятно",
        "точно не порекомендую|крайне маловероятно",
    ),
    # Kazakh
    ("өте жақсы|тамаша", "жақсы", "орташа|қалыпты|қанағаттанарлық", "нашар|жаман", "өте нашар|өте жаман"),
    (
        "өте ризамын|толық қанағаттандым|өте разымын",
        "ризамын|қанағаттандым|разымын",
        "бейтарап|екеуі де емес",
        "риза емеспін|қанағаттанбадым|разы емеспін",
        "мүлдем риза емеспін|мүлде риза емеспін|мүлдем қанағаттанбадым",
    ),
    # Ukrainian
    ("чудово|відмінно|дуже добре", "добре", "нормально|задовільно|середньо", "погано", "дуже погано|жахливо"),
    (
        "дуже задоволений|дуже задоволена|повністю задоволений",
        "задоволений|задоволена|радше задоволений|скоріше задоволений",
        "нейтрально|ні те ні інше",
        "незадоволений|незадоволена|радше незадоволений|скоріше незадоволений",
        "дуже незадоволений|дуже незадоволена|зовсім незадоволений",
    ),
)


def five_point_scales() -> Sequence[Mapping[str, int]]:
    """Return each scale as values from 5 (the best) to 1 by word."""
    return [{word: 5 - place for place, words in enumerate(scale) for word in words.split("|")} for scale in _FIVE]
