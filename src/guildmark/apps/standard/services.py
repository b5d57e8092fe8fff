"""Releasing editions, recording lineage, describing frameworks; nothing released ever changes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.audit import services as audit
from guildmark.cores import catalog as values
from guildmark.cores.catalog import Catalog, CatalogRefused, LineageKind, Problem

from . import policies, search
from .catalogs import catalog_of, digest_of, lineage_values, save_lineage, save_text
from .events import EditionReleased, FrameworkDescribed, LineageRecorded
from .models import Edition, Framework
from .releasing import first_problems, next_problems

RECORD = re.compile(r"^\$\.lineage\[(\d+)\]")
# Records after which a requirement stands under a key that it had not.
RENAMING = {LineageKind.NEW, LineageKind.SAME, LineageKind.MOVED}


@dataclass(frozen=True, slots=True)
class Release:
    """An edition that is there, whether it came in just now, and how many records were added."""

    edition: Edition
    is_new: bool
    added: int = 0


def release_edition(catalog: Catalog, *, actor: Any, at: datetime) -> Release:
    """Release an edition, all of it or nothing, and put its digest into the ledger.

    An edition without a date is released `at` this moment. Releasing the very same text again
    changes nothing, but that lineage of a framework kept elsewhere is added where it is new. For
    an own framework every change since the edition before must be told, and the number must be
    the one that follows. Raises `CatalogRefused` with every problem, and `PermissionRefused`.
    """
    policies.EDITION_RELEASE.require(actor)
    values.checked(catalog)
    with transaction.atomic():
        framework = _locked_framework(catalog.framework, actor=actor, at=at)
        known = Edition.objects.filter(framework=framework, number=catalog.edition.number).first()
        catalog, released_at = _dated(catalog, known.released_at if known else at)
        if known is not None:
            _refuse_another_text(known, catalog)
            added = _add_lineage(known, catalog, actor=actor, at=at)
            return Release(known, is_new=False, added=added)
        if problems := list(_problems(framework, catalog)):
            raise CatalogRefused(problems)
        edition = _save(framework, catalog, released_at)
        event = EditionReleased(framework.key, edition.number, edition.digest)
        subject = f"standard.edition:{framework.key}:{edition.number}"
        audit.record(event, actor=actor, subject=subject, at=at)
    return Release(edition, is_new=True)


def record_lineage(
    older: Edition,
    newer: Edition,
    records: Sequence[values.Lineage],
    *,
    actor: Any,
    at: datetime,
) -> int:
    """Record what became of requirements of a framework kept elsewhere; return how many records.

    Records can be added, never changed: one that speaks of a requirement that a record speaks of
    already is refused, unless it is the same. The lineage of an own framework is part of its
    editions and can't be added here. Raises `CatalogRefused` and `PermissionRefused`.
    """
    policies.LINEAGE_RECORD.require(actor)
    with transaction.atomic():
        framework = Framework.objects.select_for_update().get(pk=newer.framework_id)
        known = set(lineage_values(older, newer))
        fresh = [each for each in dict.fromkeys(records) if each not in known]
        if problems := list(_lineage_problems(framework, older, newer, fresh)):
            raise CatalogRefused(problems)
        if fresh:
            save_lineage(older, newer, fresh)
            event = LineageRecorded(framework.key, newer.number, len(fresh))
            subject = f"standard.edition:{framework.key}:{newer.number}"
            audit.record(event, actor=actor, subject=subject, at=at)
    return len(fresh)


def describe_framework(value: values.Framework, *, actor: Any, at: datetime) -> bool:
    """Make a framework or change its code, name and summary; return whether anything changed.

    Raises `CatalogRefused` and `PermissionRefused`.
    """
    policies.FRAMEWORK_DESCRIBE.require(actor)
    value = values.read_framework(values.framework_document(value))
    wanted = {"code": value.code, "name": value.name, "summary": value.summary}
    with transaction.atomic():
        was_here = Framework.objects.filter(key=value.key).exists()
        row = _locked_framework(value, actor=actor, at=at)
        if all(getattr(row, name) == text for name, text in wanted.items()):
            return not was_here
        Framework.objects.filter(pk=row.pk).update(**wanted)
        _record_description(row, actor=actor, at=at)
    return True


def _locked_framework(value: values.Framework, *, actor: Any, at: datetime) -> Framework:
    _row, is_new = Framework.objects.get_or_create(
        key=value.key,
        defaults={
            "code": value.code,
            "name": value.name,
            "summary": value.summary,
            "external": value.external,
        },
    )
    row = Framework.objects.select_for_update().get(key=value.key)
    if is_new:
        _record_description(row, actor=actor, at=at)
    _refuse_other_keeper(row, value)
    return row


def _record_description(row: Framework, *, actor: Any, at: datetime) -> None:
    subject = f"standard.framework:{row.key}"
    audit.record(FrameworkDescribed(row.key), actor=actor, subject=subject, at=at)


def _refuse_other_keeper(row: Framework, value: values.Framework) -> None:
    if row.external is value.external:
        return
    text = (
        _("“%(key)s” is kept by somebody else; it can't become the institute's own.")
        if row.external
        else _("“%(key)s” is the institute's own framework. Import this one under another key.")
    )
    raise CatalogRefused([Problem("$.framework.external", text % {"key": row.key})])


def _dated(catalog: Catalog, at: datetime) -> tuple[Catalog, datetime]:
    """Return the catalog with a date, in whole seconds, and that date."""
    if (said := catalog.edition.released_at) is not None:
        return catalog, said
    moment = at.replace(microsecond=0)
    return replace(catalog, edition=replace(catalog.edition, released_at=moment)), moment


def _add_lineage(known: Edition, catalog: Catalog, *, actor: Any, at: datetime) -> int:
    if not catalog.lineage or not catalog.framework.external or known.supersedes is None:
        return 0
    return record_lineage(known.supersedes, known, catalog.lineage, actor=actor, at=at)


def _refuse_another_text(known: Edition, catalog: Catalog) -> None:
    if known.digest == digest_of(catalog):
        return
    text = _(
        "Edition %(number)s of “%(key)s” is released already with another text, and a released "
        "edition never changes. Correct it in a new edition, with a number of its own."
    )
    words = {"number": known.number, "key": catalog.framework.key}
    raise CatalogRefused([Problem("$.edition.number", text % words)])


def _problems(framework: Framework, catalog: Catalog) -> Iterator[Problem]:
    newest = framework.editions.order_by("-position").first()
    wanted = catalog.edition.supersedes
    before = framework.editions.filter(number=wanted).first() if wanted else None
    if not framework.external and newest is None:
        yield from first_problems(catalog)
    elif not framework.external and before != newest:
        text = _("An own edition supersedes the newest one; write %(number)s here.")
        yield Problem("$.edition.supersedes", text % {"number": newest.number if newest else ""})
    elif catalog.lineage and before is None:
        text = _("The lineage speaks of edition %(number)s, which is not here. Import it first.")
        yield Problem("$.edition.supersedes", text % {"number": wanted})
    elif before is not None:
        unknown = list(_unknown_sources(before, catalog.lineage))
        yield from unknown
        yield from _reused_keys(before, catalog.lineage)
        if not framework.external and not unknown:
            yield from next_problems(catalog_of(before), catalog)


def _unknown_sources(
    before: Edition, records: Sequence[values.Lineage], *, path: str = "$.lineage"
) -> Iterator[Problem]:
    known = set(before.requirements.values_list("key", flat=True))
    for number, record in enumerate(records):
        for key in record.sources:
            if key not in known:
                text = _("Edition %(number)s has no requirement “%(key)s”.")
                words = {"number": before.number, "key": key}
                yield Problem(f"{path}[{number}].sources", text % words)


def _lineage_problems(
    framework: Framework, older: Edition, newer: Edition, fresh: Sequence[values.Lineage]
) -> Iterator[Problem]:
    if not framework.external:
        text = _("“%(key)s” is the institute's own; its lineage is released with its editions.")
        yield Problem("", text % {"key": framework.key})
        return
    if older.framework_id != newer.framework_id:
        yield Problem("", _("These are editions of two frameworks; lineage stays within one."))
        return
    yield from _unknown_sources(older, fresh)
    known = lineage_values(older, newer)
    yield from _misshapen(older, newer, known, fresh)
    yield from _reused_keys(older, fresh)
    told = {key for record in known for key in record.sources}
    for number, record in enumerate(fresh):
        for key in told.intersection(record.sources):
            text = _("Another record speaks of “%(key)s” already, and records never change.")
            yield Problem(f"$.lineage[{number}].sources", text % {"key": key})


def _misshapen(
    older: Edition, newer: Edition, known: Sequence[values.Lineage], fresh: Sequence[values.Lineage]
) -> Iterator[Problem]:
    """Say what is wrong with records, by themselves and beside those that are there already."""
    catalog = catalog_of(newer)
    edition = replace(catalog.edition, supersedes=older.number)
    try:
        values.checked(replace(catalog, edition=edition, lineage=(*known, *fresh)))
    except CatalogRefused as refusal:
        for each in refusal.problems:
            yield Problem(RECORD.sub(lambda at: _renumbered(at, len(known)), each.place), each.text)


def _renumbered(at: re.Match[str], known: int) -> str:
    """Return the place of a record as the caller counts, who gave only the fresh ones."""
    return f"$.lineage[{max(0, int(at[1]) - known)}]"


def _reused_keys(before: Edition, records: Sequence[values.Lineage]) -> Iterator[Problem]:
    """Say which records give the permanent key of a requirement to another one."""
    known = set(before.requirements.values_list("key", flat=True))
    for number, record in enumerate(records):
        if record.kind not in RENAMING:
            continue
        for key in known.intersection(record.targets) - set(record.sources):
            text = _(
                "“%(key)s” is the permanent key of a requirement of %(number)s. A key is never "
                "used for another requirement; give this one a key of its own."
            )
            words = {"key": key, "number": before.number}
            yield Problem(f"$.lineage[{number}].targets", text % words)


def _save(framework: Framework, catalog: Catalog, released_at: datetime) -> Edition:
    value = catalog.edition
    edition = Edition.objects.create(
        framework=framework,
        number=value.number,
        position=framework.editions.count() + 1,
        title=value.title,
        released_at=released_at,
        supersedes_number=value.supersedes,
        summary=value.summary,
        licence=value.licence,
        licence_url=value.licence_url,
        attribution=value.attribution,
        digest=digest_of(catalog),
    )
    save_text(edition, catalog)
    search.index(edition)
    return edition
