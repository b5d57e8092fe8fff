import doctest
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from guildmark.cores.catalog import (
    CatalogRefused,
    ChangeClass,
    Lineage,
    LineageKind,
    Status,
    WithdrawalReason,
    checked,
    naming,
    read_asvs,
    read_csv,
    read_json,
    read_mapping,
    read_oscal,
    write_csv,
    write_json,
    write_oscal,
)

pytestmark = pytest.mark.once

DATA = Path(__file__).resolve().parents[2] / "../shared/data/asvs"


def shared(name: str) -> str:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not beside this checkout")
    return path.read_text(encoding="utf-8")


def row(**values: str) -> dict[str, Any]:
    first = {
        "chapter_id": "V1",
        "chapter_name": "Session Management",
        "section_id": "V1.1",
        "section_name": "Basics",
        "req_id": "V1.1.1",
        "req_description": "Verify it.",
    }
    return {**first, **values}


def flat(*rows: dict[str, Any]) -> str:
    return json.dumps({"requirements": rows})


def test_rows_become_requirements_in_domains_named_by_their_chapters() -> None:
    other = row(
        chapter_id="V2", chapter_name="Web & API", section_id="V2.1", req_id="V2.1.1", L="3"
    )
    catalog = read_asvs(flat(row(L="2"), other), number="5.0.0")
    assert catalog.framework.key == "asvs"
    assert catalog.framework.external
    assert catalog.edition.licence == "CC BY-SA 4.0"
    assert [(each.key, each.label) for each in catalog.domains] == [
        ("session-management", "V1"),
        ("web-api", "V2"),
    ]
    first, second = catalog.requirements
    assert (first.key, first.label, first.section) == ("v5.0.0-1.1.1", "V1.1.1", "V1.1 Basics")
    assert first.statement == "Verify it."
    assert (first.tags, second.tags) == (("level 2",), ("level 3",))


def test_the_columns_of_edition_four_become_tags() -> None:
    marked = row(level1="", level2="✓", level3="✓", cwe="1053", nist="5.1.1.2 / A.3")
    (found,) = read_asvs(flat(marked), number="4.0.3").requirements
    assert found.tags == ("level 2", "CWE-1053", "NIST 5.1.1.2", "NIST A.3")


@pytest.mark.parametrize(
    ("text", "reason", "successors"),
    [
        ("[DELETED, DUPLICATE OF 1.1.2]", WithdrawalReason.COVERED_BY, ("v4-1.1.2",)),
        ("[DELETED, DUPLICATE OF 9.9.9]", WithdrawalReason.COVERED_BY, ()),
        ("[DELETED, NOT IN SCOPE]", WithdrawalReason.OUT_OF_SCOPE, ()),
        ("[DELETED, NOT ACTIONABLE]", None, ()),
    ],
)
def test_deleted_entries_are_withdrawn(
    text: str, reason: WithdrawalReason | None, successors: tuple[str, ...]
) -> None:
    rows = flat(row(req_description=text), row(req_id="V1.1.2"))
    found = next(read_asvs(rows, number="4").requirements)
    assert found.status is Status.WITHDRAWN
    assert found.withdrawn_reason is reason
    assert found.successors == successors


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("[", "line 1, column 2", "no JSON"),
        ("{}", "$.requirements", "missing or empty"),
        (flat(row(req_id=7)), "$.requirements[0].req_id", "a number"),  # type: ignore[arg-type]
        (flat(row(zap="x")), "$.requirements[0].zap", "not known"),
        (flat(row(), row()), "$.requirements[1] (key)", "already belongs to $.requirements[0]"),
        (flat(row(req_description="")), "$.requirements[0] (statement)", "is missing"),
    ],
)
def test_another_shape_is_refused_with_its_place(text: str, place: str, message: str) -> None:
    with pytest.raises(CatalogRefused) as refused:
        read_asvs(text, number="5.0.0")
    assert [each for each in refused.value.problems if each.place == place and message in each.text]


@pytest.mark.parametrize(("number", "count"), [("4.0.3", 286), ("5.0.0", 345)])
def test_both_published_editions_are_read_whole_and_survive_every_format(
    number: str, count: int
) -> None:
    catalog = read_asvs(shared(f"asvs-{number}.json"), number=number)
    assert len(list(catalog.requirements)) == count
    assert read_json(write_json(catalog)) == catalog
    assert read_csv(write_csv(catalog)) == catalog
    assert read_oscal(write_oscal(catalog)) == catalog


def test_the_example_of_a_slug_in_the_documentation_runs() -> None:
    result = doctest.testmod(naming)
    assert (result.attempted, result.failed) == (1, 0)


A, B, C = "v4.0.3-1.1.1", "v4.0.3-1.1.2", "v4.0.3-1.1.3"
X, Y, Z = "v5.0.0-6.1.3", "v5.0.0-6.3.4", "v5.0.0-6.5.1"


def mapping(*tags: str) -> str:
    keys = (A, B, C)
    entries = (f"{key}:\n  tag-v5.0.0: {tag}\n" for key, tag in zip(keys, tags, strict=False))
    return "---\n" + "".join(entries)


@pytest.mark.parametrize(
    ("tag", "record"),
    [
        (f"MOVED TO {X}", Lineage(kind=LineageKind.MOVED, sources=(A,), targets=(X,))),
        (f"MODIFIED, MOVED TO {X}", Lineage(kind=LineageKind.MOVED, sources=(A,), targets=(X,))),
        (
            f"GRAMMAR, MOVED TO {X}",
            Lineage(
                kind=LineageKind.MOVED,
                sources=(A,),
                targets=(X,),
                confirmed=ChangeClass.EDITORIAL,
            ),
        ),
        (f"SPLIT TO {X}, {Y}", Lineage(kind=LineageKind.SPLIT, sources=(A,), targets=(X, Y))),
        (
            f"MODIFIED, MOVED TO {X}, SPLIT TO {Y}, {Z}",
            Lineage(kind=LineageKind.SPLIT, sources=(A,), targets=(X, Y, Z)),
        ),
        (
            f"DELETED, MERGED TO {X}",
            Lineage(kind=LineageKind.MERGED, sources=(A,), targets=(X,)),
        ),
        (
            f"DELETED, COVERED BY {X}, {Y}",
            Lineage(
                kind=LineageKind.WITHDRAWN,
                sources=(A,),
                targets=(X, Y),
                reason=WithdrawalReason.COVERED_BY,
            ),
        ),
        (
            f"DELETED, DEPRECATED BY {X}",
            Lineage(
                kind=LineageKind.WITHDRAWN,
                sources=(A,),
                targets=(X,),
                reason=WithdrawalReason.DEPRECATED_BY,
            ),
        ),
        *(
            (f"DELETED, {words}", Lineage(kind=LineageKind.WITHDRAWN, sources=(A,), reason=reason))
            for words, reason in (
                ("NOT IN SCOPE", WithdrawalReason.OUT_OF_SCOPE),
                ("INSUFFICIENT IMPACT", WithdrawalReason.INSUFFICIENT_IMPACT),
                ("NOT PRACTICAL", WithdrawalReason.NOT_PRACTICAL),
                ("INCORRECT", WithdrawalReason.INCORRECT),
            )
        ),
    ],
)
def test_a_tag_becomes_one_record(tag: str, record: Lineage) -> None:
    assert read_mapping(mapping(tag)) == (record,)


def test_all_that_merges_into_one_target_is_one_record_beside_what_moved_there() -> None:
    tags = (f"DELETED, MERGED TO {X}", f"MOVED TO {X}", f"DELETED, MERGED TO {X}")
    assert read_mapping(mapping(*tags)) == (
        Lineage(kind=LineageKind.MERGED, sources=(A, C), targets=(X,)),
        Lineage(kind=LineageKind.MOVED, sources=(B,), targets=(X,)),
    )


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "", "holds no entry"),
        (mapping("RENAMED"), "line 3", '"RENAMED" is not understood'),
        (mapping("DELETED, OUT OF FASHION"), "line 3", '"OUT OF FASHION" is not understood'),
        (mapping(f"SENT TO {X}"), "line 3", "is not understood"),
        (mapping("DELETED"), "line 3", "deleted without a reason"),
        (mapping("MODIFIED"), "line 3", f"where {A} went is not said"),
        (mapping(X), "line 3", "is not understood"),
        (f"{A}:\n{B}:\n  tag-v5.0.0: MOVED TO {X}\n", "line 2", f"the tag of {A}"),
        (f"{A}:\n", "line 2", f"the tag of {A}"),
        (f"{A}:\n  tag-v5.0.0: MOVED TO {X}\n" * 2, "line 3", "has an entry already"),
        ("key: [1, 2]\n", "line 1", "is not understood here"),
    ],
)
def test_what_is_not_understood_is_told_with_its_line(text: str, place: str, message: str) -> None:
    with pytest.raises(CatalogRefused) as refused:
        read_mapping(text)
    assert [each for each in refused.value.problems if each.place == place and message in each.text]


def test_the_editors_mapping_is_sound_lineage_of_the_fifth_edition() -> None:
    records = read_mapping(shared("mapping-4.0.3-to-5.0.0.dev.yml"))
    old = read_asvs(shared("asvs-4.0.3.json"), number="4.0.3")
    new = read_asvs(shared("asvs-5.0.0.json"), number="5.0.0")
    edition = replace(new.edition, supersedes="4.0.3")
    assert checked(replace(new, edition=edition, lineage=records))
    assert {key for each in records for key in each.sources} <= {
        each.key for each in old.requirements
    }
    assert Counter(each.kind for each in records) == {
        LineageKind.MOVED: 76,
        LineageKind.WITHDRAWN: 48,
        LineageKind.SPLIT: 16,
        LineageKind.MERGED: 13,
    }
