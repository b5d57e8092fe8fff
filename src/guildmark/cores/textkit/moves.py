"""Passages that vanished at one place of a text and stand at another."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SHORTEST_MOVE = 5
"""Words that a passage must have to count as moved; shorter ones recur by accident."""


class Run(NamedTuple):
    """A passage: `length` tokens from `old` in the old text are those from `new` in the new."""

    old: int
    new: int
    length: int


class Changed(NamedTuple):
    """The tokens of one side that belong to changes: key, position in the text, which change."""

    keys: list[str]
    positions: list[int]
    changes: list[int]


def moved_runs(old: Changed, new: Changed) -> list[Run]:
    """Return the moved passages in the order of the old text, as runs of indices into the sides.

    The longest are taken first, and no token belongs to two of them. A passage lies within one
    change on either side, and these are different changes.
    """
    old_taken, new_taken, runs = set[int](), set[int](), list[Run]()
    for run in sorted(_common_runs(old, new), key=lambda run: (-run.length, run)):
        olds = range(run.old, run.old + run.length)
        news = range(run.new, run.new + run.length)
        if old_taken.isdisjoint(olds) and new_taken.isdisjoint(news):
            old_taken.update(olds)
            new_taken.update(news)
            runs.append(run)
    return sorted(runs)


def _common_runs(old: Changed, new: Changed) -> Iterator[Run]:
    places = defaultdict(list)
    for j, seed in _seeds(new):
        places[seed].append(j)
    for i, seed in _seeds(old):
        for j in places.get(seed, ()):
            if old.changes[i] != new.changes[j] and not _same(old, i, i - 1, new, j, j - 1):
                run = _from_first_word(old, Run(i, j, _length(old, i, new, j)))
                if _word_count(old.keys[run.old : run.old + run.length]) >= SHORTEST_MOVE:
                    yield run


def _seeds(side: Changed) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield each position with the tokens that a run which starts there must have at least."""
    for i in range(len(side.keys) - SHORTEST_MOVE + 1):
        if side.changes[i] == side.changes[i + SHORTEST_MOVE - 1]:
            yield i, tuple(side.keys[i : i + SHORTEST_MOVE])


def _same(old: Changed, i: int, next_i: int, new: Changed, j: int, next_j: int) -> bool:
    """Whether the run through (i, j) goes on at (next_i, next_j)."""
    return (
        0 <= next_i < len(old.keys)
        and 0 <= next_j < len(new.keys)
        and old.changes[next_i] == old.changes[i]
        and new.changes[next_j] == new.changes[j]
        and old.keys[next_i] == new.keys[next_j]
    )


def _length(old: Changed, i: int, new: Changed, j: int) -> int:
    length = SHORTEST_MOVE
    while _same(old, i, i + length, new, j, j + length):
        length += 1
    return length


def _from_first_word(old: Changed, run: Run) -> Run:
    """Leave out marks in front, which belong to what stood before."""
    marks = 0
    while marks < run.length and not old.keys[run.old + marks][0].isalnum():
        marks += 1
    return Run(run.old + marks, run.new + marks, run.length - marks)


def _word_count(keys: Sequence[str]) -> int:
    return sum(key[0].isalnum() for key in keys)
