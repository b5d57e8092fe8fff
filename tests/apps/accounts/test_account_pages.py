"""A person's own account: overview, preferences, personal data, closing."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from guildmark.apps.accounts.models import User
from guildmark.apps.accounts.states import Role

from .factories import administrator, member, reauthenticated, signed_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]

OWN = ["accounts:overview", "accounts:preferences", "accounts:personal_data", "accounts:close"]
ALLAUTH = [
    "account_email",
    "account_change_password",
    "mfa_index",
    "mfa_list_webauthn",
    "usersessions_list",
]


@pytest.mark.parametrize("name", OWN)
def test_strangers_are_sent_to_sign_in(client: Client, name: str) -> None:
    page = client.get(reverse(name))
    assert page.status_code == 302
    assert page.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", OWN)
def test_a_member_opens_each_page_of_their_account(client: Client, name: str) -> None:
    signed_in(client, member())
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]


def test_the_overview_leads_to_everything_that_can_be_changed(client: Client) -> None:
    signed_in(client, member())
    page = client.get(reverse("accounts:overview")).text
    for name in [*OWN[1:], *ALLAUTH]:
        assert f'href="{reverse(name)}"' in page


def test_the_overview_and_the_desk_tell_of_a_role_that_sleeps(client: Client) -> None:
    signed_in(client, staff(Role.EDITOR, second_factor=False))
    assert (
        "it sleeps until you set up a second factor"
        in client.get(reverse("accounts:overview")).text
    )
    assert "Your role editor sleeps until then." in client.get(reverse("desk")).text
    signed_in(client, staff(Role.EDITOR))
    assert "sleeps" not in client.get(reverse("desk")).text


def test_the_home_page_offers_an_account_to_those_who_have_none(client: Client) -> None:
    assert "Create an account" in client.get(reverse("home")).text
    signed_in(client, member())
    assert "Create an account" not in client.get(reverse("home")).text


def test_preferences_are_saved(client: Client) -> None:
    ada = member()
    client.force_login(ada)
    wanted = {"display_name": " Ada  Lovelace ", "time_zone": "Europe/London", "language": "en"}
    page = client.post(reverse("accounts:preferences"), wanted)
    assert page.status_code == 302
    assert page.cookies["django_language"].value == "en"
    ada.refresh_from_db()
    saved = (ada.display_name, ada.time_zone, ada.language)
    assert saved == ("Ada Lovelace", "Europe/London", "en")


def test_a_time_zone_that_does_not_exist_is_refused_and_what_was_typed_stays(
    client: Client,
) -> None:
    ada = member()
    client.force_login(ada)
    page = client.post(
        reverse("accounts:preferences"), {"display_name": "Ada", "time_zone": "Moon/Base"}
    )
    assert page.status_code == 200
    assert 'value="Ada"' in page.text
    ada.refresh_from_db()
    assert (ada.display_name, ada.time_zone) == ("", "")


def test_personal_data_asks_for_the_password_first(client: Client) -> None:
    signed_in(client, member())
    page = client.post(reverse("accounts:personal_data"))
    assert page.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_personal_data_is_a_file_with_everything_but_secrets(client: Client) -> None:
    ada = staff(Role.EDITOR, "ada@example.org")
    reauthenticated(client, ada)
    page = client.post(reverse("accounts:personal_data"))
    assert page.headers["Content-Disposition"].startswith("attachment")
    data = json.loads(page.content)["account"]
    assert data["email_addresses"] == [{"address": "ada@example.org", "confirmed": True}]
    assert data["roles"][0]["reason"] == "Needed for a test."
    assert [factor["kind"] for factor in data["second_factors"]] == ["totp"]
    assert data["sessions"]
    assert "secret" not in page.text
    assert ada.password not in page.text


def test_closing_asks_for_the_password_first(client: Client) -> None:
    ada = member()
    client.force_login(ada)
    page = client.post(reverse("accounts:close"), {"understood": "on"})
    assert page.headers["Location"].startswith(reverse("account_reauthenticate"))
    ada.refresh_from_db()
    assert ada.closed_at is None


def test_closing_needs_the_box_to_be_ticked(client: Client) -> None:
    ada = member()
    reauthenticated(client, ada)
    page = client.post(reverse("accounts:close"), {})
    assert page.status_code == 200
    assert "Tick the box" in page.text
    ada.refresh_from_db()
    assert ada.closed_at is None


def test_a_person_closes_their_account_and_is_signed_out(client: Client) -> None:
    ada = member("ada@example.org")
    reauthenticated(client, ada)
    page = client.post(reverse("accounts:close"), {"understood": "on"}, follow=True)
    assert "Your account is closed." in page.text
    assert client.get(reverse("accounts:overview")).status_code == 302
    assert not User.objects.filter(email="ada@example.org").exists()


def test_the_last_administrator_is_told_why_the_account_stays(client: Client) -> None:
    admin = administrator()
    reauthenticated(client, admin)
    assert "Nobody else could grant roles then" in client.get(reverse("accounts:close")).text
    page = client.post(reverse("accounts:close"), {"understood": "on"})
    assert page.status_code == 403
    admin.refresh_from_db()
    assert admin.closed_at is None


@pytest.mark.parametrize("name", [*OWN, *ALLAUTH, "mfa_reauthenticate"])
def test_no_page_of_the_account_needs_an_inline_script_or_style(client: Client, name: str) -> None:
    reauthenticated(client, administrator())
    assert_strict(client, reverse(name))


def test_the_page_that_asks_for_the_password_again_is_strict(client: Client) -> None:
    reauthenticated(client, member())
    assert_strict(client, reverse("account_reauthenticate"))


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_no_page_before_sign_in_needs_an_inline_script_or_style(client: Client, name: str) -> None:
    assert_strict(client, reverse(name))


def assert_strict(client: Client, url: str) -> None:
    import re

    page = client.get(url)
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    inline = [
        tag
        for tag in re.findall(r"<script[^>]*>", page.text)
        if "src=" not in tag and "application/json" not in tag
    ]
    assert not inline
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", page.text)
