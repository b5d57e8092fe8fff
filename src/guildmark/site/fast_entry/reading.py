"""Reading one row without Django: a read-only connection for each thread, beside Django's own.

The statements are compiled once from the context's queries, so that no name of a table or column
stands here. A connection is given up after a fault and after the age that settings give Django's;
the request that met the fault goes to Django, which knows how to say that the database is away.
"""

import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from django.conf import settings
from django.db import connections
from django.db.models import QuerySet

from guildmark.apps.credentials import queries
from guildmark.apps.credentials.telling import Known

ALIAS = "default"
ANY_KEY = "ANY"
REST_SECONDS = 1.0
"""For so long after a fault all goes to Django, which should not wait for a second connection."""
SQLITE_TIMEOUT = 5.0
MOMENTS = tuple(Known._fields.index(name) for name in ("valid_from", "valid_until", "changed_at"))
SQLITE_SETUP = "PRAGMA query_only=ON; PRAGMA cache_size=-16000;"

NOT_PREPARED = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.DuplicatePreparedStatement)


class DatabaseAway(Exception):
    """The row can't be read now; Django should try."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A SELECT with the parameters that stand before and after the key that is looked up."""

    sql: str
    before: tuple[Any, ...]
    after: tuple[Any, ...]

    def parameters(self, key: str) -> tuple[Any, ...]:
        """Return all parameters, the key in its place."""
        return (*self.before, key, *self.after)


def compiled(query: QuerySet[Any, Any]) -> Statement:
    """Compile a query for `ANY_KEY` into the statement for every key."""
    sql, parameters = query.query.get_compiler(ALIAS).as_sql()
    place = parameters.index(ANY_KEY)
    return Statement(sql, tuple(parameters[:place]), tuple(parameters[place + 1 :]))


class Reader(ABC):
    """Reads rows by key, in any thread."""

    errors: ClassVar[type[Exception]]

    def __init__(self) -> None:
        """Open nothing yet: a database that is away at the start may come later."""
        self.here = threading.local()
        self.age = settings.DATABASES[ALIAS]["CONN_MAX_AGE"]
        self.statement = compiled(queries.known(ANY_KEY))
        self.document_statement = compiled(queries.document(ANY_KEY))

    def known(self, key: str) -> Known | None:
        """Return the credential with a key. Raises `DatabaseAway`."""
        row = self._row(self.statement, key)
        return self._as_known(row) if row is not None else None

    def document(self, key: str) -> str | None:
        """Return a signed text, empty where the credential has none. Raises `DatabaseAway`."""
        row = self._row(self.document_statement, key)
        return str(row[0]) if row is not None else None

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
        if now < getattr(here, "rest_until", 0.0):
            raise DatabaseAway("There was a fault a moment ago.")
        if getattr(here, "connection", None) is not None and now >= here.old_at:
            self.close()
        if getattr(here, "connection", None) is None:
            here.connection = self._connect()
            here.old_at = now + self.age if self.age is not None else float("inf")
        return here.connection

    @abstractmethod
    def _connect(self) -> Any:
        """Open a connection that can't write."""

    @abstractmethod
    def _fetch(self, connection: Any, statement: Statement, key: str) -> Sequence[Any] | None:
        """Return the one row, or None."""

    def _as_known(self, row: Sequence[Any]) -> Known:
        return Known(*row)


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

    def _as_known(self, row: Sequence[Any]) -> Known:
        """Read moments, which SQLite keeps as texts in UTC."""
        values = list(row)
        for place in MOMENTS:
            if values[place] is not None:
                values[place] = datetime.fromisoformat(values[place]).replace(tzinfo=UTC)
        return Known(*values)


class PostgreSQLReader(Reader):
    """Reads PostgreSQL with Django's own settings, each statement in a transaction of its own.

    Statements are prepared, because planning takes four times as long as running. A connection
    pool that can't bear that shows at the first statement, and from then on none is prepared.
    """

    errors = psycopg.Error
    unprepared = False

    def _connect(self) -> "psycopg.Connection[Any]":
        wanted = connections[ALIAS].get_connection_params()
        for name in ("cursor_factory", "context"):  # Django's own, with its way to read rows.
            wanted.pop(name, None)
        if wanted.get("prepare_threshold") is None and not self.unprepared:
            wanted["prepare_threshold"] = 0
        options = f"{wanted.pop('options', '')} -c default_transaction_read_only=on -c TimeZone=UTC"
        return psycopg.connect(**wanted, options=options.strip(), autocommit=True)

    def _fetch(self, connection: Any, statement: Statement, key: str) -> Sequence[Any] | None:
        try:
            found = connection.execute(statement.sql, statement.parameters(key))
        except NOT_PREPARED:
            self.unprepared = True
            raise
        row: Sequence[Any] | None = found.fetchone()
        return row


def reader_for(database: dict[str, Any]) -> Reader:
    """Return the reader for an entry of the setting `DATABASES`."""
    if database["ENGINE"].endswith("sqlite3"):
        return SQLiteReader(str(database["NAME"]))
    return PostgreSQLReader()


def _for_sqlite(statement: Statement) -> Statement:
    return replace(statement, sql=statement.sql.replace("%s", "?"))
