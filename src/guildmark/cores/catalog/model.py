"""One edition of a framework as a value: what every format is read into and written from.

Nothing here checks itself; `rules.problems` says everything that is wrong with a catalog.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """What a requirement is in its edition; only a normative one binds and may be examined."""

    NORMATIVE = "normative"
    WATCH = "watch"
    WITHDRAWN = "withdrawn"


class WithdrawalReason(StrEnum):
    """The closed list of reasons for which a requirement goes."""

    OUT_OF_SCOPE = "out of scope"
    INSUFFICIENT_IMPACT = "insufficient impact"
    NOT_PRACTICAL = "not practical"
    INCORRECT = "incorrect"
    COVERED_BY = "covered by"
    DEPRECATED_BY = "deprecated by"


class LineageKind(StrEnum):
    """What became of requirements between two editions; one record is read both ways."""

    SAME = "same"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    WITHDRAWN = "withdrawn"


class ChangeClass(StrEnum):
    """How far a text changed, from not at all to the strength of the obligation itself."""

    UNCHANGED = "unchanged"
    EDITORIAL = "editorial"
    CLARIFICATION = "clarification"
    SUBSTANTIVE = "substantive"
    FORCE = "force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A body of requirements that is published in editions.

    `key` names it in addresses and commands for ever (lower case letters, digits, hyphens). An
    `external` framework is kept by somebody else: its owner numbers the editions, not we.
    """

    key: str
    code: str
    name: str
    summary: str = ""
    external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One released text. `supersedes` is the number of the edition before, if there is one.

    `released_at` is None only where a file does not say it; whoever imports the file decides.
    """

    number: str
    title: str = ""
    released_at: datetime | None = None
    supersedes: str = ""
    summary: str = ""
    licence: str = ""
    licence_url: str = ""
    attribution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A source that a requirement points to: what it is, and where, if it is on the web."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One requirement as one edition words it.

    `key` is permanent for life; `label`, such as PSF-2.3, belongs to one edition. Texts are plain
    paragraphs; a line of its own is an item. `parent` and `related` are keys of this edition;
    `successors` too: what takes the place of a requirement that stands here as withdrawn, for
    which `withdrawn_reason` says why. `section` is a heading inside the domain; `tags` are short
    marks of the owner, such as a level.
    """

    key: str
    label: str
    title: str = ""
    statement: str = ""
    intent: str = ""
    guidance: str = ""
    evidence: str = ""
    rationale: str = ""
    alternatives: str = ""
    references: tuple[Reference, ...] = ()
    related: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    section: str = ""
    parent: str = ""
    status: Status = Status.NORMATIVE
    withdrawn_reason: WithdrawalReason | None = None
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A part of the edition with its requirements in order; `key` is permanent for life."""

    key: str
    label: str
    title: str
    summary: str = ""
    rationale: str = ""
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What became of requirements since the edition that this one supersedes, and why.

    `sources` are keys there, `targets` keys here. same and moved have one of each, split one
    source, merged one target, new no source; withdrawn has no targets unless its `reason` is
    "covered by" or "deprecated by". `confirmed` is the change class that a person confirmed.
    `rationale` says why it changed.
    """

    kind: LineageKind
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    reason: WithdrawalReason | None = None
    confirmed: ChangeClass | None = None
    rationale: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """An edition with everything in it."""

    framework: Framework
    edition: Edition
    domains: tuple[Domain, ...] = ()
    lineage: tuple[Lineage, ...] = ()

    @property
    def requirements(self) -> Iterator[Requirement]:
        """Every requirement, in reading order."""
        return (each for domain in self.domains for each in domain.requirements)
