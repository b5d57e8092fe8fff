import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies.catalog import catalogs

from guildmark.cores.catalog import (
    Catalog,
    CatalogRefused,
    ChangeClass,
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
    read_oscal,
    reading,
    write_json,
    write_oscal,
)
from guildmark.cores.catalog.oscal import NAMESPACE

pytestmark = pytest.mark.once

DATA = Path(__file__).resolve().parents[2] / "../shared/data/oscal"
RESOURCE = "11111111-1111-4111-8111-111111111111"
Raw = dict[str, Any]

# A catalog as others write them: parameters, items, enhancements, sources, earlier revisions.
SOUND: Raw = {
    "catalog": {
        "uuid": "22222222-2222-4222-8222-222222222222",
        "metadata": {
            "title": "Example Controls, Revision 2: A Catalog",
            "last-modified": "2026-01-02T03:04:05.5+01:00",
            "version": "2.0",
            "oscal-version": "1.1.2",
            "revisions": [
                {"version": "2.0", "last-modified": "2026-01-02T03:04:05Z"},
                {"version": "1.9", "last-modified": "2025-01-01T00:00:00Z"},
                {"version": "1.0", "last-modified": "2024-01-01T00:00:00Z"},
            ],
            "roles": [{"id": "creator", "title": "Creator"}],
        },
        "groups": [
            {
                "id": "ac",
                "title": "Access",
                "parts": [{"id": "ac_ovw", "name": "overview", "prose": "About access."}],
                "controls": [
                    {
                        "id": "ac-1",
                        "title": "Policy",
                        "params": [
                            {"id": "p1", "label": "people"},
                            {
                                "id": "p2",
                                "select": {
                                    "how-many": "one-or-more",
                                    "choice": ["daily", "by {{ insert: param, p1 }}"],
                                },
                            },
                            {"id": "p3", "values": ["yearly"]},
                        ],
                        "props": [
                            {"name": "label", "class": "sp800-53a", "value": "AC-01"},
                            {"name": "label", "value": "AC-1"},
                            {"name": "priority", "value": "P1"},
                        ],
                        "links": [
                            {"href": f"#{RESOURCE}", "rel": "reference"},
                            {"href": "#ac-2", "rel": "related"},
                            {"href": "#ac-1", "rel": "related"},
                            {"href": "https://example.org/ext", "rel": "reference"},
                        ],
                        "parts": [
                            {
                                "id": "ac-1_smt",
                                "name": "statement",
                                "prose": "Do this:",
                                "parts": [
                                    {
                                        "id": "ac-1_smt.a",
                                        "name": "item",
                                        "props": [{"name": "label", "value": "a."}],
                                        "prose": " Tell {{ insert: param, p1 }}:",
                                        "parts": [
                                            {
                                                "id": "ac-1_smt.a.1",
                                                "name": "item",
                                                "props": [{"name": "label", "value": "1."}],
                                                "prose": "Review {{ insert: param, p2 }}.",
                                            }
                                        ],
                                    },
                                    {
                                        "name": "item",
                                        "props": [{"name": "label", "value": "b."}],
                                        "prose": "Repeat {{insert: param,p3}}, see [AC-2](#ac-2).",
                                    },
                                ],
                            },
                            {
                                "id": "ac-1_gdn",
                                "name": "guidance",
                                "prose": "See [this](https://example.org).",
                                "links": [{"href": "#ac-2_smt", "rel": "related"}],
                            },
                            {"id": "ac-1_obj", "name": "objective", "prose": "Determine."},
                        ],
                        "controls": [
                            {
                                "id": "ac-1.1",
                                "title": "Enhancement",
                                "props": [
                                    {"name": "label", "value": "AC-1(1)"},
                                    {"name": "status", "value": "Withdrawn"},
                                ],
                                "links": [
                                    {"href": "#ac-1", "rel": "required"},
                                    {"href": "#ac-2_smt", "rel": "incorporated-into"},
                                ],
                            }
                        ],
                    },
                    {
                        "id": "ac-2",
                        "title": "Accounts",
                        "parts": [{"id": "ac-2_smt", "name": "statement", "prose": "Manage."}],
                    },
                ],
            },
            {
                "title": "Outer",
                "groups": [
                    {
                        "id": "in",
                        "title": "Inner",
                        "controls": [
                            {
                                "id": "in-1",
                                "title": "Inside",
                                "props": [{"name": "status", "value": "withdrawn"}],
                                "links": [{"href": "#ac-2", "rel": "moved-to"}],
                            }
                        ],
                    }
                ],
            },
        ],
        "back-matter": {
            "resources": [
                {
                    "uuid": RESOURCE,
                    "title": "RFC 2026",
                    "citation": {"text": "The Internet Standards Process"},
                    "rlinks": [{"href": "https://www.rfc-editor.org/rfc/rfc2026"}],
                }
            ]
        },
    }
}
METADATA = "$.catalog.metadata"
ACCESS = "$.catalog.groups[0]"
POLICY = f"{ACCESS}.controls[0]"
ACCOUNTS = f"{ACCESS}.controls[1]"
STATEMENT = f"{POLICY}.parts[0]"


def at(document: Raw, path: str) -> Any:
    """Return what stands at `path`, such as $.catalog.groups[0]."""
    value: Any = document
    for step in path.replace("[", ".").replace("]", "").split(".")[1:]:
        value = value[int(step)] if step.isdigit() else value[step]
    return value


def put(path: str, **values: Any) -> Callable[[Raw], None]:
    """Return a change that sets names of an object; "_" in a name stands for "-"."""
    named = {name.replace("_", "-"): value for name, value in values.items()}
    return lambda document: at(document, path).update(named)


def drop(path: str, name: str) -> Callable[[Raw], None]:
    return lambda document: at(document, path).pop(name)


def add(path: str, value: Any) -> Callable[[Raw], None]:
    return lambda document: at(document, path).append(value)


def changed(*changes: Callable[[Raw], None]) -> str:
    document = deepcopy(SOUND)
    for change in changes:
        change(document)
    return json.dumps(document)


def refusal(text: str, key: str | None = "example") -> tuple[Problem, ...]:
    with pytest.raises(CatalogRefused) as refused:
        read_oscal(text, key=key)
    return refused.value.problems


BROKEN: list[tuple[str, Callable[[Raw], None], str, str]] = [
    ("no catalog", drop("$", "catalog"), "$", "no OSCAL catalog"),
    ("no time of change", drop(METADATA, "last-modified"), f"{METADATA}.last-modified", "missing"),
    ("no version", drop(METADATA, "version"), f"{METADATA}.version", "is missing"),
    ("no title", drop(METADATA, "title"), f"{METADATA}.title", "is missing"),
    ("no OSCAL version", drop(METADATA, "oscal-version"), f"{METADATA}.oscal-version", "missing"),
    (
        "a future version of OSCAL",
        put(METADATA, oscal_version="1.3.0"),
        f"{METADATA}.oscal-version",
        '"1.3.0" is not known; this program reads OSCAL 1.0 up to 1.2.x',
    ),
    (
        "a next OSCAL",
        put(METADATA, oscal_version="2.0.0"),
        f"{METADATA}.oscal-version",
        '"2.0.0" is not known',
    ),
    (
        "an OSCAL before the first",
        put(METADATA, oscal_version="1.0.0-milestone3"),
        f"{METADATA}.oscal-version",
        "is not known",
    ),
    (
        "a time without zone",
        put(METADATA, last_modified="2026-01-02T03:04:05"),
        f"{METADATA}.last-modified",
        "has no time zone",
    ),
    (
        "no time at all",
        put(METADATA, last_modified="yesterday"),
        f"{METADATA}.last-modified",
        "is no time",
    ),
    ("a bad UUID", put("$.catalog", uuid="123"), "$.catalog.uuid", "'123' is no UUID"),
    ("an unknown name", put(POLICY, colour="red"), f"{POLICY}.colour", "no such name in a control"),
    ("an unknown name on top", put("$", profile={}), "$.profile", "no such name here"),
    ("an illegal id", put(POLICY, id="1 ac"), f"{POLICY}.id", "'1 ac' is no name"),
    (
        "a revision without version",
        drop(f"{METADATA}.revisions[1]", "version"),
        f"{METADATA}.revisions[1].version",
        "is missing",
    ),
    ("a control without title", drop(POLICY, "title"), f"{POLICY}.title", "is missing"),
    ("a control without id", drop(POLICY, "id"), f"{POLICY}.id", "is missing"),
    ("groups that are no list", put("$.catalog", groups={}), "$.catalog.groups", "is an object"),
    ("an empty list", put(POLICY, links=[]), f"{POLICY}.links", "is an empty list"),
    ("a control that is no object", put(ACCESS, controls=[7]), f"{ACCESS}.controls[0]", "a number"),
    ("a title that is null", put(POLICY, title=None), f"{POLICY}.title", "is null where text"),
    (
        "a property with white space",
        put(f"{POLICY}.props[1]", value=" AC-1"),
        f"{POLICY}.props[1].value",
        "no plain text",
    ),
    (
        "a namespace that is no URI",
        put(f"{POLICY}.props[1]", ns="here"),
        f"{POLICY}.props[1].ns",
        "is no URI",
    ),
    ("blank prose", put(STATEMENT, prose=" \n"), f"{STATEMENT}.prose", "is empty"),
    (
        "a statement that says nothing",
        put(POLICY, parts=[{"id": "ac-1_smt", "name": "statement"}]),
        f"{POLICY}.parts[0]",
        "neither prose nor parts",
    ),
    (
        "groups and controls in one group",
        put(ACCESS, groups=[{"id": "x", "title": "X"}]),
        ACCESS,
        "never both",
    ),
    ("a control id twice", put(ACCOUNTS, id="ac-1"), f"{ACCOUNTS}.id", f"at {POLICY}.id"),
    (
        "a part id twice",
        put(f"{ACCOUNTS}.parts[0]", id="ac-1_gdn"),
        f"{ACCOUNTS}.parts[0].id",
        f"at {POLICY}.parts[1].id",
    ),
    (
        "a parameter id twice",
        put(f"{POLICY}.params[2]", id="p1"),
        f"{POLICY}.params[2].id",
        f"at {POLICY}.params[0].id",
    ),
    (
        "a resource twice",
        add("$.catalog.back-matter.resources", {"uuid": RESOURCE}),
        "$.catalog.back-matter.resources[1].uuid",
        "is used already",
    ),
    *(
        (
            f"a dangling {rel}",
            add(f"{POLICY}.links", {"href": "#zz-9", "rel": rel}),
            f"{POLICY}.links[4].href",
            '"#zz-9" leads to nothing',
        )
        for rel in ("related", "required", "incorporated-into", "moved-to", "reference")
    ),
    (
        "a dangling resource",
        put(f"{POLICY}.links[0]", href="#33333333-3333-4333-8333-333333333333"),
        f"{POLICY}.links[0].href",
        "leads to nothing",
    ),
    (
        "a dangling link in prose",
        put(f"{ACCOUNTS}.parts[0]", prose="See [X](#x-1)."),
        f"{ACCOUNTS}.parts[0].prose",
        '"#x-1" leads to nothing',
    ),
    (
        "a dangling link of the metadata",
        put(METADATA, links=[{"href": "#nowhere"}]),
        f"{METADATA}.links[0].href",
        "leads to nothing",
    ),
    (
        "a status that nobody knows",
        put(ACCOUNTS, props=[{"name": "status", "value": "zombie"}]),
        f"{ACCOUNTS}.props[0].value",
        '"zombie" is no status; known are: active',
    ),
    (
        "revisions out of order",
        put(f"{METADATA}.revisions[1]", last_modified="2023-01-01T00:00:00Z"),
        f"{METADATA}.revisions[2]",
        "newest first",
    ),
    (
        "an unknown parameter in prose",
        put(f"{ACCOUNTS}.parts[0]", prose="Every {{ insert: param, p9 }}."),
        f"{ACCOUNTS}.parts[0].prose",
        'inserts param "p9"',
    ),
    (
        "an unknown parameter in a choice",
        put(f"{POLICY}.params[1].select", choice=["{{ insert: param, p9 }}"]),
        f"{POLICY}.params[1].select.choice[0]",
        'inserts param "p9"',
    ),
    (
        "a parameter that inserts itself",
        put(f"{POLICY}.params[0]", label="{{ insert: param, p2 }}"),
        f"{POLICY}.params[0].id",
        "inserts itself",
    ),
    (
        "a control in force that says nothing",
        put(f"{ACCOUNTS}.parts[0]", name="example"),
        f"{ACCOUNTS} (statement)",
        "only a withdrawn requirement may stand without",
    ),
    (
        "a label twice",
        put(ACCOUNTS, props=[{"name": "label", "value": "AC-1"}]),
        f"{ACCOUNTS} (label)",
        f"already belongs to {POLICY}",
    ),
    ("a group without name", put(ACCESS, title="x" * 301), f"{ACCESS} (title)", "at most 300"),
]


@pytest.mark.parametrize(
    ("change", "place", "message"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_catalog_is_refused_with_what_is_wrong_and_where(
    change: Callable[[Raw], None], place: str, message: str
) -> None:
    found = [each for each in refusal(changed(change)) if each.place == place]
    assert len(found) == 1
    assert message in found[0].text


def test_text_that_is_no_json_is_refused_with_line_and_column() -> None:
    assert refusal("<catalog/>")[0].place == "line 1, column 1"


def test_all_faults_of_one_kind_are_told_at_once() -> None:
    shape = changed(put("$.catalog", uuid="1"), drop(POLICY, "title"), put(ACCOUNTS, zap=1))
    assert len(refusal(shape)) == 3
    links = changed(
        add(f"{POLICY}.links", {"href": "#zz"}),
        put(ACCOUNTS, props=[{"name": "status", "value": "odd"}]),
    )
    assert len(refusal(links)) == 2


def test_a_file_of_others_needs_the_key_of_its_framework() -> None:
    (problem,) = refusal(json.dumps(SOUND), key=None)
    assert problem.place == METADATA
    assert "give the framework's key" in problem.text


def test_metadata_of_others_becomes_framework_and_edition() -> None:
    catalog = read_oscal(json.dumps(SOUND), key="example")
    assert catalog.framework.key == "example"
    assert catalog.framework.code == "EXAMPLE"
    assert catalog.framework.name == "Example Controls"
    assert catalog.framework.external
    assert catalog.edition.number == "2.0"
    assert catalog.edition.title == "Example Controls, Revision 2: A Catalog"
    assert catalog.edition.supersedes == "1.9"
    assert catalog.edition.released_at == datetime(2026, 1, 2, 2, 4, 5, 500_000, tzinfo=UTC)


def test_the_caller_may_name_framework_and_edition() -> None:
    text = json.dumps(SOUND)
    catalog = read_oscal(text, key="ex", code="EX", name="Ex", number="2")
    assert (catalog.framework.code, catalog.framework.name) == ("EX", "Ex")
    assert catalog.edition.number == "2"


def test_revisions_may_also_stand_oldest_first() -> None:
    def turn(document: Raw) -> None:
        document["catalog"]["metadata"]["revisions"].reverse()

    assert read_oscal(changed(turn), key="example").edition.supersedes == "1.9"


def requirements() -> dict[str, Requirement]:
    return {each.key: each for each in read_oscal(json.dumps(SOUND), key="ex").requirements}


def test_groups_become_domains_and_inner_groups_sections() -> None:
    access, outer = read_oscal(json.dumps(SOUND), key="ex").domains
    assert (access.key, access.label, access.title) == ("ac", "AC", "Access")
    assert access.summary == "About access."
    assert [each.key for each in access.requirements] == ["ac-1", "ac-1.1", "ac-2"]
    assert (outer.key, outer.title) == ("outer", "Outer")
    assert [each.section for each in outer.requirements] == ["Inner"]


def test_controls_outside_groups_become_a_domain() -> None:
    def loosen(document: Raw) -> None:
        document["catalog"]["controls"] = document["catalog"]["groups"].pop(0)["controls"]

    loose, outer = read_oscal(changed(loosen), key="ex").domains
    assert loose.title == "Example Controls, Revision 2: A Catalog"
    assert [each.key for each in loose.requirements] == ["ac-1", "ac-1.1", "ac-2"]
    assert outer.key == "outer"


def test_a_statement_is_flattened_with_labels_indents_and_parameters() -> None:
    assert requirements()["ac-1"].statement == (
        "Do this:\n"
        "a. Tell [people]:\n"
        "  1. Review [choice, one or more: daily; by [people]].\n"
        "b. Repeat yearly, see AC-2."
    )
    assert requirements()["ac-1"].guidance == "See this (https://example.org)."


def test_labels_links_and_sources_are_kept() -> None:
    policy = requirements()["ac-1"]
    assert policy.label == "AC-1"
    assert requirements()["ac-2"].label == "ac-2"
    assert policy.related == ("ac-2",)
    assert policy.references == (
        Reference(
            text="RFC 2026: The Internet Standards Process",
            url="https://www.rfc-editor.org/rfc/rfc2026",
        ),
        Reference(text="https://example.org/ext", url="https://example.org/ext"),
    )


def test_enhancements_have_parents_and_withdrawn_ones_successors() -> None:
    enhancement, inside = requirements()["ac-1.1"], requirements()["in-1"]
    assert enhancement.parent == "ac-1"
    assert enhancement.status is Status.WITHDRAWN
    assert enhancement.withdrawn_reason is WithdrawalReason.COVERED_BY
    assert enhancement.successors == ("ac-2",)
    assert inside.withdrawn_reason is WithdrawalReason.DEPRECATED_BY
    assert inside.successors == ("ac-2",)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("active", Status.NORMATIVE),
        ("deprecated", Status.NORMATIVE),
        ("WITHDRAWN", Status.WITHDRAWN),
        ("superseded", Status.WITHDRAWN),
        ("reserved", Status.WITHDRAWN),
    ],
)
def test_the_statuses_under_discussion_are_understood(word: str, status: Status) -> None:
    text = changed(put(ACCOUNTS, props=[{"name": "status", "value": word}]))
    found = {each.key: each.status for each in read_oscal(text, key="ex").requirements}
    assert found["ac-2"] is status


def test_an_address_outside_takes_the_place_of_a_successor() -> None:
    link = {"href": "https://example.org/new", "rel": "incorporated-into"}
    text = changed(put("$.catalog.groups[1].groups[0].controls[0]", links=[link]))
    found = {each.key: each for each in read_oscal(text, key="ex").requirements}["in-1"]
    assert found.successors == ()
    assert [each.url for each in found.references] == ["https://example.org/new"]
    assert found.withdrawn_reason is WithdrawalReason.COVERED_BY


def test_what_is_left_out_is_counted() -> None:
    assert reading(json.dumps(SOUND), key="ex").left_out == {
        "property: priority": 1,
        "part: objective": 1,
        "metadata: roles": 1,
        "metadata: revisions": 2,
        "parameters, kept as text only": 3,
    }


@given(catalogs())
def test_what_is_written_reads_back_with_nothing_left_out(catalog: Catalog) -> None:
    text = write_oscal(catalog)
    found = reading(text)
    assert found.catalog == catalog
    assert found.left_out == {}
    assert write_oscal(found.catalog) == text


def test_a_catalog_of_others_survives_being_written_by_us() -> None:
    catalog = read_oscal(json.dumps(SOUND), key="example")
    assert read_oscal(write_oscal(catalog)) == catalog


@given(catalogs())
def test_ids_are_unique_and_uuids_come_from_the_content(catalog: Catalog) -> None:
    text = write_oscal(catalog)
    ids = Counter(_all(json.loads(text), "id"))
    uuids = Counter(_all(json.loads(text), "uuid"))
    assert not [name for name, count in (ids + uuids).items() if count > 1]
    assert write_oscal(catalog) == text


def _all(value: Any, name: str) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _all(each, name)]
    if not isinstance(value, dict):
        return []
    inner = [found for each in value.values() for found in _all(each, name)]
    return [value[name], *inner] if name in value else inner


def own_text(change: Callable[[Raw], None]) -> str:
    document = json.loads(write_oscal(read_oscal(json.dumps(SOUND), key="ex")))
    change(document)
    return json.dumps(document)


def test_our_own_properties_are_checked_too() -> None:
    enhancement = f"{POLICY}.controls[0]"

    def bore(document: Raw) -> None:
        for prop in at(document, f"{enhancement}.props"):
            if prop["name"] == "withdrawn-reason":
                prop["value"] = "boredom"

    (problem,) = refusal(own_text(bore), key=None)
    assert problem.place == enhancement
    assert 'withdrawn-reason is "boredom"' in problem.text
    status = {"name": "status", "ns": NAMESPACE, "value": "asleep"}
    (problem,) = refusal(own_text(add(f"{POLICY}.props", status)), key=None)
    assert problem.text == '"asleep" is no status; known are: watch.'


def test_evidence_rationale_and_lineage_stand_in_our_namespace_and_the_back_matter() -> None:
    requirement = Requirement(key="a", label="A", statement="x", rationale="Why", evidence="How")
    record = Lineage(
        kind=LineageKind.NEW, targets=("a",), confirmed=ChangeClass.SUBSTANTIVE, rationale="Gap"
    )
    catalog = Catalog(
        framework=Framework(key="ex", code="EX", name="Example"),
        edition=Edition(number="1.0"),
        domains=(Domain(key="d", label="D", title="D", requirements=(requirement,)),),
        lineage=(record,),
    )
    document = json.loads(write_oscal(catalog))
    control = at(document, "$.catalog.groups[0].controls[0]")
    props = {each["name"]: each["value"] for each in control["props"] if "ns" in each}
    links = {each["rel"]: each["href"] for each in control["links"]}
    resources = {each["uuid"]: each for each in at(document, "$.catalog.back-matter.resources")}
    assert (props["lineage"], props["change-class"]) == ("new", "substantive")
    for name, text in (("rationale", "Why"), ("evidence", "How")):
        assert links[name] == f"#{props[name]}"
        assert resources[props[name]]["description"] == text
    assert resources[links["lineage"].removeprefix("#")]["description"] == "Gap"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(("#ac-1", "{{ insert: param, p1 }}", "{{ insert: x, y }}", NAMESPACE)),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in a document: what holds it and under which name or number."""
    if not isinstance(value, dict | list):
        return []
    names = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [spot for name in names for spot in ((value, name), *spots(value[name]))]


@given(st.data(), st.booleans())
def test_any_mutation_reads_or_is_refused(data: st.DataObject, own: bool) -> None:
    text = write_oscal(read_oscal(json.dumps(SOUND), key="ex")) if own else json.dumps(SOUND)
    document = json.loads(text)
    for _ in range(data.draw(st.integers(1, 3))):
        places = spots(document)
        if not places:
            break
        holder, name = data.draw(st.sampled_from(places))
        match data.draw(st.sampled_from(("set", "remove", "borrow"))):
            case "set":
                holder[name] = data.draw(_VALUES)
            case "remove":
                del holder[name]
            case _:
                other, place = data.draw(st.sampled_from(places))
                with suppress(IndexError, KeyError):
                    holder[name] = deepcopy(other[place])
    with suppress(CatalogRefused):
        assert write_json(read_oscal(json.dumps(document), key="ex"))


@pytest.mark.parametrize(
    ("name", "controls", "domains", "withdrawn"),
    [("nist-800-53-rev4", 922, 18, 96), ("nist-800-53-rev5", 1189, 20, 182)],
)
def test_the_catalogs_of_nist_are_read_whole_and_fast(
    name: str, controls: int, domains: int, withdrawn: int
) -> None:
    path = DATA / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this checkout")
    text = path.read_text(encoding="utf-8")
    start = time.process_time()
    catalog = read_oscal(text, key="nist-800-53")
    assert time.process_time() - start < 1
    assert len(list(catalog.requirements)) == controls
    assert len(catalog.domains) == domains
    assert sum(each.status is Status.WITHDRAWN for each in catalog.requirements) == withdrawn
    written = write_oscal(catalog)
    assert read_oscal(written) == catalog
    assert write_oscal(read_oscal(written)) == written
