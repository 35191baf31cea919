"""What the doctor says of days off."""

import pytest

from app.cli.day_findings import check_days_off
from app.organisation.holidays import HolidayRules, Holidays


@pytest.mark.parametrize(
    ("country", "level", "what"),
    [
        ("KZ", "ok", "public holidays of KZ are days off: 19 in 2026"),
        ("UA", "warn", "no public holidays of UA are known for 2026"),
        (None, "ok", "public holidays are worked like other days"),
    ],
)
def test_the_doctor_counts_the_years_days_off(country: str | None, level: str, what: str) -> None:
    (finding,) = check_days_off(Holidays(HolidayRules(), country), 2026)

    assert (finding.level, finding.what.partition(";")[0]) == (level, what)
