"""Amounts as people type them; pure."""

import re
from decimal import Decimal

from app.kit.errors import InvalidInputError

# Spaces of every kind and apostrophes stand between thousands.
_GAPS = re.compile(r"[\s\u00a0\u202f'’]+")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?")


class InvalidAmountError(InvalidInputError):
    """An amount that cannot be read, or none at all; `field` is `amount`."""

    code = "invalid_amount"


def read_amount(text: str) -> int:
    """Return the amount in hundredths: `5 000`, `5000,50`, `5000.5`; raises InvalidAmountError."""
    typed = _GAPS.sub("", text[:60])
    if not typed.isascii() or not _AMOUNT.fullmatch(typed):
        raise InvalidAmountError("write the amount in digits, such as 5000", field="amount")
    amount = int(Decimal(typed.replace(",", ".")) * 100)
    if amount <= 0:
        raise InvalidAmountError("write an amount above nothing", field="amount")
    return amount
