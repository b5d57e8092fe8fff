"""One check character over letters and digits that catches every single slip.

The characters are read as elements of the field with 32 elements, and weighted with powers of a
generator: a code of Reed and Solomon with one check symbol (J. SIAM 8, 1960). Every wrong
character and every exchange of two characters, neighbours or not, changes the check; of other
mistakes it catches 31 of 32.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The 32 characters of D. Crockford's Base32: no I, L, O or U."""
LONGEST = 30
"""Characters that can be checked at most: the weights repeat after 31."""
_FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive over the field with two elements.
_CARRY = 32
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def check_character(text: str) -> str:
    """Return the check character of up to 30 characters of ALPHABET. Raises ValueError.

    >>> check_character("CPAP2026") != check_character("CPAP2062")
    True
    """
    if len(text) > LONGEST:
        raise ValueError(f"At most {LONGEST} characters can be checked, here are {len(text)}.")
    total = 0
    for character in text:
        if character not in _VALUE:
            raise ValueError(f"{character!r} is not one of the characters {ALPHABET}.")
        total = _times_generator(total ^ _VALUE[character])
    return ALPHABET[total]


def _times_generator(value: int) -> int:
    doubled = value << 1
    return doubled ^ _FIELD_POLYNOMIAL if doubled & _CARRY else doubled
