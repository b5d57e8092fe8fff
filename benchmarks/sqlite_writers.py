"""How long do writers wait on SQLite, with and without the queue?

Several processes write to one database file for some seconds; a write is a transaction that reads a
row, inserts a row and updates a row. The peers are Django's own SQLite backend as it comes, and the
same backend with WAL, IMMEDIATE and a busy timeout. All run in the same call with synchronous=FULL,
so the ratios survive other machines; the absolute figures do not.

    python benchmarks/sqlite_writers.py [--writers 8] [--seconds 10]
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django
from django.conf import settings

WAL = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
DJANGO = "django.db.backends.sqlite3"
BACKENDS: dict[str, dict[str, Any]] = {
    "queue": {
        "ENGINE": "guildmark.site.database.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 5, "init_command": WAL},
    },
    "immediate": {
        "ENGINE": DJANGO,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 5, "init_command": WAL},
    },
    "defaults": {"ENGINE": DJANGO, "OPTIONS": {}},
}


def main() -> None:
    """Compare the backends, or be one of the writers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--be", nargs=2, metavar=("BACKEND", "FILE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.be:
        _write(*chosen.be, seconds=chosen.seconds)
        return
    print(f"{chosen.writers} writers, {chosen.seconds:g} s each, synchronous=FULL")
    results = {name: measure(name, chosen.writers, chosen.seconds) for name in BACKENDS}
    ours = results["queue"]
    for name, found in results.items():
        ratio = found["slowest_ms"] / ours["slowest_ms"]
        print(
            f"{name:10} {found['writes']:7.0f} writes/s  p95 {found['p95_ms']:7.1f} ms"
            f"  p99 {found['p99_ms']:7.1f} ms  slowest {found['slowest_ms']:7.0f} ms"
            f" ({ratio:.1f} x queue)  errors {found['errors']:.0f}"
        )


def measure(backend: str, writers: int, seconds: float) -> dict[str, float]:
    """Run `writers` processes for `seconds`; return writes/s, times (ms) and errors."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.sqlite3"
        _configure(backend, path, create=True)
        command = [sys.executable, __file__, "--seconds", str(seconds)]
        children = [
            subprocess.Popen([*command, "--be", backend, str(path)], stdout=subprocess.PIPE)
            for _ in range(writers)
        ]
        found = [json.loads(child.communicate()[0]) for child in children]
    times = sorted(value for each in found for value in each["ms"])
    return {
        "writes": len(times) / seconds,
        "p95_ms": times[int(len(times) * 0.95)],
        "p99_ms": times[int(len(times) * 0.99)],
        "slowest_ms": times[-1],
        "errors": sum(each["errors"] for each in found),
    }


def _configure(backend: str, path: Path, *, create: bool = False) -> None:
    chosen = {**BACKENDS[backend], "NAME": str(path)}
    if create:
        schema = (
            "CREATE TABLE counter (id INTEGER PRIMARY KEY, version INTEGER NOT NULL);"
            "CREATE TABLE event (id INTEGER PRIMARY KEY, counter INTEGER, version INTEGER);"
            f"INSERT INTO counter SELECT value, 0 FROM json_each('{json.dumps(list(range(100)))}');"
        )
        with sqlite3.connect(path) as connection:
            connection.executescript(schema)
        connection.close()
        return
    settings.configure(DATABASES={"default": chosen}, USE_TZ=True)
    django.setup()


def _write(backend: str, file: str, *, seconds: float) -> None:
    _configure(backend, Path(file))
    from django.db import connection  # noqa: PLC0415 - settings come first

    connection.ensure_connection()
    times: list[float] = []
    errors, number, end = 0, 0, time.monotonic() + seconds
    while (started := time.monotonic()) < end:
        number += 1
        if _write_once(number % 100):
            times.append((time.monotonic() - started) * 1000)
        else:
            errors += 1
    print(json.dumps({"ms": times, "errors": errors}))


def _write_once(row: int) -> bool:
    from django.db import OperationalError, connection, transaction  # noqa: PLC0415

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT version FROM counter WHERE id = %s", [row])
            version = cursor.fetchone()[0] + 1
            cursor.execute("INSERT INTO event (counter, version) VALUES (%s, %s)", [row, version])
            cursor.execute("UPDATE counter SET version = %s WHERE id = %s", [version, row])
    except OperationalError:
        return False
    return True


if __name__ == "__main__":
    main()
