"""Telephone numbers: E.164 inside, masked on screen."""

import phonenumbers

from app.kit.errors import InvalidInputError


class InvalidPhoneError(InvalidInputError):
    """The text is not a telephone number that can be rung."""

    code = "invalid_phone"


def normalise_phone(text: str, region: str) -> str:
    """Return the number in E.164 (`+77011234567`); `region` (ISO 3166, `KZ`) reads numbers typed without `+`.

    Raises InvalidPhoneError. The old Soviet habit of 8 for +7 is read as such in the regions that have it.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhoneError("write the number with its country code, such as +7 701 123 45 67") from error
    if not phonenumbers.is_valid_number(number):
        raise InvalidPhoneError("no such number: check the digits, such as +7 701 123 45 67")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask_phone(e164: str) -> str:
    """Return `+7 7** *** **67`: enough to recognise, not enough to ring."""
    number = phonenumbers.parse(e164)
    code, national = str(number.country_code), str(number.national_number)
    hidden = national[0] + "*" * (len(national) - 3) + national[-2:]
    groups = [hidden[:3], hidden[3:6], hidden[6:]]
    return " ".join([f"+{code}", *filter(None, groups)])


def display_phone(e164: str) -> str:
    """Return the number as people write it, `+7 701 123 4567`."""
    return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
