"""Sending in: who may, what it becomes, what its author is told, and nothing twice."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.contributions import queries, services
from guildmark.apps.contributions.services import ContributionRefused, Joining
from guildmark.apps.contributions.services.drafting import DRAFTS_AT_MOST
from guildmark.apps.contributions.states import Kind, Outcome, Standing, State
from guildmark.apps.contributions.targets import TargetUnknown, nothing_yet
from guildmark.apps.credentials import queries as credentials
from guildmark.apps.credentials.states import Move
from guildmark.apps.mail.models import Message
from guildmark.apps.standard.queries import Edition
from tests.apps.accounts.factories import signed_in
from tests.apps.contributions.factories import (
    DETAILS,
    SUMMARY,
    about,
    accepted,
    acknowledged,
    feedback,
    letter,
)
from tests.apps.credentials.factories import moved

pytestmark = pytest.mark.django_db


def subjects(address: str) -> list[str]:
    """The subjects of what was sent to an address, oldest first."""
    rows = Message.objects.filter(recipient=address).order_by("pk")
    return [each.subject for each in rows]


def test_feedback_of_a_holder_comes_in_with_reference_clocks_and_a_mail(
    holder: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    assert row.number.startswith("FB-2026-")
    assert (row.kind, row.state, row.standing) == (Kind.FEEDBACK, State.RECEIVED, Standing.VALID)
    assert row.credential_type == "PRAC"
    assert (row.first_due.isoformat(), row.due.isoformat()) == ("2026-03-09", "2026-04-13")
    assert any(row.number in each for each in subjects("holder@example.org"))


def test_it_keeps_the_permanent_key_and_the_label_of_that_edition(
    holder: User, at: datetime
) -> None:
    row = feedback(holder, at=at, target=about("EX-1.1"))
    assert (row.framework, row.edition, row.domain, row.requirement) == (
        "example",
        "1.0",
        "running",
        "log",
    )
    assert row.target_label == "EX-1.1 Log, edition 1.0"


def test_it_can_be_about_a_domain_or_about_what_nothing_covers(holder: User, at: datetime) -> None:
    domain = feedback(holder, at=at, target=about("running"))
    assert (domain.domain, domain.requirement) == ("running", "")
    nothing = feedback(holder, at=at, target=nothing_yet("example", "1.0"))
    assert (nothing.domain, nothing.requirement, nothing.target_label) == ("", "", "")


def test_a_requirement_that_does_not_exist_is_refused(edition: Edition) -> None:
    with pytest.raises(TargetUnknown, match="no requirement and no domain"):
        about("EX-9.9")


def test_feedback_of_who_holds_nothing_becomes_a_message(stranger: User, at: datetime) -> None:
    row = feedback(stranger, at=at)
    assert (row.kind, row.standing) == (Kind.CONTACT, Standing.NONE)
    assert row.number.startswith("CM-2026-")


def test_feedback_of_an_expired_holder_is_accepted_and_marked(holder: User, at: datetime) -> None:
    row = feedback(holder, at=at + timedelta(days=800))
    assert (row.kind, row.standing) == (Kind.FEEDBACK, Standing.EXPIRED)


def test_a_revoked_credential_does_not_stand_behind_feedback(holder: User, at: datetime) -> None:
    held = credentials.held_by(holder).get()
    moved(held, Move.REVOKE, actor=_registrar(), at=at)
    assert feedback(holder, at=at).kind == Kind.CONTACT


def _registrar() -> User:
    from guildmark.apps.accounts.states import Role
    from tests.apps.accounts.factories import staff

    return staff(Role.REGISTRAR)


def test_a_credential_of_somebody_else_is_refused_at_its_field(
    holder: User, another: User, at: datetime
) -> None:
    number = credentials.held_by(another).get().number
    with pytest.raises(ContributionRefused, match="held by your account") as refused:
        feedback(holder, at=at, credential=number)
    assert refused.value.field == "credential"


@pytest.mark.parametrize("field", ["summary", "details"])
def test_what_is_empty_or_too_long_is_refused_at_its_field(
    field: str, holder: User, at: datetime
) -> None:
    for text in ("  ", "x" * 8001):
        with pytest.raises(ContributionRefused) as refused:
            feedback(holder, at=at, **{field: text})
        assert refused.value.field == field
    assert not queries.own(holder).exists()


def test_who_is_not_signed_in_sends_no_feedback(edition: Edition, at: datetime) -> None:
    with pytest.raises(PermissionRefused):
        feedback(AnonymousUser(), at=at)


def test_a_form_that_is_sent_twice_comes_in_once(holder: User, at: datetime) -> None:
    token = uuid4()
    first, second = (feedback(holder, at=at, sent_as=token) for _ in range(2))
    assert first == second
    assert queries.own(holder).count() == 1


def test_other_words_from_the_same_form_are_not_taken_for_the_first(
    holder: User, another: User, at: datetime
) -> None:
    token = uuid4()
    feedback(holder, at=at, sent_as=token)
    for author, words in ((holder, "Another point altogether."), (another, "A gap.")):
        with pytest.raises(ContributionRefused, match="with other words"):
            feedback(author, at=at, sent_as=token, details=words)


def test_the_draft_ends_and_its_files_go_along(holder: User, at: datetime) -> None:
    token = uuid4()
    draft = services.save_draft(token, "feedback", {"summary": "A"}, actor=holder, at=at)
    file = SimpleUploadedFile("log.txt", b"a line of a log")
    services.attach(draft, file, actor=holder, at=at)
    row = feedback(holder, at=at, sent_as=token)
    assert [each.name for each in row.attachments.all()] == ["log.txt"]
    assert not queries.drafts(holder).exists()


def test_a_full_desk_of_drafts_stops_no_feedback(
    client: Client, holder: User, at: datetime
) -> None:
    for _number in range(DRAFTS_AT_MOST):
        services.save_draft(uuid4(), "feedback", {"summary": "A"}, actor=holder, at=at)
    with pytest.raises(ContributionRefused, match="throw one away"):
        services.save_draft(uuid4(), "feedback", {"summary": "B"}, actor=holder, at=at)
    typed = {"about": "log", "concern": "gap", "summary": SUMMARY, "details": DETAILS}
    files = {"files": SimpleUploadedFile("log.txt", b"a line of a log")}
    answer = signed_in(client, holder).post("/feedback/", {**typed, **files, "draft": str(uuid4())})
    row = queries.own(holder).get()
    assert answer.headers["Location"] == f"/feedback/mine/{row.number}/"
    assert [each.name for each in row.attachments.all()] == ["log.txt"]


def test_a_file_is_removed_without_losing_what_was_typed(
    client: Client, holder: User, another: User, at: datetime
) -> None:
    token, others = uuid4(), uuid4()
    draft = services.save_draft(token, "feedback", {}, actor=holder, at=at)
    kept, dropped = (
        services.attach(draft, SimpleUploadedFile(name, name.encode()), actor=holder, at=at)
        for name in ("kept.txt", "dropped.txt")
    )
    foreign = services.save_draft(others, "feedback", {}, actor=another, at=at)
    not_mine = services.attach(foreign, SimpleUploadedFile("a.txt", b"a"), actor=another, at=at)
    browser = signed_in(client, holder)
    for each in (dropped, not_mine):
        typed = {"draft": str(token), "details": "New words.", "remove": each.pk}
        browser.post("/feedback/draft/", typed)
    row = queries.drafts(holder).get()
    assert row.fields["details"] == "New words."
    assert list(row.attachments.all()) == [kept]
    assert list(foreign.attachments.all()) == [not_mine]


def test_a_stranger_writes_with_an_address_and_gets_a_link(edition: Edition, at: datetime) -> None:
    row = letter(None, at=at, token="the-secret")
    assert (row.author, row.author_email) == (None, "asker@elsewhere.example")
    assert row.secret == services.digest("the-secret")
    text = Message.objects.get(recipient="asker@elsewhere.example").text
    assert f"https://example.org/contact/{row.number}/the-secret/" in text


def test_a_stranger_without_an_address_can_not_be_answered(edition: Edition, at: datetime) -> None:
    with pytest.raises(ContributionRefused) as refused:
        letter(None, at=at, email="nowhere")
    assert refused.value.field == "email"


def test_nobody_is_written_to_because_of_what_looks_like_a_machine(
    edition: Edition, at: datetime
) -> None:
    letter(None, at=at, suspicion="filled in the hidden field")
    assert not Message.objects.filter(recipient="asker@elsewhere.example").exists()


def test_a_voice_joins_once_and_is_told_what_became_of_it(
    holder: User, another: User, triager: User, at: datetime
) -> None:
    row = acknowledged(feedback(holder, at=at), actor=triager, at=at)
    wanted = Joining("We lost a week of logs, too.", in_production=True)
    first, second = (services.join(row, wanted, actor=another, at=at) for _ in range(2))
    assert first == second
    accepted(row, actor=triager, at=at)
    assert any("What became" in each for each in subjects("another@example.org"))


def test_authors_do_not_join_their_own_and_strangers_have_no_voice(
    holder: User, stranger: User, triager: User, at: datetime
) -> None:
    row = acknowledged(feedback(holder, at=at), actor=triager, at=at)
    with pytest.raises(PermissionRefused, match="You wrote this"):
        services.join(row, Joining("Again."), actor=holder, at=at)
    with pytest.raises(ContributionRefused, match="holds a credential"):
        services.join(row, Joining("Me too."), actor=stranger, at=at)


def test_nobody_joins_what_is_not_published(holder: User, another: User, at: datetime) -> None:
    with pytest.raises(PermissionRefused):
        services.join(feedback(holder, at=at), Joining("Me too."), actor=another, at=at)


def test_who_left_does_not_come_again(
    holder: User, another: User, triager: User, at: datetime
) -> None:
    row = acknowledged(feedback(holder, at=at), actor=triager, at=at)
    services.join(row, Joining("Me too."), actor=another, at=at)
    services.leave(row, actor=another, at=at)
    assert not queries.joined(another).exists()
    with pytest.raises(ContributionRefused, match="took your voice back"):
        services.join(row, Joining("Me too."), actor=another, at=at)


def test_an_author_withdraws_and_others_do_not(holder: User, another: User, at: datetime) -> None:
    row = feedback(holder, at=at)
    with pytest.raises(PermissionRefused):
        services.withdraw(row, actor=another, at=at)
    taken = services.withdraw(row, actor=holder, at=at)
    assert (taken.state, taken.outcome) == (State.DISPOSED, Outcome.WITHDRAWN)
    with pytest.raises(PermissionRefused, match="decided already"):
        services.withdraw(taken, actor=holder, at=at)


def test_similar_feedback_is_found_by_its_public_summary_only(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at, details="Zebra stripes are mentioned here.")
    text = "logs of tool calls are nowhere mentioned"
    assert queries.similar_public(text) == []
    acknowledged(row, actor=triager, at=at)
    assert [each.contribution for each in queries.similar_public(text)] == [row]
    assert queries.similar_public("zebra stripes") == []
    assert queries.similar_public(text, leaving_out=holder) == []


def test_a_stranger_finds_the_link_in_every_mail(triager: User, at: datetime) -> None:
    form = uuid4()
    row = letter(None, at=at, sent_as=form, token=services.secret_of(form))
    services.reply(row, "In October.", actor=triager, at=at)
    texts = Message.objects.filter(recipient=row.author_email).values_list("text", flat=True)
    assert len(texts) == 2
    assert all(f"/contact/{row.number}/{services.secret_of(form)}/" in each for each in texts)


def test_a_stranger_who_wants_to_send_feedback_is_told_both_ways(
    client: Client, edition: Edition
) -> None:
    page = client.get("/feedback/?about=log").content.decode()
    assert "?next=/feedback/%3Fabout%3Dlog" in page
    assert 'href="/contact/"' in page


def test_who_joined_reads_their_own_words_and_nobody_else_does(
    client: Client, holder: User, another: User, triager: User, at: datetime
) -> None:
    row = acknowledged(feedback(holder, at=at), actor=triager, at=at)
    services.join(row, Joining("We lost a week."), actor=another, at=at)
    place = f"/feedback/{row.number}/"
    assert "We lost a week." in signed_in(client, another).get(place).content.decode()
    assert "We lost a week." not in signed_in(client, holder).get(place).content.decode()
