"""Opening hours, as tables."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.errors import OtklikError
from app.organisation.hours import DAY, MAX_LENGTH, InvalidHoursError, WeekHours, parse_day_list, parse_hours


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Mo-Fr 09:00-18:00; Sa 10:00-14:00", "Mo-Fr 09:00-18:00; Sa 10:00-14:00"),
        ("24/7", "24/7"),
        ("Mo-Su 00:00-24:00", "24/7"),
        ("Mo-Fr 24/7", "Mo-Fr 00:00-24:00"),
        ("09:00-13:00,14:00-18:00", "Mo-Su 09:00-13:00,14:00-18:00"),
        ("Mo,We 9:00-18:00", "Mo,We 09:00-18:00"),
        ("mo-fr 9-18", "Mo-Fr 09:00-18:00"),
        ("Mo-Fr: 08.30–17.30", "Mo-Fr 08:30-17:30"),
        ("Mo-Su 10:00-20:00; Su off", "Mo-Sa 10:00-20:00"),
        ("Mo-Su 10:00-20:00; We 12:00-15:00", "Mo-Tu,Th-Su 10:00-20:00; We 12:00-15:00"),
        ("Mo-Fr 09:00-18:00, Sa 10:00-14:00", "Mo-Fr 09:00-18:00; Sa 10:00-14:00"),
        ("Mo 09:00-12:00, Mo 13:00-15:00", "Mo 09:00-12:00,13:00-15:00"),
        ("Sa-Mo 10:00-12:00", "Mo,Sa-Su 10:00-12:00"),
        ("Fr 22:00-02:00", "Fr 22:00-24:00; Sa 00:00-02:00"),
        ("Su 22:00-02:00", "Mo 00:00-02:00; Su 22:00-24:00"),
        ("22:00-02:00", "Mo-Su 00:00-02:00,22:00-24:00"),
        ("Mo-Fr 09:00-18:00; PH off", "Mo-Fr 09:00-18:00; PH off"),
        ("Mo-Su,PH 10:00-20:00", "Mo-Su 10:00-20:00; PH 10:00-20:00"),
        ("Mo-Fr 09:00-18:00; PH 10:00-14:00; SH closed", "Mo-Fr 09:00-18:00; PH 10:00-14:00"),
        ("24/7; PH off", "24/7; PH off"),
        ("Mo-Fr 09:00-13:00,12:00-18:00", "Mo-Fr 09:00-18:00"),
        ("Mo-Fr 14:00-18:00,09:00-13:00;", "Mo-Fr 09:00-13:00,14:00-18:00"),
        ("Пн-Пт 09:00-18:00; сб 10:00-14:00", "Mo-Fr 09:00-18:00; Sa 10:00-14:00"),
    ],
)
def test_hours_are_read_and_written_canonically(text: str, canonical: str) -> None:
    week = parse_hours(text)

    assert str(week) == canonical
    assert parse_hours(canonical) == week


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "no hours given"),
        ("   ", "no hours given"),
        ("ask us", "cannot read 'ask us'"),
        ("Mo-Fr", "cannot read 'Mo-Fr'"),
        ("Xx 09:00-18:00", "'Xx' is not a weekday"),
        ("Mo-Tu-We 09:00-18:00", "'Mo-Tu-We' is not a weekday"),
        ("Mo- 09:00-18:00", "'Mo-' is not a weekday"),
        ("Jan-Mar 09:00-18:00", "'Jan-Mar' is not a weekday"),
        ("09:00-25:00", "no time 25:00"),
        ("09:00-17:70", "no time 17:70"),
        ("09:00-09:00", "no span of time"),
        ("24:00-06:00", "no span of time"),
        ("09:00+", "cannot read '09:00+'"),
        ("Mo-Fr sunrise-sunset", "cannot read"),
        ('Mo-Fr 09:00-18:00 "by appointment"', "cannot read"),
        ("off", "not open on any day"),
        ("PH off", "not open on any day"),
        ("Mo-Su 10:00-20:00; off", "not open on any day"),
        (";;", "not open on any day"),
        ("Mo\x00 09:00-18:00", "is not a weekday"),
        ("M" * (MAX_LENGTH + 1), "at most"),
    ],
)
def test_unreadable_hours_say_what_and_how_to_write_it(text: str, part: str) -> None:
    with pytest.raises(InvalidHoursError) as caught:
        parse_hours(text)

    assert isinstance(caught.value, OtklikError)
    assert part in caught.value.message
    assert "Mo-Fr 09:00-18:00" in caught.value.message or str(MAX_LENGTH) in caught.value.message


@pytest.mark.parametrize(
    ("entries", "canonical"),
    [
        (
            [{"days": day, "hours": "09:00-18:00"} for day in ("пн", "вт", "ср", "чт", "пт")]
            + [{"days": "сб", "hours": "выходной"}, {"days": "вс", "hours": "выходной"}],
            "Mo-Fr 09:00-18:00",
        ),
        ([{"days": "пн-пт", "hours": "10:00-19:00"}, {"days": "cб,вс", "hours": "выходной"}], "Mo-Fr 10:00-19:00"),
        (
            [
                {"days": "пн-чт", "hours": "09:00-18:00"},
                {"days": "пт", "hours": "09:00-17:00"},
                {"days": "перерыв", "hours": "14:15-15:00"},
                {"days": "сб,вс", "hours": "выходной"},
            ],
            "Mo-Th 09:00-14:15,15:00-18:00; Fr 09:00-14:15,15:00-17:00",
        ),
        (
            [
                {"days": "дүйсенбі-жұма", "hours": "09:00-18:00, үзіліс 13:00-14:00"},
                {"days": "Жексенбі", "hours": "Демалыс"},
            ],
            "Mo-Fr 09:00-13:00,14:00-18:00",
        ),
        ([{"days": "дс, ср, жм", "hours": "09:00-18:00"}], "Mo,We,Fr 09:00-18:00"),
        (
            [
                {"days": "понеділок – п’ятниця", "hours": "з 9:00 до 18:00 (перерва 13-14)"},
                {"days": "нд", "hours": "вихідний"},
            ],
            "Mo-Fr 09:00-13:00,14:00-18:00",
        ),
        ([{"days": "Monday-Friday", "hours": "9-17"}, {"days": "weekend", "hours": "closed"}], "Mo-Fr 09:00-17:00"),
        ([{"days": "ежедневно", "hours": "круглосуточно"}], "24/7"),
        ([{"days": "күн сайын", "hours": "тәулік бойы"}], "24/7"),
        ([{"days": "щодня", "hours": "08:00-20:00"}, {"days": "нд", "hours": None}], "Mo-Su 08:00-20:00"),
        ([{"days": ["Mo", "Tu"], "hours": ["09:00-12:00", "13:00-15:00"]}], "Mo-Tu 09:00-12:00,13:00-15:00"),
        ([{"days": "Пн", "hours": "9-12"}, {"days": "пн", "hours": "13-15"}], "Mo 09:00-12:00,13:00-15:00"),
        ([{"days": "пт", "hours": "22:00-02:00"}, {"days": "перерыв", "hours": "23:30-00:30"}],
         "Fr 22:00-23:30; Sa 00:30-02:00"),
    ],
)  # fmt: skip
def test_lists_by_weekday_are_read_in_four_languages(entries: list[dict[str, object]], canonical: str) -> None:
    assert str(parse_day_list(entries)) == canonical


@pytest.mark.parametrize(
    ("entries", "part"),
    [
        ([], "not open on any day"),
        ([{"days": "Не обслуживает ФЛ", "hours": None}], "'Не обслуживает ФЛ' is not a weekday"),
        ([{"days": "пн-пт", "hours": "09:00-20:00"}, {"days": "в", "hours": "выходной"}], "'в' is not a weekday"),
        ([{"days": "пн", "hours": "по записи"}], "cannot read 'по записи'"),
        ([{"days": "пн", "hours": "09:00-18:00, перерыв"}], "cannot read"),
        ([{"hours": "09:00-18:00"}], "names no days"),
        (["пн 09:00-18:00"], "names no days"),
        ([{"days": "пн", "hours": 9}], "neither a text nor a list"),
        ([{"days": None, "hours": "09:00-18:00"}], "is not a weekday"),
        ([{"days": "пн-вс", "hours": "выходной"}], "not open on any day"),
    ],
)
def test_unreadable_lists_say_what_and_how_to_write_it(entries: list[dict[str, object]], part: str) -> None:
    with pytest.raises(InvalidHoursError) as caught:
        parse_day_list(entries)

    assert part in caught.value.message


def test_a_week_without_hours_cannot_be_built() -> None:
    with pytest.raises(InvalidHoursError):
        WeekHours(((),) * 7)
    with pytest.raises(InvalidHoursError):
        WeekHours((((540, 1081),),))
    with pytest.raises(InvalidHoursError):
        WeekHours((((540, DAY + 1),), *((),) * 6))


_SPANS = st.lists(
    st.tuples(st.integers(0, DAY - 1), st.integers(1, DAY)).filter(lambda span: span[0] < span[1]), max_size=4
)


@given(st.tuples(*[_SPANS] * 7).filter(any))
def test_canonical_text_reads_back_as_the_same_week(days: tuple[list[tuple[int, int]], ...]) -> None:
    week = WeekHours(tuple(tuple(day) for day in days))

    assert parse_hours(str(week)) == week
    for spans in week.days:
        assert all(first[1] < second[0] for first, second in pairwise(spans))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        week = parse_hours(text)
    except InvalidHoursError:
        return
    assert parse_hours(str(week)) == week
