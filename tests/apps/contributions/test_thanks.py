"""Who is thanked on the advisory page, and as what."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.queries import User
from guildmark.apps.contributions import services
from guildmark.apps.contributions.services import Joining
from guildmark.apps.contributions.states import Credit
from guildmark.apps.contributions.thanks import Credited, thanks
from tests.apps.contributions.factories import (
    accepted,
    acknowledged,
    certified,
    declined,
    feedback,
)
from tests.apps.practitioners.factories import profile

pytestmark = pytest.mark.django_db
NAME = "Ada Canary"


@pytest.fixture
def author(holder: User) -> User:
    holder.display_name = NAME
    holder.save()
    return holder


def of_author(author: User, triager: User, at: datetime, credit: Credit) -> Any:
    row = feedback(author, at=at, credit=credit)
    return accepted(acknowledged(row, actor=triager, at=at), actor=triager, at=at)


@pytest.mark.parametrize(
    ("credit", "named", "unnamed"),
    [
        (Credit.NAMED, (Credited(NAME),), 0),
        (Credit.HANDLE, (Credited("ada-c", "ada-c"),), 0),
        (Credit.NONE, (), 1),
    ],
)
def test_an_author_is_named_as_they_chose(
    author: User,
    triager: User,
    at: datetime,
    credit: Credit,
    named: tuple[Credited, ...],
    unnamed: int,
) -> None:
    profile(author, at=at, handle="ada-c", is_public=True)
    of_author(author, triager, at, credit)
    [found] = thanks("example", ["1.0"])
    assert (found.edition, found.named, found.unnamed) == ("1.0", named, unnamed)


def test_a_name_leads_to_no_profile_that_hides_it(
    author: User, triager: User, at: datetime, client: Client
) -> None:
    profile(author, at=at, handle="secret-owl", is_public=True)
    of_author(author, triager, at, Credit.NAMED)
    page = client.get("/advisory/").content.decode()
    assert NAME in page
    assert "secret-owl" not in page


def test_who_has_no_handle_is_not_named_by_name_instead(
    author: User, triager: User, at: datetime
) -> None:
    of_author(author, triager, at, Credit.HANDLE)
    [found] = thanks("example", ["1.0"])
    assert (found.named, found.unnamed) == ((), 1)


def test_voices_and_the_authors_of_duplicates_are_thanked_once(
    author: User, another: User, triager: User, at: datetime
) -> None:
    row = acknowledged(feedback(author, at=at), actor=triager, at=at)
    voice = certified("voice@example.org", at=at)
    services.join(row, Joining("Here, too.", credit=Credit.NONE), actor=voice, at=at)
    for _again in range(2):
        same = feedback(another, at=at, summary="The same point")
        services.merge(same, row, text="One point.", actor=triager, at=at)
    accepted(row, actor=triager, at=at)
    [found] = thanks("example", ["1.0"])
    assert found.unnamed == 3


def test_nobody_is_thanked_for_what_was_declined_or_taken_back(
    author: User, another: User, triager: User, at: datetime
) -> None:
    row = feedback(author, at=at, credit=Credit.NAMED)
    declined(acknowledged(row, actor=triager, at=at), actor=triager, at=at)
    kept = acknowledged(feedback(another, at=at), actor=triager, at=at)
    services.join(kept, Joining("Here.", credit=Credit.NAMED), actor=author, at=at)
    services.leave(kept, actor=author, at=at)
    accepted(kept, actor=triager, at=at)
    assert [each.named for each in thanks("example", ["1.0"])] == [()]


def test_a_closed_account_is_named_no_more(author: User, triager: User, at: datetime) -> None:
    of_author(author, triager, at, Credit.NAMED)
    accounts.close_account(author, actor=author, at=at)
    assert thanks("example", ["1.0"]) == []


@pytest.mark.parametrize(
    ("credit", "shows_name", "listed"),
    [
        (Credit.HANDLE, False, True),
        (Credit.NAMED, True, True),
        (Credit.NAMED, False, False),
        (Credit.NONE, True, False),
    ],
)
def test_a_profile_lists_what_tells_no_more_than_its_owner_chose(
    author: User,
    triager: User,
    at: datetime,
    client: Client,
    credit: Credit,
    shows_name: bool,
    listed: bool,
) -> None:
    shown = {"is_public": True, "shows_name": shows_name, "shows_contributions": True}
    profile(author, at=at, handle="ada-c", name=NAME, **shown)
    row = of_author(author, triager, at, credit)
    page = client.get("/people/ada-c/").content.decode()
    assert (row.public_summary in page) is listed
