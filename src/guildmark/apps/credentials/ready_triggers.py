"""Triggers that throw a ready answer away with whatever changes what it is made of.

Models write answers anew when they are saved, see `receivers`. What passes them by, such as raw
SQL, many rows at once or a process of another release, leaves no ready answer behind: then none is
told but Django's own, made of the rows. The only module here that knows the two databases' dialects
of triggers. SQLite loses them when a table is rebuilt, so they are put back after every migration.
"""

from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate

from .models import Credential, ReadyAnswer, StateChange

CREDENTIALS, CHANGES = Credential._meta.db_table, StateChange._meta.db_table
READY = ReadyAnswer._meta.db_table
PREFIX = "ready_answer_goes"
OF_CREDENTIAL = "OLD.number"
OF_CHANGE = f"(SELECT number FROM {CREDENTIALS} WHERE id = NEW.credential_id)"  # noqa: S608 - ours
FORGOTTEN = {
    (CREDENTIALS, "UPDATE"): OF_CREDENTIAL,
    (CREDENTIALS, "DELETE"): OF_CREDENTIAL,
    (CHANGES, "INSERT"): OF_CHANGE,
}
"""By table and verb: the id whose answer goes."""


def install(using: str = "default") -> None:
    """Put the triggers in place, whatever was there."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    create = _create_sqlite if connection.vendor == "sqlite" else _create_postgresql
    with connection.cursor() as cursor:
        for (table, verb), number in FORGOTTEN.items():
            if {table, READY} <= existing:
                for statement in create(table, verb, number):
                    cursor.execute(statement)


def connect(sender: object) -> None:
    """Have the triggers put back once after every `migrate`, when this app's turn comes."""
    post_migrate.connect(_reinstall, sender=sender, dispatch_uid=PREFIX)


def _reinstall(using: str, **_: Any) -> None:
    install(using)


def _name(table: str, verb: str) -> str:
    return f"{PREFIX}_{verb.lower()}_{table}"


def _forget(number: str) -> str:
    return f"DELETE FROM {READY} WHERE number = {number};"  # noqa: S608 - names of ours


def _create_sqlite(table: str, verb: str, number: str) -> list[str]:
    name = _name(table, verb)
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} AFTER {verb} ON {table} BEGIN {_forget(number)} END",
    ]


def _create_postgresql(table: str, verb: str, number: str) -> list[str]:
    name = _name(table, verb)
    return [
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        _FUNCTION.format(name=name, forget=_forget(number)),
        f"CREATE TRIGGER {name} AFTER {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN {forget} RETURN NULL; END $$
"""
