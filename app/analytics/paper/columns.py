"""How wide the columns of a table are, so that no word is cut in two. Pure."""

from collections.abc import Sequence


def share_out(wanted: Sequence[float], least: Sequence[float]) -> list[float]:
    """Return the widths wanted, each at least what its longest word takes, and no wider in all.

    What is missing is taken from columns with room to spare, in proportion to it; where there is none, words are cut.
    """
    missing = sum(max(0.0, need - width) for width, need in zip(wanted, least, strict=True))
    spare = sum(max(0.0, width - need) for width, need in zip(wanted, least, strict=True))
    if missing > spare:
        return list(wanted)
    part = missing / spare if spare else 0.0
    return [need if width < need else width - part * (width - need) for width, need in zip(wanted, least, strict=True)]
