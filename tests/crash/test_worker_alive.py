"""Workers that are not killed: a long job keeps its worker, and SIGTERM lets it finish."""

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.evidence import effects, founded, kill, rows, shell
from tests.crash.starting import start_worker, wait_for
from tests.processes import Environment

LONG = """
from tests.crash.crashing.tasks import take_long
take_long.enqueue(1, {seconds})
"""


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Environment]:
    """A founded institute whose jobs have a lease of a second."""
    with founded(tmp_path, GUILDMARK_JOB_LEASE="1") as made:
        yield made


def end(worker: "subprocess.Popen[bytes]") -> int:
    worker.send_signal(signal.SIGTERM)
    try:
        return worker.wait(20)
    except subprocess.TimeoutExpired:
        kill(worker)
        raise


def test_a_job_longer_than_its_lease_stays_with_its_living_worker(
    environment: Environment, tmp_path: Path
) -> None:
    shell(environment, LONG.format(seconds=3))
    workers = [start_worker(environment, tmp_path / "log") for _ in range(2)]
    try:
        wait_for(lambda: "take_long" in done(environment))
    finally:
        codes = [end(worker) for worker in workers]
    assert codes == [0, 0]
    assert effects(environment) == Counter([1])


def done(environment: Environment) -> str:
    return str(rows(environment, "SELECT task FROM audit_job WHERE state = 'done'"))


def test_a_worker_that_is_told_to_stop_finishes_its_job_and_signs_off(
    environment: Environment, tmp_path: Path
) -> None:
    shell(environment, LONG.format(seconds=2))
    shell(environment, LONG.format(seconds=0))
    worker = start_worker(environment, tmp_path / "log")
    wait_for(lambda: effects(environment) == Counter([1]))
    time.sleep(0.2)
    assert end(worker) == 0
    long_ones = rows(environment, "SELECT state FROM audit_job WHERE task LIKE '%take_long'")
    assert sorted(state for (state,) in long_ones) == ["done", "ready"]
    assert rows(environment, "SELECT name FROM audit_worker") == []


def test_what_was_recorded_is_signed_within_a_second_or_so(
    environment: Environment, tmp_path: Path
) -> None:
    """The founding waits for the first worker; from then on the ledger keeps up."""
    worker = start_worker(environment, tmp_path / "log")
    try:
        wait_for(lambda: bool(signed(environment)))
        before = signed(environment)
        shell(environment, RECORD)
        begun = time.monotonic()
        wait_for(lambda: signed(environment) > before)
        assert time.monotonic() - begun < 3
    finally:
        end(worker)


RECORD = """
from django.db import transaction
from django.utils import timezone
from guildmark.apps.audit.services import record
from tests.crash.crashing.events import Happened
with transaction.atomic():
    record(Happened(1), actor=None, subject="tests.crash:1", at=timezone.now())
"""


def signed(environment: Environment) -> int:
    return int(rows(environment, "SELECT COALESCE(MAX(size), 0) FROM audit_checkpoint")[0][0])
