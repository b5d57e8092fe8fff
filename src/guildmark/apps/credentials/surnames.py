"""The surname of a holder as a question that only who knows the answer can pass.

The ids of an older registry are short and can be guessed; so the name that belongs to one is shown
only to who can spell the surname already.
"""

import unicodedata

from .models import Credential
from .states import ShownAs


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

    Case, accents and hyphens do not matter.
    """
    wanted, name = _words(typed), _words(row.holder_name)
    return bool(wanted) and name[-len(wanted) :] == wanted


def _words(text: str) -> list[str]:
    parted = unicodedata.normalize("NFKD", text.casefold().replace("-", " "))
    return "".join(each for each in parted if not unicodedata.combining(each)).split()
