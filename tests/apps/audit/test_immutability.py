"""Triggers: what they refuse, that they come back, and that a missing one is noticed."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from guildmark.apps.audit import immutability
from guildmark.apps.audit.models import Event, EventDetail, LedgerEntry
from guildmark.apps.audit.services import sequence_pending
from tests.apps.audit.wall import Painted, record

pytestmark = pytest.mark.django_db
Change = Callable[[], object]


@pytest.fixture(autouse=True)
def written(institute: None, at: datetime) -> None:
    """One event with a ledger entry."""
    record(Painted("red"), subject="a", at=at)
    sequence_pending(at=at)


def refused(change: Change) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError as refusal:
        return "never change" in str(refusal)
    return False


PROTECTED = [each.model for each in immutability.protections() if not each.deletable]


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


def test_a_weakened_trigger_is_noticed() -> None:
    table = LedgerEntry._meta.db_table
    name = f"keep_update_{table}"
    connection.check_constraints()  # PostgreSQL alters no table that has checks outstanding.
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER "{name}"')
            cursor.execute(f'CREATE TRIGGER "{name}" BEFORE UPDATE ON {table} BEGIN SELECT 1; END')
        else:
            cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
    assert immutability.missing() == [table]


def test_excepted_columns_may_change_and_others_not() -> None:
    known = dict(immutability._protections)
    immutability.protect(Event, except_columns=["name"])
    try:
        immutability.install()
        Event.objects.update(name="tests:wall:renamed")
        assert refused(lambda: Event.objects.update(subject="b"))
        assert refused(lambda: Event.objects.update(version=7))
    finally:
        immutability._protections.update(known)
        immutability.install()
