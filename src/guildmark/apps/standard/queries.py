"""Reading the standard. All of it is public."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any
from zlib import crc32

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet

from guildmark.cores.catalog import Catalog
from guildmark.cores.catalog import Lineage as LineageRecord
from guildmark.cores.textkit import Reason

from . import search
from .catalogs import catalog_of, lineage_values
from .comparison import (
    Change,
    Comparison,
    Finding,
    Relation,
    Step,
    Suggestion,
    compare,
    lint,
    relate,
    suggest,
)
from .comparison.changes import METHOD
from .models import Domain as Domain
from .models import Edition as Edition  # Others speak of these rows by these names.
from .models import Framework as Framework
from .models import Lineage
from .models import Requirement as Requirement

# What is kept in the cache is told apart by method and by form, so that nobody reads what an
# older program wrote.
FORM = [each.name for kind in (Comparison, Change, Suggestion, Reason) for each in fields(kind)]
SHAPE = f"{METHOD}-{crc32(' '.join(FORM).encode()):08x}"
KEPT = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Version:
    """A requirement as one edition words it, and what led to it from the edition before.

    `change` is None in the first edition that is told.
    """

    requirement: Requirement
    change: Change | None


def frameworks() -> QuerySet[Framework]:
    """Return the frameworks that have an edition, the institute's own first."""
    return Framework.objects.filter(editions__isnull=False).distinct()


def own_framework() -> Framework | None:
    """Return the framework that this institute keeps, if one has an edition."""
    return frameworks().filter(external=False).first()


def editions(framework: Framework) -> QuerySet[Edition]:
    """Return the editions of a framework, the newest first."""
    rows = Edition.objects.filter(framework=framework).order_by("-position")
    return rows.select_related("framework")


def newest(framework: Framework) -> Edition | None:
    """Return the newest edition that no other supersedes: the one in force of an own framework.

    Where several are, as foreign editions may come in in any order, the one that came in last.
    """
    rows = list(editions(framework))
    superseded = {each.supersedes_number for each in rows}
    free = (each for each in rows if each.number not in superseded)
    return next(free, None) or next(iter(rows), None)


def requirements(edition: Edition) -> QuerySet[Requirement]:
    """Return the requirements of an edition with their domains, in reading order."""
    rows = Requirement.objects.filter(edition=edition).order_by("position")
    return rows.select_related("domain")


def requirement(edition: Edition, word: str) -> Requirement | None:
    """Return the requirement of an edition that has this permanent key or, else, this label."""
    named = requirements(edition).filter(Q(key=word) | Q(label__iexact=word))
    return next(iter(sorted(named, key=lambda each: each.key != word)), None)


def named(edition: Edition, keys: Sequence[str]) -> list[Requirement]:
    """Return the requirements of an edition with these keys, in the order of the keys."""
    rows = {each.key: each for each in requirements(edition).filter(key__in=keys)}
    return [rows[key] for key in keys if key in rows]


def domains(edition: Edition) -> QuerySet[Domain]:
    """Return the domains of an edition, each with its number of requirements as `size`."""
    return edition.domains.annotate(size=Count("requirements")).order_by("position")


def newest_version(framework: Framework, key: str) -> Requirement | None:
    """Return the requirement in the newest edition that has it."""
    rows = Requirement.objects.filter(edition__framework=framework, key=key)
    related = rows.select_related("edition__framework", "domain")
    return related.order_by("-edition__position").first()


def matches(edition: Edition, text: str) -> list[Requirement]:
    """Return the requirements of an edition that a search finds, the best first.

    A requirement whose label or key is the text itself comes before all others.
    """
    found = search.find(text, edition=edition)
    rows = {each.pk: each for each in requirements(edition).filter(pk__in=found)}
    named = requirement(edition, text.strip())
    first = [named] if named else []
    return first + [rows[pk] for pk in found if pk in rows and rows[pk] != named]


def comparison(older: Edition, newer: Edition) -> Comparison:
    """Return what changed between two editions of one framework, in either order.

    Editions never change, so the answer is kept under their digests and computed once.
    """
    key = f"standard.comparison:{SHAPE}:{older.pk}:{newer.pk}:{_lineage_size(older, newer)}"
    name = f"{key}:{older.digest[:16]}:{newer.digest[:16]}"
    kept = cache.get(name)
    if isinstance(kept, Comparison):
        return kept
    made = compare(catalog_of(older), catalog_of(newer), relation(older, newer))
    cache.set(name, made, timeout=KEPT)
    return made


def suggestions(older: Edition, newer: Edition) -> dict[str, tuple[Suggestion, ...]]:
    """Return, for requirements that went and that no record follows, what they may have become."""
    name = f"standard.suggestions:{SHAPE}:{older.digest}:{newer.digest}"
    kept = cache.get(name)
    if isinstance(kept, dict):
        return kept
    before, after = catalog_of(older), catalog_of(newer)
    gone = {each.key for each in before.requirements} - {each.key for each in after.requirements}
    made = suggest(before, after, only=gone)
    cache.set(name, made, timeout=KEPT)
    return made


def ranked_successors(older: Edition, newer: Edition) -> dict[str, tuple[Suggestion, ...]]:
    """Return, for every active requirement of an edition, what resembles it in another."""
    return suggest(catalog_of(older), catalog_of(newer))


def linted(
    older: Edition, newer: Edition, records: Sequence[LineageRecord] | None = None
) -> list[Finding]:
    """Return the pairs that records join, the least credible first; by default those kept here."""
    told = lineage_values(older, newer) if records is None else records
    return lint(catalog_of(older), catalog_of(newer), told)


def relation(older: Edition, newer: Edition) -> Relation:
    """Return which requirements go on as which, by records and permanent keys."""
    if Lineage.objects.filter(older=older, newer=newer).exists():
        return relate([_step(older, newer)])
    if Lineage.objects.filter(older=newer, newer=older).exists():
        return relate([_step(newer, older)]).inverted()
    if (path := _path(older, newer)) is not None:
        return relate([_step(*pair) for pair in path])
    if (path := _path(newer, older)) is not None:
        return relate([_step(*pair) for pair in path]).inverted()
    return relate([_step(older, newer)])


def history(found: Requirement) -> list[Version]:
    """Return a requirement through all editions, the newest first, whatever its label was.

    It is followed both ways from the edition given: through records, and by its permanent key.
    """
    chain = list(reversed(editions(found.edition.framework)))
    place = [each.pk for each in chain].index(found.edition_id)
    back = list(_followed(found, chain[place::-1]))
    onwards = list(_followed(found, chain[place:]))
    rows = [*onwards[::-1], [found], *back]
    return [Version(each, _led_to(each)) for row in rows for each in row]


def catalog(edition: Edition) -> Catalog:
    """Return an edition as a value that the formats write."""
    return catalog_of(edition)


def comparison_document(
    older: Edition, newer: Edition, found: Comparison, *, silent: bool = False
) -> dict[str, Any]:
    """Return a comparison as plain JSON: what page, command and download say alike.

    With `silent`, what stayed the same is in it too.
    """
    return {
        "framework": newer.framework.key,
        "older": older.number,
        "newer": newer.number,
        "counts": dict(sorted(found.counts().items())),
        "edition_fields": list(found.edition_fields),
        "reused_labels": [
            {"label": each.label, "older": each.older, "newer": each.newer} for each in found.reused
        ],
        "domains": [
            {"key": each.key, "kind": each.kind.value, "fields": list(each.fields)}
            for each in found.domains
        ],
        "changes": [_change_document(each) for each in (found.changes if silent else found.told)],
    }


def _change_document(change: Change) -> dict[str, Any]:
    record = change.record
    return {
        "kind": change.kind.value,
        "class": change.change_class.value if change.change_class else None,
        "computed": change.computed.value if change.computed else None,
        "sources": list(change.sources),
        "targets": list(change.targets),
        "domain": change.domain,
        "fields": list(change.fields),
        "similarity": round(change.similarity, 3),
        "reasons": [each.code.value for each in change.reasons],
        "withdrawal_reason": record.reason.value if record and record.reason else None,
        "rationale": change.rationale,
    }


def _followed(start: Requirement, chain: list[Edition]) -> Iterator[list[Requirement]]:
    """Yield what the requirement is in each further edition of a chain, in reading order.

    A permanent key that went and comes back is the same requirement again.
    """
    seen = keys = frozenset({start.key})
    for here, there in pairwise(chain):
        edges = relation(here, there).edges
        keys = seen.union(*(edges.get(key, frozenset()) for key in keys))
        seen |= keys
        found = requirements(there).filter(key__in=keys)
        yield list(found.select_related("edition__framework", "domain"))


def _led_to(row: Requirement) -> Change | None:
    if row.edition.supersedes is None:
        return None
    return comparison(row.edition.supersedes, row.edition).of(row.key)


def _path(older: Edition, newer: Edition) -> list[tuple[Edition, Edition]] | None:
    """Return the steps from an edition to one that supersedes it, at whatever distance."""
    steps: list[tuple[Edition, Edition]] = []
    here = newer
    seen = {newer.pk}
    while here != older and here.supersedes is not None and here.supersedes.pk not in seen:
        steps.append((here.supersedes, here))
        here = here.supersedes
        seen.add(here.pk)  # Two foreign editions may each say that they follow the other.
    return steps[::-1] if here == older and steps else None


def _step(older: Edition, newer: Edition) -> Step:
    return Step(_keys(older), _keys(newer), lineage_values(older, newer))


def _keys(edition: Edition) -> frozenset[str]:
    return frozenset(Requirement.objects.filter(edition=edition).values_list("key", flat=True))


def _lineage_size(older: Edition, newer: Edition) -> int:
    """Records may be added to an edition of somebody else's framework; then compare anew."""
    return Lineage.objects.filter(
        newer__framework_id=newer.framework_id, older__framework_id=older.framework_id
    ).count()
