"""Words that a survey need not repeat: the labels of the scales and of the fixed options, by value.

An old answer is read with these words too, so a correction may polish them but never change what a value means.
"""

from collections.abc import Mapping

from app.kit.i18n import Language, Text


def _say(kk: str, ru: str, uk: str, en: str) -> Text:
    return {Language.KK: kk, Language.RU: ru, Language.UK: uk, Language.EN: en}


# Every point has a word, not only the ends: faces alone are read differently by different people.
RATING5: Mapping[int, Text] = {
    1: _say("Өте нашар", "Очень плохо", "Дуже погано", "Very dissatisfied"),
    2: _say("Нашар", "Плохо", "Погано", "Dissatisfied"),
    3: _say("Орташа", "Нормально", "Нормально", "Neither"),
    4: _say("Жақсы", "Хорошо", "Добре", "Satisfied"),
    5: _say("Өте жақсы", "Отлично", "Чудово", "Very satisfied"),
}

# Eleven words for eleven numbers would be guesswork for the reader; the ends are named, the numbers are shown.
NPS: Mapping[int, Text] = {
    0: _say("Мүлде ұсынбаймын", "Точно не порекомендую", "Точно не пораджу", "Not at all likely"),
    10: _say("Міндетті түрде ұсынамын", "Обязательно порекомендую", "Обов’язково пораджу", "Extremely likely"),
}

CES7: Mapping[int, Text] = {
    1: _say("Мүлде келіспеймін", "Совершенно не согласен(на)", "Зовсім не погоджуюся", "Strongly disagree"),
    2: _say("Келіспеймін", "Не согласен(на)", "Не погоджуюся", "Disagree"),
    3: _say("Ішінара келіспеймін", "Скорее не согласен(на)", "Радше не погоджуюся", "Somewhat disagree"),
    4: _say("Айту қиын", "Трудно сказать", "Важко сказати", "Neither agree nor disagree"),
    5: _say("Ішінара келісемін", "Скорее согласен(на)", "Радше погоджуюся", "Somewhat agree"),
    6: _say("Келісемін", "Согласен(на)", "Погоджуюся", "Agree"),
    7: _say("Толық келісемін", "Полностью согласен(на)", "Цілком погоджуюся", "Strongly agree"),
}

# Position 4 stays out of the figure: whoever has left the product cannot miss it.
PMF: Mapping[int, Text] = {
    1: _say("Қатты өкінер едім", "Меня бы это очень расстроило", "Мене б це дуже засмутило", "Very disappointed"),
    2: _say(
        "Аздап өкінер едім", "Меня бы это немного расстроило", "Мене б це трохи засмутило", "Somewhat disappointed"
    ),
    3: _say("Өкінбес едім", "Меня бы это не расстроило", "Мене б це не засмутило", "Not disappointed"),
    4: _say("Қазір пайдаланбаймын", "Уже не пользуюсь", "Уже не користуюся", "I no longer use it"),
}

YES_NO: Mapping[int, Text] = {
    1: _say("Иә", "Да", "Так", "Yes"),
    2: _say("Жоқ", "Нет", "Ні", "No"),
}
