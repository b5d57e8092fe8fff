"""Roles wake only in a session that has used the second factor."""

import time
from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from guildmark.apps.accounts import queries
from guildmark.apps.accounts.models import User
from guildmark.apps.accounts.states import Role
from tests.conftest import NOON

from .factories import (
    PASSWORD,
    SECRET,
    administrator,
    member,
    reauthenticated,
    signed_in,
    signed_in_by_password,
    with_second_factor,
)

pytestmark = pytest.mark.django_db
REASON = {"role": Role.EDITOR, "reason": "Asked for by the board."}


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    """Stop the clock, so that no code grows old, and forget which codes were used."""
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield


def code(secret: str = SECRET) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def opens_people(client: Client) -> bool:
    return client.get(reverse("accounts:people")).status_code == 200


def grants(client: Client, person: User) -> bool:
    client.post(reverse("accounts:grant_role", args=[person.pk]), REASON)
    return bool(queries.held_roles(person))


def test_a_session_that_a_password_opened_does_not_wake_with_the_account(client: Client) -> None:
    admin = administrator(second_factor=False)
    signed_in_by_password(client, admin)
    with_second_factor(admin)
    page = client.get(reverse("accounts:people"))
    assert page.status_code == 403
    assert "which has not used your second factor" in page.text
    assert reverse("account_reauthenticate") in client.get(reverse("accounts:overview")).text
    assert "Confirm with your second factor" in client.get(reverse("desk")).text


def test_a_session_that_used_the_second_factor_is_awake(client: Client) -> None:
    assert opens_people(signed_in(client, administrator()))


def test_a_password_given_again_wakes_nothing(client: Client) -> None:
    admin, ada = administrator(second_factor=False), member()
    reauthenticated(client, admin)
    with_second_factor(admin)
    assert not grants(client, ada)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert not opens_people(client)
    assert not grants(client, ada)


def test_the_password_does_not_confirm_what_the_second_factor_must(client: Client) -> None:
    admin, ada = administrator(), member()
    signed_in(client, admin)
    session = client.session
    session["account_authentication_methods"] += [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session.save()
    assert opens_people(client)
    assert not grants(client, ada)


def test_the_code_wakes_the_session_and_lets_the_decision_go_on_that_waited(
    client: Client,
) -> None:
    admin, ada = administrator(second_factor=False), member()
    signed_in_by_password(client, admin)
    with_second_factor(admin)
    asked = client.post(reverse("accounts:grant_role", args=[ada.pk]), REASON)
    client.post(asked.headers["Location"], {"code": code()})
    assert queries.held_roles(ada) == {Role.EDITOR}
    assert opens_people(client)


def test_setting_up_a_second_factor_ends_every_other_session(client: Client) -> None:
    admin, elsewhere = administrator(second_factor=False), Client()
    signed_in_by_password(elsewhere, admin)
    assert elsewhere.get(reverse("accounts:overview")).status_code == 200
    reauthenticated(client, admin)
    client.get(reverse("mfa_activate_totp"))
    typed = {"code": code(client.session["mfa.totp.secret"])}
    client.post(reverse("mfa_activate_totp"), typed)
    assert elsewhere.get(reverse("accounts:overview")).status_code == 302
    assert client.get(reverse("accounts:overview")).status_code == 200
    assert not opens_people(client)


def test_outside_of_sessions_the_account_is_asked() -> None:
    admin = administrator()
    assert list(queries.people_with_role(Role.ADMINISTRATOR)) == [admin]
    assert queries.has_role(admin, Role.ADMINISTRATOR)
    admin.session_has_second_factor = False
    assert queries.held_roles(admin) == queries.dormant_roles(admin) == {Role.ADMINISTRATOR}
    assert not queries.has_role(admin, Role.ADMINISTRATOR)
    assert not queries.is_staff_member(admin)
    assert list(queries.visible_to(admin)) == [admin]
