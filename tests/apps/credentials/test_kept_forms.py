"""What is typed into a form of credentials outlives the session in which it was typed."""

import re
from datetime import datetime
from html import unescape

from django.test import Client
from django.urls import reverse

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.credentials.models import Credential, CredentialType
from guildmark.apps.credentials.states import State
from tests.apps.accounts.factories import session_ended, signed_in, staff
from tests.apps.credentials.factories import awarded

REASON = "I work in another field now; “thanks” & goodbye.\r\nSecond line."


def hidden(page: str) -> dict[str, str]:
    """What the page sends again when its button is pressed."""
    main = page.partition("<main")[2].partition("</main>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', main)
    return {name: unescape(text) for name, text in found if name != "csrfmiddlewaretoken"}


def test_a_holder_gives_a_credential_back_after_signing_in_again(
    client: Client, cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    row = awarded(cpap, actor=registrar, at=at)
    path = reverse("credentials:surrender", args=[row.number])
    session_ended(client, holder)
    client.post(path, {"reason": REASON})
    signed_in(client, holder)
    page = client.get(path)  # Where the sign-in leads; without a form this address has no page.
    assert page.status_code == 200
    row.refresh_from_db()
    assert row.state == State.ACTIVE
    assert hidden(page.text) == {"reason": REASON}
    client.post(path, hidden(page.text))
    row.refresh_from_db()
    assert row.state == State.SURRENDERED
    assert client.get(path).status_code == 405


def test_a_registrar_changes_a_state_after_signing_in_again(
    client: Client, cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    row = awarded(cpap, actor=registrar, at=at)
    path = reverse("credentials:kept", args=[row.number])
    fields = {"move": "suspend", "suspend-cause": "under investigation", "suspend-reason": REASON}
    session_ended(client, registrar)
    client.post(path, {**fields, "suspend-public_text": ""})
    signed_in(client, registrar)
    page = client.get(path)
    assert "<dt>Cause</dt><dd>under investigation</dd>" in page.text
    client.post(path, hidden(page.text))
    row.refresh_from_db()
    assert row.state == State.SUSPENDED


def test_an_award_is_filled_in_again(client: Client, cpap: CredentialType) -> None:
    path = reverse("credentials:award")
    typed = {"type": "CPAP", "email": "holder@example.org", "name": "Ada", "reason": "Passed."}
    registrar = session_ended(client, staff(Role.REGISTRAR))
    client.post(path, typed)
    signed_in(client, registrar)
    page = client.get(path).text
    assert "nothing was done yet" not in page  # It stands in the form itself.
    assert re.search(r'<option value="CPAP" selected', page)
    assert 'value="holder@example.org"' in page
    assert "Passed.</textarea>" in page
    assert not Credential.objects.exists()
