"""Holders are told in time that a credential ends, and each of them once."""

from datetime import datetime, timedelta

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.credentials.reminders import remind
from guildmark.apps.credentials.states import Move
from guildmark.apps.mail.models import Message
from tests.apps.credentials.factories import awarded, moved


def endings() -> int:
    return Message.objects.filter(subject__contains="ends on").count()


def test_a_holder_is_told_ninety_and_thirty_days_before_the_end(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    assert made.valid_until is not None
    told = [
        remind(at=made.valid_until - timedelta(days=days)) for days in (91, 90, 89, 31, 30, 1, 0)
    ]
    assert told == [0, 1, 0, 0, 1, 0, 0]
    assert endings() == 2


def test_who_is_past_both_days_is_told_once(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    assert made.valid_until is not None
    late = made.valid_until - timedelta(days=5)
    assert [remind(at=late), remind(at=late)] == [1, 0]


def test_nobody_is_told_about_what_holds_no_more(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    moved(made, Move.REVOKE, actor=registrar, at=at)
    assert made.valid_until is not None
    assert remind(at=made.valid_until - timedelta(days=5)) == 0
