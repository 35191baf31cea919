"""In which zone somebody lives, as far as the number tells."""

from zoneinfo import ZoneInfo

import pytest

from app.invitations.zones import country_of, takes_messages, zone_of

NUMBERS = [
    # number, the unit's zone, the person's
    (None, "Asia/Almaty", "Asia/Almaty"),
    ("+77011234567", "Asia/Almaty", "Asia/Almaty"),
    ("+77011234567", "Asia/Aqtau", "Asia/Aqtau"),  # a mobile of the unit's own country travels
    ("+77011234567", "Europe/Kyiv", "Asia/Almaty"),
    ("+77172123456", "Asia/Aqtau", "Asia/Almaty"),  # a landline of Astana does not
    ("+79161234567", "Asia/Vladivostok", "Asia/Vladivostok"),
    ("+79161234567", "Asia/Almaty", "Europe/Moscow"),  # not Almaty, though the plan of +7 lists it
    ("+73432123456", "Europe/Moscow", "Asia/Yekaterinburg"),
    ("+74951234567", "Europe/Moscow", "Europe/Moscow"),
    ("+380671234567", "Asia/Almaty", "Europe/Kyiv"),
    ("+14155552671", "America/New_York", "America/Los_Angeles"),
    ("+870773111632", "Asia/Almaty", "Asia/Almaty"),  # a satellite is nowhere
]


@pytest.mark.parametrize(("phone", "unit", "expected"), NUMBERS)
def test_the_zone_is_the_numbers_or_the_units(phone: str | None, unit: str, expected: str) -> None:
    assert zone_of(phone, ZoneInfo(unit)).key == expected


@pytest.mark.parametrize(
    ("phone", "country", "takes"),
    [
        ("+77011234567", "KZ", True),
        ("+77172123456", "KZ", False),
        ("+79161234567", "RU", True),
        ("+380671234567", "UA", True),
        ("+14155552671", "US", True),
        ("+78005553535", "RU", False),
        ("+380900123456", "UA", False),
    ],
)
def test_texts_go_to_mobile_numbers_alone(phone: str, country: str, takes: bool) -> None:
    assert (country_of(phone), takes_messages(phone)) == (country, takes)
