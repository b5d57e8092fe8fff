from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from tests.strategies.catalog import catalogs

from guildmark.cores.catalog import (
    Catalog,
    CatalogRefused,
    Domain,
    Edition,
    Framework,
    Lineage,
    LineageKind,
    Problem,
    Reference,
    Requirement,
    Status,
    WithdrawalReason,
    checked,
)
from guildmark.cores.catalog.rules import problems

pytestmark = pytest.mark.once

SOUND = Catalog(
    framework=Framework(key="psf", code="PSF", name="Framework"),
    edition=Edition(number="1.1", supersedes="1.0", released_at=datetime(2026, 9, 1, tzinfo=UTC)),
    domains=(
        Domain(
            key="input",
            label="PSF-1",
            title="Input",
            requirements=(
                Requirement(key="a", label="PSF-1.1", statement="Inputs shall be checked."),
                Requirement(key="b", label="PSF-1.2", statement="More.", parent="a"),
                Requirement(
                    key="c",
                    label="PSF-1.3",
                    status=Status.WITHDRAWN,
                    withdrawn_reason=WithdrawalReason.COVERED_BY,
                    successors=("a",),
                ),
            ),
        ),
        Domain(key="output", label="PSF-2", title="Output"),
    ),
    lineage=(
        Lineage(kind=LineageKind.SAME, sources=("a",), targets=("a",)),
        Lineage(kind=LineageKind.NEW, targets=("b",)),
    ),
)
Change = Callable[[Catalog], Catalog]


def framework(**values: Any) -> Change:
    return lambda catalog: replace(catalog, framework=replace(catalog.framework, **values))


def edition(**values: Any) -> Change:
    return lambda catalog: replace(catalog, edition=replace(catalog.edition, **values))


def domain(number: int, **values: Any) -> Change:
    def change(catalog: Catalog) -> Catalog:
        domains = list(catalog.domains)
        domains[number] = replace(domains[number], **values)
        return replace(catalog, domains=tuple(domains))

    return change


def requirement(number: int, **values: Any) -> Change:
    found = list(SOUND.domains[0].requirements)
    found[number] = replace(found[number], **values)
    return domain(0, requirements=tuple(found))


def lineage(*records: Lineage) -> Change:
    return lambda catalog: replace(catalog, lineage=records)


SAME, MOVED, SPLIT, MERGED, NEW, GONE = (
    LineageKind.SAME,
    LineageKind.MOVED,
    LineageKind.SPLIT,
    LineageKind.MERGED,
    LineageKind.NEW,
    LineageKind.WITHDRAWN,
)
FIRST = "$.domains[0].requirements[0]"
SECOND = "$.domains[0].requirements[1]"
THIRD = "$.domains[0].requirements[2]"

UNSOUND: list[tuple[Change, str, str]] = [
    (framework(key=""), "$.framework.key", "is missing"),
    (framework(key="PSF"), "$.framework.key", "'PSF' is no key"),
    (framework(key="a" * 61), "$.framework.key", "61 characters, and at most 60"),
    (framework(code=""), "$.framework.code", "is missing"),
    (framework(name=""), "$.framework.name", "is missing"),
    (framework(name="one\ntwo"), "$.framework.name", "stands on one line"),
    (edition(number=""), "$.edition.number", "is missing"),
    (edition(number="1" * 41), "$.edition.number", "41 characters, and at most 40"),
    (edition(supersedes="1.1"), "$.edition.supersedes", "cannot supersede itself"),
    (edition(supersedes=""), "$.lineage", "this edition supersedes none"),
    (edition(licence_url="javascript:x"), "$.edition.licence_url", "is no web address"),
    (
        edition(released_at=datetime(2026, 9, 1)),  # noqa: DTZ001 - the fault
        "$.edition.released_at",
        "has no time zone",
    ),
    (domain(0, key="in put"), "$.domains[0].key", "'in put' is no key"),
    (domain(0, key="-a"), "$.domains[0].key", "begins with a letter or digit"),
    (domain(1, key="input"), "$.domains[1].key", "already belongs to $.domains[0]"),
    (domain(1, label="PSF-1"), "$.domains[1].label", "already belongs to $.domains[0]"),
    (domain(1, label=""), "$.domains[1].label", "is missing"),
    (domain(1, title=""), "$.domains[1].title", "is missing"),
    (domain(1, title="a" * 301), "$.domains[1].title", "301 characters, and at most 300"),
    (requirement(0, key=""), f"{FIRST}.key", "is missing"),
    (requirement(1, key="a"), f"{SECOND}.key", f"already belongs to {FIRST}"),
    (requirement(0, key="a" * 101), f"{FIRST}.key", "101 characters, and at most 100"),
    (requirement(1, label="PSF-1.1"), f"{SECOND}.label", f"already belongs to {FIRST}"),
    (requirement(0, label="a" * 61), f"{FIRST}.label", "61 characters, and at most 60"),
    (requirement(0, statement=""), f"{FIRST}.statement", "only a withdrawn requirement"),
    (requirement(0, statement="a" * 50_001), f"{FIRST}.statement", "at most 50000"),
    (requirement(0, statement="a\x07"), f"{FIRST}.statement", "control character U+0007"),
    (requirement(0, statement="a\r\nb"), f"{FIRST}.statement", "control character U+000D"),
    (requirement(0, guidance="a\ud800"), f"{FIRST}.guidance", "half of a character U+D800"),
    (requirement(0, intent=" a"), f"{FIRST}.intent", "begins or ends with white space"),
    (requirement(0, related=("x",)), f"{FIRST}.related[0]", 'has the key "x"'),
    (requirement(0, related=("b", "b")), f"{FIRST}.related", 'names "b" 2 times'),
    (requirement(0, related=("a",)), f"{FIRST}.related", "names the requirement itself"),
    (requirement(0, tags=("",)), f"{FIRST}.tags[0]", "is missing"),
    (requirement(0, tags=("x", "x")), f"{FIRST}.tags", 'names "x" 2 times'),
    (
        requirement(0, tags=tuple(map(str, range(51)))),
        f"{FIRST}.tags",
        "has 51 entries, and at most 50",
    ),
    (
        requirement(0, references=(Reference(text=""),)),
        f"{FIRST}.references[0].text",
        "is missing",
    ),
    (
        requirement(0, references=(Reference(text="A"), Reference(text="A"))),
        f"{FIRST}.references",
        "the same source twice",
    ),
    (
        requirement(0, references=(Reference(text="x", url="ftp://x"),)),
        f"{FIRST}.references[0].url",
        "is no web address",
    ),
    (requirement(0, parent="b"), f"{FIRST}.parent", "does not stand above"),
    (requirement(0, parent="a"), f"{FIRST}.parent", "does not stand above"),
    (requirement(0, parent="zz"), f"{FIRST}.parent", "does not stand above"),
    (requirement(2, withdrawn_reason=None), f"{THIRD}.withdrawn_reason", "says why"),
    (requirement(2, successors=("zz",)), f"{THIRD}.successors[0]", 'has the key "zz"'),
    (
        requirement(0, withdrawn_reason=WithdrawalReason.INCORRECT),
        f"{FIRST}.withdrawn_reason",
        "belongs to a withdrawn requirement only",
    ),
    (requirement(0, successors=("b",)), f"{FIRST}.successors", "this one is normative"),
    (lineage(Lineage(kind=SAME, targets=("a",))), "$.lineage[0].sources", "exactly one source"),
    (lineage(Lineage(kind=MOVED, sources=("x",))), "$.lineage[0].targets", "exactly one target"),
    (
        lineage(Lineage(kind=SPLIT, sources=("x", "y"), targets=("a",))),
        "$.lineage[0].sources",
        "exactly one source, not 2",
    ),
    (
        lineage(Lineage(kind=MERGED, sources=("x", "y"), targets=("a", "b"))),
        "$.lineage[0].targets",
        "exactly one target, not 2",
    ),
    (lineage(Lineage(kind=MERGED, targets=("a",))), "$.lineage[0].sources", "at least one source"),
    (
        lineage(Lineage(kind=NEW, sources=("x",), targets=("a",))),
        "$.lineage[0].sources",
        "no source, not 1",
    ),
    (lineage(Lineage(kind=NEW)), "$.lineage[0].targets", "at least one target"),
    (
        lineage(Lineage(kind=GONE, reason=WithdrawalReason.INCORRECT)),
        "$.lineage[0].sources",
        "at least one source",
    ),
    (lineage(Lineage(kind=GONE, sources=("x",))), "$.lineage[0].reason", "says why"),
    (
        lineage(
            Lineage(kind=GONE, sources=("x",), targets=("a",), reason=WithdrawalReason.OUT_OF_SCOPE)
        ),
        "$.lineage[0].targets",
        "covered by, deprecated by",
    ),
    (
        lineage(
            Lineage(kind=SAME, sources=("a",), targets=("a",), reason=WithdrawalReason.INCORRECT)
        ),
        "$.lineage[0].reason",
        'only a "withdrawn" record',
    ),
    (
        lineage(Lineage(kind=SAME, sources=("a",), targets=("zz",))),
        "$.lineage[0].targets[0]",
        'has the key "zz"',
    ),
    (
        lineage(Lineage(kind=SAME, sources=("no key",), targets=("a",))),
        "$.lineage[0].sources[0]",
        "is no key",
    ),
    (
        lineage(
            Lineage(kind=SAME, sources=("a",), targets=("a",)),
            Lineage(kind=SPLIT, sources=("a",), targets=("b",)),
        ),
        "$.lineage[1].sources",
        '"a" stands in $.lineage[0] already',
    ),
    (
        lineage(
            Lineage(kind=SAME, sources=("a",), targets=("a",)),
            Lineage(kind=MOVED, sources=("b",), targets=("a",)),
        ),
        "$.lineage[1].targets",
        "only one requirement moves to a target",
    ),
    (
        lineage(
            Lineage(kind=MERGED, sources=("x",), targets=("a",)),
            Lineage(kind=MERGED, sources=("y",), targets=("a",)),
        ),
        "$.lineage[1].targets",
        "one record holds all that merged",
    ),
    (
        lineage(
            Lineage(kind=NEW, targets=("a",)), Lineage(kind=SAME, sources=("a",), targets=("a",))
        ),
        "$.lineage[0].targets",
        "so it is not new",
    ),
]


def refusals(catalog: Catalog) -> list[Problem]:
    return list(problems(catalog))


def test_a_sound_catalog_has_no_problems_and_is_returned_as_it_is() -> None:
    assert checked(SOUND) is SOUND


@pytest.mark.parametrize(("change", "place", "text"), UNSOUND)
def test_what_is_unsound_is_told_once_at_its_place(change: Change, place: str, text: str) -> None:
    found = [each for each in refusals(change(SOUND)) if each.place == place]
    assert len(found) == 1
    assert text in found[0].text


def test_everything_wrong_is_told_at_once() -> None:
    broken = framework(key="PSF")(edition(number="")(domain(1, title="")(SOUND)))
    with pytest.raises(CatalogRefused) as refused:
        checked(broken)
    places = [each.place for each in refused.value.problems]
    assert places == ["$.framework.key", "$.edition.number", "$.domains[1].title"]


def test_an_imported_requirement_may_be_withdrawn_without_a_reason() -> None:
    silent = requirement(2, withdrawn_reason=None)(SOUND)
    assert not refusals(framework(external=True)(silent))


def test_a_target_may_take_in_a_move_a_split_and_a_merge() -> None:
    records = (
        Lineage(kind=MOVED, sources=("x",), targets=("a",)),
        Lineage(kind=MERGED, sources=("y", "z"), targets=("a",)),
        Lineage(kind=SPLIT, sources=("q",), targets=("a", "b")),
        Lineage(kind=SPLIT, sources=("r",), targets=("a", "b")),
        Lineage(kind=GONE, sources=("s",), targets=("a",), reason=WithdrawalReason.COVERED_BY),
    )
    assert not refusals(lineage(*records)(SOUND))


def test_parents_stand_at_most_ten_deep() -> None:
    def chain(length: int) -> Catalog:
        keys = [f"k{number}" for number in range(length)]
        rows = (
            Requirement(key=key, label=key, statement="x", parent=keys[n - 1] if n else "")
            for n, key in enumerate(keys)
        )
        found = domain(0, requirements=tuple(rows))(SOUND)
        return replace(found, lineage=())

    assert not refusals(chain(10))
    assert [each.place for each in refusals(chain(11))] == ["$.domains[0].requirements[10].parent"]


@given(catalogs())
def test_generated_catalogs_are_sound(catalog: Catalog) -> None:
    assert checked(catalog) is catalog
