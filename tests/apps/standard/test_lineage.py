"""What became of the requirements of somebody else's framework is recorded once, and counts."""

from dataclasses import replace
from datetime import datetime

import pytest

from guildmark.apps.audit.models import Event
from guildmark.apps.standard import queries, services
from guildmark.apps.standard.catalogs import catalog_of, lineage_values
from guildmark.apps.standard.models import Lineage
from guildmark.apps.standard.queries import Edition
from guildmark.cores.catalog import (
    CatalogRefused,
    ChangeClass,
    LineageKind,
    WithdrawalReason,
)
from guildmark.cores.catalog import Lineage as Record

from .factories import FIRST, LOG, a_catalog, a_requirement, edited, following, record, release

pytestmark = pytest.mark.django_db
Pair = tuple[Edition, Edition]

OLD = a_catalog("4", external=True)
NEW = a_catalog(
    "5",
    external=True,
    supersedes="4",
    domains={
        "all": [a_requirement("v5-log", "1", title="Log", statement=LOG), "v5-review", "v5-more"]
    },
)
MOVED = record(LineageKind.MOVED, ["log"], ["v5-log"])
SPLIT = record(LineageKind.SPLIT, ["review"], ["v5-review", "v5-more"])
GONE = record(LineageKind.WITHDRAWN, ["consent"], reason=WithdrawalReason.OUT_OF_SCOPE)


@pytest.fixture
def pair() -> Pair:
    """Two editions of somebody else's framework that share no key."""
    return release(OLD), release(NEW)


def add(pair: Pair, *records: Record, at: datetime) -> int:
    return services.record_lineage(*pair, records, actor=None, at=at)


def refused(pair: Pair, *records: Record, at: datetime) -> dict[str, str]:
    """The problems for which records are refused, by place; none of them is kept."""
    before = lineage_values(*pair)
    with pytest.raises(CatalogRefused) as refusal:
        add(pair, *records, at=at)
    assert lineage_values(*pair) == before
    return {each.place: each.text for each in refusal.value.problems}


def test_records_are_added_and_found_in_order(pair: Pair, at: datetime) -> None:
    assert add(pair, MOVED, at=at) == 1
    assert add(pair, SPLIT, GONE, at=at) == 2
    assert lineage_values(*pair) == (MOVED, SPLIT, GONE)
    recorded = Event.objects.filter(name="standard:lineage:recorded")
    assert [each.payload["records"] for each in recorded.order_by("pk")] == [1, 2]


def test_the_same_record_again_changes_nothing(pair: Pair, at: datetime) -> None:
    add(pair, MOVED, SPLIT, at=at)
    assert add(pair, SPLIT, MOVED, at=at) == 0
    assert add(pair, SPLIT, GONE, at=at) == 1
    assert Lineage.objects.count() == 3
    assert Event.objects.filter(name="standard:lineage:recorded").count() == 2


def test_the_same_record_twice_in_one_call_is_kept_once(pair: Pair, at: datetime) -> None:
    assert add(pair, MOVED, MOVED, at=at) == 1
    assert lineage_values(*pair) == (MOVED,)


@pytest.mark.parametrize(
    "other",
    [
        record(LineageKind.MOVED, ["log"], ["v5-more"]),
        record(LineageKind.MERGED, ["erasure", "log"], ["v5-more"]),
        record(LineageKind.WITHDRAWN, ["log"], reason=WithdrawalReason.INCORRECT),
        replace(MOVED, rationale="Another reason."),
        replace(MOVED, confirmed=ChangeClass.EDITORIAL),
    ],
)
def test_a_second_record_of_the_same_requirement_is_refused(
    pair: Pair, other: Record, at: datetime
) -> None:
    add(pair, MOVED, at=at)
    assert "log" in refused(pair, GONE, other, at=at)["$.lineage[1].sources"]


def test_two_records_of_the_same_requirement_in_one_call_are_refused(
    pair: Pair, at: datetime
) -> None:
    other = record(LineageKind.MOVED, ["log"], ["v5-more"])
    assert "log" in refused(pair, MOVED, other, at=at)["$.lineage[1].sources"]


def test_unknown_keys_are_refused_each_with_its_place(pair: Pair, at: datetime) -> None:
    wrong = record(LineageKind.MOVED, ["nowhere"], ["nothing"])
    told = refused(pair, MOVED, wrong, at=at)
    assert set(told) == {"$.lineage[1].sources", "$.lineage[1].targets[0]"}
    assert "Edition 4" in told["$.lineage[1].sources"]
    assert "nothing" in told["$.lineage[1].targets[0]"]


@pytest.mark.parametrize(
    "odd",
    [
        record(LineageKind.NEW, ["log"], ["v5-log"]),
        record(LineageKind.MOVED, ["log"], []),
        record(LineageKind.SAME, ["log"], ["v5-log", "v5-more"]),
        replace(MOVED, rationale="holds a \0"),
    ],
)
def test_a_record_that_no_edition_could_hold_is_refused(
    pair: Pair, odd: Record, at: datetime
) -> None:
    assert refused(pair, odd, at=at)


def test_the_lineage_of_an_own_framework_cannot_be_added_to(at: datetime) -> None:
    older = release(FIRST)
    text = edited(FIRST, "log", statement="The operator shall sing.")
    told = replace(MOVED, kind=LineageKind.SAME, targets=("log",), confirmed=ChangeClass.FORCE)
    newer = release(following(FIRST, "1.1", text, told))
    more = record(LineageKind.WITHDRAWN, ["review"], reason=WithdrawalReason.INCORRECT)
    assert "own" in refused((older, newer), more, at=at)[""]


def test_editions_of_two_frameworks_have_no_lineage(pair: Pair, at: datetime) -> None:
    other = release(a_catalog("5", key="other", external=True))
    assert refused((pair[0], other), record(LineageKind.SAME, ["log"], ["log"]), at=at)


def test_a_comparison_made_before_is_made_anew_with_the_records(pair: Pair, at: datetime) -> None:
    before = queries.comparison(*pair)
    assert before.counts() == {"withdrawn": 4, "new": 3}
    add(pair, MOVED, SPLIT, at=at)
    after = queries.comparison(*pair)
    assert after.counts() == {"withdrawn": 2, "split": 1, "editorial": 1}
    found = after.of("log")
    assert found is not None
    assert (found.targets, found.record) == (("v5-log",), MOVED)
    assert queries.comparison(*pair) == after


def test_a_comparison_over_several_editions_is_made_anew_too(pair: Pair, at: datetime) -> None:
    last = release(a_catalog("6", external=True, supersedes="5", domains={"all": ["v6-log"]}))
    assert queries.comparison(pair[0], last).counts()["new"] == 1
    add(pair, MOVED, at=at)
    add((pair[1], last), record(LineageKind.MOVED, ["v5-log"], ["v6-log"]), at=at)
    found = queries.comparison(pair[0], last).of("log")
    assert found is not None
    assert found.targets == ("v6-log",)


def test_an_edition_whose_lineage_grew_is_still_the_one_that_was_imported(
    pair: Pair, at: datetime
) -> None:
    add(pair, MOVED, at=at)
    assert not services.release_edition(NEW, actor=None, at=at).is_new
    kept = catalog_of(Edition.objects.get(pk=pair[1].pk))
    assert not services.release_edition(kept, actor=None, at=at).is_new


def test_records_added_later_are_judged_together_with_those_that_are_there(
    pair: Pair, at: datetime
) -> None:
    add(pair, MOVED, at=at)
    assert refused(pair, record(LineageKind.NEW, targets=["v5-log"]), at=at)
    other = record(LineageKind.MOVED, ["review"], ["v5-log"])
    assert refused(pair, other, at=at)
