"""How long a credential is valid."""

from calendar import monthrange
from datetime import datetime

MONTHS_PER_YEAR = 12


def months_after(begins: datetime, months: int) -> datetime:
    """Return the same day and time so many months later, or the last day of a shorter month.

    >>> from datetime import UTC
    >>> months_after(datetime(2024, 2, 29, 12, tzinfo=UTC), 12).date().isoformat()
    '2025-02-28'
    """
    years, month = divmod(begins.month - 1 + months, MONTHS_PER_YEAR)
    year = begins.year + years
    day = min(begins.day, monthrange(year, month + 1)[1])
    return begins.replace(year=year, month=month + 1, day=day)
