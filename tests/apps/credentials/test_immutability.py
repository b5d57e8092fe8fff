"""What was awarded, and what happened to it, is kept as it was by the database itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials.models import Credential, StateChange
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.credentials.states import Move
from tests.apps.credentials.factories import awarded, moved

KEPT = ["id", "key", "number", "type_id", "awarded_at", "valid_from", "valid_until", "taken_over"]
PROTECTED: list[type[models.Model]] = [Credential, StateChange]


@pytest.fixture(autouse=True)
def made(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    """A credential that was suspended."""
    found = awarded(cpap, actor=registrar, at=at)
    moved(found, Move.SUSPEND, actor=registrar, at=at)
    return found


def refused(change: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError as refusal:
        return "never change" in str(refusal)
    return False


def statement(text: str, *values: Any) -> Callable[[], Any]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(text, values)

    return run


def columns(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.local_concrete_fields if field.column]


def update(model: type[models.Model], column: str) -> Callable[[], Any]:
    """Give a column the value of the same column, which changes it only where nothing is kept."""
    table = connection.ops.quote_name(model._meta.db_table)
    name = connection.ops.quote_name(column)
    return statement(f"UPDATE {table} SET {name} = {name}")


@pytest.mark.parametrize("column", [each for each in columns(StateChange) if each != "id"])
def test_no_column_of_a_change_can_be_updated(column: str) -> None:
    assert StateChange.objects.exists()
    assert refused(update(StateChange, column))


OTHERS: dict[str, Any] = {
    "key": "ANOTHER",
    "number": "ANOTHER",
    "awarded_at": "2020-01-01 00:00:00+00:00",
    "valid_from": "2020-01-01 00:00:00+00:00",
    "valid_until": "2099-01-01 00:00:00+00:00",
    "taken_over": True,
}


@pytest.mark.parametrize("column", OTHERS)
def test_id_and_dates_of_a_credential_never_change(column: str) -> None:
    text = f"UPDATE credentials_credential SET {column} = %s"
    assert refused(statement(text, OTHERS[column]))
    assert refused(statement("UPDATE credentials_credential SET valid_until = NULL"))


def test_the_type_of_a_credential_never_changes() -> None:
    assert refused(statement("UPDATE credentials_credential SET type_id = type_id + 1"))


@pytest.mark.parametrize("column", [each for each in columns(Credential) if each not in KEPT])
def test_what_can_happen_to_a_credential_can_be_written(column: str) -> None:
    update(Credential, column)()


def test_exactly_these_columns_of_a_credential_are_kept() -> None:
    from guildmark.apps.audit.immutability import protections

    (kept,) = [each.columns for each in protections() if each.model is Credential]
    assert sorted(kept) == sorted(KEPT)


@pytest.mark.parametrize("model", PROTECTED)
def test_no_credential_and_no_change_can_be_deleted(model: type[models.Model]) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    assert refused(statement(f"DELETE FROM {table}"))
    assert model._default_manager.count() == 1


def test_saving_a_changed_number_is_refused(made: Credential) -> None:
    made.number = "CPAP-2026-ANOTHER"
    assert refused(made.save)
    assert refused(lambda: StateChange.objects.update(cause="cleared"))


Odd = tuple[type[models.Model], dict[str, Any], str]
ODD: list[Odd] = [
    (Credential, {"state": "lost"}, "credential_state_is_known"),
    (Credential, {"shown_as": "everything"}, "credential_shown_as_is_known"),
]


@pytest.mark.parametrize(("model", "values", "name"), ODD)
def test_the_database_knows_what_a_credential_can_be(
    model: type[models.Model], values: dict[str, Any], name: str
) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model._default_manager.update(**values)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"move": "lose"}, "state_change_move_is_known"),
        ({"cause": "bad mood"}, "state_change_cause_is_known"),
    ],
)
def test_the_database_knows_what_a_change_can_be(
    made: Credential, registrar: User, at: datetime, values: dict[str, Any], name: str
) -> None:
    good = {"move": "revoke", "cause": "issued in error", "source": "active", "target": "revoked"}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        StateChange.objects.create(credential=made, actor=registrar, at=at, **{**good, **values})


def test_nobody_is_the_second_person_of_themselves(
    made: Credential, registrar: User, at: datetime
) -> None:
    with pytest.raises(IntegrityError, match="second_is_another"), transaction.atomic():
        StateChange.objects.create(
            credential=made, actor=registrar, second_person=registrar, at=at, move="revoke",
            cause="issued in error", source="active", target="revoked",
        )  # fmt: skip


def test_two_credentials_have_no_place_in_a_list_together(
    made: Credential, cpap: CredentialType, registrar: User, at: datetime
) -> None:
    other = awarded(cpap, actor=registrar, at=at)
    made.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        Credential.objects.filter(pk=other.pk).update(status_index=made.status_index)
