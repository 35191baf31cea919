"""In which time zone somebody lives, as far as their number tells; pure."""

from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from babel.core import get_global
from phonenumbers import PhoneNumberType
from phonenumbers.timezone import time_zones_for_geographical_number, time_zones_for_number

# A number of these kinds belongs to a place; a mobile one only to a country, or to where it was sold.
_OF_A_PLACE = (PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
# To these an SMS can be sent; premium, shared-cost and toll-free numbers would cost without reaching anybody.
_OF_A_PERSON = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


@lru_cache(maxsize=8192)
def country_of(phone: str) -> str | None:
    """Return the country (ISO 3166) of a number in E.164, or None for one that belongs to none."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(phone))


@lru_cache(maxsize=8192)
def takes_messages(phone: str) -> bool:
    """Tell whether a text can be sent to the number (E.164)."""
    return phonenumbers.number_type(phonenumbers.parse(phone)) in _OF_A_PERSON


@lru_cache(maxsize=8192)
def zone_of(phone: str | None, unit_zone: ZoneInfo) -> ZoneInfo:
    """Return the zone in which whoever has the number (E.164) looks at the clock.

    The unit's, if the number is a mobile one of the unit's own country or the number's zones hold it; else the
    number's. The plan of +7 has one list of zones for all mobile numbers of Russia and Kazakhstan, so that those of
    another country are left out of it.
    """
    if phone is None:
        return unit_zone
    number = phonenumbers.parse(phone)
    country = phonenumbers.region_code_for_number(number)
    if country == _country_of_zone(unit_zone.key) and phonenumbers.number_type(number) not in _OF_A_PLACE:
        return unit_zone
    zones = [zone for zone in time_zones_for_number(number) if _country_of_zone(zone) in (country, None)]
    if unit_zone.key in zones:
        return unit_zone
    # Where it was sold is more likely than the first of all the country's zones in the alphabet.
    likely = [zone for zone in time_zones_for_geographical_number(number) if zone in zones] or zones
    return ZoneInfo(likely[0]) if likely and likely[0] != "Etc/Unknown" else unit_zone


def _country_of_zone(zone: str) -> str | None:
    country: str | None = get_global("zone_territories").get(zone)
    return country
