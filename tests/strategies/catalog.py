"""Sound catalogs for property tests, with the texts and shapes that break careless formats."""

from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from guildmark.cores.catalog import (
    Catalog,
    ChangeClass,
    Domain,
    Edition,
    Framework,
    Lineage,
    LineageKind,
    Reference,
    Requirement,
    Status,
    WithdrawalReason,
    rules,
)

AWKWARD = (
    "=1+1", "'tis", "''", "@x", "-", "+", "a | b", "\\|", "\\", "{{ insert: param, x }}", "{{",
    "\\{", "\\(", "[words](#ac-1)", "# heading", "1. item", "<b>bold</b>", "*", "a;b", 'say "no"',
    "a, b", "___", "$.domains[0].key", "```", "---", "Käse 🧀", "\u202e", "&amp;", "null", "true",
)  # fmt: skip
_PLAIN = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters=("\ufeff",))
_KEYS = ("a", "A", "a_smt", "a_gdn", "b.1", "1.2", "9", "x-1", "psf-1.1", "a_ovw", "0", "c", "d_")
_REPLACED = (WithdrawalReason.COVERED_BY, WithdrawalReason.DEPRECATED_BY)


@cache
def lines(*, empty: bool = True) -> st.SearchStrategy[str]:
    """Return texts that stand on one line, without white space at their ends."""
    word = st.sampled_from(AWKWARD)
    pair = st.tuples(word, st.text(_PLAIN, max_size=6)).map(" ".join)
    line = (st.just("") | word | pair).map(str.strip)
    return line if empty else line.map(lambda text: text or "text")


@cache
def labels() -> st.SearchStrategy[str]:
    """Return texts that are short enough for a label, a code or a tag."""
    return lines().map(lambda text: text[: rules.LABEL_LENGTH].strip() or "label")


@cache
def texts(*, empty: bool = True) -> st.SearchStrategy[str]:
    """Return texts of several lines, some of them blank or indented."""
    indented = st.sampled_from(("", "  ", "\t"))
    piece = st.tuples(indented, lines()).map("".join)
    text = (lines() | st.lists(piece, max_size=3).map("\n".join)).map(str.strip)
    return text if empty else text.map(lambda found: found or "text")


@cache
def moments() -> st.SearchStrategy[datetime]:
    """Return times with a zone."""
    zones = st.integers(-14 * 60, 14 * 60).map(lambda each: timezone(timedelta(minutes=each)))
    return st.datetimes(
        min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        max_value=datetime(2199, 1, 1),  # noqa: DTZ001
        timezones=zones | st.just(UTC),
    )


@cache
def urls() -> st.SearchStrategy[str]:
    """Return addresses on the web."""
    return st.sampled_from(
        ("https://example.org/a?b=c&d=%20#e", "http://example.org", "https://é.example/")
    )


def frameworks(external: st.SearchStrategy[bool] | None = None) -> st.SearchStrategy[Framework]:
    """Return sound frameworks."""
    return st.builds(
        Framework,
        key=st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True),
        code=labels(),
        name=lines(empty=False),
        summary=texts(),
        external=external or st.booleans(),
    )


@cache
def editions() -> st.SearchStrategy[Edition]:
    """Return sound editions; all supersede one, so that lineage may stand."""
    return st.builds(
        Edition,
        number=st.sampled_from(("2.0", "2026-09 final", "=1")),
        title=lines(),
        released_at=st.none() | moments(),
        supersedes=st.sampled_from(("1.9", "1")),
        summary=texts(),
        licence=lines(),
        licence_url=st.just("") | urls(),
        attribution=texts(),
    )


@st.composite
def catalogs(draw: st.DrawFn, *, external: bool | None = None) -> Catalog:
    """Return sound catalogs; `external` fixes whose framework it is."""
    whose = None if external is None else st.just(external)
    framework = draw(frameworks(whose))
    keys = draw(st.lists(st.sampled_from(_KEYS), unique=True, max_size=6))
    words = draw(st.lists(labels(), min_size=len(keys), max_size=len(keys), unique=True))
    named = dict(zip(keys, words, strict=True))
    domains = draw(_domains())
    count = len(domains) - 1
    cuts = sorted(draw(st.lists(st.integers(0, len(keys)), min_size=count, max_size=count)))
    shelves = [keys[start:end] for start, end in pairwise([0, *cuts, len(keys)])]
    return Catalog(
        framework=framework,
        edition=draw(editions()),
        domains=tuple(
            draw(_filled(domain, shelf, named, keys, framework.external))
            for domain, shelf in zip(domains, shelves, strict=True)
        ),
        lineage=tuple(draw(_lineage(keys, framework.external))),
    )


@cache
def _domains() -> st.SearchStrategy[list[Domain]]:
    domain = st.builds(
        Domain,
        key=st.sampled_from(_KEYS),
        label=labels(),
        title=lines(empty=False),
        summary=texts(),
        rationale=texts(),
        requirements=st.just(()),
    )
    return st.lists(
        domain, min_size=1, max_size=3, unique_by=(lambda each: each.key, lambda each: each.label)
    )


@st.composite
def _filled(
    draw: st.DrawFn,
    domain: Domain,
    shelf: list[str],
    labels: dict[str, str],
    keys: list[str],
    external: bool,
) -> Domain:
    requirements = tuple(
        draw(_requirement(key, labels[key], shelf[:number], keys, external))
        for number, key in enumerate(shelf)
    )
    return Domain(
        key=domain.key,
        label=domain.label,
        title=domain.title,
        summary=domain.summary,
        rationale=domain.rationale,
        requirements=requirements,
    )


@st.composite
def _requirement(
    draw: st.DrawFn, key: str, label: str, above: list[str], keys: list[str], external: bool
) -> Requirement:
    status = draw(st.sampled_from(Status))
    others = [each for each in keys if each != key]
    gone = status is Status.WITHDRAWN
    reasons = st.sampled_from(WithdrawalReason)
    return Requirement(
        key=key,
        label=label,
        title=draw(lines()),
        statement=draw(texts(empty=gone)),
        intent=draw(texts()),
        guidance=draw(texts()),
        evidence=draw(texts()),
        rationale=draw(texts()),
        alternatives=draw(texts()),
        references=tuple(draw(_references())),
        related=draw(some(others)),
        tags=tuple(draw(_tags())),
        section=draw(lines()),
        parent=draw(st.sampled_from(["", *above])),
        status=status,
        withdrawn_reason=draw(st.none() | reasons if external else reasons) if gone else None,
        successors=draw(some(others)) if gone else (),
    )


@cache
def _references() -> st.SearchStrategy[list[Reference]]:
    reference = st.builds(Reference, text=lines(empty=False), url=st.just("") | urls())
    return st.lists(reference, max_size=3, unique=True)


@cache
def _tags() -> st.SearchStrategy[list[str]]:
    return st.lists(labels(), max_size=3, unique=True)


@st.composite
def _lineage(draw: st.DrawFn, keys: list[str], external: bool) -> list[Lineage]:
    sources = [f"old-{number}" for number in range(8)]
    moving, merging, fresh = (list(draw(st.permutations(keys))) for _ in range(3))
    split = draw(some(keys))
    # What a split leads to is not new.
    taken = set(split)
    found: list[Lineage] = []
    if moving:
        taken.add(target := moving.pop())
        kind = draw(st.sampled_from((LineageKind.SAME, LineageKind.MOVED)))
        found.append(draw(_record(kind, [sources.pop()], [target])))
    if merging:
        taken.add(target := merging.pop())
        found.append(draw(_record(LineageKind.MERGED, [sources.pop(), sources.pop()], [target])))
    if split:
        found.append(draw(_record(LineageKind.SPLIT, [sources.pop()], list(split))))
    if new := [each for each in fresh if each not in taken][:1]:
        found.append(draw(_record(LineageKind.NEW, [], new)))
    reason = draw(st.sampled_from(WithdrawalReason))
    targets = draw(some(keys)) if reason in _REPLACED else ()
    withdrawn = _record(LineageKind.WITHDRAWN, [sources.pop()], list(targets), reason)
    found.append(draw(withdrawn))
    if external:
        found.append(draw(_record(LineageKind.WITHDRAWN, [sources.pop()], [])))
    return [each for each in draw(st.permutations(found)) if draw(st.booleans())]


def _record(
    kind: LineageKind,
    sources: list[str],
    targets: list[str],
    reason: WithdrawalReason | None = None,
) -> st.SearchStrategy[Lineage]:
    return st.builds(
        Lineage,
        kind=st.just(kind),
        sources=st.just(tuple(sources)),
        targets=st.just(tuple(targets)),
        reason=st.just(reason),
        confirmed=st.none() | st.sampled_from(ChangeClass),
        rationale=texts(),
    )


def some(values: list[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return a few of `values` in any order, each once."""
    return st.permutations(values).flatmap(
        lambda found: st.integers(0, min(3, len(found))).map(lambda count: tuple(found[:count]))
    )
