"""A lock between processes and threads that serves its waiters in order, up to a deadline."""

import fcntl
import os
import struct
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path

# Bytes of the lock file: 0 to 7 count the tickets given out, 16 + n is the place of ticket n.
COUNTER = struct.Struct("<Q")
FIRST_PLACE = 16
# The C structure flock on Linux: type, whence, start, length, pid.
FLOCK = struct.Struct("hhqqi4x")
# Elsewhere than on Linux there are no tickets: the lock still excludes, but keeps no order.
IN_ORDER = hasattr(fcntl, "F_OFD_SETLKW")


class WriteQueueTimeout(Exception):
    """The write queue did not come to this writer within its deadline."""


class WriteQueue:
    """One writer's place in the queue for a lock file; not shared between threads.

    A writer draws a ticket, locks the place of that ticket, and waits until the place before it is
    free; then it takes the lock itself (`flock`), which alone excludes others. So writers come in
    the order in which they asked, and when a process is killed the kernel frees what it held.

    Waiting for a lock knows no deadline. So a place that is free is taken at once, and an occupied
    one is waited for by a thread that this writer watches; when the deadline passes, the thread
    keeps the place until its turn comes and then gives it up, so that nobody overtakes.
    """

    def __init__(self, path: Path, *, deadline: float) -> None:
        """Queue at the lock file `path`, for at most `deadline` seconds a time."""
        self.path = path
        self.deadline = deadline
        self.held = False
        self._descriptor: int | None = None
        self._place = 0
        self._waiter: ThreadPoolExecutor | None = None
        self._pid = os.getpid()

    def acquire(self) -> None:
        """Take the lock, in turn. Raises `WriteQueueTimeout` when the deadline passes."""
        descriptor = self._open()
        self._place = _draw_ticket(descriptor)
        if not _take_turn(descriptor, self._place, wait=False):
            self._wait(descriptor)
        self.held = True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self.held and self._descriptor is not None and self._pid == os.getpid():
            _end_turn(self._descriptor, self._place)
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
        turn = self._waiter.submit(_take_turn, descriptor, self._place, wait=True)
        try:
            turn.result(self.deadline)
        except FutureTimeoutError:
            self._abandon(turn, descriptor)
            raise WriteQueueTimeout(
                f"waited {self.deadline:g} s for a turn to write to {self.path.name}"
            ) from None
        except BaseException:  # Ctrl-C, say: the turn must not come to nobody.
            self._abandon(turn, descriptor)
            raise

    def _abandon(self, turn: "Future[bool]", descriptor: int) -> None:
        """Leave the descriptor to the waiting thread, which closes it when its turn comes."""
        turn.add_done_callback(lambda _: os.close(descriptor))
        self._descriptor = None
        if self._waiter is not None:
            self._waiter.shutdown(wait=False)
            self._waiter = None


def _draw_ticket(descriptor: int) -> int:
    """Draw the next ticket and lock its place, before anybody can draw the one after it."""
    _lock(descriptor, 0, fcntl.F_WRLCK, wait=True)
    try:
        drawn = os.pread(descriptor, COUNTER.size, 0)
        ticket = COUNTER.unpack(drawn)[0] + 1 if len(drawn) == COUNTER.size else 1
        os.pwrite(descriptor, COUNTER.pack(ticket), 0)
        place = FIRST_PLACE + int(ticket)
        _lock(descriptor, place, fcntl.F_WRLCK, wait=True)
    finally:  # A full disk, say, must not leave everyone waiting for this writer.
        _lock(descriptor, 0, fcntl.F_UNLCK, wait=False)
    return place


def _take_turn(descriptor: int, place: int, *, wait: bool) -> bool:
    """Take the lock once the place before is free; without `wait` say whether it was."""
    if not _lock(descriptor, place - 1, fcntl.F_WRLCK, wait=wait):
        return False
    _lock(descriptor, place - 1, fcntl.F_UNLCK, wait=False)
    try:
        # Free unless a waiting process was killed, which lets those behind it come too early.
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _end_turn(descriptor: int, place: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    _lock(descriptor, place, fcntl.F_UNLCK, wait=False)


def _lock(descriptor: int, byte: int, kind: int, *, wait: bool) -> bool:
    """Lock or unlock one byte for this open file; without `wait` say whether it worked."""
    if not IN_ORDER:
        return True
    command = fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK
    try:
        fcntl.fcntl(descriptor, command, FLOCK.pack(kind, os.SEEK_SET, byte, 1, 0))
    except BlockingIOError:
        return False
    return True
