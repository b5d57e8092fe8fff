"""A comparison names every difference between two editions, and nothing else."""

from collections import Counter
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildmark.apps.standard.comparison import (
    Change,
    Comparison,
    Relation,
    Step,
    compare,
    lint,
    relate,
    suggest,
)
from guildmark.apps.standard.releasing import computed_level
from guildmark.cores.catalog import (
    Catalog,
    ChangeClass,
    Domain,
    Level,
    Lineage,
    LineageKind,
    Reference,
    Requirement,
    Status,
    WithdrawalReason,
)
from tests.strategies.catalog import catalogs

from .factories import (
    CONSENT,
    DOMAINS,
    FIRST,
    LOG,
    REVIEW,
    a_catalog,
    a_domain,
    a_requirement,
    beside,
    changed,
    compared,
    edited,
    following,
    record,
    rows,
    step_between,
    without,
)

pytestmark = pytest.mark.once
# Two catalogs are slow to draw; the nightly tier still tries many more.
EXAMPLES = settings().max_examples // 2
FIELDS = [each.name for each in fields(Requirement) if each.name != "key"]
GONE: dict[str, Any] = {
    "status": Status.WITHDRAWN,
    "withdrawn_reason": WithdrawalReason.INCORRECT,
}


def of(found: Comparison, key: str) -> Change:
    """The change in which a requirement stands."""
    change = found.of(key)
    assert change is not None
    return change


# Any two editions

OTHER: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.sampled_from(["", "x", "The operator shall log.", "Log 3 calls."])
       for name in FIELDS},
    "references": st.lists(st.builds(Reference, text=st.just("a")), max_size=1).map(tuple),
    "related": st.sampled_from([(), ("a",), ("a", "b")]),
    "tags": st.sampled_from([(), ("level 1",)]),
    "successors": st.sampled_from([(), ("a",)]),
    "status": st.sampled_from(Status),
    "withdrawn_reason": st.none() | st.sampled_from(WithdrawalReason),
}  # fmt: skip


@st.composite
def edits(draw: st.DrawFn) -> tuple[Catalog, Catalog]:
    """Two editions of which the second is the first after a few changes of any kind."""
    older = draw(catalogs())
    kept = []
    for each in older.requirements:
        names = draw(st.lists(st.sampled_from(FIELDS), max_size=3, unique=True))
        if draw(st.integers(0, 4)):
            kept.append(replace(each, **{name: draw(OTHER[name]) for name in names}))
    fresh = draw(st.lists(st.sampled_from(["fresh-1", "fresh-2"]), unique=True))
    kept += [a_requirement(key, draw(OTHER["label"])) for key in fresh]
    shelves: dict[str, list[Requirement]] = {each.key: [] for each in older.domains}
    for each in draw(st.permutations(kept)):
        shelves[draw(st.sampled_from([*shelves]))].append(each)
    domains = [replace(each, requirements=tuple(shelves[each.key])) for each in older.domains]
    newer = replace(older, domains=tuple(draw(st.permutations(domains))), lineage=())
    return replace(older, lineage=()), newer


@st.composite
def records(draw: st.DrawFn, older: Catalog, newer: Catalog) -> list[Lineage]:
    """Records of any kind, each older requirement in one of them at most."""
    sources = list(draw(st.permutations([each.key for each in older.requirements])))
    keys = [each.key for each in newer.requirements]
    found = []
    for _ in range(draw(st.integers(0, len(sources)))):
        if not sources:
            break
        kind = draw(st.sampled_from([each for each in LineageKind if each is not LineageKind.NEW]))
        ends = list(draw(st.permutations(keys)))[: draw(st.integers(0, 2))]
        taken = [sources.pop() for _ in range(min(len(sources), draw(st.integers(1, 2))))]
        found.append(record(kind, taken, ends))
    return found


def domain_of(catalog: Catalog) -> dict[str, str]:
    return {each.key: domain.key for domain in catalog.domains for each in domain.requirements}


def differing(older: Catalog, newer: Catalog, source: str, target: str) -> set[str]:
    """The fields in which two requirements differ, found the plain way."""
    before = next(each for each in older.requirements if each.key == source)
    after = next(each for each in newer.requirements if each.key == target)
    names = {name for name in FIELDS if getattr(before, name) != getattr(after, name)}
    names |= {"domain"} if domain_of(older)[source] != domain_of(newer)[target] else set()
    return names | ({"key"} if source != target else set())


@settings(deadline=None, max_examples=EXAMPLES)
@given(st.data())
def test_every_requirement_of_both_editions_stands_in_exactly_one_change(
    data: st.DataObject,
) -> None:
    older, newer = data.draw(edits())
    found = compared(older, newer, *data.draw(records(older, newer)))
    sources = [key for each in found.changes for key in each.sources]
    targets = [key for each in found.changes for key in each.targets]
    assert Counter(sources) == Counter(each.key for each in older.requirements)
    assert Counter(targets) == Counter(each.key for each in newer.requirements)
    assert all(each.sources or each.targets for each in found.changes)


@settings(deadline=None, max_examples=EXAMPLES)
@given(edits())
def test_whatever_differs_is_told_with_each_field_and_nothing_else_is(
    pair: tuple[Catalog, Catalog],
) -> None:
    older, newer = pair
    found = compared(older, newer)
    told = {each.key: each for each in found.told}
    old, new = domain_of(older).keys(), domain_of(newer).keys()
    for key in old & new:
        names = differing(older, newer, key, key)
        assert (key in told) == bool(names)
        assert set(told[key].fields if key in told else ()) == names
    assert {key for key, each in told.items() if not each.sources} == new - old
    assert {key for key, each in told.items() if not each.targets} == old - new


@settings(deadline=None, max_examples=EXAMPLES)
@given(st.data())
def test_what_differs_is_told_whatever_the_records_say(data: st.DataObject) -> None:
    older, newer = data.draw(edits())
    found = compared(older, newer, *data.draw(records(older, newer)))
    for each in found.changes:
        if len(each.sources) == len(each.targets) == 1:
            names = differing(older, newer, each.sources[0], each.targets[0])
            assert set(each.fields) == names
            assert not names or each in found.told
        else:
            assert each in found.told


MIRRORED = {
    LineageKind.NEW: LineageKind.WITHDRAWN,
    LineageKind.WITHDRAWN: LineageKind.NEW,
    LineageKind.SPLIT: LineageKind.MERGED,
    LineageKind.MERGED: LineageKind.SPLIT,
}


def mirrored(change: Change) -> LineageKind:
    """What a change is when it is read backwards; several into several is a split both ways."""
    if min(len(change.sources), len(change.targets)) > 1 and change.kind is LineageKind.SPLIT:
        return LineageKind.SPLIT
    return MIRRORED.get(change.kind, change.kind)


@settings(deadline=None, max_examples=EXAMPLES)
@given(st.data())
def test_a_comparison_read_backwards_is_its_mirror_image(data: st.DataObject) -> None:
    older, newer = data.draw(edits())
    relation = relate([step_between(older, newer, data.draw(records(older, newer)))])
    there = compare(older, newer, relation)
    back = compare(newer, older, relation.inverted())
    expected = {(each.targets, each.sources, mirrored(each), each.fields) for each in there.changes}
    found = {(each.sources, each.targets, each.kind, each.fields) for each in back.changes}
    assert found == expected
    assert {(each.newer, each.older) for each in there.reused} == {
        (each.older, each.newer) for each in back.reused
    }
    assert {(each.key, MIRRORED.get(each.kind, each.kind)) for each in there.domains} == {
        (each.key, each.kind) for each in back.domains
    }


@settings(deadline=None, max_examples=EXAMPLES)
@given(catalogs())
def test_an_edition_beside_itself_shows_no_difference(catalog: Catalog) -> None:
    found = compared(catalog, replace(catalog, lineage=()))
    assert (found.told, found.domains, found.reused, found.edition_fields) == ((), (), (), ())


# One requirement

WORDS = [
    ({"statement": LOG + "\n"}, ChangeClass.EDITORIAL),
    ({"statement": LOG.replace("every call", "every  call")}, ChangeClass.EDITORIAL),
    ({"statement": LOG.replace("ninety", "sixty")}, ChangeClass.SUBSTANTIVE),
    ({"statement": LOG.replace("shall", "should")}, ChangeClass.FORCE),
    ({"status": Status.WATCH}, ChangeClass.FORCE),
    ({"title": "Keep a log"}, ChangeClass.CLARIFICATION),
    ({"title": "Log."}, ChangeClass.EDITORIAL),
    ({"guidance": "Any format will do."}, ChangeClass.CLARIFICATION),
    ({"references": (Reference(text="A book"),)}, ChangeClass.CLARIFICATION),
    ({"related": ("review",)}, ChangeClass.CLARIFICATION),
    ({"tags": ("level 1",)}, ChangeClass.CLARIFICATION),
    ({"label": "EX-9"}, ChangeClass.EDITORIAL),
]


@pytest.mark.parametrize(("fields", "expected"), WORDS)
def test_the_class_is_that_of_what_binds_or_else_of_what_explains(
    fields: dict[str, Any], expected: ChangeClass
) -> None:
    change = of(compared(FIRST, edited(FIRST, "log", **fields)), "log")
    assert change.computed is expected
    assert change.fields == tuple(fields)
    assert change.word == expected.value


ALONE: dict[str, Any] = {
    **dict.fromkeys(FIELDS, "other"),
    "references": (Reference(text="A book"),),
    "related": ("review",),
    "tags": ("level 1",),
    "successors": ("review",),
    "status": Status.WATCH,
    "withdrawn_reason": WithdrawalReason.INCORRECT,
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_difference_in_one_field_alone_is_told(name: str) -> None:
    [change] = compared(FIRST, edited(FIRST, "log", **{name: ALONE[name]})).told
    assert (change.sources, change.targets, change.fields) == (("log",), ("log",), (name,))
    assert change.computed is not ChangeClass.UNCHANGED


def test_what_was_on_watch_and_binds_now_changes_in_force() -> None:
    watched = edited(FIRST, "erasure", status=Status.WATCH)
    change = of(compared(watched, FIRST), "erasure")
    assert (change.kind, change.computed) == (LineageKind.SAME, ChangeClass.FORCE)


def test_a_requirement_that_is_absent_is_withdrawn_and_one_that_was_is_new() -> None:
    found = compared(FIRST, without(beside(FIRST, a_requirement("drill", "EX-1.3")), "log"))
    assert [(each.kind.value, each.key, each.computed) for each in found.told] == [
        ("new", "drill", None),
        ("withdrawn", "log", None),
    ]


def test_a_requirement_whose_status_says_so_is_withdrawn() -> None:
    change = of(compared(FIRST, edited(FIRST, "log", **GONE)), "log")
    assert change.kind is LineageKind.WITHDRAWN
    assert (change.sources, change.targets) == (("log",), ("log",))
    assert {"status", "withdrawn_reason"} <= set(change.fields)


def test_a_requirement_that_stays_as_withdrawn_stands_in_one_change_with_its_record() -> None:
    told = record(LineageKind.WITHDRAWN, ["log"], reason=WithdrawalReason.INCORRECT)
    found = compared(FIRST, edited(FIRST, "log", **GONE), told)
    [change] = found.told
    assert (change.kind, change.sources, change.record) == (LineageKind.WITHDRAWN, ("log",), told)


def test_a_requirement_that_was_withdrawn_and_binds_again_is_new() -> None:
    change = of(compared(edited(FIRST, "log", **GONE), FIRST), "log")
    assert (change.kind, change.sources) == (LineageKind.NEW, ("log",))


def test_a_requirement_that_was_withdrawn_before_stays_as_it_was() -> None:
    gone = edited(FIRST, "log", **GONE)
    assert compared(gone, gone).told == ()


def test_a_withdrawal_in_favour_of_another_keeps_its_record_and_its_successor() -> None:
    told = record(LineageKind.WITHDRAWN, ["log"], ["review"], reason=WithdrawalReason.COVERED_BY)
    found = compared(FIRST, without(FIRST, "log"), told)
    [change] = found.told
    assert (change.kind, change.targets, change.record) == (LineageKind.WITHDRAWN, (), told)
    assert of(found, "review").record is None


@pytest.mark.parametrize(
    "domains",
    [
        {"running": ["log"], "data": ["review", *DOMAINS["data"]]},
        {"data": ["review", *DOMAINS["data"]], "running": ["log"]},
    ],
)
def test_a_requirement_in_another_domain_is_moved(domains: dict[str, list[str]]) -> None:
    change = of(compared(FIRST, a_catalog(domains=domains)), "review")
    assert change.kind is LineageKind.MOVED
    assert change.domain == "data"
    assert "domain" in change.fields


def test_a_requirement_with_another_label_or_key_is_moved() -> None:
    relabelled = of(compared(FIRST, edited(FIRST, "log", label="EX-9")), "log")
    assert (relabelled.kind, relabelled.fields) == (LineageKind.MOVED, ("label",))
    newer = a_catalog(domains={"running": [a_requirement("v2-log", "EX-1.1", title="Log",
                      statement=LOG), "review"], "data": DOMAINS["data"]})  # fmt: skip
    rekeyed = of(compared(FIRST, newer, record(LineageKind.MOVED, ["log"], ["v2-log"])), "v2-log")
    assert (rekeyed.kind, rekeyed.fields) == (LineageKind.MOVED, ("key",))
    assert rekeyed.sources == ("log",)


def test_a_split_and_a_merge_name_all_their_ends() -> None:
    newer = a_catalog(
        domains={"running": ["left", "right"], "data": ["both"]},
    )
    split = record(LineageKind.SPLIT, ["log"], ["left", "right"], confirmed=ChangeClass.EDITORIAL)
    merged = record(LineageKind.MERGED, ["consent", "erasure"], ["both"])
    gone = record(LineageKind.WITHDRAWN, ["review"], reason=WithdrawalReason.INCORRECT)
    found = compared(FIRST, newer, split, merged, gone)
    assert [(each.word, each.sources, each.targets, each.record) for each in found.told] == [
        ("split", ("log",), ("left", "right"), split),
        ("withdrawn", ("review",), (), gone),
        ("merged", ("consent", "erasure"), ("both",), merged),
    ]
    assert of(found, "right") is of(found, "log")


def test_a_text_that_is_only_cut_in_two_is_clarified() -> None:
    cut = [a_requirement("a", "A", statement=REVIEW), a_requirement("b", "B", statement=CONSENT)]
    older = a_catalog(domains={"all": [a_requirement("x", "X", statement=f"{REVIEW}\n{CONSENT}")]})
    newer = a_catalog(domains={"all": cut})
    found = of(compared(older, newer, record(LineageKind.SPLIT, ["x"], ["a", "b"])), "x")
    assert found.computed is ChangeClass.CLARIFICATION


def test_a_key_that_a_record_calls_new_is_withdrawn_and_new() -> None:
    newer = edited(FIRST, "log", title="Song", statement="The operator shall sing.")
    fresh = record(LineageKind.NEW, targets=["log"])
    found = compared(FIRST, newer, fresh)
    assert [(each.word, each.sources, each.targets) for each in found.told] == [
        ("new", (), ("log",)),
        ("withdrawn", ("log",), ()),
    ]
    assert [(each.label, each.older, each.newer) for each in found.reused] == [
        ("EX-1.1", "log", "log")
    ]


def test_the_confirmed_class_counts_and_the_computed_one_is_kept_beside_it() -> None:
    newer = edited(FIRST, "log", statement=LOG.replace("ninety", "sixty"))
    change = of(compared(FIRST, newer, changed("log", ChangeClass.CLARIFICATION)), "log")
    assert change.computed is ChangeClass.SUBSTANTIVE
    assert change.change_class is ChangeClass.CLARIFICATION
    assert change.word == "clarification"
    assert of(compared(FIRST, newer, changed("log", None)), "log").word == "substantive"


def test_a_label_that_names_another_requirement_is_found() -> None:
    swapped = edited(edited(FIRST, "log", label="EX-1.2"), "review", label="EX-1.1")
    found = {(each.label, each.older, each.newer) for each in compared(FIRST, swapped).reused}
    assert found == {("EX-1.2", "review", "log"), ("EX-1.1", "log", "review")}
    fresh = beside(without(FIRST, "review"), a_requirement("drill", "EX-1.2"))
    [reused] = compared(FIRST, fresh).reused
    assert (reused.label, reused.older, reused.newer) == ("EX-1.2", "review", "drill")


def test_a_label_that_stays_with_its_text_is_not_reused() -> None:
    assert compared(FIRST, edited(FIRST, "log", statement="Sing.", title="Song")).reused == ()
    newer = beside(without(FIRST, "erasure"), a_requirement("v2", "EX-2.2"), domain="data")
    assert compared(FIRST, newer, record(LineageKind.MOVED, ["erasure"], ["v2"])).reused == ()
    parts = [a_requirement("v2", "EX-2.2"), a_requirement("v3", "EX-2.3")]
    split = beside(without(FIRST, "erasure"), *parts, domain="data")
    assert compared(FIRST, split, record(LineageKind.SPLIT, ["erasure"], ["v2", "v3"])).reused == ()


# The edition and its domains


def test_facts_of_the_edition_that_differ_are_named() -> None:
    facts: dict[str, Any] = {
        "title": "Second",
        "summary": "More.",
        "licence": "CC0",
        "attribution": "Us",
    }
    found = compared(FIRST, following(FIRST, "1.0.1", **facts))
    assert found.edition_fields == tuple(facts)
    assert found.told == ()


def test_domains_that_are_new_gone_or_reworded_are_named() -> None:
    running, data = FIRST.domains
    people = a_domain("people", 3, [a_requirement("drill", "EX-3.1")])
    renamed = replace(data, title="Personal data", rationale="It was asked for.")
    found = compared(FIRST, replace(FIRST, domains=(renamed, people)))
    assert {(each.kind.value, each.key, each.fields) for each in found.domains} == {
        ("same", "data", ("title", "rationale")),
        ("new", "people", ()),
        ("withdrawn", running.key, ()),
    }


def test_another_order_changes_nothing_that_is_asked() -> None:
    turned = replace(
        FIRST,
        domains=tuple(
            replace(each, requirements=each.requirements[::-1]) for each in FIRST.domains[::-1]
        ),
    )
    assert compared(FIRST, turned).told == ()


def test_changes_stand_in_the_reading_order_of_the_newer_edition() -> None:
    newer = a_catalog(domains={"data": ["erasure", "fresh", "consent"], "running": ["review"]})
    found = compared(FIRST, newer)
    assert [each.key for each in found.changes] == ["erasure", "fresh", "consent", "review", "log"]


def test_counts_are_by_word_in_all_or_in_one_domain() -> None:
    newer = edited(without(FIRST, "erasure"), "log", statement="The operator shall sing.")
    found = compared(FIRST, newer)
    assert found.counts() == {"substantive": 1, "unchanged": 2, "withdrawn": 1}
    assert found.counts(domain="data") == {"unchanged": 1, "withdrawn": 1}


def test_a_change_is_found_by_a_key_of_either_edition() -> None:
    found = compared(FIRST, without(FIRST, "log"))
    assert of(found, "log").kind is LineageKind.WITHDRAWN
    assert found.of("unheard-of") is None


@pytest.mark.parametrize(
    ("newer", "expected"),
    [
        (FIRST, None),
        (edited(FIRST, "log", title="Log."), Level.PATCH),
        (edited(FIRST, "log", status=Status.WATCH), Level.MINOR),
        (without(FIRST, "log"), Level.MINOR),
        (replace(FIRST, domains=FIRST.domains[:1]), Level.MAJOR),
        (replace(FIRST, domains=(replace(FIRST.domains[0], title="T"), FIRST.domains[1])),
         Level.PATCH),
    ],
)  # fmt: skip
def test_the_level_of_a_release_follows_from_its_changes(
    newer: Catalog, expected: Level | None
) -> None:
    assert computed_level(FIRST, newer, compared(FIRST, newer)) is expected


# Over several editions


def step(older: list[str], newer: list[str], *told: Lineage) -> Step:
    return Step(frozenset(older), frozenset(newer), told)


def edges(relation: Relation) -> dict[str, set[str]]:
    return {key: set(targets) for key, targets in relation.edges.items()}


def test_records_are_joined_over_three_editions() -> None:
    first = step(
        ["a", "b", "c", "d"],
        ["a1", "a2", "bc", "d"],
        record(LineageKind.SPLIT, ["a"], ["a1", "a2"]),
        record(LineageKind.MERGED, ["b", "c"], ["bc"]),
    )
    second = step(
        ["a1", "a2", "bc", "d"],
        ["x", "bc", "fresh"],
        record(LineageKind.MOVED, ["a1"], ["x"]),
        record(LineageKind.WITHDRAWN, ["a2"], reason=WithdrawalReason.INCORRECT),
    )
    joined = relate([first, second])
    assert edges(joined) == {"a": {"x"}, "b": {"bc"}, "c": {"bc"}, "d": set()}
    assert edges(joined.inverted()) == {"x": {"a"}, "bc": {"b", "c"}}


def test_a_key_that_was_used_anew_in_between_does_not_join_what_it_parted() -> None:
    first = step(["a", "b"], ["a", "b"], record(LineageKind.MOVED, ["a"], ["b"]),
                 record(LineageKind.NEW, targets=["a"]),
                 record(LineageKind.WITHDRAWN, ["b"]))  # fmt: skip
    second = step(["a", "b"], ["a", "b"])
    assert edges(relate([first, second])) == {"a": {"b"}, "b": set()}


def test_records_tell_of_one_step_only() -> None:
    told = record(LineageKind.MOVED, ["a"], ["b"])
    one = step(["a"], ["b"], told)
    assert relate([one]).records == (told,)
    assert relate([one, step(["b"], ["b"])]).records == ()


# What resembles what


def test_suggestions_rank_what_is_there_by_likeness_and_leave_the_withdrawn_out() -> None:
    newer = edited(
        a_catalog(
            domains={
                "all": [
                    a_requirement("v2-log", "1", statement=LOG.replace("ninety", "sixty")),
                    a_requirement("v2-log-gone", "2", statement=LOG),
                    a_requirement("v2-review", "3", statement=REVIEW),
                ]
            }
        ),
        "v2-log-gone",
        **GONE,
    )
    found = suggest(FIRST, newer, only={"log"})
    assert set(found) == {"log"}
    assert found["log"][0].key == "v2-log"
    assert "v2-log-gone" not in {each.key for each in found["log"]}
    assert "log" in found["log"][0].shared
    assert all(0 < each.score <= 1 for each in found["log"])


def test_there_are_at_most_five_suggestions_each() -> None:
    many = a_catalog(domains={"all": rows(12)})
    assert {len(each) for each in suggest(many, many).values()} == {5}
    assert suggest(many, many, limit=2)["item-3"][0].key == "item-3"


def test_pairs_are_looked_over_with_the_least_credible_first() -> None:
    newer = a_catalog(
        domains={"all": [a_requirement("x", "1", title="Log", statement=LOG), "y", "z"]}
    )
    found = lint(
        FIRST,
        newer,
        [
            record(LineageKind.MOVED, ["log"], ["x"]),
            record(LineageKind.MOVED, ["review"], ["y"]),
            record(LineageKind.MOVED, ["consent"], ["z"], confirmed=ChangeClass.UNCHANGED),
            record(LineageKind.MOVED, ["unheard-of"], ["nothing"]),
        ],
    )
    assert [(each.source, each.faults) for each in found] == [
        ("unheard-of", ("unknown source", "unknown target")),
        ("consent", ("unchanged but differs",)),
        ("review", ()),
        ("log", ()),
    ]
    assert (found[-1].rank, found[-1].nearest, found[-1].score) == (1, "x", 1.0)


def test_a_pair_that_is_told_twice_is_a_contradiction() -> None:
    pair = record(LineageKind.MOVED, ["log"], ["log"])
    found = lint(FIRST, FIRST, [pair, replace(pair, rationale="Again.")])
    assert [each.faults for each in found] == [("twice",), ("twice",)]


def test_a_domain_without_requirements_is_compared_like_any_other() -> None:
    empty = Domain(key="empty", label="EX-3", title="Empty")
    found = compared(FIRST, replace(FIRST, domains=(*FIRST.domains, empty)))
    assert [(each.kind, each.key) for each in found.domains] == [(LineageKind.NEW, "empty")]


# What a reader once stumbled over


def test_a_key_that_went_and_came_back_over_three_editions_raises_no_alarm() -> None:
    steps = [step(["a", "b"], ["a"], record(LineageKind.WITHDRAWN, ["b"])),
             step(["a"], ["a", "b"], record(LineageKind.NEW, targets=["b"]))]  # fmt: skip
    assert edges(relate(steps)) == {"a": {"a"}, "b": {"b"}}


def test_why_a_requirement_went_is_told_over_several_editions() -> None:
    gone = record(LineageKind.WITHDRAWN, ["b"])
    steps = [step(["a", "b"], ["a"], gone), step(["a"], ["a"])]
    assert relate(steps).records == (gone,)


def test_another_order_alone_is_told_as_a_fact_of_the_edition() -> None:
    older = a_catalog(domains={"one": ["a", "b"], "two": ["c"]})
    for domains in ({"one": ["b", "a"], "two": ["c"]}, {"two": ["c"], "one": ["a", "b"]}):
        found = compared(older, a_catalog("1.1", domains=domains))
        assert "order" in found.edition_fields
    assert compared(older, a_catalog("1.1", domains={"one": ["a", "b"], "two": ["c"]})) == (
        compared(older, older)
    )


def test_every_record_of_a_larger_change_tells_its_reason() -> None:
    older = a_catalog(domains={"all": ["a", "b"]})
    newer = a_catalog("1.1", domains={"all": ["x", "y"]})
    parted = record(LineageKind.SPLIT, ["a"], ["x", "y"], rationale="It was two things.")
    joined = record(LineageKind.MOVED, ["b"], ["y"], rationale="It belongs there.")
    [change] = compared(older, newer, parted, joined).changes
    assert "It was two things." in change.rationale
    assert "It belongs there." in change.rationale


def test_a_renaming_that_shows_in_the_guidance_is_uniform_in_the_statements() -> None:
    older, newer = (
        a_catalog(domains={"running": [_about(term, number) for number in range(5)]})
        for term in ("secret", "credential")
    )
    found = compared(older, following(older, "1.1", newer))
    assert found.by_target()["key-0"].computed is ChangeClass.EDITORIAL


def _about(term: str, number: int) -> Requirement:
    return a_requirement(
        f"key-{number}",
        f"1.{number}",
        statement=f"Replace each {term}." if not number else f"Keep log {number}.",
        guidance=f"Where a {term} is lost, tell the owner of log {number}.",
    )
