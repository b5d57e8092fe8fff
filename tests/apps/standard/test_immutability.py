"""What was released is refused every change by the database itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from guildmark.apps.standard.models import (
    Domain,
    Edition,
    Framework,
    Lineage,
    LineageEnd,
    Requirement,
)
from guildmark.cores.catalog import LineageKind

from .factories import FIRST, a_catalog, changed, edited, following, record, release

pytestmark = pytest.mark.django_db
RELEASED: list[type[models.Model]] = [Edition, Domain, Requirement, Lineage, LineageEnd]


@pytest.fixture(autouse=True)
def released() -> None:
    """Two editions with lineage between them."""
    release(FIRST)
    release(following(FIRST, "1.1", edited(FIRST, "log", statement="Sing."), changed("log")))


def refused(change: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError as refusal:
        return "never change" in str(refusal)
    return False


def columns() -> list[tuple[type[models.Model], str]]:
    """Every column of every released table."""
    return [
        (model, field.column)
        for model in RELEASED
        for field in model._meta.local_concrete_fields
        if field.column and not field.primary_key
    ]


@pytest.mark.parametrize(("model", "column"), columns())
def test_no_column_of_what_was_released_can_be_updated(
    model: type[models.Model], column: str
) -> None:
    assert model._default_manager.exists()
    table = connection.ops.quote_name(model._meta.db_table)
    name = connection.ops.quote_name(column)
    with connection.cursor() as cursor:
        assert refused(lambda: cursor.execute(f"UPDATE {table} SET {name} = {name}"))


@pytest.mark.parametrize("model", RELEASED)
def test_no_row_of_what_was_released_can_be_deleted(model: type[models.Model]) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    before = model._default_manager.count()
    assert before
    with connection.cursor() as cursor:
        assert refused(lambda: cursor.execute(f"DELETE FROM {table}"))
    assert model._default_manager.count() == before


def test_saving_a_row_that_was_released_is_refused() -> None:
    edition = Edition.objects.get(number="1.1")
    edition.title = "Another"
    assert refused(edition.save)
    assert refused(lambda: Requirement.objects.update(statement="The operator shall sing."))


def test_a_frameworks_name_may_change_and_its_key_and_keeper_may_not() -> None:
    Framework.objects.update(name="Another Name", code="AN", summary="Told anew.")
    assert Framework.objects.get().name == "Another Name"
    assert refused(lambda: Framework.objects.update(key="another"))
    assert refused(lambda: Framework.objects.update(external=True))
    assert refused(lambda: Framework.objects.all().delete()) or Framework.objects.exists()


def test_lineage_of_others_may_grow_and_never_change() -> None:
    old = release(a_catalog("4", key="other", external=True))
    domains = {"all": ["drill"]}
    told = record(LineageKind.MOVED, ["log"], ["drill"])
    newer = a_catalog("5", key="other", external=True, domains=domains, supersedes="4")
    new = release(following(newer, "5", None, told, supersedes="4"))
    kept = Lineage.objects.get(older=old, newer=new)
    assert refused(lambda: Lineage.objects.filter(pk=kept.pk).update(rationale="Another."))
    assert refused(lambda: LineageEnd.objects.filter(lineage=kept).update(position=9))
