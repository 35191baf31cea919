"""Whether a page shows a telephone number of the tests, which all begin with +7 701.

The three digits alone stand by chance in keys, too.
"""

import re

_SHOWN = re.compile(r"\+7\W{0,2}701|(?<![\w,-])701\W{1,2}[\d•]|7701\d{6}|701\W{0,2}(?:123|234)")


def shows_number(text: str) -> bool:
    """Return whether any of the number is there beside its country."""
    return _SHOWN.search(text) is not None
