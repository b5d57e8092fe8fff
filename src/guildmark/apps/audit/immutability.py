"""Tables whose rows never change: triggers on both databases refuse it.

A context protects a model where it declares it: `protect(Edition)`. The triggers are put back
after every migration, because SQLite loses them when a table is rebuilt. This module is the only
one that knows the two databases' dialects of triggers.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

PREFIX = "keep"


@dataclass(frozen=True)
class Protection:
    """What the triggers of one table refuse."""

    model: type[models.Model]
    except_columns: tuple[str, ...] = ()
    deletable: bool = False

    @property
    def table(self) -> str:
        """The protected table."""
        return self.model._meta.db_table

    @property
    def columns(self) -> list[str]:
        """The columns that never change."""
        every = (field.column for field in self.model._meta.local_concrete_fields)
        return [column for column in every if column and column not in self.except_columns]

    @property
    def keys(self) -> list[list[str]]:
        """The columns, or groups of columns, of which no two rows have the same."""
        meta = self.model._meta
        columns = {field.name: field.column or "" for field in meta.local_concrete_fields}
        single = [[columns[field.name]] for field in meta.local_concrete_fields if field.unique]
        groups = [each.fields for each in meta.total_unique_constraints]
        return single + [[columns[name] for name in names] for names in groups]

    @property
    def verbs(self) -> tuple[str, ...]:
        """The statements that are refused."""
        return ("UPDATE",) if self.deletable else ("UPDATE", "DELETE")


_protections: dict[str, Protection] = {}


def protect(
    model: type[models.Model], *, except_columns: Sequence[str] = (), deletable: bool = False
) -> None:
    """Refuse to update or delete the rows of a model from the next migration on.

    `except_columns` may change all the same; with `deletable` rows may go but not change.
    """
    protection = Protection(model, tuple(except_columns), deletable)
    _protections[model._meta.label] = protection


def protections() -> list[Protection]:
    """Return every protection, by table."""
    return sorted(_protections.values(), key=lambda each: each.table)


def install(using: str = "default") -> None:
    """Put the triggers of every existing protected table in place, whatever was there."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for statement in _preparation(connection):
            cursor.execute(statement)
        for name, statement, table in _wanted(connection):
            if table in existing:
                cursor.execute(_drop(connection, name, table))
                cursor.execute(statement)


def uninstall(using: str = "default") -> None:
    """Remove the triggers, as only a test that empties its tables may do."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for name, _statement, table in _wanted(connection):
            if table in existing:
                cursor.execute(_drop(connection, name, table))


def missing(using: str = "default") -> list[str]:
    """Return the protected tables that lack a trigger or have one that was changed."""
    connection = connections[using]
    present = _present(connection)
    return sorted(
        {
            table
            for name, statement, table in _wanted(connection)
            if present.get(name) != _definition(connection, statement)
        }
    )


def reinstall(using: str, **_: Any) -> None:
    """Put the triggers back after a migration."""
    install(using)


def connect(sender: object) -> None:
    """Have the triggers put back once after every `migrate`, when this app's turn comes."""
    post_migrate.connect(reinstall, sender=sender, dispatch_uid=PREFIX)


def _preparation(connection: BaseDatabaseWrapper) -> list[str]:
    return [] if connection.vendor == "sqlite" else [_REFUSAL]


def _wanted(connection: BaseDatabaseWrapper) -> list[tuple[str, str, str]]:
    """Return name, creating statement and table of every trigger."""
    create = _create_sqlite if connection.vendor == "sqlite" else _create_postgresql
    wanted = []
    for protection in protections():
        for verb in (*protection.verbs, *_beyond_rows(connection, protection)):
            name = f"{PREFIX}_{verb.lower()}_{protection.table}"
            wanted.append((name, create(name, verb, protection), protection.table))
    return wanted


def _beyond_rows(connection: BaseDatabaseWrapper, protection: Protection) -> tuple[str, ...]:
    """Ways round the other triggers: SQLite's REPLACE deletes a row and asks no DELETE trigger."""
    if connection.vendor == "sqlite":
        return ("INSERT",)
    return () if protection.deletable else ("TRUNCATE",)


def _create_sqlite(name: str, verb: str, protection: Protection) -> str:
    when = _when(verb, protection, "IS NOT")
    refusal = f"{protection.table}: rows of this table never change"
    return (
        f'CREATE TRIGGER "{name}" BEFORE {verb} ON "{protection.table}" {when}'
        f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    )


def _create_postgresql(name: str, verb: str, protection: Protection) -> str:
    when = _when(verb, protection, "IS DISTINCT FROM")
    each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
    return (
        f'CREATE TRIGGER "{name}" BEFORE {verb} ON "{protection.table}" FOR EACH {each} {when}'
        "EXECUTE FUNCTION keep_refuse()"
    )


def _when(verb: str, protection: Protection, differs: str) -> str:
    if verb == "INSERT":
        return f"WHEN {' OR '.join(_replacing(protection))} "
    if verb != "UPDATE" or not protection.except_columns:
        return ""
    changed = (f'OLD."{column}" {differs} NEW."{column}"' for column in protection.columns)
    return f"WHEN ({' OR '.join(changed)}) "


def _replacing(protection: Protection) -> Iterator[str]:
    """Say for each key that a row has it already, which a plain INSERT would refuse anyway."""
    for key in protection.keys:
        same = " AND ".join(f'"{column}" = NEW."{column}"' for column in key)
        yield f'EXISTS (SELECT 1 FROM "{protection.table}" WHERE {same})'  # noqa: S608 - no input


def _drop(connection: BaseDatabaseWrapper, name: str, table: str) -> str:
    on_table = "" if connection.vendor == "sqlite" else f' ON "{table}"'
    return f'DROP TRIGGER IF EXISTS "{name}"{on_table}'


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return the definitions of the triggers that are in force."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(_SQLITE_TRIGGERS)
        else:
            cursor.execute(_POSTGRESQL_TRIGGERS, [_REFUSAL_BODY])
        return {name: _definition(connection, made) for name, made in cursor.fetchall()}


def _definition(connection: BaseDatabaseWrapper, statement: str) -> str:
    """Return what a statement defines; PostgreSQL writes it anew, with its own brackets and casts.

    The conditions used here join comparisons by OR only, so no bracket changes their meaning.
    """
    if connection.vendor == "sqlite":
        return statement
    return re.sub(r'::text|[\s()"]', "", statement).lower()


_SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_POSTGRESQL_TRIGGERS = """
SELECT t.tgname, pg_get_triggerdef(t.oid, true) FROM pg_trigger t
JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_language l ON l.oid = p.prolang
WHERE t.tgenabled IN ('O', 'A') AND pg_table_is_visible(t.tgrelid)
AND l.lanname = 'plpgsql' AND p.prosrc = %s
"""
_REFUSAL_BODY = """
BEGIN
    RAISE EXCEPTION '%: rows of this table never change', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
"""
_REFUSAL = (
    "CREATE OR REPLACE FUNCTION keep_refuse() RETURNS trigger LANGUAGE plpgsql "
    f"AS $${_REFUSAL_BODY}$$"
)
