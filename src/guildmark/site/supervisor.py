"""Keeps the web server and the background worker running, and ends both together."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

KILL_AFTER = 15.0  # seconds between asking a process to end and ending it
STEADY = 60.0  # seconds after which a process counts as having started well
PAUSES = (0.2, 1.0, 5.0, 15.0, 30.0)  # seconds before the next restart of a process that dies
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process under supervision; an `essential` one ends everything when it ends."""

    name: str
    command: list[str]
    essential: bool = False
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    restart_at: float | None = field(default=None, init=False)
    failures: int = field(default=0, init=False)

    def start(self) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches only us."""
        self.process = subprocess.Popen(  # noqa: S603 - the command is made of our own words
            self.command,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - the supervisor has a single thread
        )
        self.started_at, self.restart_at = time.monotonic(), None

    def exit_code(self) -> int | None:
        """The exit code of a process that has ended, None while it runs."""
        return self.process.poll() if self.process else None

    def plan_restart(self) -> float:
        """Decide when to start again after a death; return the pause in seconds."""
        now = time.monotonic()
        self.failures = 0 if now - self.started_at > STEADY else self.failures + 1
        pause = PAUSES[min(self.failures, len(PAUSES)) - 1] if self.failures else PAUSES[0]
        self.process, self.restart_at = None, now + pause
        return pause


class Supervisor:
    """Runs children until a signal arrives or an essential one ends."""

    def __init__(self, children: list[Child], *, say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.stopping = False

    def run(self, *, on_tick: Callable[[], None] = lambda: None) -> int:
        """Start all, watch, and end all; return the exit code, 0 after a signal."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        code = 0
        try:
            for child in self.children:
                child.start()
            while not self.stopping:
                on_tick()
                if (ended := self._watch()) is not None:
                    code = ended or 1
                    break
                time.sleep(0.1)
        finally:
            self._end_all()
        return code

    def _watch(self) -> int | None:
        """Restart what died; return the exit code of an essential child that ended."""
        for child in self.children:
            code = child.exit_code()
            if code is not None and child.essential:
                self.say(f"The {child.name} ended with exit code {code}; ending the rest.")
                return code
            if code is not None:
                pause = child.plan_restart()
                self.say(f"The {child.name} ended (exit code {code}); again in {pause:g} s.")
            elif child.restart_at is not None and time.monotonic() >= child.restart_at:
                child.start()
        return None

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + KILL_AFTER
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for process in running:
            _kill_descendants(process)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True


def _kill_descendants(process: "subprocess.Popen[bytes]") -> None:
    """End what a child left behind in its session, such as the workers of a killed web server."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _die_with_parent() -> None:
    """On Linux ask for SIGTERM when the supervisor is killed, so that no orphan is left."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
