"""Handles: who has one keeps it, and nobody takes one that reads alike."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.queries import User
from guildmark.apps.institute.queries import institute as the_institute
from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.handles import (
    ALIKE,
    PAIRS,
    RESERVED_WORDS,
    folded,
    is_well_formed,
    written,
)
from guildmark.apps.practitioners.models import Handle
from guildmark.apps.practitioners.services import PractitionerRefused, ProfileDescription
from tests.apps.accounts.factories import member
from tests.apps.practitioners.factories import rolled_back

letters = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=3, max_size=40)
handles = letters.filter(is_well_formed)


def take(person: Any, handle: str, *, at: datetime) -> None:
    services.edit_profile(ProfileDescription(handle=handle), actor=person, at=at)


@pytest.mark.once
@given(handle=handles)
def test_folding_twice_folds_no_more_and_case_never_matters(handle: str) -> None:
    assert folded(folded(handle)) == folded(handle)
    assert folded(f" {handle.upper()} ") == folded(handle)


@pytest.mark.once
@given(handle=handles, place=st.integers(0, 39))
def test_a_look_alike_of_any_letter_folds_to_the_same(handle: str, place: int) -> None:
    place %= len(handle)
    alike = [chr(each) for each, to in ALIKE.items() if to == handle[place]]
    for each in alike:
        assert folded(handle[:place] + each + handle[place + 1 :]) == folded(handle)
    for pair, letter in PAIRS:
        if handle[place] == letter and handle[max(0, place - 1)] not in "rv":
            spelled = handle[:place] + pair + handle[place + 1 :]
            assert folded(spelled) == folded(handle)


@pytest.mark.once
@pytest.mark.parametrize(
    ("handle", "fits"),
    [
        ("ab", False), ("abc", True), ("a" * 40, True), ("a" * 41, False), ("1ab", False),
        ("a--b", False), ("ab-", False), ("-ab", False), ("a-b-c", True), ("äbc", False),
        ("a b", False), ("a.b", False), ("\u0430bc", False),
    ],
)  # fmt: skip
def test_a_handle_is_small_letters_digits_and_single_hyphens(handle: str, fits: bool) -> None:
    assert is_well_formed(handle) is fits


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wanted=st.lists(st.tuples(st.integers(0, 2), handles), max_size=12))
def test_no_two_people_ever_have_handles_that_read_alike(
    institute: None, at: datetime, wanted: list[tuple[int, str]]
) -> None:
    with rolled_back():
        people = [member() for _ in range(3)]
        had: dict[str, int] = {}
        for who, handle in wanted:
            try:
                take(people[who], handle, at=at)
            except PractitionerRefused:
                mine = [word for word, owner in had.items() if owner == who]
                taken_by_another = had.get(folded(handle), who) != who
                full = folded(handle) not in mine and len(mine) >= 5
                assert taken_by_another or full or queries.is_reserved(handle)
            else:
                assert had.setdefault(folded(handle), who) == who
                found = queries.by_handle(handle)
                assert found is not None
                assert found.person == people[who]


def test_an_older_handle_leads_nowhere_and_only_its_owner_takes_it_back(
    person: User, other: User, at: datetime
) -> None:
    take(person, "robin", at=at)
    take(person, "sparrow", at=at)
    assert queries.by_handle("robin") is None
    for handle in ("robin", "r0b1n", "sparrow"):
        with pytest.raises(PractitionerRefused, match="taken"):
            take(other, handle, at=at)
    take(person, "robin", at=at)
    assert queries.by_handle("robin") is not None


def test_the_handle_of_a_closed_account_is_kept_from_others_and_read_by_nobody(
    person: User, other: User, at: datetime
) -> None:
    take(person, "robin", at=at)
    accounts.close_account(person, actor=person, at=at)
    assert queries.by_handle("robin") is None
    row = Handle.objects.get()
    assert row.person is None
    assert "rob" not in row.folded
    with pytest.raises(PractitionerRefused, match="taken"):
        take(other, "rob-in", at=at)


@pytest.mark.parametrize("handle", [*RESERVED_WORDS, "adm1n", "reg1strar", "su-pport"])
def test_offices_of_the_institute_can_be_no_handle(person: User, at: datetime, handle: str) -> None:
    with pytest.raises(PractitionerRefused):
        take(person, handle, at=at)
    assert not Handle.objects.exists()


def test_the_name_of_the_institute_can_be_no_handle(person: User, at: datetime) -> None:
    assert the_institute().name == "Example Institute"
    with pytest.raises(PractitionerRefused, match="office"):
        take(person, "example-institute", at=at)


def test_a_public_page_needs_a_handle_and_a_shown_name_a_name(person: User, at: datetime) -> None:
    for wanted, field in (
        (ProfileDescription(is_public=True), "handle"),
        (ProfileDescription(shows_name=True), "name"),
        (ProfileDescription(sector="magic"), "sector"),
        (ProfileDescription(text="x" * 601), "text"),
    ):
        with pytest.raises(PractitionerRefused) as refusal:
            services.edit_profile(wanted, actor=person, at=at)
        assert refusal.value.field == field
    assert queries.profile(person) is None


def test_a_profile_is_private_until_its_owner_says_otherwise(person: User, at: datetime) -> None:
    take(person, "robin", at=at)
    assert queries.public_profile("robin") is None
    assert queries.shown_name(person) == "robin"
    shown = ProfileDescription(handle="robin", name="Robin R.", shows_name=True, is_public=True)
    services.edit_profile(shown, actor=person, at=at)
    assert queries.public_profile(written("Robin")) is not None
    assert queries.shown_name(person) == "Robin R."


def test_the_page_of_a_disabled_account_is_gone(
    person: User, registrar: User, at: datetime
) -> None:
    services.edit_profile(ProfileDescription(handle="robin", is_public=True), actor=person, at=at)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert queries.public_profile("robin") is None
