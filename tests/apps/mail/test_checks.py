"""The doctor sees mail that does not leave."""

from datetime import datetime, timedelta

import pytest
from django.core.checks import CheckMessage
from django.core.mail import EmailMessage
from django.utils import timezone
from pytest_django import Settings

from guildmark.apps.mail import checks, services
from guildmark.apps.mail.models import Message
from guildmark.apps.mail.states import SECRETS_LAST
from tests.apps.mail.conftest import Sink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]


def news(at: datetime) -> Message:
    return services.send(
        kind="news", to="a@example.org", template="news", context={"topic": "X"}, at=at
    )


def found() -> list[str]:
    messages: list[CheckMessage] = checks.check_mail_messages(databases=["default"])
    assert all(message.hint for message in messages)
    return [str(message.id) for message in messages]


def test_a_mail_that_leaves_is_no_finding(sink: Sink) -> None:
    at = timezone.now()
    services.deliver(news(at).pk, at=at)
    assert found() == []
    assert checks.check_mail_transport(databases=["default"]) == []


@pytest.mark.parametrize(
    ("answer", "finding"), [("451 later", "mail.W001"), ("550 no", "mail.E001")]
)
def test_a_refused_mail_is_a_finding_with_the_servers_words(
    sink: Sink, answer: str, finding: str
) -> None:
    sink.answer = answer
    at = timezone.now()
    services.deliver(news(at).pk, at=at)
    assert found() == [finding]
    assert answer in str(checks.check_mail_messages(databases=["default"])[0].msg)


def test_the_hint_for_dead_mails_says_which_can_be_sent_again(sink: Sink) -> None:
    sink.answer = "550 no"
    at = timezone.now()
    mail = EmailMessage("Choose a password", "Go there.", None, ["a@example.org"])
    for message in (news(at), *services.queue_mail(mail, at=at - SECRETS_LAST)):
        services.deliver(message.pk, at=at)
    assert "retry-mail" in hint()
    assert "erased" not in hint()
    services.forget_old(at=at)
    assert "retry-mail" in hint()
    assert "The text of 1 is erased" in hint()
    Message.objects.filter(kind="news").delete()
    assert "retry-mail" not in hint()


def hint() -> str:
    (finding,) = checks.check_mail_messages(databases=["default"])
    return str(finding.hint)


def test_a_mail_that_nobody_sends_is_a_finding() -> None:
    news(timezone.now() - timedelta(hours=1))
    assert found() == ["mail.W002"]


def test_a_mail_server_that_is_away_is_a_finding(settings: Settings) -> None:
    settings.GUILDMARK_MAIL_URL = "smtp://127.0.0.1:9"
    assert [each.id for each in checks.check_mail_transport(databases=["default"])] == ["mail.E002"]
    settings.GUILDMARK_MAIL_URL = "pigeon:"
    assert [each.id for each in checks.check_mail_transport(databases=["default"])] == ["mail.E003"]


def test_without_a_database_the_checks_stay_silent() -> None:
    assert checks.check_mail_messages() == checks.check_mail_transport() == []
