"""Ids of credentials: easy to read aloud, hard to guess, and proof against a slip of the hand."""

from .checking import check_character
from .reading import (
    CODE_PATTERN,
    FOLDED,
    RANDOM_CHARACTERS,
    IdProblem,
    IdRefused,
    ReadId,
    fold,
    read_id,
)
from .writing import write_id

__all__ = [
    "CODE_PATTERN",
    "FOLDED",
    "RANDOM_CHARACTERS",
    "IdProblem",
    "IdRefused",
    "ReadId",
    "check_character",
    "fold",
    "read_id",
    "write_id",
]
