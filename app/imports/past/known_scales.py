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
        "нейтрально|ни то ни другое",
        "не согласен|скорее не согласен",
        "полностью не согласен|совершенно не согласен",
    ),
    (
        "точно порекомендую|очень вероятно",
        "скорее порекомендую|вероятно",
        "нейтрально|ни то ни другое",
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
    (
        "повністю згоден|повністю згодна",
        "згоден|згодна|скоріше згоден",
        "нейтрально",
        "не згоден|не згодна|скоріше не згоден",
        "повністю не згоден|зовсім не згоден",
    ),
    # Faces
    ("😍|🤩|😄|😃|😀|😁", "🙂|😊", "😐", "🙁|😕|☹|☹️", "😡|😠|😞|😢|😭"),
)
# What means in every file that there is no answer, unless the scale has it.
_NO_ANSWER: Sequence[str] = (
    "-|–|—|--|---|.|n/a|na|n.a.|#n/a|null|(null)|none|nan|nil|\\n|don't know|dont know|do not know|no answer|"
    "no response|not applicable|not rated|no rating|not answered|unanswered|refused|skipped|prefer not to say|"
    "can't say|unable to say",
    "н/о|н.о.|н/д|нд|#н/д|не знаю|затрудняюсь|затрудняюсь ответить|затруднился ответить|трудно сказать|нет ответа|"
    "без ответа|не ответил|не ответила|нет оценки|без оценки|не оценено|не оценил|не оценила|отказ|отказ от ответа|"
    "отказался|отказалась|отказ от оценки|не применимо|неприменимо|нет данных|пропущено",
    "білмеймін|жауап жоқ|жауап бермеді|жауап беруге қиналамын|айта алмаймын|айту қиын|баға жоқ|бағаланбаған|"
    "қолданылмайды|бас тартты|деректер жоқ",
    "важко відповісти|важко сказати|немає відповіді|без відповіді|не відповів|не відповіла|немає оцінки|без оцінки|"
    "не оцінено|відмова|відмовився|відмовилась|не застосовується|немає даних",
)
NO_ANSWER = frozenset(word for words in _NO_ANSWER for word in words.split("|"))


def five_point_scales() -> Sequence[Mapping[str, int]]:
    """Return each scale as values from 5 (the best) to 1 by word."""
    return [{word: 5 - place for place, words in enumerate(scale) for word in words.split("|")} for scale in _FIVE]
