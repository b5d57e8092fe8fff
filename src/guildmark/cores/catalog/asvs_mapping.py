"""The mapping between two editions that the editors of the ASVS publish, read as lineage.

    v4.0.3-1.2.4:
      tag-v5.0.0: MODIFIED, MOVED TO v5.0.0-6.1.3, SPLIT TO v5.0.0-6.3.4

These two lines for each requirement are the whole of the format; it is YAML, of which nothing
else is understood here. Source: https://github.com/OWASP/ASVS, folder `mappings`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from guildmark.cores.catalog.model import ChangeClass, Lineage, LineageKind, WithdrawalReason
from guildmark.cores.catalog.problems import CatalogRefused, Problem

_SOURCE = re.compile(r"(v[\w.]+-[\w.]+):\s*")
_TAG = re.compile(r"\s+tag-v[\w.]+:\s*(\S.*?)\s*")
_TARGET = re.compile(r"(?:([A-Z ]+) )?(v[\w.]+-[\w.]+)")
_POINTING = ("MOVED TO", "SPLIT TO", "MERGED TO", "COVERED BY", "DEPRECATED BY")
_REASONS = {
    "NOT IN SCOPE": WithdrawalReason.OUT_OF_SCOPE,
    "INSUFFICIENT IMPACT": WithdrawalReason.INSUFFICIENT_IMPACT,
    "NOT PRACTICAL": WithdrawalReason.NOT_PRACTICAL,
    "INCORRECT": WithdrawalReason.INCORRECT,
}
_MARKS = ("DELETED", "MODIFIED", "GRAMMAR", *_REASONS)


def read_mapping(text: str) -> tuple[Lineage, ...]:
    """Return one record for each requirement, and one for all that merged into the same target.

    GRAMMAR is confirmed as editorial. MODIFIED does not say how far a text changed, and what
    only moved was mostly reworded too, so neither confirms a class. Raises CatalogRefused with
    the lines that are not understood.
    """
    problems: list[Problem] = []
    entries = list(_entries(text, problems))
    if not entries and not problems:
        problems.append(Problem("", "the file holds no entry such as v4.0.3-1.1.1: with its tag."))
    records = [each for entry in entries for each in _record(entry, problems)]
    if problems:
        raise CatalogRefused(problems)
    return tuple(_merged(records))


@dataclass
class _Entry:
    """One requirement's tag, taken apart: its marks, and the targets after each pointing word."""

    line: int
    source: str
    marks: set[str] = field(default_factory=set)
    targets: dict[str, list[str]] = field(default_factory=dict)


def _entries(text: str, problems: list[Problem]) -> Iterator[_Entry]:
    source = ""
    seen: set[str] = set()
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.strip() == "---" or line.lstrip().startswith("#"):
            continue
        if found := _SOURCE.fullmatch(line):
            problems.extend(_waiting(source, number))
            source = found[1]
            if source in seen:
                problems.append(Problem(f"line {number}", f"{source} has an entry already."))
            seen.add(source)
        elif source and (found := _TAG.fullmatch(line)):
            yield _entry(number, source, found[1], problems)
            source = ""
        else:
            problems.append(Problem(f"line {number}", f'"{line.strip()}" is not understood here.'))
    problems.extend(_waiting(source, len(text.splitlines()) + 1))


def _waiting(source: str, number: int) -> Iterator[Problem]:
    if source:
        yield Problem(f"line {number}", f"the tag of {source} belongs here, and it is missing.")


def _entry(line: int, source: str, tag: str, problems: list[Problem]) -> _Entry:
    entry = _Entry(line, source)
    pointing = ""
    for phrase in re.split(r"\s*,\s*", tag):
        found = _TARGET.fullmatch(phrase)
        pointing = (found[1] or pointing) if found else ""
        if found and pointing in _POINTING:
            entry.targets.setdefault(pointing, []).append(found[2])
        elif not found and phrase in _MARKS:
            entry.marks.add(phrase)
        else:
            known = ", ".join((*_MARKS, *_POINTING))
            problems.append(
                Problem(f"line {line}", f'"{phrase}" is not understood; known are: {known}.')
            )
    return entry


def _record(entry: _Entry, problems: list[Problem]) -> Iterator[Lineage]:
    reason = next((reason for words, reason in _REASONS.items() if words in entry.marks), None)
    going = [each for word in ("MOVED TO", "SPLIT TO") for each in entry.targets.get(word, ())]
    merging = entry.targets.get("MERGED TO", [])
    if going or merging:
        yield from _going(entry, going, merging)
    elif covering := entry.targets.get("COVERED BY"):
        yield _withdrawn(entry, WithdrawalReason.COVERED_BY, covering)
    elif covering := entry.targets.get("DEPRECATED BY"):
        yield _withdrawn(entry, WithdrawalReason.DEPRECATED_BY, covering)
    elif reason:
        yield _withdrawn(entry, reason, [])
    elif "DELETED" in entry.marks:
        known = ", ".join((*_REASONS, *_POINTING))
        text = f"{entry.source} is deleted without a reason; known are: {known}."
        problems.append(Problem(f"line {entry.line}", text))
    elif not any(each.place == f"line {entry.line}" for each in problems):
        # The editors leave the target out where a text only changed in place, which no key shows.
        text = f"where {entry.source} went is not said; known are: {', '.join(_POINTING)}."
        problems.append(Problem(f"line {entry.line}", text))


def _going(entry: _Entry, going: list[str], merging: list[str]) -> Iterator[Lineage]:
    targets = tuple(dict.fromkeys(going + merging))
    kind = LineageKind.MERGED if not going else LineageKind.MOVED
    yield Lineage(
        kind=LineageKind.SPLIT if len(targets) > 1 or "SPLIT TO" in entry.targets else kind,
        sources=(entry.source,),
        targets=targets,
        confirmed=ChangeClass.EDITORIAL if "GRAMMAR" in entry.marks else None,
    )


def _withdrawn(entry: _Entry, reason: WithdrawalReason, targets: list[str]) -> Lineage:
    return Lineage(
        kind=LineageKind.WITHDRAWN,
        sources=(entry.source,),
        targets=tuple(dict.fromkeys(targets)),
        reason=reason,
    )


def _merged(records: list[Lineage]) -> Iterator[Lineage]:
    """Yield the records, those that merge into one target as one, where the first of them stood."""
    into: dict[tuple[str, ...], list[str]] = {}
    for record in records:
        if record.kind is LineageKind.MERGED:
            into.setdefault(record.targets, []).extend(record.sources)
    for record in records:
        if record.kind is not LineageKind.MERGED:
            yield record
        elif sources := into.pop(record.targets, ()):
            yield Lineage(kind=record.kind, sources=tuple(sources), targets=record.targets)
