"""Real processes on a database of their own, for browser, crash and load tests."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

Environment = dict[str, str]


@contextmanager
def fresh_environment(folder: Path, **variables: str) -> Iterator[Environment]:
    """Give an environment with its own data folder and its own empty database.

    The database is a file on SQLite, or a new database on the server of `DATABASE_URL`.
    """
    ours = {"GUILDMARK_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "guildmark.site.settings"}
    environment = {**os.environ, **ours, **variables}
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield environment
        return
    name = f"guildmark_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield {**environment, "DATABASE_URL": server.replace("/guildmark?", f"/{name}?")}
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def guildmark(environment: Environment, *arguments: str) -> str:
    """Run a `guildmark` command to its end and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "guildmark.site", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(
            f"guildmark {arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        )
    return done.stdout


def free_port() -> int:
    """Find a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(
    command: list[str], environment: Environment, *, log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process in the background with its output in a file, and end it afterwards."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(url: str, *, seconds: float = 30) -> None:
    """Wait until `url` answers 200; raise `TimeoutError` when it does not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within {seconds:g} s")
