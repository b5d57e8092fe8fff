"""Which requirements of one edition go on as which of another, over any number of editions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from guildmark.cores.catalog import Lineage, LineageKind

Edges = Mapping[str, frozenset[str]]

# Records that stay true over several editions: they tell where a requirement begins or ends.
ENDS = (LineageKind.NEW, LineageKind.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Step:
    """Two editions that follow each other: the keys in each, and the records between them."""

    older: frozenset[str]
    newer: frozenset[str]
    records: Sequence[Lineage] = ()

    def edges(self) -> Edges:
        """Return for each older key the newer keys it goes on as; none where it was withdrawn.

        A permanent key that no record speaks of goes on as itself, if it is still there.
        """
        edges = {key: frozenset({key}) & self.newer for key in self.older}
        edges.update(self._told())
        return edges

    def _told(self) -> Edges:
        taken = self._targets(set(LineageKind) - {LineageKind.WITHDRAWN})
        fresh = self.older & self._targets({LineageKind.NEW})
        told: dict[str, frozenset[str]] = {key: frozenset() for key in fresh}
        for record in self.records:
            for source in record.sources:
                ends = self._ends(record, source, taken)
                told[source] = told.get(source, frozenset()) | ends
        return told

    def _targets(self, kinds: Collection[LineageKind]) -> frozenset[str]:
        """Return the keys that records of these kinds lead to."""
        found = (each.targets for each in self.records if each.kind in kinds)
        return frozenset(key for targets in found for key in targets)

    def _ends(self, record: Lineage, source: str, taken: frozenset[str]) -> frozenset[str]:
        if record.kind is not LineageKind.WITHDRAWN:
            return frozenset(record.targets)
        # It may stand there still, as withdrawn; or its key, wrongly, as another requirement's.
        return (frozenset({source}) & self.newer) - taken


@dataclass(frozen=True, slots=True)
class Relation:
    """Where each older requirement went.

    `records` are all of one step; of several steps, those of requirements that begin or end.
    """

    edges: Edges
    records: Sequence[Lineage] = field(default=())

    def inverted(self) -> "Relation":
        """Return the relation read from the newer edition to the older."""
        back: dict[str, set[str]] = {}
        for source, targets in self.edges.items():
            for target in targets:
                back.setdefault(target, set()).add(source)
        return Relation({key: frozenset(sources) for key, sources in back.items()})


def relate(steps: Sequence[Step]) -> Relation:
    """Join steps, oldest first, into one relation from the first edition to the last."""
    edges = steps[0].edges()
    for step in steps[1:]:
        onwards = step.edges()
        edges = {
            source: frozenset().union(*(onwards.get(each, frozenset()) for each in targets))
            for source, targets in edges.items()
        }
    if len(steps) == 1:
        return Relation(edges, steps[0].records)
    # A permanent key that went and came back in between is the same requirement again.
    taken = frozenset().union(*edges.values())
    lost = {key for key, targets in edges.items() if not targets}
    regained = (lost & steps[-1].newer) - taken
    edges = {**edges, **{key: frozenset({key}) for key in regained}}
    ends = (each for step in steps for each in step.records if each.kind in ENDS)
    return Relation(edges, tuple(ends))
