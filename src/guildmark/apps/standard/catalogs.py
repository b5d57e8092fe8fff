"""Between rows and the value that formats and comparisons work on: the two are the same text."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeVar

from guildmark.cores import catalog as values
from guildmark.cores.ledger import canonical_json

from .models import Domain, Edition, Framework, Lineage, LineageEnd, Requirement

E = TypeVar("E", bound=StrEnum)

DIGEST_FORMAT = 1
PLAIN = ("key", "label", "title", "statement", "intent", "guidance", "evidence", "rationale",
         "alternatives", "section", "parent")  # fmt: skip
LISTS = ("related", "tags", "successors")


def digest_of(catalog: values.Catalog) -> str:
    """Return SHA-256 over the canonical JSON of an edition's whole text, in hexadecimal.

    It covers the framework's key and everything in the edition, not the framework's name, which
    may change. `DIGEST_FORMAT` is part of it, so that the format may grow. The lineage of a
    framework kept elsewhere is not part of its owner's text, and may be recorded later.
    """
    if catalog.framework.external:
        catalog = replace(catalog, lineage=())
    text = {
        "format": DIGEST_FORMAT,
        "framework": catalog.framework.key,
        **values.edition_document(catalog),
    }
    return sha256(canonical_json(text)).hexdigest()


def framework_value(framework: Framework) -> values.Framework:
    """Return a framework as a value."""
    return values.Framework(
        key=framework.key,
        code=framework.code,
        name=framework.name,
        summary=framework.summary,
        external=framework.external,
    )


def catalog_of(edition: Edition) -> values.Catalog:
    """Return an edition, with everything in it, as a value. Asks the database four times."""
    return values.Catalog(
        framework=framework_value(edition.framework),
        edition=values.Edition(
            number=edition.number,
            title=edition.title,
            released_at=edition.released_at,
            supersedes=edition.supersedes_number,
            summary=edition.summary,
            licence=edition.licence,
            licence_url=edition.licence_url,
            attribution=edition.attribution,
        ),
        domains=tuple(_domain_values(edition)),
        lineage=lineage_values(edition.supersedes, edition) if edition.supersedes else (),
    )


def requirement_value(row: Requirement) -> values.Requirement:
    """Return a requirement as a value."""
    texts: dict[str, Any] = {name: getattr(row, name) for name in PLAIN}
    lists: dict[str, Any] = {name: tuple(getattr(row, name)) for name in LISTS}
    return values.Requirement(
        **texts,
        **lists,
        references=tuple(values.Reference(**each) for each in row.references),
        status=values.Status(row.status),
        withdrawn_reason=_or_none(values.WithdrawalReason, row.withdrawn_reason),
    )


def lineage_values(older: Edition, newer: Edition) -> tuple[values.Lineage, ...]:
    """Return the records between two editions, in order."""
    rows = Lineage.objects.filter(older=older, newer=newer).prefetch_related("ends__requirement")
    return tuple(map(_lineage_value, rows))


def save_text(edition: Edition, catalog: values.Catalog) -> None:
    """Write domains, requirements and lineage of an edition whose own row is there."""
    domains = Domain.objects.bulk_create(
        Domain(
            edition=edition, position=position, key=each.key, label=each.label,
            title=each.title, summary=each.summary, rationale=each.rationale,
        )
        for position, each in enumerate(catalog.domains, 1)
    )  # fmt: skip
    rows = [
        _requirement_row(edition, domain, each)
        for domain, value in zip(domains, catalog.domains, strict=True)
        for each in value.requirements
    ]
    for position, row in enumerate(rows, 1):
        row.position = position
    Requirement.objects.bulk_create(rows, batch_size=500)
    if edition.supersedes is not None:
        save_lineage(edition.supersedes, edition, catalog.lineage)


def save_lineage(older: Edition, newer: Edition, records: Iterable[values.Lineage]) -> None:
    """Write records between two editions, after those that are there."""
    records = tuple(records)
    last = Lineage.objects.filter(older=older, newer=newer).count()
    rows = Lineage.objects.bulk_create(
        Lineage(
            older=older, newer=newer, position=position, kind=each.kind.value,
            reason=each.reason or "", confirmed=each.confirmed or "", rationale=each.rationale,
        )
        for position, each in enumerate(records, last + 1)
    )  # fmt: skip
    ids = {edition: _ids(edition) for edition in (older, newer)}
    LineageEnd.objects.bulk_create(
        LineageEnd(
            lineage=row, requirement_id=ids[edition][key], is_target=edition is newer, position=at
        )
        for row, each in zip(rows, records, strict=True)
        for edition, keys in ((older, each.sources), (newer, each.targets))
        for at, key in enumerate(keys)
    )


def _domain_values(edition: Edition) -> Iterable[values.Domain]:
    texts = defaultdict(list)
    for row in edition.requirements.order_by("position"):
        texts[row.domain_id].append(requirement_value(row))
    for domain in edition.domains.order_by("position"):
        yield values.Domain(
            key=domain.key,
            label=domain.label,
            title=domain.title,
            summary=domain.summary,
            rationale=domain.rationale,
            requirements=tuple(texts[domain.pk]),
        )


def _lineage_value(row: Lineage) -> values.Lineage:
    ends = sorted(row.ends.all(), key=lambda end: end.position)
    return values.Lineage(
        kind=values.LineageKind(row.kind),
        sources=tuple(end.requirement.key for end in ends if not end.is_target),
        targets=tuple(end.requirement.key for end in ends if end.is_target),
        reason=_or_none(values.WithdrawalReason, row.reason),
        confirmed=_or_none(values.ChangeClass, row.confirmed),
        rationale=row.rationale,
    )


def _requirement_row(edition: Edition, domain: Domain, value: values.Requirement) -> Requirement:
    texts: dict[str, Any] = {name: getattr(value, name) for name in PLAIN}
    lists: dict[str, Any] = {name: list(getattr(value, name)) for name in LISTS}
    return Requirement(
        edition=edition,
        domain=domain,
        **texts,
        **lists,
        references=[{"text": each.text, "url": each.url} for each in value.references],
        status=value.status.value,
        withdrawn_reason=value.withdrawn_reason or "",
    )


def _ids(edition: Edition) -> dict[str, int]:
    return dict(edition.requirements.values_list("key", "pk"))


def _or_none(kind: type[E], word: str) -> E | None:
    return kind(word) if word else None
