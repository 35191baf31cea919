"""What the doctor says of days off: a country whose holidays nobody knows leaves every clock running through them."""

from collections.abc import Iterator

from app.cli.findings import Finding, Level
from app.organisation.holidays import Holidays


def check_days_off(holidays: Holidays | None, year: int) -> Iterator[Finding]:
    """Yield how many public holidays the company has in the year, or that none are known."""
    if holidays is None or holidays.country is None:
        yield Finding(Level.OK, "public holidays are worked like other days; OTKLIK_HOLIDAYS names a country")
        return
    days = holidays.count_days_off(year)
    if days:
        yield Finding(Level.OK, f"public holidays of {holidays.country} are days off: {days} in {year}")
    else:
        yield Finding(
            Level.WARN,
            f"no public holidays of {holidays.country} are known for {year}",
            "write the days off into holidays.yaml, or leave OTKLIK_HOLIDAYS empty",
        )
