"""What several processes do at once, each on a database file or server that all share."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Environment, fresh_environment, guildmark

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """An empty, migrated database of its own."""
    settings = {"DJANGO_SETTINGS_MODULE": "guildmark.site.settings"}
    with fresh_environment(tmp_path_factory.mktemp("races"), **settings) as made:
        guildmark(made, "migrate", "--verbosity", "0")
        guildmark(made, "createcachetable")
        yield made


def begun(environment: Environment, module: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.apps.accounts.{module}", *arguments],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def outcomes(environment: Environment, what: str) -> list[list[str]]:
    with begun(environment, "racing", what) as process:
        printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    rounds: list[list[str]] = json.loads(printed)
    return rounds


def test_of_those_who_appoint_the_first_administrator_at_once_one_succeeds(
    environment: Environment,
) -> None:
    (outcome,) = outcomes(environment, "firsts")
    assert sorted(outcome) == ["AdministratorAlreadyAppointed"] * 3 + ["done"]


def test_a_role_given_by_two_at_once_is_given_once(environment: Environment) -> None:
    for outcome in outcomes(environment, "grants"):
        assert sorted(outcome) == ["RoleAlreadyHeld", "done"]


def test_of_two_administrators_who_end_each_other_at_once_one_stays(
    environment: Environment,
) -> None:
    for outcome in outcomes(environment, "endings"):
        assert sorted(outcome) == ["PermissionRefused", "done"]


def test_the_limit_of_wrong_passwords_counts_across_processes(environment: Environment) -> None:
    guessers = [begun(environment, "guessing", "6") for _ in range(2)]
    counted = [int(guesser.communicate(timeout=120)[0]) for guesser in guessers]
    assert 0 < sum(counted) <= 5
