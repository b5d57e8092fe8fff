"""Leave out what a person has a conflict with, among 100,000 subjects.

Run `python benchmarks/conflicts.py [--rows 100000]`. A database is filled with subjects of 2,000
authors from 400 firms, with voices, ties, interests, and subjects that are about a firm. Then the
subjects that one person may act on are counted, a page of them is read, and one subject is asked
for its reasons, three times each, of which the best counts. Printed is the time that 95 of 100
people stay below, as a share of the limit of 50 ms, on SQLite and, where it is installed, on
PostgreSQL.
"""

import argparse
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
sys.path.append(str(HERE.parents[1] / "scripts"))
LIMIT_MS = 50.0
ASKED = 60
AUTHORS, FIRMS = 2_000, 400
AT_ONCE = 5_000
KIND = "benchmarks.subject"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def main() -> int:
    """Measure on each database, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--be", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.be:
        return measure(chosen.rows)
    failed = 0
    for name, url in _databases():
        with url as address, tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "GUILDMARK_VAR": folder, "GUILDMARK_LOG_LEVEL": "WARNING"}
            environment.pop("DATABASE_URL", None)
            if address:
                environment["DATABASE_URL"] = address
            print(f"{name}:", flush=True)
            command = [sys.executable, str(HERE), "--be", "--rows", str(chosen.rows)]
            failed |= subprocess.run(command, env=environment, check=False).returncode
    return failed


def measure(rows: int) -> int:
    """Fill the database that the environment names, and ask it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "guildmark.site.settings"
    import django  # noqa: PLC0415 - the environment comes first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    people = fill(rows, random.Random(3))
    return ask(people, rows)


def ask(people: list[Any], rows: int) -> int:
    """Ask for many people and print a line for each kind of question."""
    from guildmark.apps.assignments import queries  # noqa: PLC0415
    from guildmark.apps.cases.models import Case  # noqa: PLC0415

    def free(person: Any) -> Any:
        hidden = queries.conflicted_ids(person, KIND, at=NOW)
        return Case.objects.exclude(subject_id__in=hidden)

    plans: dict[str, Callable[[Any], object]] = {
        f"count of {rows:,}": lambda person: free(person).count(),
        "a page of 25": lambda person: list(free(person).order_by("pk")[1000:1025]),
        "reasons of one": lambda person: queries.conflicts(person, KIND, rows // 2, at=NOW),
    }
    failed = False
    for name, question in plans.items():
        took = sorted(_best(question, each) for each in people[:ASKED])
        slow = took[int(ASKED * 0.95)]
        failed |= slow > LIMIT_MS
        verdict = "ok" if slow <= LIMIT_MS else "TOO SLOW"
        print(f"  {name}: p95 {slow:.0f} ms, {slow / LIMIT_MS:.0%} of the limit {verdict}")
    return int(failed)


def fill(rows: int, chance: random.Random) -> list[Any]:
    """Write people with their work, interests and ties, and subjects; return the people."""
    from guildmark.apps.accounts.models import User  # noqa: PLC0415
    from guildmark.apps.assignments.models import Tie  # noqa: PLC0415

    names = [User(email=f"person{n}@example.org", password="!") for n in range(AUTHORS)]
    User.objects.bulk_create(names, batch_size=AT_ONCE)
    people = list(User.objects.order_by("pk"))
    firms = _firms(people, chance)
    pairs = [chance.sample(people, 2) for _number in range(AUTHORS // 4)]
    Tie.objects.bulk_create(
        Tie(declared_by=one, other=other, kind="mentor", declared_at=NOW) for one, other in pairs
    )
    _subjects(rows, people, firms, chance)
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return people


def _firms(people: list[Any], chance: random.Random) -> list[Any]:
    from guildmark.apps.practitioners import services  # noqa: PLC0415
    from guildmark.apps.practitioners.models import Employment, VendorInterest  # noqa: PLC0415
    from guildmark.apps.practitioners.states import InterestKind  # noqa: PLC0415

    firms = [services.add_employer(f"Firm {n}", actor=people[n], at=NOW) for n in range(FIRMS)]
    begins, kind = date(2024, 1, 1), next(iter(InterestKind)).value
    Employment.objects.bulk_create(
        Employment(person=each, employer=firm, role="engineer", begins=begins, added_at=NOW)
        for each in people
        for firm in chance.sample(firms, 2)
    )
    VendorInterest.objects.bulk_create(
        VendorInterest(
            person=each, vendor=chance.choice(firms), kind=kind, begins=begins, added_at=NOW
        )
        for each in people[::4]
    )
    return firms


def _subjects(rows: int, people: list[Any], firms: list[Any], chance: random.Random) -> None:
    """Write rows that stand for subjects of any context, and what people and firms are to them."""
    from guildmark.apps.assignments.models import Relation  # noqa: PLC0415
    from guildmark.apps.cases import queries  # noqa: PLC0415
    from guildmark.apps.cases.models import Case  # noqa: PLC0415

    def relation(subject: int, kind: str, **whose: Any) -> Relation:
        since = NOW - timedelta(seconds=chance.randrange(1, 10**8))
        return Relation(subject_kind=KIND, subject_id=subject, kind=kind, since=since, **whose)

    common = {"kind": "none", "subject_kind": KIND, "statement": "It is wrong."}
    clocks = queries.clocks_in_force()
    keys = range(1, rows + 1)
    Case.objects.bulk_create(
        (
            Case(number=f"C{n}", key=f"c{n}", subject_id=n, opened_at=NOW, clocks=clocks, **common)
            for n in keys
        ),
        batch_size=AT_ONCE,
    )
    told = [relation(n, "author", person=chance.choice(people)) for n in keys]
    told += [relation(n, "voice", person=chance.choice(people)) for n in keys[::5]]
    told += [relation(n, "decider", person=chance.choice(people)) for n in keys[::5]]
    told += [relation(n, "firm", firm_id=chance.choice(firms).pk) for n in keys[::20]]
    Relation.objects.bulk_create(told, batch_size=AT_ONCE)


def _best(question: Callable[[Any], object], person: Any) -> float:
    """The best of three times, so that whatever else runs on the machine counts less."""
    return min(_timed(question, person) for _number in range(3))


def _timed(question: Callable[[Any], object], person: Any) -> float:
    started = time.perf_counter()
    question(person)
    return (time.perf_counter() - started) * 1000


def _databases() -> Iterator[tuple[str, contextlib.AbstractContextManager[str]]]:
    yield "SQLite", contextlib.nullcontext("")
    from postgresql import binaries, running_postgresql  # noqa: PLC0415

    if binaries() is not None:
        yield "PostgreSQL", running_postgresql()


if __name__ == "__main__":
    sys.exit(main())
