"""What kind of change leads from one text of a requirement to the next, and why.

The texts are aligned by the stems of their words. Each place where they differ is judged by
rules, each rule gives a reason, and the heaviest reason makes the class.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from guildmark.cores.textkit.alignment import Gap, aligned, gaps
from guildmark.cores.textkit.force import flips
from guildmark.cores.textkit.obligation import OBLIGING, are_exchangeable, plain_verb
from guildmark.cores.textkit.reading import (
    Reading,
    inside,
    is_choice,
    is_number,
    is_parameter,
    read,
)
from guildmark.cores.textkit.reasons import CLASS_OF, ChangeClass, Reason, ReasonCode
from guildmark.cores.textkit.similarity import similarity
from guildmark.cores.textkit.tokens import root, stem
from guildmark.cores.textkit.vocabulary import (
    CONDITIONS,
    CONNECTIVES,
    EXPLAINING,
    FUNCTION_WORDS,
    NAMED_PARTS,
    NEGATIONS,
    POINTING,
    are_synonyms,
)
from guildmark.cores.textkit.wording import UniformWording

NEAREST_OBLIGATION = 6
"""Words of a change within which two words of obligation count as exchanged."""
KEPT_CLAUSE = 0.5
"""Part of a clause's words that must stand in one clause of the other text to call both one."""
SHORTEST_MISSPELT = 6
"""Letters from which two words that differ in one letter count as one word misspelt."""
SAME_PARAMETER = 0.5
"""Similarity of the insides from which two parameters far apart count as one that moved."""

CACHED_ROOTS = 64
"""Texts whose words are remembered while the changes of a pair are judged."""

_LISTED = re.compile(r"\blists? of ")


@dataclass(frozen=True, slots=True)
class Classification:
    """The class of a change, all reasons (the heaviest first) and the similarity of the texts."""

    change_class: ChangeClass
    reasons: tuple[Reason, ...]
    similarity: float


class _Word(NamedTuple):
    """A word of one side of a change: the number of the change, and its place in the text.

    `announced`: it names what is listed next. `in_brackets`: it stands inside a parameter of the
    other text. A word that is both was only taken out of the brackets or into them. `repeated`:
    it only adds, and the other text has it too, in whatever place.
    """

    change: int
    position: int
    surface: str
    root: str
    clause: int
    example: bool
    announced: bool
    in_brackets: bool
    repeated: bool


class _Sides(NamedTuple):
    """The words that changes took from the old text and gave to the new one."""

    old: list[_Word]
    new: list[_Word]


_ClausePair = tuple[int, int]
# What the name of a parameter can bind when it is exchanged: "at most 12 characters".
_BINDING_IN_NAMES = frozenset((ReasonCode.FORCE_WORD, ReasonCode.NEGATION, ReasonCode.NUMBER))


def classify(old: str, new: str, *, wording: UniformWording | None = None) -> Classification:
    """Return the class of the change from `old` to `new`, with its reasons.

    `wording` are the uniform rewordings of the editions that the texts belong to (see
    `learn_wording`); they count as editorial. The result proposes; a person confirms.

    >>> classify("Logs shall be kept.", "Logs should be kept.").change_class.value
    'force'
    """
    if old.split() == new.split():
        reasons = () if old == new else (Reason(ReasonCode.WHITE_SPACE),)
        return Classification(ChangeClass.UNCHANGED, reasons, 1.0)
    found = dict.fromkeys(_reasons(old, new, wording or UniformWording()))
    ordered = sorted(found or [Reason(ReasonCode.LAYOUT)], key=lambda reason: -reason.weight)
    return Classification(CLASS_OF[ordered[0].code], tuple(ordered), similarity(old, new))


def _reasons(old: str, new: str, wording: UniformWording) -> Iterator[Reason]:
    flipped = flips(old, new)
    yield from (Reason(ReasonCode.FORCE_WORD, flip.old, flip.new) for flip in flipped)
    told = {(plain_verb(flip.old), plain_verb(flip.new)) for flip in flipped}
    before, after = read(old), read(new)
    pairs = aligned(before.keys, after.keys)
    links = Counter((before.clauses[i], after.clauses[j]) for i, j in pairs)
    kept = _kept_clauses(links, before, after)
    sides = _Sides([], [])
    for number, gap in enumerate(gaps(pairs, len(before.keys), len(after.keys))):
        excused_old, excused_new = wording.excused(before, after, gap)
        if excused_old or excused_new:
            yield Reason(
                ReasonCode.UNIFORM_WORDING,
                " ".join(before.surface[i] for i in sorted(excused_old)),
                " ".join(after.surface[j] for j in sorted(excused_new)),
            )
        change = _change(before, after, gap, number)
        yield from _exchanged_links(change)
        for exchanged in _exchanged_obligations(change, kept):
            if (exchanged.old, exchanged.new) not in told:
                yield exchanged
        sides.old.extend(word for word in change.old if word.position not in excused_old)
        sides.new.extend(word for word in change.new if word.position not in excused_new)
    yield from _judged(sides, links, wording)


def _change(before: Reading, after: Reading, gap: Gap, number: int) -> _Sides:
    taken, given = range(gap.old_start, gap.old_end), range(gap.new_start, gap.new_end)
    return _Sides(
        list(_words(before, taken, number, after, _only_adds(before, taken, after, given))),
        list(_words(after, given, number, before, _only_adds(after, given, before, taken))),
    )


def _only_adds(one: Reading, span: range, other: Reading, replaced: range) -> bool:
    """Whether the words of a span replace nothing and are joined to nothing by "and" or "or"."""
    joins = any(one.surface[i] in CONNECTIVES for i in span)
    return not joins and all(other.surface[i] in FUNCTION_WORDS for i in replaced)


def _words(
    reading: Reading, span: range, number: int, other: Reading, only_adds: bool
) -> Iterator[_Word]:
    for i in span:
        key, surface, announced = reading.keys[i], reading.surface[i], reading.announced[i]
        base = key if is_parameter(key) or is_number(key) else root(surface)
        yield _Word(
            number,
            i,
            surface,
            base,
            reading.clauses[i],
            reading.examples[i],
            announced,
            in_brackets=announced and base in _roots_in_brackets(other),
            repeated=only_adds and base in _roots_outside(other),
        )


def _roots_in_brackets(reading: Reading) -> frozenset[str]:
    insides = (inside(surface) for surface in reading.surface if is_parameter(surface))
    return frozenset(root(word) for text in insides for word in read(text).surface)


@lru_cache(maxsize=CACHED_ROOTS)
def _roots_outside(reading: Reading) -> frozenset[str]:
    return frozenset(root(word) for word in reading.surface if not is_parameter(word))


def _exchanged_links(change: _Sides) -> Iterator[Reason]:
    """Yield "and" exchanged for "or", which shows only while the change is whole."""
    old, new = ({word.surface for word in side} & CONNECTIVES for side in change)
    if len(old) == len(new) == 1 and old != new:
        yield Reason(ReasonCode.CONDITION, *old, *new)


def _exchanged_obligations(change: _Sides, kept: set[_ClausePair]) -> Iterator[Reason]:
    """Yield words of obligation that took each other's place in a clause that mostly stayed."""
    if max(len(change.old), len(change.new)) > NEAREST_OBLIGATION:
        return
    befores, afters = ([word for word in side if word.surface in OBLIGING] for side in change)
    for before in befores:
        for after in afters:
            exchanged = are_exchangeable(before.surface, after.surface)
            if exchanged and (before.clause, after.clause) in kept:
                yield Reason(ReasonCode.FORCE_WORD, before.surface, after.surface)


def _kept_clauses(links: Mapping[_ClausePair, int], old: Reading, new: Reading) -> set[_ClausePair]:
    """Return the pairs of clauses that share so much of the shorter one that they are one."""
    old_sizes, new_sizes = Counter(old.clauses), Counter(new.clauses)
    return {
        (before, after)
        for (before, after), shared in links.items()
        if shared >= KEPT_CLAUSE * min(old_sizes[before], new_sizes[after])
    }


def _judged(
    sides: _Sides, links: Collection[_ClausePair], wording: UniformWording
) -> Iterator[Reason]:
    """Yield the reasons in what the changes together took and gave."""
    old, new = ([word for word in side if is_parameter(word.surface)] for side in sides)
    parameters = _paired_parameters(old, new)
    for (before,), (after,) in parameters:
        yield from _parameter_reasons(before, after, wording)
    plain = _Sides(*([word for word in side if not is_parameter(word.surface)] for side in sides))
    moved = _moved(plain)
    for (before,), (after,) in moved:
        yield from _move_reasons(before, after, links)
    for change in _by_change(_without(plain, moved)):
        yield from _change_reasons(change)
    for change in _by_change(_without(_Sides(old, new), parameters)):
        yield _reason(ReasonCode.PARAMETER, change)


def _reason(code: ReasonCode, change: _Sides) -> Reason:
    old, new = (" ".join(word.surface for word in side) for side in change)
    return Reason(code, old, new)


def _paired_parameters(old: Sequence[_Word], new: Sequence[_Word]) -> list[_Sides]:
    """Pair parameters that left one place and stand in another, or were renamed in place."""
    scored = (
        (-similarity(inside(before.surface), inside(after.surface)), before, after)
        for before in old
        for after in new
    )
    pairs: list[_Sides] = []
    taken_old, taken_new = set[int](), set[int]()
    for unlikeness, before, after in sorted(scored):
        same = before.change == after.change or -unlikeness >= SAME_PARAMETER
        if same and before.position not in taken_old and after.position not in taken_new:
            taken_old.add(before.position)
            taken_new.add(after.position)
            pairs.append(_Sides([before], [after]))
    return pairs


def _parameter_reasons(before: _Word, after: _Word, wording: UniformWording) -> Iterator[Reason]:
    """Yield what changed on a parameter that stayed one.

    The choices it offers are part of what is asked; other words inside are only its name.
    """
    if before.change != after.change:
        yield Reason(ReasonCode.PARAMETER_MOVED, before.surface, after.surface)
    old, new = (_LISTED.sub("", inside(each.surface)) for each in (before, after))
    found = list(_reasons(old, new, wording))
    if is_choice(before.surface) and is_choice(after.surface):
        yield from found
        return
    if _names_more(before.surface, after.surface):
        yield Reason(ReasonCode.PARAMETER, before.surface, after.surface)
    renamed = Reason(ReasonCode.PARAMETER_RENAMED, before.surface, after.surface)
    for reason in found:
        binding = reason.code in _BINDING_IN_NAMES and reason.old and reason.new
        yield reason if binding or reason.weight <= renamed.weight else renamed


def _names_more(old: str, new: str) -> bool:
    """Whether the names of a parameter differ in how many things are joined or to be defined.

    "Security and privacy attributes" are more than "security attributes"; "failures" and
    "failures on organization-defined components" are one value and two.
    """
    if is_choice(old) or is_choice(new):
        return False
    before, after = (Counter(map(_kind_of_part, NAMED_PARTS.findall(each))) for each in (old, new))
    return before != after


def _kind_of_part(found: str) -> str:
    """Return "value" or "joined" for a match of NAMED_PARTS: a slash joins like "and"."""
    return "value" if found.startswith("-") else "joined"


def _moved(sides: _Sides) -> list[_Sides]:
    """Pair words of the same root, those of one change first."""
    waiting = defaultdict(list)
    for word in sides.new:
        waiting[word.root].append(word)
    pairs = []
    for word in sides.old:
        if candidates := waiting[word.root]:
            partner = min(candidates, key=lambda other: abs(other.change - word.change))
            candidates.remove(partner)
            pairs.append(_Sides([word], [partner]))
    return pairs


def _without(sides: _Sides, gone: Sequence[_Sides]) -> _Sides:
    gone_old = {word.position for part in gone for word in part.old}
    gone_new = {word.position for part in gone for word in part.new}
    return _Sides(
        [word for word in sides.old if word.position not in gone_old],
        [word for word in sides.new if word.position not in gone_new],
    )


def _by_change(sides: _Sides) -> Iterator[_Sides]:
    changes: dict[int, _Sides] = defaultdict(lambda: _Sides([], []))
    for word in sides.old:
        changes[word.change].old.append(word)
    for word in sides.new:
        changes[word.change].new.append(word)
    for number in sorted(changes):
        yield changes[number]


def _move_reasons(before: _Word, after: _Word, links: Collection[_ClausePair]) -> Iterator[Reason]:
    """Yield grammar (within a clause: the voice) or rearrangement (from clause to clause).

    A negation that now stands elsewhere denies something else.
    """
    near = before.change == after.change or (before.clause, after.clause) in links
    if before.surface in NEGATIONS:
        if before.change != after.change:
            yield Reason(ReasonCode.NEGATION, before.surface, after.surface)
    elif near or before.surface in FUNCTION_WORDS:
        yield Reason(ReasonCode.GRAMMAR, before.surface, after.surface)
    else:
        yield Reason(ReasonCode.REARRANGED, before.surface, after.surface)


def _change_reasons(change: _Sides) -> Iterator[Reason]:
    """Yield the reasons in what one change took and gave."""
    for code, match in (
        (ReasonCode.SPELLING, _compounds),
        (ReasonCode.SPELLING, _misspelt),
        (ReasonCode.SYNONYM, _synonyms),
    ):
        matches = match(change)
        yield from (_reason(code, matched) for matched in matches)
        change = _without(change, matches)
    by_code: dict[ReasonCode, _Sides] = defaultdict(lambda: _Sides([], []))
    for word in change.old:
        by_code[_code(word)].old.append(word)
    for word in change.new:
        by_code[_code(word)].new.append(word)
    for code, words in by_code.items():
        yield _reason(_for_sides(code, words), words)


def _compounds(change: _Sides) -> list[_Sides]:
    """Find words that were parted or joined: "multifactor" and "multi-factor"."""
    parted = [
        _Sides([whole], [first, second])
        for whole in change.old
        for first, second in pairwise(change.new)
        if whole.surface == first.surface + second.surface
    ]
    joined = [
        _Sides([first, second], [whole])
        for whole in change.new
        for first, second in pairwise(change.old)
        if whole.surface == first.surface + second.surface
    ]
    return parted + joined


def _misspelt(change: _Sides) -> list[_Sides]:
    return _matches(change, _is_misspelt)


def _synonyms(change: _Sides) -> list[_Sides]:
    return _matches(change, are_synonyms)


def _matches(change: _Sides, alike: Callable[[str, str], bool]) -> list[_Sides]:
    """Pair words of one change that are alike, each at most once."""
    pairs = []
    free = list(change.new)
    for word in change.old:
        partner = next((other for other in free if alike(word.surface, other.surface)), None)
        if partner:
            free.remove(partner)
            pairs.append(_Sides([word], [partner]))
    return pairs


def _is_misspelt(old: str, new: str) -> bool:
    """Whether two words differ in one letter that is not the first."""
    a, b = sorted((old, new), key=len)
    if len(a) < SHORTEST_MISSPELT or a[0] != b[0] or len(b) - len(a) > 1 or not (a + b).isalpha():
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    return a[start + (len(a) == len(b)) :] == b[start + 1 :]


def _code(word: _Word) -> ReasonCode:
    """Return what it means that a word came or went; the first rule that holds decides."""
    rules = (
        (ReasonCode.NEGATION, word.surface in NEGATIONS),
        (ReasonCode.GRAMMAR, word.in_brackets or word.surface in POINTING),
        (ReasonCode.EXAMPLES, word.example),
        (ReasonCode.NUMBER, is_number(word.root)),
        (ReasonCode.CONDITION, word.surface in CONDITIONS),
        (ReasonCode.GRAMMAR, word.surface in FUNCTION_WORDS),
        (ReasonCode.EXPLANATION, word.announced or word.repeated or _explains(word)),
    )
    return next((code for code, holds in rules if holds), ReasonCode.CHANGED_DUTY)


def _explains(word: _Word) -> bool:
    return stem(word.surface) in EXPLAINING


def _for_sides(code: ReasonCode, words: _Sides) -> ReasonCode:
    if code is not ReasonCode.CHANGED_DUTY or (words.old and words.new):
        return code
    return ReasonCode.DROPPED_DUTY if words.old else ReasonCode.ADDED_DUTY
