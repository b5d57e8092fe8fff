"""A session that ends over a staff form loses nothing that was typed."""

import pytest
from django.test import Client

from guildmark.apps.accounts.models import RoleGrant
from tests.apps.accounts.factories import administrator, member, reauthenticated

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]

REASON = "She has kept the minutes of three cycles."


@pytest.mark.parametrize("page", ["grant", "disable"])
def test_after_signing_in_again_the_reason_stands_in_the_form(client: Client, page: str) -> None:
    person = member()
    path = f"/account/people/{person.pk}/{page}/"
    refused = client.post(path, {"role": "editor", "reason": REASON})
    assert refused["Location"].endswith(f"?next={path}")
    assert b"What you typed is kept" in client.get(refused["Location"]).content
    reauthenticated(client, administrator())
    assert REASON in client.get(path).content.decode()
    assert REASON not in client.get(path).content.decode()
    assert not RoleGrant.objects.filter(user=person).exists()


def test_what_was_typed_on_one_page_does_not_appear_on_another(client: Client) -> None:
    first, second = member(), member()
    client.post(f"/account/people/{first.pk}/grant/", {"role": "editor", "reason": REASON})
    reauthenticated(client, administrator())
    assert REASON not in client.get(f"/account/people/{second.pk}/grant/").content.decode()


def test_a_stranger_cannot_fill_the_session_table(client: Client) -> None:
    person = member()
    client.post(f"/account/people/{person.pk}/grant/", {"reason": "x" * 20_001})
    assert "accounts.kept_form" not in client.session
