"""The comparison itself: every requirement of either edition stands in exactly one change."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from guildmark.cores import textkit
from guildmark.cores.catalog import (
    Catalog,
    ChangeClass,
    Lineage,
    LineageKind,
    Requirement,
    Status,
)

from .lineage import Relation

# Raise this when the same two texts may be judged otherwise than before.
METHOD = 2
MARKS = {"references", "related", "tags", "successors", "withdrawn_reason"}
PROSE = ("title", "intent", "guidance", "evidence", "rationale", "alternatives", "section")
WORDED = ("statement", "title", "guidance")
EDITION_FACTS = ("title", "summary", "licence", "licence_url", "attribution")
DOMAIN_FACTS = ("label", "title", "summary", "rationale")
GOING_ON = (LineageKind.SAME, LineageKind.MOVED)
WEIGHT = {each: weight for weight, each in enumerate(ChangeClass)}


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a requirement, or of several that were split or merged.

    `sources` are keys of the older edition, `targets` of the newer. `computed` is the class of
    the text's change, None where there is nothing to compare with. `fields` names what differs.
    `records` are the lineage records that tell of it: none, one, or several of a larger change.
    """

    kind: LineageKind
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    domain: str
    computed: ChangeClass | None = None
    fields: tuple[str, ...] = ()
    reasons: tuple[textkit.Reason, ...] = ()
    similarity: float = 0.0
    records: tuple[Lineage, ...] = ()

    @property
    def record(self) -> Lineage | None:
        """The record that tells of it best, if there is one."""
        return next(iter(self.records), None)

    @property
    def rationale(self) -> str:
        """Why it changed, in the words of every record that tells of it."""
        return "\n\n".join(dict.fromkeys(each.rationale for each in self.records if each.rationale))

    @property
    def key(self) -> str:
        """The permanent key by which the change is linked: the first one of the newer edition."""
        return (self.targets or self.sources)[0]

    @property
    def change_class(self) -> ChangeClass | None:
        """The class that counts: what a person confirmed, or else what was computed."""
        confirmed = [each.confirmed for each in self.records if each.confirmed is not None]
        return max(confirmed, key=WEIGHT.__getitem__, default=self.computed)

    @property
    def word(self) -> str:
        """The one word for it: the kind, or for what goes on one to one the class."""
        if self.kind in GOING_ON and self.change_class is not None:
            return self.change_class.value
        return self.kind.value

    def is_of(self, word: str) -> bool:
        """Whether a kind, or a class of what goes on, is what happened here."""
        return word in (self.word, self.kind.value)

    @property
    def is_silent(self) -> bool:
        """Whether nothing at all is different."""
        return self.kind is LineageKind.SAME and not self.fields


@dataclass(frozen=True, slots=True)
class DomainChange:
    """A domain that is new, was withdrawn, or has other words; `key` is permanent."""

    kind: LineageKind
    key: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReusedLabel:
    """A label that names another requirement than it did: whoever cites it misleads."""

    label: str
    older: str
    newer: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes between two editions, in the reading order of the newer one."""

    changes: tuple[Change, ...]
    domains: tuple[DomainChange, ...] = ()
    reused: tuple[ReusedLabel, ...] = ()
    edition_fields: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[Change, ...]:
        """The changes without what stayed the same."""
        return tuple(each for each in self.changes if not each.is_silent)

    def counts(self, *, domain: str = "") -> Counter[str]:
        """Return how many changes there are of each word, in one domain or in all."""
        return Counter(each.word for each in self.changes if domain in ("", each.domain))

    def of(self, key: str) -> Change | None:
        """Return the change in which a requirement stands, by its key in either edition."""
        return self.by_target().get(key) or self.by_source().get(key)

    def by_source(self) -> dict[str, Change]:
        """Return each change by the keys that it starts from in the older edition."""
        return {key: each for each in self.changes for key in each.sources}

    def by_target(self) -> dict[str, Change]:
        """Return each change by the keys that it leads to in the newer edition."""
        return {key: each for each in self.changes for key in each.targets}


def compare(older: Catalog, newer: Catalog, relation: Relation) -> Comparison:
    """Compare two editions; `relation` says which requirements go on as which.

    Takes time linear in the number of requirements: about a second for a thousand.
    """
    sides = _Sides(older, newer)
    groups = list(_components(relation, sides))
    wording = textkit.learn_wording(_same_texts(groups, sides))
    records = _Records(relation.records)
    changes = [_change(*group, sides, wording, records) for group in groups]
    return Comparison(
        changes=tuple(sorted(changes, key=sides.place)),
        domains=tuple(_domain_changes(older, newer)),
        reused=tuple(_reused(sides, relation)),
        edition_fields=(
            *_differing(older.edition, newer.edition, EDITION_FACTS),
            *_reordered(older, newer, relation),
        ),
    )


class _Sides:
    """Both editions by permanent key, and the reading order of the two together."""

    def __init__(self, older: Catalog, newer: Catalog) -> None:
        self.older = {each.key: each for each in older.requirements}
        self.newer = {each.key: each for each in newer.requirements}
        self.domain_of = [_domains_by_requirement(older), _domains_by_requirement(newer)]
        keys = [*(each.key for each in newer.domains), *(each.key for each in older.domains)]
        self._domains = {key: place for place, key in reversed(list(enumerate(keys)))}
        self._places = [_places(self.older), _places(self.newer)]

    def place(self, change: Change) -> tuple[int, bool, int]:
        """Return where a change stands: by domain, what is still there before what went."""
        side, keys = (1, change.targets) if change.targets else (0, change.sources)
        return self._domains[change.domain], not side, self._places[side][keys[0]]


class _Records:
    """Lineage records by each of their ends."""

    def __init__(self, records: Iterable[Lineage]) -> None:
        self._by_source: dict[str, Lineage] = {}
        self._by_target: dict[str, Lineage] = {}
        for record in records:
            self._by_source.update(dict.fromkeys(record.sources, record))
            if record.kind is not LineageKind.WITHDRAWN:
                self._by_target.update(dict.fromkeys(record.targets, record))

    def of(
        self, kind: LineageKind, sources: Iterable[str], targets: Iterable[str]
    ) -> tuple[Lineage, ...]:
        """Return the records that speak of these requirements.

        Those of the same kind come before others: over several editions, a requirement may have
        gone and come back.
        """
        found = [self._by_target[key] for key in targets if key in self._by_target]
        found += [self._by_source[key] for key in sources if key in self._by_source]
        return tuple(sorted(dict.fromkeys(found), key=lambda each: each.kind is not kind))


Group = tuple[tuple[str, ...], tuple[str, ...]]


def _same_texts(groups: Iterable[Group], sides: _Sides) -> Iterator[tuple[str, str]]:
    """Yield old and new text of each field of the requirements that go on one to one.

    What is uniform shows better over all texts than over the statements alone.
    """
    for sources, targets in groups:
        if len(sources) == len(targets) == 1:
            older, newer = sides.older[sources[0]], sides.newer[targets[0]]
            for field in WORDED:
                before, after = getattr(older, field), getattr(newer, field)
                if before and after:
                    yield before, after


def _components(relation: Relation, sides: _Sides) -> Iterator[Group]:
    """Yield the requirements that belong together: each key of either edition exactly once."""
    back = relation.inverted().edges
    order = [_places(sides.older), _places(sides.newer)]
    seen: tuple[set[str], set[str]] = (set(), set())
    starts = [(0, key) for key in sides.older] + [(1, key) for key in sides.newer]
    for start in starts:
        if start[1] in seen[start[0]]:
            continue
        group: tuple[set[str], set[str]] = (set(), set())
        waiting = [start]
        while waiting:
            side, key = waiting.pop()
            if key in group[side]:
                continue
            group[side].add(key)
            onwards = (relation.edges, back)[side].get(key, frozenset())
            waiting.extend((1 - side, each) for each in onwards)
        for side in (0, 1):
            seen[side].update(group[side])
        sources, targets = (sorted(group[side], key=order[side].__getitem__) for side in (0, 1))
        yield tuple(sources), tuple(targets)


def _change(
    sources: tuple[str, ...],
    targets: tuple[str, ...],
    sides: _Sides,
    wording: textkit.UniformWording,
    records: _Records,
) -> Change:
    kind = _kind(sources, targets, sides)
    side, first = (1, targets[0]) if targets else (0, sources[0])
    domain, told = sides.domain_of[side][first], records.of(kind, sources, targets)
    if not sources or not targets:
        return Change(kind, sources, targets, domain, records=told)
    before = [sides.older[key] for key in sources]
    after = [sides.newer[key] for key in targets]
    judged = textkit.classify(_joined(before), _joined(after), wording=wording)
    one_to_one = len(sources) == len(targets) == 1
    differing = _differences(before[0], after[0]) if one_to_one else ("statement",)
    if one_to_one and sides.domain_of[0][sources[0]] != domain:
        differing = ("domain", *differing)
    computed = _class(before[0], after[0], judged, differing) if one_to_one else _several(judged)
    return Change(
        kind, sources, targets, domain, computed, differing, judged.reasons, judged.similarity,
        told,
    )  # fmt: skip


def _kind(sources: tuple[str, ...], targets: tuple[str, ...], sides: _Sides) -> LineageKind:
    active = any(sides.newer[key].status is not Status.WITHDRAWN for key in targets)
    was_active = any(sides.older[key].status is not Status.WITHDRAWN for key in sources)
    if not targets or (was_active and not active):
        return LineageKind.WITHDRAWN
    if not sources or (active and not was_active):
        return LineageKind.NEW
    if len(targets) > 1:
        return LineageKind.SPLIT
    if len(sources) > 1:
        return LineageKind.MERGED
    return LineageKind.SAME if _stayed(sources[0], targets[0], sides) else LineageKind.MOVED


def _stayed(source: str, target: str, sides: _Sides) -> bool:
    same_label = sides.older[source].label == sides.newer[target].label
    same_domain = sides.domain_of[0][source] == sides.domain_of[1][target]
    return source == target and same_label and same_domain


def _class(
    before: Requirement,
    after: Requirement,
    statement: textkit.Classification,
    differing: tuple[str, ...],
) -> ChangeClass:
    """Return the class of what binds, or where that stayed to the letter, of what explains it.

    Statement and status bind. Titles, guidance and all else explain: a change of them clarifies at
    most, and is named beside the class. Whatever differs at all is at least editorial.
    """
    if before.status is not after.status:
        return ChangeClass.FORCE
    if before.statement != after.statement:
        return _at_least_editorial(ChangeClass(statement.change_class.value))
    found = [ChangeClass.EDITORIAL if differing else ChangeClass.UNCHANGED]
    found.extend(
        _lighter(getattr(before, name), getattr(after, name)) for name in PROSE if name in differing
    )
    if MARKS & set(differing):
        found.append(ChangeClass.CLARIFICATION)
    return max(found, key=WEIGHT.__getitem__)


def _at_least_editorial(found: ChangeClass) -> ChangeClass:
    return max(found, ChangeClass.EDITORIAL, key=WEIGHT.__getitem__)


def _lighter(before: str, after: str) -> ChangeClass:
    """Return clarification, or editorial where the words are the same."""
    same = textkit.words(before) == textkit.words(after)
    return ChangeClass.EDITORIAL if same else ChangeClass.CLARIFICATION


def _several(judged: textkit.Classification) -> ChangeClass:
    """Return the class of what was split or merged: there at least the structure is clearer."""
    found = ChangeClass(judged.change_class.value)
    return max(found, ChangeClass.CLARIFICATION, key=WEIGHT.__getitem__)


def _differences(before: Requirement, after: Requirement) -> tuple[str, ...]:
    names = [each.name for each in fields(Requirement) if each.name != "key"]
    moved = ("key",) if before.key != after.key else ()
    return moved + _differing(before, after, names)


def _differing(before: object, after: object, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _domain_changes(older: Catalog, newer: Catalog) -> Iterator[DomainChange]:
    before = {each.key: each for each in older.domains}
    after = {each.key: each for each in newer.domains}
    for key, domain in after.items():
        if key not in before:
            yield DomainChange(LineageKind.NEW, key)
        elif differing := _differing(before[key], domain, DOMAIN_FACTS):
            yield DomainChange(LineageKind.SAME, key, differing)
    for key in before:
        if key not in after:
            yield DomainChange(LineageKind.WITHDRAWN, key)


def _reordered(older: Catalog, newer: Catalog, relation: Relation) -> Iterator[str]:
    """Yield "order" where what is in both editions stands in another order."""
    domains = [[each.key for each in catalog.domains] for catalog in (older, newer)]
    after = [each.key for each in newer.requirements]
    place = {key: number for number, key in enumerate(after)}
    kept = [next(iter(targets)) for targets in _one_to_one(older, relation) if targets]
    places = [place[key] for key in kept if key in place]
    if places != sorted(places) or _common(*domains) != _common(*domains[::-1]):
        yield "order"


def _one_to_one(older: Catalog, relation: Relation) -> Iterator[frozenset[str]]:
    """Yield where each requirement went that stayed one and stayed in its domain's company."""
    back = relation.inverted().edges
    for domain in older.domains:
        for each in domain.requirements:
            targets = relation.edges.get(each.key, frozenset())
            if targets == {each.key} and back[each.key] == {each.key}:
                yield targets


def _common(keys: Sequence[str], others: Sequence[str]) -> list[str]:
    return [key for key in keys if key in set(others)]


def _reused(sides: _Sides, relation: Relation) -> Iterator[ReusedLabel]:
    before = {each.label: each.key for each in sides.older.values()}
    for key, requirement in sides.newer.items():
        known = before.get(requirement.label)
        if known is not None and key not in relation.edges.get(known, frozenset()):
            yield ReusedLabel(requirement.label, known, key)


def _joined(requirements: Iterable[Requirement]) -> str:
    return "\n".join(each.statement for each in requirements)


def _domains_by_requirement(catalog: Catalog) -> dict[str, str]:
    return {each.key: domain.key for domain in catalog.domains for each in domain.requirements}


def _places(by_key: Mapping[str, Requirement]) -> dict[str, int]:
    return {key: place for place, key in enumerate(by_key)}
