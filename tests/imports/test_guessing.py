"""Which column is probably which field."""

import pytest

from app.imports.guessing import guess_columns, guess_parent_kind, read_kind


@pytest.mark.parametrize(
    ("columns", "guessed"),
    [
        (
            ["Наименование", "Адрес", "Город", "2GIS URL"],
            {"name": "Наименование", "address": "Адрес", "parent": "Город", "twogis_url": "2GIS URL"},
        ),
        (
            ["salePointName", "address", "openHours", "latitude", "longitude", "officeType", "metroStation"],
            {
                "name": "salePointName",
                "address": "address",
                "hours": "openHours",
                "latitude": "latitude",
                "longitude": "longitude",
            },
        ),
        (
            ["Код отделения", "Название отделения", "Фактический адрес", "Область", "Режим работы"],
            {
                "code": "Код отделения",
                "name": "Название отделения",
                "address": "Фактический адрес",
                "parent": "Область",
                "hours": "Режим работы",
            },
        ),
        # The words of our own pages.
        (["Название", "Входит в", "Часы"], {"name": "Название", "parent": "Входит в", "hours": "Часы"}),
        (["Атауы", "Мекен-жайы", "Қала"], {"name": "Атауы", "address": "Мекен-жайы", "parent": "Қала"}),
        (["Назва", "Адреса", "Місто"], {"name": "Назва", "address": "Адреса", "parent": "Місто"}),
        # A field's own name wins over a word that would do too.
        (["Название", "name"], {"name": "name"}),
        (["alpha", "beta", ""], {}),
    ],
)
def test_units_are_guessed_in_four_languages(columns: list[str], guessed: dict[str, str]) -> None:
    assert guess_columns(columns, "units") == guessed


@pytest.mark.parametrize(
    ("columns", "guessed"),
    [
        (["Табельный номер", "ФИО", "Код отделения"], ["Табельный номер", "ФИО", "Код отделения"]),
        (["Бөлімше", "Тегі, аты-жөні", "Таб. №"], ["Таб. №", "Тегі, аты-жөні", "Бөлімше"]),
        (["unit", "name", "code"], ["code", "name", "unit"]),
    ],
)
def test_employees_are_guessed(columns: list[str], guessed: list[str]) -> None:
    assert guess_columns(columns, "employees") == dict(zip(("code", "name", "unit"), guessed, strict=True))


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("Город", "city"),
        ("Қала", "city"),
        ("Область", "region"),
        ("Город присутствия", "city"),
        ("x", None),
        (None, None),
    ],
)
def test_the_head_of_the_parents_says_what_they_are(column: str | None, kind: str | None) -> None:
    assert guess_parent_kind(column) == kind


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Офис", "office"),
        ("Кеңсе", "office"),
        ("Офіс", "office"),
        ("Өңір", "region"),
        ("Місто", "city"),
        ("Терезе", "desk"),
        ("Контакт-центр", "contact_centre"),
        ("Черга", "queue"),
        ("office", "office"),
        ("Киоск", "Киоск"),
    ],
)
def test_kinds_are_read_in_the_words_of_the_pages(written: str, kind: str) -> None:
    assert read_kind(written) == kind


@pytest.mark.parametrize(
    ("heads", "guessed"),
    [
        ("Отметка времени;Оцените работу;Ваш комментарий", "answered_at=0 rating=1 comment=2"),
        ("Дата звонка;Время звонка;ФИО оператора;Оценка оператора;Причина", "date=0 time=1 employee=2 rating=3"),
        ("Күні;Қызметкер;Бағасы;Пікірі", "date=0 employee=1 rating=2 comment=3"),
        ("Дата;Час;Оператор;Оцінка клієнта;Коментар", "date=0 time=1 employee=2 rating=3 comment=4"),
        ("ResponseId;RecordedDate;NPS;Comment;Store", "id=0 answered_at=1 rating=2 comment=3 unit=4"),
        ("№ п/п;Дата обращения;Подразделение;Комментарий оператора;Комментарий клиента", "date=1 unit=2 comment=4"),
    ],
)
def test_heads_of_answers_are_guessed_as_people_write_them(heads: str, guessed: str) -> None:
    columns = heads.split(";")
    places = {field: columns.index(column) for field, column in guess_columns(columns, "responses").items()}

    assert places == {field: int(place) for field, place in (pair.split("=") for pair in guessed.split())}
