"""Starts real workers, and waits for what they do."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.processes import Environment

PATIENCE = 30.0


def start_worker(environment: Environment, log: Path) -> "subprocess.Popen[bytes]":
    """Start a worker in a process group of its own, with its output in a file."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "guildmark.site", "worker", "--quiet"],
            env=environment, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip


def wait_for(what: Callable[[], bool]) -> None:
    """Wait until something is so; raise `TimeoutError` when it does not come."""
    end = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > end:
            raise TimeoutError("It has not come.")
        time.sleep(0.01)
