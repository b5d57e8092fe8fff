"""Reading one row without Django: a read-only connection for each thread, beside Django's own.

The statements are compiled once from the context's queries, so that no name of a table or column
stands here. A connection is given up after a fault and after the age that settings give Django's;
the request that met the fault goes to Django, which knows how to say that the database is away.
"""

import re
import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from django.conf import settings
from django.db import connections
from django.db.models import QuerySet
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from guildmark.apps.credentials import queries
from guildmark.apps.credentials.telling import Prepared
from guildmark.site.threads import AtEndOfThread

ALIAS = "default"
ANY_KEY = "ANY"
REST_SECONDS = 1.0
"""For so long after a fault all goes to Django, which should not wait for a second connection."""
SQLITE_TIMEOUT = 5.0
SQLITE_SETUP = "PRAGMA query_only=ON; PRAGMA cache_size=-65536;"
"""The index of a million ids takes 33 MB; a small registry fills no more than it has."""

FINE = (int(ExecStatus.TUPLES_OK), int(ExecStatus.COMMAND_OK))
NOT_PREPARED = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.DuplicatePreparedStatement)


class DatabaseAway(Exception):
    """The row can't be read now; Django should try."""


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A SELECT with its texts as parameters, the last of which is the id that is looked up."""

    sql: str
    before: tuple[str, ...]

    def parameters(self, key: str) -> tuple[str, ...]:
        """Return all parameters, the key in its place."""
        return (*self.before, key)


def compiled(query: QuerySet[Any, Any]) -> Statement:
    """Compile a query for `ANY_KEY` into the statement for every key."""
    sql, parameters = query.query.get_compiler(ALIAS).as_sql()
    *before, last = parameters
    if last != ANY_KEY:
        raise ValueError(f"The key is not the last parameter of: {sql}")
    return Statement(sql, tuple(before))


class Reader(ABC):
    """Reads rows by key, in any thread."""

    errors: ClassVar[type[Exception]]

    def __init__(self) -> None:
        """Open nothing yet: a database that is away at the start may come later."""
        self.here = threading.local()
        self.age = settings.DATABASES[ALIAS]["CONN_MAX_AGE"]
        self.statement = compiled(queries.prepared(ANY_KEY))
        self.document_statement = compiled(queries.document(ANY_KEY))

    def prepared(self, number: str) -> Prepared | None:
        """Return the answer that is ready for an id as it is printed. Raises `DatabaseAway`."""
        row = self._row(self.statement, number)
        return self._as_prepared(row) if row is not None else None

    def document(self, key: str) -> str | None:
        """Return a signed text, empty where the credential has none. Raises `DatabaseAway`."""
        row = self._row(self.document_statement, key)
        return self._as_text(row[0]) if row is not None else None

    def close(self) -> None:
        """Close this thread's connection, if there is one."""
        if (connection := getattr(self.here, "connection", None)) is not None:
            self.here.connection = None
            connection.close()

    def _row(self, statement: Statement, key: str) -> Sequence[Any] | None:
        try:
            return self._fetch(self._connection(), statement, key)
        except self.errors as fault:
            self.here.rest_until = time.monotonic() + REST_SECONDS
            self.close()
            raise DatabaseAway(str(fault)) from fault

    def _connection(self) -> Any:
        now, here = time.monotonic(), self.here
        connection = getattr(here, "connection", None)
        if connection is not None and now < here.old_at:
            return connection
        if now < getattr(here, "rest_until", 0.0):
            raise DatabaseAway("There was a fault a moment ago.")
        self.close()
        here.connection = connection = self._connect()
        here.end = AtEndOfThread(connection.close)
        here.old_at = now + self.age if self.age is not None else float("inf")
        return here.connection

    @abstractmethod
    def _connect(self) -> Any:
        """Open a connection that can't write."""

    @abstractmethod
    def _fetch(self, connection: Any, statement: Statement, key: str) -> Sequence[Any] | None:
        """Return the one row, or None."""

    def _as_prepared(self, row: Sequence[Any]) -> Prepared:
        """Read the values of a row as the database gives them."""
        return Prepared(*row)

    def _as_text(self, value: Any) -> str:
        """Read a text as the database gives it."""
        return str(value)


class SQLiteReader(Reader):
    """Reads Django's database file in SQLite's read-only mode."""

    errors = sqlite3.Error

    def __init__(self, name: str) -> None:
        """Read the file, or the database in memory, that `name` is for Django."""
        super().__init__()
        self.uri = name if name.startswith("file:") else f"{Path(name).as_uri()}?mode=ro"
        self.statement = _for_sqlite(self.statement)
        self.document_statement = _for_sqlite(self.document_statement)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.uri, uri=True, timeout=SQLITE_TIMEOUT, isolation_level=None
        )
        connection.executescript(SQLITE_SETUP)
        return connection

    def _fetch(self, connection: Any, statement: Statement, key: str) -> Sequence[Any] | None:
        row: Sequence[Any] | None = connection.execute(
            statement.sql, statement.parameters(key)
        ).fetchone()
        return row


class PostgreSQLReader(Reader):
    """Reads PostgreSQL with Django's own settings, each statement in a transaction of its own.

    Statements go straight to libpq, and are prepared in the server: what `Connection.execute` does
    beyond it, and planning, take longer than running them. A connection pool that can't bear
    prepared statements shows that at the first one, and from then on none is.
    """

    errors = psycopg.Error
    unprepared = False

    def __init__(self) -> None:
        """Read the database that settings name."""
        super().__init__()
        self.statement = _for_libpq(self.statement)
        self.document_statement = _for_libpq(self.document_statement)

    def _connect(self) -> "psycopg.Connection[Any]":
        wanted = connections[ALIAS].get_connection_params()
        for name in ("cursor_factory", "context"):  # Django's own, with its way to read rows.
            wanted.pop(name, None)
        options = f"{wanted.pop('options', '')} -c default_transaction_read_only=on -c TimeZone=UTC"
        self.here.names = {}
        return psycopg.connect(**wanted, options=options.strip(), autocommit=True)

    def _fetch(self, connection: Any, statement: Statement, key: str) -> Sequence[Any] | None:
        try:
            found = self._asked(connection.pgconn, statement, key)
        except NOT_PREPARED:
            self.unprepared = True
            raise
        if not found.ntuples:
            return None
        return [found.get_value(0, column) for column in range(found.nfields)]

    def _asked(self, session: PGconn, statement: Statement, key: str) -> PGresult:
        values = [value.encode() for value in statement.parameters(key)]
        if self.unprepared:
            return _checked(session.exec_params(statement.sql.encode(), values))
        names = self.here.names
        if (name := names.get(statement)) is None:
            # By the text: behind a pool, another thread may have prepared it in this session.
            name = b"fast_entry_" + sha256(statement.sql.encode()).hexdigest()[:16].encode()
            _checked(session.prepare(name, statement.sql.encode()))
            names[statement] = name
        return _checked(session.exec_prepared(name, values))

    def _as_prepared(self, row: Sequence[Any]) -> Prepared:
        text, tag, begins, ends = row
        return Prepared(text.decode(), tag.decode(), int(begins), int(ends))

    def _as_text(self, value: Any) -> str:
        return str(value, "utf-8")


def reader_for(database: dict[str, Any]) -> Reader:
    """Return the reader for an entry of the setting `DATABASES`."""
    if database["ENGINE"].endswith("sqlite3"):
        return SQLiteReader(str(database["NAME"]))
    return PostgreSQLReader()


def _for_sqlite(statement: Statement) -> Statement:
    return replace(statement, sql=statement.sql.replace("%s", "?"))


def _for_libpq(statement: Statement) -> Statement:
    numbers = count(1)
    return replace(statement, sql=re.sub("%s", lambda _found: f"${next(numbers)}", statement.sql))


def _checked(result: PGresult) -> PGresult:
    """Return a result unless it tells of a fault. Raises `psycopg.Error`."""
    if result.status not in FINE:
        raise error_from_result(result)
    return result
