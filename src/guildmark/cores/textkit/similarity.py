"""How alike two texts are: the overlap of their words, word pairs and four-letter pieces."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from guildmark.cores.textkit.tokens import words

PIECE_LENGTH = 4
"""Letters in a piece; a word counts with one blank before and one after it."""


def similarity(a: str, b: str) -> float:
    """Return 0.0 (nothing shared) to 1.0 (equal), the same for either order of the texts.

    It is the mean of two Dice coefficients: over words and pairs of neighbouring words, and
    over the four-letter pieces of words. Texts that are equal apart from case, white space and
    marks give 1.0.
    """
    if a == b:
        return 1.0
    return words_similarity(words(a), words(b))


def words_similarity(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Return the similarity of two texts that are given as their words."""
    if not a and not b:
        return 1.0
    return (_dice(_grams(a), _grams(b)) + _pieces_dice(a, b)) / 2


@lru_cache(maxsize=16384)
def pieces(word: str) -> tuple[str, ...]:
    """Return the four-letter pieces of a word; a short word is its own piece."""
    padded = f" {word} "
    return tuple(
        padded[i : i + PIECE_LENGTH] for i in range(max(1, len(padded) - PIECE_LENGTH + 1))
    )


def _grams(tokens: tuple[str, ...]) -> Counter[object]:
    return Counter[object]([*tokens, *pairwise(tokens)])


def _pieces_dice(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Dice over the pieces of all words; whole shared words are counted without cutting them."""
    count_a, count_b = Counter(a), Counter(b)
    shared = count_a & count_b
    rest_a, rest_b = _all_pieces(count_a - shared), _all_pieces(count_b - shared)
    in_shared = sum(len(pieces(word)) * count for word, count in shared.items())
    common = in_shared + (rest_a & rest_b).total()
    return 2 * common / (2 * in_shared + rest_a.total() + rest_b.total())


def _all_pieces(counts: Counter[str]) -> Counter[str]:
    return Counter(_each_piece(counts.elements()))


def _each_piece(tokens: Iterable[str]) -> Iterable[str]:
    return (piece for word in tokens for piece in pieces(word))


def _dice(a: Counter[object], b: Counter[object]) -> float:
    return 2 * (a & b).total() / (a.total() + b.total())
