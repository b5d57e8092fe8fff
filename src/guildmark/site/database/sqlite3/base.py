"""The backend: Django's, with every write, inside a transaction or not, taken in turn."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from .queue import WriteQueue, WriteQueueTimeout

WRITING = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP", "VACUUM", "REINDEX")


if TYPE_CHECKING:

    class DjangoWrapper(base.DatabaseWrapper):
        """Django's wrapper with the methods that its stubs leave out."""

        transaction_mode: str | None

        def _start_transaction_under_autocommit(self) -> None: ...
        def _commit(self) -> None: ...
        def _rollback(self) -> None: ...
        def _close(self) -> None: ...
else:
    DjangoWrapper = base.DatabaseWrapper


class DatabaseWrapper(DjangoWrapper):
    """A connection whose write transactions begin when its turn in the write queue comes.

    Options beside Django's: `write_deadline`, the seconds a write waits for its turn before it
    fails with `OperationalError`. A database in memory has no queue.
    """

    write_queue: WriteQueue | None = None

    def get_connection_params(self) -> dict[str, Any]:
        """Take our own option out and make the queue beside the database file."""
        params: dict[str, Any] = super().get_connection_params()
        deadline = float(params.pop("write_deadline", 10.0))
        if not self.is_in_memory_db() and self.write_queue is None:
            path = Path(str(self.settings_dict["NAME"]))
            path.parent.mkdir(parents=True, exist_ok=True)
            self.write_queue = WriteQueue(path.with_name(f"{path.name}.queue"), deadline=deadline)
        return params

    def create_cursor(self, _name: object = None) -> "QueuedCursor":
        """Make a cursor that queues for the writes it does outside a transaction."""
        cursor: QueuedCursor = self.connection.cursor(factory=QueuedCursor)
        cursor.write_queue = self.write_queue
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        if self.write_queue is None or self.transaction_mode != "IMMEDIATE":
            super()._start_transaction_under_autocommit()
            return
        take_turn(self.write_queue)
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self.write_queue.release()
            raise

    def _commit(self) -> None:
        super()._commit()  # A failed commit keeps the turn: the rollback that follows ends it.
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            if self.write_queue is not None:
                self.write_queue.close()

    def _end_turn(self) -> None:
        if self.write_queue is not None:
            self.write_queue.release()


class QueuedCursor(base.SQLiteCursorWrapper):
    """A cursor that takes a turn in the queue for each write outside a transaction.

    The rows of such a statement (`INSERT … RETURNING`) are read at once, because SQLite commits
    it only when its last row is read, and that must happen within the turn.
    """

    write_queue: WriteQueue | None = None
    _rows: Iterator[Any] | None = None

    def execute(self, query: str, params: Any = None) -> "QueuedCursor":
        """Run one statement, in turn if it writes outside a transaction."""
        self._rows = None
        with self._turn(query) as alone:
            super().execute(query, params)
            if alone and self.description is not None:
                self._rows = iter(super().fetchall())
        return self

    def executemany(self, query: str, param_list: Iterable[Any]) -> "QueuedCursor":
        """Run one statement with several sets of values, in turn likewise."""
        self._rows = None
        with self._turn(query):
            super().executemany(query, param_list)
        return self

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        return super().fetchone() if self._rows is None else next(self._rows, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """Return up to `size` rows."""
        if self._rows is None:
            return super().fetchmany(size)
        return [row for _, row in zip(range(size or 1), self._rows, strict=False)]

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        return super().fetchall() if self._rows is None else list(self._rows)

    @contextmanager
    def _turn(self, query: str) -> Iterator[bool]:
        queue = self.write_queue
        outside = not self.connection.in_transaction
        if queue is None or not outside or not query.lstrip()[:8].upper().startswith(WRITING):
            yield False
            return
        take_turn(queue)
        try:
            yield True
        finally:
            queue.release()


def take_turn(queue: WriteQueue) -> None:
    """Wait for the turn; a missed deadline is the database's `OperationalError`, as elsewhere."""
    try:
        queue.acquire()
    except WriteQueueTimeout as late:
        raise OperationalError(f"database is busy: {late}") from late
