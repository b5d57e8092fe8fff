"""Triggers: what they refuse, that they come back, and that a missing one is noticed."""

from collections.abc import Callable
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from guildmark.apps.accounts.states import Role
from guildmark.apps.audit import immutability
from guildmark.apps.audit.models import Event, EventDetail, LedgerEntry
from guildmark.apps.audit.services import sequence_pending
from guildmark.apps.credentials.services import TakenComponent, record_component
from guildmark.apps.credentials.states import Move, Outcome
from guildmark.site.demo.institute import PROGRAMME
from tests.apps.accounts.factories import member, staff
from tests.apps.audit.wall import Painted, record
from tests.apps.contributions.factories import a_whole_story
from tests.apps.credentials.factories import a_type, awarded, moved
from tests.apps.practitioners.factories import a_whole_record

pytestmark = pytest.mark.django_db
Change = Callable[[], object]


@pytest.fixture(autouse=True)
def written(institute: None, at: datetime) -> None:
    """One event with a ledger entry, a standard, a suspended credential, a contested decision."""
    record(Painted("red"), subject="a", at=at)
    call_command("load_programme", str(PROGRAMME), verbosity=0, stdout=StringIO())
    registrar = staff(Role.REGISTRAR)
    kind = a_type("ONE", at=at, second_person=(), components=("exam", "panel"))
    made = awarded(kind, actor=registrar, at=at)
    passed = TakenComponent(kind, "exam", Outcome.PASSED, "exams.sitting:1")
    record_component(
        member(display_name="Ada"), passed, reason="For a test.", actor=registrar, at=at
    )
    moved(made, Move.SUSPEND, actor=registrar, at=at)
    a_whole_story(at)
    a_whole_record(member("record@practice.example"), checker=registrar, at=at)
    sequence_pending(at=at)


def refused(change: Change) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError as refusal:
        return "never change" in str(refusal)
    return False


PROTECTED = [
    each.model
    for each in immutability.protections()
    if not each.deletable and not each.except_columns
]


@pytest.mark.parametrize("model", PROTECTED)
def test_rows_of_a_protected_table_can_be_neither_changed_nor_deleted(
    model: type[models.Model],
) -> None:
    rows = model._default_manager.all()
    table = connection.ops.quote_name(model._meta.db_table)
    assert rows.exists()
    column = next(field.column for field in model._meta.fields if not field.primary_key)
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with connection.cursor() as cursor:
            assert refused(lambda: cursor.execute(statement))  # noqa: B023 - called at once


def test_details_can_be_erased_but_not_changed() -> None:
    EventDetail.objects.update(actor_salt=b"")
    assert refused(lambda: EventDetail.objects.update(reason="Another."))
    EventDetail.objects.all().delete()
    assert not EventDetail.objects.exists()


def test_a_protected_table_cannot_be_truncated() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with connection.cursor() as cursor:
        assert refused(lambda: cursor.execute("TRUNCATE audit_ledgernode"))


def test_a_missing_trigger_is_noticed_and_migrating_puts_it_back() -> None:
    assert immutability.missing() == []
    immutability.uninstall()
    assert "audit_event" in immutability.missing()
    call_command("migrate", verbosity=0)
    assert immutability.missing() == []
    assert refused(lambda: Event.objects.update(version=7))


ENTRIES = LedgerEntry._meta.db_table
TRIGGER = f"keep_update_{ENTRIES}"
AFRESH = f"DROP TRIGGER {TRIGGER} ON {ENTRIES}; CREATE TRIGGER {TRIGGER} "
EACH = f"ON {ENTRIES} FOR EACH ROW"
REFUSES = f"BEGIN SELECT RAISE(ABORT, '{ENTRIES}: rows of this table never change'); END"
PLPGSQL = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW;"
LET_THROUGH = f"CREATE FUNCTION let_through() {PLPGSQL} END $$"
WEAKENED = {
    "sqlite": [
        f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE ON {ENTRIES} BEGIN SELECT 1; END",
        f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE ON {ENTRIES} WHEN 0 {REFUSES}",
    ],
    "postgresql": [
        f"ALTER TABLE {ENTRIES} DISABLE TRIGGER {TRIGGER}",
        f"{AFRESH} BEFORE UPDATE {EACH} WHEN (false) EXECUTE FUNCTION keep_refuse()",
        f"{AFRESH} BEFORE UPDATE OF leaf {EACH} EXECUTE FUNCTION keep_refuse()",
        f"{AFRESH} BEFORE INSERT {EACH} EXECUTE FUNCTION keep_refuse()",
        f"{LET_THROUGH}; {AFRESH} BEFORE UPDATE {EACH} EXECUTE FUNCTION let_through()",
    ],
}


@pytest.mark.parametrize("number", range(5))
def test_a_weakened_trigger_is_noticed(number: int) -> None:
    statements = WEAKENED[connection.vendor]
    if number >= len(statements):
        pytest.skip("this database knows fewer ways to weaken a trigger")
    connection.check_constraints()  # PostgreSQL alters no table that has checks outstanding.
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {TRIGGER}")
        cursor.execute(statements[number])
    assert immutability.missing() == [ENTRIES]


def test_a_hollow_function_is_noticed_on_every_table() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's triggers call no function")
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION keep_refuse() {PLPGSQL} RAISE EXCEPTION 'x'; END $$"
        )
    assert immutability.missing() == [each.table for each in immutability.protections()]


FRESH = {"id": "NULL", "uuid": "lower(hex(randomblob(16)))", "version": "version + 100"}


def replace(table: str, kept: set[str]) -> Change:
    """Write the rows of a table once more, with fresh values but for the keys that are kept."""
    with connection.cursor() as cursor:
        names = [
            each.name for each in connection.introspection.get_table_description(cursor, table)
        ]
    values = [FRESH[name] if name in FRESH and name not in kept else f'"{name}"' for name in names]
    columns, chosen = ", ".join(f'"{name}"' for name in names), ", ".join(values)
    statement = f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {chosen} FROM {table}"
    return lambda: connection.cursor().execute(statement)


@pytest.mark.parametrize("kept", [{"id"}, {"uuid"}, {"subject", "version"}])
def test_an_event_cannot_be_replaced_by_one_with_the_same_key(kept: set[str]) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no REPLACE")
    before = list(Event.objects.order_by("pk").values())
    assert refused(replace("audit_event", kept))
    assert list(Event.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("protection", immutability.protections(), ids=lambda each: each.table)
def test_the_rows_of_no_protected_table_can_be_replaced(
    protection: immutability.Protection,
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no REPLACE")
    assert refused(replace(protection.table, set(FRESH)))


def test_a_table_without_the_trigger_that_refuses_to_replace_is_noticed() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no REPLACE")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER keep_insert_audit_event")
    assert immutability.missing() == ["audit_event"]


def test_excepted_columns_may_change_and_others_not() -> None:
    known = dict(immutability._protections)
    immutability.protect(Event, except_columns=["name"])
    try:
        immutability.install()
        assert immutability.missing() == []
        Event.objects.update(name="tests:wall:renamed")
        assert refused(lambda: Event.objects.update(subject="b"))
        assert refused(lambda: Event.objects.update(version=7))
    finally:
        immutability._protections.update(known)
        immutability.install()
