"""Before the institute is founded nobody can take an address that init may need."""

import pytest
from django.test import Client

from guildmark.apps.accounts.models import User

pytestmark = pytest.mark.django_db


def test_nobody_signs_up_and_the_page_says_why(client: Client) -> None:
    form = {"email": "admin@example.org", "password1": "tidal-lantern-orchard-57"}
    answer = client.post("/account/signup/", form)
    assert b"guildmark init" in answer.content
    assert not User.objects.exists()


def test_the_home_page_offers_no_account(client: Client) -> None:
    assert b"/account/signup/" not in client.get("/").content
