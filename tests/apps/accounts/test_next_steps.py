"""No page or mail about an account leaves anybody without a next step."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from guildmark.apps.accounts import queries, services
from guildmark.apps.accounts.models import User
from tests.conftest import NOON

from .factories import PASSWORD, member, reauthenticated, with_second_factor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]
CONTACT = 'href="mailto:office@example.org"'


@pytest.fixture(autouse=True)
def _own_mail_and_limits(settings: Settings) -> None:
    """Keep mails in memory, and start each test without attempts of others."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


def main_of(page: str) -> str:
    """The page without its head and foot, which name the institute's address everywhere."""
    return page.partition("<main")[2].partition("</main>")[0]


def test_somebody_whose_account_is_disabled_learns_whom_to_ask(client: Client) -> None:
    User.objects.filter(pk=member("ada@example.org").pk).update(is_active=False)
    typed = {"login": "ada@example.org", "password": PASSWORD}
    page = main_of(client.post(reverse("account_login"), typed, follow=True).text)
    assert "This account is disabled" in page
    assert CONTACT in page


def test_signing_in_sends_the_confirmation_again_after_three_minutes(client: Client) -> None:
    typed = {"email": "ada@example.org", "password1": PASSWORD}
    again = {"login": "ada@example.org", "password": PASSWORD}
    with time_machine.travel(NOON) as clock:
        page = client.post(reverse("account_signup"), typed, follow=True).text
        assert "ada@example.org" in page
        assert reverse("account_login") in main_of(page)
        assert reverse("account_signup") in main_of(page)
        Client().post(reverse("account_login"), again)
        assert len(mail.outbox) == 1
        clock.shift(timedelta(minutes=3, seconds=1))
        Client().post(reverse("account_login"), again)
    assert [message.to for message in mail.outbox] == [["ada@example.org"]] * 2


@pytest.mark.parametrize(
    ("path", "next_step"),
    [
        ("/account/confirm-email/forged/", "/account/login/"),
        ("/account/password/reset/key/1-forged/", "/account/password/reset/"),
        ("/account/password/reset/key/done/", "/account/login/"),
        ("/account/password/reset/done/", "/account/password/reset/"),
    ],
)
def test_a_page_reached_by_a_link_leads_on(client: Client, path: str, next_step: str) -> None:
    assert f'href="{next_step}"' in main_of(client.get(path).text)


def test_the_mail_about_a_new_address_says_what_it_is(client: Client) -> None:
    reauthenticated(client, member("ada@example.org"))
    client.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
    message = next(each for each in mail.outbox if each.to == ["new@example.org"])
    assert message.subject == "Confirm your new e-mail address"
    assert "at Example Institute, in place of the one it has now" in str(message.body)
    assert "without the link nothing changes" in str(message.body)


def test_a_new_passkey_signs_in_alone_unless_one_says_otherwise(client: Client) -> None:
    page = reauthenticated(client, member()).get(reverse("mfa_add_webauthn"))
    assert page.context["form"]["passwordless"].value() is True
    assert page.context["form"]["name"].value() == "Passkey"


def test_a_history_names_second_factors_as_people_do() -> None:
    ada = with_second_factor(member())
    services.note_second_factor_removed(ada, kind="totp", at=NOON)
    (entry,) = queries.account_history(ada)
    assert entry.detail == "authenticator app"
