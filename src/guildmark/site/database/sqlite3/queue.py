"""A lock between processes and threads that queues its waiters and gives up at a deadline."""

import fcntl
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path

# How long a writer tries by itself before it queues: most writes hold the lock for about 1 ms.
SPIN_SECONDS = 0.0005


class WriteQueueTimeout(Exception):
    """The write queue did not come to this writer within its deadline."""


class WriteQueue:
    """One writer's place in the queue for a lock file; not shared between threads.

    A blocking `flock` is fair enough and survives a killed process, but it knows no deadline. So
    an uncontended lock is taken at once, and a contended one by a waiting thread that this writer
    watches; when the deadline passes the thread gives the lock back as soon as it gets it.
    """

    def __init__(self, path: Path, *, deadline: float) -> None:
        """Queue at the lock file `path`, for at most `deadline` seconds a time."""
        self.path = path
        self.deadline = deadline
        self.held = False
        self._descriptor: int | None = None
        self._waiter: ThreadPoolExecutor | None = None
        self._pid = os.getpid()

    def acquire(self) -> None:
        """Take the lock, in turn. Raises `WriteQueueTimeout` when the deadline passes."""
        descriptor = self._open()
        if not _try_for(descriptor, SPIN_SECONDS):
            self._wait(descriptor)
        self.held = True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self.held and self._descriptor is not None and self._pid == os.getpid():
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self.held = False

    def close(self) -> None:
        """Give the lock back and close the lock file."""
        self.release()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if self._waiter is not None:
            self._waiter.shutdown(wait=False)
            self._waiter = None

    def _open(self) -> int:
        if self._pid != os.getpid():  # A forked child must not share its parent's lock.
            self._descriptor, self._waiter, self._pid = None, None, os.getpid()
        if self._descriptor is None:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._descriptor

    def _wait(self, descriptor: int) -> None:
        if self._waiter is None:
            self._waiter = ThreadPoolExecutor(1, thread_name_prefix="write-queue")
        turn = self._waiter.submit(fcntl.flock, descriptor, fcntl.LOCK_EX)
        try:
            turn.result(self.deadline)
        except FutureTimeoutError:
            self._abandon(turn, descriptor)
            raise WriteQueueTimeout(
                f"waited {self.deadline:g} s for a turn to write to {self.path.name}"
            ) from None

    def _abandon(self, turn: "Future[None]", descriptor: int) -> None:
        """Leave the descriptor to the waiting thread, which closes it when its turn comes."""
        turn.add_done_callback(lambda _: os.close(descriptor))
        self._descriptor = None
        if self._waiter is not None:
            self._waiter.shutdown(wait=False)
            self._waiter = None


def _try_for(descriptor: int, seconds: float) -> bool:
    """Try to take the lock without waiting in the queue, for a very short time."""
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(0)
        else:
            return True
