"""kill -9 of the web server in the middle of writes: what was acknowledged is there, and whole."""

import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from tests.crash.evidence import KILLS, assert_sound, drain, effects, founded, kill, rows
from tests.processes import Environment, free_port, wait_until_ready

CLIENTS = 4
UNDER_LOAD = 0.3


@dataclass
class Load:
    """Clients that write numbers, each number once, and remember which were acknowledged."""

    url: str
    acknowledged: set[int] = field(default_factory=set)
    asked: int = 0
    _numbers: "count[int]" = field(default_factory=count)
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> list[threading.Thread]:
        """Start the clients."""
        self._over.clear()
        threads = [threading.Thread(target=self._write) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    def wait_for_an_acknowledgement(self, *, beyond: int) -> None:
        """Wait until at least one write has been acknowledged since there were `beyond`."""
        end = time.monotonic() + 30
        while len(self.acknowledged) == beyond and time.monotonic() < end:
            time.sleep(0.01)

    def stop(self, threads: list[threading.Thread]) -> None:
        """Let the clients end."""
        self._over.set()
        for thread in threads:
            thread.join()

    def _write(self) -> None:
        while not self._over.is_set():
            number = next(self._numbers)
            request = urllib.request.Request(f"{self.url}/write/{number}", method="POST", data=b"")
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    if answer.status == 200:
                        self.acknowledged.add(number)
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.01)


def serve(environment: Environment, port: int, log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(
            [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2",
                "--blocking-threads", "1", "--host", "127.0.0.1", "--port", str(port),
                "guildmark.site.wsgi:application",
            ],
            env=environment, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip


def kill_under_load(environment: Environment, load: Load, port: int, log: Path) -> int:
    """Start the server, write to it from all clients, kill it; return how many writes it took."""
    before = len(load.acknowledged)
    server = serve(environment, port, log)
    try:
        wait_until_ready(f"{load.url}/health/live")
        clients = load.start()
        load.wait_for_an_acknowledgement(beyond=before)
        time.sleep(UNDER_LOAD)
    finally:
        kill(server)
    load.stop(clients)
    return len(load.acknowledged) - before


@pytest.mark.timeout(240)
def test_every_acknowledged_write_is_whole_whenever_the_server_is_killed(tmp_path: Path) -> None:
    with founded(tmp_path) as environment:
        port = free_port()
        load = Load(f"http://127.0.0.1:{port}")
        for _ in range(KILLS):
            assert kill_under_load(environment, load, port, tmp_path / "log")
        written = effects(environment)
        assert set(written.values()) == {1}
        assert load.acknowledged <= set(written)
        events = rows(
            environment, "SELECT COUNT(*) FROM audit_event WHERE name = 'tests:crash:happened'"
        )
        assert events[0][0] == len(written)
        drain(environment)
        assert_sound(environment)
