"""The queue: who may do what with it, and what each step leaves behind."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import services as assignments
from guildmark.apps.audit.models import Event
from guildmark.apps.contributions import contests, policies, queries, services
from guildmark.apps.contributions.models import Step
from guildmark.apps.contributions.queries import Contribution
from guildmark.apps.contributions.services import ContributionRefused, Decision, Joining, Part
from guildmark.apps.contributions.states import (
    CONTRIBUTION,
    Kind,
    Move,
    Outcome,
    State,
    Trace,
)
from guildmark.apps.mail.models import Message
from guildmark.apps.practitioners import queries as practice
from guildmark.cores.lifecycle import TransitionRefused
from tests.apps.accounts.factories import member, signed_in, staff
from tests.apps.contributions.factories import (
    DETAILS,
    about,
    accepted,
    acknowledged,
    certified,
    declined,
    feedback,
    letter,
)
from tests.apps.practitioners.factories import employer, works

pytestmark = pytest.mark.django_db
SINCE = date(2025, 1, 1)


def moves(row: Contribution) -> list[str]:
    """What happened to a contribution, in order."""
    return [each.move for each in queries.steps(row)]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REGISTRAR, Role.SUPPORT, Role.AUDITOR])
def test_feedback_is_decided_on_by_triage_only(
    role: Role, holder: User, at: datetime, edition: Any
) -> None:
    row = feedback(holder, at=at)
    with pytest.raises(PermissionRefused):
        acknowledged(row, actor=staff(role), at=at)


def test_support_answers_messages(at: datetime, edition: Any) -> None:
    row = letter(None, at=at)
    wanted = Decision(Outcome.ANSWERED, "answered", "In October.")
    ended = services.dispose(row, wanted, actor=staff(Role.SUPPORT), at=at)
    assert (ended.state, ended.outcome) == (State.DISPOSED, Outcome.ANSWERED)


def test_a_decision_on_what_nobody_acknowledged_publishes_a_summary(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    bare = Decision(Outcome.DECLINED, "covered-already", "EX-1.1 says so.")
    with pytest.raises(ContributionRefused) as refused:
        services.dispose(row, bare, actor=triager, at=at)
    assert refused.value.field == "public_summary"
    wanted = replace(bare, public_summary="Logs of tool calls are not asked for")
    services.dispose(row, wanted, actor=triager, at=at)
    assert queries.published().get().public_summary == wanted.public_summary


def test_nothing_is_in_review_that_nobody_can_follow(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    with pytest.raises(ContributionRefused, match="Acknowledge it first"):
        services.review(row, actor=triager, at=at)
    services.review(acknowledged(row, actor=triager, at=at), actor=triager, at=at)
    message = letter(holder, at=at)
    assert services.review(message, actor=triager, at=at).state == State.IN_REVIEW


def test_parts_hold_the_authors_words_only(holder: User, triager: User, at: datetime) -> None:
    row = feedback(holder, at=at, seen="It was in\nMarch.")
    good = Part(about("log"), "Logs", "An agent  called tools\nIt was in March.")
    for words in ("An agent called tools, I think.", "called  agents"):
        with pytest.raises(ContributionRefused, match="did not write"):
            services.split(
                row, [good, Part(about("log"), "B", words)], text="Two.", actor=triager, at=at
            )
    assert len(services.split(row, [good, good], text="Two.", actor=triager, at=at)) == 2


def test_what_is_taken_back_is_due_when_it_was(
    holder: User, another: User, triager: User, at: datetime
) -> None:
    row, other = feedback(holder, at=at), feedback(another, at=at)
    later = at + timedelta(days=50)
    joined = services.merge(row, other, text="The same.", actor=triager, at=later)
    again = services.unmerge(joined, reason="It is not.", actor=triager, at=later)
    assert (again.state, again.next_due) == (State.IN_REVIEW, row.due)


def test_nothing_is_aimed_where_it_is_aimed_already(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    with pytest.raises(ContributionRefused, match="there already"):
        services.aim(row, about("log"), reason="It is.", actor=triager, at=at)


def test_a_machine_gets_no_answer_in_words(triager: User, edition: Any, at: datetime) -> None:
    row = letter(None, at=at, suspicion="filled in the hidden field")
    wanted = Decision(Outcome.DECLINED, "unwanted", "")
    assert services.dispose(row, wanted, actor=triager, at=at).outcome == Outcome.DECLINED


def test_a_second_tab_tells_who_was_faster_and_keeps_the_words(
    client: Client, holder: User, triager: User, at: datetime
) -> None:
    row, browser = feedback(holder, at=at), signed_in(client, triager)
    acknowledged(row, actor=triager, at=at)
    place = f"/queue/{row.number}/acknowledge/"
    answer = browser.post(place, {"public_summary": "My other wording"})
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "Somebody else was faster: it is “acknowledged” by now" in page
    assert 'value="My other wording"' in page
    assert browser.get(place).headers["Location"] == f"/queue/{row.number}/"


def test_a_decided_one_is_not_decided_again_and_an_old_form_says_how_it_ended(
    client: Client, holder: User, triager: User, at: datetime
) -> None:
    row, browser = feedback(holder, at=at), signed_in(client, triager)
    declined(row, actor=triager, at=at)
    place = f"/queue/{row.number}/decide/"
    assert browser.get(place).headers["Location"] == f"/queue/{row.number}/"
    typed = {"reason_code": "declined:covered-already", "text": "My long answer."}
    page = browser.post(place, typed).content.decode()
    assert "it is “declined” by now" in page
    assert "My long answer.</textarea>" in page


def test_the_queue_shows_where_the_author_wrote_last(
    client: Client, holder: User, triager: User, at: datetime
) -> None:
    row, browser = feedback(holder, at=at), signed_in(client, triager)
    services.reply(row, "Since when?", actor=triager, at=at)
    assert "the author wrote" not in browser.get("/queue/").content.decode()
    services.reply(row, "Since March.", actor=holder, at=at + timedelta(hours=1))
    assert "the author wrote" in browser.get("/queue/").content.decode()


def test_who_joins_two_reads_both(
    client: Client, holder: User, another: User, triager: User, at: datetime
) -> None:
    row, other = feedback(holder, at=at), feedback(another, at=at, details="Words of the other.")
    page = signed_in(client, triager).get(f"/queue/{row.number}/merge/?into={other.number}")
    assert "Words of the other." in page.content.decode()


def test_what_nobody_may_decide_on_is_told_at_once_to_who_grants_roles_and_to_its_author(
    client: Client, triager: User, at: datetime
) -> None:
    administrator = staff(Role.ADMINISTRATOR, "chair@example.org")
    assert queries.undecidable(at=at) == frozenset()
    author = certified("author@example.org", at=at)
    row = feedback(author, at=at)
    assert queries.undecidable(at=at) == frozenset()
    assignments.declare(queries.SUBJECT_KIND, row.pk, reason="A friend.", actor=triager, at=at)
    assert queries.undecidable(at=at) == {row.pk}
    assert [services.tell_undecidable(at=at) for _again in range(2)] == [1, 0]
    assert Message.objects.filter(recipient=administrator.email, subject__contains="nobody").count()
    page = signed_in(client, author).get(f"/feedback/mine/{row.number}/").content.decode()
    assert "Nobody may decide on this now." in page
    desk = signed_in(client, administrator).get("/desk/").content.decode()
    assert "Nobody may decide on 1 contribution" in desk
    assert row.summary not in desk
    staff(Role.TRIAGE, "outside@example.org")
    assert queries.undecidable(at=at) == frozenset()
    assert services.tell_undecidable(at=at) == 0


def test_the_page_of_one_leads_to_the_next_that_is_free(
    client: Client, holder: User, triager: User, at: datetime
) -> None:
    first, taken, free = (
        feedback(holder, at=at + timedelta(days=n), summary=f"Point {n}") for n in range(3)
    )
    services.claim(taken, actor=staff(Role.TRIAGE, "other@example.org"), at=at)
    page = signed_in(client, triager).get(f"/queue/{first.number}/").content.decode()
    assert f'href="/queue/{free.number}/">Next: Point 2' in page
    assert "Next: Point 1" not in page


def test_one_part_more_keeps_what_was_typed(
    client: Client, holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    typed = {"parts": "2", "part1-summary": "The second point", "text": "Two.", "more": "1"}
    answer = signed_in(client, triager).post(f"/queue/{row.number}/split/", typed)
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.OK
    assert 'value="The second point"' in page
    assert 'name="part2-summary"' in page
    assert "Two.</textarea>" in page
    assert not row.parts.exists()


def test_an_author_who_triages_does_not_decide_on_their_own(triager: User, at: datetime) -> None:
    row = feedback(triager, at=at)
    assert not queries.visible_to(triager, at=at).filter(pk=row.pk).exists()
    with pytest.raises(PermissionRefused, match="conflict of interest"):
        services.claim(row, actor=triager, at=at)


def test_a_colleague_of_the_author_sees_nothing_and_decides_nothing(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    assert queries.visible_to(triager, at=at).get() == row
    firm = employer(actor=holder, at=at)
    for person in (holder, triager):
        works(person, firm, at=at, begins=SINCE)
    assert not queries.visible_to(triager, at=at).exists()
    with pytest.raises(PermissionRefused, match="Somebody else decides"):
        declined(row, actor=triager, at=at)


def test_a_voice_and_a_declared_conflict_hide_it_too(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    declared = assignments.declare(
        queries.SUBJECT_KIND, row.pk, reason="I advised them.", actor=triager, at=at
    )
    assert not queries.visible_to(triager, at=at).exists()
    assignments.withdraw(declared, actor=triager, at=at)
    assert queries.visible_to(triager, at=at + timedelta(seconds=1)).exists()


def test_two_people_do_not_take_the_same_on(holder: User, triager: User, at: datetime) -> None:
    row = feedback(holder, at=at)
    second = staff(Role.TRIAGE)
    services.claim(row, actor=triager, at=at)
    services.claim(row, actor=triager, at=at)
    with pytest.raises(ContributionRefused, match="has taken this on"):
        services.claim(row, actor=second, at=at)
    services.release(row, actor=triager, at=at)
    assert services.claim(row, actor=second, at=at).claimed_by == second
    assert moves(row) == [Trace.SEND, Trace.CLAIM, Trace.RELEASE, Trace.CLAIM]


def test_acknowledging_publishes_the_summary_that_was_given(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    assert not queries.published().exists()
    services.acknowledge(row, public_summary="Logs of tools", actor=triager, at=at)
    assert queries.published().get().public_summary == "Logs of tools"
    with pytest.raises(ContributionRefused) as refused:
        services.summarise(row, public_summary=" ", actor=triager, at=at)
    assert refused.value.field == "public_summary"
    services.summarise(row, public_summary="Logs of tool calls", actor=triager, at=at)
    assert moves(row)[-1] == Trace.SUMMARISE


def test_a_decision_needs_a_reason_of_the_list_and_words(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    for wanted, field in (
        (Decision(Outcome.DECLINED, "because", "No."), "reason_code"),
        (Decision(Outcome.ACCEPTED, "covered-already", "Yes."), "reason_code"),
        (Decision(Outcome.ANSWERED, "answered", "Well."), "outcome"),
        (Decision(Outcome.DUPLICATE, "same-point", "The same."), "outcome"),
        (Decision(Outcome.DECLINED, "covered-already", " "), "text"),
    ):
        with pytest.raises(ContributionRefused) as refused:
            services.dispose(row, wanted, actor=triager, at=at)
        assert refused.value.field == field
    row.refresh_from_db()
    assert row.state == State.RECEIVED


def test_a_decision_is_told_recorded_and_final(holder: User, triager: User, at: datetime) -> None:
    row = declined(feedback(holder, at=at), actor=triager, at=at)
    assert (row.outcome, row.reason_code) == (Outcome.DECLINED, "covered-already")
    assert row.acknowledged_at == at
    mail = Message.objects.filter(recipient=holder.email).latest("pk")
    assert "EX-1.1 says so since 1.0." in mail.text
    events = Event.objects.filter(subject=f"contributions.contribution:{row.pk}")
    assert events.filter(name="contributions:contribution:disposed").count() == 1
    with pytest.raises(TransitionRefused):
        declined(row, actor=triager, at=at)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("move", list(Move))
def test_the_table_has_these_arrows_and_no_others(state: State, move: Move) -> None:
    arrows = {
        Move.ACKNOWLEDGE: {State.RECEIVED},
        Move.REVIEW: {State.RECEIVED, State.ACKNOWLEDGED},
        Move.DISPOSE: {State.RECEIVED, State.ACKNOWLEDGED, State.IN_REVIEW},
        Move.WITHDRAW: {State.RECEIVED, State.ACKNOWLEDGED, State.IN_REVIEW},
        Move.REOPEN: {State.DISPOSED},
    }
    assert (move in CONTRIBUTION.available(state)) == (state in arrows[move])


def test_nothing_can_be_deleted_and_words_do_not_change(holder: User, at: datetime) -> None:
    row = feedback(holder, at=at)
    for act in (
        lambda: Contribution.objects.filter(pk=row.pk).update(details="Something else."),
        lambda: Step.objects.filter(contribution=row).delete(),
        lambda: Contribution.objects.filter(pk=row.pk)._raw_delete("default"),
        lambda: Contribution.objects.filter(pk=row.pk).update(state="disposed"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_aiming_elsewhere_keeps_where_it_came_from(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    aimed = services.aim(row, about("review"), reason="It is a review.", actor=triager, at=at)
    assert aimed.requirement == "review"
    assert "Before: EX-1.1 Log, edition 1.0." in queries.steps(row).last().text  # type: ignore[union-attr] # it has steps


def test_a_duplicate_goes_on_with_the_other_and_can_be_let_go(
    holder: User, another: User, triager: User, at: datetime
) -> None:
    one, other = feedback(holder, at=at), feedback(another, at=at)
    joined = services.merge(one, other, text="Both miss tool calls.", actor=triager, at=at)
    assert (joined.outcome, joined.merged_into) == (Outcome.DUPLICATE, other)
    assert moves(other)[-1] == Trace.MERGE
    back = services.unmerge(joined, reason="One is about agents.", actor=triager, at=at)
    assert (back.state, back.outcome, back.merged_into) == (State.IN_REVIEW, "", None)
    assert moves(back)[-2:] == [Move.DISPOSE, Move.REOPEN]
    assert moves(other)[-2:] == [Trace.MERGE, Trace.UNMERGE]


def test_joining_refuses_itself_chains_and_what_was_withdrawn(
    holder: User, another: User, triager: User, at: datetime
) -> None:
    one, two, three = (feedback(holder, at=at) for _ in range(3))
    gone = services.withdraw(feedback(another, at=at), actor=another, at=at)
    services.merge(one, two, text="The same.", actor=triager, at=at)
    for row, into, why in (
        (three, three, "another one than this"),
        (three, one, "itself joined"),
        (three, gone, "was decided on"),
        (two, three, "Others are joined"),
        (letter(holder, at=at), three, "Only framework feedback"),
    ):
        with pytest.raises(ContributionRefused, match=why):
            services.merge(row, into, text="The same.", actor=triager, at=at)


def test_a_triager_in_conflict_with_the_other_one_does_not_join_to_it(
    holder: User, triager: User, at: datetime
) -> None:
    own = feedback(triager, at=at)
    with pytest.raises(PermissionRefused):
        services.merge(feedback(holder, at=at), own, text="The same.", actor=triager, at=at)


def test_what_makes_two_points_is_split_and_the_split_can_be_taken_back(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    parts = [
        Part(about("log"), "Logs", DETAILS),
        Part(about("review"), "Review", "the log held the answers only."),
    ]
    made = services.split(row, parts, text="Two points.", actor=triager, at=at + timedelta(days=9))
    assert [each.author for each in made] == [holder, holder]
    assert {each.due for each in made} == {row.due}
    row.refresh_from_db()
    assert (row.outcome, row.reason_code) == (Outcome.CONVERTED, "split")
    back = services.unsplit(row, reason="It is one.", actor=triager, at=at + timedelta(days=10))
    assert back.state == State.IN_REVIEW
    assert {each.state for each in row.parts.all()} == {State.DISPOSED}


def test_a_split_stays_once_a_part_was_decided_on(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    parts = [
        Part(about("log"), "Logs", DETAILS),
        Part(about("review"), "Review", "the log held the answers only."),
    ]
    first, _second = services.split(row, parts, text="Two points.", actor=triager, at=at)
    declined(first, actor=triager, at=at)
    with pytest.raises(ContributionRefused, match="decided on or joined"):
        services.unsplit(row, reason="It is one.", actor=triager, at=at)


def test_a_message_is_turned_into_feedback_of_the_same_author(
    stranger: User, triager: User, at: datetime
) -> None:
    row = letter(stranger, at=at)
    part = Part(about("log"), "Logs of tools", "We plan our audits by it.")
    made = services.convert(row, part, text="It is about the log.", actor=triager, at=at)
    assert (made.kind, made.author) == (Kind.FEEDBACK, stranger)
    row.refresh_from_db()
    assert (row.outcome, moves(row)[-1]) == (Outcome.CONVERTED, Trace.CONVERT)


def test_messages_go_both_ways(holder: User, triager: User, at: datetime) -> None:
    row = services.claim(feedback(holder, at=at), actor=triager, at=at)
    services.reply(row, "Which tools?", actor=triager, at=at)
    assert "Which tools?" in Message.objects.filter(recipient=holder.email).latest("pk").text
    services.reply(row, "All of them.", actor=holder, at=at)
    assert "All of them." in Message.objects.filter(recipient=triager.email).latest("pk").text
    with pytest.raises(PermissionRefused):
        services.reply(row, "I read along.", actor=member(), at=at)


def test_what_is_overdue_is_told_once_and_only_to_who_may_read_it(
    holder: User, triager: User, at: datetime
) -> None:
    feedback(holder, at=at)
    feedback(triager, at=at)
    late = at + timedelta(days=30)
    assert services.escalate(at=late) == 2
    assert services.escalate(at=late) == 0
    told = Message.objects.filter(recipient=triager.email, subject__contains="longer").get()
    assert told.text.count("FB-2026-") == 1


def test_who_grants_roles_is_told_that_nobody_may_decide(triager: User, at: datetime) -> None:
    chief = staff(Role.ADMINISTRATOR)
    feedback(triager, at=at)
    services.escalate(at=at + timedelta(days=30))
    told = Message.objects.get(recipient=chief.email, subject__contains="nobody may decide")
    assert "FB-" not in told.text


def test_policy_and_list_agree_for_every_role(
    holder: User, another: User, triager: User, at: datetime
) -> None:
    firm = employer(actor=holder, at=at)
    works(holder, firm, at=at, begins=SINCE)
    actors = [staff(role) for role in Role] + [holder, another, triager]
    works(actors[1], firm, at=at, begins=SINCE)
    rows = [feedback(holder, at=at), feedback(triager, at=at), letter(another, at=at)]
    for actor in actors:
        listed = {each.pk for each in queries.visible_to(actor, at=at)}
        allowed = {each.pk for each in rows if policies.CONTRIBUTION_READ.allows(actor, each)}
        assert listed == allowed


def test_a_contest_that_is_upheld_opens_it_again_for_other_people(
    holder: User, triager: User, at: datetime
) -> None:
    row = declined(feedback(holder, at=at), actor=triager, at=at)
    services.contest(row, statement="1.1 says nothing of tools.", actor=holder, at=at)
    with pytest.raises(ContributionRefused, match="once already"):
        services.contest(row, statement="Still not.", actor=holder, at=at)
    services.carry_out(row.pk, upheld=True, why="It was upheld.", actor=None, at=at)
    services.carry_out(row.pk, upheld=True, why="It was upheld.", actor=None, at=at)
    row.refresh_from_db()
    assert row.state == State.IN_REVIEW
    with pytest.raises(PermissionRefused):
        accepted(row, actor=triager, at=at)
    assert accepted(row, actor=staff(Role.TRIAGE), at=at).outcome == Outcome.ACCEPTED


def test_a_voice_of_the_triager_hides_it(holder: User, at: datetime, triager: User) -> None:
    row = acknowledged(feedback(holder, at=at), actor=triager, at=at)
    second = staff(Role.TRIAGE, "second@example.org")
    from guildmark.apps.credentials import queries as credentials
    from tests.apps.credentials.factories import awarded

    kind = credentials.type_by_code("PRAC")
    assert kind is not None
    awarded(kind, actor=staff(Role.REGISTRAR), at=at, email=second.email)
    services.join(row, Joining("The same here."), actor=second, at=at)
    assert not queries.visible_to(second, at=at).exists()


def test_a_conflict_with_a_duplicate_is_one_with_what_it_was_joined_to(
    holder: User, another: User, triager: User, at: datetime
) -> None:
    second = staff(Role.TRIAGE)
    firm = employer(actor=another, at=at)
    works(another, firm, at=at, begins=SINCE)
    works(second, firm, at=at, begins=SINCE)
    main, copy = feedback(holder, at=at), feedback(another, at=at)
    assert queries.visible_to(second, at=at).get() == main
    joined = services.merge(copy, main, text="The same.", actor=triager, at=at)
    assert not queries.visible_to(second, at=at).exists()
    services.unmerge(joined, reason="Not quite.", actor=triager, at=at)
    later = at + timedelta(seconds=1)
    assert queries.visible_to(second, at=later).get() == main


def test_parts_keep_every_conflict_of_the_whole(holder: User, triager: User, at: datetime) -> None:
    row, second = feedback(holder, at=at), staff(Role.TRIAGE)
    assignments.recuse(queries.SUBJECT_KIND, row.pk, reason="My case.", actor=second, at=at)
    parts = [
        Part(about("log"), "Logs", DETAILS),
        Part(about("review"), "Review", "the log held the answers only."),
    ]
    services.split(row, parts, text="Two points.", actor=triager, at=at)
    assert not queries.visible_to(second, at=at).exists()
    assert queries.visible_to(triager, at=at).count() == 3


def test_who_writes_signed_out_does_not_decide_on_the_own_message(
    triager: User, at: datetime
) -> None:
    letter(None, at=at, email=triager.email)
    assert not queries.visible_to(triager, at=at).exists()


def test_a_claim_of_somebody_in_conflict_brings_them_no_mail(
    holder: User, triager: User, at: datetime
) -> None:
    row = services.claim(feedback(holder, at=at), actor=triager, at=at)
    assignments.recuse(queries.SUBJECT_KIND, row.pk, reason="My case.", actor=triager, at=at)
    second = staff(Role.TRIAGE)
    services.reply(row, "One thing more.", actor=holder, at=at)
    told = Message.objects.filter(text__contains="One thing more.")
    assert [each.recipient for each in told] == [second.email]
    assert services.release(row, actor=second, at=at).claimed_by is None


def test_what_looked_like_a_machine_is_written_to_once_a_person_was_found(
    triager: User, at: datetime
) -> None:
    token = uuid4()
    secret = services.secret_of(token)
    row = letter(None, at=at, suspicion="too many", token=secret, sent_as=token)
    with pytest.raises(ContributionRefused, match="a person wrote it"):
        services.reply(row, "Hello?", actor=triager, at=at)
    services.vouch(row, actor=triager, at=at)
    told = Message.objects.get(recipient="asker@elsewhere.example")
    assert secret in told.text
    assert moves(row) == [Trace.SEND, Trace.VOUCH]


def test_everybody_behind_a_duplicate_is_told_what_became_of_the_other_and_counts_once(
    holder: User, another: User, triager: User, at: datetime
) -> None:
    main = acknowledged(feedback(holder, at=at), actor=triager, at=at)
    copy = feedback(another, at=at)
    services.merge(copy, main, text="The same.", actor=triager, at=at)
    accepted(main, actor=triager, at=at)
    main.refresh_from_db()
    assert queries.voice_count(main) == 2
    told = Message.objects.filter(recipient=another.email, text__contains=main.number)
    assert told.filter(subject__contains=main.number).count() == 1
    points = practice.contributions(another)
    assert [each.kind for each in points] == ["feedback"]


def test_its_author_can_not_take_back_what_others_were_joined_to(
    holder: User, another: User, triager: User, at: datetime
) -> None:
    main, copy = feedback(holder, at=at), feedback(another, at=at)
    services.merge(copy, main, text="The same.", actor=triager, at=at)
    with pytest.raises(ContributionRefused, match="Others were joined"):
        services.withdraw(main, actor=holder, at=at)


def test_who_decides_on_a_contest_reads_the_decision_also_after_it_fell(
    holder: User, triager: User, at: datetime
) -> None:
    row = declined(feedback(holder, at=at), actor=triager, at=at)
    services.contest(row, statement="No.", actor=holder, at=at)
    before = contests.told(row.pk)
    services.carry_out(row.pk, upheld=True, why="Upheld.", actor=None, at=at)
    assert contests.told(row.pk) == before
    assert "The decision: declined." in before[1]


def test_a_contest_does_not_overturn_a_later_decision(
    holder: User, another: User, triager: User, at: datetime
) -> None:
    main, copy = feedback(another, at=at), feedback(holder, at=at)
    joined = services.merge(copy, main, text="The same.", actor=triager, at=at)
    services.contest(joined, statement="It is not.", actor=holder, at=at)
    back = services.unmerge(joined, reason="True.", actor=triager, at=at)
    accepted(back, actor=triager, at=at)
    services.carry_out(back.pk, upheld=True, why="Upheld.", actor=None, at=at)
    back.refresh_from_db()
    assert back.outcome == Outcome.ACCEPTED


def test_the_decision_has_a_clock_of_its_own_after_the_first_answer_was_late(
    holder: User, triager: User, at: datetime
) -> None:
    row = feedback(holder, at=at)
    assert services.escalate(at=at + timedelta(days=10)) == 1
    acknowledged(row, actor=triager, at=at + timedelta(days=11))
    assert services.escalate(at=at + timedelta(days=12)) == 0
    assert services.escalate(at=at + timedelta(days=60)) == 1
