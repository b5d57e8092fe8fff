"""Working days: counted one by one they come to the same."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.cores.workdays import add, between, is_working_day

pytestmark = pytest.mark.once

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
holidays = st.frozensets(st.dates(date(2020, 1, 1), date(2036, 12, 31)), max_size=30)
CHRISTMAS = frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)})


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 3, 2), 5, date(2026, 3, 9)),
        (date(2026, 3, 7), 0, date(2026, 3, 9)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
    ],
)
def test_a_clock_passes_over_weekends_and_holidays(start: date, count: int, expected: date) -> None:
    assert add(start, count, CHRISTMAS) == expected


@given(start=days, count=st.integers(1, 200), free=holidays)
def test_adding_and_counting_agree(start: date, count: int, free: frozenset[date]) -> None:
    due = add(start, count, free)
    assert is_working_day(due, free)
    assert between(start, due, free) == count


@given(start=days, length=st.integers(-30, 400), free=holidays)
def test_counting_is_what_one_would_count(start: date, length: int, free: frozenset[date]) -> None:
    end = start + timedelta(days=length)
    every = (start + timedelta(days=n) for n in range(1, length + 1))
    assert between(start, end, free) == sum(is_working_day(each, free) for each in every)


def test_a_clock_runs_forward_only() -> None:
    with pytest.raises(ValueError, match="forward only"):
        add(date(2026, 3, 2), -1)
