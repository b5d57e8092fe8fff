"""The page on which a registrar renews a credential, as each person who may and may not."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.credentials import services
from guildmark.apps.credentials.models import Credential, CredentialType, Proposal
from guildmark.apps.credentials.services import Award
from guildmark.apps.credentials.states import Move, State
from guildmark.apps.mail.models import Message
from tests.apps.accounts.factories import signed_in, staff
from tests.apps.credentials.factories import a_type, moved

DAY = timedelta(days=1)
REASON = {"reason": "Showed 40 hours."}


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User) -> Credential:
    """A credential that ends in a few days, by the clock on the wall."""
    begun = timezone.now() - 725 * DAY
    wanted = Award(cpap, "holder@example.org", "Ada Example", "Passed.", begun)
    found = services.award(wanted, actor=registrar, at=begun)
    assert isinstance(found, Credential)
    return found


def page_of(row: Credential) -> str:
    return reverse("credentials:renew", args=[row.number])


def test_a_registrar_renews_in_one_step_and_is_led_to_the_new_one(
    client: Client, made: Credential, registrar: User
) -> None:
    signed_in(client, registrar)
    kept = client.get(reverse("credentials:kept", args=[made.number])).text
    assert f'href="{page_of(made)}"' in kept
    assert "valid from today until" in client.get(page_of(made)).text
    answer = client.post(page_of(made), REASON, follow=True)
    new = Credential.objects.exclude(pk=made.pk).get()
    assert answer.redirect_chain == [(reverse("credentials:kept", args=[new.number]), 302)]
    assert f"{new.number} is awarded and has taken the place of {made.number}." in answer.text
    assert f"Awarded, as the renewal of {made.number}" in answer.text
    assert made.valid_until is not None
    assert new.valid_until == made.valid_until.replace(year=made.valid_until.year + 2)
    old = client.get(reverse("credentials:kept", args=[made.number])).text
    assert "Superseded: renewed" in old
    assert page_of(made) not in old


def test_a_page_that_is_sent_twice_renews_once(
    client: Client, made: Credential, registrar: User
) -> None:
    signed_in(client, registrar)
    first, again = (client.post(page_of(made), REASON) for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    assert Credential.objects.count() == 2
    assert Message.objects.filter(subject__contains="was renewed").count() == 1


def test_a_proposal_that_is_sent_twice_is_made_once_and_approved_in_one_step(
    client: Client, made: Credential, registrar: User, second: User, at: datetime
) -> None:
    a_type("CPAP", at=at, second_person=("supersede",))
    signed_in(client, registrar)
    assert "Renew: ask a second registrar" in client.get(page_of(made)).text
    first, again = (client.post(page_of(made), REASON) for _ in range(2))
    asked = Proposal.objects.get()
    proposal = reverse("credentials:proposal", args=[asked.pk])
    assert first.headers["Location"] == again.headers["Location"] == proposal
    assert page_of(made) not in client.get(reverse("credentials:kept", args=[made.number])).text
    signed_in(client, second)
    page = client.get(proposal).text
    for text in (f"Renew {made.number}", "Ada Example", "Showed 40 hours.", "moment of the app"):
        assert text in page
    assert f"Renew: {made.number}" in client.get(reverse("desk")).text
    answer = client.post(proposal, {"decision": "approve", "reason": "Counted."}, follow=True)
    new = Credential.objects.exclude(pk=made.pk).get()
    assert f"has taken the place of {made.number}" in answer.text
    for text in ("asking@example.org", "second@example.org", "Counted."):
        assert text in answer.text
    assert f'href="{reverse("credentials:kept", args=[new.number])}"' in client.get(proposal).text


def test_what_can_not_be_renewed_says_why_and_shows_no_form(
    client: Client, made: Credential, registrar: User
) -> None:
    moved(made, Move.SUSPEND, actor=registrar, at=timezone.now())
    signed_in(client, registrar)
    page = client.get(page_of(made)).text
    assert "Reinstate it first" in page
    assert 'name="reason"' not in page
    kept = client.get(reverse("credentials:kept", args=[made.number])).text
    assert page_of(made) not in kept
    client.post(page_of(made), REASON)
    assert Credential.objects.get().state == State.SUSPENDED


def test_a_day_that_can_not_be_is_told_at_its_field_and_nothing_typed_is_lost(
    client: Client, made: Credential, registrar: User
) -> None:
    signed_in(client, registrar)
    tomorrow = (timezone.now() + 2 * DAY).date().isoformat()
    page = client.post(page_of(made), {**REASON, "valid_from": tomorrow}).text
    for text in ("Begin on a day from", "Showed 40 hours.", tomorrow):
        assert text in page
    assert Credential.objects.get().state == State.ACTIVE


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_are_refused_and_not_offered_a_renewal(
    client: Client, made: Credential, holder: User, role: Role | None
) -> None:
    signed_in(client, staff(role) if role else holder)
    assert client.get(page_of(made)).status_code == 403
    assert client.post(page_of(made), REASON).status_code == 403
    if role:
        assert page_of(made) not in client.get(f"/registry/{made.number}/").text
    assert Credential.objects.get().state == State.ACTIVE


def test_strangers_are_led_to_sign_in(client: Client, made: Credential) -> None:
    answer = client.get(page_of(made))
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_an_id_that_nobody_has_is_not_found(client: Client, registrar: User) -> None:
    signed_in(client, registrar)
    assert client.get("/registry/CPAP-99/renew/").status_code == 404
