"""Where nobody is independent, nothing hangs in silence and nobody learns what they must not."""

from datetime import datetime

import pytest
from django.test import Client

from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import services as assignments
from guildmark.apps.assignments.states import RelationKind
from guildmark.apps.cases import queries, services
from guildmark.apps.cases.states import State
from guildmark.apps.mail.models import Message
from tests.apps.accounts.factories import administrator, signed_in, staff
from tests.apps.cases.factories import SUBJECT, SUBJECT_KIND, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def only(house: None, at: datetime) -> User:
    """The only decision maker, who decided on the wall, and also gives roles."""
    person = staff(Role.DECISION_MAKER, "only@example.org")
    assignments.record_relation(person, SUBJECT_KIND, SUBJECT, RelationKind.DECIDER, at=at)
    return person


def test_who_opened_it_reads_that_nobody_can_decide_and_what_is_needed(
    client: Client, opener: User, only: User, at: datetime
) -> None:
    case = opened(opener, at=at)
    text = signed_in(client, opener).get(f"/cases/{case.number}/").content.decode()
    assert "Nobody can decide on this now" in text
    assert "somebody independent" in text


def test_the_mail_to_who_opened_it_promises_no_reader_where_nobody_can_decide(
    opener: User, only: User, at: datetime
) -> None:
    opened(opener, at=at)
    mail = Message.objects.get(recipient=opener.email)
    assert "has to find somebody independent first" in mail.text
    assert "will have read it by" not in mail.text
    staff(Role.DECISION_MAKER, "outside@example.org")
    opened(opener, at=at, subject=SUBJECT + 1)
    later = Message.objects.filter(recipient=opener.email).latest("pk")
    assert "will have read it by" in later.text
    assert "has to find somebody" not in later.text


def test_administrators_are_asked_without_learning_which_case(
    client: Client, opener: User, only: User, at: datetime
) -> None:
    boss = administrator("boss@example.org")
    case = opened(opener, at=at)
    mail = Message.objects.get(recipient="boss@example.org")
    desk = signed_in(client, boss).get("/desk/").content.decode()
    assert "Give the role “decision maker” to somebody independent" in desk
    for words in (mail.subject, mail.text, desk):
        assert case.number not in words
        assert "Wall" not in words
        assert opener.email not in words
    assert not Message.objects.filter(recipient="only@example.org").exists()
    assert "Nobody may decide on a case" in desk


def test_nothing_is_said_to_who_is_no_administrator_and_on_a_house_without_cases(
    client: Client, opener: User, only: User, at: datetime
) -> None:
    boss = administrator()
    assert "independent" not in signed_in(client, boss).get("/desk/").content.decode()
    opened(opener, at=at)
    assert "independent" not in signed_in(Client(), only).get("/desk/").content.decode()


def test_it_goes_on_once_somebody_independent_has_the_role(
    client: Client, opener: User, only: User, at: datetime
) -> None:
    case = opened(opener, at=at)
    assert queries.is_any_stuck(at=at)
    outside = staff(Role.DECISION_MAKER, "outside@example.org")
    assert not queries.is_any_stuck(at=at)
    text = signed_in(client, opener).get(f"/cases/{case.number}/").content.decode()
    assert "Nobody can decide" not in text
    assert services.acknowledge(case, actor=outside, at=at).state == State.ACKNOWLEDGED


def test_a_group_in_which_nobody_can_decide_any_more_is_told_to_the_others(
    client: Client, opener: User, decider: User, second: User, at: datetime
) -> None:
    case = services.admit(opened(opener, at=at), reason="Yes.", actor=decider, at=at)
    case = services.assign(case, [second], actor=decider, at=at)
    assignments.record_relation(second, SUBJECT_KIND, SUBJECT, RelationKind.EARLIER_ROLE, at=at)
    text = signed_in(client, decider).get(f"/cases/{case.number}/").content.decode()
    assert "None of those to whom it was given can decide any more" in text
    assert "Choose who decides" in text
