"""The longest common subsequence of two sequences, by arithmetic on long integers.

Each row of the dynamic programming table is one integer with a bit per element of the first
sequence (H. Hyyrö, Bit-parallel LCS-length computation revisited, AWOCA 2004): some hundred words
a side cost some hundred additions instead of some ten thousand comparisons.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple


class Gap(NamedTuple):
    """A place where two sequences differ: old[old_start:old_end] became new[new_start:new_end]."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def aligned(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of positions of a longest common subsequence, in order.

    Among equally long ones, the one whose matches stand together towards the end is taken.
    """
    shared = min(len(old), len(new))
    start = next((i for i in range(shared) if old[i] != new[i]), shared)
    rest = shared - start
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    old_end, new_end = len(old) - tail, len(new) - tail
    middle = _backtracked(old[start:old_end], new[start:new_end])
    return [
        *((i, i) for i in range(start)),
        *((start + i, start + j) for i, j in middle),
        *((old_end + i, new_end + i) for i in range(tail)),
    ]


def gaps(pairs: Sequence[tuple[int, int]], old_length: int, new_length: int) -> Iterator[Gap]:
    """Yield the stretches that aligned pairs leave out, in order."""
    for (i, j), (next_i, next_j) in pairwise([(-1, -1), *pairs, (old_length, new_length)]):
        if next_i - i > 1 or next_j - j > 1:
            yield Gap(i + 1, next_i, j + 1, next_j)


def _rows(old: Sequence[str], new: Sequence[str]) -> list[int]:
    """Return one integer per element of `new`: bit i is 0 where old[i] lengthens the match."""
    places: dict[str, int] = {}
    for i, item in enumerate(old):
        places[item] = places.get(item, 0) | 1 << i
    full = (1 << len(old)) - 1
    row, rows = full, []
    for item in new:
        hit = row & places.get(item, 0)
        row = (row + hit | row - hit) & full
        rows.append(row)
    return rows


def _backtracked(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    if not old or not new:
        return []
    rows = [(1 << len(old)) - 1, *_rows(old, new)]
    pairs = []
    i, j = len(old) - 1, len(new) - 1
    while i >= 0 and j >= 0:
        if old[i] == new[j]:
            pairs.append((i, j))
            i, j = i - 1, j - 1
        elif rows[j + 1] >> i & 1:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]
