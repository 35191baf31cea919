"""Days off and moved working days: public holidays of a country, and what `config/holidays.yaml` adds, by unit.

The holidays themselves, the transferred ones among them, are those that the library `holidays` knows. Loading it takes
longer than a page may, so it is loaded when the first day is asked for, a year at a time, and `warm` does so before.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kit.db import Database
from app.kit.errors import ConfigurationError, InvalidInputError
from app.kit.yaml_files import parse_yaml, validate_yaml
from app.organisation.hours import parse_hours
from app.organisation.weekdays import read_days
from app.organisation.workdays import Calendar, Holiday, MovedDay, OwnHours, SpecialDay, no_special_days

# Under which every session of a database carries them.
KEPT_AS = "holidays"
OFF = "off"
_COUNTRY = r"^[A-Z]{2}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DayRule(_Strict):
    """One day that is not as the week says."""

    day: Annotated[date, Field(strict=False)] = Field(description="The day, such as 2026-12-31.")
    hours: str | None = Field(
        default=None, description="`off`, or the hours of this very day, such as 09:00-13:00; in place of `like`."
    )
    like: str | None = Field(
        default=None, description="The weekday whose hours are worked, such as Fr, for a day worked in another's place."
    )

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.hours is None) == (self.like is None):
            raise ValueError("write either hours (off, or 09:00-13:00) or like (a weekday, such as Fr)")
        self.special()
        return self

    def special(self) -> SpecialDay:
        """Return what is special about the day; ValueError for what cannot be read."""
        if self.like is not None:
            days = read_days(self.like)
            if days is None or len(days) != 1:
                raise ValueError(f"{self.like!r} is no weekday; write for example Fr")
            return MovedDay(days[0])
        if self.hours is None or self.hours.strip().lower() == OFF:
            return OwnHours()
        try:
            week = parse_hours(self.hours)
        except InvalidInputError as error:
            raise ValueError(error.message) from error
        if len(set(week.days)) > 1:
            raise ValueError(f"{self.hours!r} names weekdays; write the hours of the day alone, such as 09:00-13:00")
        return OwnHours(week.days[0])


class _Days(_Strict):
    days: list[DayRule] = Field(default=[], description="Days that are not as the week says, holiday or not.")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        written = [rule.day for rule in self.days]
        if len(written) != len(set(written)):
            raise ValueError("days: each day once")
        return self


class UnitHolidays(_Days):
    """What holds at a unit and below it, before what stands above."""

    country: str | None = Field(default=None, pattern=_COUNTRY, description="Whose public holidays are days off here.")
    public_holidays: bool | None = Field(
        default=None, strict=True, description="false: public holidays are worked here like any other day."
    )


class HolidayRules(_Days):
    """The whole of `config/holidays.yaml`."""

    units: dict[str, UnitHolidays] = Field(
        default_factory=dict, description="By the unit's code; counts there and below, the nearest wins."
    )


class Holidays:
    """The special days of every unit: public holidays of `country` (None: of none), changed by the rules."""

    def __init__(self, rules: HolidayRules, country: str | None) -> None:
        self.country = country
        self._rules = rules
        self._calendars: dict[tuple[str, ...], Calendar] = {}

    def calendar_at(self, codes: Sequence[str]) -> Calendar:
        """Return the calendar of a unit, given its code and those above it, the nearest first."""
        named = tuple(code for code in codes if code in self._rules.units)
        if named not in self._calendars:
            self._calendars[named] = self._build(named)
        return self._calendars[named]

    def count_days_off(self, year: int) -> int:
        """Return how many public holidays the company has in the year; what is worked in their place is none."""
        days = public_days(self.country, year).values() if self.country else ()
        return sum(isinstance(day, Holiday) for day in days)

    def warm(self, year: int) -> None:
        """Load the year and the next for every country named, so that nobody waits for it."""
        countries = {self.country, *(unit.country for unit in self._rules.units.values())}
        for country in filter(None, countries):
            for each in (year, year + 1):
                public_days(country, each)

    def _build(self, named: tuple[str, ...]) -> Calendar:
        own = {rule.day: rule.special() for rule in self._rules.days}
        country, worked = self.country, False
        for code in reversed(named):
            unit = self._rules.units[code]
            own |= {rule.day: rule.special() for rule in unit.days}
            country = unit.country or country
            worked = worked if unit.public_holidays is None else not unit.public_holidays
        observed = None if worked else country
        if observed is None:
            return own.get if own else no_special_days

        def look_up(day: date) -> SpecialDay | None:
            return own.get(day) or public_days(observed, day.year).get(day)

        return look_up


@lru_cache(maxsize=512)
def public_days(country: str, year: int) -> Mapping[date, SpecialDay]:
    """Return the year's public holidays and the weekend days worked in their place; none for an unknown country."""
    library: Any = import_module("holidays")
    try:
        known = library.country_holidays(country, years=year)
    except NotImplementedError:  # how the library says that it does not know the country
        return MappingProxyType({})
    worked: dict[date, SpecialDay] = {day: MovedDay() for day in known.weekend_workdays if day.year == year}
    return MappingProxyType(worked | {day: Holiday() for day in known if day.year == year})


def keep_holidays(database: Database, holidays: Holidays) -> None:
    """Let every session of the database know them: whoever asks when a unit works has a session in hand."""
    database.info[KEPT_AS] = holidays


def find_holidays(database: Database) -> Holidays | None:
    """Return what the database's sessions know, if they know any."""
    known: Holidays | None = database.info.get(KEPT_AS)
    return known


def warm_holidays(database: Database, year: int) -> None:
    """Load what its sessions will ask for in the year and the next, if they know any."""
    holidays = find_holidays(database)
    if holidays is not None:
        holidays.warm(year)


def load_holidays(path: Path, country: str | None) -> Holidays:
    """Return the special days by the file; raises ConfigurationError that names every mistake with its line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); it comes with the code") from error
    return Holidays(validate_yaml(parse_yaml(content, path.name), HolidayRules), country)
