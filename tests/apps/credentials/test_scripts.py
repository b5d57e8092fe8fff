"""Scripts of other sites: a browser asks for them what they may send, and then lets them read."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials.queries import CredentialType

from .factories import awarded

ASKED = {
    "Origin": "https://elsewhere.example",
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "if-none-match",
}


@pytest.fixture
def public(cpap: CredentialType, registrar: User, at: datetime) -> list[str]:
    """The addresses that scripts may read."""
    number = awarded(cpap, actor=registrar, at=at).number
    names = ("verified", "verified_json", "document")
    return [
        *(reverse(f"credentials:{name}", args=[number]) for name in names),
        reverse("credentials:status_list", args=[1]),
        reverse("credentials:did"),
    ]


def test_a_script_of_another_site_may_send_the_tag_that_it_holds(
    client: Client, public: list[str]
) -> None:
    for path in public:
        answer = client.options(path, headers=ASKED)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Access-Control-Allow-Headers"] == "If-None-Match"
        assert answer["Access-Control-Allow-Methods"] == "GET, HEAD"
        assert answer["Access-Control-Max-Age"] == "86400"
        json = client.get(path, headers={"Accept": "application/json"})
        assert json["Access-Control-Allow-Origin"] == "*"
        held = {"Accept": "application/json", "If-None-Match": json["ETag"]}
        again = client.get(path, headers=held)
        assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")


def test_a_script_may_change_nothing(client: Client, public: list[str]) -> None:
    for path in public:
        assert client.post(path).status_code == 405


def test_pages_are_not_for_scripts(client: Client, public: list[str]) -> None:
    for name in ("verify", "types", "registry"):
        answer = client.options(reverse(f"credentials:{name}"), headers=ASKED)
        assert not answer.has_header("Access-Control-Allow-Origin")
    assert not client.get(public[0]).has_header("Access-Control-Allow-Origin")


def test_of_an_unknown_id_the_browser_is_told_the_same(client: Client, public: list[str]) -> None:
    answer = client.options("/verify/CPAP-2026-7Q4M2X9KDTP.json", headers=ASKED)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (204, "*")
