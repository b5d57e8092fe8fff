"""The surname of a holder as a question that only who knows the answer can pass.

The ids of an older registry are short and can be guessed; so the name that belongs to one is shown
only to who can spell the surname already.
"""

import unicodedata

from .models import Credential
from .states import ShownAs

# As passports write them: ICAO Doc 9303, part 3, section 6. An accent may be left away everywhere;
# these can be written with a second letter instead ...
_TWO_LETTERS = str.maketrans({"ä": "ae", "å": "aa", "ö": "oe", "ü": "ue"})
# ... and these have no accent that Unicode could take away.
_NO_ACCENT = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "oe",
        "þ": "th",
        "ð": "d",
        "đ": "d",
        "ł": "l",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    }
)


def asks_for_surname(row: Credential) -> bool:
    """Whether the name is kept back from who can't spell it; once claimed, the holder decides."""
    return (
        row.taken_over
        and row.holder_id is None
        and row.shown_as == ShownAs.ID_ONLY
        and bool(row.holder_name)
    )


def is_surname_of(typed: str, row: Credential) -> bool:
    """Whether the text is the last word of the holder's name, its last words, or all of it.

    Case, accents and hyphens do not matter, and a letter may be written out as in a passport.
    """
    wanted, name = _words(typed), _words(row.holder_name)
    last = name[-len(wanted) :]
    return bool(wanted) and len(wanted) == len(last) and all(map(_alike, wanted, last))


def _alike(one: set[str], other: set[str]) -> bool:
    return not one.isdisjoint(other)


def _words(text: str) -> list[set[str]]:
    """Return of each word its spellings: without accents, and written out."""
    folded = unicodedata.normalize("NFC", text.casefold().replace("-", " "))
    return [{_plain(word), _plain(word.translate(_TWO_LETTERS))} for word in folded.split()]


def _plain(word: str) -> str:
    parted = unicodedata.normalize("NFKD", word.translate(_NO_ACCENT))
    return "".join(each for each in parted if not unicodedata.combining(each))
