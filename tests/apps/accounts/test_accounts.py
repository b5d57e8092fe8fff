"""Making, disabling and closing accounts, and what is kept of them."""

from datetime import datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from guildmark.apps.accounts import queries, services, slots
from guildmark.apps.accounts.events import RoleEnded, RoleGranted
from guildmark.apps.accounts.models import User
from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.models import Event, EventDetail

from .factories import (
    PASSWORD,
    SECRET,
    administrator,
    member,
    staff,
    with_second_factor,
)

pytestmark = pytest.mark.django_db


def names_of_events(person: User) -> list[str]:
    rows = Event.objects.filter(subject=str(person.actor_id)).order_by("pk")
    return list(rows.values_list("name", flat=True))


def last_event(name: str) -> Event:
    return Event.objects.filter(name=name).latest("pk")


# --- Making -----------------------------------------------------------------------------------


def test_an_operator_makes_a_person_who_can_sign_in_at_once(at: datetime, client: Client) -> None:
    ada = services.create_person(email=" Ada@Example.org ", password=PASSWORD, at=at)
    assert (ada.email, ada.joined_at) == ("ada@example.org", at)
    assert queries.email_addresses(ada) == [("ada@example.org", True)]
    assert client.login(email="ada@example.org", password=PASSWORD)
    assert names_of_events(ada) == ["accounts:account:opened"]


@pytest.mark.parametrize(
    ("email", "password", "why"),
    [
        ("nowhere", PASSWORD, "valid email"),
        ("ada@example.org", "short", "at least 12"),
        ("taken@example.org", PASSWORD, "already has an account"),
    ],
)
def test_a_person_is_not_made_of_bad_data(
    email: str, password: str, why: str, at: datetime
) -> None:
    member("taken@example.org")
    with pytest.raises(services.AccountRefused, match=why):
        services.create_person(email=email, password=password, at=at)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"), [("time_zone", "Moon/Base"), ("language", "tlh"), ("time_zone", "utc+1")]
)
def test_a_time_zone_or_language_that_is_none_is_never_saved(field: str, value: str) -> None:
    ada = member()
    setattr(ada, field, value)
    with pytest.raises(ValidationError, match=value.replace("+", r"\+")):
        ada.save()


def test_an_authenticator_app_wakes_a_role_and_is_recorded(at: datetime) -> None:
    ada = staff(Role.EDITOR, second_factor=False)
    services.enrol_authenticator_app(ada, secret=SECRET, at=at)
    assert queries.has_role(ada, Role.EDITOR)
    assert names_of_events(ada)[-1] == "accounts:factor:added"


# --- Events -----------------------------------------------------------------------------------


def test_roles_go_into_the_ledger_with_the_role_as_the_only_public_field(at: datetime) -> None:
    ada = member()
    grant = services.grant_role(
        ada, Role.EDITOR, actor=administrator(), at=at, reason="Knows the field."
    )
    services.end_role(grant, actor=ada, at=at, reason="No time left.")
    for kind in (RoleGranted, RoleEnded):
        assert kind.public == ("role",)
        event = last_event(kind.name)
        assert (event.subject, event.payload) == (str(ada.actor_id), {"role": "editor"})
        assert hasattr(event, "ledger_pending") or hasattr(event, "ledger_entry")


def test_a_refused_grant_leaves_no_event(at: datetime) -> None:
    ada = member()
    with pytest.raises(PermissionRefused):
        services.grant_role(ada, Role.EDITOR, actor=member(), at=at, reason="I want it.")
    assert names_of_events(ada) == []


def test_a_sign_in_is_recorded_under_the_pseudonym_without_address(client: Client) -> None:
    cache.clear()
    ada = member("ada@example.org")
    client.post("/account/login/", {"login": "ada@example.org", "password": PASSWORD})
    event = last_event("accounts:session:started")
    assert (event.subject, event.actor) == (str(ada.actor_id), ada.actor_id)
    assert event.payload == {"method": "password"}
    assert not hasattr(event, "ledger_pending")


def test_failed_sign_ins_are_recorded_once_a_minute_known_and_unknown_alike(
    client: Client,
) -> None:
    cache.clear()
    ada = member("ada@example.org")
    for email in ("ada@example.org", "nobody@example.org"):
        for _ in range(3):
            client.post("/account/login/", {"login": email, "password": "wrong-wrong"})
    rows = Event.objects.filter(name="accounts:session:refused").order_by("pk")
    known, unknown = rows
    assert known.subject == str(ada.actor_id)
    assert "nobody" not in unknown.subject
    assert known.payload == unknown.payload == {"factor": "password"}


# --- Disabling --------------------------------------------------------------------------------


def test_disabling_and_enabling_are_recorded_with_the_reason(at: datetime) -> None:
    ada, admin = member(), administrator()
    services.disable_account(ada, actor=admin, at=at, reason="Asked us to wait.")
    ada = services.enable_account(ada, actor=admin, at=at, reason="Is back.")
    assert ada.is_active
    assert names_of_events(ada) == ["accounts:account:disabled", "accounts:account:enabled"]
    reasons = EventDetail.objects.filter(event__subject=str(ada.actor_id)).order_by("pk")
    assert [row.reason for row in reasons] == ["Asked us to wait.", "Is back."]


def test_nobody_disables_their_own_account(at: datetime) -> None:
    admin = administrator()
    administrator()
    with pytest.raises(PermissionRefused, match="close it instead"):
        services.disable_account(admin, actor=admin, at=at, reason="Tired.")


@pytest.mark.parametrize("role", [None, *(r for r in Role if r is not Role.ADMINISTRATOR)])
def test_only_administrators_disable_enable_or_close_accounts_of_others(
    role: Role | None, at: datetime
) -> None:
    ada, actor = member(), staff(role) if role else member()
    for service in (services.disable_account, services.close_account):
        with pytest.raises(PermissionRefused):
            service(ada, actor=actor, at=at, reason="I dislike it.")
    services.disable_account(ada, actor=administrator(), at=at, reason="For the test.")
    with pytest.raises(PermissionRefused):
        services.enable_account(ada, actor=actor, at=at, reason="I like it.")


# --- Closing ----------------------------------------------------------------------------------


def test_closing_erases_the_person_and_cuts_the_link_to_the_pseudonym(
    at: datetime, client: Client
) -> None:
    ada = with_second_factor(member("ada@example.org", display_name="Ada"))
    RecoveryCodes.activate(ada)
    client.force_login(ada)
    client.get("/account/")
    pseudonym = ada.actor_id
    closed = services.close_account(ada, actor=ada, at=at)
    assert closed.closed_at == at
    assert (closed.display_name, closed.is_active) == ("", False)
    assert "ada" not in closed.email
    assert not closed.has_usable_password()
    assert closed.actor_id != pseudonym
    assert queries.person_by_actor(pseudonym) is None
    assert not EmailAddress.objects.filter(user=ada).exists()
    assert not Authenticator.objects.filter(user=ada).exists()
    assert queries.sessions(ada) == []
    assert str(closed) == "closed account"


def test_the_address_of_a_closed_account_is_free_again(at: datetime) -> None:
    ada = member("ada@example.org")
    services.close_account(ada, actor=ada, at=at)
    assert services.create_person(email="ada@example.org", password=PASSWORD, at=at).pk != ada.pk


def test_closing_ends_roles_and_erases_the_reasons_about_the_person(at: datetime) -> None:
    ada = staff(Role.EDITOR)
    pseudonym = ada.actor_id
    services.close_account(ada, actor=ada, at=at)
    (row,) = queries.role_history(ada)
    assert (row.ended_at, row.reason, row.end_reason) == (at, "(erased)", "(erased)")
    details = EventDetail.objects.filter(event__subject=str(pseudonym))
    assert [detail.reason for detail in details] == [""]
    names = Event.objects.filter(subject=str(pseudonym)).values_list("name", flat=True)
    assert set(names) == {"accounts:account:closed", "accounts:role:ended"}


def test_closing_lets_every_context_erase_what_it_holds(at: datetime, closing: list[Any]) -> None:
    ada = member("ada@example.org")
    services.close_account(ada, actor=ada, at=at)
    assert closing == [("ada@example.org", at)]


def test_when_a_context_cannot_erase_nothing_is_closed(at: datetime, failing_closing: None) -> None:
    ada = member("ada@example.org")
    with pytest.raises(RuntimeError, match="no disk"):
        services.close_account(ada, actor=ada, at=at)
    ada.refresh_from_db()
    assert (ada.email, ada.closed_at) == ("ada@example.org", None)


def test_the_last_administrator_cannot_close_their_account(at: datetime) -> None:
    admin = administrator()
    administrator(second_factor=False)
    with pytest.raises(PermissionRefused, match="Nobody else could grant roles"):
        services.close_account(admin, actor=admin, at=at)
    administrator()
    assert services.close_account(admin, actor=admin, at=at).closed_at == at


def test_an_administrator_closes_an_account_only_with_a_reason(at: datetime) -> None:
    ada, admin = member(), administrator()
    with pytest.raises(services.ReasonMissing):
        services.close_account(ada, actor=admin, at=at)
    pseudonym = str(ada.actor_id)
    assert services.close_account(ada, actor=admin, at=at, reason="By letter.").closed_at == at
    event = Event.objects.get(subject=pseudonym)
    assert (event.payload, event.detail.reason) == ({"by": "administrator"}, "By letter.")


def test_an_account_is_closed_once(at: datetime) -> None:
    ada, admin = member(), administrator()
    services.close_account(ada, actor=admin, at=at, reason="By letter.")
    with pytest.raises(PermissionRefused, match="is closed"):
        services.close_account(ada, actor=admin, at=at, reason="By letter.")


def test_the_database_refuses_a_closed_account_that_can_sign_in(at: datetime) -> None:
    ada = member()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=ada.pk).update(closed_at=at)


# --- Personal data ----------------------------------------------------------------------------


def test_the_export_has_a_part_of_every_context_and_is_recorded(at: datetime) -> None:
    ada = member("ada@example.org")
    data = services.export_personal_data(ada, at=at)
    assert set(data) == {"exported_at", *slots.personal_data.names}
    assert data["account"]["email_addresses"] == [{"address": "ada@example.org", "confirmed": True}]
    assert names_of_events(ada) == ["accounts:account:exported"]


def test_the_export_tells_what_was_recorded_but_not_what_happened_to_others(at: datetime) -> None:
    admin, ada = administrator(), member()
    services.grant_role(ada, Role.EDITOR, actor=admin, at=at, reason="Knows the field.")
    (hers,) = services.export_personal_data(ada, at=at)["account"]["events"]
    assert (hers["event"], hers["details"]) == ("accounts:role:granted", {"role": "editor"})
    (his,) = services.export_personal_data(admin, at=at)["account"]["events"]
    assert (his["by_you"], his["about_you"], his["details"]) == (True, False, {})


@pytest.fixture
def closing(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a context is told when an account closes."""
    told: list[Any] = []
    slot: Any = type(slots.account_closing)("account closing")
    slot.register(lambda person, at: told.append((person.email, at)), name="test")
    monkeypatch.setattr(slots, "account_closing", slot)
    return told


@pytest.fixture
def failing_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A context whose erasing fails."""

    def fail(_person: User, _at: datetime) -> None:
        raise RuntimeError("no disk")

    slot: Any = type(slots.account_closing)("account closing")
    slot.register(fail, name="test")
    monkeypatch.setattr(slots, "account_closing", slot)
