"""What allauth changes is kept together with the event that tells of it, or not at all."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.db.transaction import TransactionManagementError
from django.test import Client
from django.urls import reverse

from guildmark.apps.accounts import services
from guildmark.apps.accounts.models import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.models import Event
from guildmark.apps.audit.services import NotInTransaction

from .factories import PASSWORD, member, reauthenticated, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]
NEW_PASSWORD = "staple-orange-river-42"
Interrupt = Callable[[], None]


@pytest.fixture
def interrupt(monkeypatch: pytest.MonkeyPatch, client: Client) -> Interrupt:
    """Break whatever is recorded from now on, as a full disk would."""
    cache.clear()
    client.raise_request_exception = False

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("no disk")

    return lambda: monkeypatch.setattr(services, "record", fail)


def test_a_sign_up_that_cannot_be_recorded_leaves_nobody(
    client: Client, interrupt: Interrupt
) -> None:
    recorded = Event.objects.count()
    interrupt()
    typed = {"email": "ada@example.org", "password1": NEW_PASSWORD}
    assert client.post(reverse("account_signup"), typed).status_code == 500
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()
    assert Event.objects.count() == recorded


def test_a_password_that_cannot_be_recorded_is_not_changed(
    client: Client, interrupt: Interrupt
) -> None:
    ada = member()
    reauthenticated(client, ada)
    interrupt()
    typed = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post(reverse("account_change_password"), typed).status_code == 500
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_an_app_that_cannot_be_recorded_is_not_added(client: Client, interrupt: Interrupt) -> None:
    ada = member()
    reauthenticated(client, ada)
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    interrupt()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 500
    assert not Authenticator.objects.filter(user=ada).exists()


def test_an_app_whose_removal_cannot_be_recorded_stays(
    client: Client, interrupt: Interrupt
) -> None:
    ada = staff(Role.EDITOR)
    reauthenticated(client, ada)
    interrupt()
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 500
    assert Authenticator.objects.filter(user=ada).exists()


def test_a_refused_sign_up_still_counts_as_an_attempt(client: Client) -> None:
    cache.clear()
    for _ in range(20):
        assert client.post(reverse("account_signup"), {"email": "ada"}).status_code == 200
    assert client.post(reverse("account_signup"), {"email": "ada"}).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_what_a_person_did_is_not_recorded_apart_from_doing_it(at: datetime) -> None:
    ada, recorded = member(), Event.objects.count()
    notes: list[Callable[[], None]] = [
        lambda: services.note_account_opened(ada, at=at),
        lambda: services.note_email_change(ada, at=at),
        lambda: services.note_password_change(ada, how="changed", session_key=None, at=at),
        lambda: services.note_second_factor_added(ada, kind="totp", session_key=None, at=at),
        lambda: services.note_second_factor_removed(ada, kind="totp", at=at),
    ]
    for note in notes:
        with pytest.raises((NotInTransaction, TransactionManagementError)):
            note()
    assert Event.objects.count() == recorded
