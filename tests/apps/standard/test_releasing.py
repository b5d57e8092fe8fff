"""Editions are released whole, by those who may, and under the number that their changes ask."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit import queries as audit
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import Event, LedgerEntry
from guildmark.apps.audit.services import sequence_pending
from guildmark.apps.standard import queries, services
from guildmark.apps.standard.catalogs import catalog_of, digest_of
from guildmark.apps.standard.models import Domain, Edition, Framework, Requirement
from guildmark.apps.standard.queries import Edition as EditionRow
from guildmark.cores.catalog import (
    Catalog,
    CatalogRefused,
    ChangeClass,
    LineageKind,
    Reference,
    Status,
    WithdrawalReason,
)
from tests.apps.accounts.factories import administrator, member, staff
from tests.conftest import NOON
from tests.strategies.catalog import catalogs

from .factories import (
    DOMAINS,
    FIRST,
    LOG,
    a_catalog,
    a_domain,
    a_requirement,
    beside,
    changed,
    edited,
    following,
    record,
    release,
    without,
)

pytestmark = pytest.mark.django_db
Actor = Callable[[], Any]

FULL = replace(
    edited(
        FIRST,
        "review",
        intent="Nobody looks.\n\nThen nobody knows.",
        guidance="Take ten.",
        evidence="Minutes.",
        rationale="It happened.",
        alternatives="None.",
        references=(Reference(text="A book", url="https://example.org/"), Reference(text="b")),
        related=("consent", "log"),
        tags=("weekly", "a"),
        section="Watching",
        parent="log",
        status=Status.WATCH,
    ),
    edition=replace(
        FIRST.edition,
        title="First",
        summary="A beginning.",
        licence="CC BY 4.0",
        licence_url="https://example.org/licence",
        attribution="Somebody",
    ),
)


def refused(catalog: Catalog, *, actor: Any = None) -> dict[str, str]:
    """The problems for which an edition is refused, by place."""
    with pytest.raises(CatalogRefused) as refusal:
        release(catalog, actor=actor)
    return {each.place: each.text for each in refusal.value.problems}


def counts() -> tuple[int, ...]:
    """How many rows of each kind there are."""
    tables = (Framework, Edition, Domain, Requirement, Event)
    return tuple(each._default_manager.count() for each in tables)


def test_an_edition_is_released_whole_and_found_again_as_the_same_value() -> None:
    edition = release(FULL)
    assert catalog_of(EditionRow.objects.get(pk=edition.pk)) == FULL
    assert edition.digest == digest_of(FULL)


@settings(
    max_examples=settings().max_examples // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(catalog=catalogs())
def test_any_sound_catalog_is_found_again_as_the_same_value(catalog: Catalog) -> None:
    catalog = replace(catalog, framework=replace(catalog.framework, external=True))
    known = replace(catalog.edition, number="before", supersedes="")
    sources = [key for each in catalog.lineage for key in each.sources]
    before = replace(
        catalog,
        edition=known,
        domains=(a_domain("old", 1, [a_requirement(key, key) for key in sources]),),
        lineage=(),
    )
    dated = replace(
        catalog,
        edition=replace(
            catalog.edition,
            supersedes="before",
            released_at=catalog.edition.released_at or datetime(2026, 1, 1, tzinfo=UTC),
        ),
    )
    with transaction.atomic():
        release(before)
        found = EditionRow.objects.get(pk=release(dated).pk)
        assert catalog_of(found) == dated
        assert found.digest == digest_of(catalog_of(found))
        transaction.set_rollback(True)


def test_the_digest_is_the_same_in_every_time_zone_and_under_every_name() -> None:
    east = timezone(timedelta(hours=5))
    assert FIRST.edition.released_at is not None
    moved = replace(FIRST.edition, released_at=FIRST.edition.released_at.astimezone(east))
    assert digest_of(replace(FIRST, edition=moved)) == digest_of(FIRST)
    renamed = replace(FIRST.framework, name="Another Name", code="AN")
    assert digest_of(replace(FIRST, framework=renamed)) == digest_of(FIRST)
    assert digest_of(edited(FIRST, "log", statement=LOG + " ")) != digest_of(FIRST)


@pytest.mark.once
def test_the_digest_of_a_text_is_what_it_was_when_this_was_written() -> None:
    assert digest_of(FULL) == ("d8ed85bef8fdaeb51dc4b3abde600dad9611db4a26a44f059b51d1af6b9c7cba")


def test_releasing_the_same_text_again_changes_nothing(at: datetime) -> None:
    first = services.release_edition(FULL, actor=None, at=at)
    before = counts()
    again = services.release_edition(FULL, actor=None, at=at + timedelta(days=1))
    assert (first.is_new, again.is_new) == (True, False)
    assert again.edition == first.edition
    assert counts() == before


def test_an_edition_without_a_date_is_released_now_and_again_later_as_the_same(
    at: datetime,
) -> None:
    undated = a_catalog("1.0", released_at=None)
    edition = release(undated, at=at.replace(microsecond=7))
    assert edition.released_at == at
    later = services.release_edition(undated, actor=None, at=at + timedelta(days=9))
    assert not later.is_new


def test_another_text_under_the_same_number_is_refused_and_nothing_is_lost() -> None:
    edition = release(FIRST)
    before = counts()
    told = refused(edited(FIRST, "log", statement="The operator shall sing."))
    assert set(told) == {"$.edition.number"}
    assert "1.0" in told["$.edition.number"]
    assert "never changes" in told["$.edition.number"]
    assert counts() == before
    assert catalog_of(EditionRow.objects.get(pk=edition.pk)) == FIRST


def test_an_unsound_catalog_is_refused_with_everything_that_is_wrong() -> None:
    wrong = edited(edited(FIRST, "log", statement=""), "review", parent="nobody")
    told = refused(wrong)
    assert set(told) == {
        "$.domains[0].requirements[0].statement",
        "$.domains[0].requirements[1].parent",
    }
    assert counts() == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("number", ["1.0", "1.0.0", "3.12"])
def test_the_first_own_edition_is_numbered_with_whole_numbers(number: str) -> None:
    assert release(a_catalog(number)).number == number


@pytest.mark.parametrize("number", ["1", "0.9", "v1.0", "2026-09", "1.0 final", "01.0", "1.\u0663"])
def test_a_first_own_edition_with_another_number_is_refused_and_leaves_no_framework(
    number: str,
) -> None:
    assert "1.0" in refused(a_catalog(number))["$.edition.number"]
    assert counts() == (0, 0, 0, 0, 0)


def test_the_first_own_edition_supersedes_nothing() -> None:
    assert "0.9" in refused(a_catalog("1.0", supersedes="0.9"))["$.edition.supersedes"]
    assert not Framework.objects.exists()


PATCH = following(
    FIRST,
    "1.0.1",
    edited(FIRST, "log", guidance="Any format will do."),
    changed("log", ChangeClass.CLARIFICATION),
)
MINOR = following(
    FIRST, "1.1", edited(FIRST, "log", statement=LOG.replace("ninety", "sixty")), changed("log")
)
NEW = following(
    FIRST,
    "1.1",
    beside(FIRST, a_requirement("drill", "EX-1.3")),
    record(LineageKind.NEW, targets=["drill"]),
)
GONE = following(
    FIRST,
    "1.1",
    without(FIRST, "erasure"),
    record(LineageKind.WITHDRAWN, ["erasure"], reason=WithdrawalReason.NOT_PRACTICAL),
)
FORCE = following(
    FIRST,
    "1.1",
    edited(FIRST, "log", statement=LOG.replace("shall", "should")),
    changed("log", ChangeClass.FORCE),
)
MAJOR = following(
    FIRST,
    "2.0",
    replace(
        FIRST,
        domains=(*FIRST.domains, a_domain("people", 3, [a_requirement("drill", "EX-3.1")])),
    ),
    record(LineageKind.NEW, targets=["drill"]),
)
ONLY_FACTS = following(FIRST, "1.0.1", licence="CC BY 4.0")


@pytest.mark.parametrize("newer", [PATCH, MINOR, NEW, GONE, FORCE, MAJOR, ONLY_FACTS])
def test_the_next_own_edition_has_the_number_that_its_changes_call_for(newer: Catalog) -> None:
    release(FIRST)
    edition = release(newer)
    assert edition.supersedes is not None
    assert edition.supersedes.number == "1.0"
    assert catalog_of(EditionRow.objects.get(pk=edition.pk)) == newer


@pytest.mark.parametrize("newer", [PATCH, MINOR, NEW, GONE, FORCE, MAJOR, ONLY_FACTS])
@pytest.mark.parametrize("number", ["1.0.2", "1.2", "3.0", "next"])
def test_any_other_number_is_refused_and_the_right_one_is_named(
    newer: Catalog, number: str
) -> None:
    release(FIRST)
    before = counts()
    wrong = replace(newer, edition=replace(newer.edition, number=number))
    told = refused(wrong)
    assert set(told) == {"$.edition.number"}
    assert f"this edition {newer.edition.number}, not {number}" in told["$.edition.number"]
    assert counts() == before


def test_numbers_count_on_from_the_newest_edition() -> None:
    release(FIRST)
    release(MINOR)
    text = edited(MINOR, "log", title="A log")
    patch = following(MINOR, "1.1.1", text, changed("log", ChangeClass.EDITORIAL))
    release(patch)
    release(following(patch, "1.2", without(patch, "erasure"), GONE.lineage[0]))
    assert [each.number for each in queries.editions(Framework.objects.get())] == [
        "1.2",
        "1.1.1",
        "1.1",
        "1.0",
    ]


def test_the_confirmed_class_decides_about_the_number_and_not_the_computed_one() -> None:
    release(FIRST)
    text = edited(FIRST, "log", statement=LOG.replace("ninety", "sixty"))
    lighter = following(FIRST, "1.0.1", text, changed("log", ChangeClass.EDITORIAL))
    assert release(lighter).number == "1.0.1"


def test_an_own_edition_supersedes_the_newest_one() -> None:
    release(FIRST)
    release(MINOR)
    second = following(FIRST, "1.2", NEW, *NEW.lineage)
    assert "1.1" in refused(second)["$.edition.supersedes"]
    orphan = replace(second, edition=replace(second.edition, supersedes=""))
    assert "1.1" in refused(orphan)["$.edition.supersedes"]
    unknown = replace(second, edition=replace(second.edition, supersedes="7.7"))
    assert "1.1" in refused(unknown)["$.edition.supersedes"]


def test_an_edition_in_which_nothing_changed_is_refused() -> None:
    release(FIRST)
    assert "Nothing changed since 1.0" in refused(following(FIRST, "1.0.1"))["$.edition"]


@pytest.mark.parametrize(
    ("newer", "key"), [(PATCH, "log"), (MINOR, "log"), (NEW, "drill"), (GONE, "erasure")]
)
def test_a_change_that_no_record_tells_is_refused(newer: Catalog, key: str) -> None:
    release(FIRST)
    told = refused(replace(newer, lineage=()))
    assert "no lineage record" in told[f"$.lineage ({key})"]


def test_a_moved_requirement_needs_a_record_too() -> None:
    release(FIRST)
    moved = a_catalog("1.0.1", domains={"running": ["log"], "data": [*DOMAINS["data"], "review"]})
    assert set(refused(following(FIRST, "1.0.1", moved))) == {"$.lineage (review)"}


@pytest.mark.parametrize("rationale", ["", " \n "])
def test_a_record_without_a_rationale_is_refused(rationale: str) -> None:
    release(FIRST)
    bare = replace(MINOR.lineage[0], rationale=rationale)
    told = refused(replace(MINOR, lineage=(bare,)))
    assert any("rationale" in place or "rationale" in text for place, text in told.items())


def test_a_record_that_confirms_no_class_is_refused_with_the_computed_one() -> None:
    release(FIRST)
    told = refused(replace(MINOR, lineage=(changed("log", None),)))
    assert "substantive" in told["$.lineage (log)"]


def test_what_differs_cannot_be_confirmed_as_unchanged() -> None:
    release(FIRST)
    told = refused(replace(PATCH, lineage=(changed("log", ChangeClass.UNCHANGED),)))
    assert "guidance" in told["$.lineage (log)"]


def test_all_that_is_not_told_is_listed_at_once() -> None:
    release(FIRST)
    text = beside(edited(without(FIRST, "review"), "log", title="Song"), a_requirement("x", "X"))
    told = refused(following(FIRST, "9.9", text, changed("log", None, rationale="")))
    assert set(told) == {
        "$.lineage[0].rationale",
        "$.lineage (log)",
        "$.lineage (x)",
        "$.lineage (review)",
        "$.edition.number",
    }


def test_each_record_of_a_change_with_several_needs_its_rationale() -> None:
    release(FIRST)
    text = a_catalog("2", domains={"running": ["left", "right"], "data": DOMAINS["data"]})
    records = [
        record(LineageKind.SPLIT, ["log"], ["left", "right"], confirmed=ChangeClass.SUBSTANTIVE),
        record(LineageKind.MOVED, ["review"], ["right"], rationale=""),
    ]
    assert any("rationale" in each for each in refused(following(FIRST, "1.1", text, *records)))


def test_a_requirement_that_stays_as_withdrawn_is_told_by_one_record() -> None:
    release(FIRST)
    gone = edited(
        FIRST,
        "erasure",
        status=Status.WITHDRAWN,
        withdrawn_reason=WithdrawalReason.NOT_PRACTICAL,
    )
    told = record(
        LineageKind.WITHDRAWN,
        ["erasure"],
        reason=WithdrawalReason.NOT_PRACTICAL,
        confirmed=ChangeClass.FORCE,
    )
    assert release(following(FIRST, "1.1", gone, told)).number == "1.1"


@pytest.mark.parametrize("number", ["5", "Rev. 5", "2026-09 final", "=1"])
def test_the_editions_of_others_are_numbered_and_told_as_they_please(number: str) -> None:
    first = release(a_catalog("4", external=True))
    other = a_catalog(number, external=True, domains={"all": ["log", "drill"]}, supersedes="4")
    edition = release(other)
    assert edition.supersedes == first
    assert catalog_of(EditionRow.objects.get(pk=edition.pk)) == other


def test_an_edition_of_others_may_stand_without_the_one_before() -> None:
    release(a_catalog("4", external=True))
    assert release(a_catalog("7", external=True)).supersedes is None


def test_an_edition_of_others_may_come_in_before_the_one_that_it_follows() -> None:
    later = release(a_catalog("5", external=True, supersedes="4"))
    assert later.supersedes is None
    assert catalog_of(EditionRow.objects.get(pk=later.pk)).edition.supersedes == "4"
    earlier = release(a_catalog("4", external=True))
    assert EditionRow.objects.get(pk=later.pk).supersedes == earlier
    assert earlier.superseded_by == later


def test_lineage_from_an_edition_that_is_not_here_is_refused_and_leaves_no_framework() -> None:
    told = record(LineageKind.MOVED, ["old"], ["log"])
    newer = a_catalog("5", external=True, supersedes="4", lineage=[told])
    assert "Import it first" in refused(newer)["$.edition.supersedes"]
    assert counts() == (0, 0, 0, 0, 0)


@pytest.mark.timeout(5)
def test_editions_of_others_that_claim_to_follow_each_other_can_still_be_compared() -> None:
    release(a_catalog("1", external=True, supersedes="2"))
    release(a_catalog("2", external=True, supersedes="1"))
    third = release(a_catalog("3", external=True))
    for edition in queries.editions(third.framework):
        assert queries.comparison(third, edition).told == ()
        assert queries.comparison(edition, third).told == ()


def test_the_same_text_with_more_lineage_adds_what_is_new() -> None:
    release(a_catalog("4", external=True))
    newer = a_catalog("5", external=True, supersedes="4", domains={"all": ["drill", "log"]})
    edition = release(newer)
    told = record(LineageKind.MOVED, ["review"], ["drill"])
    again = services.release_edition(replace(newer, lineage=(told,)), actor=None, at=NOON)
    assert (again.edition, again.is_new, again.added) == (edition, False, 1)
    assert catalog_of(EditionRow.objects.get(pk=edition.pk)).lineage == (told,)
    assert EditionRow.objects.get(pk=edition.pk).digest == edition.digest


@pytest.mark.parametrize("external", [True, False])
def test_lineage_from_requirements_that_the_edition_before_lacks_is_refused(external: bool) -> None:
    release(a_catalog("1.0", external=external))
    text = beside(a_catalog("1.0", external=external), a_requirement("drill", "EX-1.3"))
    told = record(LineageKind.MOVED, ["unheard-of"], ["drill"], confirmed=ChangeClass.EDITORIAL)
    before = counts()
    assert "unheard-of" in refused(following(FIRST, "1.1", text, told))["$.lineage[0].sources"]
    assert counts() == before


@pytest.mark.parametrize("external", [True, False])
def test_a_key_belongs_to_its_first_keeper(external: bool) -> None:
    release(a_catalog("1.0", external=external))
    before = counts()
    told = refused(a_catalog("2.0", external=not external))
    assert "example" in told["$.framework.external"]
    assert counts() == before


def test_two_frameworks_may_have_editions_of_the_same_number() -> None:
    release(FIRST)
    release(a_catalog("1.0", key="other", external=True))
    assert [each.key for each in queries.frameworks()] == ["example", "other"]


@pytest.mark.usefixtures("institute")
def test_a_release_is_recorded_and_reaches_the_ledger_with_its_digest(at: datetime) -> None:
    edition = release(FIRST)
    [event] = Event.objects.filter(name="standard:edition:released")
    assert event.subject == "standard.edition:example:1.0"
    assert event.at == at
    sequence_pending(at=at)
    entry = LedgerEntry.objects.get(event=event)
    told = audit.public_entry(entry)
    assert str(edition.digest) in repr(told)
    assert "example" in repr(told)
    assert "1.0" in repr(told)


def test_a_refused_release_and_a_repeated_one_record_nothing() -> None:
    release(FIRST)
    release(FIRST)
    refused(edited(FIRST, "log", statement="Other words."))
    assert Event.objects.filter(name="standard:edition:released").count() == 1


MAY: list[Actor] = [lambda: None, lambda: SYSTEM, administrator]
MAY_NOT: list[Actor] = [
    AnonymousUser,
    member,
    lambda: staff(Role.EDITOR),
    lambda: staff(Role.AUDITOR),
    lambda: administrator(second_factor=False),
]


@pytest.mark.parametrize("actor", MAY)
def test_the_operator_and_an_administrator_may_release_record_and_describe(
    actor: Actor, at: datetime
) -> None:
    who = actor()
    old = release(a_catalog("4", external=True), actor=who)
    new = release(a_catalog("5", external=True, domains={"all": ["drill"]}), actor=who)
    told = [record(LineageKind.MOVED, ["log"], ["drill"])]
    assert services.record_lineage(old, new, told, actor=who, at=at) == 1
    renamed = replace(FIRST.framework, external=True, name="Renamed")
    assert services.describe_framework(renamed, actor=who, at=at)


@pytest.mark.parametrize("actor", MAY_NOT)
def test_nobody_else_may_and_each_is_told_why(actor: Actor, at: datetime) -> None:
    who = actor()
    old = release(a_catalog("4", external=True))
    new = release(a_catalog("5", external=True, domains={"all": ["drill"]}))
    before = counts()
    told = [record(LineageKind.MOVED, ["log"], ["drill"])]
    for attempt in (
        lambda: services.release_edition(FIRST, actor=who, at=at),
        lambda: services.record_lineage(old, new, told, actor=who, at=at),
        lambda: services.describe_framework(FIRST.framework, actor=who, at=at),
    ):
        with pytest.raises(PermissionRefused) as refusal:
            attempt()
        assert refusal.value.reason.endswith(".")
    assert counts() == before


def test_a_signed_out_visitor_is_told_to_sign_in(at: datetime) -> None:
    with pytest.raises(PermissionRefused, match="Sign in first"):
        services.release_edition(FIRST, actor=AnonymousUser(), at=at)


def test_name_code_and_summary_of_a_framework_may_change_and_its_editions_do_not(
    at: datetime,
) -> None:
    edition = release(FIRST)
    wanted = replace(FIRST.framework, name="Another Name", code="AN", summary="Told anew.")
    assert services.describe_framework(wanted, actor=None, at=at)
    assert not services.describe_framework(wanted, actor=None, at=at)
    found = EditionRow.objects.get(pk=edition.pk)
    assert catalog_of(found).framework == wanted
    assert found.digest == edition.digest == digest_of(catalog_of(found))
    assert Event.objects.filter(name="standard:framework:described").count() == 2


def test_describing_cannot_take_over_somebody_elses_framework(at: datetime) -> None:
    release(a_catalog("4", external=True))
    with pytest.raises(CatalogRefused, match="somebody else"):
        services.describe_framework(FIRST.framework, actor=None, at=at)


def test_a_record_that_says_withdrawn_of_what_is_still_there_is_refused() -> None:
    release(FIRST)
    text = edited(FIRST, "log", statement="The operator shall sing.")
    gone = record(LineageKind.WITHDRAWN, ["review"], reason=WithdrawalReason.NOT_PRACTICAL)
    told = refused(following(FIRST, "1.1", text, changed("log", ChangeClass.SUBSTANTIVE), gone))
    assert "withdrawn" in told["$.lineage (review)"]


def test_the_permanent_key_of_one_requirement_is_never_given_to_another() -> None:
    release(FIRST)
    text = beside(edited(FIRST, "log", statement="Another thing."), a_requirement("z", "Z"))
    records = [record(LineageKind.MOVED, ["log"], ["z"], confirmed=ChangeClass.SUBSTANTIVE),
               record(LineageKind.NEW, targets=["log"])]  # fmt: skip
    assert (
        "permanent key" in refused(following(FIRST, "1.1", text, *records))["$.lineage[1].targets"]
    )
