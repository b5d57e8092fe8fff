"""Months and years as people give them."""

from calendar import monthrange
from datetime import date, datetime

MONTHS_PER_YEAR = 12


def years_after(moment: datetime, years: int) -> datetime:
    """Return the same day and time so many years later; 28 February where there is no 29th."""
    year = moment.year + years
    day = min(moment.day, monthrange(year, moment.month)[1])
    return moment.replace(year=year, day=day)


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last day of a shorter month.

    >>> months_before(date(2026, 3, 31), 1).isoformat()
    '2026-02-28'
    """
    years, month = divmod(day.month - 1 - months, MONTHS_PER_YEAR)
    year = day.year + years
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def first_day(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def last_day(day: date) -> date:
    """Return the last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
