"""What the demo's customers write, in the four languages, by survey and band, each with the reasons it goes with.

Made-up words. `reasons` are positions in the survey's question of reasons for the band, so that a comment about waiting
does not stand beside “impolite staff”.
"""

from collections.abc import Mapping
from typing import NamedTuple

from app.kit.i18n import Language
from app.surveys.definition import Band


class Comment(NamedTuple):
    """A comment and the reasons ticked with it."""

    language: Language
    text: str
    reasons: tuple[int, ...] = ()


KK, RU, UK, EN = Language.KK, Language.RU, Language.UK, Language.EN

_VISIT_HAPPY = (
    Comment(KK, "Өте жылдам қызмет көрсетті, рақмет!", (1,)),
    Comment(KK, "Қызметкер сабырлы, бәрін түсіндіріп берді.", (2, 4)),
    Comment(KK, "Нөмірімді он минутта қалпына келтірді.", (1, 3)),
    Comment(KK, "Кеңсе таза, кезек жоқ екен.", (5,)),
    Comment(KK, "Анама тариф таңдауға көмектесті, риза болдық.", (2, 4)),
    Comment(KK, "Мәселем бірден шешілді.", (3,)),
    Comment(RU, "Заменили сим-карту за пять минут, даже присесть не успел.", (1, 3)),
    Comment(RU, "Девушка на третьем окне очень терпеливая, спасибо ей.", (2,)),
    Comment(RU, "Подобрали тариф дешевле прежнего и ничего не навязывали.", (3, 4)),
    Comment(RU, "Всё понятно, всё по делу.", (4,)),
    Comment(RU, "Электронная очередь — лучшее, что случилось с этим офисом.", (1,)),
    Comment(RU, "Пришла с ребёнком, пропустили вперёд. Приятно.", (2,)),
    Comment(RU, "Роутер настроили прямо при мне, дома сразу заработало.", (3,)),
    Comment(RU, "Светло, чисто, есть где подождать.", (5,)),
    Comment(UK, "Дуже привітний персонал, дякую!", (2,)),
    Comment(UK, "Усе пояснили простими словами.", (4,)),
    Comment(UK, "Відновили номер за десять хвилин.", (1, 3)),
    Comment(UK, "Зручний офіс, є де сісти й зарядити телефон.", (5,)),
    Comment(UK, "Приємно здивована: жодної черги в обід.", (1,)),
    Comment(EN, "Quick and friendly, and they spoke English with me.", (1, 2)),
    Comment(EN, "Got a tourist SIM in five minutes.", (1,)),
    Comment(EN, "They fixed a billing mistake on the spot.", (3,)),
    Comment(EN, "Clear explanation of roaming prices, no upselling.", (4,)),
)
_VISIT_NEUTRAL = (
    Comment(KK, "Жаман емес, бірақ кезек ұзақтау болды.", (1,)),
    Comment(KK, "Көп қағаз толтырдым, бәрін қосымшада істеуге болар еді.", (4,)),
    Comment(KK, "Бір терезе ғана жұмыс істеп тұр.", (1,)),
    Comment(RU, "Нормально, но из пяти окон работали два.", (1,)),
    Comment(RU, "Вопрос решили, хотя три раза просили паспорт.", (4,)),
    Comment(RU, "Душно, кондиционер не работал.", (5,)),
    Comment(RU, "Объясняли быстро, половину не понял.", (3,)),
    Comment(UK, "Загалом непогано, але довго чекала на талон.", (1,)),
    Comment(UK, "Хотілося б більше уваги, менше паперів.", (2, 4)),
    Comment(UK, "Тісно, немає де розминутися з візочком.", (5,)),
    Comment(EN, "Fine in the end, but only one desk was open.", (1,)),
    Comment(EN, "Too many forms for a simple change of plan.", (4,)),
)
_VISIT_UNHAPPY = (
    Comment(KK, "Қырық минут күттім, сосын терезе түскі асқа жабылды.", (1,)),
    Comment(KK, "Қызметкер телефонға қарап отырды, сұрағыма жауап бермеді.", (2,)),
    Comment(KK, "Екінші рет келдім, мәселе әлі шешілмеді.", (3,)),
    Comment(KK, "Келісімшарттағы бағаны дұрыс түсіндірмеді.", (4,)),
    Comment(KK, "Талон аппараты бұзылған, кім бірінші екені белгісіз.", (1, 6)),
    Comment(KK, "Менің атыма басқа нөмір тіркеп қойыпты.", (5,)),
    Comment(RU, "Час в очереди ради одной подписи.", (1,)),
    Comment(RU, "Сотрудник закатывал глаза на каждый вопрос.", (2,)),
    Comment(RU, "Отправили в другой офис, а там отправили обратно.", (3,)),
    Comment(RU, "Подключили платную услугу, о которой я не просил.", (5,)),
    Comment(RU, "Никто не смог сказать, почему выросла абонентская плата.", (4, 3)),
    Comment(RU, "Обещали перезвонить в понедельник. Уже четверг.", (3,)),
    Comment(RU, "Сломан терминал, сдачи нет, в помещении жара.", (6,)),
    Comment(RU, "Закрылись на десять минут раньше, я стоял у двери.", (1, 2)),
    Comment(RU, "Деньги за возврат роутера жду третью неделю.", (3, 5)),
    Comment(UK, "Годину чекав, а потім сказали прийти завтра.", (1, 3)),
    Comment(UK, "Розмовляли так, ніби я їм щось винна.", (2,)),
    Comment(UK, "Помилилися в договорі, переписували тричі.", (5,)),
    Comment(UK, "Так і не зрозуміла, за що з мене зняли гроші.", (4,)),
    Comment(UK, "Пандус перекритий рекламним щитом, з візком не зайти.", (6,)),
    Comment(UK, "Питання не вирішили, просто дали номер гарячої лінії.", (3,)),
    Comment(EN, "Waited fifty minutes and left without help.", (1, 3)),
    Comment(EN, "The clerk talked to a colleague the whole time.", (2,)),
    Comment(EN, "They charged me twice for the same SIM card.", (5,)),
    Comment(EN, "Nobody could explain the contract to me.", (4,)),
)
_CALL_HAPPY = (
    Comment(KK, "Оператор бірден түсінді, рақмет.", (3,)),
    Comment(KK, "Күтпей-ақ жауап берді.", (1,)),
    Comment(KK, "Интернетті телефон арқылы-ақ жөндеп берді.", (3, 4)),
    Comment(RU, "Ответили сразу, мастер приехал через два часа.", (1,)),
    Comment(RU, "Оператор дождалась, пока роутер перезагрузится. Мелочь, а приятно.", (2,)),
    Comment(RU, "Наконец-то человек, а не робот.", (2,)),
    Comment(RU, "Объяснил, что нажать, и всё заработало.", (3, 4)),
    Comment(UK, "Допомогли з першого дзвінка.", (3,)),
    Comment(UK, "Ввічливо й по суті.", (2,)),
    Comment(UK, "Додзвонилася за хвилину, чудово.", (1,)),
    Comment(EN, "Solved in one call, no transfers.", (3,)),
    Comment(EN, "Very patient with my bad Russian.", (2, 4)),
)
_CALL_NEUTRAL = (
    Comment(KK, "Көмектесті, бірақ екі рет ауыстырды.", (2,)),
    Comment(RU, "Помогли, но музыку на линии я теперь знаю наизусть.", (1,)),
    Comment(RU, "Говорил слишком быстро.", (3,)),
    Comment(UK, "Довго з’єднували, далі все добре.", (1,)),
    Comment(EN, "OK, though I had to spell my name four times.", (3,)),
)
_CALL_UNHAPPY = (
    Comment(KK, "Жарты сағат күттім, қоңырау үзіліп қалды.", (1,)),
    Comment(KK, "Әр оператор әртүрлі айтады.", (2, 5)),
    Comment(KK, "Қайта қоңырау шаламыз деді, ешкім хабарласпады.", (6,)),
    Comment(RU, "Четыре оператора, и каждому заново с самого начала.", (2,)),
    Comment(RU, "Двадцать минут ожидания и «мы вам перезвоним».", (1, 6)),
    Comment(RU, "Интернета нет третий день, заявку закрыли как выполненную.", (4,)),
    Comment(RU, "Оператор бросил трубку.", (3,)),
    Comment(RU, "Так и не понял, за что списали деньги.", (5,)),
    Comment(UK, "Тричі переключали й поклали слухавку.", (2,)),
    Comment(UK, "Обіцяли майстра до вечора, ніхто не приїхав.", (4, 6)),
    Comment(UK, "Розмовляли зверхньо.", (3,)),
    Comment(EN, "Forty minutes on hold, then the line dropped.", (1,)),
    Comment(EN, "They promised to call back on Monday and did not.", (6,)),
)
_NPS_HAPPY = (
    Comment(KK, "Достарыма айтып жүрмін: ауылда да байланыс ұстайды.", (1,)),
    Comment(RU, "Пять лет с вами, менять не собираюсь.", (1,)),
    Comment(RU, "За эти деньги лучше не найти.", (2,)),
    Comment(UK, "Раджу всім сусідам: швидко підключили.", (4,)),
    Comment(EN, "Good coverage and fair prices.", (1, 2)),
)
_NPS_NEUTRAL = (
    Comment(KK, "Бәрі дұрыс, бірақ бағасы өсіп барады.", (2,)),
    Comment(RU, "Обычный оператор, не лучше и не хуже других.", (1,)),
    Comment(UK, "Непогано, але застосунок гальмує.", (5,)),
    Comment(EN, "Does the job. The app could be better.", (5,)),
)
_NPS_UNHAPPY = (
    Comment(KK, "Кешке интернет мүлде баяу.", (1,)),
    Comment(RU, "Третье повышение цены за год.", (2,)),
    Comment(RU, "В приложении невозможно найти живого человека.", (5,)),
    Comment(UK, "Зв’язок зникає щовечора.", (1,)),
    Comment(EN, "Support never knows what my plan includes.", (3,)),
)
COMMENTS: Mapping[tuple[str, Band], tuple[Comment, ...]] = {
    ("office-visit", Band.HAPPY): _VISIT_HAPPY,
    ("office-visit", Band.NEUTRAL): _VISIT_NEUTRAL,
    ("office-visit", Band.UNHAPPY): _VISIT_UNHAPPY,
    ("call-follow-up", Band.HAPPY): _CALL_HAPPY,
    ("call-follow-up", Band.NEUTRAL): _CALL_NEUTRAL,
    ("call-follow-up", Band.UNHAPPY): _CALL_UNHAPPY,
    ("nps", Band.HAPPY): _NPS_HAPPY,
    ("nps", Band.NEUTRAL): _NPS_NEUTRAL,
    ("nps", Band.UNHAPPY): _NPS_UNHAPPY,
}
# The question of reasons that each band is shown, by survey.
REASONS: Mapping[tuple[str, Band], str] = {
    ("office-visit", Band.HAPPY): "liked",
    ("office-visit", Band.NEUTRAL): "improve",
    ("office-visit", Band.UNHAPPY): "wrong",
    ("call-follow-up", Band.HAPPY): "liked",
    ("call-follow-up", Band.NEUTRAL): "improve",
    ("call-follow-up", Band.UNHAPPY): "wrong",
    ("nps", Band.HAPPY): "reasons",
    ("nps", Band.NEUTRAL): "reasons",
    ("nps", Band.UNHAPPY): "reasons",
}
# What people would miss, in words of their own (the question `benefit` of `pmf`).
BENEFITS: tuple[tuple[Language, str], ...] = (
    (KK, "Ауылда жалғыз дұрыс интернет осы."),
    (KK, "Бір қосымшада бәрі бар."),
    (RU, "Дома не пропадает интернет, работаю удалённо."),
    (RU, "Один счёт на всю семью."),
    (RU, "Роуминг, о котором можно не думать."),
    (UK, "Стабільний інтернет навіть під час відключень."),
    (UK, "Можна все вирішити в застосунку."),
    (EN, "One bill for home and mobile."),
    (EN, "It simply works."),
)
# What managers note when they have settled a matter, or could not.
SETTLED_NOTES = (
    "Комиссия возвращена, клиент доволен",
    "Извинились, подключили месяц без оплаты",
    "Тариф пересчитан с начала месяца",
    "Кешірім сұралды, ақша қайтарылды",
    "Майстер приїхав, зв’язок відновлено",
    "Договор исправлен, копия отправлена",
)
ON_SITE_NOTES = (
    "Разобрали с администратором зала, добавили окно в обед",
    "Талон аппараты жөнделді",
    "Пандус звільнили",
)
NOT_SETTLED_NOTES = (
    "В возврате отказано по договору, клиент не согласен",
    "Ждём ответа техслужбы, клиент ушёл к другим",
)
CALL_LATER_NOTES = ("Просил перезвонить завтра после обеда", "Жұмыста екен, кешке хабарласуды сұрады")
