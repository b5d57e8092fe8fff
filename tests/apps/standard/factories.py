"""Small editions for tests: `a_catalog("1.0")`, `following(catalog, "1.1", ...)`, `release(...)`.

All are values; only `release` writes to the database. `FIRST` has two domains with two
requirements each: log and review in the domain running, consent and erasure in the domain data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from guildmark.apps.standard import queries, services
from guildmark.apps.standard.comparison import Comparison, Step, compare, relate
from guildmark.apps.standard.queries import Edition as EditionRow
from guildmark.apps.standard.queries import Requirement as RequirementRow
from guildmark.cores.catalog import (
    Catalog,
    ChangeClass,
    Domain,
    Edition,
    Framework,
    Lineage,
    LineageKind,
    Requirement,
)
from tests.conftest import NOON

LOG = "The operator shall keep a log of every call for ninety days."
REVIEW = "The operator shall review the outputs of the system each week."
CONSENT = "The operator shall ask each person for consent before data enters a prompt."
ERASURE = "The operator should erase personal data within thirty days of a request."
STATEMENTS = {"log": LOG, "review": REVIEW, "consent": CONSENT, "erasure": ERASURE}
DOMAINS = {"running": ("log", "review"), "data": ("consent", "erasure")}


def a_requirement(key: str, label: str, **fields: Any) -> Requirement:
    """A requirement with a title and a statement of its own, unless others are given."""
    texts = {
        "title": key.replace("-", " ").capitalize(),
        "statement": STATEMENTS.get(key, f"The operator shall see to {key.replace('-', ' ')}."),
    }
    return Requirement(key=key, label=label, **{**texts, **fields})


def a_domain(key: str, number: int, requirements: Sequence[Requirement], **fields: Any) -> Domain:
    """A domain whose label counts on from the number."""
    texts = {"label": f"EX-{number}", "title": key.replace("-", " ").capitalize()}
    return Domain(key=key, requirements=tuple(requirements), **{**texts, **fields})


def a_catalog(
    number: str = "1.0",
    *,
    key: str = "example",
    external: bool = False,
    domains: Mapping[str, Sequence[str | Requirement]] = DOMAINS,
    lineage: Sequence[Lineage] = (),
    **edition: Any,
) -> Catalog:
    """An edition; `domains` names for each domain the keys of its requirements, or them."""
    return Catalog(
        framework=Framework(key=key, code="EX", name="Example Standard", external=external),
        edition=Edition(number=number, **{"released_at": NOON, **edition}),
        domains=tuple(
            a_domain(domain, at, [_placed(each, at, nth) for nth, each in enumerate(keys, 1)])
            for at, (domain, keys) in enumerate(domains.items(), 1)
        ),
        lineage=tuple(lineage),
    )


def _placed(each: str | Requirement, domain: int, number: int) -> Requirement:
    return each if isinstance(each, Requirement) else a_requirement(each, f"EX-{domain}.{number}")


FIRST = a_catalog("1.0")


def rows(count: int, **fields: Any) -> list[Requirement]:
    """That many requirements, whose statements name their own numbers."""
    return [a_requirement(f"item-{n}", f"EX-1.{n}", **fields) for n in range(1, count + 1)]


def edited(catalog: Catalog, key: str, **fields: Any) -> Catalog:
    """The catalog with other fields in one requirement."""
    return replace(
        catalog,
        domains=tuple(
            replace(
                domain,
                requirements=tuple(
                    replace(each, **fields) if each.key == key else each
                    for each in domain.requirements
                ),
            )
            for domain in catalog.domains
        ),
    )


def without(catalog: Catalog, *keys: str) -> Catalog:
    """The catalog without some of its requirements."""
    kept = (
        replace(each, requirements=tuple(r for r in each.requirements if r.key not in keys))
        for each in catalog.domains
    )
    return replace(catalog, domains=tuple(kept))


def beside(catalog: Catalog, *requirements: Requirement, domain: str = "running") -> Catalog:
    """The catalog with more requirements at the end of one domain."""
    grown = (
        replace(each, requirements=each.requirements + requirements) if each.key == domain else each
        for each in catalog.domains
    )
    return replace(catalog, domains=tuple(grown))


def following(
    older: Catalog, number: str, newer: Catalog | None = None, *lineage: Lineage, **edition: Any
) -> Catalog:
    """The text of `newer`, or else of `older`, as the edition that supersedes `older`."""
    facts = {"number": number, "supersedes": older.edition.number, **edition}
    text = newer or older
    return replace(text, edition=replace(text.edition, **facts), lineage=lineage)


def changed(
    key: str,
    confirmed: ChangeClass | None = ChangeClass.SUBSTANTIVE,
    *,
    rationale: str = "Experience asked for it.",
) -> Lineage:
    """The record of a requirement that goes on with other words."""
    return record(LineageKind.SAME, [key], [key], confirmed=confirmed, rationale=rationale)


def record(
    kind: LineageKind, sources: Sequence[str] = (), targets: Sequence[str] = (), **fields: Any
) -> Lineage:
    """A lineage record with a rationale."""
    told = {"rationale": "Experience asked for it.", **fields}
    return Lineage(kind=kind, sources=tuple(sources), targets=tuple(targets), **told)


def release(catalog: Catalog, *, actor: Any = None, at: datetime = NOON) -> EditionRow:
    """Release the edition, by default as the operator at the command line."""
    return services.release_edition(catalog, actor=actor, at=at).edition


def the(edition: EditionRow, word: str) -> RequirementRow:
    """The requirement of a released edition that has this key or label."""
    found = queries.requirement(edition, word)
    assert found is not None
    return found


def compared(older: Catalog, newer: Catalog, *lineage: Lineage) -> Comparison:
    """What the comparison says without a database; `lineage` leads from older to newer."""
    return compare(older, newer, relate([step_between(older, newer, lineage or newer.lineage)]))


def step_between(older: Catalog, newer: Catalog, lineage: Sequence[Lineage]) -> Step:
    """Two editions as the comparison relates them."""
    before, after = (frozenset(r.key for r in side.requirements) for side in (older, newer))
    return Step(before, after, lineage)
