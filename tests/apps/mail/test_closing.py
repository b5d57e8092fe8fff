"""When an account is closed, nothing more goes to it and its addresses are gone."""

from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from guildmark.apps.accounts import services as accounts
from guildmark.apps.mail import services
from guildmark.apps.mail.models import MailPreference, Message
from guildmark.apps.mail.states import Frequency
from tests.apps.accounts.factories import member
from tests.apps.mail.conftest import NEWS, Sink, Work, part

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]


def news(to: object, at: datetime) -> Message:
    return services.send(kind="news", to=to, template="news", context={"topic": "X"}, at=at)


def test_closing_stops_what_waits_and_erases_what_has_left(sink: Sink, at: datetime) -> None:
    person, other = member("leaver@example.org"), member()
    EmailAddress.objects.create(user=person, email="second@example.org")
    sent, waiting = news(person, at), news("Second@example.org", at)
    theirs = news(other, at)
    services.deliver(sent.pk, at=at)
    services.change_preferences(person, {NEWS.name: Frequency.NEVER})
    accounts.close_account(person, actor=person, at=at)
    assert not Message.objects.filter(pk=waiting.pk).exists()
    sent.refresh_from_db()
    assert (sent.recipient, sent.subject, sent.text, sent.user) == ("", "", "", None)
    assert not MailPreference.objects.exists()
    assert Message.objects.get(pk=theirs.pk).recipient == other.email
    assert services.deliver(waiting.pk, at=at) is None
    assert len(sink.mails) == 1


def test_the_last_mail_says_what_happened_and_then_forgets_the_address(
    sink: Sink, work: Work, at: datetime
) -> None:
    person = member("leaver@example.org", display_name="Real Name")
    accounts.close_account(person, actor=person, at=at)
    work(timezone.now())
    assert sink.recipients == ["leaver@example.org"]
    mail = sink.only()
    assert mail["Subject"] == "Your account is closed"
    for kind in ("plain", "html"):
        assert "If you did not ask for this, answer this mail." in part(mail, kind)
        assert "Real Name" not in part(mail, kind)
    kept = Message.objects.get()
    assert (kept.user, kept.recipient, kept.text, kept.html) == (None, "", "", "")


def test_a_last_mail_that_cannot_leave_forgets_the_address_as_well(
    sink: Sink, at: datetime
) -> None:
    person = member("leaver@example.org")
    accounts.close_account(person, actor=person, at=at)
    sink.recipient_answer = "550 nobody here"
    services.deliver(Message.objects.get().pk, at=at)
    kept = Message.objects.get()
    assert (kept.state, kept.recipient, kept.text, kept.last_error) == ("dead", "", "", "")
    assert services.retry_dead(at=at) == 0


def test_the_personal_data_list_mails_and_choices(at: datetime) -> None:
    person = member()
    services.change_preferences(person, {NEWS.name: Frequency.DAILY})
    news(person, at)
    data = accounts.export_personal_data(person, at=at)["mail"]
    assert data["preferences"] == {"news": "daily"}
    assert [(each["to"], each["state"]) for each in data["messages"]] == [(person.email, "held")]
