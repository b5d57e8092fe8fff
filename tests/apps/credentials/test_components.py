"""What became of components is recorded once per document, and the award follows by itself."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, IntegrityError, transaction

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import Event, EventDetail
from guildmark.apps.credentials import queries, services
from guildmark.apps.credentials.models import (
    ComponentOutcome,
    Credential,
    CredentialType,
    Proposal,
)
from guildmark.apps.credentials.services import (
    CredentialRefused,
    Recorded,
    TakenComponent,
    record_component,
)
from guildmark.apps.credentials.states import Move, Outcome, ProposalState
from guildmark.apps.mail.models import Message
from tests.apps.accounts.factories import member, staff
from tests.apps.credentials.factories import a_type, awarded, moved

DAY = timedelta(days=1)
PASSED, NOT_PASSED = Outcome.PASSED, Outcome.NOT_PASSED
PARTS = ("exam", "portfolio")


@pytest.fixture
def kind(institute: None, at: datetime) -> CredentialType:
    """A type of two components that one registrar alone can award."""
    return a_type("CPAP", at=at, second_person=(), components=PARTS)


@pytest.fixture
def guarded(institute: None, at: datetime) -> CredentialType:
    """A type of two components whose award takes two people."""
    return a_type("CPAA", at=at, components=PARTS)


@pytest.fixture
def holder(institute: None) -> User:
    """Who takes the components: a confirmed address, and a name."""
    found = member("holder@example.org")
    found.display_name = "Ada Example"
    found.save()
    EmailAddress.objects.update_or_create(
        user=found, email=found.email, defaults={"verified": True, "primary": True}
    )
    return found


def record(
    person: User, kind: CredentialType, component: str, outcome: Outcome = PASSED, *,
    at: datetime, actor: Any = SYSTEM, source: str = "", reason: str = "As scored.", **facts: Any,
) -> Recorded:  # fmt: skip
    """Record an outcome; without a word about it, by the system and from a document of its own."""
    source = source or f"exams.sitting:{ComponentOutcome.objects.count()}"
    taken = TakenComponent(kind, component, outcome, source, **facts)
    return record_component(person, taken, reason=reason, actor=actor, at=at)


# The award follows


@pytest.mark.parametrize("order", [PARTS, PARTS[::-1]])
def test_the_award_follows_when_the_last_component_is_passed(
    kind: CredentialType, holder: User, at: datetime, order: tuple[str, str]
) -> None:
    first, last = order
    assert record(holder, kind, first, at=at).followed is None
    assert not Credential.objects.exists()
    made = record(holder, kind, last, at=at + DAY).followed
    assert isinstance(made, Credential)
    assert (made.type, made.holder, made.holder_name) == (kind, holder, "Ada Example")
    assert made.valid_from == at + DAY
    award = Event.objects.get(name="credentials:credential:awarded")
    days = {first: "2026-03-02", last: "2026-03-03"}
    assert award.actor == SYSTEM.actor_id
    assert award.detail.reason == (
        f"All components are passed: exam on {days['exam']}, portfolio on {days['portfolio']}."
    )
    assert Message.objects.get().recipient == "holder@example.org"


def test_where_the_type_wants_it_an_award_is_proposed_that_one_registrar_approves(
    guarded: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    record(holder, guarded, "exam", at=at)
    asked = record(holder, guarded, "portfolio", at=at).followed
    assert isinstance(asked, Proposal)
    assert (asked.asked_by, asked.asker) == (None, "the system")
    assert "exam on 2026-03-02, portfolio on 2026-03-02" in asked.reason
    assert not Credential.objects.exists()
    made = services.approve(asked, reason="Seen both.", actor=registrar, at=at)
    assert isinstance(made, Credential)
    assert made.holder == holder


def test_a_registrar_who_recorded_the_last_one_is_who_asks(
    guarded: CredentialType, registrar: User, second: User, holder: User, at: datetime
) -> None:
    record(holder, guarded, "exam", actor=second, at=at)
    asked = record(holder, guarded, "portfolio", actor=registrar, at=at).followed
    assert isinstance(asked, Proposal)
    assert asked.asked_by == registrar
    with pytest.raises(PermissionRefused, match="never the one who asked"):
        services.approve(asked, reason="Seen.", actor=registrar, at=at)
    assert isinstance(services.approve(asked, reason="Seen.", actor=second, at=at), Credential)


def test_who_recorded_a_component_does_not_alone_approve_what_the_system_asked_for(
    guarded: CredentialType, registrar: User, second: User, holder: User, at: datetime
) -> None:
    record(holder, guarded, "exam", actor=registrar, at=at)
    asked = record(holder, guarded, "portfolio", at=at).followed
    assert isinstance(asked, Proposal)
    with pytest.raises(CredentialRefused, match="another registrar has to approve"):
        services.approve(asked, reason="Seen.", actor=registrar, at=at)
    services.approve(asked, reason="Seen.", actor=second, at=at)


def test_an_award_that_waits_is_not_approved_once_it_is_not_earned_any_more(
    guarded: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    record(holder, guarded, "exam", at=at)
    asked = record(holder, guarded, "portfolio", at=at).followed
    assert isinstance(asked, Proposal)
    record(holder, guarded, "exam", Outcome.NOT_PASSED, at=at + DAY)
    with pytest.raises(CredentialRefused, match="not earned"):
        services.approve(asked, reason="Seen.", actor=registrar, at=at + DAY)


def test_another_sign_in_address_changes_neither_who_approves_nor_who_is_awarded(
    guarded: CredentialType, registrar: User, second: User, holder: User, at: datetime
) -> None:
    record(holder, guarded, "exam", actor=registrar, at=at)
    asked = record(holder, guarded, "portfolio", at=at).followed
    assert isinstance(asked, Proposal)
    EmailAddress.objects.filter(user=holder).update(email="new@example.org")
    User.objects.filter(pk=holder.pk).update(email="new@example.org")
    with pytest.raises(CredentialRefused, match="another registrar has to approve"):
        services.approve(asked, reason="Seen.", actor=registrar, at=at)
    made = services.approve(asked, reason="Seen.", actor=second, at=at)
    assert isinstance(made, Credential)
    assert made.holder == holder


def test_of_several_outcomes_the_one_that_was_taken_last_counts(
    kind: CredentialType, holder: User, at: datetime
) -> None:
    record(holder, kind, "exam", taken_at=at - 9 * DAY, at=at)
    record(holder, kind, "exam", NOT_PASSED, taken_at=at - DAY, at=at)
    record(holder, kind, "exam", taken_at=at - 5 * DAY, at=at)  # Recorded last, taken before.
    assert record(holder, kind, "portfolio", at=at).followed is None
    assert queries.progress_of(holder, kind).missing == ["exam"]
    assert record(holder, kind, "exam", at=at).followed is not None


@pytest.mark.parametrize("move", [None, Move.SUSPEND, Move.REVOKE, Move.SURRENDER])
def test_nothing_follows_for_who_was_awarded_the_type_before_whatever_became_of_it(
    kind: CredentialType, registrar: User, holder: User, at: datetime, move: Move | None
) -> None:
    made = awarded(kind, actor=registrar, at=at)
    if move is not None:
        moved(made, move, actor=registrar, at=at)
    for each in PARTS:
        assert record(holder, kind, each, at=at).followed is None
    assert Credential.objects.get() == made


def test_nothing_follows_while_an_award_waits_and_after_a_refusal_only_what_is_new(
    guarded: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    record(holder, guarded, "exam", source="a", at=at)
    asked = record(holder, guarded, "portfolio", source="b", at=at).followed
    assert isinstance(asked, Proposal)
    assert record(holder, guarded, "portfolio", source="c", at=at).followed is None
    services.refuse(asked, reason="Portfolio unclear.", actor=registrar, at=at)
    assert record(holder, guarded, "portfolio", source="b", at=at).followed is None
    assert isinstance(record(holder, guarded, "portfolio", source="d", at=at).followed, Proposal)
    assert Proposal.objects.filter(state=ProposalState.OPEN).count() == 1


def test_components_of_others_and_of_other_types_do_not_help(
    kind: CredentialType, holder: User, at: datetime
) -> None:
    other = member("other@example.org", display_name="Other")
    record(other, kind, "exam", at=at)
    record(holder, a_type("TWO", at=at, components=PARTS), "exam", at=at)
    assert record(holder, kind, "portfolio", at=at).followed is None


def test_an_address_that_was_not_confirmed_is_awarded_but_held_only_when_claimed(
    kind: CredentialType, holder: User, at: datetime
) -> None:
    EmailAddress.objects.filter(user=holder).update(verified=False)
    record(holder, kind, "exam", at=at)
    made = record(holder, kind, "portfolio", at=at).followed
    assert isinstance(made, Credential)
    assert (made.holder, made.holder_email) == (None, "holder@example.org")
    assert record(holder, kind, "exam", at=at).followed is None


# The record


def test_it_is_recorded_who_passed_what_when_and_by_whom(
    kind: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    row = record(
        holder, kind, "exam", NOT_PASSED, source=" Protocol   7 ", actor=registrar, at=at,
        taken_at=at - DAY, reason="On paper.",
    ).outcome  # fmt: skip
    assert (row.person, row.type, row.component, row.outcome) == (holder, kind, "exam", NOT_PASSED)
    assert (row.taken_at, row.recorded_at) == (at - DAY, at)
    assert (row.source, row.recorded_by) == ("Protocol 7", registrar)
    event = Event.objects.get(name="credentials:component:recorded")
    assert (event.actor, event.detail.reason) == (registrar.actor_id, "On paper.")
    assert event.payload == {
        "type": "CPAP", "component": "exam", "outcome": "not passed",
        "person": str(holder.actor_id),
    }  # fmt: skip


def test_the_same_source_counts_once_and_changes_nothing_however_often_it_comes(
    kind: CredentialType, holder: User, at: datetime
) -> None:
    first = record(holder, kind, "exam", source="exams.sitting:17", at=at).outcome
    again = record(holder, kind, "exam", source="exams.sitting:17", at=at + DAY)
    assert (again.outcome, again.followed) == (first, None)
    assert ComponentOutcome.objects.get().recorded_at == at
    assert Event.objects.filter(name="credentials:component:recorded").count() == 1


@pytest.mark.parametrize(("outcome", "days"), [(NOT_PASSED, 0), (PASSED, 1)])
def test_a_source_that_says_something_else_now_is_refused(
    kind: CredentialType, holder: User, at: datetime, outcome: Outcome, days: int
) -> None:
    taken_at = at - 2 * DAY
    record(holder, kind, "exam", source="exams.sitting:17", taken_at=taken_at, at=at)
    with pytest.raises(CredentialRefused, match="recorded already, as passed on 2026-02-28"):
        record(
            holder, kind, "exam", outcome, source="exams.sitting:17", at=at,
            taken_at=taken_at + days * DAY,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"component": "panel"}, "CPAP has no component “panel”. It has: exam, portfolio"),
        ({"source": " \n"}, "Say where it is documented"),
        ({"source": "x" * 201}, "200 characters"),
        ({"reason": " "}, "Give the reason"),
    ],
)
def test_what_lacks_something_is_refused_with_what_is_missing(
    kind: CredentialType, holder: User, at: datetime, facts: dict[str, Any], problem: str
) -> None:
    with pytest.raises(CredentialRefused, match=problem):
        record(holder, kind, at=at, **{"component": "exam", "source": "a", **facts})
    assert not ComponentOutcome.objects.exists()


def test_a_type_without_components_has_nothing_to_record(holder: User, at: datetime) -> None:
    with pytest.raises(CredentialRefused, match="ONE has no components"):
        record(holder, a_type("ONE", at=at), "exam", at=at)


def test_a_day_in_the_future_is_refused(kind: CredentialType, holder: User, at: datetime) -> None:
    with pytest.raises(CredentialRefused, match="not in the future"):
        record(holder, kind, "exam", taken_at=at + DAY, at=at)


def test_without_a_name_for_the_certificate_nothing_is_recorded(
    kind: CredentialType, at: datetime
) -> None:
    nameless = member("nameless@example.org", display_name="")
    with pytest.raises(CredentialRefused, match="account has no name"):
        record(nameless, kind, "exam", at=at)
    for each in PARTS:
        last = record(nameless, kind, each, name=" N. N. ", at=at)
    assert isinstance(last.followed, Credential)
    assert last.followed.holder_name == "N. N."


def test_a_closed_account_gets_nothing_recorded(
    kind: CredentialType, holder: User, at: datetime
) -> None:
    read_before = User.objects.get(pk=holder.pk)
    accounts.close_account(holder, actor=holder, at=at)
    with pytest.raises(CredentialRefused, match="account is closed"):
        record(read_before, kind, "exam", at=at)


@pytest.mark.parametrize("change", [{"outcome": "passed"}, {"component": "panel"}])
def test_what_is_recorded_is_kept_by_the_database(
    kind: CredentialType, holder: User, at: datetime, change: dict[str, str]
) -> None:
    record(holder, kind, "exam", NOT_PASSED, at=at)
    for deed in (
        lambda: ComponentOutcome.objects.update(**change),
        lambda: ComponentOutcome.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
            deed()


def test_the_database_takes_no_other_outcome_and_no_source_twice(
    kind: CredentialType, holder: User, at: datetime
) -> None:
    row = record(holder, kind, "exam", at=at).outcome
    facts = {"person": holder, "type": kind, "taken_at": at, "recorded_at": at}
    for odd in (
        {"component": "portfolio", "outcome": "perhaps", "source": "b"},
        {"component": "exam", "outcome": "passed", "source": row.source},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ComponentOutcome.objects.create(**facts, **odd)


# Who may


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.ADMINISTRATOR, Role.EXAM_OFFICER])
def test_only_registrars_record_by_hand(
    kind: CredentialType, holder: User, at: datetime, role: Role | None
) -> None:
    actor = staff(role) if role else member()
    with pytest.raises(PermissionRefused, match="registrar"):
        record(holder, kind, "exam", actor=actor, at=at)
    with pytest.raises(PermissionRefused, match="Sign in"):
        record(holder, kind, "exam", actor=AnonymousUser(), at=at)


def test_nobody_records_for_themselves(
    kind: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    with pytest.raises(PermissionRefused, match="Nobody records a component for themselves"):
        record(registrar, kind, "exam", actor=registrar, name="Reg", at=at)
    assert not ComponentOutcome.objects.exists()


# Personal data


def test_a_person_gets_what_is_recorded_of_them_and_nothing_of_others(
    kind: CredentialType, holder: User, at: datetime
) -> None:
    record(holder, kind, "exam", source="exams.sitting:17", at=at)
    record(member("other@example.org", display_name="Other"), kind, "exam", at=at)
    data = accounts.export_personal_data(holder, at=at)["credentials"]["components"]
    assert data == [
        {
            "type": "CPAP",
            "component": "exam",
            "outcome": "passed",
            "taken": "2026-03-02T12:00:00+00:00",
            "source": "exams.sitting:17",
            "recorded": "2026-03-02T12:00:00+00:00",
        }
    ]


def test_closing_an_account_cuts_the_person_loose_from_what_is_recorded(
    kind: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    row = record(
        holder, kind, "exam", actor=registrar, source="Ada's file", reason="Ada came.", at=at
    ).outcome
    accounts.close_account(holder, actor=holder, at=at + DAY)
    row.refresh_from_db()
    assert (row.person, row.source, row.outcome) == (None, "(erased)", "passed")
    assert not EventDetail.objects.filter(reason__contains="Ada came").exists()
    assert queries.progress(holder) == []
