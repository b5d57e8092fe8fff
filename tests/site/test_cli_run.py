"""`guildmark run` serves and works, ends as a whole, and brings a demo only where it may."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from guildmark.site.demo.people import ADMINISTRATOR, EDITOR, MEMBER, PASSWORD
from tests.processes import Environment, free_port, fresh_environment, guildmark, wait_until_ready
from tests.site.test_cli import run

READY_WITHIN = 20  # seconds; 2 when nothing else runs on the machine
ENDED_WITHIN = 20


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Environment]:
    with fresh_environment(tmp_path / "var") as fresh:
        yield fresh


class Running:
    """A supervisor and what it started."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path, url: str) -> None:
        self.process, self.log, self.url = process, log, url

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + READY_WITHIN
        while text not in self.said():
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)

    def children(self) -> dict[int, str]:
        """The processes that the supervisor started, with their command lines."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        lines = [line.strip().split(maxsplit=1) for line in listed.stdout.splitlines()]
        return {int(pid): arguments for pid, arguments in lines}

    def worker(self) -> int:
        return next(pid for pid, words in self.children().items() if "worker --quiet" in words)

    def web(self) -> int:
        return next(pid for pid, words in self.children().items() if "granian" in words)


@contextmanager
def serving(environment: Environment, *more: str) -> Iterator[Running]:
    """Run `guildmark run`, wait until it answers, and end it."""
    port = free_port()
    log = Path(environment["GUILDMARK_VAR"]).parent / f"run-{port}.log"
    command = [sys.executable, "-m", "guildmark.site", "run", "--port", str(port), *more]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    running = Running(process, log, f"http://localhost:{port}")
    try:
        wait_until_ready(f"{running.url}/health/ready", seconds=READY_WITHIN)
        yield running
    finally:
        process.terminate()
        process.wait(ENDED_WITHIN)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_the_demo_serves_and_says_how_to_sign_in_and_again_the_second_time(
    environment: Environment,
) -> None:
    for _ in range(2):
        with serving(environment, "--demo", "--workers", "1") as running:
            running.wait_for("Press Ctrl-C")
            said = running.said()
            assert f"Demo Certification Institute: {running.url}" in said
            for person in (ADMINISTRATOR, EDITOR, MEMBER):
                assert re.search(rf"{person.email} +{person.what} +{PASSWORD}", said)
            home = urllib.request.urlopen(f"{running.url}/").read().decode()
            assert "Demo Certification Institute" in home
    assert re.match(r"\d{6} +for administrator@demo\.example", guildmark(environment, "demo-code"))
    assert "Production Safety Framework" in guildmark(environment, "export-programme")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_server_and_worker_together(
    environment: Environment, number: signal.Signals
) -> None:
    with serving(environment, "--workers", "1") as running:
        children = running.children()
        assert len(children) == 2
        running.process.send_signal(number)
        assert running.process.wait(ENDED_WITHIN) == 0
        assert all(gone(pid) for pid in children)


def test_a_worker_that_dies_is_started_again(environment: Environment) -> None:
    with serving(environment, "--workers", "1") as running:
        killed = running.worker()
        os.kill(killed, signal.SIGKILL)
        running.wait_for("background worker ended")
        end = time.monotonic() + READY_WITHIN
        while not [pid for pid, words in running.children().items() if "--quiet" in words]:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert running.worker() != killed


def test_when_the_web_server_dies_the_command_ends_with_an_error(environment: Environment) -> None:
    with serving(environment, "--workers", "1") as running:
        worker = running.worker()
        os.kill(running.web(), signal.SIGKILL)
        assert running.process.wait(ENDED_WITHIN) != 0
        assert gone(worker)
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(f"{running.url}/health/live", timeout=2)


def test_no_orphan_is_left_when_the_supervisor_is_killed(environment: Environment) -> None:
    with serving(environment, "--workers", "1") as running:
        children = running.children()
        running.process.kill()
        end = time.monotonic() + ENDED_WITHIN
        while not all(gone(pid) for pid in children):
            assert time.monotonic() < end
            time.sleep(0.1)


@pytest.mark.once
def test_no_worker_is_started_when_it_runs_elsewhere(environment: Environment) -> None:
    with serving(environment, "--workers", "1", "--no-worker") as running:
        assert [words for words in running.children().values() if "worker --quiet" in words] == []


@pytest.mark.once
def test_a_port_in_use_is_refused_with_another_one(environment: Environment) -> None:
    with serving(environment, "--workers", "1", "--no-worker") as running:
        port = running.url.rpartition(":")[2]
        done = run("run", "--port", port, **environment)
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr
    assert f"--port {int(port) + 1}" in done.stderr


def test_the_demo_stays_away_from_another_institute(environment: Environment) -> None:
    guildmark(
        environment, "init", "--no-input", "--name", "Example Institute",
        "--origin", "http://localhost:8000", "--admin-email", "admin@example.org",
        "--contact-email", "office@example.org",
    )  # fmt: skip
    done = run("run", "--demo", "--port", str(free_port()), **environment)
    assert done.returncode == 1
    assert "“Example Institute”" in done.stderr
    done = run("demo-code", **environment)
    assert done.returncode == 1
    assert "not the demo" in done.stderr


def production(environment: Environment) -> Environment:
    kek = Path(environment["GUILDMARK_VAR"]) / "secrets" / "kek"
    return {
        **environment,
        "GUILDMARK_MODE": "production",
        "GUILDMARK_SECRET_KEY": "".join(chr(97 + i % 26) for i in range(70)),
        "GUILDMARK_KEK_FILE": str(kek),
        "GUILDMARK_HOSTS": "localhost",
        "GUILDMARK_TRUSTED_PROXIES": "127.0.0.1",
        "GUILDMARK_MAIL_URL": "smtp://127.0.0.1:9",
    }


def test_production_refuses_the_demo_and_missing_migrations(environment: Environment) -> None:
    port = str(free_port())
    done = run("run", "--demo", "--port", port, **production(environment))
    assert done.returncode == 1
    assert "refused in production" in done.stderr
    done = run("run", "--port", port, **production(environment))
    assert done.returncode == 1
    assert "guildmark init" in done.stderr
    run("migrate", "institute", "0001", **environment)
    done = run("run", "--port", port, **production(environment))
    assert done.returncode == 1
    assert "guildmark migrate" in done.stderr
    done = run("demo-code", **production(environment))
    assert done.returncode == 1


def test_production_serves_its_static_files_compressed_under_lasting_names(
    environment: Environment,
) -> None:
    guildmark(environment, "migrate", "--verbosity", "0")
    with serving(production(environment), "--workers", "1", "--no-worker") as running:
        manifest = Path(environment["GUILDMARK_VAR"]) / "static" / "staticfiles.json"
        name = re.search(r"css/tokens\.[0-9a-f]{12}\.css", manifest.read_text())
        assert name is not None
        request = urllib.request.Request(
            f"{running.url}/static/{name[0]}",
            headers={"Accept-Encoding": "gzip", "X-Forwarded-Proto": "https"},
        )
        with urllib.request.urlopen(request) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "immutable" in answer.headers["Cache-Control"]
