"""How strongly a text obliges, clause by clause, and where that changed.

A text is cut into claims: stretches with one verb of obligation each. The claims of two texts
are paired by the words they share, so a claim that was added or dropped as a whole has no partner
and changes no force. A claim without such a verb obliges like "shall", as imperatives do.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from guildmark.cores.textkit.obligation import VERB_PATTERN, Strength, has_verb, strength_of
from guildmark.cores.textkit.reading import MARK_PATTERN, WORD_PATTERN, plain
from guildmark.cores.textkit.tokens import root
from guildmark.cores.textkit.vocabulary import FUNCTION_WORDS, word_set

SAME_ACTION_OVERLAP = 0.3
"""Overlap from which two claims about the same action are compared."""
OTHER_ACTION_OVERLAP = 0.6
"""Overlap from which two claims are compared though the action was exchanged too."""
ONLY_CLAIM_OVERLAP = 0.15
"""Overlap from which two texts of a single claim each are compared."""


class Flip(NamedTuple):
    """The words of obligation that changed; an empty one stands for the imperative."""

    old: str
    new: str


class _Kind(StrEnum):
    """Where the obligation of a claim comes from.

    MAIN: its main verb; SUBORDINATE: a verb beside it, as in "events that can harm"; LEAD: the
    line that introduces its list; IMPLIED: nothing said, so an imperative.
    """

    MAIN = "main"
    SUBORDINATE = "subordinate"
    LEAD = "lead"
    IMPLIED = "implied"


class _Claim(NamedTuple):
    strength: Strength
    word: str
    kind: _Kind
    subject: frozenset[str]
    predicate: frozenset[str]
    action: str

    @property
    def content(self) -> frozenset[str]:
        return self.subject | self.predicate


class _Item(NamedTuple):
    """A word, comma or clause mark (strength None) or a verb of obligation."""

    text: str
    strength: Strength | None = None


_SCAN = re.compile(f"{VERB_PATTERN}|{WORD_PATTERN}|{MARK_PATTERN}|,")
_CLAUSE_MARK = re.compile(MARK_PATTERN)
_CLAUSE_STARTS = word_set(
    ", and or but if when where while unless until whether because before after that which who "
    "whom whose how what then"
)
_SUBORDINATE_STARTS = _CLAUSE_STARTS - {",", "and", "or", "but", "then"}


def flips(old: str, new: str) -> tuple[Flip, ...]:
    """Return the verbs of obligation whose strength differs between paired claims, in old order."""
    old_plain, new_plain = plain(old), plain(new)
    if not has_verb(old_plain) and not has_verb(new_plain):
        return ()
    befores, afters = list(_claims(old_plain)), list(_claims(new_plain))
    only = len(befores) == len(afters) == 1
    return tuple(
        Flip(before.word, after.word)
        for before, after, overlap in _pairs(befores, afters)
        if before.strength != after.strength and _comparable(before, after, overlap, only=only)
    )


def _claims(text: str) -> Iterator[_Claim]:
    """Yield the claims of a plain text; items of a list take the force of its lead."""
    lead: _Claim | None = None
    for clause, mark in _clauses(text):
        found = [_claim(segment) for segment in _segments(clause)]
        if not any(claim.word for claim in found) and lead:
            found = [
                claim._replace(strength=lead.strength, word=lead.word, kind=_Kind.LEAD)
                for claim in found
            ]
        yield from found
        if mark == ".":
            lead = None
        elif mark == ":":
            lead = next((claim for claim in reversed(found) if claim.kind is _Kind.MAIN), None)


def _clauses(text: str) -> Iterator[tuple[list[_Item], str]]:
    """Yield each clause that has words with the mark that ends it."""
    clause: list[_Item] = []
    for match in _SCAN.finditer(f"{text} ."):
        if not _CLAUSE_MARK.match(match.group()):
            clause.append(_Item(match.group(), strength_of(match)))
        elif clause:
            yield clause, match.group()
            clause = []


def _segments(clause: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """Cut a clause so that each piece has one verb of obligation at most.

    Verbs that follow each other directly ("shall be required to") stay together.
    """
    verbs = [i for i, item in enumerate(clause) if item.strength]
    apart = [(i, j) for i, j in pairwise(verbs) if j - i > 1]
    cuts = [0, *(_cut(clause, i, j) for i, j in apart), len(clause)]
    return (clause[start:end] for start, end in pairwise(cuts))


def _cut(clause: Sequence[_Item], verb: int, next_verb: int) -> int:
    """Return where the next verb's piece starts: at the last word that begins a clause."""
    starts = (i for i in range(next_verb - 1, verb, -1) if clause[i].text in _CLAUSE_STARTS)
    return next(starts, next_verb)


def _claim(segment: Sequence[_Item]) -> _Claim:
    verb = next((i for i, item in enumerate(segment) if item.strength), None)
    if verb is None:
        content = _content(segment)
        return _Claim(Strength.SHALL, "", _Kind.IMPLIED, frozenset(), frozenset(content), "")
    strength = segment[verb].strength or Strength.SHALL
    before, after = segment[:verb], segment[verb + 1 :]
    predicate = _content(after)
    return _Claim(
        strength,
        segment[verb].text,
        _Kind.SUBORDINATE if _is_subordinate(before) else _Kind.MAIN,
        frozenset(_content(before)),
        frozenset(predicate),
        predicate[0] if predicate else "",
    )


def _is_subordinate(before: Sequence[_Item]) -> bool:
    """Whether the words before a verb bind it to "that", "if" and the like without a comma."""
    for item in reversed(before):
        if item.text == ",":
            return False
        if item.text in _SUBORDINATE_STARTS:
            return True
    return False


def _content(items: Iterable[_Item]) -> list[str]:
    return [
        root(item.text)
        for item in items
        if not item.strength and item.text != "," and item.text not in FUNCTION_WORDS
    ]


def _pairs(
    befores: Sequence[_Claim], afters: Sequence[_Claim]
) -> list[tuple[_Claim, _Claim, float]]:
    """Pair claims, those with the largest overlap first, each at most once; in old order."""
    scored = (
        (-_overlap(before, after), abs(i - j), i, j)
        for i, before in enumerate(befores)
        for j, after in enumerate(afters)
    )
    pairs: dict[int, tuple[int, float]] = {}
    taken = set[int]()
    for negative_overlap, _, i, j in sorted(row for row in scored if row[0] < 0):
        if i not in pairs and j not in taken:
            pairs[i] = (j, -negative_overlap)
            taken.add(j)
    return [(befores[i], afters[j], overlap) for i, (j, overlap) in sorted(pairs.items())]


def _overlap(before: _Claim, after: _Claim) -> float:
    """Return the mean Dice overlap of all words and of the predicates.

    It is 0.0 if the claims share no more than whom they speak of.
    """
    whole = _dice(before.content, after.content)
    if not before.predicate and not after.predicate:
        return whole
    if before.predicate & after.content or after.predicate & before.content:
        return (whole + _dice(before.predicate, after.predicate)) / 2
    return 0.0


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _comparable(before: _Claim, after: _Claim, overlap: float, *, only: bool) -> bool:
    kinds = {before.kind, after.kind}
    if kinds == {_Kind.LEAD}:  # the leads are compared themselves
        return False
    if _Kind.SUBORDINATE in kinds and not kinds.isdisjoint({_Kind.IMPLIED, _Kind.LEAD}):
        return False
    if only and _Kind.IMPLIED not in kinds:
        return overlap >= ONLY_CLAIM_OVERLAP
    same = _acts_alike(before, after) or _acts_alike(after, before)
    return overlap >= (SAME_ACTION_OVERLAP if same else OTHER_ACTION_OVERLAP)


def _acts_alike(one: _Claim, other: _Claim) -> bool:
    if not one.action:
        return not one.predicate and not other.predicate
    return one.action == other.action or (not other.action and one.action in other.predicate)
