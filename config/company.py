"""The settings that say who the company is. A part of `config.settings.Settings`."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from pydantic import AfterValidator, BaseModel, Field, field_validator

from app.kit.i18n import Language
from app.organisation.hours import InvalidHoursError, parse_hours
from app.touchpoints.posters.colours import read_colour
from app.touchpoints.posters.logo import read_logo

HOLIDAYS_OF_PHONES = "phone_region"


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"no time zone {value!r}; write one of the IANA list, such as Asia/Almaty or Europe/Kyiv")
    return value


def _hours(value: str) -> str:
    try:
        return str(parse_hours(value))
    except InvalidHoursError as error:
        raise ValueError(error.message) from error


def _holidays(value: str) -> str:
    country = value.strip()
    if country.lower() in ("", HOLIDAYS_OF_PHONES):
        return country.lower()
    if country.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"write a two-letter country, such as KZ, or {HOLIDAYS_OF_PHONES}, or leave it empty for none")
    return country.upper()


def _colour(value: str) -> str:
    return read_colour(value).hex


def _logo(value: str) -> str:
    if value:
        read_logo(Path(value))
    return value


class CompanySettings(BaseModel):
    """Name, colours, clock and country, which every unit has that says nothing else; the prefix is `OTKLIK_`."""

    company_name: str = Field(
        default="Otklik",
        min_length=1,
        max_length=120,
        description="The company's name on every page and in the consent to be called.",
    )
    company_colour: Annotated[str, AfterValidator(_colour)] = Field(
        default="#0a6a5c",
        description="The company's colour on posters, as # and six hexadecimal digits; what stands on it is white or "
        "black, whichever is read more easily.",
    )
    company_logo: Annotated[str, AfterValidator(_logo)] = Field(
        default="",
        description="The company's logo on posters: path of a PNG or JPEG of at most 2 MB and 4 megapixels. Empty: "
        "only its name.",
    )
    time_zone: Annotated[str, AfterValidator(_time_zone)] = Field(
        default="Asia/Almaty",
        description="The company's time zone (IANA); every unit without one of its own has it.",
    )
    hours: Annotated[str, AfterValidator(_hours)] = Field(
        default="Mo-Fr 09:00-18:00",
        description="The company's working hours (OpenStreetMap's opening_hours); every unit without its own has them.",
    )
    language: Language = Field(
        default=Language.RU, description="The language of a page when the browser asks for none of ours."
    )
    phone_region: str = Field(
        default="KZ",
        description="The country (ISO 3166) whose telephone numbers may be typed without their country code.",
    )

    holidays: Annotated[str, AfterValidator(_holidays)] = Field(
        default="phone_region",
        description="The country (ISO 3166, such as KZ) whose public holidays are days off of every unit that says "
        "nothing else; `phone_region` is the country above, empty is none. Days of one's own: `config/holidays.yaml`.",
    )

    @field_validator("phone_region")
    @classmethod
    def _region(cls, value: str) -> str:
        if value.upper() not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError("write a two-letter country, such as KZ, UA or RU")
        return value.upper()

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def holiday_country(self) -> str | None:
        """Whose public holidays are days off, or None."""
        return self.phone_region if self.holidays == HOLIDAYS_OF_PHONES else self.holidays or None
