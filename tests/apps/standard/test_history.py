"""Requirements are found by key or label, and followed through every edition."""

from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from guildmark.apps.standard import queries
from guildmark.apps.standard.models import Framework
from guildmark.apps.standard.queries import Requirement
from guildmark.cores.catalog import ChangeClass, LineageKind, WithdrawalReason

from .factories import (
    DOMAINS,
    FIRST,
    LOG,
    a_catalog,
    a_requirement,
    beside,
    changed,
    edited,
    following,
    record,
    release,
    the,
    without,
)

pytestmark = pytest.mark.django_db


def told(row: Requirement) -> list[tuple[str, str, str]]:
    """Edition, key and label of each version, the newest first."""
    return [
        (each.requirement.edition.number, each.requirement.key, each.requirement.label)
        for each in queries.history(row)
    ]


def test_a_requirement_is_followed_by_its_key_whatever_its_label_was() -> None:
    first = release(FIRST)
    swapped = edited(edited(FIRST, "log", label="EX-9"), "review", label="EX-1.1")
    editorial = ChangeClass.EDITORIAL
    second = release(
        following(
            FIRST, "1.0.1", swapped,
            record(LineageKind.MOVED, ["log"], ["log"], confirmed=editorial),
            record(LineageKind.MOVED, ["review"], ["review"], confirmed=editorial),
        )
    )  # fmt: skip
    expected = [("1.0.1", "log", "EX-9"), ("1.0", "log", "EX-1.1")]
    assert told(the(first, "log")) == told(the(second, "log")) == expected


def test_both_ends_of_a_merge_and_of_a_split_are_in_the_history() -> None:
    first = release(FIRST)
    text = a_catalog(domains={"running": ["both"], "data": ["consent", "left", "right"]})
    records = (
        record(LineageKind.MERGED, ["log", "review"], ["both"], confirmed=ChangeClass.SUBSTANTIVE),
        record(
            LineageKind.SPLIT,
            ["erasure"],
            ["left", "right"],
            confirmed=ChangeClass.SUBSTANTIVE,
        ),
    )
    second = release(following(FIRST, "1.1", text, *records))
    assert [key for _number, key, _label in told(the(second, "both"))] == ["both", "log", "review"]
    assert [key for _number, key, _label in told(the(first, "log"))] == ["both", "log"]
    assert [key for _number, key, _label in told(the(first, "erasure"))] == [
        "left",
        "right",
        "erasure",
    ]


def test_history_goes_over_all_editions_from_any_of_them() -> None:
    editions = [release(FIRST)]
    text = FIRST
    for number, words in (("1.1", "eighty"), ("1.2", "seventy"), ("1.3", "sixty")):
        newer = edited(text, "log", statement=LOG.replace("ninety", words))
        text = following(text, number, newer, changed("log"))
        editions.append(release(text))
    expected = [(number, "log", "EX-1.1") for number in ("1.3", "1.2", "1.1", "1.0")]
    for edition in editions:
        assert told(the(edition, "log")) == expected
    versions = queries.history(the(editions[0], "log"))
    assert [each.change.word if each.change else "" for each in versions] == [
        "substantive", "substantive", "substantive", "",
    ]  # fmt: skip


def test_a_requirement_that_came_and_went_has_only_its_own_time() -> None:
    release(FIRST)
    drill = beside(FIRST, a_requirement("drill", "EX-1.3"))
    second = following(FIRST, "1.1", drill, record(LineageKind.NEW, targets=["drill"]))
    edition = release(second)
    gone = record(LineageKind.WITHDRAWN, ["drill"], reason=WithdrawalReason.INCORRECT)
    release(following(second, "1.2", FIRST, gone))
    assert told(the(edition, "drill")) == [("1.1", "drill", "EX-1.3")]


def test_a_key_that_went_and_came_back_is_one_requirement() -> None:
    first = release(FIRST)
    gone = record(LineageKind.WITHDRAWN, ["erasure"], reason=WithdrawalReason.INCORRECT)
    second = following(FIRST, "1.1", without(FIRST, "erasure"), gone)
    release(second)
    back = record(LineageKind.NEW, targets=["erasure"])
    third = release(following(second, "1.2", FIRST, back))
    expected = [("1.2", "erasure", "EX-2.2"), ("1.0", "erasure", "EX-2.2")]
    assert told(the(third, "erasure")) == told(the(first, "erasure")) == expected


def test_history_asks_the_database_no_more_for_more_requirements(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    release(FIRST)
    text = edited(FIRST, "log", title="A log")
    second = release(following(FIRST, "1.0.1", text, changed("log", ChangeClass.EDITORIAL)))
    queries.history(the(second, "log"))
    row = the(second, "log")
    with django_assert_max_num_queries(20):
        queries.history(row)


def test_the_newest_version_is_the_one_of_the_newest_edition_that_has_it() -> None:
    release(FIRST)
    gone = record(LineageKind.WITHDRAWN, ["erasure"], reason=WithdrawalReason.INCORRECT)
    release(following(FIRST, "1.1", without(FIRST, "erasure"), gone))
    framework = Framework.objects.get()
    found = {key: queries.newest_version(framework, key) for key in ("log", "erasure", "none")}
    assert {key: row and row.edition.number for key, row in found.items()} == {
        "log": "1.1",
        "erasure": "1.0",
        "none": None,
    }


def test_a_requirement_is_found_by_its_key_before_another_ones_label() -> None:
    text = edited(edited(FIRST, "log", label="review"), "review", label="log")
    edition = release(text)
    assert the(edition, "log").key == "log"
    assert the(edition, "review").key == "review"


@pytest.mark.parametrize("label", ["EX-1.2", "ex-1.2"])
def test_a_requirement_is_found_by_its_label_in_capitals_or_not(label: str) -> None:
    assert the(release(FIRST), label).key == "review"


def test_a_requirement_is_looked_for_in_its_own_edition_only() -> None:
    release(FIRST)
    other = release(a_catalog("1.0", key="other", domains={"running": ["drill"]}))
    assert queries.requirement(other, "log") is None


def test_the_institutes_own_framework_comes_first_and_needs_an_edition() -> None:
    release(a_catalog("4", key="a-foreign-one", external=True))
    assert queries.own_framework() is None
    release(FIRST)
    own = queries.own_framework()
    assert own is not None
    assert own.key == "example"
    assert [each.key for each in queries.frameworks()] == ["example", "a-foreign-one"]
    newest = queries.newest(own)
    assert newest is not None
    assert newest.number == "1.0"


def test_named_requirements_come_in_the_order_that_was_asked() -> None:
    edition = release(FIRST)
    found = queries.named(edition, ["erasure", "unheard-of", "log"])
    assert [each.key for each in found] == ["erasure", "log"]


def test_domains_tell_their_sizes() -> None:
    edition = release(replace(FIRST, domains=a_catalog(domains={**DOMAINS, "empty": []}).domains))
    sizes = {each.key: each.size for each in queries.domains(edition)}  # type: ignore[attr-defined]
    assert sizes == {"running": 2, "data": 2, "empty": 0}


def test_an_older_edition_that_comes_in_later_does_not_become_the_newest(db: None) -> None:
    later = release(a_catalog("5.0", external=True, supersedes="4.0"))
    release(a_catalog("4.0", external=True))
    assert queries.newest(later.framework) == later
