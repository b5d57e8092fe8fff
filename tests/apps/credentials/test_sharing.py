"""A holder shows the name to one person by a private link, sees how it is used, and ends it."""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.audit.models import Event, EventDetail
from guildmark.apps.credentials import misses, providers, queries, services
from guildmark.apps.credentials.models import Credential, CredentialType, NameLink
from guildmark.apps.credentials.services import LinkRefused
from guildmark.apps.credentials.slots import Consent, consents
from guildmark.apps.credentials.states import Move, ShownAs
from guildmark.cores.slots import Slot
from tests.apps.accounts.factories import member, signed_in
from tests.apps.credentials.factories import awarded, moved

DAY = timedelta(days=1)
NAME = "Ada Example"
ENDED = "This link does not show the name, or not any more."
SHOWN = "The holder shows you the name."


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    """What the holder holds, shown by its id only; nobody has missed an id yet."""
    cache.clear()
    return awarded(cpap, actor=registrar, at=at)


@pytest.fixture
def secret(made: Credential, holder: User, at: datetime) -> str:
    """The secret of a link that shows the name for seven days."""
    return services.make_name_link(made, "Bank of Example", 7, actor=holder, at=at).secret


def held(made: Credential) -> str:
    return reverse("credentials:held", args=[made.number])


def links(made: Credential) -> str:
    return reverse("credentials:name_links", args=[made.number])


def named(made: Credential, secret: str) -> str:
    return reverse("credentials:named", args=[made.number, secret])


def opened(made: Credential, secret: str, at: datetime, person: User | None = None) -> Any:
    """The page that somebody gets who opens a link at a moment."""
    client = Client() if person is None else signed_in(Client(), person)
    with time_machine.travel(at, tick=False):
        return client.get(named(made, secret))


def main_part(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def test_a_holder_makes_a_link_sees_it_once_and_whoever_has_it_sees_the_name(
    made: Credential, holder: User, client: Client
) -> None:
    signed_in(client, holder)
    assert "Nobody. You have given nobody consent" in client.get(held(made)).text
    page = client.post(links(made), {"receiver": " Bank  of Example ", "days": "30"})
    assert (page.status_code, "no-store" in page["Cache-Control"]) == (200, True)
    (address,) = re.findall(r"<textarea[^>]*>(https://example\.org/verify/[^<]+)", page.text)
    link = NameLink.objects.get()
    assert (link.receiver, link.expires_at - link.made_at) == ("Bank of Example", 30 * DAY)
    assert sha256(address.split("/")[-2].encode()).hexdigest() == link.digest
    later = client.get(held(made)).text
    assert "Bank of Example" in later
    assert "Not opened yet." in later
    assert address not in later
    assert NAME not in Client().get(reverse("credentials:verified", args=[made.number])).text
    shown = Client().get(unescape(address).removeprefix("https://example.org"))
    assert NAME in main_part(shown.text)
    assert SHOWN in shown.text


def test_the_page_is_kept_nowhere_found_nowhere_and_told_to_nobody(
    made: Credential, secret: str, at: datetime
) -> None:
    for each in (secret, "forged"):
        page = opened(made, each, at)
        assert "no-store" in page["Cache-Control"]
        assert page["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in page.text
        assert page["Referrer-Policy"] == "no-referrer"
        assert 'method="post"' not in page.text


def test_the_holder_is_told_how_often_and_when_it_was_opened_last_and_not_by_whom(
    made: Credential, secret: str, holder: User, at: datetime
) -> None:
    for day in (0, 2, 1):
        opened(made, secret, at + day * DAY, member(f"reader{day}@example.org"))
    link = NameLink.objects.get()
    assert (link.opened, link.last_opened_on) == (3, (at + DAY).date())
    with time_machine.travel(at + 3 * DAY, tick=False):
        page = signed_in(Client(), holder).get(held(made)).text
    assert "Opened 3 times, last on 3 March 2026." in page
    assert not [field.name for field in NameLink._meta.fields if "addr" in field.name]


def test_what_the_holder_or_a_mere_question_for_headers_opens_is_not_counted(
    made: Credential, secret: str, holder: User, at: datetime
) -> None:
    assert NAME in main_part(opened(made, secret, at, holder).text)
    with time_machine.travel(at, tick=False):
        assert Client().head(named(made, secret)).status_code == 200
    assert (NameLink.objects.get().opened, NameLink.objects.get().last_opened_on) == (0, None)


def test_a_link_ends_by_itself_to_the_second(made: Credential, secret: str, at: datetime) -> None:
    second = timedelta(seconds=1)
    assert NAME in opened(made, secret, at + 7 * DAY - second).text
    over = opened(made, secret, at + 7 * DAY)
    assert (over.status_code, NAME in over.text, ENDED in over.text) == (200, False, True)
    assert made.number in main_part(over.text)
    assert NameLink.objects.get().opened == 1


def test_a_link_that_was_taken_back_shows_the_name_no_more_at_once(
    made: Credential, secret: str, holder: User, at: datetime
) -> None:
    client = signed_in(Client(), holder)
    path = reverse("credentials:withdraw_link", args=[made.number, NameLink.objects.get().pk])
    with time_machine.travel(at + DAY, tick=False):
        assert f'action="{path}"' in client.get(held(made)).text
        done = client.post(path, follow=True)
        assert "The link does not show your name any more" in done.text
        assert "Bank of Example" not in done.text
        again = client.post(path, follow=True)
    assert again.status_code == 200
    assert NameLink.objects.get().withdrawn_at == at + DAY
    assert Event.objects.filter(name="credentials:name-link:withdrawn").count() == 1
    over = opened(made, secret, at + DAY)
    assert (NAME in over.text, ENDED in over.text) == (False, True)


def test_an_unknown_link_is_answered_exactly_like_one_that_ended(
    made: Credential, secret: str, holder: User, at: datetime
) -> None:
    services.withdraw_name_link(NameLink.objects.get(), actor=holder, at=at)
    ended, unknown = (opened(made, each, at) for each in (secret, "x" * 43))
    assert main_part(ended.text) == main_part(unknown.text)
    assert (ended.status_code, unknown.status_code) == (200, 200)
    heads = [{**page.headers, "X-Request-ID": ""} for page in (ended, unknown)]
    assert heads[0] == heads[1]


def test_unknown_links_are_limited_and_known_ones_are_not(
    made: Credential, secret: str, at: datetime
) -> None:
    for each in range(misses.MISSES_AT_MOST):
        assert opened(made, f"forged-{each}", at).status_code == 200
    refused = opened(made, "forged-once-more", at)
    assert (refused.status_code, "Retry-After" in refused) == (429, True)
    assert NAME in opened(made, secret, at).text


def test_the_secret_of_one_credential_opens_no_other(
    made: Credential, secret: str, cpap: CredentialType, registrar: User, at: datetime
) -> None:
    other = awarded(cpap, actor=registrar, at=at)
    page = opened(other, secret, at)
    assert (NAME in page.text, ENDED in page.text) == (False, True)
    nothing = Client().get("/verify/OLD-99/named/forged/")
    assert (nothing.status_code, ENDED in nothing.text) == (404, False)


@pytest.mark.parametrize("move", [Move.SUSPEND, Move.REVOKE])
def test_the_state_is_told_beside_the_name(
    made: Credential, secret: str, registrar: User, at: datetime, move: Move
) -> None:
    moved(made, move, actor=registrar, at=at)
    page = opened(made, secret, at)
    assert f"verdict--{'revoked' if move is Move.REVOKE else 'suspended'}" in page.text
    assert NAME in main_part(page.text)


def test_a_name_stands_in_the_place_of_a_handle(
    made: Credential, secret: str, holder: User, at: datetime
) -> None:
    services.show_as(made, ShownAs.HANDLE, handle="countess", actor=holder, at=at)
    assert NAME in main_part(opened(made, secret, at).text)
    over = main_part(opened(made, secret, at + 8 * DAY).text)
    assert (NAME in over, "countess" in over) == (False, True)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"receiver": "  ", "days": "7"}, "Say for whom it is"),
        ({"receiver": "x" * 121, "days": "7"}, "This has 121 characters"),
        ({"receiver": "A\x07b", "days": "7"}, "that can be printed"),
        ({"receiver": "Acme <hr>", "days": "8"}, "Choose for how many days"),
        ({"receiver": "Acme <hr>", "days": "-7"}, "Choose for how many days"),
        ({"receiver": "Acme <hr>"}, "Choose for how many days"),
    ],
)
def test_a_link_is_refused_with_the_reason_and_what_was_typed_stays(
    made: Credential, holder: User, client: Client, sent: dict[str, str], told: str
) -> None:
    page = signed_in(client, holder).post(links(made), sent)
    assert (page.status_code, told in page.text) == (400, True)
    assert sent["receiver"] in unescape(page.text)
    assert not NameLink.objects.exists()


def test_so_many_links_are_open_at_most_and_one_taken_back_makes_room(
    made: Credential, holder: User, at: datetime
) -> None:
    def make(moment: datetime) -> NameLink:
        return services.make_name_link(made, "Acme", 7, actor=holder, at=moment).link

    first, *_others = [make(at) for _ in range(20)]
    with pytest.raises(LinkRefused, match="Take one of them back first"):
        make(at)
    services.withdraw_name_link(first, actor=holder, at=at)
    make(at)
    make(at + 7 * DAY)


def test_nobody_else_makes_or_takes_back_a_link(
    made: Credential, secret: str, registrar: User, at: datetime
) -> None:
    link = NameLink.objects.get()
    take_back = reverse("credentials:withdraw_link", args=[made.number, link.pk])
    sent = {"receiver": "Me", "days": "7"}
    for person in (member(), registrar):
        client = signed_in(Client(), person)
        assert client.post(links(made), sent).status_code == 404
        assert client.post(take_back).status_code == 404
        with pytest.raises(PermissionRefused, match="Only the holder"):
            services.make_name_link(made, "Me", 7, actor=person, at=at)
        with pytest.raises(PermissionRefused, match="Only the holder"):
            services.withdraw_name_link(link, actor=person, at=at)
    for path in (links(made), take_back):
        assert Client().post(path, sent)["Location"].startswith(reverse("account_login"))
    assert NameLink.objects.filter(withdrawn_at=None).count() == 1


def test_a_holder_takes_back_no_link_of_another_credential(
    made: Credential, secret: str, cpap: CredentialType, registrar: User, client: Client,
    at: datetime,
) -> None:  # fmt: skip
    other = member("other@example.org")
    theirs = awarded(cpap, actor=registrar, at=at, email="other@example.org")
    link = NameLink.objects.get()
    signed_in(client, other)
    path = reverse("credentials:withdraw_link", args=[theirs.number, link.pk])
    assert client.post(path).status_code == 404
    link.refresh_from_db()
    assert link.withdrawn_at is None


def test_the_events_name_nobody_and_hold_no_secret(
    made: Credential, secret: str, holder: User, at: datetime
) -> None:
    services.withdraw_name_link(NameLink.objects.get(), actor=holder, at=at)
    told = list(Event.objects.filter(name__startswith="credentials:name-link:"))
    assert [(each.name, each.payload) for each in told] == [
        ("credentials:name-link:made", {"days": 7}),
        ("credentials:name-link:withdrawn", {}),
    ]
    assert not EventDetail.objects.filter(event__in=told).exclude(reason="").exists()


def test_links_are_exported_without_their_secret_and_go_with_the_account(
    made: Credential, secret: str, holder: User, at: datetime
) -> None:
    opened(made, secret, at + DAY)
    (told,) = accounts.export_personal_data(holder, at=at)["credentials"]["credentials"]
    assert told["name_links"] == [
        {
            "receiver": "Bank of Example",
            "made": "2026-03-02T12:00:00+00:00",
            "ends": "2026-03-09T12:00:00+00:00",
            "withdrawn": None,
            "opened": 1,
            "last_opened_on": "2026-03-03",
        }
    ]
    accounts.close_account(holder, actor=holder, at=at)
    assert not NameLink.objects.exists()
    page = opened(made, secret, at)
    assert (page.status_code, NAME in page.text, ENDED in page.text) == (200, False, True)


def test_the_database_keeps_no_link_without_receiver_or_end(made: Credential, at: datetime) -> None:
    for wrong in ({"receiver": ""}, {"expires_at": at}):
        facts = {"receiver": "Acme", "expires_at": at + DAY, **wrong}
        with pytest.raises(IntegrityError), transaction.atomic():
            made.name_links.create(digest="0" * 64, made_at=at, **facts)


@pytest.mark.parametrize("hours", [-1, 0, 1])
@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_the_list_of_open_links_holds_what_the_link_itself_says(
    made: Credential, secret: str, at: datetime, hours: int, is_withdrawn: bool
) -> None:
    if is_withdrawn:
        NameLink.objects.update(withdrawn_at=at)
    moment = at + 7 * DAY + timedelta(hours=hours)
    link = NameLink.objects.get()
    assert (link in queries.open_name_links(made, at=moment)) == link.is_open(moment)


def test_contexts_above_tell_of_consents_on_the_same_page(
    made: Credential, secret: str, holder: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rosters(_credential: Credential, moment: datetime) -> list[Consent]:
        return [
            Consent("Roster <of> Example", "your name and state", moment, how="Leave the roster.")
        ]

    filled: Slot[Any] = Slot("consents")
    filled.register(rosters, name="rosters")
    filled.register(providers.name_links, name="links")
    monkeypatch.setattr("guildmark.apps.credentials.slots.consents", filled)
    with time_machine.travel(at, tick=False):
        page = signed_in(Client(), holder).get(held(made)).text
    for text in (
        "Roster &lt;of&gt; Example",
        "you take it back",
        "Leave the roster.",
        "Bank of Example",
    ):
        assert text in page
    assert "credentials links" in consents.names


@pytest.mark.once
@given(st.text(max_size=80), st.text(max_size=80))
def test_two_secrets_have_two_digests(one: str, other: str) -> None:
    assert (queries.secret_digest(one) == queries.secret_digest(other)) == (one == other)
