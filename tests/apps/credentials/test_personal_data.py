"""What the registry holds of a person is exported to them, and goes when the account is closed."""

import json
from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import answers, services
from guildmark.apps.credentials.models import Credential, Proposal
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.credentials.services import Award, Change
from guildmark.apps.credentials.states import Cause, Move, ShownAs
from guildmark.cores.vc import dids, proofs
from tests.apps.credentials.factories import a_type, awarded, moved

DAY = timedelta(days=1)


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    """What the holder holds, shown by name."""
    found = awarded(cpap, actor=registrar, at=at)
    return services.show_as(found, ShownAs.NAME, actor=holder, at=at)


def exported(person: User, at: datetime) -> list[dict[str, object]]:
    data = accounts.export_personal_data(person, at=at)
    found: list[dict[str, object]] = json.loads(json.dumps(data))["credentials"]["credentials"]
    return found


def test_a_person_gets_everything_about_their_credentials(
    made: Credential, registrar: User, holder: User, at: datetime
) -> None:
    moved(made, Move.SUSPEND, actor=registrar, at=at, public_text="A complaint came.")
    (told,) = exported(holder, at)
    assert told == {
        "id": made.number,
        "type": "CPAP",
        "name": "Ada Example",
        "awarded": "2026-03-02T12:00:00+00:00",
        "valid_until": "2028-03-02T12:00:00+00:00",
        "state": "suspended",
        "changes": [
            {
                "at": "2026-03-02T12:00:00+00:00",
                "move": "suspend",
                "cause": "under investigation",
                "text": "A complaint came.",
            }
        ],
        "shown_as": "name",
        "name_links": [],
        "signed": made.document,
    }


def test_what_waits_to_be_claimed_is_exported_and_what_is_others_is_not(
    made: Credential, cpap: CredentialType, registrar: User, holder: User, second: User,
    at: datetime,
) -> None:  # fmt: skip
    EmailAddress.objects.create(user=holder, email="private@example.org", verified=True)
    waiting = awarded(cpap, actor=registrar, at=at, email="private@example.org")
    assert {each["id"] for each in exported(holder, at)} == {made.number, waiting.number}
    assert exported(second, at) == []


def test_closing_an_account_cuts_the_person_loose_and_the_credential_holds_on(
    made: Credential, holder: User, client: Client, at: datetime
) -> None:
    page = reverse("credentials:verified", args=[made.number])
    assert "Ada Example" in client.get(page).text
    before = answers.answer(made.number, at=at).etag
    accounts.close_account(holder, actor=holder, at=at)
    row = Credential.objects.get()
    assert (row.holder, row.holder_name, row.holder_email) == (None, "", "")
    assert (row.shown_as, row.state, row.document) == ("id only", "active", made.document)
    found = answers.answer(made.number, at=at)
    assert found.state == "valid"
    assert found.etag != before
    assert "Ada Example" not in client.get(page).text
    assert "changedAt" not in found.as_json()


def test_the_signed_credential_still_verifies_when_the_account_is_closed(
    made: Credential, holder: User, client: Client, at: datetime
) -> None:
    accounts.close_account(holder, actor=holder, at=at)
    served = client.get(reverse("credentials:document", args=[made.number]))
    assert served.status_code == 404  # In it stands a digest of the address.
    document = json.loads(made.document)
    published = dids.read_controller_document(
        client.get("/.well-known/did.json").content, "did:web:example.org"
    )
    method = published.method(proofs.read_proof(document).verification_method)
    proofs.check_proof(document, method.public)


def everything() -> str:
    """All text of all tables, as somebody finds it who reads the database."""
    found: list[str] = []
    for model in apps.get_models():
        names = [
            field.attname
            for field in model._meta.local_concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        rows = model._default_manager.values_list(*names) if names else []
        found += [f"{model._meta.label} {row}" for row in rows]
    return "\n".join(found)


def test_name_and_address_and_reasons_are_nowhere_when_the_account_is_closed(
    cpap: CredentialType, registrar: User, second: User, holder: User, at: datetime
) -> None:
    EmailAddress.objects.create(user=holder, email="private@example.org", verified=True)
    awarded(cpap, actor=registrar, at=at, email="private@example.org")
    kind = a_type("CPAA", at=at, second_person=("award", "suspend"))
    for number in range(2):
        wanted = Award(kind, "holder@example.org", "Ada Example", "Ada Example passed.")
        asked = services.award(wanted, actor=registrar, at=at)
        assert isinstance(asked, Proposal)
        if number:
            continue
        made = services.approve(asked, reason="Ada Example, seen.", actor=second, at=at)
        assert isinstance(made, Credential)
        change = Change(Move.SUSPEND, Cause.INVESTIGATION, "Ada Example is accused.")
        accusation = services.change(made, change, actor=registrar, at=at)
        assert isinstance(accusation, Proposal)
        services.approve(accusation, reason="Ada Example, indeed.", actor=second, at=at)
    for secret in ("Ada Example", "holder@example.org", "private@example.org"):
        assert secret in everything()
    accounts.close_account(holder, actor=holder, at=at + DAY)
    left = [line for line in everything().splitlines() if "mail.Message" not in line]
    for secret in ("Ada Example", "holder@example.org", "private@example.org"):
        assert not [line for line in left if secret in line]


def test_awards_that_wait_are_withdrawn_and_other_changes_are_not(
    registrar: User, second: User, holder: User, at: datetime
) -> None:
    kind = a_type("CPAA", at=at, second_person=("revoke",))
    made = awarded(kind, actor=registrar, at=at)
    change = Change(Move.REVOKE, Cause.MISCONDUCT, "A grave breach.")
    revocation = services.change(made, change, actor=registrar, at=at)
    kind = a_type("CPAA", at=at, second_person=("award", "revoke"))
    wanted = Award(kind, "holder@example.org", "Ada Example", "Passed again.")
    award = services.award(wanted, actor=registrar, at=at)
    assert isinstance(award, Proposal)
    assert isinstance(revocation, Proposal)
    accounts.close_account(holder, actor=holder, at=at + DAY)
    award.refresh_from_db()
    assert (award.state, award.details) == ("withdrawn", {})
    services.approve(revocation, reason="Indeed.", actor=second, at=at + 2 * DAY)
    assert answers.answer(made.number, at=at + 2 * DAY).state == "revoked"


def test_credentials_of_others_are_untouched_when_an_account_is_closed(
    made: Credential, cpap: CredentialType, registrar: User, second: User, at: datetime
) -> None:
    accounts.close_account(second, actor=second, at=at)
    made.refresh_from_db()
    assert (made.holder_name, made.shown_as) == ("Ada Example", "name")


def test_a_registrar_who_closes_the_account_stays_in_the_record_without_a_name(
    made: Credential, registrar: User, at: datetime
) -> None:
    moved(made, Move.SUSPEND, actor=registrar, at=at)
    accounts.close_account(registrar, actor=registrar, at=at + DAY)
    change = made.changes.get()
    assert change.actor is not None
    assert "asking" not in change.actor.email
