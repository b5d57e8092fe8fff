"""What makes a catalog sound: everything that is wrong with one, told all at once.

A catalog that passes can be stored, shown and written in every format of this package, and what
is written reads back as the same catalog.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from guildmark.cores.catalog.model import (
    Catalog,
    Domain,
    Edition,
    Framework,
    Lineage,
    LineageKind,
    Reference,
    Requirement,
    Status,
    WithdrawalReason,
)
from guildmark.cores.catalog.problems import CatalogRefused, Problem

KEY_LENGTH = 100
FRAMEWORK_KEY_LENGTH = 60
LABEL_LENGTH = 60
TITLE_LENGTH = 300
NUMBER_LENGTH = 40
REFERENCE_LENGTH = 500
TEXT_LENGTH = 50_000
LIST_LENGTH = 1_000
SHORT_LIST_LENGTH = 50
DEPTH = 10

_FRAMEWORK_KEY = re.compile(r"[a-z0-9][a-z0-9-]*")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# The number is part of addresses and of file names.
_NUMBER_SHAPE = re.compile(r'(?=.*\w)[^/\\"]+')
_URL = re.compile(r"""https?://[^\s<>"{}|\\^`]+""")
# Line and paragraph separators and the byte order mark look like nothing and break formats.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_REPLACED = frozenset({WithdrawalReason.COVERED_BY, WithdrawalReason.DEPRECATED_BY})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """What a text field may hold: at most `limit` characters, on one line or on many."""

    limit: int
    needed: bool = False
    lines: bool = False


_LABEL = _Text(limit=LABEL_LENGTH, needed=True)
_TITLE = _Text(limit=TITLE_LENGTH)
_NEEDED_TITLE = _Text(limit=TITLE_LENGTH, needed=True)
_NUMBER = _Text(limit=NUMBER_LENGTH)
_PROSE = _Text(limit=TEXT_LENGTH, lines=True)
_ADDRESS = _Text(limit=REFERENCE_LENGTH)

_TEXTS: dict[type, dict[str, _Text]] = {
    Framework: {"code": _LABEL, "name": _NEEDED_TITLE, "summary": _PROSE},
    Edition: {
        "number": _Text(limit=NUMBER_LENGTH, needed=True),
        "title": _TITLE,
        "supersedes": _NUMBER,
        "summary": _PROSE,
        "licence": _TITLE,
        "licence_url": _ADDRESS,
        "attribution": _PROSE,
    },
    Domain: {"label": _LABEL, "title": _NEEDED_TITLE, "summary": _PROSE, "rationale": _PROSE},
    Requirement: {
        "label": _LABEL,
        "title": _TITLE,
        "statement": _PROSE,
        "intent": _PROSE,
        "guidance": _PROSE,
        "evidence": _PROSE,
        "rationale": _PROSE,
        "alternatives": _PROSE,
        "section": _TITLE,
    },
    Reference: {"text": _Text(limit=REFERENCE_LENGTH, needed=True), "url": _ADDRESS},
    Lineage: {"rationale": _PROSE},
}


def checked(catalog: Catalog) -> Catalog:
    """Return `catalog` as it is, or raise CatalogRefused with everything wrong with it."""
    if found := tuple(problems(catalog)):
        raise CatalogRefused(found)
    return catalog


def problems(catalog: Catalog, place: str = "$") -> Iterator[Problem]:
    """Yield everything that is wrong with `catalog`; `place` is the path that leads to it."""
    yield from framework_problems(catalog.framework, f"{place}.framework")
    yield from _edition_problems(catalog.edition, f"{place}.edition")
    yield from _unique_problems(catalog, place)
    keys = {each.key for each in catalog.requirements}
    external = catalog.framework.external
    for number, domain in enumerate(catalog.domains):
        yield from _domain_problems(domain, keys, external, f"{place}.domains[{number}]")
    yield from _lineage_problems(catalog, keys, f"{place}.lineage")


def framework_problems(framework: Framework, place: str = "$") -> Iterator[Problem]:
    """Yield everything that is wrong with `framework`."""
    yield from _key_problems(framework.key, f"{place}.key", _FRAMEWORK_KEY, FRAMEWORK_KEY_LENGTH)
    yield from _text_problems(framework, place)


def _edition_problems(edition: Edition, place: str) -> Iterator[Problem]:
    yield from _text_problems(edition, place)
    yield from _url_problems(edition.licence_url, f"{place}.licence_url")
    if edition.released_at is not None and (wrong := _moment_fault(edition.released_at)):
        yield Problem(f"{place}.released_at", wrong)
    if edition.number and not _NUMBER_SHAPE.fullmatch(edition.number):
        yield Problem(
            f"{place}.number",
            f"{edition.number!r} can't be part of an address; use letters, digits, dots and "
            'spaces, and no slash, backslash or ".',
        )
    if edition.supersedes and edition.supersedes == edition.number:
        yield Problem(
            f"{place}.supersedes",
            f'edition "{edition.number}" cannot supersede itself; give the number of the edition '
            "before, or leave it out.",
        )


def _moment_fault(moment: datetime) -> str:
    if moment.tzinfo is None or moment.utcoffset() is None:
        return "has no time zone; give one, such as Z for UTC."
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return "is no time that the calendar knows in UTC."
    return ""


def _unique_problems(catalog: Catalog, place: str) -> Iterator[Problem]:
    domains = [(f"{place}.domains[{n}]", each) for n, each in enumerate(catalog.domains)]
    requirements = [
        (f"{where}.requirements[{n}]", each)
        for where, domain in domains
        for n, each in enumerate(domain.requirements)
    ]
    yield from _doubles("domain", "key", [(at, each.key) for at, each in domains])
    yield from _doubles("domain", "label", [(at, each.label) for at, each in domains])
    yield from _doubles("requirement", "key", [(at, each.key) for at, each in requirements])
    yield from _doubles("requirement", "label", [(at, each.label) for at, each in requirements])


def _doubles(noun: str, name: str, found: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for place, value in found:
        if value and value in first:
            yield Problem(
                f"{place}.{name}",
                f'the {name} "{value}" already belongs to {first[value]}; give each {noun} '
                f"a {name} of its own.",
            )
        first.setdefault(value, place)


def _domain_problems(
    domain: Domain, keys: Collection[str], external: bool, place: str
) -> Iterator[Problem]:
    yield from _key_problems(domain.key, f"{place}.key")
    yield from _text_problems(domain, place)
    above: dict[str, int] = {}
    for number, requirement in enumerate(domain.requirements):
        here = f"{place}.requirements[{number}]"
        yield from _key_problems(requirement.key, f"{here}.key")
        yield from _text_problems(requirement, here)
        yield from _list_problems(requirement, here)
        yield from _status_problems(requirement, external, here)
        yield from _pointer_problems(requirement, keys, above, here)
        above.setdefault(requirement.key, above.get(requirement.parent, 0) + 1)


def _list_problems(requirement: Requirement, place: str) -> Iterator[Problem]:
    yield from _length_problems(requirement.references, f"{place}.references", SHORT_LIST_LENGTH)
    yield from _length_problems(requirement.tags, f"{place}.tags", SHORT_LIST_LENGTH)
    yield from _repeats(requirement.tags, f"{place}.tags")
    for number, tag in enumerate(requirement.tags):
        if wrong := _text_fault(tag, _LABEL):
            yield Problem(f"{place}.tags[{number}]", wrong)
    if len(set(requirement.references)) < len(requirement.references):
        yield Problem(f"{place}.references", "names the same source twice; once is enough.")
    for number, reference in enumerate(requirement.references):
        yield from _text_problems(reference, f"{place}.references[{number}]")
        yield from _url_problems(reference.url, f"{place}.references[{number}].url")


def _status_problems(requirement: Requirement, external: bool, place: str) -> Iterator[Problem]:
    if requirement.status is Status.WITHDRAWN:
        if requirement.withdrawn_reason is None and not external:
            yield Problem(
                f"{place}.withdrawn_reason",
                f"a withdrawn requirement says why; give one of: {_listing(WithdrawalReason)}.",
            )
        return
    if not requirement.statement:
        yield Problem(
            f"{place}.statement", "is missing; only a withdrawn requirement may stand without."
        )
    for name in ("withdrawn_reason", "successors"):
        if getattr(requirement, name):
            yield Problem(
                f"{place}.{name}",
                f"belongs to a withdrawn requirement only, and this one is "
                f'{requirement.status.value}; leave it out or set the status to "withdrawn".',
            )


def _pointer_problems(
    requirement: Requirement, keys: Collection[str], above: Mapping[str, int], place: str
) -> Iterator[Problem]:
    for name in ("related", "successors"):
        pointers: tuple[str, ...] = getattr(requirement, name)
        yield from _dangling(pointers, keys, f"{place}.{name}")
        yield from _repeats(pointers, f"{place}.{name}")
        if requirement.key and requirement.key in pointers:
            yield Problem(f"{place}.{name}", "names the requirement itself; leave that key out.")
    if requirement.parent and requirement.parent not in above:
        yield Problem(
            f"{place}.parent",
            f'"{requirement.parent}" does not stand above this requirement in the same domain; '
            "a parent does, with its own parents above it.",
        )
    elif above.get(requirement.parent, 0) >= DEPTH:
        yield Problem(f"{place}.parent", f"makes more than {DEPTH} levels of parents; use fewer.")


def _dangling(pointers: Collection[str], keys: Collection[str], place: str) -> Iterator[Problem]:
    yield from _length_problems(pointers, place, LIST_LENGTH)
    for number, key in enumerate(pointers):
        if key not in keys:
            yield Problem(
                f"{place}[{number}]",
                f'no requirement of this edition has the key "{key}"; correct or remove it.',
            )


def _lineage_problems(catalog: Catalog, keys: Collection[str], place: str) -> Iterator[Problem]:
    for number, record in enumerate(catalog.lineage):
        here = f"{place}[{number}]"
        yield from _text_problems(record, here)
        yield from _shape_problems(record, here)
        yield from _reason_problems(record, catalog.framework.external, here)
        yield from _source_problems(record, here)
        yield from _dangling(record.targets, keys, f"{here}.targets")
        yield from _repeats(record.targets, f"{here}.targets")
    yield from _claim_problems(catalog.lineage, place)
    if not catalog.edition.supersedes and any(record.sources for record in catalog.lineage):
        yield Problem(
            place,
            "tells what became of an earlier edition, and this edition supersedes none; give its "
            "number as edition.supersedes.",
        )


def _shape_problems(record: Lineage, place: str) -> Iterator[Problem]:
    sources, targets = len(record.sources), len(record.targets)
    kind = record.kind
    one_source = kind in {LineageKind.SAME, LineageKind.MOVED, LineageKind.SPLIT}
    one_target = kind in {LineageKind.SAME, LineageKind.MOVED, LineageKind.MERGED}
    if one_source and sources != 1:
        yield _count_problem(record, place, "sources", "exactly one source")
    if one_target and targets != 1:
        yield _count_problem(record, place, "targets", "exactly one target")
    if kind is LineageKind.NEW and sources:
        yield _count_problem(record, place, "sources", "no source")
    if kind in {LineageKind.MERGED, LineageKind.WITHDRAWN} and not sources:
        yield _count_problem(record, place, "sources", "at least one source")
    if kind in {LineageKind.NEW, LineageKind.SPLIT} and not targets:
        yield _count_problem(record, place, "targets", "at least one target")
    if kind is LineageKind.WITHDRAWN and targets and record.reason not in _REPLACED:
        yield Problem(
            f"{place}.targets",
            f"a withdrawn record has targets only where its reason is one of: "
            f"{_listing(_REPLACED)}.",
        )


def _count_problem(record: Lineage, place: str, name: str, expected: str) -> Problem:
    count = len(getattr(record, name))
    return Problem(
        f"{place}.{name}", f'a "{record.kind.value}" record has {expected}, not {count}.'
    )


def _reason_problems(record: Lineage, external: bool, place: str) -> Iterator[Problem]:
    withdrawn = record.kind is LineageKind.WITHDRAWN
    if withdrawn and record.reason is None and not external:
        yield Problem(
            f"{place}.reason",
            f"a withdrawn record says why; give one of: {_listing(WithdrawalReason)}.",
        )
    if not withdrawn and record.reason is not None:
        yield Problem(
            f"{place}.reason",
            f'only a "withdrawn" record has a reason, and this is "{record.kind.value}"; '
            "tell why it changed as rationale.",
        )


def _source_problems(record: Lineage, place: str) -> Iterator[Problem]:
    yield from _length_problems(record.sources, f"{place}.sources", LIST_LENGTH)
    for number, key in enumerate(record.sources):
        yield from _key_problems(key, f"{place}.sources[{number}]")


def _claim_problems(lineage: tuple[Lineage, ...], place: str) -> Iterator[Problem]:
    """Yield what two records claim at once.

    A source has one fate. A target may take in parts of several splits and of one merge beside
    the one requirement that moved to it, but it cannot be new as well.
    """
    ends = [(f"{place}[{number}]", each) for number, each in enumerate(lineage)]
    pairs = [(at, key) for at, each in ends for key in each.sources]
    yield from _claims(pairs, "sources", "one record tells the whole fate of a requirement")
    for kinds, rule in (
        ({LineageKind.SAME, LineageKind.MOVED}, "only one requirement moves to a target"),
        ({LineageKind.MERGED}, "one record holds all that merged into a target"),
    ):
        pairs = [(at, key) for at, each in ends if each.kind in kinds for key in each.targets]
        yield from _claims(pairs, "targets", rule)
    yield from _new_problems(ends)


def _claims(pairs: Iterable[tuple[str, str]], name: str, rule: str) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for place, key in pairs:
        if key in first:
            yield Problem(f"{place}.{name}", f'"{key}" stands in {first[key]} already; {rule}.')
        first.setdefault(key, place)


def _new_problems(ends: list[tuple[str, Lineage]]) -> Iterator[Problem]:
    old = {
        key: at
        for at, each in reversed(ends)
        if each.kind not in {LineageKind.NEW, LineageKind.WITHDRAWN}
        for key in each.targets
    }
    new = [(at, key) for at, each in ends if each.kind is LineageKind.NEW for key in each.targets]
    yield from _claims(new, "targets", "a requirement is new once")
    for at, key in new:
        if key in old:
            yield Problem(
                f"{at}.targets", f'"{key}" comes from somewhere in {old[key]}, so it is not new.'
            )


def _key_problems(
    key: str, place: str, shape: re.Pattern[str] = _KEY, limit: int = KEY_LENGTH
) -> Iterator[Problem]:
    allowed = (
        "lower case letters, digits and hyphens, and begins with a letter or digit"
        if shape is _FRAMEWORK_KEY
        else "letters, digits, dots, underscores and hyphens, and begins with a letter or digit"
    )
    if not key:
        yield Problem(place, f"is missing; a key is made of {allowed}.")
    elif not shape.fullmatch(key):
        yield Problem(place, f"{key!r} is no key; a key is made of {allowed}.")
    elif len(key) > limit:
        yield Problem(place, _too_long(len(key), limit))


def _text_problems(value: object, place: str) -> Iterator[Problem]:
    for name, shape in _TEXTS[type(value)].items():
        if wrong := _text_fault(getattr(value, name), shape):
            yield Problem(f"{place}.{name}", wrong)


def _text_fault(text: str, shape: _Text) -> str:
    if not text:
        return "is missing." if shape.needed else ""
    if found := _UNWANTED.search(text):
        return f"holds {_unwanted(ord(found[0]))} at character {found.start() + 1}; remove it."
    if text != text.strip():
        return "begins or ends with white space; take it away."
    if not shape.lines and ("\n" in text or "\t" in text):
        return "stands on one line, without tabs."
    return _too_long(len(text), shape.limit) if len(text) > shape.limit else ""


def _unwanted(code: int) -> str:
    half = 0xD800 <= code <= 0xDFFF  # noqa: PLR2004 - the range of surrogates
    return f"{'half of a character' if half else 'the control character'} U+{code:04X}"


def _url_problems(url: str, place: str) -> Iterator[Problem]:
    if url and not _URL.fullmatch(url):
        yield Problem(
            place,
            f"{url!r} is no web address; it begins with https:// or http:// and has no space.",
        )


def _length_problems(values: Collection[object], place: str, limit: int) -> Iterator[Problem]:
    if len(values) > limit:
        yield Problem(place, f"has {len(values)} entries, and at most {limit} are possible.")


def _repeats(values: Iterable[str], place: str) -> Iterator[Problem]:
    for value, count in Counter(values).items():
        if count > 1:
            yield Problem(place, f'names "{value}" {count} times; once is enough.')


def _too_long(length: int, limit: int) -> str:
    return f"has {length} characters, and at most {limit} are possible; shorten it."


def _listing(values: Iterable[str]) -> str:
    return ", ".join(sorted(map(str, values)))
