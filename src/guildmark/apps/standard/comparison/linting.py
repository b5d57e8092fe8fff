"""Looking over lineage records: pairs whose texts hardly agree, and what contradicts itself."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guildmark.cores.catalog import Catalog, ChangeClass, Lineage, LineageKind, Requirement
from guildmark.cores.textkit import similarity

from .suggestions import suggest


@dataclass(frozen=True, slots=True)
class Finding:
    """A pair that a record joins: how similar the texts are, and who else would be nearer.

    `rank` is the place of the target among the nearest requirements, from 1; None when it is not
    among the first five, of which `nearest` is the first. `faults` are codes of contradictions:
    twice, unknown source, unknown target, unchanged but differs.
    """

    source: str
    target: str
    kind: LineageKind
    score: float
    rank: int | None
    nearest: str
    faults: tuple[str, ...] = ()


def lint(older: Catalog, newer: Catalog, records: Sequence[Lineage]) -> list[Finding]:
    """Return every joined pair, the least credible first.

    A pair with a contradiction comes first; then the pairs whose texts agree least.
    """
    before = {each.key: each for each in older.requirements}
    after = {each.key: each for each in newer.requirements}
    pairs = [(r, s, t) for r in records for s in r.sources for t in r.targets]
    told = Counter((source, target) for _record, source, target in pairs)
    nearest = suggest(older, newer, only={source for _record, source, _target in pairs})
    findings = []
    for record, source, target in pairs:
        near = [each.key for each in nearest.get(source, ())]
        findings.append(
            Finding(
                source=source,
                target=target,
                kind=record.kind,
                score=_score(before.get(source), after.get(target)),
                rank=near.index(target) + 1 if target in near else None,
                nearest=near[0] if near else "",
                faults=tuple(_faults(record, before.get(source), after.get(target)))
                + (("twice",) if told[source, target] > 1 else ()),
            )
        )
    return sorted(findings, key=lambda each: (not each.faults, each.score, each.source))


def _score(before: Requirement | None, after: Requirement | None) -> float:
    if before is None or after is None:
        return 0.0
    return similarity(f"{before.title}\n{before.statement}", f"{after.title}\n{after.statement}")


def _faults(
    record: Lineage, before: Requirement | None, after: Requirement | None
) -> Iterator[str]:
    if before is None:
        yield "unknown source"
    if after is None:
        yield "unknown target"
    if before is None or after is None or record.confirmed is not ChangeClass.UNCHANGED:
        return
    if before.statement.split() != after.statement.split():
        yield "unchanged but differs"
