"""How many lookups does one worker answer, as a share of what the same server answers at most?

A database is filled with signed credentials; then the real server, granian with one worker and as
many threads as `guildmark run` gives it, is asked for the state of credentials by random ids over
16 connections that are kept open. Between the rounds the same process is asked for two constant
answers: a bare text that no code of ours comes near, which is what the server allows at most and to
which the limits refer, by paths as many and as long, and the probe /health/live, for information.
The ratios survive other machines. Every lookup reads the database, writes its line of the log and
has all headers; the bare text has none of this. Then the same is asked at half that rate with
pauses of random length, for the time that 99 of 100 answers stay below. All is done for SQLite and,
where it is installed, for PostgreSQL. The client is `wrk`, or one of our own where that is missing;
ours is slower, so that its figures are the client's as much as the server's.

    python benchmarks/registry.py [--quick] [--rows 1000000]
"""

import argparse
import contextlib
import json
import os
import random
import re
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from guildmark.site.threads import THREADS

HERE = Path(__file__).resolve()
sys.path.append(str(HERE.parents[1] / "scripts"))
CONSTANT, ALIVE = "/barely/", "/health/live"
ASKED_FOR = "/verify/"
CONSTANT_BODY = b'{"id": "CPAP-2026-7Q4M2X9KDTP", "state": "valid"}'
CONNECTIONS = 16
USERS = 64
"""Connections that ask with pauses."""
ASKED = 200_000
"""Different ids that are asked for, at most."""
REVOKED_OF, SHOWN_OF = 33, 5
"""One of so many credentials is revoked, or shown by name."""
LIMITS = {"SQLite": 0.45, "PostgreSQL": 0.20}
"""Shares of the bare text. On PostgreSQL each lookup waits for another process, which takes several
times as long as the bare text: see decision 0030."""
P99_LIMIT_MS = 50.0
# One text whose lines are all of one length: the collector of wrk would stop to walk through a
# table of paths, and what is asked would wait for whoever asks.
LUA = """
local file = assert(io.open(os.getenv("PATHS")))
local paths = file:read("*a")
local width = paths:find("\\n")
local count = #paths / width
math.randomseed(7)
local pause = tonumber(os.getenv("PAUSE_MS"))
request = function()
  local at = (math.random(count) - 1) * width
  return wrk.format("GET", paths:sub(at + 1, at + width - 1))
end
if pause > 0 then
  delay = function() return math.floor(0.5 - pause * math.log(1 - math.random())) end
end
"""


@dataclass(frozen=True)
class Plan:
    """How much is measured; `slack` is what a busy machine is forgiven."""

    rows: int
    documents: int
    rounds: int
    seconds: float
    slack: float


FULL = Plan(rows=1_000_000, documents=1000, rounds=3, seconds=5, slack=1.0)
QUICK = Plan(rows=50_000, documents=50, rounds=2, seconds=1, slack=1.6)


@dataclass(frozen=True)
class Place:
    """A database that is measured, by the environment of whoever uses it."""

    name: str
    folder: Path
    environment: dict[str, str]

    @property
    def paths(self) -> Path:
        """The file of the paths that are asked for."""
        return self.folder / "paths"


@dataclass(frozen=True)
class Found:
    """Answers per second, and the time in milliseconds that 99 of 100 stay below."""

    rate: float
    p99_ms: float


def main() -> int:
    """Measure on each database, or be the process that fills one or asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows, short rounds, slack")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--be", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.be:
        return _be(*chosen.be)
    plan = QUICK if chosen.quick else FULL
    rows = chosen.rows or plan.rows
    with contextlib.ExitStack() as kept:
        places = [_place(kept, name, url) for name, url in _databases()]
        fill_all(places, plan, rows)
        found = [measure(place, plan) for place in places]
    failed = not all(good for _text, good in found)
    lines = "; ".join(text for text, _good in found)
    print(f"registry, {rows:,} credentials: {lines}{' FAILED' if failed else ''}")
    return 1 if failed else 0


def _place(
    kept: contextlib.ExitStack, name: str, url: contextlib.AbstractContextManager[str]
) -> Place:
    folder = kept.enter_context(tempfile.TemporaryDirectory())
    environment = {**os.environ, "GUILDMARK_VAR": folder, "GUILDMARK_LOG_FORMAT": "json"}
    environment.pop("DATABASE_URL", None)
    if address := kept.enter_context(url):
        environment["DATABASE_URL"] = address
    return Place(name, Path(folder), environment)


def fill_all(places: list[Place], plan: Plan, rows: int) -> None:
    """Fill all databases at the same time."""
    started = time.monotonic()
    fillers = [
        subprocess.Popen(
            _command("filler", str(rows), str(plan.documents), str(place.paths)),
            env=place.environment,
        )
        for place in places
    ]
    codes = [filler.wait() for filler in fillers]
    if any(codes):
        sys.exit("A database could not be filled; see above.")
    print(f"{rows:,} credentials each in {time.monotonic() - started:.0f} s", flush=True)


def measure(place: Place, plan: Plan) -> tuple[str, bool]:
    """Start the server, ask it, and return the figures and whether they do."""
    with serving(place) as port:
        rate, ratio, of_probe = compared(port, place, plan)
        calm = ask(port, place.paths, plan.seconds * 2, connections=USERS, rate=rate / 2)
    limit = LIMITS[place.name]
    good = ratio >= limit / plan.slack and calm.p99_ms <= P99_LIMIT_MS * plan.slack
    return (
        f"{place.name} {rate:,.0f} lookups/s, {ratio:.0%} of a bare text (limit {limit:.0%}), "
        f"{of_probe:.0%} of {ALIVE}, "
        f"p99 {calm.p99_ms:.1f} ms at {calm.rate:,.0f}/s (limit {P99_LIMIT_MS:g} ms)"
    ), good


def compared(port: int, place: Place, plan: Plan) -> tuple[float, float, float]:
    """Return lookups per second, their ratio to the bare text and to the health probe."""
    paths, alive = place.paths, place.folder / "alive"
    alive.write_text(f"{ALIVE}\n")
    constant = place.folder / "constant"
    constant.write_text(paths.read_text().replace(ASKED_FOR, CONSTANT))
    print(f"{place.name}:", flush=True)
    ask(port, paths, plan.seconds)  # To fill caches.
    rounds = [
        [ask(port, each, plan.seconds).rate for each in (constant, paths, alive)]
        for _round in range(plan.rounds)
    ]
    for limit, lookups, probe in rounds:
        print(f"  bare text {limit:7,.0f}/s  lookups {lookups:7,.0f}/s  {ALIVE} {probe:7,.0f}/s")
    return (
        median(lookups for _, lookups, _ in rounds),
        median(lookups / limit for limit, lookups, _ in rounds),
        median(lookups / probe for _, lookups, probe in rounds),
    )


# --- The server ------------------------------------------------------------------------------


def application(environ: Any, start_response: Any) -> Iterable[bytes]:
    """Answer the constant, and let the real application do everything else."""
    if environ["PATH_INFO"].startswith(CONSTANT):
        length = ("Content-Length", str(len(CONSTANT_BODY)))
        start_response("200 OK", [("Content-Type", "application/json"), length])
        return [CONSTANT_BODY]
    answer: Iterable[bytes] = _guildmark()(environ, start_response)
    return answer


@cache
def _guildmark() -> Any:
    from guildmark.site.wsgi import application as real  # noqa: PLC0415 - only the server needs it

    return real


@contextlib.contextmanager
def serving(place: Place) -> Iterator[int]:
    """Run the server with one worker on a free port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    threads = str(THREADS[place.name.lower()])
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "1", "--blocking-threads", threads,
        "--backpressure", "256", "--no-ws", "--log-level", "warning", "registry:application",
    ]  # fmt: skip
    written = place.folder / "log"
    with written.open("wb") as log:
        server = subprocess.Popen(command, env=place.environment, cwd=HERE.parent, stderr=log)
        try:
            _wait_for(server, port, written)
            yield port
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    for _attempt in range(200):
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}{ALIVE}", timeout=5).close()
            return
        time.sleep(0.1)
    sys.exit(f"The server does not answer.\n{log.read_text()[-2000:]}")


# --- Asking ----------------------------------------------------------------------------------


def ask(
    port: int, paths: Path, seconds: float, *, connections: int = CONNECTIONS, rate: float = 0
) -> Found:
    """Ask for random paths of a file, as fast as can be or with pauses for about `rate`."""
    pause = connections / rate * 1000 if rate else 0.0
    if wrk := shutil.which("wrk"):
        return _ask_with_wrk(wrk, port, paths, seconds, connections=connections, pause=pause)
    done = _run_self(
        {**os.environ}, "client", str(port), str(paths), str(seconds), str(connections), str(pause)
    )
    return Found(**json.loads(done))


def _ask_with_wrk(
    wrk: str, port: int, paths: Path, seconds: float, *, connections: int, pause: float
) -> Found:
    script = paths.with_name("ask.lua")
    script.write_text(LUA)
    command = [
        wrk, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency",
        "-s", str(script), f"http://127.0.0.1:{port}",
    ]  # fmt: skip
    environment = {**os.environ, "PATHS": str(paths), "PAUSE_MS": str(pause)}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    if "Non-2xx" in told.stdout or "Socket errors" in told.stdout:
        sys.exit(f"Not everything was answered:\n{told.stdout}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told.stdout)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", told.stdout)
    if rate is None or slow is None:
        sys.exit(f"wrk said something else than expected:\n{told.stdout}")
    unit = {"us": 0.001, "ms": 1, "s": 1000}[slow[2]]
    return Found(float(rate[1]), float(slow[1]) * unit)


def _ask_with_ours(port: int, paths: Path, seconds: float, connections: int, pause: float) -> Found:
    """Ask over several sockets at once; whoever was answered asks again after its pause."""
    chance = random.Random(7)
    asked = [_request(path) for path in paths.read_text().splitlines()]
    waiting = selectors.DefaultSelector()
    idle: list[tuple[float, socket.socket]] = []
    for _number in range(connections):
        each = socket.create_connection(("127.0.0.1", port))
        waiting.register(each, selectors.EVENT_READ, [0.0, b""])
        idle.append((time.perf_counter() + chance.expovariate(1) * pause / 1000, each))
    times: list[float] = []
    end = time.perf_counter() + seconds
    while (now := time.perf_counter()) < end:
        due = [each for each in idle if each[0] <= now]
        idle = [each for each in idle if each[0] > now]
        for _at, each in due:
            waiting.get_key(each).data[0] = time.perf_counter()
            each.sendall(chance.choice(asked))
        for key, _events in waiting.select(0.0005 if idle else 0.1):
            if _is_whole(key):
                times.append(time.perf_counter() - key.data[0])
                after = chance.expovariate(1) * pause / 1000
                idle.append((time.perf_counter() + after, key.fileobj))  # type: ignore[arg-type] # our socket
    times.sort()
    return Found(len(times) / seconds, times[int(len(times) * 0.99)] * 1000)


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def _is_whole(key: selectors.SelectorKey) -> bool:
    """Receive what is there; whether the answer is complete. Ends the client if it is not 200."""
    received = key.data[1] + key.fileobj.recv(65_536)  # type: ignore[union-attr] # our socket
    head, gap, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    ends = body.endswith(b"0\r\n\r\n") if length is None else len(body) >= int(length[1])
    whole = bool(gap) and ends
    if whole and b" 200 " not in head[:15]:
        sys.exit(f"Not everything was answered: {head!r}")
    key.data[1] = b"" if whole else received
    return whole


# --- Filling ---------------------------------------------------------------------------------


def fill(rows: int, documents: int, paths: Path) -> None:
    """Migrate, make distinct signed documents, and write rows that hold them in turn."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "guildmark.site.settings"
    os.environ["GUILDMARK_LOG_LEVEL"] = "WARNING"
    import django  # noqa: PLC0415 - the environment comes first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
    made = _examples(documents, at)
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA journal_mode=OFF")
        connection.cursor().execute("PRAGMA cache_size=-400000")
    from guildmark.apps.audit.events import SYSTEM  # noqa: PLC0415
    from guildmark.apps.credentials import ready_answers  # noqa: PLC0415
    from guildmark.apps.credentials.queries import Credential  # noqa: PLC0415
    from guildmark.apps.institute.services import fix_origin  # noqa: PLC0415

    ids = _ids(rows)
    _insert(Credential, (_row(made, number, each) for number, each in enumerate(ids)))
    _insert_changes(rows, at)
    fix_origin(actor=SYSTEM, at=at)
    ready_answers.write_missing()
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA journal_mode=WAL")
        connection.cursor().execute("ANALYZE")
    else:
        connection.cursor().execute("VACUUM ANALYZE")  # Or the server does it while it is asked.
    asked = random.Random(7).sample(ids, min(ASKED, rows))
    paths.write_text("".join(f"{ASKED_FOR}{each}.json\n" for each in asked))


def _ids(rows: int) -> list[str]:
    from guildmark.cores.identifiers import write_id  # noqa: PLC0415 - as the rest of filling

    chance = random.Random(42)
    return [write_id("CPAP", 2026, chance) for _number in range(rows)]


def _examples(documents: int, at: datetime) -> list[Any]:
    """Return unsaved credentials, each with a document that the institute signed."""
    from guildmark.apps.audit.events import SYSTEM  # noqa: PLC0415 - as the rest of filling
    from guildmark.apps.credentials import queries, services  # noqa: PLC0415
    from guildmark.apps.institute.services import found_institute  # noqa: PLC0415

    found_institute(
        name="Example Institute",
        origin="https://example.org",
        contact_email="office@example.org",
        actor=SYSTEM,
        at=at,
    )
    wanted = services.TypeDescription(
        "CPAP",
        "The holder runs AI systems in production.",
        "Passed the exam and had a portfolio of real deployments assessed.",
        name="Certified Production Practitioner",
        validity_months=24,
    )
    services.define_type(wanted, actor=SYSTEM, at=at)
    kind = queries.type_by_code("CPAP")
    return [_example(kind, number, at) for number in range(documents)]


def _example(kind: Any, number: int, at: datetime) -> Any:
    from guildmark.apps.audit.events import SYSTEM  # noqa: PLC0415 - as the rest of filling
    from guildmark.apps.credentials import issuing  # noqa: PLC0415
    from guildmark.apps.credentials.models import Credential, StatusList  # noqa: PLC0415

    row = Credential(
        number=_ids(1)[0],
        type=kind,
        holder_name=f"Ada Example {number}",
        holder_email=f"holder{number}@example.org",
        awarded_at=at,
        valid_from=at,
        valid_until=at + timedelta(days=730),
        changed_at=at,
        status_list=StatusList(number=1, size=131_072),
        status_index=number,
    )
    issuing.ensure_key(actor=SYSTEM, at=at)
    document = issuing.credential_document(row, email=row.holder_email)
    row.document = issuing.signed(document, at=at)
    row.status_list, row.status_index = None, None
    return row


def _row(made: list[Any], number: int, printed: str) -> Any:
    row = made[number % len(made)]
    row.pk, row.number, row.key = number + 1, printed, _fold(printed)
    row.state = "revoked" if number % REVOKED_OF == 0 else "active"
    row.shown_as = "name" if number % SHOWN_OF == 0 else "id only"
    return row


def _fold(printed: str) -> str:
    from guildmark.cores.identifiers import fold  # noqa: PLC0415 - as the rest of filling

    return fold(printed)


def _insert_changes(rows: int, at: datetime) -> None:
    from guildmark.apps.credentials.models import StateChange  # noqa: PLC0415 - as the rest

    change = StateChange(
        move="revoke", source="active", target="revoked", cause="issued in error", at=at
    )

    def changes() -> Iterator[Any]:
        for number in range(0, rows, REVOKED_OF):
            change.pk, change.credential_id = number + 1, number + 1
            yield change

    _insert(StateChange, changes())


def _insert(model: Any, rows: Iterable[Any]) -> None:
    """Write rows the fastest way that the database has."""
    from django.db import connection, transaction  # noqa: PLC0415 - as the rest of filling

    fields = model._meta.concrete_fields
    names = ", ".join(f'"{each.column}"' for each in fields)
    values = (
        [each.get_db_prep_save(getattr(row, each.attname), connection) for each in fields]
        for row in rows
    )
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', values)  # type: ignore[arg-type] # any iterable will do
            return
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for each in values:
                copy.write_row(each)


# --- Processes -------------------------------------------------------------------------------


def _databases() -> Iterator[tuple[str, contextlib.AbstractContextManager[str]]]:
    from postgresql import binaries, running_postgresql  # noqa: PLC0415 - a script beside us

    yield "SQLite", contextlib.nullcontext("")
    if binaries() is not None:
        yield "PostgreSQL", running_postgresql()
    else:
        print("PostgreSQL: not installed, not measured")


def _run_self(environment: dict[str, str], *role: str) -> str:
    return subprocess.run(
        _command(*role), env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def _command(*role: str) -> list[str]:
    return [sys.executable, str(HERE), "--be", *role]


def _be(role: str, *arguments: str) -> int:
    if role == "filler":
        rows, documents, paths = arguments
        fill(int(rows), int(documents), Path(paths))
    else:
        port, paths, seconds, connections, pause = arguments
        found = _ask_with_ours(
            int(port), Path(paths), float(seconds), int(connections), float(pause)
        )
        print(json.dumps({"rate": found.rate, "p99_ms": found.p99_ms}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
