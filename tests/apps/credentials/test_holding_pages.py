"""Holders see their credentials, choose how they are shown, give them back, and claim them."""

from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from guildmark.apps.accounts.queries import User
from guildmark.apps.audit.models import Event
from guildmark.apps.credentials import services
from guildmark.apps.credentials.queries import Credential, CredentialType
from guildmark.apps.credentials.services import CredentialRefused
from guildmark.apps.credentials.states import Move
from tests.apps.accounts.factories import member, signed_in
from tests.apps.credentials.factories import awarded, moved

DESK = "/desk/"
CLAIM = "/credentials/claim/"


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    """What the holder holds."""
    return awarded(cpap, actor=registrar, at=at)


def held(made: Credential) -> str:
    return reverse("credentials:held", args=[made.number])


def actions(made: Credential) -> list[str]:
    return [reverse(f"credentials:{name}", args=[made.number]) for name in ("shown", "surrender")]


def test_a_holder_sees_the_credential_from_the_desk(
    made: Credential, holder: User, client: Client
) -> None:
    signed_in(client, holder)
    assert f'href="{held(made)}"' in client.get(DESK).text
    page = client.get(held(made))
    assert page.status_code == 200
    for text in ("Ada Example", made.number, reverse("credentials:document", args=[made.number])):
        assert text in page.text
    assert f"https://example.org{reverse('credentials:verified', args=[made.number])}" in page.text


def test_another_member_finds_no_credential_there(made: Credential, client: Client) -> None:
    signed_in(client, member())
    assert client.get(held(made)).status_code == 404
    for path in actions(made):
        assert client.post(path, {"shown_as": "name", "reason": "Why not."}).status_code == 404
    made.refresh_from_db()
    assert (made.state, made.shown_as) == ("active", "id only")
    assert made.number not in client.get(DESK).text


def test_whoever_is_not_signed_in_is_sent_to_sign_in(made: Credential, client: Client) -> None:
    for path in (held(made), CLAIM):
        sent = client.get(path)
        assert sent.status_code == 302
        assert sent["Location"].startswith(reverse("account_login"))
    for path in [*actions(made), CLAIM]:
        sent = client.post(path, {"shown_as": "name", "reason": "Why not."})
        assert sent["Location"].startswith(reverse("account_login"))
    made.refresh_from_db()
    assert (made.state, made.shown_as) == ("active", "id only")


@pytest.mark.parametrize("number", ["AB12", "---", "CPAP-2026-7Q4M2X9KDTA"])
def test_an_id_that_nobody_holds_is_not_found(
    made: Credential, holder: User, client: Client, number: str
) -> None:
    signed_in(client, holder)
    page = client.get(reverse("credentials:held", args=[number]))
    assert (page.status_code, "You hold no credential with this id." in page.text) == (404, True)


def test_what_only_changes_something_is_not_fetched(
    made: Credential, holder: User, client: Client
) -> None:
    signed_in(client, holder)
    for path in actions(made):
        assert client.get(path).status_code == 405


@pytest.mark.parametrize("choice", ["name", "handle", "id only"])
def test_the_choice_how_to_be_shown_is_saved_and_recorded(
    made: Credential, holder: User, client: Client, choice: str
) -> None:
    signed_in(client, holder)
    page = client.post(actions(made)[0], {"shown_as": choice, "handle": "ada"}, follow=True)
    assert "This is what others see from now on" in page.text
    assert f'value="{choice}" checked' in page.text
    made.refresh_from_db()
    assert made.shown_as == choice
    event = Event.objects.get(name="credentials:credential:shown")
    assert (event.actor, event.payload) == (holder.actor_id, {"shown_as": choice})


@pytest.mark.parametrize("choice", ["", "everything"])
def test_a_choice_that_does_not_exist_changes_nothing(
    made: Credential, holder: User, client: Client, choice: str
) -> None:
    signed_in(client, holder)
    page = client.post(actions(made)[0], {"shown_as": choice})
    assert (page.status_code, "Choose how you want to be shown." in page.text) == (400, True)
    made.refresh_from_db()
    assert made.version == 1


def test_a_holder_gives_a_credential_back_for_ever(
    made: Credential, holder: User, client: Client
) -> None:
    signed_in(client, holder)
    assert actions(made)[1] in client.get(held(made)).text
    page = client.post(actions(made)[1], {"reason": "I changed my profession."}, follow=True)
    assert "You gave the credential back" in page.text
    assert "verdict--surrendered" in page.text
    assert actions(made)[1] not in page.text
    made.refresh_from_db()
    assert made.state == "surrendered"
    again = client.post(actions(made)[1], {"reason": "Once more."})
    assert (again.status_code, made.changes.count()) == (403, 1)
    assert "Only an active credential can be surrendered" in again.text


def test_a_second_click_that_comes_at_the_same_moment_shows_what_became_of_it(
    made: Credential, holder: User, client: Client, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.surrender(Credential.objects.get(pk=made.pk), reason="I go.", actor=holder, at=at)
    signed_in(client, holder)
    with monkeypatch.context() as patch:  # As it was read before the first click was done.
        patch.setattr("guildmark.apps.credentials.queries.lookup", lambda _typed: made)
        second = client.post(actions(made)[1], {"reason": "I go."})
    assert (second.status_code, second["Location"]) == (302, held(made))
    assert made.changes.count() == 1


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_without_a_good_reason_a_credential_is_not_given_back(
    made: Credential, holder: User, client: Client, reason: str
) -> None:
    signed_in(client, holder)
    page = client.post(actions(made)[1], {"reason": reason})
    assert page.status_code == 400
    assert "reason" in page.text
    made.refresh_from_db()
    assert made.state == "active"


def test_what_was_typed_as_a_reason_is_not_lost(
    made: Credential, holder: User, client: Client
) -> None:
    signed_in(client, holder)
    reason = "I resign because " + "x" * 500
    assert reason in client.post(actions(made)[1], {"reason": reason}).text


def test_a_suspended_credential_is_shown_with_its_cause_and_can_not_be_given_back(
    made: Credential, registrar: User, holder: User, client: Client, at: datetime
) -> None:
    moved(made, Move.SUSPEND, actor=registrar, at=at)
    signed_in(client, holder)
    page = client.get(held(made)).text
    assert "verdict--suspended" in page
    assert "Cause: under investigation." in page
    assert actions(made)[1] not in page


@pytest.fixture
def waiting(cpap: CredentialType, registrar: User, at: datetime) -> Credential:
    """What was awarded to somebody without an account."""
    return awarded(cpap, actor=registrar, at=at, email="later@example.org")


def test_whoever_opens_an_account_with_the_address_claims_the_credential(
    waiting: Credential, client: Client
) -> None:
    person = member("later@example.org")
    signed_in(client, person)
    assert f'href="{CLAIM}"' in client.get(DESK).text
    page = client.get(CLAIM).text
    assert waiting.number in page
    done = client.post(CLAIM, follow=True)
    assert "These credentials are yours now." in done.text
    assert f'href="{held(waiting)}"' in done.text
    assert f'href="{CLAIM}"' not in done.text
    waiting.refresh_from_db()
    assert (waiting.holder, waiting.holder_email) == (person, "")
    event = Event.objects.get(name="credentials:credential:claimed")
    assert (event.actor, event.subject) == (
        person.actor_id,
        f"credentials.credential:{waiting.pk}",
    )
    assert "Nothing to claim" in client.post(CLAIM).text


def test_a_second_address_of_a_person_counts_once_it_is_confirmed(
    waiting: Credential, holder: User, client: Client
) -> None:
    second = EmailAddress.objects.create(user=holder, email="later@example.org", verified=False)
    signed_in(client, holder)
    for page in (client.get(CLAIM), client.post(CLAIM)):
        assert "Nothing to claim" in page.text
        assert waiting.number not in page.text
    second.verified = True
    second.save()
    client.post(CLAIM)
    waiting.refresh_from_db()
    assert waiting.holder == holder


def test_somebody_else_claims_nothing(waiting: Credential, client: Client) -> None:
    signed_in(client, member())
    assert waiting.number not in client.get(CLAIM).text
    client.post(CLAIM)
    waiting.refresh_from_db()
    assert waiting.holder is None


def test_a_second_click_on_claim_does_no_harm(waiting: Credential, at: datetime) -> None:
    person, other = member("later@example.org"), member()
    services.claim(waiting, actor=person, at=at)
    again = services.claim(waiting, actor=person, at=at)
    assert (again.holder, again.version) == (person, 2)
    with pytest.raises(CredentialRefused, match="not awarded to a confirmed e-mail address"):
        services.claim(waiting, actor=other, at=at)


def test_a_handle_is_asked_for_and_what_was_chosen_stays(
    made: Credential, holder: User, client: Client
) -> None:
    signed_in(client, holder)
    page = client.post(actions(made)[0], {"shown_as": "handle", "handle": " "})
    assert (page.status_code, "Give the handle by which" in page.text) == (400, True)
    assert 'value="handle" checked' in page.text
    made.refresh_from_db()
    assert made.version == 1


def test_the_page_offers_the_live_badge_and_the_profile_with_whole_addresses(
    made: Credential, holder: User, client: Client
) -> None:
    page = signed_in(client, holder).get(reverse("credentials:held", args=[made.number])).text
    assert f'src="https://example.org/verify/{made.number}/badge.svg"' in page
    assert "https://www.linkedin.com/profile/add?" in page


def test_what_is_not_valid_has_no_certificate_to_print(
    made: Credential, holder: User, client: Client, at: datetime
) -> None:
    services.surrender(made, reason="Enough.", actor=holder, at=at)
    page = signed_in(client, holder).get(reverse("credentials:certificate", args=[made.number]))
    assert "There is no certificate to print" in page.text
    assert "This certifies that" not in page.text
