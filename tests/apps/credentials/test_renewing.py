"""A credential is renewed in one step: a new one is awarded and takes the place of the old one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from hypothesis import given
from hypothesis import strategies as st

from guildmark.apps.accounts import services as accounts
from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.models import Event
from guildmark.apps.credentials import answers, services
from guildmark.apps.credentials.models import Credential, CredentialType, Proposal, StateChange
from guildmark.apps.credentials.services import Award, Change, CredentialRefused
from guildmark.apps.credentials.states import Cause, Move, ProposalState, ShownAs, State
from guildmark.apps.mail.models import Message
from tests.apps.accounts.factories import member, staff
from tests.apps.credentials.factories import a_type, awarded, moved

DAY = timedelta(days=1)
END = datetime(2028, 3, 2, 12, tzinfo=UTC)
"""When the credentials of these tests end, which begin at noon of 2 March 2026."""


@pytest.fixture
def made(cpap: CredentialType, registrar: User, holder: User, at: datetime) -> Credential:
    """A credential that one registrar alone can award and supersede."""
    return awarded(cpap, actor=registrar, at=at)


def renewed(row: Credential, *, actor: Any, at: datetime, **facts: Any) -> Credential:
    """Renew what needs no second person."""
    new = services.renew(row, reason="Showed 40 hours.", actor=actor, at=at, **facts)
    assert isinstance(new, Credential)
    return new


def asked_renewal(row: Credential, *, actor: Any, at: datetime, **facts: Any) -> Proposal:
    """Ask for a renewal that needs a second person."""
    asked = services.renew(row, reason="Showed 40 hours.", actor=actor, at=at, **facts)
    assert isinstance(asked, Proposal)
    return asked


def kind_of(row: Credential, *second_person: str, at: datetime) -> None:
    """Have the type of a credential ask for a second person from now on."""
    a_type(row.type.code, at=at, second_person=second_person)
    row.type.refresh_from_db()


# In one step


def test_the_new_credential_is_the_same_for_the_same_and_takes_the_place_of_the_old_one(
    made: Credential, registrar: User, holder: User
) -> None:
    services.show_as(made, ShownAs.HANDLE, actor=holder, at=END - 30 * DAY, handle="ada")
    made.refresh_from_db()
    new = renewed(made, actor=registrar, at=END - DAY)
    made.refresh_from_db()
    assert (made.state, made.successor) == (State.SUPERSEDED, new)
    assert (new.type, new.holder, new.holder_name) == (made.type, holder, "Ada Example")
    assert (new.shown_as, new.handle) == ("handle", "ada")
    assert answers.answer(new.number, at=END - DAY).state == "valid"
    old = answers.answer(made.number, at=END - DAY)
    assert (old.state, old.as_json()["supersededBy"]) == ("superseded", new.number)
    assert new.document
    change = StateChange.objects.get()
    assert (change.cause, change.actor, change.second_person) == (Cause.RENEWED, registrar, None)


def test_the_holder_is_told_in_one_mail_of_both_ids_and_the_new_end(
    made: Credential, registrar: User
) -> None:
    told = Message.objects.count()
    new = renewed(made, actor=registrar, at=END - DAY)
    mail = Message.objects.latest("pk")
    assert Message.objects.count() == told + 1
    assert mail.recipient == "holder@example.org"
    for text in (made.number, new.number, "2 March 2030"):
        assert text in mail.text
    assert "Showed 40 hours." not in mail.text


def test_award_and_change_are_recorded_both_with_the_reason(
    made: Credential, registrar: User
) -> None:
    new = renewed(made, actor=registrar, at=END - DAY)
    found = {each.subject: each for each in Event.objects.order_by("-pk")[:2]}
    award = found[f"credentials.credential:{new.pk}"]
    change = found[f"credentials.credential:{made.pk}"]
    assert (award.name, change.name) == (
        "credentials:credential:awarded",
        "credentials:credential:changed",
    )
    assert (change.payload["move"], change.payload["cause"]) == ("supersede", "renewed")
    for each in (award, change):
        assert (each.actor, each.detail.reason) == (registrar.actor_id, "Showed 40 hours.")


def test_nothing_is_renewed_where_the_mail_can_not_be_written(
    made: Credential, registrar: User, monkeypatch: Any
) -> None:
    def broken(*_arguments: Any, **_facts: Any) -> None:
        raise OSError("no mail")

    monkeypatch.setattr("guildmark.apps.credentials.notices.mail.send", broken)
    with pytest.raises(OSError, match="no mail"):
        renewed(made, actor=registrar, at=END - DAY)
    assert Credential.objects.get().state == State.ACTIVE


def test_what_waits_to_be_claimed_is_renewed_for_the_same_address_and_claimed_with_it(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    made = awarded(cpap, actor=registrar, at=at, email="later@example.org")
    new = renewed(made, actor=registrar, at=END - DAY)
    assert (new.holder, new.holder_email) == (None, "later@example.org")
    assert Message.objects.latest("pk").recipient == "later@example.org"
    late = member("later@example.org")
    for row in (made, new):
        assert services.claim(row, actor=late, at=END).holder == late


# From when until when


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        (END - 90 * DAY, datetime(2030, 3, 2, 12, tzinfo=UTC)),  # No day is lost.
        (END - 91 * DAY, datetime(2029, 12, 2, 12, tzinfo=UTC)),  # Too early to be carried on.
        (END - timedelta(seconds=1), datetime(2030, 3, 2, 12, tzinfo=UTC)),
        (END, datetime(2030, 3, 2, 12, tzinfo=UTC)),
        (END + 100 * DAY, datetime(2030, 6, 10, 12, tzinfo=UTC)),  # It had expired.
    ],
)
def test_the_new_one_begins_at_once_and_runs_from_an_end_that_is_near(
    made: Credential, registrar: User, moment: datetime, ends: datetime
) -> None:
    new = renewed(made, actor=registrar, at=moment)
    assert (new.valid_from, new.valid_until) == (moment, ends)


def test_a_day_that_is_given_counts_as_it_is(made: Credential, registrar: User) -> None:
    new = renewed(made, actor=registrar, at=END + 100 * DAY, valid_from=END)
    assert (new.valid_from, new.valid_until) == (END, datetime(2030, 3, 2, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("begins", "problem"),
    [
        (END + DAY, "Begin on a day from 2026-03-02 to today"),
        (END - 900 * DAY, "Begin on a day from 2026-03-02 to today"),
    ],
)
def test_it_begins_neither_later_than_now_nor_before_the_old_one(
    made: Credential, registrar: User, begins: datetime, problem: str
) -> None:
    with pytest.raises(CredentialRefused, match=problem):
        renewed(made, actor=registrar, at=END, valid_from=begins)
    assert Credential.objects.get().state == State.ACTIVE


def test_what_would_have_ended_already_is_refused(made: Credential, registrar: User) -> None:
    with pytest.raises(CredentialRefused, match="ended on 2030-03-02 already"):
        renewed(made, actor=registrar, at=END + 800 * DAY, valid_from=END)


def test_a_type_that_has_no_end_any_more_renews_without_one(
    made: Credential, registrar: User, at: datetime
) -> None:
    a_type("CPAP", at=at, second_person=(), validity_months=None)
    made.type.refresh_from_db()
    assert renewed(made, actor=registrar, at=END - DAY).valid_until is None


@pytest.mark.once
@given(
    months=st.integers(1, 120),
    early=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=400)),
)
def test_who_renews_in_time_has_no_gap_and_loses_no_day_of_the_last_ninety(
    months: int, early: timedelta
) -> None:
    kind = CredentialType(code="ONE", validity_months=months)
    row = Credential(
        number="ONE-1", type=kind, holder_id=1, valid_from=datetime(2000, 1, 1, tzinfo=UTC),
        valid_until=END,
    )  # fmt: skip
    now = END - early
    begins, ends = services.renewed_period(row, at=now)
    late_begins, late_ends = services.renewed_period(row, at=END)
    assert begins <= now < END <= late_begins
    assert ends is not None
    assert late_ends is not None
    assert ends > now
    assert (ends == late_ends) or early > 90 * DAY


# What can't be renewed


@pytest.mark.parametrize(
    ("move", "problem"),
    [
        (Move.SUSPEND, "suspended. Reinstate it first"),
        (Move.REVOKE, "revoked, and what was revoked is not renewed"),
        (Move.SURRENDER, "given back, and what was given back is not renewed"),
    ],
)
def test_only_what_is_active_can_be_renewed_and_the_reason_is_said(
    made: Credential, registrar: User, at: datetime, move: Move, problem: str
) -> None:
    moved(made, move, actor=registrar, at=at)
    made.refresh_from_db()
    with pytest.raises(CredentialRefused, match=f"{made.number} .*{problem}"):
        renewed(made, actor=registrar, at=END)
    assert Credential.objects.count() == 1


def test_what_was_renewed_is_not_renewed_again_even_by_who_read_it_before(
    made: Credential, registrar: User
) -> None:
    before = Credential.objects.get(pk=made.pk)
    renewed(made, actor=registrar, at=END - DAY)
    with pytest.raises(CredentialRefused, match="superseded: renew the credential that took"):
        renewed(before, actor=registrar, at=END - DAY)
    assert Credential.objects.count() == 2


def test_what_has_not_begun_or_has_no_end_needs_no_renewal(
    cpap: CredentialType, registrar: User, at: datetime
) -> None:
    wanted = Award(cpap, "holder@example.org", "Ada Example", "Early.", at + 9 * DAY)
    early = services.award(wanted, actor=registrar, at=at)
    assert isinstance(early, Credential)
    with pytest.raises(CredentialRefused, match="not valid yet"):
        renewed(early, actor=registrar, at=at)
    endless = awarded(
        a_type("FOR", at=at, second_person=(), validity_months=None), actor=registrar, at=at
    )
    with pytest.raises(CredentialRefused, match="has no end"):
        renewed(endless, actor=registrar, at=at)


def test_a_credential_of_a_closed_account_is_not_renewed(
    made: Credential, registrar: User, holder: User, at: datetime
) -> None:
    accounts.close_account(holder, actor=holder, at=at)
    made.refresh_from_db()
    with pytest.raises(CredentialRefused, match="No address is known"):
        renewed(made, actor=registrar, at=END)


# Who may


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_registrars_renew(made: Credential, holder: User, role: Role | None) -> None:
    with pytest.raises(PermissionRefused, match="registrar"):
        renewed(made, actor=staff(role) if role else holder, at=END)


def test_nobody_renews_their_own_under_any_address(
    cpap: CredentialType, registrar: User, second: User, at: datetime
) -> None:
    own = awarded(cpap, actor=registrar, at=at, email="second@example.org")
    with pytest.raises(PermissionRefused, match="Nobody changes their own"):
        renewed(own, actor=second, at=END)
    waiting = awarded(cpap, actor=registrar, at=at, email="private@example.org")
    EmailAddress.objects.create(user=second, email="private@example.org", verified=True)
    with pytest.raises(CredentialRefused, match="This address is yours"):
        renewed(waiting, actor=second, at=END)


def test_a_renewal_needs_its_reason(made: Credential, registrar: User) -> None:
    with pytest.raises(CredentialRefused, match="Give the reason"):
        services.renew(made, reason=" ", actor=registrar, at=END)


# With a second person


@pytest.mark.parametrize("action", ["award", "supersede"])
def test_where_either_half_needs_a_second_person_both_wait_and_are_done_together(
    made: Credential, registrar: User, second: User, at: datetime, action: str
) -> None:
    kind_of(made, action, at=at)
    told = Message.objects.count()
    asked = asked_renewal(made, actor=registrar, at=END - DAY)
    assert (asked.renews, asked.asked_for, asked.credential) == (True, "renew", made)
    assert Credential.objects.get().state == State.ACTIVE
    new = services.approve(asked, reason="Counted them.", actor=second, at=END - DAY)
    assert isinstance(new, Credential)
    made.refresh_from_db()
    assert (made.state, made.successor) == (State.SUPERSEDED, new)
    change = StateChange.objects.get()
    assert (change.actor, change.second_person) == (registrar, second)
    assert Message.objects.count() == told + 1
    names = [
        each.payload for each in Event.objects.filter(name__contains=":proposal:").order_by("pk")
    ]
    assert names == [{"action": "renew"}, {"action": "renew", "state": "approved"}]


def test_the_day_that_was_asked_for_is_the_day_that_is_approved(
    made: Credential, registrar: User, second: User, at: datetime
) -> None:
    kind_of(made, "award", at=at)
    asked = asked_renewal(made, actor=registrar, at=END + DAY, valid_from=END)
    new = services.approve(asked, reason="Seen.", actor=second, at=END + 5 * DAY)
    assert isinstance(new, Credential)
    assert new.valid_from == END


def test_a_renewal_is_refused_as_a_whole(
    made: Credential, registrar: User, second: User, at: datetime
) -> None:
    kind_of(made, "award", at=at)
    asked = asked_renewal(made, actor=registrar, at=END)
    services.refuse(asked, reason="Too few hours.", actor=second, at=END)
    assert Credential.objects.get().state == State.ACTIVE


def test_who_asked_does_not_approve_and_who_lost_the_role_asked_in_vain(
    made: Credential, registrar: User, second: User, at: datetime
) -> None:
    kind_of(made, "award", at=at)
    asked = asked_renewal(made, actor=registrar, at=END)
    with pytest.raises(PermissionRefused, match="never the one who asked"):
        services.approve(asked, reason="Sure.", actor=registrar, at=END)
    registrar.role_grants.update(ended_at=END, ended_by=second, end_reason="Has left.")
    with pytest.raises(CredentialRefused, match="may not do it any more"):
        services.approve(asked, reason="Sure.", actor=second, at=END)
    assert Credential.objects.get().state == State.ACTIVE


def test_an_approval_that_comes_after_a_revocation_leaves_the_proposal_open(
    made: Credential, registrar: User, second: User, at: datetime
) -> None:
    kind_of(made, "award", at=at)
    asked = asked_renewal(made, actor=registrar, at=END - DAY)
    moved(made, Move.REVOKE, actor=registrar, at=END - DAY)
    with pytest.raises(CredentialRefused, match="was revoked"):
        services.approve(asked, reason="Seen.", actor=second, at=END)
    asked.refresh_from_db()
    assert asked.state == ProposalState.OPEN
    assert Credential.objects.count() == 1


def test_one_renewal_at_a_time_waits(
    made: Credential, registrar: User, second: User, at: datetime
) -> None:
    kind_of(made, "award", at=at)
    asked_renewal(made, actor=registrar, at=END)
    with pytest.raises(CredentialRefused, match="waits for a second person already"):
        asked_renewal(made, actor=second, at=END)


def test_who_asked_for_a_renewal_or_approved_it_can_not_claim_the_new_one(
    cpap: CredentialType, registrar: User, second: User, at: datetime
) -> None:
    made = awarded(cpap, actor=staff(Role.REGISTRAR), at=at, email="later@example.org")
    kind_of(made, "award", at=at)
    new = services.approve(
        asked_renewal(made, actor=registrar, at=END), reason="Seen.", actor=second, at=END
    )
    assert isinstance(new, Credential)
    for person in (registrar, second):
        found = EmailAddress.objects.create(user=person, email="later@example.org", verified=True)
        with pytest.raises(CredentialRefused, match="You took part"):
            services.claim(new, actor=person, at=END)
        found.delete()


def test_a_renewal_that_waits_is_withdrawn_when_the_holder_closes_the_account(
    made: Credential, registrar: User, second: User, holder: User, at: datetime
) -> None:
    kind_of(made, "award", at=at)
    asked = asked_renewal(made, actor=registrar, at=END)
    accounts.close_account(holder, actor=holder, at=END)
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == (ProposalState.WITHDRAWN, "(erased)")
    with pytest.raises(PermissionRefused, match="decided already"):
        services.approve(asked, reason="Seen.", actor=second, at=END)


def test_a_renewal_does_not_go_round_a_revocation_that_waits(
    made: Credential, registrar: User, second: User
) -> None:
    at = END - 10 * DAY
    kind_of(made, "revoke", at=at)
    wanted = Change(Move.REVOKE, Cause.MISCONDUCT, "A breach.")
    assert isinstance(services.change(made, wanted, actor=registrar, at=at), Proposal)
    with pytest.raises(CredentialRefused, match="waits for a second person"):
        services.renew(made, reason="Showed 40 hours.", actor=second, at=at)
    made.refresh_from_db()
    assert made.state == State.ACTIVE


def test_who_awarded_the_old_one_does_not_come_to_hold_the_renewed_one(
    cpap: CredentialType, registrar: User, second: User, at: datetime
) -> None:
    old = awarded(cpap, actor=registrar, at=at, email="later@example.org")
    new = renewed(old, actor=second, at=END - 10 * DAY)
    EmailAddress.objects.create(user=registrar, email="later@example.org", verified=True)
    with pytest.raises(CredentialRefused, match="took part"):
        services.claim(new, actor=registrar, at=END)
