"""kill -9 of the worker in the middle of jobs: each is done once in effect, nothing is lost."""

import time
from collections import Counter
from pathlib import Path

import pytest

from tests.crash.evidence import KILLS, assert_sound, drain, effects, founded, kill, rows, shell
from tests.crash.starting import start_worker, wait_for
from tests.processes import Environment

JOBS = 80
SUBJECTS = 4
ENQUEUE = f"""
from tests.crash.crashing.tasks import leave_effect
for number in range({JOBS}):
    leave_effect.enqueue(number, f"tests.crash:{{number % {SUBJECTS}}}")
"""


def taken(environment: Environment) -> int:
    return int(rows(environment, "SELECT SUM(attempts) FROM audit_job")[0][0])


def kill_in_mid_job(environment: Environment, log: Path, *, after: float) -> None:
    """Start a worker, wait until it has taken a job, wait a little more, and kill it."""
    before = taken(environment)
    worker = start_worker(environment, log)
    try:
        wait_for(lambda: taken(environment) > before)
        time.sleep(after)
    finally:
        kill(worker)


@pytest.mark.timeout(240)
def test_each_job_is_done_once_in_effect_whenever_the_worker_is_killed(tmp_path: Path) -> None:
    with founded(tmp_path, GUILDMARK_JOB_LEASE="1") as environment:
        shell(environment, ENQUEUE)
        for number in range(KILLS):
            # From the very beginning of a job to well into the third.
            kill_in_mid_job(environment, tmp_path / "log", after=number * 0.017)
        # The very last kill may fall between two jobs; those before it left their traces: a job
        # that was taken and is not done, perhaps back in the queue, or one that was taken again.
        traces = "attempts > 1 OR attempts > 0 AND state <> 'done'"
        left = f"SELECT COUNT(*) FROM audit_job WHERE {traces}"
        assert rows(environment, left)[0][0] >= 1
        drain(environment)
        assert effects(environment) == Counter(range(JOBS))
        assert rows(environment, "SELECT DISTINCT state FROM audit_job") == [("done",)]
        assert taken(environment) > JOBS + KILLS // 2
        assert_sound(environment)
