"""The pages of people, as each person who may and may not."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from guildmark.apps.accounts import queries, services
from guildmark.apps.accounts.models import RoleGrant, User
from guildmark.apps.accounts.states import Role

from .factories import administrator, member, reauthenticated, signed_in, staff

pytestmark = pytest.mark.django_db

OTHER_ROLES = [role for role in Role if role not in (Role.ADMINISTRATOR, Role.AUDITOR)]
REASON = {"reason": "Asked for by the board."}
DECISIONS = ("accounts:disable_person", "accounts:enable_person", "accounts:close_person")


def test_administrators_and_auditors_list_people(client: Client) -> None:
    ada = member("ada@example.org")
    for actor in (administrator(), staff(Role.AUDITOR)):
        signed_in(client, actor)
        page = client.get(reverse("accounts:people"))
        assert page.status_code == 200
        assert reverse("accounts:person", args=[ada.pk]) in page.text


def test_search_finds_by_piece_of_address_or_name(client: Client) -> None:
    member("ada@example.org", display_name="Ada Lovelace")
    member("grace@example.org", display_name="Grace Hopper")
    signed_in(client, administrator())
    for text in ("LOVE", "ada@"):
        page = client.get(reverse("accounts:people"), {"q": text})
        assert "Ada Lovelace" in page.text
        assert "Grace Hopper" not in page.text
    assert "Nobody found" in client.get(reverse("accounts:people"), {"q": "zzz"}).text


def test_the_list_has_pages(client: Client) -> None:
    for number in range(30):
        member(f"a{number:02}@example.org")
    signed_in(client, administrator("z@example.org"))
    first = client.get(reverse("accounts:people"))
    assert "a00@example.org" in first.text
    assert "a29@example.org" not in first.text
    assert "a29@example.org" in client.get(reverse("accounts:people"), {"page": 2}).text


def test_the_list_takes_as_many_queries_for_three_as_for_one(client: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    signed_in(client, administrator())
    client.get(reverse("accounts:people"))
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            client.get(reverse("accounts:people"))
        counts.append(len(queries_made))
        staff(Role.EDITOR)
        staff(Role.TRIAGE)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_other_roles_are_refused_with_the_reason(client: Client, role: Role) -> None:
    signed_in(client, staff(role))
    page = client.get(reverse("accounts:people"))
    assert page.status_code == 403
    assert "This needs the role administrator or auditor" in page.text


def test_members_are_refused_whether_the_person_exists_or_not(client: Client) -> None:
    ada = member()
    signed_in(client, member())
    for person_id in (ada.pk, 987654):
        assert client.get(reverse("accounts:person", args=[person_id])).status_code == 403


def test_an_administrator_without_second_factor_learns_that_the_role_sleeps(
    client: Client,
) -> None:
    signed_in(client, administrator(second_factor=False))
    page = client.get(reverse("accounts:people"))
    assert page.status_code == 403
    assert "sleeps until you set up a second factor" in page.text


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    ada = member()
    for name, args in [("accounts:people", []), ("accounts:person", [ada.pk])] + [
        (name, [ada.pk]) for name in DECISIONS
    ]:
        page = client.get(reverse(name, args=args))
        assert page.status_code == 302
        assert page.headers["Location"].startswith(reverse("account_login"))
    refused = client.post(reverse("accounts:grant_role", args=[ada.pk]), {"role": Role.EDITOR})
    assert refused.headers["Location"].startswith(reverse("account_login"))


def test_an_unknown_person_is_not_found_by_those_who_may_look(client: Client) -> None:
    signed_in(client, administrator())
    assert client.get(reverse("accounts:person", args=[987654])).status_code == 404


def test_everybody_sees_their_own_roles_and_reasons_but_no_form(client: Client) -> None:
    ada = staff(Role.EDITOR, second_factor=False)
    client.force_login(ada)
    page = client.get(reverse("accounts:person", args=[ada.pk]))
    assert page.status_code == 200
    assert "Needed for a test." in page.text
    assert "Grant a role" not in page.text


def test_an_administrator_grants_a_role_on_the_page(client: Client) -> None:
    ada, admin = member(), administrator()
    reauthenticated(client, admin)
    page = client.post(
        reverse("accounts:grant_role", args=[ada.pk]), {"role": Role.EDITOR, **REASON}, follow=True
    )
    assert "now holds the role editor" in page.text
    assert queries.open_grants(ada).get().granted_by == admin


def test_granting_asks_for_the_second_factor_first(client: Client) -> None:
    ada = member()
    signed_in(client, administrator())
    page = client.post(
        reverse("accounts:grant_role", args=[ada.pk]), {"role": Role.EDITOR, **REASON}
    )
    assert page.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not queries.held_roles(ada)


def test_what_was_typed_stays_when_a_grant_is_incomplete(client: Client) -> None:
    ada = member()
    reauthenticated(client, administrator())
    page = client.post(
        reverse("accounts:grant_role", args=[ada.pk]), {"role": "", "reason": "Kept as typed."}
    )
    assert page.status_code == 200
    assert "Kept as typed." in page.text
    assert "Please look at this again" in page.text
    assert not queries.held_roles(ada)


def test_a_second_submit_of_a_grant_is_harmless(client: Client) -> None:
    ada = member()
    reauthenticated(client, administrator())
    for _ in range(2):
        client.post(reverse("accounts:grant_role", args=[ada.pk]), {"role": Role.EDITOR, **REASON})
    assert queries.role_history(ada).count() == 1


@pytest.mark.parametrize("role", [*OTHER_ROLES, Role.AUDITOR])
def test_auditors_and_other_roles_change_nothing(client: Client, role: Role) -> None:
    ada = staff(Role.EDITOR)
    row = queries.open_grants(ada).get()
    reauthenticated(client, staff(role))
    answers = [
        client.post(reverse("accounts:grant_role", args=[ada.pk]), {"role": Role.TRIAGE, **REASON}),
        client.post(reverse("accounts:end_role", args=[ada.pk, row.pk]), REASON),
        *(client.post(reverse(name, args=[ada.pk]), REASON) for name in DECISIONS),
    ]
    assert {answer.status_code for answer in answers} == {403}
    ada.refresh_from_db()
    assert ada.is_active
    assert queries.held_roles(ada) == {Role.EDITOR}


def test_an_auditor_sees_a_person_without_any_form(client: Client) -> None:
    ada = staff(Role.EDITOR)
    signed_in(client, staff(Role.AUDITOR))
    page = client.get(reverse("accounts:person", args=[ada.pk]))
    assert page.status_code == 200
    assert 'name="reason"' not in page.text
    assert reverse("accounts:disable_person", args=[ada.pk]) not in page.text


def test_an_administrator_ends_a_role_on_the_page(client: Client) -> None:
    ada = staff(Role.EDITOR)
    row = queries.open_grants(ada).get()
    reauthenticated(client, administrator())
    url = reverse("accounts:end_role", args=[ada.pk, row.pk])
    assert "End this role" in client.get(url).text
    page = client.post(url, REASON, follow=True)
    assert "The role has ended." in page.text
    assert queries.held_roles(ada) == frozenset()


def test_a_role_of_somebody_else_is_not_found_on_a_persons_page(client: Client) -> None:
    row = RoleGrant.objects.get(user=staff(Role.EDITOR))
    signed_in(client, administrator())
    url = reverse("accounts:end_role", args=[member().pk, row.pk])
    assert client.get(url).status_code == 404


def test_disabling_needs_a_reason(client: Client) -> None:
    ada = member()
    reauthenticated(client, administrator())
    page = client.post(reverse("accounts:disable_person", args=[ada.pk]), {"reason": "  "})
    assert page.status_code == 200
    ada.refresh_from_db()
    assert ada.is_active


def test_disabling_ends_the_sessions_and_enabling_opens_the_account_again(
    client: Client,
) -> None:
    ada = member()
    hers = Client()
    hers.force_login(ada)
    assert hers.get(reverse("accounts:overview")).status_code == 200
    reauthenticated(client, administrator())
    client.post(reverse("accounts:disable_person", args=[ada.pk]), REASON)
    assert hers.get(reverse("accounts:overview")).status_code == 302
    page = client.post(reverse("accounts:enable_person", args=[ada.pk]), REASON, follow=True)
    assert "The account is enabled." in page.text
    assert User.objects.get(pk=ada.pk).is_active


def test_an_administrator_closes_an_account_on_request(client: Client) -> None:
    ada = member("ada@example.org")
    reauthenticated(client, administrator())
    page = client.post(reverse("accounts:close_person", args=[ada.pk]), REASON, follow=True)
    assert page.status_code == 200
    assert "The account is closed." in page.text
    assert not User.objects.filter(email="ada@example.org").exists()


def test_the_people_link_stands_in_the_masthead_only_for_those_who_may(client: Client) -> None:
    link = f'href="{reverse("accounts:people")}"'
    for actor, shown in ((administrator(), True), (staff(Role.EDITOR), False), (member(), False)):
        signed_in(client, actor)
        assert (link in client.get(reverse("accounts:overview")).text) is shown


def test_the_page_shows_what_was_decided_by_whom_and_why(client: Client) -> None:
    ada, admin = member(), administrator("admin@example.org")
    reauthenticated(client, admin)
    client.post(reverse("accounts:disable_person", args=[ada.pk]), REASON)
    signed_in(client, staff(Role.AUDITOR))
    page = client.get(reverse("accounts:person", args=[ada.pk])).text
    for text in ("Account disabled", "admin@example.org", "Asked for by the board."):
        assert text in page


def test_no_role_is_chosen_beforehand(client: Client) -> None:
    ada = member()
    reauthenticated(client, administrator())
    assert "Choose a role" in client.get(reverse("accounts:person", args=[ada.pk])).text
    client.post(reverse("accounts:grant_role", args=[ada.pk]), {"role": "", **REASON})
    assert not queries.held_roles(ada)


def test_what_a_closed_account_decided_stays_without_a_name(client: Client, at: datetime) -> None:
    ada, admin = member(), administrator("admin@example.org")
    services.disable_account(ada, actor=admin, at=at, reason="For the test.")
    signed_in(client, administrator())
    services.close_account(admin, actor=admin, at=at)
    page = client.get(reverse("accounts:person", args=[ada.pk])).text
    assert "Account disabled" in page
    assert "closed account" in page
    assert "admin@example.org" not in page
