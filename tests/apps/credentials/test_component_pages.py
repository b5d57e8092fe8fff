"""Pages of components: a registrar records by hand, a person sees what is missing."""

from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.credentials.models import (
    ComponentOutcome,
    Credential,
    CredentialType,
    Proposal,
)
from guildmark.apps.credentials.services import TakenComponent, record_component
from guildmark.apps.credentials.states import Outcome
from tests.apps.accounts.factories import member, signed_in, staff
from tests.apps.credentials.factories import a_type

EXAM = {
    "email": "Holder@example.org",
    "component": "CPAP:exam",
    "outcome": "passed",
    "taken_on": "2026-02-03",
    "source": "Protocol 7",
    "name": "Ada Example",
    "reason": "An exam on paper.",
}
PORTFOLIO = {**EXAM, "component": "CPAP:portfolio: three cases", "source": "Protocol 8"}


@pytest.fixture
def kind(institute: None, at: datetime) -> CredentialType:
    """A type of two components, of which one has a colon in its name."""
    parts = ("exam", "portfolio: three cases")
    return a_type("CPAP", at=at, second_person=(), components=parts)


@pytest.fixture
def holder(institute: None) -> User:
    """Who took the components; the address is confirmed."""
    found = member("holder@example.org")
    EmailAddress.objects.update_or_create(
        user=found, email=found.email, defaults={"verified": True, "primary": True}
    )
    return found


def url() -> str:
    return reverse("credentials:components")


def test_a_registrar_records_by_hand_and_is_told_what_is_missing(
    client: Client, kind: CredentialType, registrar: User, holder: User
) -> None:
    signed_in(client, registrar)
    assert "Record a passed component" in client.get(reverse("credentials:registry")).text
    assert '<optgroup label="CPAP">' in client.get(url()).text
    page = client.post(url(), EXAM, follow=True).text
    assert "exam of CPAP, passed." in page
    assert "Still missing for CPAP: portfolio: three cases." in page
    row = ComponentOutcome.objects.get()
    assert (row.person, row.source, row.recorded_by) == (holder, "Protocol 7", registrar)
    assert row.taken_at.isoformat() == "2026-02-03T00:00:00+00:00"
    assert "Protocol 7" in client.get(url()).text


def test_the_last_one_leads_to_the_credential_that_followed(
    client: Client, kind: CredentialType, registrar: User, holder: User
) -> None:
    signed_in(client, registrar)
    client.post(url(), EXAM)
    answer = client.post(url(), PORTFOLIO, follow=True)
    made = Credential.objects.get()
    assert answer.redirect_chain == [(reverse("credentials:kept", args=[made.number]), 302)]
    assert f"{made.number} is awarded." in answer.text
    assert "exam on 2026-02-03, portfolio: three cases on 2026-02-03" in answer.text


def test_the_last_one_leads_to_the_proposal_where_a_second_registrar_is_needed(
    client: Client, kind: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    a_type("CPAP", at=at, components=kind.components)
    signed_in(client, registrar)
    client.post(url(), EXAM)
    answer = client.post(url(), PORTFOLIO)
    asked = Proposal.objects.get()
    assert answer.headers["Location"] == reverse("credentials:proposal", args=[asked.pk])


def test_what_the_system_asked_for_names_the_system(
    client: Client, kind: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    a_type("CPAP", at=at, components=kind.components)
    kind.refresh_from_db()
    for each in kind.components:
        taken = TakenComponent(kind, each, Outcome.PASSED, "exams.sitting:1", name="Ada Example")
        record_component(holder, taken, reason="Scored.", actor=SYSTEM, at=at)
    signed_in(client, registrar)
    asked = Proposal.objects.get()
    for page in (
        client.get(reverse("credentials:registry")).text,
        client.get(reverse("credentials:proposal", args=[asked.pk])).text,
        client.get(reverse("desk")).text,
    ):
        assert "the system" in page
        assert "None" not in page


def test_a_page_that_is_sent_twice_records_once(
    client: Client, kind: CredentialType, registrar: User, holder: User
) -> None:
    signed_in(client, registrar)
    for _ in range(2):
        assert client.post(url(), EXAM).status_code == 302
    assert ComponentOutcome.objects.count() == 1


@pytest.mark.parametrize(
    ("odd", "problem"),
    [
        ({"email": "nobody@example.org"}, "No account signs in with this address"),
        ({"email": "unconfirmed@example.org"}, "No account signs in with this address"),
        ({"email": "asking@example.org"}, "Nobody records a component for themselves"),
        ({"component": "CPAP:panel"}, "Select a valid choice"),
        ({"component": "NONE:exam"}, "Select a valid choice"),
        ({"taken_on": "2999-01-01"}, "not in the future"),
        ({"source": ""}, "This field is required"),
        ({"reason": ""}, "This field is required"),
        ({"outcome": "perhaps"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(
    client: Client, kind: CredentialType, registrar: User, holder: User,
    odd: dict[str, str], problem: str,
) -> None:  # fmt: skip
    unconfirmed = member("unconfirmed@example.org")
    EmailAddress.objects.filter(user=unconfirmed).delete()
    EmailAddress.objects.get_or_create(
        user=registrar, email="asking@example.org", defaults={"verified": True}
    )
    EmailAddress.objects.filter(user=registrar).update(verified=True)
    signed_in(client, registrar)
    page = client.post(url(), {**EXAM, **odd}).text
    assert problem in page
    kept = {**EXAM, **odd}
    for name in ("email", "source", "name", "reason"):
        assert kept[name] in page
    assert not ComponentOutcome.objects.exists()


def test_auditors_and_administrators_read_what_was_recorded_and_record_nothing(
    client: Client, kind: CredentialType, registrar: User, holder: User
) -> None:
    signed_in(client, registrar)
    client.post(url(), EXAM)
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        signed_in(client, staff(role))
        page = client.get(url())
        assert (page.status_code, "Protocol 7" in page.text) == (200, True)
        assert 'name="source"' not in page.text
        assert client.post(url(), PORTFOLIO).status_code == 403
    assert ComponentOutcome.objects.count() == 1


def test_members_are_refused_and_strangers_are_led_to_sign_in(
    client: Client, kind: CredentialType, holder: User
) -> None:
    for page in (url(), reverse("credentials:progress")):
        assert client.get(page).headers["Location"].startswith(reverse("account_login"))
    signed_in(client, holder)
    assert client.get(url()).status_code == 403
    assert client.post(url(), EXAM).status_code == 403


def test_a_person_sees_what_is_recorded_and_what_is_missing_until_the_award(
    client: Client, kind: CredentialType, holder: User
) -> None:
    now = timezone.now()
    signed_in(client, holder)
    assert "On the way to a credential" not in client.get(reverse("desk")).text
    assert "Nothing recorded yet" in client.get(reverse("credentials:progress")).text
    taken = TakenComponent(
        kind, "exam", Outcome.NOT_PASSED, "exams.sitting:17", now - timedelta(days=2), "Ada"
    )
    record_component(holder, taken, reason="Scored.", actor=SYSTEM, at=now)
    desk = client.get(reverse("desk")).text
    assert "missing: exam, portfolio: three cases" in desk
    assert f'href="{reverse("credentials:progress")}"' in desk
    page = client.get(reverse("credentials:progress")).text
    for text in ("Not passed", "exams.sitting:17", "Still missing: exam, portfolio: three cases."):
        assert text in page
    for each in kind.components:
        done = TakenComponent(kind, each, Outcome.PASSED, "exams.sitting:18", name="Ada")
        record_component(holder, done, reason="Scored.", actor=SYSTEM, at=now)
    assert "On the way to a credential" not in client.get(reverse("desk")).text
    assert "All components are passed." in client.get(reverse("credentials:progress")).text


def test_what_is_recorded_of_others_is_not_shown(
    client: Client, kind: CredentialType, registrar: User, holder: User
) -> None:
    signed_in(client, registrar)
    client.post(url(), EXAM)
    signed_in(client, member())
    assert "Protocol 7" not in client.get(reverse("credentials:progress")).text
