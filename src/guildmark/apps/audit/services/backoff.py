"""How long to wait before another attempt; without chance, so that tests and readers can tell."""

from datetime import timedelta

FIRST = timedelta(seconds=5)
FACTOR = 4
LONGEST = timedelta(hours=6)


def backoff(attempts: int) -> timedelta:
    """Return the wait after `attempts` (at least 1) failures: 5 s, 20 s, 80 s … up to 6 hours.

    >>> [backoff(n).total_seconds() for n in (1, 2, 3, 9)]
    [5.0, 20.0, 80.0, 21600.0]
    """
    factor: int = FACTOR ** min(attempts - 1, 10)
    return min(FIRST * factor, LONGEST)
