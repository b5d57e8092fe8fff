"""What authors are told arrives at an SMTP server, also one that refuses or is away for a while."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from guildmark.apps.accounts.queries import User
from guildmark.apps.contributions import queries, services
from guildmark.apps.contributions.queries import Contribution
from guildmark.apps.contributions.services import Decision, Joining
from guildmark.apps.contributions.states import Outcome
from guildmark.apps.mail import services as mail
from guildmark.apps.mail.models import Message
from guildmark.apps.mail.states import PAUSES, MessageState
from tests.apps.accounts.factories import signed_in
from tests.apps.contributions.factories import accepted, acknowledged, feedback, letter
from tests.apps.mail.conftest import Sink, Work, part
from tests.processes import free_port

pytestmark = pytest.mark.django_db
ASKER = "asker@elsewhere.example"
SECOND = timedelta(seconds=1)


def told(sink: Sink, address: str) -> list[str]:
    """The subjects of what arrived for an address, in order."""
    return [str(each["Subject"]) for each in sink.mails if each["To"] == address]


def a_story(holder: User, another: User, triager: User, at: datetime) -> Contribution:
    """Feedback that was read, joined, asked about and accepted."""
    row = acknowledged(feedback(holder, at=at), actor=triager, at=at)
    services.join(row, Joining("Here, too."), actor=another, at=at)
    services.reply(row, "Since when?", actor=triager, at=at)
    return accepted(row, actor=triager, at=at)


def check_story(sink: Sink, row: Contribution) -> None:
    """Author and voice were told of every step, once, and of nothing else."""
    mine, voices = (
        [each for each in told(sink, f"{name}@example.org") if row.number in each]
        for name in ("holder", "another")
    )
    assert len(mine) == len(set(mine)) == 4
    assert len(voices) == len(set(voices)) == 2
    ends = [part(each, "plain") for each in sink.mails if "What became" in str(each["Subject"])]
    assert len(ends) == 2
    assert all("It goes into the register." in each for each in ends)


def test_author_and_voice_are_told_of_every_step(
    holder: User, another: User, triager: User, sink: Sink, work: Work
) -> None:
    row = a_story(holder, another, triager, timezone.now())
    work(timezone.now())
    check_story(sink, row)


def test_a_mail_server_that_is_down_for_a_while_loses_nothing_and_repeats_nothing(
    holder: User, another: User, triager: User, sink: Sink, work: Work, settings: Settings
) -> None:
    here, settings.GUILDMARK_MAIL_URL = (
        settings.GUILDMARK_MAIL_URL, f"smtp://127.0.0.1:{free_port()}"
    )  # fmt: skip
    row = a_story(holder, another, triager, timezone.now())
    work(timezone.now())
    ours = list(Message.objects.filter(subject__contains=row.number))
    assert {each.state for each in ours} == {MessageState.FAILED}
    settings.GUILDMARK_MAIL_URL = here
    later = timezone.now() + PAUSES[0] + SECOND
    for each in [*ours, *ours]:
        mail.deliver(each.pk, at=later)
    check_story(sink, row)


def test_an_answer_that_bounces_stays_with_the_message_and_can_be_sent_again(
    client: Client, triager: User, sink: Sink, work: Work
) -> None:
    now = timezone.now()
    row = letter(None, at=now, token="the-secret")
    sink.recipient_answer = "550 5.1.1 No such mailbox"
    services.reply(row, "In October.", actor=triager, at=now)
    services.dispose(row, Decision(Outcome.ANSWERED, "answered", "Yes."), actor=triager, at=now)
    work(timezone.now())
    assert told(sink, ASKER) == []
    assert {each.state for each in Message.objects.filter(recipient=ASKER)} == {MessageState.DEAD}
    row.refresh_from_db()
    assert (row.outcome, row.replies.get().text) == (Outcome.ANSWERED, "In October.")
    assert queries.is_unreachable(row)
    page = signed_in(client, triager).get(f"/queue/{row.number}/").content.decode()
    assert "could not be delivered to its author" in page
    sink.recipient_answer = "250 OK"
    mail.retry_dead(at=timezone.now())
    work(timezone.now())
    assert len(told(sink, ASKER)) == 3
    assert not queries.is_unreachable(row)


def test_a_forged_address_is_never_written_to(edition: Any, sink: Sink, work: Work) -> None:
    letter(None, at=timezone.now(), suspicion="filled in the hidden field")
    work(timezone.now())
    assert sink.mails == []
