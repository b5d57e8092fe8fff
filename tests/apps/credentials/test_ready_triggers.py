"""A ready answer goes with whatever changes what it is made of, also past the models."""

from datetime import datetime

import pytest
from django.db import connection

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import queries, ready_answers, ready_triggers
from guildmark.apps.credentials.models import Credential, ReadyAnswer, StateChange
from guildmark.apps.credentials.queries import CredentialType
from tests.apps.credentials.factories import awarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def credential(cpap: CredentialType, registrar: User, at: datetime) -> Credential:
    """A credential whose answer is ready."""
    row = awarded(cpap, actor=registrar, at=at)
    assert ReadyAnswer.objects.filter(number=row.number).exists()
    return row


def test_rows_that_are_changed_at_once_leave_no_answer_behind(credential: Credential) -> None:
    Credential.objects.filter(pk=credential.pk).update(state="revoked")
    assert not ReadyAnswer.objects.exists()


def test_raw_statements_leave_none_either(credential: Credential) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE credentials_credential SET state = 'suspended' WHERE id = %s", [credential.pk]
        )
    assert not queries.ready_answers().exists()


def test_a_change_of_state_that_is_written_past_the_model_leaves_none(
    credential: Credential, at: datetime
) -> None:
    change = StateChange(
        credential=credential,
        move="revoke",
        source="active",
        target="revoked",
        cause="issued in error",
        at=at,
    )
    StateChange.objects.bulk_create([change])
    assert not ReadyAnswer.objects.exists()


def test_what_went_is_written_anew_from_the_rows(credential: Credential) -> None:
    Credential.objects.filter(pk=credential.pk).update(state="revoked")
    assert ready_answers.write_missing() == 1
    assert '"revoked"' in ReadyAnswer.objects.get().text
    assert list(ready_answers.untrue()) == []


def test_the_triggers_can_be_put_back_any_time(credential: Credential) -> None:
    ready_triggers.install()
    Credential.objects.filter(pk=credential.pk).update(state="revoked")
    assert not ReadyAnswer.objects.exists()
