"""The demo institute is founded once and follows the address it is served at."""

from datetime import datetime

import pytest

from guildmark.apps.cases import queries as cases
from guildmark.apps.contributions import queries as contributions
from guildmark.apps.contributions.thanks import thanks
from guildmark.apps.credentials import answers
from guildmark.apps.credentials.queries import Credential
from guildmark.apps.institute import queries
from guildmark.apps.keys.queries import public_keys
from guildmark.apps.keys.states import KeyPurpose
from guildmark.apps.practitioners import queries as practitioners
from guildmark.site.demo.institute import ensure_demo
from guildmark.site.management.commands.init import port_option

pytestmark = pytest.mark.django_db


def test_served_at_another_port_the_demo_stays_what_its_credentials_say(at: datetime) -> None:
    assert ensure_demo(origin="http://localhost:8000", at=at)
    assert not ensure_demo(origin="http://localhost:8403", at=at)
    assert queries.institute().origin == "http://localhost:8000"
    assert public_keys(KeyPurpose.LEDGER).count() <= 1


def test_the_demo_shows_each_answer_that_a_verifier_can_be_given(at: datetime) -> None:
    ensure_demo(origin="http://localhost:8000", at=at)
    states = {answers.answer_about(each, at=at).state for each in Credential.objects.all()}
    assert states == {"valid", "expired", "suspended", "revoked"}


def test_the_demos_practitioners_show_what_is_verified_and_pretend_nothing(at: datetime) -> None:
    ensure_demo(origin="http://localhost:8000", at=at)
    found = practitioners.public_profile("mira")
    assert found is not None
    told = {each.domain: each.until is not None for each in practitioners.coarse(found.person, at)}
    assert told == {
        "input-governance": True, "output-validation": False, "human-oversight": False
    }  # fmt: skip
    assert practitioners.public_profile("edo-writes") is None
    [counted] = practitioners.contributions(found.person)
    assert counted.title.startswith("Stopping an agent")


def test_the_demos_contributions_show_what_can_become_of_one(at: datetime) -> None:
    ensure_demo(origin="http://localhost:8000", at=at)
    rows = contributions.Contribution.objects.all()
    assert {each.outcome or each.state for each in rows} == {
        "received", "acknowledged", "accepted", "declined"
    }  # fmt: skip
    assert {each.kind for each in rows} == {"feedback", "contact"}
    assert cases.Case.objects.get().state == "received"
    [told] = thanks("psf", ["1.1"])
    assert [each.name for each in told.named] == ["Mira Member", "night-shift"]


@pytest.mark.parametrize(
    ("origin", "option"),
    [
        ("http://localhost:8402", " --port 8402"),
        ("http://localhost:8000", ""),
        ("https://example.org", ""),
        ("https://example.org:8443", ""),
    ],
)
def test_init_names_the_port_at_which_a_local_origin_answers(origin: str, option: str) -> None:
    assert port_option(origin) == option
