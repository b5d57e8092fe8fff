"""Adding working days to a day, and counting those between two."""

from collections.abc import Set as AbstractSet
from datetime import date, timedelta

A_DAY = timedelta(days=1)
A_WEEK = 7
WORKING_DAYS_A_WEEK = 5
NO_HOLIDAYS: frozenset[date] = frozenset()


def is_working_day(day: date, holidays: AbstractSet[date] = NO_HOLIDAYS) -> bool:
    """Whether a day is one from Monday to Friday and no holiday."""
    return day.weekday() < WORKING_DAYS_A_WEEK and day not in holidays


def add(start: date, days: int, holidays: AbstractSet[date] = NO_HOLIDAYS) -> date:
    """Return the working day that lies `days` working days after a day; 0 is the next one from it.

    The day itself is not counted. Raises ValueError for a negative number.
    """
    if days < 0:
        raise ValueError(f"A clock runs forward only: {days} working days.")
    day = start
    while days > 0 or not is_working_day(day, holidays):
        day += A_DAY
        days -= is_working_day(day, holidays)
    return day


def between(start: date, end: date, holidays: AbstractSet[date] = NO_HOLIDAYS) -> int:
    """Return how many working days lie after `start` up to and with `end`; 0 if it is no later."""
    if end <= start:
        return 0
    weeks, rest = divmod((end - start).days, A_WEEK)
    days = weeks * WORKING_DAYS_A_WEEK
    days += sum(is_working_day(end - n * A_DAY) for n in range(rest))
    return days - sum(start < day <= end for day in holidays if is_working_day(day))
