"""The demo's company as plain data: a made-up telecom with twelve offices in four cities. Every name is made up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.organisation.models import UnitKind
from app.review_sites.catalogue import Site
from app.touchpoints.models import Channel


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A unit to make: `parent` is a code; `links` are what somebody would paste for each site."""

    code: str
    name: str
    kind: UnitKind
    parent: str
    address: str | None = None
    hours: str | None = None
    time_zone: str | None = None
    links: Mapping[Site, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoCode:
    """A touchpoint to make; `key` is how the demo's answers name it.

    `a_day` is how many answer on an ordinary working day; `shown` codes are printed and stand on the first page.
    """

    key: str
    unit: str
    survey: str
    placement: str
    channel: Channel = Channel.VISIT
    employee: str | None = None
    a_day: float = 1.0
    shown: bool = False


def _google(number: int) -> str:
    return f"ChIJdemoDemoDemoDemo{number:07}"


def _twogis(number: int) -> str:
    return f"https://2gis.kz/almaty/firm/{70000000000000000 + number}"


def _yandex(number: int) -> str:
    return f"https://yandex.kz/maps/org/demo/{1000000000 + number}"


def _office(number: int, name: str, city: str, address: str, hours: str, **links: str) -> DemoUnit:
    pages = {Site(site.replace("twogis", "2gis")): link for site, link in links.items()}
    return DemoUnit(
        f"demo-office-{number}", f"{name} (демо)", UnitKind.OFFICE, city, address=address, hours=hours, links=pages
    )


_WEEK, _MALL = "Mo-Fr 09:00-18:00; Sa 10:00-14:00", "Mo-Su 10:00-21:00"
UNITS = (
    DemoUnit(
        "demo-region",
        "Примерная область (демо)",
        UnitKind.REGION,
        "company",
        # What its offices do not have themselves, they inherit from here.
        links={Site.FACEBOOK: "https://www.facebook.com/otklik.demo.primer", Site.TRUSTPILOT: "otklik-demo.example"},
    ),
    DemoUnit(
        "demo-region-2",
        "Зразкова область (демо)",
        UnitKind.REGION,
        "company",
        time_zone="Europe/Kyiv",
        links={Site.FACEBOOK: "https://www.facebook.com/otklik.demo.zrazok"},
    ),
    DemoUnit("demo-region-3", "Үлгі облысы (демо)", UnitKind.REGION, "company"),  # without any page: to be found
    DemoUnit("demo-city", "Образцовск (демо)", UnitKind.CITY, "demo-region"),
    DemoUnit("demo-city-2", "Примерово (демо)", UnitKind.CITY, "demo-region"),
    DemoUnit("demo-city-3", "Зразків (демо)", UnitKind.CITY, "demo-region-2"),
    DemoUnit("demo-city-4", "Үлгілі (демо)", UnitKind.CITY, "demo-region-3"),
    _office(
        1,
        "Офис на Образцовой, 1",
        "demo-city",
        "Образцовск, ул. Образцовая, 1",
        _WEEK,
        google=_google(1),
        twogis=_twogis(1),
        yandex=_yandex(1),
    ),
    _office(
        2,
        "Офис на Макетной, 22",
        "demo-city",
        "Образцовск, ул. Макетная, 22",
        _WEEK,
        google=_google(2),
        twogis=_twogis(2),
    ),
    _office(3, "Офис в ТЦ «Пример»", "demo-city", "Образцовск, пр. Показательный, 100", _MALL, google=_google(3)),
    _office(4, "Офис на Эскизной, 8", "demo-city", "Образцовск, ул. Эскизная, 8", _WEEK),
    _office(
        5,
        "Офис на Черновой, 14",
        "demo-city-2",
        "Примерово, ул. Черновая, 14",
        _WEEK,
        google=_google(5),
        twogis=_twogis(5),
    ),
    _office(
        6,
        "Офис на Учебной, 3",
        "demo-city-2",
        "Примерово, ул. Учебная, 3",
        _WEEK,
        google=_google(6),
        yandex=_yandex(6),
    ),
    _office(7, "Офис у вокзала", "demo-city-2", "Примерово, пл. Пробная, 2", _MALL, twogis=_twogis(7)),
    _office(8, "Офіс на Зразковій, 5", "demo-city-3", "Зразків, вул. Зразкова, 5", _WEEK, google=_google(8)),
    _office(
        9,
        "Офіс у ТЦ «Приклад»",
        "demo-city-3",
        "Зразків, просп. Показовий, 44",
        _MALL,
        google=_google(9),
        facebook="https://www.facebook.com/otklik.demo.pryklad",
    ),
    _office(10, "Офіс на Навчальній, 12", "demo-city-3", "Зразків, вул. Навчальна, 12", _WEEK),
    _office(11, "Үлгі көшесіндегі кеңсе, 7", "demo-city-4", "Үлгілі, Үлгі көшесі, 7", _WEEK),
    _office(12, "Мысал көшесіндегі кеңсе, 30", "demo-city-4", "Үлгілі, Мысал көшесі, 30", _WEEK),
    DemoUnit("demo-desk-1", "Окно 1 (демо)", UnitKind.DESK, "demo-office-1"),
    DemoUnit("demo-desk-2", "Окно 2 (демо)", UnitKind.DESK, "demo-office-1"),
    DemoUnit("demo-desk-3", "Окно 1 (демо)", UnitKind.DESK, "demo-office-2"),
    DemoUnit("demo-desk-4", "Вікно 1 (демо)", UnitKind.DESK, "demo-office-8"),
    DemoUnit("demo-desk-5", "1-терезе (демо)", UnitKind.DESK, "demo-office-11"),
    DemoUnit(
        "demo-contact-centre", "Контакт-центр (демо)", UnitKind.CONTACT_CENTRE, "demo-region", hours="Mo-Su 08:00-20:00"
    ),
    DemoUnit("demo-queue-1", "Техническая поддержка (демо)", UnitKind.QUEUE, "demo-contact-centre"),
    DemoUnit("demo-queue-2", "Абонентский отдел (демо)", UnitKind.QUEUE, "demo-contact-centre"),
)
# (code, name, unit): the people at the desks and on the telephone.
EMPLOYEES = (
    ("demo-employee-1", "Айгерим Примерова (демо)", "demo-desk-1"),
    ("demo-employee-2", "Тарас Зразок (демо)", "demo-desk-2"),
    ("demo-employee-3", "Иван Образцов (демо)", "demo-desk-3"),
    ("demo-employee-4", "Оксана Прикладенко (демо)", "demo-desk-4"),
    ("demo-employee-5", "Нұрлан Үлгібаев (демо)", "demo-desk-5"),
    ("demo-operator-1", "Дина Макетова (демо)", "demo-queue-1"),
    ("demo-operator-2", "Sam Sample (демо)", "demo-queue-1"),
    ("demo-operator-3", "Ержан Мысалов (демо)", "demo-queue-2"),
    ("demo-operator-4", "Леся Шаблон (демо)", "demo-queue-2"),
)
# How busy each office is, beside an ordinary one.
_BUSY = (1.5, 1.1, 1.4, 0.7, 1.0, 1.2, 1.3, 1.0, 1.3, 0.6, 0.9, 0.7)
_HALL = {"demo-city": "плакат в зале", "demo-city-2": "плакат в зале", "demo-city-3": "плакат у залі"}
_OFFICES = [unit for unit in UNITS if unit.kind == UnitKind.OFFICE]


def _halls() -> list[DemoCode]:
    return [
        DemoCode(
            f"hall-{number}",
            office.code,
            "office-visit",
            _HALL.get(office.parent, "залдағы плакат"),
            a_day=3.4 * busy,
            shown=number <= 2,
        )
        for number, (office, busy) in enumerate(zip(_OFFICES, _BUSY, strict=True), start=1)
    ]


_AFTER_CALL = "после звонка"
# The first one is the first link that `make run` prints: an office with review links, asked after a visit.
CODES = (
    *_halls(),
    DemoCode(
        "desk-1", "demo-desk-1", "office-visit", "табличка на окне", employee="demo-employee-1", a_day=1.3, shown=True
    ),
    DemoCode("desk-2", "demo-desk-2", "office-visit", "табличка на окне", employee="demo-employee-2"),
    DemoCode("desk-3", "demo-desk-3", "office-visit", "табличка на окне", employee="demo-employee-3", a_day=0.9),
    DemoCode("desk-4", "demo-desk-4", "office-visit", "табличка на вікні", employee="demo-employee-4", a_day=1.1),
    DemoCode("desk-5", "demo-desk-5", "office-visit", "терезедегі тақтайша", employee="demo-employee-5", a_day=0.8),
    DemoCode("exit-1", "demo-office-1", "office-visit", "наклейка на двери", a_day=0.8),
    DemoCode("exit-6", "demo-office-6", "office-visit", "наклейка на двери", a_day=0.9),
    DemoCode("calls", "demo-contact-centre", "call-follow-up", _AFTER_CALL, Channel.CALL, a_day=1.2, shown=True),
    DemoCode("calls-1", "demo-queue-1", "call-follow-up", _AFTER_CALL, Channel.CALL, "demo-operator-1", a_day=2.2),
    DemoCode("calls-2", "demo-queue-1", "call-follow-up", _AFTER_CALL, Channel.CALL, "demo-operator-2", a_day=1.8),
    DemoCode("calls-3", "demo-queue-2", "call-follow-up", _AFTER_CALL, Channel.CALL, "demo-operator-3", a_day=2.0),
    DemoCode("calls-4", "demo-queue-2", "call-follow-up", _AFTER_CALL, Channel.CALL, "demo-operator-4", a_day=1.6),
    DemoCode("receipt", "demo-office-1", "nps", "чек", a_day=1.2, shown=True),
    DemoCode("receipt-5", "demo-office-5", "nps", "чек", a_day=0.8),
    DemoCode("receipt-8", "demo-office-8", "nps", "чек", a_day=0.8),
    DemoCode("nps-app", "demo-contact-centre", "nps", "ссылка в приложении", Channel.APP, a_day=2.5),
    DemoCode("request", "demo-contact-centre", "ces", "закрытая заявка", Channel.WRITTEN, a_day=2.4, shown=True),
    DemoCode("terminal-3", "demo-office-3", "ces", "терминал самообслуживания", a_day=0.9),
    DemoCode("letter", "demo-region", "pmf", "письмо абонентам", Channel.WRITTEN, a_day=1.4, shown=True),
    DemoCode("letter-2", "demo-region-2", "pmf", "лист абонентам", Channel.WRITTEN, a_day=0.9),
    DemoCode("letter-3", "demo-region-3", "pmf", "абоненттерге хат", Channel.WRITTEN, a_day=0.7),
    DemoCode("welcome", "demo-office-1", "acquisition", "договор подключения", a_day=0.9, shown=True),
    DemoCode("welcome-5", "demo-office-5", "acquisition", "договор подключения", a_day=0.7),
    DemoCode("welcome-8", "demo-office-8", "acquisition", "договір підключення", a_day=0.7),
    DemoCode("welcome-11", "demo-office-11", "acquisition", "қосылу келісімшарты", a_day=0.5),
)
# Cities (and the contact centre's region) with the manager who works the cases below them.
MANAGED = (
    ("demo-city", "obrazcovsk", "Менеджер Образцовска (демо)"),
    ("demo-city-2", "primerovo", "Менеджер Примерово (демо)"),
    ("demo-city-3", "zrazkiv", "Менеджер Зразкова (демо)"),
    ("demo-city-4", "ulgili", "Үлгілі менеджері (демо)"),
)
