"""What changed between two texts, word by word, for a reader.

The texts are aligned by a longest common subsequence of their words and marks. What the
alignment leaves equal by accident (a lone "the" between two rewritten phrases) is absorbed into
the change, and a passage that vanished here and stands there is shown as moved.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import NamedTuple

from guildmark.cores.textkit.alignment import Gap, aligned, gaps
from guildmark.cores.textkit.moves import Changed, moved_runs
from guildmark.cores.textkit.vocabulary import word_set

LONGEST_ABSORBED = 3
"""Equal words between two longer changes that are absorbed at most."""

_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*|\s+|[^\w\s]|_")
_FUNCTION_WORDS = word_set(
    "a an and any are as at be by for from in is it its of on or that the this to which with"
)


class Op(StrEnum):
    """What happened to a part of the text."""

    EQUAL = "equal"
    INSERT = "insert"
    DELETE = "delete"
    MOVED_FROM = "moved from"
    MOVED_TO = "moved to"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text and what happened to it; `move` pairs the two halves of a moved one."""

    op: Op
    text: str
    move: int | None = None


class _Text(NamedTuple):
    """A text as tokens: words, marks and white space.

    `solid` are the positions of tokens that are not white space; `words_before` counts the words
    before each position and, last, all of them.
    """

    tokens: list[str]
    solid: list[int]
    words_before: list[int]


class _Half(NamedTuple):
    """One side of a moved passage: a range of tokens and the number of the move."""

    start: int
    end: int
    move: int


def difference(old: str, new: str) -> tuple[Part, ...]:
    """Return the parts that lead from `old` to `new`, in reading order.

    The texts of the EQUAL, DELETE and MOVED_FROM parts joined are `old`, those of the EQUAL,
    INSERT and MOVED_TO parts are `new`, both to the character. Moves are numbered from 1; the
    two halves of one differ at most in case and white space. No part is empty.

    >>> [f"{part.op}: {part.text}" for part in difference("Log events daily.", "Log errors daily.")]
    ['equal: Log ', 'delete: events', 'insert: errors', 'equal:  daily.']
    """
    before, after = _read(old), _read(new)
    changes = _absorbed(_changes(before, after), before, after)
    moved_from, moved_to = _moves(before, after, changes)
    return tuple(_parts(before.tokens, after.tokens, changes, moved_from, moved_to))


def _read(text: str) -> _Text:
    tokens = _TOKEN.findall(text)
    return _Text(
        tokens,
        [i for i, token in enumerate(tokens) if not token.isspace()],
        [0, *accumulate(token[0].isalnum() for token in tokens)],
    )


def _changes(before: _Text, after: _Text) -> list[Gap]:
    """Return the differing stretches, white space between two matched words included."""
    pairs = aligned(
        [before.tokens[i] for i in before.solid], [after.tokens[j] for j in after.solid]
    )
    matched = [(before.solid[i], after.solid[j]) for i, j in pairs]
    found = gaps(matched, len(before.tokens), len(after.tokens))
    trimmed = (_trimmed(gap, before.tokens, after.tokens) for gap in found)
    return [gap for gap in trimmed if gap]


def _trimmed(gap: Gap, old: Sequence[str], new: Sequence[str]) -> Gap | None:
    """Give equal white space at both ends of a change back; None if nothing differs."""
    i, old_end, j, new_end = gap
    while i < old_end and j < new_end and old[i] == new[j]:
        i, j = i + 1, j + 1
    while i < old_end and j < new_end and old[old_end - 1] == new[new_end - 1]:
        old_end, new_end = old_end - 1, new_end - 1
    return Gap(i, old_end, j, new_end) if i < old_end or j < new_end else None


def _absorbed(changes: Sequence[Gap], before: _Text, after: _Text) -> list[Gap]:
    """Join changes that only a few equal words part."""
    joined: list[Gap] = []
    for change in changes:
        joined.append(change)
        while len(joined) > 1 and _is_confetti(joined[-2], joined[-1], before, after):
            last, first = joined.pop(), joined.pop()
            joined.append(Gap(first.old_start, last.old_end, first.new_start, last.new_end))
    return joined


def _is_confetti(left: Gap, right: Gap, before: _Text, after: _Text) -> bool:
    smaller = min(_size(left, before, after), _size(right, before, after))
    start, end = left.old_end, right.old_start
    between = before.words_before[end] - before.words_before[start]
    if between <= 1 and smaller:
        words = (token.lower() for token in before.tokens[start:end] if token[0].isalnum())
        return between < smaller or all(word in _FUNCTION_WORDS for word in words)
    return between <= LONGEST_ABSORBED and between < smaller


def _size(gap: Gap, before: _Text, after: _Text) -> int:
    """Return the words of the longer side of a change."""
    return max(
        before.words_before[gap.old_end] - before.words_before[gap.old_start],
        after.words_before[gap.new_end] - after.words_before[gap.new_start],
    )


def _moves(before: _Text, after: _Text, changes: Sequence[Gap]) -> tuple[list[_Half], list[_Half]]:
    """Return where moved passages left the old text and where they arrived in the new one."""
    old = _changed(before, [(change.old_start, change.old_end) for change in changes])
    new = _changed(after, [(change.new_start, change.new_end) for change in changes])
    runs = moved_runs(old, new)
    moved_from = [
        _half(old, run.old, run.length, number) for number, run in enumerate(runs, start=1)
    ]
    moved_to = [_half(new, run.new, run.length, number) for number, run in enumerate(runs, start=1)]
    return moved_from, sorted(moved_to)


def _changed(text: _Text, ranges: Sequence[tuple[int, int]]) -> Changed:
    side = Changed([], [], [])
    for number, (start, end) in enumerate(ranges):
        solid = [i for i in range(start, end) if not text.tokens[i].isspace()]
        side.keys.extend(text.tokens[i].lower() for i in solid)
        side.positions.extend(solid)
        side.changes.extend([number] * len(solid))
    return side


def _half(side: Changed, start: int, length: int, number: int) -> _Half:
    return _Half(side.positions[start], side.positions[start + length - 1] + 1, number)


def _parts(
    old: Sequence[str],
    new: Sequence[str],
    changes: Sequence[Gap],
    moved_from: Sequence[_Half],
    moved_to: Sequence[_Half],
) -> Iterator[Part]:
    edges = [Gap(0, 0, 0, 0), *changes, Gap(len(old), len(old), len(new), len(new))]
    for previous, change in pairwise(edges):
        if equal := "".join(old[previous.old_end : change.old_start]):
            yield Part(Op.EQUAL, equal)
        yield from _side(old, change.old_start, change.old_end, moved_from, Op.DELETE)
        yield from _side(new, change.new_start, change.new_end, moved_to, Op.INSERT)


def _side(
    tokens: Sequence[str], start: int, end: int, halves: Sequence[_Half], op: Op
) -> Iterator[Part]:
    """Yield one side of a change, with the moved passages that lie in it taken out."""
    moved = Op.MOVED_FROM if op is Op.DELETE else Op.MOVED_TO
    for half in halves:
        if start <= half.start and half.end <= end:
            if half.start > start:
                yield Part(op, "".join(tokens[start : half.start]))
            yield Part(moved, "".join(tokens[half.start : half.end]), half.move)
            start = half.end
    if end > start:
        yield Part(op, "".join(tokens[start:end]))
