"""Credentials move from state to state by registrars, with a cause, a reason and a notice."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.models import Event, LedgerPending
from guildmark.apps.credentials import answers, queries, services
from guildmark.apps.credentials.models import Credential, Proposal, StateChange
from guildmark.apps.credentials.queries import CredentialType
from guildmark.apps.credentials.services import Award, Change, CredentialRefused
from guildmark.apps.credentials.states import CAUSES, Action, Cause, Move, ProposalState, State
from guildmark.apps.mail.models import Message
from guildmark.cores.lifecycle import TransitionRefused
from tests.apps.accounts.factories import member, staff
from tests.apps.credentials.factories import a_type, awarded, moved

TARGETS = {
    (State.ACTIVE, Move.SUSPEND): State.SUSPENDED,
    (State.ACTIVE, Move.REVOKE): State.REVOKED,
    (State.ACTIVE, Move.SUPERSEDE): State.SUPERSEDED,
    (State.ACTIVE, Move.SURRENDER): State.SURRENDERED,
    (State.SUSPENDED, Move.REINSTATE): State.ACTIVE,
    (State.SUSPENDED, Move.REVOKE): State.REVOKED,
}
IMPOSSIBLE = [
    (state, move)
    for state in (State.ACTIVE, State.SUSPENDED)
    for move in Move
    if (state, move) not in TARGETS
]
FINAL = (State.REVOKED, State.SUPERSEDED, State.SURRENDERED)
WAYS: dict[State, tuple[Move, ...]] = {
    State.ACTIVE: (),
    State.SUSPENDED: (Move.SUSPEND,),
    State.REVOKED: (Move.REVOKE,),
    State.SUPERSEDED: (Move.SUPERSEDE,),
    State.SURRENDERED: (Move.SURRENDER,),
}


def facts(move: Move, kind: CredentialType, *, actor: Any, at: datetime) -> dict[str, Any]:
    """What a move needs beside its cause."""
    return {"successor": awarded(kind, actor=actor, at=at)} if move is Move.SUPERSEDE else {}


def in_state(state: State, kind: CredentialType, *, actor: Any, at: datetime) -> Credential:
    made = awarded(kind, actor=actor, at=at)
    for move in WAYS[state]:
        moved(made, move, actor=actor, at=at, **facts(move, kind, actor=actor, at=at))
    made.refresh_from_db()
    assert made.state == state
    return made


ALLOWED = [(state, move, cause) for state, move in TARGETS for cause in CAUSES[move]]


@pytest.mark.parametrize(("state", "move", "cause"), ALLOWED)
def test_every_possible_move_is_made_for_each_of_its_causes_and_told_to_the_holder(
    cpap: CredentialType, registrar: User, holder: User, at: datetime,
    state: State, move: Move, cause: Cause,
) -> None:  # fmt: skip
    made = in_state(state, cpap, actor=registrar, at=at)
    more = facts(move, cpap, actor=registrar, at=at)
    told, version = Message.objects.count(), made.version
    wanted = Change(move, cause, "For the file only.", "For everybody.", **more)
    change = services.change(made, wanted, actor=registrar, at=at)
    assert isinstance(change, StateChange)
    made.refresh_from_db()
    assert made.state == TARGETS[state, move] == change.target
    assert (change.source, change.cause, change.actor) == (state, cause, registrar)
    assert (made.public_text, made.version) == ("For everybody.", version + 1)
    assert Message.objects.count() == told + 1
    mail = Message.objects.latest("pk")
    assert mail.recipient == "holder@example.org"
    for text in (made.number, str(made.state), str(cause.label), "For everybody."):
        assert text in mail.text
    assert "For the file only." not in mail.text


@pytest.mark.parametrize(("state", "move"), IMPOSSIBLE)
def test_a_move_that_is_not_possible_is_refused_with_those_that_are(
    cpap: CredentialType, registrar: User, holder: User, at: datetime, state: State, move: Move
) -> None:
    made = in_state(state, cpap, actor=registrar, at=at)
    with pytest.raises(TransitionRefused) as refusal:
        services.change(made, Change(move, CAUSES[move][0], "Try."), actor=registrar, at=at)
    possible = {each for source, each in TARGETS if source is state}
    assert all(f'"{each}"' in str(refusal.value).split("one can:")[1] for each in possible)
    made.refresh_from_db()
    assert made.state == state


@pytest.mark.parametrize("move", list(Move))
@pytest.mark.parametrize("state", FINAL)
def test_nothing_leads_out_of_a_final_state(
    cpap: CredentialType, registrar: User, holder: User, at: datetime, state: State, move: Move
) -> None:
    made = in_state(state, cpap, actor=registrar, at=at)
    events = Event.objects.count()
    with pytest.raises(PermissionRefused, match="final; nothing leads out"):
        services.change(made, Change(move, CAUSES[move][0], "Try."), actor=registrar, at=at)
    assert Event.objects.count() == events


@pytest.mark.parametrize("move", list(Move))
def test_a_cause_of_another_move_is_refused_with_those_that_fit(
    cpap: CredentialType, registrar: User, holder: User, at: datetime, move: Move
) -> None:
    state = next(source for source, each in TARGETS if each is move)
    made = in_state(state, cpap, actor=registrar, at=at)
    for cause in set(Cause) - set(CAUSES[move]):
        with pytest.raises(CredentialRefused) as refusal:
            services.change(made, Change(move, cause, "Try."), actor=registrar, at=at)
        assert all(str(each.label) in str(refusal.value) for each in CAUSES[move])


@pytest.mark.parametrize(
    ("odd", "problem"),
    [
        ({"reason": " "}, "Give the reason"),
        ({"reason": "x" * 501}, "501 characters"),
        ({"public_text": "x" * 501}, "500 characters at most"),
    ],
)
def test_a_change_that_lacks_something_is_refused_with_what_is_missing(
    cpap: CredentialType, registrar: User, holder: User, at: datetime, odd: Any, problem: str
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    wanted = replace(Change(Move.SUSPEND, Cause.INVESTIGATION, "A complaint."), **odd)
    with pytest.raises(CredentialRefused, match=problem):
        services.change(made, wanted, actor=registrar, at=at)
    assert not StateChange.objects.exists()


def test_each_change_is_recorded_with_its_actor_for_the_audit_and_the_ledger(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    moved(made, Move.SUSPEND, actor=registrar, at=at)
    event = Event.objects.get(name="credentials:credential:changed")
    assert event.actor == registrar.actor_id
    assert event.subject == f"credentials.credential:{made.pk}"
    assert event.payload == {
        "type": "CPAP", "move": "suspend", "target": "suspended", "cause": "under investigation"
    }  # fmt: skip
    assert event.detail.reason == "For a test."
    assert LedgerPending.objects.filter(event=event).exists()
    assert made.number not in str(event.payload) + event.subject


def test_a_superseded_credential_names_its_successor(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    old, new = (awarded(cpap, actor=registrar, at=at) for _ in range(2))
    moved(old, Move.SUPERSEDE, actor=registrar, at=at, successor=new)
    answer = answers.answer(old.number, at=at)
    assert answer.as_json()["supersededBy"] == new.number
    assert answers.answer(new.number, at=at).state == "valid"


def test_what_can_not_take_the_place_of_a_credential_is_refused(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    old, gone = (awarded(cpap, actor=registrar, at=at) for _ in range(2))
    moved(gone, Move.REVOKE, actor=registrar, at=at)
    for nothing in (None, old, gone):
        with pytest.raises(CredentialRefused, match="active credential that takes the place"):
            moved(old, Move.SUPERSEDE, actor=registrar, at=at, successor=nothing)


def test_the_credential_of_somebody_else_takes_no_ones_place(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    member("other@example.org")
    old = awarded(cpap, actor=registrar, at=at)
    for email in ("other@example.org", "nobody-yet@example.org"):
        other = awarded(cpap, actor=registrar, at=at, email=email)
        with pytest.raises(CredentialRefused, match=f"{other.number} is somebody else's"):
            moved(old, Move.SUPERSEDE, actor=registrar, at=at, successor=other)


def test_a_successor_that_was_revoked_meanwhile_is_refused(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    old, new = (awarded(cpap, actor=registrar, at=at) for _ in range(2))
    moved(Credential.objects.get(pk=new.pk), Move.REVOKE, actor=registrar, at=at)
    assert new.state == State.ACTIVE  # As somebody read it before.
    with pytest.raises(CredentialRefused, match="Name the active credential"):
        moved(old, Move.SUPERSEDE, actor=registrar, at=at, successor=new)


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_registrars_change_credentials(
    cpap: CredentialType, registrar: User, holder: User, at: datetime, role: Role | None
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    with pytest.raises(PermissionRefused, match="registrar"):
        moved(made, Move.SUSPEND, actor=staff(role) if role else holder, at=at)


def test_nobody_changes_their_own_credential(
    cpap: CredentialType, registrar: User, second: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at, email="second@example.org")
    with pytest.raises(PermissionRefused, match="Nobody changes their own"):
        moved(made, Move.SUSPEND, actor=second, at=at)


def with_second_address(person: User, email: str) -> None:
    EmailAddress.objects.create(user=person, email=email, verified=True)


def test_nobody_changes_what_waits_for_them_under_another_address_of_theirs(
    cpap: CredentialType, registrar: User, second: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at, email="private@example.org")
    with_second_address(second, "private@example.org")
    with pytest.raises(CredentialRefused, match="This address is yours"):
        moved(made, Move.SUSPEND, actor=second, at=at)


def test_nobody_approves_an_award_to_another_address_of_theirs(
    registrar: User, second: User, at: datetime
) -> None:
    with_second_address(second, "private@example.org")
    wanted = Award(a_type("CPAA", at=at), "private@example.org", "Second", "Passed.")
    asked = services.award(wanted, actor=registrar, at=at)
    assert isinstance(asked, Proposal)
    with pytest.raises(CredentialRefused, match="This address is yours"):
        services.approve(asked, reason="Seen.", actor=second, at=at)
    assert not Credential.objects.exists()


@pytest.mark.parametrize("move", list(Move))
def test_where_the_type_wants_it_a_second_registrar_approves_the_move(
    registrar: User, second: User, holder: User, at: datetime, move: Move
) -> None:
    kind = a_type("CPAA", at=at, second_person=())
    state = next(source for source, each in TARGETS if each is move)
    made = in_state(state, kind, actor=registrar, at=at)
    more = facts(move, kind, actor=registrar, at=at)
    kind = a_type("CPAA", at=at, second_person=(Action(move.value).value,))
    made = Credential.objects.get(pk=made.pk)
    wanted = Change(move, CAUSES[move][-1], "For the file.", "For everybody.", **more)
    asked = services.change(made, wanted, actor=registrar, at=at)
    assert isinstance(asked, Proposal)
    assert Credential.objects.get(pk=made.pk).state == state
    change = services.approve(asked, reason="Seen the file.", actor=second, at=at)
    assert isinstance(change, StateChange)
    assert (change.actor, change.second_person) == (registrar, second)
    assert (change.target, change.cause) == (TARGETS[state, move], CAUSES[move][-1])
    assert Credential.objects.get(pk=made.pk).public_text == "For everybody."
    event = Event.objects.filter(name="credentials:credential:changed").latest("pk")
    assert event.actor == second.actor_id


@pytest.fixture
def proposal(registrar: User, holder: User, at: datetime) -> Proposal:
    """A revocation that waits for a second person."""
    kind = a_type("CPAA", at=at, second_person=("revoke",))
    asked = services.change(
        awarded(kind, actor=registrar, at=at),
        Change(Move.REVOKE, Cause.MISCONDUCT, "A grave breach."),
        actor=registrar,
        at=at,
    )
    assert isinstance(asked, Proposal)
    return asked


def test_one_thing_at_a_time_waits_about_a_credential(
    proposal: Proposal, registrar: User, second: User, at: datetime
) -> None:
    assert proposal.credential is not None
    with pytest.raises(CredentialRefused, match="waits for a second person already"):
        moved(proposal.credential, Move.REVOKE, actor=second, at=at)
    services.withdraw(proposal, actor=registrar, at=at)
    moved(proposal.credential, Move.REVOKE, actor=second, at=at)
    assert queries.open_proposals().count() == 1


def test_a_refused_move_changes_nothing(proposal: Proposal, second: User, at: datetime) -> None:
    decided = services.refuse(proposal, reason="It is not grave.", actor=second, at=at)
    assert (decided.state, decided.decided_by) == (ProposalState.REFUSED, second)
    assert Credential.objects.get().state == State.ACTIVE
    assert not StateChange.objects.exists()


def test_who_asked_does_not_approve_and_others_do_not_withdraw(
    proposal: Proposal, registrar: User, second: User, at: datetime
) -> None:
    with pytest.raises(PermissionRefused, match="never the one who asked"):
        services.approve(proposal, reason="Sure.", actor=registrar, at=at)
    with pytest.raises(PermissionRefused, match="Only who asked"):
        services.withdraw(proposal, actor=second, at=at)


def test_the_holder_does_not_decide_about_their_own_credential(
    registrar: User, second: User, at: datetime
) -> None:
    kind = a_type("CPAA", at=at, second_person=("suspend",))
    made = awarded(kind, actor=registrar, at=at, email="second@example.org")
    wanted = Change(Move.SUSPEND, Cause.INVESTIGATION, "A complaint.")
    asked = services.change(made, wanted, actor=registrar, at=at)
    assert isinstance(asked, Proposal)
    with pytest.raises(PermissionRefused, match="their own credential"):
        services.refuse(asked, reason="I am innocent.", actor=second, at=at)


def test_an_approval_that_comes_too_late_leaves_the_proposal_open(
    proposal: Proposal, second: User, holder: User, at: datetime
) -> None:
    assert proposal.credential is not None
    services.surrender(proposal.credential, reason="I resign.", actor=holder, at=at)
    with pytest.raises(TransitionRefused):
        services.approve(proposal, reason="Seen.", actor=second, at=at)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == (ProposalState.OPEN, None)
    assert Credential.objects.get().state == State.SURRENDERED


def test_a_change_that_can_not_be_told_is_not_made(
    cpap: CredentialType, registrar: User, holder: User, at: datetime, monkeypatch: Any
) -> None:
    made = awarded(cpap, actor=registrar, at=at)

    def broken(*_arguments: Any, **_facts: Any) -> None:
        raise OSError("no mail")

    monkeypatch.setattr("guildmark.apps.credentials.notices.mail.send", broken)
    with pytest.raises(OSError, match="no mail"):
        moved(made, Move.SUSPEND, actor=registrar, at=at)
    assert Credential.objects.get().state == State.ACTIVE
    assert not StateChange.objects.exists()
    assert not Event.objects.filter(name="credentials:credential:changed").exists()


def test_a_credential_that_waits_to_be_claimed_is_told_about_by_its_address(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at, email="later@example.org")
    moved(made, Move.SUSPEND, actor=registrar, at=at)
    assert Message.objects.latest("pk").recipient == "later@example.org"


def test_only_the_holder_surrenders_for_themselves_and_only_what_is_active(
    cpap: CredentialType, registrar: User, holder: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at)
    with pytest.raises(PermissionRefused, match="Only the holder"):
        services.surrender(made, reason="For them.", actor=member(), at=at)
    with pytest.raises(CredentialRefused, match="Give the reason"):
        services.surrender(made, reason=" ", actor=holder, at=at)
    moved(made, Move.SUSPEND, actor=registrar, at=at)
    made.refresh_from_db()
    with pytest.raises(PermissionRefused, match="Only an active credential"):
        services.surrender(made, reason="I resign.", actor=holder, at=at)
