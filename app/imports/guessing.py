"""What people write in four languages: which column is probably which field, which word means which kind. Pure.

A guess of columns fills in a form that somebody looks at; on the command line only interactions are guessed, whose
report names every column that was taken: units and employees take columns by their own names alone there.
"""

import re
from collections.abc import Mapping, Sequence

# The field's own name counts before all of these. A head equal to a word is surer than one that begins or ends with it;
# fields of `_WHOLE` are taken for equal ones alone, since their words stand in many heads.
_UNIT_WORDS: Mapping[str, str] = {
    "code": "код|code|branch code|unit code|office code|код отделения|код офиса|код филиала|номер отделения|"
    "бөлімше коды|код відділення|id|№",
    "name": "наименование|название|имя|атауы|аты|назва|найменування|name|title|отделение|офис|филиал|бөлімше|"
    "відділення|branch|office",
    "kind": "kind|type|тип|вид|түрі",
    "parent": "город|населенный пункт|населённый пункт|қала|місто|city|town|регион|область|облыс|өңір|регіон|region|"
    "входит в|жоғарғы бөлімше|вищий підрозділ|unit above|parent",
    "address": "адрес|мекенжай|мекенжайы|мекен жай|мекен жайы|адреса|address",
    "latitude": "широта|ендік|latitude|lat",
    "longitude": "долгота|довгота|бойлық|longitude|lon|lng",
    "time_zone": "часовой пояс|таймзона|часовий пояс|уақыт белдеуі|time zone|timezone",
    "hours": "часы|години|режим работы|часы работы|время работы|график работы|график|жұмыс уақыты|жұмыс кестесі|"
    "графік роботи|години роботи|режим роботи|open hours|opening hours|working hours|work hours|hours|schedule",
    "google_place_id": "google place id|place id|google id",
    "google_review_url": "google review url|google review|google url|google maps|google",
    "twogis_url": "2gis url|2gis|2гис|2 гис|twogis|дубльгис",
    "yandex_url": "yandex url|yandex|яндекс|яндекс карты",
    "facebook_url": "facebook url|facebook|фейсбук",
    "trustpilot_domain": "trustpilot domain|trustpilot",
}
_EMPLOYEE_WORDS: Mapping[str, str] = {
    "code": "табельный номер|табельный|таб номер|таб №|код|код сотрудника|табель нөмірі|табельний номер|"
    "personnel number|employee code|employee id|code|id|login|логин|№",
    "name": "фио|ф и о|имя|сотрудник|аты жөні|тегі аты жөні|қызметкер|піб|п і б|прізвище та ім я|співробітник|"
    "full name|name|employee",
    "unit": "код отделения|код офиса|код подразделения|подразделение|отделение|офис|филиал|бөлімше коды|бөлімше|"
    "код відділення|відділення|підрозділ|unit code|unit|branch|office",
    "active": "active|активен|активный|работает|белсенді|активний|працює",
}
_INTERACTION_WORDS: Mapping[str, str] = {
    "external_id": "call id|interaction id|contact id|ticket id|chat id|id звонка|id вызова|id обращения|номер звонка|"
    "номер вызова|номер обращения|ид звонка|қоңырау id|қоңырау нөмірі|өтініш нөмірі|id дзвінка|номер дзвінка|"
    "номер звернення|uuid|guid|id|№",
    "channel": "channel|канал|арна",
    "unit": "код отделения|код офиса|код подразделения|подразделение|отделение|офис|филиал|бөлімше коды|бөлімше|"
    "код відділення|відділення|підрозділ|unit code|unit|branch|office",
    "employee": "agent|agent name|operator|operator name|оператор|фио оператора|имя оператора|піб оператора|"
    "сотрудник|менеджер|специалист|қызметкер|маман|співробітник|спеціаліст|"
    "employee",
    "date": "date|call date|visit date|дата|дата звонка|дата вызова|дата обращения|дата визита|дата посещения|"
    "дата звернення|дата візиту|өтініш күні|күні|күн|қоңырау күні|дата дзвінка",
    "time": "time|call time|время|время звонка|время вызова|уақыты|уақыт|қоңырау уақыты|час|час дзвінка",
    "started_at": "started at|start time|start|дата и время|дата время|date time|datetime|timestamp|"
    "дата и время начала|время начала|начало|начало звонка|басталуы|басталған уақыты|басталу уақыты|дата та час|"
    "час початку|початок",
    "ended_at": "ended at|end time|end|дата и время окончания|время окончания|окончание|конец|конец звонка|аяқталуы|"
    "аяқталған уақыты|аяқталу уақыты|час завершення|завершення|кінець",
    "topic": "topic|subject|category|тема|тематика|категория|тақырып|тақырыбы|категорія",
    "answered": "answered y n|answered|отвечен|принят|отвечено|жауап берілді|жауап берілген|відповіли|прийнято",
    "resolved": "resolved y n|resolved|решен|решён|решено|вопрос решен|вопрос решён|шешілді|шешілген|вирішено",
    "wait_seconds": "speed of answer in seconds|speed of answer|wait time|waiting time|wait|queue time|время ожидания|"
    "ожидание|скорость ответа|күту уақыты|күту|час очікування|очікування",
    "handle_seconds": "avg talk duration|talk duration|talk time|handle time|handling time|duration|call duration|"
    "длительность|длительность разговора|время разговора|продолжительность|ұзақтығы|сөйлесу уақыты|тривалість|"
    "тривалість розмови|час розмови",
    "phone": "phone|phone number|caller|caller id|телефон|номер телефона|номер клиента|телефон клиента|телефон нөмірі|"
    "номер телефону|телефон клієнта",
    "email": "email|e mail|почта|электронная почта|пошта|электрондық пошта|електронна пошта",
    "language": "language|язык|тіл|тілі|мова",
    "recording_url": "recording url|recording|record url|запись|ссылка на запись|запись разговора|жазба|запис|"
    "посилання на запис",
    "tags": "tags|теги|метки|тегтер|мітки",
    "rating": "satisfaction rating|satisfaction|rating|customer rating|csat|csat score|score|nps score|nps|stars|"
    "оценка|оценка клиента|балл|баллы|звезды|оцените|баға|бағасы|ұпай|оцінка|бал|бали|оцініть",
}
_RESPONSE_WORDS: Mapping[str, str] = {
    **{
        "id" if field == "external_id" else field: words
        for field, words in _INTERACTION_WORDS.items()
        if field not in ("phone", "email", "recording_url", "tags", "unit")
    },
    "unit": f"{_INTERACTION_WORDS['unit']}|surgery|store|shop|location|салон|магазин|дүкен",
    "answered_at": "answered at|answer date|response date|submitted at|submitted|date submitted|date created|"
    "created at|created|recorded date|отметка времени|позначка часу|уақыт белгісі|дата создания|создано|дата опроса|"
    "дата анкеты|дата прохождения|дата створення|дата опитування|сауалнама күні|дата ответа|"
    "дата оценки|дата отзыва|время ответа|жауап күні|баға күні|пікір күні|дата відповіді|дата оцінки|дата відгуку",
    "id": f"response id|{_INTERACTION_WORDS['external_id']}",
    "comment": "customer comment|customer remarks|комментарий клиента|отзыв клиента|коментар клієнта|comment|comments|"
    "remarks|feedback|review|review text|free text|verbatim|комментарий|отзыв|текст отзыва|"
    "пожелания|пікір|пікірі|түсініктеме|коментар|відгук|побажання",
}
_WORDS = {
    "units": _UNIT_WORDS,
    "employees": _EMPLOYEE_WORDS,
    "interactions": _INTERACTION_WORDS,
    "responses": _RESPONSE_WORDS,
}
# How people write a kind in a file, beside the word of the contract.
_KIND_WORDS: Mapping[str, str] = {
    "region": "регион|область|край|өңір|облыс|регіон",
    "city": "город|населенный пункт|қала|місто",
    "office": "офис|отделение|филиал|салон|кеңсе|бөлімше|офіс|відділення|філія",
    "desk": "окно|терезе|вікно|стойка",
    "contact_centre": "контакт центр|колл центр|байланыс орталығы|контакт центр|кол центр|call center|call centre|"
    "contact center",
    "queue": "очередь|линия|кезек|черга|лінія",
}
_KINDS = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split("|")}
_CHANNEL_WORDS: Mapping[str, str] = {
    "call": "звонок|вызов|телефон|phone|voice|inbound|қоңырау|дзвінок",
    "visit": "визит|посещение|офис|office|келу|візит|відвідування",
    "chat": "чат|онлайн чат|live chat",
    "messenger": "мессенджер|месенджер|telegram|whatsapp|viber",
    "written": "письмо|почта|email|e mail|хат|лист",
    "video": "видео|бейне|відео",
}
_CHANNELS = {word: channel for channel, words in _CHANNEL_WORDS.items() for word in words.split("|")}
_YES = frozenset(("true", "yes", "y", "1", "да", "д", "иә", "ия", "так", "т"))
_NO = frozenset(("false", "no", "n", "0", "нет", "н", "жоқ", "ні"))
# Fields whose words begin or end too many other heads: "Time" is not "Wait time", "Calls answered" no yes or no.
_WHOLE = frozenset(
    {"code", "kind", "active", "date", "time", "started_at", "ended_at", "answered_at", "id", "external_id"}
    | {"answered", "resolved"}
)
_PARENT_KINDS: Mapping[str, str] = {
    "city": "город|населенный пункт|населённый пункт|қала|місто|city|town",
    "region": "регион|область|облыс|өңір|регіон|region",
}


def guess_columns(columns: Sequence[str], kind: str) -> dict[str, str]:
    """Return the likeliest column of each field of a kind (a key of `_WORDS`), no column twice."""
    ranked = sorted(
        (rank, place, field, column)
        for field, words in _WORDS[kind].items()
        for place, column in enumerate(columns)
        if (rank := _rank(field, words.split("|"), column)) is not None
    )
    guessed: dict[str, str] = {}
    for _, _, field, column in ranked:
        if field not in guessed and column not in guessed.values():
            guessed[field] = column
    return guessed


def guess_parent_kind(column: str | None) -> str | None:
    """Return `city` or `region` if the head of the column of parents says so."""
    head = _fold(column or "")
    return next(
        (kind for kind, words in _PARENT_KINDS.items() if any(_holds(head, word) for word in words.split("|"))), None
    )


def read_kind(text: str) -> str:
    """Return the kind that a word in one of the four languages means, or the text as it is."""
    return _KINDS.get(_fold(text), text)


def read_channel(text: str) -> str:
    """Return the channel that a word in one of the four languages means, or the text in small letters."""
    return _CHANNELS.get(_fold(text), text.strip().casefold())


def read_yes_no(text: str) -> bool | None:
    """Return what a yes or no in one of the four languages means, or None if it is neither."""
    folded = text.strip().casefold()
    return True if folded in _YES else False if folded in _NO else None


def _rank(field: str, words: Sequence[str], column: str) -> tuple[int, int] | None:
    """How sure it is that the column is the field, the surest first."""
    if column == field:
        return (0, 0)
    head = _fold(column)
    for place, word in enumerate(words):
        if head == word:
            return (1, place)
    if field not in _WHOLE:
        for place, word in enumerate(words):
            if _holds(head, word):
                return (2, place)
    return None


def _holds(head: str, word: str) -> bool:
    return head == word or head.startswith(f"{word} ") or head.endswith(f" {word}")


def _fold(column: str) -> str:
    """Return the head in lower case with single spaces: `salePointName` and `SALE_POINT-NAME` are one."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    return re.sub(r"[^\w№]+|_", " ", apart).casefold().strip()
