import json
from typing import Any

import pytest
from hypothesis import given
from tests.strategies.catalog import catalogs

from guildmark.cores.catalog import (
    Catalog,
    CatalogRefused,
    Framework,
    Problem,
    edition_document,
    framework_document,
    from_document,
    read_edition,
    read_framework,
    read_json,
    to_document,
    write_json,
)

pytestmark = pytest.mark.once

SMALL: dict[str, Any] = {
    "format": "guildmark-framework",
    "version": 1,
    "framework": {"key": "psf", "code": "PSF", "name": "Framework"},
    "edition": {"number": "1.0", "released_at": "2026-09-01T09:00:00Z"},
    "domains": [
        {
            "key": "input",
            "label": "PSF-1",
            "title": "Input",
            "requirements": [
                {
                    "key": "a",
                    "label": "PSF-1.1",
                    "statement": "Ä shall be.",
                    "references": [{"text": "RFC 2026", "url": "https://example.org"}],
                    "tags": ["x"],
                    "status": "watch",
                }
            ],
        }
    ],
    "lineage": [{"kind": "new", "targets": ["a"]}],
}


def small(**changes: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(SMALL)), **changes}


def refusal(text: str) -> tuple[Problem, ...]:
    with pytest.raises(CatalogRefused) as refused:
        read_json(text)
    return refused.value.problems


def test_a_file_is_written_with_its_fields_in_order_and_without_empty_ones() -> None:
    catalog = read_json(json.dumps(SMALL))
    assert write_json(catalog) == json.dumps(SMALL, indent=2, ensure_ascii=False) + "\n"


@given(catalogs())
def test_what_is_written_reads_back_and_is_written_the_same(catalog: Catalog) -> None:
    text = write_json(catalog)
    assert read_json(text) == catalog
    assert write_json(read_json(text)) == text
    assert from_document(to_document(catalog)) == catalog


@given(catalogs())
def test_framework_and_edition_can_be_kept_apart(catalog: Catalog) -> None:
    framework = read_framework(framework_document(catalog.framework))
    assert read_edition(framework, edition_document(catalog)) == catalog
    assert set(edition_document(catalog)) <= {"edition", "domains", "lineage"}


def test_times_of_other_zones_are_written_in_utc() -> None:
    catalog = from_document(
        small(edition={"number": "1", "released_at": "2026-09-01T11:00:00.5+02:00"})
    )
    assert to_document(catalog)["edition"]["released_at"] == "2026-09-01T09:00:00.500000Z"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_json("\ufeff" + json.dumps(SMALL)).framework.key == "psf"


BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"format": "other"}, "$.format", "no file of a framework"),
    ({"version": 2}, "$.version", "read it with a newer Guildmark"),
    ({"version": "1"}, "$.version", "is not 1"),
    ({"version": True}, "$.version", "is not 1"),
    ({"extra": 1}, "$.extra", "this name is not known here"),
    ({"framework": []}, "$.framework", "is a list where an object belongs"),
    ({"framework": {**SMALL["framework"], "external": "yes"}}, "$.framework.external", "true or"),
    ({"framework": {**SMALL["framework"], "code": None}}, "$.framework.code", "is null where text"),
    ({"edition": {"number": 1}}, "$.edition.number", "is a number where text belongs"),
    ({"edition": {"number": "1", "released_at": "today"}}, "$.edition.released_at", "is no time"),
    (
        {"edition": {"number": "1", "released_at": "2026-09-01T09:00:00"}},
        "$.edition.released_at",
        "has no time zone",
    ),
    (
        {"edition": {"number": "1", "released_at": "2026-02-30T09:00:00Z"}},
        "$.edition.released_at",
        "the calendar",
    ),
    ({"domains": {}}, "$.domains", "is an object where a list belongs"),
    ({"domains": [3]}, "$.domains[0]", "is a number where an object belongs"),
    ({"lineage": [{"kind": "gone"}]}, "$.lineage[0].kind", '"gone" is none of: same, moved'),
    ({"lineage": [{"targets": ["a"]}]}, "$.lineage[0].kind", "is missing"),
    (
        {"lineage": [{"kind": "new", "targets": ["a", 1]}]},
        "$.lineage[0].targets[1]",
        "is a number where text belongs",
    ),
    ({"lineage": [{"kind": "new", "targets": ["b"]}]}, "$.lineage[0].targets[0]", 'key "b"'),
]


@pytest.mark.parametrize(("changes", "place", "text"), BROKEN)
def test_what_is_wrong_is_told_at_its_place(changes: dict[str, Any], place: str, text: str) -> None:
    found = [each for each in refusal(json.dumps(small(**changes))) if each.place == place]
    assert len(found) == 1
    assert text in found[0].text


def test_all_that_is_wrong_is_told_at_once() -> None:
    broken = small(edition={"number": 1, "zap": 1}, framework={"key": "PSF"}, lineage=[{}])
    places = {each.place for each in refusal(json.dumps(broken))}
    assert places >= {
        "$.edition.number",
        "$.edition.zap",
        "$.framework.key",
        "$.framework.code",
        "$.framework.name",
        "$.lineage[0].kind",
    }


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"a":\n  tru}', "line 2, column 3", "no JSON"),
        ("", "line 1, column 1", "no JSON"),
        ('{"a": {"b": 1, "b": 2}}', "$.a.b", "more than once"),
        ('{"a": [1, NaN]}', "$.a[1]", "NaN is no value of JSON"),
        ('{"a": -Infinity}', "$.a", "-Infinity is no value"),
        ("[" * 200 + "]" * 200, "$", "deep"),
        ("[" * 100_000, "$", "deep"),
        ("9" * 10_000, "$", "is a number where an object belongs"),
        ("null", "$", "is null where an object belongs"),
    ],
)
def test_text_that_is_no_sound_json_is_refused(text: str, place: str, message: str) -> None:
    first = refusal(text)[0]
    assert first.place == place
    assert message in first.text


def test_parts_of_a_larger_file_are_told_with_their_path_in_it() -> None:
    with pytest.raises(
        CatalogRefused, match=r"^\$\.frameworks\[1\]\.framework\.key: 'X' is no key"
    ):
        read_framework({"key": "X", "code": "X", "name": "X"}, "$.frameworks[1].framework")
    framework = Framework(key="x", code="X", name="X")
    with pytest.raises(CatalogRefused, match=r"^\$\.e\[0\]\.edition: is missing"):
        read_edition(framework, {}, "$.e[0]")
