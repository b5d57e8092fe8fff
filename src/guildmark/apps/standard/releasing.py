"""What must be told before an edition of the institute's own framework can be released."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from guildmark.cores.catalog import (
    Catalog,
    ChangeClass,
    Level,
    Lineage,
    LineageKind,
    Problem,
    level,
    next_number,
)

from .comparison import Change, Comparison, Step, compare, relate
from .comparison.changes import GOING_ON

FIRST_NUMBER = re.compile(r"[1-9]\d*\.\d+(\.\d+)?", re.ASCII)
FRESH_OR_GONE = {LineageKind.NEW, LineageKind.WITHDRAWN, LineageKind.SPLIT, LineageKind.MERGED}


def first_problems(catalog: Catalog) -> Iterator[Problem]:
    """Say what is wrong with the first edition of an own framework."""
    if not FIRST_NUMBER.fullmatch(catalog.edition.number):
        text = _("Number the first edition with whole numbers, such as 1.0.")
        yield Problem("$.edition.number", text)
    if catalog.edition.supersedes:
        text = _("There is no edition %(number)s here that it could supersede.")
        yield Problem("$.edition.supersedes", text % {"number": catalog.edition.supersedes})


def next_problems(older: Catalog, newer: Catalog) -> Iterator[Problem]:
    """Say what is not told about an edition, given the one that it supersedes.

    Every requirement that changed needs a lineage record with its rationale and, where its text
    goes on, the class that a person confirmed. The number must be the one that follows.
    """
    step = Step(_keys(older), _keys(newer), newer.lineage)
    found = compare(older, newer, relate([step]))
    for number, record in enumerate(newer.lineage):
        if not record.rationale.strip():
            text = _("The rationale is missing: say why this changed.")
            yield Problem(f"$.lineage[{number}].rationale", text)
    for change in found.changes:
        if change.record is not None:
            yield from _contradicted(change, change.record)
        yield from _told_without_reason(change) if change.is_silent else _untold(change)
    yield from _number_problems(older, newer, found)


def computed_number(older: Catalog, newer: Catalog, found: Comparison) -> str | None:
    """Return the number that the changes call for, or None when nothing changed."""
    needed = computed_level(older, newer, found)
    return next_number(older.edition.number, needed) if needed else None


def computed_level(older: Catalog, newer: Catalog, found: Comparison) -> Level | None:
    """Return what the changes are: a new set of domains, of duties, or of words only."""
    classes = [each.change_class for each in found.told if each.change_class is not None]
    if found.domains or found.edition_fields or found.told:
        classes.append(ChangeClass.EDITORIAL)
    return level(
        domains_changed=_domain_keys(older) != _domain_keys(newer),
        classes=classes,
        new_or_withdrawn=any(each.kind in FRESH_OR_GONE for each in found.told),
    )


def _contradicted(change: Change, record: Lineage) -> Iterator[Problem]:
    """Say that a record tells another story than the texts; several records may tell one."""
    told = record.kind is change.kind or {record.kind, change.kind} <= set(GOING_ON)
    gone_and_there = record.kind is LineageKind.WITHDRAWN and change.kind in GOING_ON
    alone = len(change.sources) <= 1 and len(change.targets) <= 1
    if gone_and_there or (alone and not told):
        text = _("The record says “%(told)s”, but by the texts this is: %(found)s.")
        words = {"told": record.kind.value, "found": change.kind.value}
        yield Problem(f"$.lineage ({change.key})", text % words)


def _told_without_reason(change: Change) -> Iterator[Problem]:
    confirmed = change.record.confirmed if change.record else None
    if confirmed not in (None, ChangeClass.UNCHANGED):
        text = _("This is called “%(word)s”, but not a word of it is different.")
        yield Problem(f"$.lineage ({change.key})", text % {"word": confirmed.value})


def _untold(change: Change) -> Iterator[Problem]:
    place = f"$.lineage ({change.key})"
    if change.record is None:
        text = _("%(key)s is %(word)s, and no lineage record says so. Add one with a rationale.")
        yield Problem(place, text % {"key": change.key, "word": change.word})
        return
    if change.computed is None:
        return
    if change.record.confirmed is None:
        text = _("Confirm the class of this change; computed is “%(word)s”.")
        yield Problem(place, text % {"word": change.computed.value})
    elif change.record.confirmed is ChangeClass.UNCHANGED and change.fields:
        text = _("This is called unchanged, but it differs in: %(fields)s.")
        yield Problem(place, text % {"fields": ", ".join(change.fields)})


def _number_problems(older: Catalog, newer: Catalog, found: Comparison) -> Iterator[Problem]:
    wanted = computed_number(older, newer, found)
    if wanted is None:
        text = _("Nothing changed since %(number)s, so there is nothing to release.")
        yield Problem("$.edition", text % {"number": older.edition.number})
    elif newer.edition.number != wanted:
        text = _("The changes since %(older)s make this edition %(wanted)s, not %(number)s.")
        words = {"older": older.edition.number, "wanted": wanted, "number": newer.edition.number}
        yield Problem("$.edition.number", text % words)


def _keys(catalog: Catalog) -> frozenset[str]:
    return frozenset(each.key for each in catalog.requirements)


def _domain_keys(catalog: Catalog) -> set[str]:
    return {each.key for each in catalog.domains}
