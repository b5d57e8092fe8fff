"""The supervisor ends what does not want to end, and waits longer before each further restart."""

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from guildmark.site import supervisor
from guildmark.site.supervisor import PAUSES, STEADY, Child, Supervisor

pytestmark = pytest.mark.once
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
while True:
    time.sleep(1)
"""


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Give the tests' process its own signal handlers back."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_child_that_ignores_the_signal_is_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(supervisor, "KILL_AFTER", 0.3)
    ready = tmp_path / "ready"
    child = Child("stubborn", [*python(STUBBORN), str(ready)], essential=True)
    watcher = Supervisor([child], say=lambda _: None)

    def stop_when_ready() -> None:
        watcher.stopping = ready.exists()

    assert watcher.run(on_tick=stop_when_ready) == 0
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("code", [0, 7])
def test_when_an_essential_child_ends_the_command_fails(code: int) -> None:
    said: list[str] = []
    child = Child("web server", python(f"raise SystemExit({code})"), essential=True)
    assert Supervisor([child], say=said.append).run() == (code or 1)
    assert f"exit code {code}" in said[0]


def test_restarts_come_more_slowly_until_a_child_has_run_steadily() -> None:
    child = Child("worker", python("pass"))
    child.started_at = time.monotonic()
    assert [child.plan_restart() for _ in range(7)] == [*PAUSES, PAUSES[-1], PAUSES[-1]]
    child.started_at = time.monotonic() - STEADY - 1
    assert child.plan_restart() == PAUSES[0]
    assert child.failures == 0
