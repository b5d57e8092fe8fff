"""Rewording that a newer edition applies throughout, learned from its pairs of texts.

An edition that says "system" wherever the older one said "information system", or drops "the
organization" before every verb, has not changed what it asks. Such drops and exchanges are found
by counting: in how many pairs do the old words stand, and in how many of those did they give way
to the same new words.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from guildmark.cores.textkit.alignment import Gap, aligned, gaps
from guildmark.cores.textkit.reading import Reading, inside, is_number, is_parameter, read
from guildmark.cores.textkit.vocabulary import NEGATIONS

FEWEST_PAIRS = 5
"""Pairs in which a rewording must be seen before it can be called uniform."""
LEAST_SHARE = 0.5
"""Part of the pairs with the old words in which these must have given way to the new ones."""
LONGEST_PHRASE = 4
"""Words of a uniform rewording at most, on either side."""
CLAUSE_START = "^"
"""Stands before old words that are reworded where a clause begins."""

_Phrase = tuple[str, ...]
_Exchange = tuple[_Phrase, _Phrase]


@dataclass(frozen=True, slots=True)
class Rewording:
    """Old words that gave way to new ones (none: were dropped), as stems.

    `seen` of the `pairs` that have the old words show it. A first old word "^" means the
    beginning of a clause.
    """

    old: _Phrase
    new: _Phrase
    seen: int
    pairs: int


@dataclass(frozen=True)
class UniformWording:
    """The uniform rewordings between two editions, most frequent first."""

    rewordings: tuple[Rewording, ...] = ()

    def excused(self, old: Reading, new: Reading, gap: Gap) -> tuple[set[int], set[int]]:
        """Return the positions in both sides of a gap that uniform rewording explains."""
        excused_old, excused_new = set[int](), set[int]()
        for start, end, new_phrase in self._found(old, gap):
            if not new_phrase:
                excused_old.update(range(start, end))
                continue
            place = _place(new.keys, new_phrase, gap.new_start - 1, gap.new_end + 1)
            if place is not None:
                excused_old.update(range(start, end))
                excused_new.update(range(place, place + len(new_phrase)))
        return (
            excused_old.intersection(range(gap.old_start, gap.old_end)),
            excused_new.intersection(range(gap.new_start, gap.new_end)),
        )

    @cached_property
    def _by_phrase(self) -> dict[_Phrase, list[_Phrase]]:
        found = defaultdict(list)
        for rewording in self.rewordings:
            found[rewording.old].append(rewording.new)
        return dict(found)

    def _found(self, old: Reading, gap: Gap) -> Iterator[tuple[int, int, _Phrase]]:
        """Yield where old words of a rewording touch the gap, with the new words."""
        for start in range(max(0, gap.old_start - 1), gap.old_end):
            last = min(gap.old_end + 1, start + LONGEST_PHRASE, len(old.keys))
            for end in range(max(start, gap.old_start) + 1, last + 1):
                phrase = old.keys[start:end]
                for new_phrase in self._by_phrase.get(phrase, ()):
                    yield start, end, new_phrase
                if _starts_clause(old, start):
                    for new_phrase in self._by_phrase.get((CLAUSE_START, *phrase), ()):
                        yield start, end, new_phrase


def learn_wording(pairs: Iterable[tuple[str, str]]) -> UniformWording:
    """Return the rewordings that are uniform over pairs of old and new texts.

    Numbers, negations and parameters never count as mere wording. Where both texts have one
    parameter, its names are read as a pair of their own.
    """
    texts = list(pairs)
    names = [(old, new) for pair in texts for old, new in _only_names(*pair)]
    readings = [(read(old), read(new)) for old, new in texts + names]
    forms = [_forms_of_changes(old, new) for old, new in readings]
    seen = Counter(rewording for found in forms for rewording in set().union(*found))
    frequent = {rewording: count for rewording, count in seen.items() if count >= FEWEST_PAIRS}
    phrases = {old for old, _ in frequent}
    standing = Counter(phrase for old, _ in readings for phrase in _standing(old, phrases))
    uniform = {
        (old, new): Rewording(old, new, count, standing[old])
        for (old, new), count in frequent.items()
        if count >= LEAST_SHARE * standing[old]
    }
    return UniformWording(_needed((found for of_pair in forms for found in of_pair), uniform))


def _only_names(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Yield the two names of the parameter, where each text has exactly one."""
    before, after = (
        [inside(word) for word in read(text).surface if is_parameter(word)] for text in (old, new)
    )
    if len(before) == len(after) == 1:
        yield before[0], after[0]


def _needed(
    forms: Iterable[set[_Exchange]], uniform: Mapping[_Exchange, Rewording]
) -> tuple[Rewording, ...]:
    """Return the rewordings that are the plainest form of enough changes, most frequent first.

    "Of information" gives way to "of" wherever "information system" gives way to "system"; the
    more frequent form explains the other.
    """
    chosen = Counter(
        min((uniform[form] for form in known), key=_plainness)
        for known in (found & uniform.keys() for found in forms)
        if known
    )
    needed = (rewording for rewording, count in chosen.items() if count >= FEWEST_PAIRS)
    return tuple(sorted(needed, key=_plainness))


def _plainness(rewording: Rewording) -> tuple[int, int, _Phrase, _Phrase]:
    return -rewording.seen, rewording.pairs, rewording.old, rewording.new


def _forms_of_changes(old: Reading, new: Reading) -> list[set[_Exchange]]:
    """Return each drop or exchange of a pair, bare and with a neighbouring word."""
    found = gaps(aligned(old.keys, new.keys), len(old.keys), len(new.keys))
    return [set(_forms(old, new, gap)) for gap in found if _is_wording(old, new, gap)]


def _is_wording(old: Reading, new: Reading, gap: Gap) -> bool:
    phrases = (old.keys[gap.old_start : gap.old_end], new.keys[gap.new_start : gap.new_end])
    return (
        bool(phrases[0])
        and max(map(len, phrases)) <= LONGEST_PHRASE
        and not any(
            is_parameter(key) or key in NEGATIONS or is_number(key)
            for phrase in phrases
            for key in phrase
        )
    )


def _forms(old: Reading, new: Reading, gap: Gap) -> Iterator[_Exchange]:
    before = old.keys[gap.old_start : gap.old_end]
    after = new.keys[gap.new_start : gap.new_end]
    yield before, after
    if _starts_clause(old, gap.old_start):
        yield (CLAUSE_START, *before), after
    elif len(before) < LONGEST_PHRASE and gap.new_start:
        neighbour = old.keys[gap.old_start - 1]
        yield (neighbour, *before), (neighbour, *after)
    if len(before) < LONGEST_PHRASE and gap.old_end < len(old.keys):
        neighbour = old.keys[gap.old_end]
        yield (*before, neighbour), (*after, neighbour)


def _standing(old: Reading, phrases: set[_Phrase]) -> set[_Phrase]:
    """Return those of the phrases that stand in a text."""
    found = set()
    for start in range(len(old.keys)):
        at_start = _starts_clause(old, start)
        for end in range(start + 1, min(start + LONGEST_PHRASE, len(old.keys)) + 1):
            phrase = old.keys[start:end]
            found.add(phrase)
            if at_start:
                found.add((CLAUSE_START, *phrase))
    return found & phrases


def _starts_clause(reading: Reading, position: int) -> bool:
    clauses = reading.clauses
    return position == 0 or (position < len(clauses) and clauses[position] != clauses[position - 1])


def _place(keys: Sequence[str], phrase: _Phrase, start: int, end: int) -> int | None:
    """Return where a phrase stands in keys[start:end]."""
    first, last = max(0, start), min(end, len(keys)) - len(phrase)
    places = (i for i in range(first, last + 1) if tuple(keys[i : i + len(phrase)]) == phrase)
    return next(places, None)
