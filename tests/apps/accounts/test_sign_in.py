"""Signing up, in and out, second factors, passwords and sessions, as a visitor does them."""

import re
import time
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from guildmark.apps.accounts import queries
from guildmark.apps.accounts.models import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.queries import events_of

from .factories import (
    PASSWORD,
    SECRET,
    member,
    reauthenticated,
    staff,
    with_second_factor,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]
NEW_PASSWORD = "staple-orange-river-42"


@pytest.fixture(autouse=True)
def _own_mail_and_limits(settings: Settings) -> None:
    """Keep mails in memory, and start each test without attempts of others."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


def code() -> str:
    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))


def recorded(person: User) -> list[tuple[str, dict[str, Any]]]:
    """What events say of the person, in order."""
    return [(event.name, event.payload) for event in events_of(str(person.actor_id))]


def sign_in(client: Client, email: str, password: str = PASSWORD, *, browser: str = "") -> str:
    """Sign in and return the address one is sent to, or the text of the refusing page."""
    typed = {"login": email, "password": password}
    page = client.post(reverse("account_login"), typed, headers={"user-agent": browser})
    return place(page)


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("accounts:overview")).status_code == 200


def sign_up(client: Client, email: str, password: str = NEW_PASSWORD) -> str:
    page = client.post(reverse("account_signup"), {"email": email, "password1": password})
    return place(page)


def place(page: HttpResponseBase) -> str:
    """The address one is sent to, or the text of the page that is shown instead."""
    assert isinstance(page, HttpResponse)
    return page.headers.get("Location", page.text)


def test_a_person_signs_up_confirms_and_signs_in(client: Client) -> None:
    assert sign_up(client, "ada@example.org") == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    (message,) = mail.outbox
    link = re.search(r"https?://\S+(/account/confirm-email/\S+)", str(message.body))
    assert link is not None
    client.post(link[1])
    assert not is_signed_in(client)
    assert sign_in(client, "ada@example.org", NEW_PASSWORD) == reverse("desk")
    assert is_signed_in(client)


def test_without_confirmation_nobody_signs_in(client: Client) -> None:
    sign_up(client, "ada@example.org")
    sign_in(client, "ada@example.org", NEW_PASSWORD)
    assert not is_signed_in(client)


def test_signing_up_with_a_taken_address_answers_alike_and_tells_only_its_owner(
    client: Client,
) -> None:
    member("ada@example.org")
    assert sign_up(client, "ada@example.org") == sign_up(Client(), "new@example.org")
    assert User.objects.filter(email__in=["ada@example.org", "new@example.org"]).count() == 2
    assert "already" in str(mail.outbox[0].subject).lower()


def test_asking_for_a_new_password_answers_alike_for_everybody(client: Client) -> None:
    member("ada@example.org")
    url = reverse("account_reset_password")
    known = client.post(url, {"email": "ada@example.org"})
    unknown = client.post(url, {"email": "nobody@example.org"})
    assert known.headers["Location"] == unknown.headers["Location"]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short-one", "at least 12 characters"),
        ("password1234", "too common"),
        ("ada.lovelace@example", "too similar"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(
    client: Client, password: str, why: str
) -> None:
    assert why in sign_up(client, "ada.lovelace@example.org", password)
    assert not User.objects.filter(email="ada.lovelace@example.org").exists()


def test_what_was_typed_stays_when_sign_up_is_refused_but_not_the_password(
    client: Client,
) -> None:
    page = sign_up(client, "ada@example.org", "short-one")
    assert 'value="ada@example.org"' in page
    assert "short-one" not in page


def test_a_wrong_password_and_an_unknown_address_are_refused_alike(client: Client) -> None:
    member("ada@example.org")
    refusal = "Check how you typed them, or choose a new password by mail."
    assert refusal in sign_in(client, "ada@example.org", "wrong-wrong-wrong")
    assert refusal in sign_in(client, "nobody@example.org", "wrong-wrong-wrong")


def test_a_disabled_person_does_not_get_in(client: Client) -> None:
    User.objects.filter(pk=member("ada@example.org").pk).update(is_active=False)
    sign_in(client, "ada@example.org")
    assert not is_signed_in(client)


def test_a_second_factor_is_asked_for_after_the_password(client: Client) -> None:
    ada = with_second_factor(member("ada@example.org"))
    assert sign_in(client, "ada@example.org") == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    refused = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "This code is not right" in refused.text
    assert "change every 30 seconds" in refused.text
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert is_signed_in(client)
    assert recorded(ada) == [
        ("accounts:session:refused", {"factor": "totp"}),
        ("accounts:session:started", {"method": "totp"}),
    ]


def test_a_recovery_code_stands_in_for_the_app_once(client: Client) -> None:
    ada = with_second_factor(member("ada@example.org"))
    spare = RecoveryCodes.activate(ada).get_unused_codes()[0]
    for works in (True, False):
        browser = Client()
        sign_in(browser, "ada@example.org")
        browser.post(reverse("mfa_authenticate"), {"code": spare})
        assert is_signed_in(browser) is works


def test_secrets_of_second_factors_are_not_in_the_database(client: Client) -> None:
    ada = with_second_factor(member())
    seed = RecoveryCodes.activate(ada)
    rows = dict(Authenticator.objects.filter(user=ada).values_list("type", "data"))
    assert SECRET not in str(rows)
    assert len(seed.generate_codes()) == 10
    assert re.fullmatch(r"[0-9a-f]{80}", rows["recovery_codes"]["seed"]) is None


def test_setting_up_an_app_asks_for_the_password_first(client: Client) -> None:
    client.force_login(member())
    page = client.get(reverse("mfa_activate_totp"))
    assert page.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_a_person_sets_up_an_app_and_is_told_by_mail(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ada = member("ada@example.org")
    reauthenticated(client, ada)
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    answer = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    with django_capture_on_commit_callbacks() as callbacks:
        page = client.post(reverse("mfa_activate_totp"), {"code": answer})
    with request_context(page.wsgi_request):
        for callback in callbacks:
            callback()
    assert Authenticator.objects.filter(user=ada, type=Authenticator.Type.TOTP).exists()
    assert [message.to for message in mail.outbox] == [["ada@example.org"]]
    assert ("accounts:factor:added", {"kind": "totp"}) in recorded(ada)


def test_taking_the_app_away_puts_roles_to_sleep_and_is_told(client: Client) -> None:
    ada = staff(Role.EDITOR, "ada@example.org")
    reauthenticated(client, ada)
    client.post(reverse("mfa_deactivate_totp"))
    assert queries.dormant_roles(ada) == {Role.EDITOR}
    assert recorded(ada)[-1] == ("accounts:factor:removed", {"kind": "totp"})
    assert [message.to for message in mail.outbox] == [["ada@example.org"]]


def test_changing_the_password_ends_every_other_session(client: Client) -> None:
    ada = member("ada@example.org")
    elsewhere = Client()
    sign_in(elsewhere, "ada@example.org")
    sign_in(client, "ada@example.org")
    reset = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post(reverse("account_change_password"), reset)
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert len(queries.sessions(ada)) == 1
    assert recorded(ada)[-1] == ("accounts:password:changed", {"how": "changed"})
    assert "Your password was changed" in [str(message.subject) for message in mail.outbox][-1]


def test_resetting_the_password_by_mail_ends_every_session(client: Client) -> None:
    member("ada@example.org")
    elsewhere = Client()
    sign_in(elsewhere, "ada@example.org")
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    link = re.search(r"https?://\S+?(/account/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert link is not None
    form = client.get(link[1], follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert not is_signed_in(elsewhere)
    assert sign_in(client, "ada@example.org", NEW_PASSWORD) == reverse("desk")


def test_a_person_sees_their_sessions_and_ends_the_others(client: Client) -> None:
    member("ada@example.org")
    elsewhere = Client()
    sign_in(elsewhere, "ada@example.org", browser="Phone")
    sign_in(client, "ada@example.org", browser="Desktop")
    page = client.get(reverse("usersessions_list"), headers={"user-agent": "Desktop"})
    assert "Phone" in page.text
    client.post(reverse("usersessions_list"), headers={"user-agent": "Desktop"})
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_looking_at_pages_writes_only_now_and_then(client: Client) -> None:
    ada = member()
    client.force_login(ada)
    with time_machine.travel("2026-03-02T12:00:00Z", tick=False) as clock:
        client.get(reverse("accounts:overview"))
        (session,) = queries.sessions(ada)
        with CaptureQueriesContext(connection) as made:
            client.get(reverse("accounts:overview"))
        assert not [q for q in made.captured_queries if not q["sql"].startswith("SELECT")]
        clock.shift(301)
        client.get(reverse("accounts:overview"))
    (later,) = queries.sessions(ada)
    assert (later.last_seen_at - session.last_seen_at).total_seconds() == 301


def test_a_sign_in_from_a_new_browser_is_told_by_mail(client: Client) -> None:
    member("ada@example.org")
    sign_in(client, "ada@example.org", browser="Desktop")
    sign_in(Client(), "ada@example.org", browser="Desktop")
    assert not mail.outbox
    sign_in(Client(), "ada@example.org", browser="Phone")
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert "new browser" in str(message.subject)
    assert "If it was not you, choose a new password at once" in str(message.body)
    assert f"https://example.org{reverse('account_reset_password')}" in str(message.body)


def test_a_person_with_a_second_factor_changes_their_address(client: Client) -> None:
    ada = with_second_factor(member("ada@example.org"))
    reauthenticated(client, ada)
    client.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
    link = re.search(r"https?://\S+(/account/confirm-email/\S+)", str(mail.outbox[-1].body))
    assert link is not None
    client.post(link[1])
    ada.refresh_from_db()
    assert ada.email == "new@example.org"
    assert [row.email for row in EmailAddress.objects.filter(user=ada)] == ["new@example.org"]
    assert ["ada@example.org"] in [message.to for message in mail.outbox]
    assert recorded(ada)[-1] == ("accounts:email:changed", {})


def test_too_many_wrong_passwords_are_refused_even_the_right_one(client: Client) -> None:
    member("ada@example.org")
    for _ in range(5):
        sign_in(client, "ada@example.org", "wrong-wrong-wrong")
    assert "Try again in five minutes" in sign_in(Client(), "ada@example.org")


def test_too_many_requests_get_a_page_that_says_what_to_do(client: Client) -> None:
    for _ in range(20):
        assert "This field is required" in sign_up(client, "ada@example.org", "")
    page = client.post(reverse("account_signup"), {"email": "ada@example.org"})
    assert page.status_code == 429
    assert "Wait a few minutes" in page.text


def test_signing_out_takes_a_click_and_ends_the_session(client: Client) -> None:
    client.force_login(member())
    client.get(reverse("account_logout"))
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)
