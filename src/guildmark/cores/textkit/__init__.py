"""Comparing the editions of a standard: differences, classes of change, similarity, successors."""

from guildmark.cores.textkit.classify import Classification, classify
from guildmark.cores.textkit.difference import Op, Part, difference
from guildmark.cores.textkit.reasons import (
    CLASS_OF,
    ChangeClass,
    Reason,
    ReasonCode,
    heaviest,
)
from guildmark.cores.textkit.similarity import similarity
from guildmark.cores.textkit.successors import Candidate, SuccessorIndex
from guildmark.cores.textkit.tokens import stem, words
from guildmark.cores.textkit.wording import Rewording, UniformWording, learn_wording

__all__ = [
    "CLASS_OF",
    "Candidate",
    "ChangeClass",
    "Classification",
    "Op",
    "Part",
    "Reason",
    "ReasonCode",
    "Rewording",
    "SuccessorIndex",
    "UniformWording",
    "classify",
    "difference",
    "heaviest",
    "learn_wording",
    "similarity",
    "stem",
    "words",
]
