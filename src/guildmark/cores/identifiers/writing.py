"""Writing a new id."""

import re
from random import Random

from .checking import ALPHABET, check_character
from .reading import CODE_PATTERN, RANDOM_CHARACTERS, fold

FIRST_YEAR, LAST_YEAR = 1000, 9999


def write_id(code: str, year: int, random: Random) -> str:
    """Return a new id such as CPAP-2026-7Q4M2X9KDTX: code, year, random and check characters.

    `random` is a source that nobody can foresee, such as `random.SystemRandom()`. Raises
    ValueError for a code that is no code or a year without four digits.
    """
    if not re.fullmatch(CODE_PATTERN, code) or not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"An id needs a code and a year of four digits, not {code!r} and {year}.")
    drawn = "".join(random.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return f"{code}-{year}-{drawn}{check_character(fold(f'{code}{year}{drawn}'))}"
