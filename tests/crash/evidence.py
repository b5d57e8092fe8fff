"""Looks into a database from outside Guildmark, and says whether what should hold does."""

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from tests.processes import Environment, fresh_environment, guildmark

ROOT = Path(__file__).parents[2]
KILLS = 20
FOUND = """
from django.utils import timezone
from guildmark.apps.institute.services import found_institute
found_institute(name="Example Institute", origin="https://institute.example",
    contact_email="office@institute.example", actor=None, at=timezone.now())
"""


@contextmanager
def founded(folder: Path, **variables: str) -> Iterator[Environment]:
    """Give the environment of a founded institute in a database of its own, with the test's app."""
    ours = {"DJANGO_SETTINGS_MODULE": "tests.crash.settings", "PYTHONPATH": str(ROOT)}
    quiet = {"GUILDMARK_LOG_LEVEL": "WARNING", "GUILDMARK_SQLITE_SYNCHRONOUS": "FULL"}
    with fresh_environment(folder, **ours, **quiet, **variables) as environment:
        guildmark(environment, "migrate", "--run-syncdb", "--verbosity", "0")
        shell(environment, FOUND)
        yield environment


def shell(environment: Environment, code: str) -> str:
    """Run Python within Guildmark."""
    return guildmark(environment, "shell", "--verbosity", "0", "-c", code)


def rows(environment: Environment, query: LiteralString) -> list[Any]:
    """Return what a query gives, asked past Guildmark."""
    url = environment.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        with psycopg.connect(url) as connection:
            return connection.execute(query).fetchall()
    path = Path(environment["GUILDMARK_VAR"]) / "guildmark.sqlite3"
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        return connection.execute(query).fetchall()


def drain(environment: Environment) -> None:
    """Have a worker do what is left, until nothing waits any more."""
    for _ in range(30):
        guildmark(environment, "worker", "--once", "--quiet")
        left = "SELECT 1 FROM audit_job WHERE state IN ('ready', 'running') LIMIT 1"
        if not rows(environment, left):
            return
    raise TimeoutError("Jobs are still waiting.")


def effects(environment: Environment) -> Counter[int]:
    """Return how often each number left an effect."""
    return Counter(number for (number,) in rows(environment, "SELECT number FROM crashing_effect"))


def assert_sound(environment: Environment) -> None:
    """Hold the database to every promise: integrity, versions, order of arrival, ledger."""
    if not environment.get("DATABASE_URL", "").startswith("postgres"):
        assert rows(environment, "PRAGMA quick_check") == [("ok",)]
    assert_versions_have_no_gap(environment)
    assert_arrivals_are_complete_and_in_order(environment)
    assert_the_doctor_finds_nothing_changed(environment)


def assert_versions_have_no_gap(environment: Environment) -> None:
    """Each subject's events are numbered from 1 to its version."""
    recorded = rows(
        environment,
        "SELECT subject, COUNT(*), MIN(version), MAX(version) FROM audit_event GROUP BY subject",
    )
    counted = dict(rows(environment, "SELECT key, version FROM audit_subject"))
    assert {subject: count for subject, count, _, _ in recorded} == counted
    assert all((first, last) == (1, count) for _, count, first, last in recorded)


def assert_arrivals_are_complete_and_in_order(environment: Environment) -> None:
    """Every event of the test reached the receiver once, in the order of its subject."""
    happened = rows(
        environment,
        "SELECT subject, version FROM audit_event WHERE name = 'tests:crash:happened'"
        " ORDER BY subject, version",
    )
    expected, arrived = defaultdict(list), defaultdict(list)
    for subject, version in happened:
        expected[subject].append(version)
    arrivals = "SELECT subject, version FROM crashing_arrival ORDER BY id"
    for subject, version in rows(environment, arrivals):
        arrived[subject].append(version)
    assert arrived == expected
    assert happened


def assert_the_doctor_finds_nothing_changed(environment: Environment) -> None:
    """Nothing is altered, dead or unsigned, and every event of the ledger is in it."""
    examined = subprocess.run(
        [sys.executable, "-m", "guildmark.site", "doctor", "--format", "json"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    findings = json.loads(examined.stdout)["findings"]
    assert [each for each in findings if each["id"].startswith("guildmark.audit.E")] == []
    entered = rows(environment, "SELECT COUNT(*) FROM audit_ledgerentry")
    of_the_ledger = rows(
        environment,
        "SELECT COUNT(*) FROM audit_event WHERE name = 'tests:crash:happened'"
        " OR name LIKE 'institute:%' OR name LIKE 'keys:%'",
    )
    assert entered == of_the_ledger


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a process and all that it started at once, as a power cut would."""
    os.killpg(process.pid, 9)
    process.wait()
