"""Every step of a case from every state, who may make it, and what everybody is told."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import services as assignments
from guildmark.apps.assignments.states import RelationKind
from guildmark.apps.audit.models import Event
from guildmark.apps.cases import queries, services
from guildmark.apps.cases.queries import Case
from guildmark.apps.cases.services import CaseRefused, Finding
from guildmark.apps.cases.states import CASE, Move, Outcome, State
from guildmark.apps.institute.services import set_holidays
from guildmark.apps.mail.models import Message
from guildmark.cores.lifecycle import TransitionRefused
from tests.apps.accounts.factories import member, staff
from tests.apps.cases.factories import (
    CLOSED_SUBJECT,
    FINDING,
    KIND,
    SUBJECT,
    SUBJECT_KIND,
    brought_to,
    opened,
)

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def move(case: Case, what: Move, *, by: User, at: datetime) -> Case:
    """Make a step with whatever it needs."""
    steps = {
        Move.ACKNOWLEDGE: lambda: services.acknowledge(case, actor=by, at=at),
        Move.ADMIT: lambda: services.admit(case, reason="It fits.", actor=by, at=at),
        Move.REFUSE: lambda: services.refuse(case, reason="It fits not.", actor=by, at=at),
        Move.ASSIGN: lambda: services.assign(case, [by], actor=by, at=at),
        Move.DECIDE: lambda: services.decide(case, FINDING, actor=by, at=at),
        Move.CLOSE: lambda: services.close(case, actor=by, at=at),
    }
    return steps[what]()


@pytest.mark.parametrize("what", Move)
@pytest.mark.parametrize("state", State)
def test_each_step_is_made_from_its_states_and_refused_from_all_others(
    state: State, what: Move, opener: User, decider: User, at: datetime
) -> None:
    case = brought_to(state, opened(opener, at=at), by=decider, at=at)
    before = Case.objects.filter(pk=case.pk).values().get()
    if what in CASE.available(state):
        moved = move(case, what, by=decider, at=at)
        assert moved.state == CASE.target(state, what)
        assert queries.steps(moved).last().move == what  # type: ignore[union-attr] # just made
        return
    wrong = PermissionRefused if what is Move.DECIDE and not case.members.exists() else None
    with pytest.raises(wrong or TransitionRefused):
        move(case, what, by=decider, at=at)
    assert Case.objects.filter(pk=case.pk).values().get() == before


@pytest.mark.parametrize("who", ["opener", "member", "triage", "asleep", "author"])
@pytest.mark.parametrize("state", [each for each in State if each is not State.CLOSED])
def test_who_may_not_makes_no_step(
    state: State, who: str, opener: User, decider: User, at: datetime
) -> None:
    case = brought_to(state, opened(opener, at=at), by=decider, at=at)
    people: dict[str, Callable[[], User]] = {
        "opener": lambda: opener,
        "member": member,
        "triage": lambda: staff(Role.TRIAGE),
        "asleep": lambda: staff(Role.DECISION_MAKER, second_factor=False),
        "author": lambda: _author(at),
    }
    person = people[who]()
    for what in CASE.available(state):
        with pytest.raises(PermissionRefused):
            move(case, Move(what), by=person, at=at)
    assert Case.objects.get(pk=case.pk).state == state


def _author(at: datetime) -> User:
    person = staff(Role.DECISION_MAKER)
    assignments.record_relation(person, SUBJECT_KIND, SUBJECT, RelationKind.AUTHOR, at=at)
    return person


def test_a_second_case_by_the_same_person_about_the_same_is_the_first(
    opener: User, at: datetime
) -> None:
    first = opened(opener, at=at)
    assert opened(opener, at=at + timedelta(days=1)).pk == first.pk
    assert opened(opener, at=at, subject=SUBJECT + 1).pk != first.pk
    assert opened(member(), at=at).pk != first.pk
    assert Event.objects.filter(name="cases:case:opened").count() == 3


def test_the_kind_says_who_may_open_a_case_and_unknown_kinds_are_refused(
    opener: User, at: datetime
) -> None:
    with pytest.raises(CaseRefused, match="Nothing was decided"):
        opened(opener, at=at, subject=CLOSED_SUBJECT)
    with pytest.raises(CaseRefused, match="takes cases of the kind"):
        services.open_case("feud", SUBJECT_KIND, 1, statement="A", actor=opener, at=at)
    with pytest.raises(PermissionRefused):
        services.open_case(KIND, SUBJECT_KIND, 1, statement="A", actor=AnonymousUser(), at=at)
    with pytest.raises(CaseRefused, match="Say what is wrong"):
        services.open_case(KIND, SUBJECT_KIND, 1, statement=" \r\n", actor=opener, at=at)
    with pytest.raises(CaseRefused, match="8001 characters"):
        services.open_case(KIND, SUBJECT_KIND, 1, statement="a" * 8001, actor=opener, at=at)
    assert not Case.objects.exists()


def test_clocks_count_working_days_without_holidays(opener: User, decider: User) -> None:
    set_holidays([date(2026, 3, 6)], actor=None, at=MONDAY)
    case = opened(opener, at=MONDAY)
    assert case.due == date(2026, 3, 10)  # Five days, a holiday and a weekend between them.
    case = services.acknowledge(case, actor=decider, at=MONDAY + timedelta(days=1))
    assert case.due == date(2026, 3, 18)
    case = services.admit(case, reason="It fits.", actor=decider, at=MONDAY + timedelta(days=2))
    assert case.due == date(2026, 4, 16)
    given = services.assign(case, [decider], actor=decider, at=MONDAY + timedelta(days=9))
    assert given.due == date(2026, 4, 16)  # Choosing who decides stops no clock.
    assert services.decide(given, FINDING, actor=decider, at=MONDAY).due is None


def test_an_extension_needs_days_and_a_reason_and_tells_who_opened_it(
    opener: User, decider: User
) -> None:
    case = opened(opener, at=MONDAY)
    for days, reason in ((0, "A"), (61, "A"), (5, " ")):
        with pytest.raises(CaseRefused):
            services.extend(case, days, reason=reason, actor=decider, at=MONDAY)
    extended = services.extend(case, 5, reason="Wait for the paint.", actor=decider, at=MONDAY)
    assert extended.due == date(2026, 3, 16)
    mail = Message.objects.filter(recipient=opener.email).latest("pk")
    assert "Wait for the paint." in mail.text
    assert "16 March 2026" in mail.text
    late = services.extend(
        extended, 2, reason="Still wet.", actor=decider, at=MONDAY + timedelta(days=21)
    )
    assert late.due == date(2026, 3, 25)  # From the day on which it was asked for.
    with pytest.raises(PermissionRefused):
        services.extend(case, 5, reason="More.", actor=opener, at=MONDAY)


@pytest.mark.parametrize("state", [State.REFUSED, State.DECIDED, State.CLOSED])
def test_what_has_ended_takes_no_extension(
    state: State, opener: User, decider: User, at: datetime
) -> None:
    case = brought_to(state, opened(opener, at=at), by=decider, at=at)
    with pytest.raises(CaseRefused, match="No step is due"):
        services.extend(case, 5, reason="More.", actor=decider, at=at)


def test_who_opened_it_is_told_of_every_step_with_reason_and_outcome(
    opener: User, decider: User, at: datetime
) -> None:
    case = brought_to(State.CLOSED, opened(opener, at=at), by=decider, at=at)
    mails = Message.objects.filter(recipient=opener.email).order_by("pk")
    subjects = [each.subject for each in mails]
    steps = ("Acknowledged", "Admitted", "Given to people who decide", "Decided", "Closed")
    assert subjects == [
        f"We have what you contest: {case.number}",
        *(f"{case.number}: {each}" for each in steps),
    ]
    assert all(f"https://example.org/cases/{case.number}/" in each.text for each in mails)
    assert FINDING.reason in mails[4].text
    assert "partly upheld" in mails[4].text
    assert not [each for each in mails if decider.email in each.text]


def test_decision_makers_are_told_what_waits_and_what_was_given_to_them(
    opener: User, decider: User, second: User, at: datetime
) -> None:
    case = opened(opener, at=at)
    assert "waits for a decision maker" in Message.objects.get(recipient=decider.email).subject
    case = services.admit(case, reason="It fits.", actor=decider, at=at)
    services.assign(case, [second], actor=decider, at=at)
    assert "Please decide" in Message.objects.filter(recipient=second.email).latest("pk").subject


def test_only_those_to_whom_it_was_given_decide(
    opener: User, decider: User, second: User, at: datetime
) -> None:
    case = services.admit(opened(opener, at=at), reason="It fits.", actor=decider, at=at)
    case = services.assign(case, [second], actor=decider, at=at)
    with pytest.raises(PermissionRefused, match="given to somebody else"):
        services.decide(case, FINDING, actor=decider, at=at)
    with pytest.raises(CaseRefused, match="Give the reason"):
        services.decide(case, Finding(Outcome.UPHELD, " "), actor=second, at=at)
    decided = services.decide(case, FINDING, actor=second, at=at)
    assert (decided.outcome, decided.reason) == (FINDING.outcome, FINDING.reason)


def test_people_who_had_a_role_lose_the_choice_with_the_reason(
    opener: User, decider: User, second: User, at: datetime
) -> None:
    case = services.admit(opened(opener, at=at), reason="It fits.", actor=decider, at=at)
    assignments.record_relation(second, SUBJECT_KIND, SUBJECT, RelationKind.DECIDER, at=at)
    with pytest.raises(CaseRefused, match="had to do with the matter before"):
        services.assign(case, [second], actor=decider, at=at)
    with pytest.raises(CaseRefused, match="does not have the role"):
        services.assign(case, [member()], actor=decider, at=at)
    with pytest.raises(CaseRefused, match="at least one"):
        services.assign(case, [], actor=decider, at=at)
    assert Case.objects.get().state == State.ADMISSIBLE


def test_who_decided_one_case_decides_no_other_about_the_same(
    opener: User, decider: User, at: datetime
) -> None:
    brought_to(State.DECIDED, opened(opener, at=at), by=decider, at=at)
    other = opened(member(), at=at)
    with pytest.raises(PermissionRefused, match="another case about the same matter"):
        services.acknowledge(other, actor=decider, at=at)
    assert opened(member(), at=at, subject=SUBJECT + 1) in queries.decidable_by(decider, at=at)


def test_a_refusal_keeps_its_reason_and_can_only_be_closed(
    opener: User, decider: User, at: datetime
) -> None:
    case = brought_to(State.REFUSED, opened(opener, at=at), by=decider, at=at)
    assert (case.reason, case.outcome, case.due) == ("It is about paint.", "", None)
    assert services.close(case, actor=decider, at=at).state == State.CLOSED


def test_the_public_ledger_is_told_kind_and_outcome_and_nothing_else(
    opener: User, decider: User, at: datetime
) -> None:
    from guildmark.apps.cases.events import CaseDecided

    brought_to(State.CLOSED, opened(opener, at=at), by=decider, at=at)
    event = Event.objects.get(name=CaseDecided.name)
    assert (event.payload["kind"], event.payload["outcome"]) == (KIND, "partly upheld")
    assert CaseDecided.public == ("kind", "outcome")
    everything: list[Any] = list(Event.objects.filter(name__startswith="cases:"))
    assert not [each for each in everything if "white" in str(each.payload)]


def test_a_member_who_steps_back_leaves_the_case_to_others_who_choose_again(
    opener: User, decider: User, second: User, at: datetime
) -> None:
    case = services.admit(opened(opener, at=at), reason="It fits.", actor=decider, at=at)
    case = services.assign(case, [second], actor=decider, at=at)
    assert case not in queries.waiting_for(decider, at=at)
    assignments.recuse(queries.SUBJECT_KIND, case.pk, reason="A cousin.", actor=second, at=at)
    assert not queries.visible_to(second, at=at).exists()
    assert case in queries.waiting_for(decider, at=at)
    again = services.assign(case, [decider], actor=decider, at=at)
    assert services.decide(again, FINDING, actor=decider, at=at).state == State.DECIDED
