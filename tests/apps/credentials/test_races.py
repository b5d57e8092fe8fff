"""What two registrars do to the same credential at once, each round on a shared database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import fresh_environment, guildmark

ROOT = Path(__file__).parents[3]
Outcomes = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """What became of all races, on an empty, migrated database of their own."""
    settings = {"DJANGO_SETTINGS_MODULE": "guildmark.site.settings"}
    with fresh_environment(tmp_path_factory.mktemp("races"), **settings) as environment:
        guildmark(environment, "migrate", "--verbosity", "0")
        guildmark(environment, "createcachetable")
        done = subprocess.run(
            [sys.executable, "-m", "tests.apps.credentials.racing"],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=120,
        )
    found: Outcomes = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ("moves", "ValueError"),
        ("successors", "CredentialRefused"),
        ("renewals", "CredentialRefused"),
        ("proposals", "CredentialRefused"),
        ("approvals", "PermissionRefused"),
    ],
)
def test_of_two_who_want_what_only_one_can_have_one_succeeds(
    outcomes: Outcomes, what: str, refusal: str
) -> None:
    assert outcomes[what]
    for outcome in outcomes[what]:
        assert sorted(outcome) == sorted([refusal, "done"])


def test_of_two_last_components_at_once_one_award_follows(outcomes: Outcomes) -> None:
    assert outcomes["components"]
    for outcome in outcomes["components"]:
        assert outcome == ["done", "done", "1 awarded"]


def test_the_first_credentials_of_all_can_be_awarded_at_once(outcomes: Outcomes) -> None:
    assert outcomes["firsts"] == [["done"] * 4]
