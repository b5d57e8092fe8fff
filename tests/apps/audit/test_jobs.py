"""Jobs: keeping, running, failing, taking over, recurring."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django_tasks.base import Task, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from guildmark.apps.audit import queries, services
from guildmark.apps.audit.jobs import JobBackend, JobTask, keyed, recurring
from guildmark.apps.audit.jobs.runner import Heartbeat, JobRunner
from guildmark.apps.audit.jobs.worker import WorkerBroken, WorkerProcess, enqueue_recurring
from guildmark.apps.audit.models import Job, Schedule, Worker
from guildmark.apps.audit.services import jobs
from guildmark.apps.audit.services.backoff import backoff
from guildmark.apps.audit.services.failures import Failure
from guildmark.apps.audit.states import DELIVERY, JOB, JobState
from guildmark.cores.lifecycle import TransitionRefused
from tests.apps.audit import work

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)
LATE = timedelta(days=3650)


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    work.calls.clear()


@pytest.fixture
def now() -> datetime:
    """A moment at which everything that was enqueued is due."""
    from django.utils import timezone

    return timezone.now() + SECOND


Run = Callable[..., bool]


@pytest.fixture
def run(now: datetime) -> Run:
    """Run one due job as a worker would, `later` after now."""

    def run_one(later: timedelta = timedelta()) -> bool:
        return JobRunner("tests", LEASE, clock=lambda: now + later).run_next()

    return run_one


def take(at: datetime) -> Job:
    job = jobs.take_job(worker="tests", at=at, lease=LEASE)
    assert job is not None
    return job


def test_a_job_runs_and_gives_its_result(run: Run) -> None:
    enqueued = work.add.enqueue(2, right=3)
    assert enqueued.status is TaskResultStatus.READY
    assert run()
    finished = work.add.get_result(enqueued.id)
    assert finished.status is TaskResultStatus.SUCCESSFUL
    assert (finished.return_value, finished.attempts) == (5, 1)
    assert not run()


def test_a_job_is_gone_with_the_transaction_that_asked_for_it() -> None:
    with transaction.atomic():
        work.add.enqueue(1, 1)
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_arguments_must_be_json() -> None:
    with pytest.raises(TypeError):
        work.add.enqueue(uuid4(), 1)  # type: ignore[arg-type]  # what is tested


def test_an_unknown_result_is_said_to_be_unknown() -> None:
    for unknown in (str(uuid4()), "nonsense"):
        with pytest.raises(TaskResultDoesNotExist):
            work.add.get_result(unknown)


def test_a_key_makes_one_job_of_two() -> None:
    first = keyed(work.add, key="sum:1").enqueue(1, 1)
    second = keyed(work.add, key="sum:1").enqueue(1, 1)
    other = keyed(work.add, key="sum:2").enqueue(1, 1)
    assert first.id == second.id != other.id
    assert Job.objects.count() == 2


def test_a_key_is_for_the_job_backend_only() -> None:
    with pytest.raises(TypeError, match="does not run on the job backend"):
        keyed(Task(func=work.add.func), key="a")


def test_urgent_jobs_go_first_and_later_ones_wait(run: Run, now: datetime) -> None:
    work.leave_trace.using(run_after=now + SECOND).enqueue("later")
    work.leave_trace.enqueue("usual")
    work.leave_trace.using(priority=10).enqueue("urgent")
    while run():
        pass
    assert work.calls == ["urgent", "usual"]
    assert run(SECOND)
    assert work.calls[-1] == "later"


def test_a_failed_job_undoes_what_it_did_and_waits_longer_each_time(run: Run) -> None:
    work.leave_trace.enqueue("broken")
    assert run()
    assert not Session.objects.exists()
    waited = timedelta()
    for attempt in (1, 2, 3):
        assert not run(waited + backoff(attempt) - SECOND)
        waited += backoff(attempt)
        assert run(waited)
    assert work.calls == ["broken"] * 4


def test_a_job_that_fails_for_the_last_time_is_dead_and_says_where_not_what(run: Run) -> None:
    enqueued = work.fail.enqueue()
    assert run()
    assert run(LATE)
    assert not run(2 * LATE)
    enqueued.refresh()
    assert enqueued.status is TaskResultStatus.FAILED
    assert [error.exception_class for error in enqueued.errors] == [work.Broken] * 2
    assert "work.py" in enqueued.errors[0].traceback
    assert "secret" not in str(Job.objects.values())
    assert queries.dead_jobs().count() == 1


def test_a_task_that_ends_the_program_has_failed_like_any_other(run: Run) -> None:
    work.leave.enqueue(0)
    assert run()
    job = Job.objects.get()
    assert job.state == JobState.READY
    assert [each["exception"] for each in job.errors] == ["builtins.SystemExit"]


def test_a_dead_job_can_be_tried_again(run: Run, now: datetime) -> None:
    work.fail.enqueue()
    run()
    run(LATE)
    job = services.retry_job(queries.dead_jobs().get(), at=now)
    assert (job.state, job.max_attempts) == (JobState.READY, 4)
    assert run()
    with pytest.raises(services.JobNotDead, match="fail is ready"):
        services.retry_job(job, at=now)


def test_a_task_that_is_gone_makes_the_job_fail_not_vanish(run: Run) -> None:
    work.add.enqueue(1, 1)
    Job.objects.update(task="tests.apps.audit.work.gone")
    assert run()
    assert "ImportError" in Job.objects.get().errors[0]["exception"]
    Job.objects.update(task="tests.apps.audit.work.Broken")
    assert run(LATE)
    assert "TypeError" in Job.objects.get().errors[1]["exception"]


def test_two_workers_cannot_take_the_same_attempt(now: datetime) -> None:
    work.add.enqueue(1, 1)
    stale = Job.objects.get()
    assert take(now).attempts == 1
    assert not jobs._take(stale, worker="another", at=now, lease=LEASE)
    assert jobs.take_job(worker="another", at=now, lease=LEASE) is None


def test_the_job_of_a_silent_worker_is_taken_over_when_its_lease_is_over(now: datetime) -> None:
    work.add.enqueue(1, 1)
    first = take(now)
    assert jobs.take_job(worker="another", at=now + LEASE, lease=LEASE) is None
    second = take(now + LEASE + SECOND)
    assert (second.pk, second.attempts) == (first.pk, 2)


def test_a_worker_that_lost_its_lease_can_neither_renew_report_nor_finish(now: datetime) -> None:
    work.add.enqueue(1, 1)
    first = take(now)
    take(now + LEASE + SECOND)
    assert not jobs.renew_lease(first, until=now + LATE)
    with pytest.raises(services.LeaseLost):
        jobs.report_progress(first, percent=1, message="")
    with pytest.raises(services.LeaseLost):
        jobs.finish_job(first, result=None, at=now)
    jobs.fail_job(first, failure=Failure("late", ()), at=now)
    assert Job.objects.get().state == JobState.RUNNING


def test_what_a_job_did_after_losing_its_lease_is_undone(run: Run) -> None:
    work.lose.enqueue("trace")
    assert run()
    assert not Session.objects.exists()


def test_a_job_that_kills_its_worker_every_time_is_dead_in_the_end(now: datetime) -> None:
    work.fail.enqueue()
    for taken in (1, 2):
        assert take(now + taken * LATE).attempts == taken
    assert jobs.release_expired(at=now + 3 * LATE) == 1
    dead = queries.dead_jobs().get()
    assert [each["exception"] for each in dead.errors] == ["the worker fell silent"] * 2


@pytest.mark.django_db(transaction=True)
def test_a_long_task_runs_outside_a_transaction_and_tells_how_far_it_is(run: Run) -> None:
    enqueued = work.report.enqueue(50)
    assert run()
    enqueued.refresh()
    assert enqueued.return_value is False
    assert Job.objects.get().message == "Half way."


def test_progress_cannot_be_told_from_inside_a_transaction(run: Run) -> None:
    work.report_inside.enqueue()
    assert run()
    assert Job.objects.get().errors[0]["exception"] == "builtins.RuntimeError"


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_keeps_the_lease_of_a_live_worker(now: datetime) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("an in-memory database cannot be shared between threads")
    work.add.enqueue(1, 1)
    job = take(now)
    with Heartbeat(job, lease=timedelta(seconds=0.15), clock=lambda: now + LATE):
        until = time.monotonic() + 5
        while Job.objects.get().lease_until == job.lease_until and time.monotonic() < until:
            time.sleep(0.02)
    assert Job.objects.get().lease_until == now + LATE + timedelta(seconds=0.15)


def test_a_recurring_task_runs_once_in_each_slot(at: datetime) -> None:
    hourly = Job.objects.filter(task__endswith="work.hourly")
    for minutes in (0, 1, 59):
        enqueue_recurring(at=at + timedelta(minutes=minutes))
    assert hourly.count() == 1
    enqueue_recurring(at=at + timedelta(hours=5))
    assert hourly.count() == 2


def test_a_slow_worker_does_not_enqueue_a_slot_again(at: datetime) -> None:
    enqueue_recurring(at=at + timedelta(hours=2))
    enqueue_recurring(at=at)
    assert Job.objects.filter(task__endswith="work.hourly").count() == 1
    assert Schedule.objects.get(name="tests:hourly").slot == at + timedelta(hours=2)


def test_two_recurring_tasks_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="tests:hourly"):
        recurring(every=SECOND, name="tests:hourly")(work.fail)


def test_finished_jobs_are_forgotten_after_two_weeks_and_dead_ones_kept(
    run: Run, now: datetime
) -> None:
    work.add.enqueue(1, 1)
    run()
    work.fail.enqueue()
    Job.objects.filter(state=JobState.READY).update(state=JobState.DEAD, finished_at=now)
    assert jobs.forget_finished_jobs(at=now + timedelta(days=13)) == 0
    assert jobs.forget_finished_jobs(at=now + timedelta(days=15)) == 1
    assert [job.state for job in Job.objects.all()] == [JobState.DEAD]


def test_a_worker_drains_what_is_due_and_is_seen(now: datetime) -> None:
    work.leave_trace.enqueue("one")
    work.leave_trace.enqueue("two")
    worker = WorkerProcess(clock=lambda: now)
    worker.drain()
    assert work.calls[:2] == ["one", "two"]
    assert queries.workers_seen(at=now, within=SECOND).get().name == worker.name
    assert not queries.waiting_jobs().exists()


def test_workers_that_were_silent_for_a_day_are_forgotten(now: datetime) -> None:
    jobs.note_worker(name="old", started_at=now, at=now)
    jobs.note_worker(name="new", started_at=now, at=now + timedelta(days=2))
    assert [worker.name for worker in Worker.objects.all()] == ["new"]


def test_a_stopped_worker_starts_nothing_more(now: datetime) -> None:
    work.leave_trace.enqueue("one")
    worker = WorkerProcess(clock=lambda: now)
    worker.stop()
    assert worker.drain() == 0
    assert work.calls == []


class Fault(BaseException):
    """What no step of a worker is prepared for."""


class OneBreaks(WorkerProcess):
    """A worker with one thread that breaks; the steps touch no database."""

    broken = "none"
    steps = 0

    def serve(self) -> bool:
        return self._step("deliveries")

    def run_job(self) -> bool:
        return self._step("jobs")

    def _step(self, thread: str) -> bool:
        self.steps += 1
        if self.broken == thread:
            raise Fault
        return False


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> OneBreaks:
    """A worker whose process ends with its test."""
    made = OneBreaks()
    monkeypatch.setattr(JobRunner, "run_next", lambda _runner: made.run_job())
    return made


@pytest.mark.timeout(20)
@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("broken", "error"), [("jobs", Fault), ("deliveries", WorkerBroken)])
def test_a_worker_ends_when_one_of_its_threads_does(
    worker: OneBreaks, broken: str, error: type[BaseException]
) -> None:
    worker.broken = broken
    with pytest.raises(error):
        worker.run()
    assert not [each for each in threading.enumerate() if each.name == "deliveries"]


@pytest.mark.timeout(20)
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_told_to_stop_ends_well(worker: OneBreaks) -> None:
    threading.Timer(0.1, worker.stop).start()
    worker.run()
    assert worker.steps >= 2


@pytest.mark.parametrize(
    "changes", [{"state": "unknown"}, {"percent": 101}, {"state": "running", "lease_until": None}]
)
def test_the_database_refuses_a_job_in_no_possible_state(changes: dict[str, object]) -> None:
    work.add.enqueue(1, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.update(**changes)


JOB_ARROWS = {
    ("ready", "take"): "running",
    ("running", "finish"): "done",
    ("running", "put back"): "ready",
    ("running", "give up"): "dead",
    ("dead", "retry"): "ready",
}
DELIVERY_ARROWS = {
    ("waiting", "deliver"): "done",
    ("waiting", "fail"): "waiting",
    ("waiting", "give up"): "dead",
    ("dead", "retry"): "waiting",
}


@pytest.mark.parametrize(("machine", "arrows"), [(JOB, JOB_ARROWS), (DELIVERY, DELIVERY_ARROWS)])
def test_only_these_moves_are_possible(machine: object, arrows: dict[tuple[str, str], str]) -> None:
    table = JOB if machine is JOB else DELIVERY
    names = {transition.name for transition in table.transitions}
    for state, name in product((each.value for each in table.states), names):
        if (state, name) in arrows:
            assert table.target(state, name) == arrows[state, name]
        else:
            with pytest.raises(TransitionRefused):
                table.target(state, name)


def test_tasks_are_job_tasks_with_what_they_declare() -> None:
    assert isinstance(work.fail, JobTask)
    assert isinstance(work.fail.get_backend(), JobBackend)
    assert (work.fail.max_attempts, work.fail.transactional) == (2, True)
