"""Somebody lost their second factors: who may reset them, and what is left."""

from datetime import datetime
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from guildmark.apps.accounts import queries, services
from guildmark.apps.accounts.models import User
from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import NOBODY, SYSTEM
from guildmark.apps.audit.models import Event, LedgerPending

from .factories import (
    administrator,
    member,
    reauthenticated,
    signed_in,
    staff,
    with_second_factor,
)

pytestmark = pytest.mark.django_db

WHY = "Phone lost; recognised on a call."
URL = "accounts:reset_second_factors"


def with_everything(person: User) -> User:
    """Give a person recovery codes and a passkey beside the app they have."""
    RecoveryCodes.activate(person)
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
    )
    return person


def events_of(person: User) -> list[Event]:
    rows = Event.objects.filter(subject=str(person.actor_id), name="accounts:factor:reset")
    return list(rows.select_related("detail"))


def test_every_second_factor_goes_and_the_password_and_roles_stay(at: datetime) -> None:
    ada, admin = with_everything(staff(Role.EDITOR)), administrator()
    assert len(queries.second_factors(ada)) == 3
    services.reset_second_factors(ada, actor=admin, at=at, reason=WHY)
    assert queries.second_factors(ada) == []
    assert queries.dormant_roles(ada) == {Role.EDITOR}
    assert User.objects.get(pk=ada.pk).has_usable_password()
    assert queries.second_factors(admin) != []


def test_the_event_goes_to_the_ledger_with_the_reason_and_without_secrets(at: datetime) -> None:
    ada, admin = with_everything(staff(Role.EDITOR)), administrator()
    services.reset_second_factors(ada, actor=admin, at=at, reason=f"  {WHY}\n")
    (event,) = events_of(ada)
    assert (event.actor, event.detail.reason) == (admin.actor_id, WHY)
    assert event.payload == {"by": "administrator"}
    assert LedgerPending.objects.filter(event=event).exists()


def test_the_sessions_of_the_person_end(at: datetime) -> None:
    ada, hers = with_second_factor(member()), Client()
    hers.force_login(ada)
    assert hers.get(reverse("accounts:overview")).status_code == 200
    services.reset_second_factors(ada, actor=administrator(), at=at, reason=WHY)
    assert hers.get(reverse("accounts:overview")).status_code == 302


def test_without_a_reason_nothing_is_removed(at: datetime) -> None:
    ada = with_second_factor(member())
    for actor in (administrator(), SYSTEM):
        with pytest.raises(services.ReasonMissing):
            services.reset_second_factors(ada, actor=actor, at=at, reason="  ")
    assert queries.has_second_factor(ada)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_no_other_role_resets_second_factors(role: Role, at: datetime) -> None:
    ada = with_second_factor(member())
    with pytest.raises(PermissionRefused, match="needs the role administrator"):
        services.reset_second_factors(ada, actor=staff(role), at=at, reason=WHY)
    assert queries.has_second_factor(ada)


def test_a_sleeping_administrator_resets_nothing(at: datetime) -> None:
    ada = with_second_factor(member())
    with pytest.raises(PermissionRefused, match="sleeps"):
        services.reset_second_factors(
            ada, actor=administrator(second_factor=False), at=at, reason=WHY
        )
    assert queries.has_second_factor(ada)


def test_nobody_resets_their_own(at: datetime) -> None:
    admin = administrator()
    with pytest.raises(PermissionRefused, match="Nobody resets their own"):
        services.reset_second_factors(admin, actor=admin, at=at, reason=WHY)
    assert queries.has_second_factor(admin)


def test_of_two_administrators_who_reset_each_other_the_second_is_refused(at: datetime) -> None:
    first, second = administrator(), administrator()
    services.reset_second_factors(second, actor=first, at=at, reason=WHY)
    with pytest.raises(PermissionRefused, match="sleeps"):
        services.reset_second_factors(first, actor=second, at=at, reason=WHY)
    assert list(queries.people_with_role(Role.ADMINISTRATOR)) == [first]


def test_where_there_is_no_second_factor_there_is_nothing_to_reset(at: datetime) -> None:
    ada = member()
    with pytest.raises(PermissionRefused, match="no second factor"):
        services.reset_second_factors(ada, actor=administrator(), at=at, reason=WHY)
    with pytest.raises(services.NoSecondFactor):
        services.reset_second_factors(ada, actor=SYSTEM, at=at, reason=WHY)
    assert events_of(ada) == []


def test_an_administrator_resets_on_the_page(client: Client) -> None:
    ada = with_second_factor(member())
    reauthenticated(client, administrator())
    url = reverse(URL, args=[ada.pk])
    assert url in client.get(reverse("accounts:person", args=[ada.pk])).text
    assert "Authenticator app, passkeys and recovery codes" in client.get(url).text
    page = client.post(url, {"reason": WHY}, follow=True)
    for text in ("The second factors are reset.", "Second factors reset", WHY):
        assert text in page.text
    assert url not in page.text
    assert not queries.has_second_factor(ada)


def test_the_page_asks_for_the_second_factor_first(client: Client) -> None:
    ada = with_second_factor(member())
    signed_in(client, administrator())
    page = client.post(reverse(URL, args=[ada.pk]), {"reason": WHY})
    assert page.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert queries.has_second_factor(ada)


def test_the_page_keeps_out_everybody_else_and_shows_them_no_link(client: Client) -> None:
    ada = with_second_factor(member())
    url = reverse(URL, args=[ada.pk])
    assert (
        client.post(url, {"reason": WHY}).headers["Location"].startswith(reverse("account_login"))
    )
    for actor in (ada, with_second_factor(member()), staff(Role.AUDITOR), staff(Role.SUPPORT)):
        reauthenticated(client, actor)
        assert client.post(url, {"reason": WHY}).status_code == 403
        assert url not in client.get(reverse("accounts:person", args=[ada.pk])).text
    assert queries.has_second_factor(ada)


def test_the_operator_lets_the_only_administrator_in() -> None:
    admin, said = with_everything(administrator("admin@example.org")), StringIO()
    call_command("reset_second_factors", " Admin@example.org", reason=WHY, stdout=said)
    assert queries.second_factors(admin) == []
    assert queries.held_roles(admin) == {Role.ADMINISTRATOR}
    (event,) = events_of(admin)
    assert (event.actor, event.payload, event.detail.reason) == (NOBODY, {"by": "operator"}, WHY)
    for text in ("admin@example.org", "TOTP", "Recovery", "sessions have ended", "password"):
        assert text in said.getvalue()


@pytest.mark.parametrize(
    ("email", "reason", "says"),
    [
        ("nobody@example.org", WHY, "Nobody signs in with nobody@example.org"),
        ("ada@example.org", WHY, "no second factor"),
        ("grace@example.org", " ", "Say why"),
    ],
)
def test_the_operator_is_told_what_is_wrong(email: str, reason: str, says: str) -> None:
    member("ada@example.org")
    grace = with_second_factor(member("grace@example.org"))
    with pytest.raises(CommandError, match=says):
        call_command("reset_second_factors", email, reason=reason)
    assert queries.has_second_factor(grace)
