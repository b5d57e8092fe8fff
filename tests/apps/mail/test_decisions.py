"""People learn by mail what others decided about their roles and account, and why."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from guildmark.apps.accounts import queries as people
from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.models import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.services import deliver_due
from guildmark.apps.mail.models import Message
from guildmark.apps.mail.states import DECISION, FAREWELL
from tests.apps.accounts.factories import administrator, member, staff, with_second_factor
from tests.apps.mail.conftest import Sink, Work, part

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]

WHY = "Decided <by> the board & friends."


def granted(ada: User, admin: User, at: datetime) -> None:
    accounts.grant_role(ada, Role.EDITOR, actor=admin, at=at, reason=WHY)


def ended(ada: User, admin: User, at: datetime) -> None:
    accounts.end_role(people.open_grants(ada).get(), actor=admin, at=at, reason=WHY)


def disabled(ada: User, admin: User, at: datetime) -> None:
    accounts.disable_account(ada, actor=admin, at=at, reason=WHY)


def enabled(ada: User, admin: User, at: datetime) -> None:
    User.objects.filter(pk=ada.pk).update(is_active=False)
    accounts.enable_account(ada, actor=admin, at=at, reason=WHY)


def reset(ada: User, admin: User, at: datetime) -> None:
    accounts.reset_second_factors(ada, actor=admin, at=at, reason=WHY)


def reset_by_operator(ada: User, _admin: User, at: datetime) -> None:
    accounts.reset_second_factors(ada, actor=SYSTEM, at=at, reason=WHY)


Decision = Callable[[User, User, datetime], None]
DECISIONS: list[tuple[Decision, Role | None, str, str]] = [
    (granted, None, "You now hold the role editor", "Drafts the text of the standard"),
    (ended, Role.EDITOR, "Your role editor has ended", "answer this mail"),
    (disabled, None, "Your account is disabled", "cannot sign in"),
    (enabled, None, "Your account is enabled again", "You can sign in"),
    (reset, Role.EDITOR, "Your second factors were reset", "https://example.org/account/2fa/"),
    (reset_by_operator, Role.EDITOR, "Your second factors were reset", "did not ask for this"),
]


@pytest.mark.parametrize(("decide", "role", "subject", "says"), DECISIONS)
def test_a_decision_reaches_the_person_it_is_about_with_the_reason(
    decide: Decision,
    role: Role | None,
    subject: str,
    says: str,
    sink: Sink,
    work: Work,
    at: datetime,
) -> None:
    ada = staff(role, "ada@example.org") if role else member("ada@example.org")
    decide(ada, administrator(), at)
    assert sink.mails == []
    deliver_due(at=at)
    work(timezone.now())
    mail = sink.only()
    assert sink.recipients == ["ada@example.org"]
    assert mail["Subject"] == subject
    assert WHY in part(mail, "plain")
    assert says in part(mail, "plain")
    assert "Decided on 2 March 2026, 12:00." in part(mail, "plain")
    assert "Decided &lt;by&gt; the board &amp; friends." in part(mail, "html")
    assert says in part(mail, "html")


@pytest.mark.parametrize("awake", [True, False])
def test_a_mail_about_a_new_role_says_whether_it_sleeps(awake: bool, at: datetime) -> None:
    ada = with_second_factor(member()) if awake else member()
    granted(ada, administrator(), at)
    deliver_due(at=at)
    text = Message.objects.get(user=ada).text
    assert ("sleeps until you set up a second factor" in text) is not awake


def test_a_decision_is_told_once(at: datetime) -> None:
    ada = member()
    granted(ada, administrator(), at)
    deliver_due(at=at)
    deliver_due(at=at + timedelta(days=1))
    assert Message.objects.filter(user=ada, kind=DECISION.name).count() == 1


def test_the_text_of_a_decision_stays_readable_once_it_has_left(
    sink: Sink, work: Work, at: datetime
) -> None:
    granted(member(), administrator(), at)
    deliver_due(at=at)
    work(timezone.now())
    assert len(sink.mails) == 1
    assert WHY in Message.objects.get().text


def test_nobody_is_written_to_when_a_closed_account_loses_its_roles(at: datetime) -> None:
    ada = staff(Role.EDITOR)
    accounts.close_account(ada, actor=ada, at=at)
    assert deliver_due(at=at) == 1
    assert not Message.objects.exclude(kind=FAREWELL.name).exists()


def test_nothing_is_told_to_somebody_whose_account_is_being_closed(at: datetime) -> None:
    ada = member()
    granted(ada, administrator(), at)
    User.objects.filter(pk=ada.pk).update(is_active=False, closed_at=at)
    deliver_due(at=at)
    assert not Message.objects.exists()


def test_what_was_refused_is_not_told(at: datetime) -> None:
    ada = member()
    with pytest.raises(accounts.ReasonMissing):
        accounts.disable_account(ada, actor=administrator(), at=at, reason=" ")
    assert deliver_due(at=at) == 0
    assert not Message.objects.exists()
