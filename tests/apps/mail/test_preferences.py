"""People choose how often they want optional mail; security mail always comes."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks.base import Task
from pytest_django import DjangoAssertNumQueries

from guildmark.apps.accounts.models import User
from guildmark.apps.audit.jobs import JobTask
from guildmark.apps.mail import queries, services, slots, unsubscribing
from guildmark.apps.mail.models import Message
from guildmark.apps.mail.states import ACCOUNT, DIGEST, Frequency, Kind, MessageState
from guildmark.apps.mail.tasks import send_daily_digests, send_weekly_digests
from guildmark.cores.slots import Slot
from tests.apps.accounts.factories import member
from tests.apps.mail.conftest import DUTY, NEWS, Sink, Work, part

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("institute")]
PAGE = "/account/mail/"


def news(to: object, at: datetime, topic: str = "PSF-1", kind: Kind = NEWS) -> Message:
    return services.send(kind=kind.name, to=to, template="news", context={"topic": topic}, at=at)


def chosen(person: User, frequency: Frequency) -> User:
    services.change_preferences(person, {NEWS.name: frequency})
    return person


@pytest.mark.parametrize(
    ("frequency", "state"),
    [
        (Frequency.AT_ONCE, MessageState.QUEUED),
        (Frequency.DAILY, MessageState.HELD),
        (Frequency.WEEKLY, MessageState.HELD),
        (Frequency.NEVER, MessageState.CANCELLED),
    ],
)
def test_an_optional_mail_goes_the_way_its_reader_chose(
    at: datetime, frequency: Frequency, state: MessageState
) -> None:
    assert news(chosen(member(), frequency), at).state == state


def test_a_required_mail_comes_whatever_was_chosen(at: datetime) -> None:
    person = chosen(member(), Frequency.NEVER)
    assert news(person, at, kind=DUTY).state == MessageState.QUEUED
    with pytest.raises(services.MailRefused, match="required"):
        services.change_preferences(person, {DUTY.name: Frequency.NEVER})


@pytest.mark.parametrize(
    ("frequency", "state"),
    [
        (Frequency.AT_ONCE, MessageState.QUEUED),
        (Frequency.WEEKLY, MessageState.HELD),
        (Frequency.NEVER, MessageState.CANCELLED),
    ],
)
def test_what_waits_for_a_digest_follows_a_changed_mind(
    at: datetime, frequency: Frequency, state: MessageState
) -> None:
    person = chosen(member(), Frequency.DAILY)
    message = news(person, at)
    chosen(person, frequency)
    message.refresh_from_db()
    assert (message.state, message.frequency) == (state, frequency)


def test_a_digest_puts_each_persons_news_into_one_mail(sink: Sink, work: Work) -> None:
    at = timezone.now()
    ada, bea, cleo = (member() for _ in range(3))
    for person, topics in ((ada, ("one", "two")), (bea, ("three",))):
        for topic in topics:
            news(chosen(person, Frequency.DAILY), at, topic=topic)
    weekly = news(chosen(cleo, Frequency.WEEKLY), at)
    assert services.send_digests(Frequency.DAILY, at=at) == 2
    assert services.send_digests(Frequency.DAILY, at=at) == 0
    work(timezone.now())
    assert sorted(sink.recipients) == sorted([ada.email, bea.email])
    mail = next(mail for mail in sink.mails if mail["To"] == ada.email)
    assert mail["Subject"] == "2 pieces of news"
    for text in (part(mail, "plain"), part(mail, "html")):
        assert text.index("one has changed") < text.index("two has changed")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Message.objects.filter(state=MessageState.BUNDLED.value, text="").count() == 3
    weekly.refresh_from_db()
    assert weekly.state == MessageState.HELD


def test_a_digest_that_fails_takes_no_earlier_one_with_it(work: Work) -> None:
    at = timezone.now()
    ada, bea = member(), member()
    for person in (ada, bea):
        news(chosen(person, Frequency.DAILY), at)
    User.objects.filter(pk=bea.pk).update(email="bea@example.org\nBcc: somebody@example.org")
    send_daily_digests.enqueue()
    work(timezone.now())
    assert queries.messages_to(ada).filter(kind=DIGEST.name).exists()
    assert [each.user_id for each in queries.held_for(Frequency.DAILY)] == [bea.pk]


@pytest.mark.parametrize("digest", [send_daily_digests, send_weekly_digests])
def test_digests_do_not_share_one_transaction(digest: Task[[], None]) -> None:
    assert isinstance(digest, JobTask)
    assert digest.transactional is False


def test_the_page_asks_a_stranger_to_sign_in(client: Client) -> None:
    answer = client.get(PAGE)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_the_page_shows_and_saves_what_somebody_chose(client: Client) -> None:
    person = chosen(member(), Frequency.WEEKLY)
    client.force_login(person)
    page = client.get(PAGE).content.decode()
    assert "What is new in the standard." in page
    assert "What you have agreed to do." in page
    answer = client.post(PAGE, {NEWS.name: "never"})
    assert answer["Location"] == PAGE == reverse("mail:preferences")
    assert queries.frequency(person, NEWS) is Frequency.NEVER


def test_a_choice_that_does_not_exist_is_refused_and_nothing_changes(client: Client) -> None:
    person = chosen(member(), Frequency.WEEKLY)
    client.force_login(person)
    answer = client.post(PAGE, {NEWS.name: "hourly"})
    assert answer.status_code == 200
    assert queries.frequency(person, NEWS) is Frequency.WEEKLY


def test_without_optional_kinds_the_page_says_what_will_appear(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    only: Slot[Kind] = Slot("kinds of mail")
    only.register(ACCOUNT, name=ACCOUNT.name)
    monkeypatch.setattr(slots, "kinds", only)
    client.force_login(member())
    assert "nothing to choose yet" in client.get(PAGE).content.decode()


def test_one_click_in_the_mail_program_stops_the_kind_without_signing_in(
    sink: Sink, work: Work
) -> None:
    person = member()
    news(person, timezone.now())
    work(timezone.now())
    mail = sink.only()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = mail["List-Unsubscribe"].strip(" <>")
    assert url in part(mail, "plain").replace("=\n", "")
    client = Client(enforce_csrf_checks=True)
    path = url.removeprefix("https://example.org")
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert queries.frequency(person, NEWS) is Frequency.NEVER


def test_looking_at_the_link_changes_nothing(client: Client) -> None:
    person = member()
    token = unsubscribing.token(person.pk, [NEWS.name])
    answer = client.get(f"{PAGE}unsubscribe/{token}/")
    assert "News" in answer.content.decode()
    assert queries.frequency(person, NEWS) is Frequency.AT_ONCE


def test_a_changed_link_is_refused_with_another_way(client: Client) -> None:
    person = member()
    token = unsubscribing.token(person.pk, [NEWS.name])
    answer = client.post(f"{PAGE}unsubscribe/{token[:-2]}xx/")
    assert answer.status_code == 400
    assert PAGE in answer.content.decode()
    assert queries.frequency(person, NEWS) is Frequency.AT_ONCE


def test_a_link_cannot_stop_a_required_kind(client: Client) -> None:
    person = member()
    token = unsubscribing.token(person.pk, [DUTY.name])
    assert client.post(f"{PAGE}unsubscribe/{token}/").status_code == 200
    assert queries.frequency(person, DUTY) is Frequency.AT_ONCE


def test_a_required_mail_carries_no_link_to_unsubscribe(sink: Sink, work: Work) -> None:
    news(member(), timezone.now(), kind=DUTY)
    work(timezone.now())
    assert sink.only()["List-Unsubscribe"] is None


@pytest.mark.parametrize("count", [1, 3])
def test_all_preferences_take_one_query(
    count: int, kinds: "Slot[Kind]", django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        kinds.register(Kind(f"more{number}", "More", "More."), name=f"more{number}")
    person = member()
    with django_assert_num_queries(1):
        assert len(queries.frequencies(person)) == count + 1
