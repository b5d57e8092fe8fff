"""A mail leaves exactly when its transaction says so, and survives a mail server in a bad mood."""

from datetime import datetime, timedelta

import pytest
from allauth.account import app_settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.core.mail.message import BadHeaderError
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from guildmark.apps.institute.models import Institute
from guildmark.apps.mail import services
from guildmark.apps.mail.models import Message
from guildmark.apps.mail.queries import UnknownKind
from guildmark.apps.mail.states import PAUSES, SECRETS_LAST, MessageState
from tests.apps.accounts.factories import member
from tests.apps.mail.conftest import Sink, Work, part
from tests.processes import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]

LINK = "https://example.org/account/password/reset/key/1-secret/"
SECOND = timedelta(seconds=1)


def news(at: datetime, to: object = "reader@example.org", topic: str = "PSF-1") -> Message:
    return services.send(kind="news", to=to, template="news", context={"topic": topic}, at=at)


def test_a_mail_reaches_the_server_as_text_and_html(
    sink: Sink, work: Work, institute: Institute
) -> None:
    now = timezone.now()
    message = news(now, topic="Logs & <traces>")
    assert sink.mails == []
    assert work(timezone.now()) == 1
    mail = sink.only()
    assert sink.recipients == ["reader@example.org"]
    assert mail["Subject"] == "News about Logs & <traces>"
    assert mail["From"] == f"{institute.name} <noreply@example.org>"
    assert mail["Reply-To"] == "office@example.org"
    assert mail["Message-ID"] == message.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert part(mail, "plain").startswith("Logs & <traces> has changed.")
    assert "Example Institute" in part(mail, "plain")
    assert "Logs &amp; &lt;traces&gt; has changed." in part(mail, "html")
    assert 'href="https://example.org/standard/"' in part(mail, "html")
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert message.sent_at is not None


def test_a_mail_of_a_transaction_that_is_rolled_back_never_leaves(sink: Sink, work: Work) -> None:
    with transaction.atomic():
        news(timezone.now())
        transaction.set_rollback(True)
    assert Message.objects.count() == 0
    assert work(timezone.now()) == 0
    assert sink.mails == []


def test_what_django_sends_goes_through_the_queue(sink: Sink, work: Work) -> None:
    send_mail("Hello", "A text.", None, ["a@example.org", "b@example.org"])
    assert sink.mails == []
    work(timezone.now())
    assert sorted(sink.recipients) == ["a@example.org", "b@example.org"]
    assert [mail["To"] for mail in sink.mails] == ["a@example.org", "b@example.org"]


def test_html_that_a_library_composed_is_kept(sink: Sink, work: Work) -> None:
    mail = EmailMultiAlternatives("Hello", "A text.", None, ["a@example.org"])
    mail.attach_alternative("<p>Its own dress</p>", "text/html")
    mail.send()
    work(timezone.now())
    assert "Its own dress" in part(sink.only(), "html")


def test_a_second_run_of_the_job_sends_nothing(sink: Sink, work: Work) -> None:
    message = news(timezone.now())
    work(timezone.now())
    assert services.deliver(message.pk, at=timezone.now()) is None
    assert len(sink.mails) == 1


def test_a_mail_whose_worker_was_killed_is_sent_again_with_the_same_message_id(
    sink: Sink, at: datetime
) -> None:
    message = news(at)
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING.value, attempts=1)
    again = services.deliver(message.pk, at=at)
    assert again is not None
    assert again.state == MessageState.SENT
    assert again.attempts == 2
    assert sink.only()["Message-ID"] == message.message_id


@pytest.mark.parametrize("place", ["answer", "recipient_answer"])
def test_a_temporary_refusal_is_tried_again_after_a_pause(
    sink: Sink, work: Work, place: str
) -> None:
    setattr(sink, place, "451 4.7.1 Greylisted, come back later")
    message = news(timezone.now())
    work(timezone.now())
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert "451" in message.last_error
    assert message.next_attempt_at is not None
    setattr(sink, place, "250 OK")
    work(message.next_attempt_at - timedelta(seconds=1))
    assert sink.mails == []
    assert services.deliver(message.pk, at=message.next_attempt_at) is not None
    assert len(sink.mails) == 1


@pytest.mark.parametrize("place", ["answer", "recipient_answer"])
def test_a_permanent_refusal_ends_the_message_at_once(sink: Sink, work: Work, place: str) -> None:
    setattr(sink, place, "550 5.1.1 No such mailbox")
    message = news(timezone.now())
    work(timezone.now())
    message.refresh_from_db()
    assert message.state == MessageState.DEAD
    assert "No such mailbox" in message.last_error
    assert message.attempts == 1


def test_a_server_that_is_away_is_tried_until_the_pauses_are_used_up(
    settings: Settings, at: datetime
) -> None:
    settings.GUILDMARK_MAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    message = news(at)
    for number in range(len(PAUSES)):
        services.deliver(message.pk, at=at)
        message.refresh_from_db()
        assert message.state == MessageState.FAILED, number
        assert message.next_attempt_at == at + PAUSES[number]
        at = message.next_attempt_at
    services.deliver(message.pk, at=at)
    message.refresh_from_db()
    assert message.state == MessageState.DEAD
    assert "ConnectionRefusedError" in message.last_error


def test_a_dead_mail_can_be_queued_again_once_the_cause_is_mended(sink: Sink, work: Work) -> None:
    sink.answer = "554 5.7.1 Blocked"
    news(timezone.now())
    work(timezone.now())
    sink.answer = "250 OK"
    assert services.retry_dead(at=timezone.now()) == 1
    work(timezone.now())
    assert len(sink.mails) == 1


def test_the_text_of_a_mail_with_secret_links_is_erased_once_it_has_left(
    sink: Sink, work: Work
) -> None:
    send_mail("Choose a password", f"Go to {LINK}", None, ["reader@example.org"])
    work(timezone.now())
    assert LINK in part(sink.only(), "plain")
    message = Message.objects.get()
    assert (message.state, message.text, message.html) == ("sent", "", "")


def reset_link(sink: Sink, at: datetime) -> Message:
    """A mail with a secret link that was given up."""
    sink.answer = "554 5.7.1 Blocked"
    mail = EmailMessage("Choose a password", f"Go to {LINK}", None, ["reader@example.org"])
    (message,) = services.queue_mail(mail, at=at)
    services.deliver(message.pk, at=at)
    sink.answer = "250 OK"
    message.refresh_from_db()
    assert message.state == MessageState.DEAD
    return message


def test_a_mail_with_a_secret_link_can_be_sent_again_while_the_link_is_good(
    sink: Sink, at: datetime
) -> None:
    message = reset_link(sink, at)
    services.forget_old(at=at + SECRETS_LAST - SECOND)
    assert services.retry_dead(at=at + SECRETS_LAST - SECOND) == 1
    services.deliver(message.pk, at=at + SECRETS_LAST)
    assert LINK in part(sink.only(), "plain")
    message.refresh_from_db()
    assert (message.state, message.text) == (MessageState.SENT, "")


def test_the_text_of_a_dead_mail_with_a_secret_link_is_erased_when_the_link_is_no_good(
    sink: Sink, at: datetime
) -> None:
    message = reset_link(sink, at)
    assert services.retry_dead(at=at + SECRETS_LAST) == 0
    message.refresh_from_db()
    assert (message.state, message.text, message.html) == (MessageState.DEAD, "", "")


def test_a_daily_job_erases_secrets_of_dead_mails_and_keeps_the_texts_of_others(
    sink: Sink, at: datetime
) -> None:
    secret = reset_link(sink, at)
    sink.answer = "554 5.7.1 Blocked"
    other = news(at)
    services.deliver(other.pk, at=at)
    services.forget_old(at=at + SECRETS_LAST)
    assert Message.objects.get(pk=secret.pk).text == ""
    assert Message.objects.get(pk=other.pk).text != ""


def test_a_secret_lasts_at_least_as_long_as_the_links_do(settings: Settings) -> None:
    assert timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT) <= SECRETS_LAST
    assert timedelta(days=app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS) <= SECRETS_LAST


def test_a_sender_that_is_refused_can_be_mended_before_any_mail_is_given_up(
    sink: Sink, at: datetime
) -> None:
    sink.sender_answer = "553 5.7.1 You are not noreply@example.org"
    message = news(at)
    services.deliver(message.pk, at=at)
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert "553" in message.last_error


@pytest.mark.parametrize(
    "answer",
    [
        "553 5.7.1 <a@example.org>: Sender address rejected: not owned by user",
        "550 5.1.8 Sender's domain does not exist",
    ],
)
def test_a_sender_that_is_refused_late_is_tried_again_too(
    sink: Sink, at: datetime, answer: str
) -> None:
    sink.recipient_answer = answer
    message = news(at)
    services.deliver(message.pk, at=at)
    message.refresh_from_db()
    assert message.state == MessageState.FAILED


def test_a_line_break_cannot_smuggle_a_header_into_a_mail(at: datetime) -> None:
    for mail in (
        EmailMessage("Hello\nBcc: victim@example.org", "A text.", None, ["a@example.org"]),
        EmailMessage("Hello", "A text.", None, ["a@example.org\nBcc: victim@example.org"]),
        EmailMessage("Hello", "A text.", None, ["a@example.org"], headers={"X-A": "1\nBcc: b"}),
    ):
        with pytest.raises(BadHeaderError):
            services.queue_mail(mail, at=at)
    with pytest.raises(BadHeaderError):
        news(at, to="a@example.org\nBcc: victim@example.org")
    assert Message.objects.count() == 0


def test_a_line_break_in_a_topic_becomes_a_blank(at: datetime) -> None:
    message = news(at, topic="one\r\nBcc: victim@example.org")
    assert message.subject == "News about one Bcc: victim@example.org"


def test_an_attachment_is_refused_with_a_better_way(at: datetime) -> None:
    mail = EmailMessage("Hello", "A text.", None, ["a@example.org"])
    mail.attach("report.csv", "1,2", "text/csv")
    with pytest.raises(services.MailRefused, match="link"):
        services.queue_mail(mail, at=at)


def test_an_unknown_kind_is_refused_by_name(at: datetime) -> None:
    with pytest.raises(UnknownKind, match=r"gossip.*news"):
        services.send(kind="gossip", to="a@example.org", template="news", context={}, at=at)


def test_old_messages_that_have_ended_are_forgotten(sink: Sink, at: datetime) -> None:
    sent, waiting = news(at), news(at)
    services.deliver(sent.pk, at=at)
    assert services.forget_old(at=at + timedelta(days=89)) == 0
    assert services.forget_old(at=at + timedelta(days=91)) == 1
    assert list(Message.objects.all()) == [waiting]


def test_a_mail_is_written_in_the_time_zone_of_its_reader(at: datetime) -> None:
    person = member()
    person.time_zone = "Asia/Tokyo"
    person.save()
    message = services.send(
        kind="news", to=person, template="moment", context={"moment": at}, at=at
    )
    assert message.text == "At 21:00."
