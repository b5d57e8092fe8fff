"""Reading an id as people type it: any case, with or without hyphens, O for 0 and I or L for 1."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from .checking import ALPHABET, check_character

RANDOM_CHARACTERS = 10
"""Random characters of an id; each carries five bits."""
LONGEST_TYPED = 200
"""Characters of an input at most; more is no id and is not looked at."""
CODE_PATTERN = r"[A-Z][A-Z0-9]{1,9}"
"""What the code of a credential type looks like: a letter, then one to nine letters or digits."""
FOLDED = {"O": "0", "I": "1", "L": "1", "U": "V"}
"""Characters that are read as others, because a hand or an eye takes them for these."""
_YEAR_DIGITS = 4
_FOLDING = str.maketrans(FOLDED)
_GAPS = re.compile(r"[\s\-_./\u00ad\u2010-\u2015\u2212\u200b-\u200d\ufeff]+")
_SHAPE = re.compile(rf"[{ALPHABET}]{{2,10}}\d{{{_YEAR_DIGITS}}}[{ALPHABET}]{{11}}")
_PRINTED = re.compile(
    rf"(?<![A-Z0-9]){CODE_PATTERN}-[0-9OIL]{{{_YEAR_DIGITS}}}-[A-Z0-9]{{11}}(?![A-Z0-9])"
)
_ADDRESS = re.compile(
    r"^HTTPS?://[^?#]*/VERIFY/([^/?#]+?)/?(?:\.JSON|/CREDENTIAL\.JSON)?(?:[?#].*)?$"
)
_ODD = re.compile(r"[^A-Z0-9]")


class IdProblem(StrEnum):
    """What is wrong with a typed id."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    CHARACTER = "character"
    MISTYPED = "mistyped"


class IdRefused(ValueError):
    """What was typed can't be an id; `problem` says why, `character` which one is impossible."""

    def __init__(self, problem: IdProblem, character: str = "") -> None:
        self.problem = problem
        self.character = character
        super().__init__(f"not an id: {problem.value} {character}".strip())


@dataclass(frozen=True, slots=True)
class ReadId:
    """An id as it is looked up.

    `key` is what was typed, folded. `checked`: it has the form of an id with a check character,
    and that character fits. Ids of older registries have any other form and no check.
    """

    key: str
    checked: bool


def fold(text: str) -> str:
    """Return a typed id in upper case, without gaps and with look-alikes as one character.

    >>> fold("cpap-2o26-abcde")
    'CPAP2026ABCDE'
    """
    return _GAPS.sub("", _upper(text)).translate(_FOLDING)


def read_id(text: str) -> ReadId:
    """Return what was typed as a key to look up, or raise `IdRefused`.

    Around an id as it is printed other words may stand ("Credential id: ..."), and the address of
    an answer is read as the id in it.
    An id whose check character does not fit is refused as mistyped, whether or not the registry
    knows one that is near: guessing what was meant would hand out other people's credentials.
    """
    if len(text) > LONGEST_TYPED:
        raise IdRefused(IdProblem.TOO_LONG)
    whole = fold(text)
    key = whole if _is_checked(whole) else fold(_told_in(text))
    if not key:
        raise IdRefused(IdProblem.EMPTY)
    if odd := _ODD.search(key):
        raise IdRefused(IdProblem.CHARACTER, odd.group())
    if not _SHAPE.fullmatch(key):
        return ReadId(key, checked=False)
    if not _is_checked(key):
        raise IdRefused(IdProblem.MISTYPED)
    return ReadId(key, checked=True)


def _is_checked(key: str) -> bool:
    return bool(_SHAPE.fullmatch(key)) and check_character(key[:-1]) == key[-1]


def _upper(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()


def _told_in(text: str) -> str:
    """Return the one id that stands in a longer text as it is printed, or else the text."""
    upper = _upper(text).strip()
    if address := _ADDRESS.fullmatch(upper):
        return unquote(address[1])
    found = set(_PRINTED.findall(upper))
    return found.pop() if len(found) == 1 else text
