"""The life of a message is a table, and the database knows no other states."""

import pytest
from django.db import IntegrityError, transaction

from guildmark.apps.mail.models import Message
from guildmark.apps.mail.states import MESSAGE, PAUSES, MessageState
from guildmark.cores.lifecycle import TransitionRefused
from tests.conftest import NOON

LEGAL = {
    ("queued", "hold"): "held",
    ("queued", "take"): "sending",
    ("queued", "cancel"): "cancelled",
    ("held", "release"): "queued",
    ("held", "bundle"): "bundled",
    ("held", "cancel"): "cancelled",
    ("sending", "take"): "sending",
    ("sending", "deliver"): "sent",
    ("sending", "postpone"): "failed",
    ("sending", "give_up"): "dead",
    ("failed", "take"): "sending",
    ("failed", "cancel"): "cancelled",
    ("dead", "retry"): "queued",
}
NAMES = sorted({transition.name for transition in MESSAGE.transitions})


@pytest.mark.parametrize("state", list(MessageState))
@pytest.mark.parametrize("name", NAMES)
def test_each_state_allows_exactly_the_moves_of_the_table(state: MessageState, name: str) -> None:
    if target := LEGAL.get((state.value, name)):
        assert MESSAGE.target(state, name) == target
    else:
        with pytest.raises(TransitionRefused):
            MESSAGE.target(state, name)


def test_the_pauses_between_attempts_grow_and_end_within_two_days() -> None:
    assert list(PAUSES) == sorted(PAUSES)
    assert sum(pause.total_seconds() for pause in PAUSES) < 2 * 24 * 3600


@pytest.mark.django_db
def test_the_database_refuses_an_unknown_state() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(kind="news", message_id="<1@x>", created_at=NOON, state="lost")


@pytest.mark.django_db
def test_the_database_refuses_a_sent_message_without_a_date() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(kind="news", message_id="<1@x>", created_at=NOON, state="sent")
