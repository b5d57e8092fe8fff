"""Granting and ending roles."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from guildmark.apps.accounts import queries, services
from guildmark.apps.accounts.models import RoleGrant, User
from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.accounts.states import Role

from .factories import administrator, member, staff, with_second_factor

pytestmark = pytest.mark.django_db


def grant(person: User, role: Role, actor: User, at: datetime) -> RoleGrant:
    return services.grant_role(person, role, actor=actor, at=at, reason="She knows the field.")


def test_a_granted_role_is_kept_with_who_when_and_why(at: datetime) -> None:
    ada, admin = member(), administrator()
    row = services.grant_role(ada, Role.EDITOR, actor=admin, at=at, reason="  Knows\n the field. ")
    assert (row.granted_by, row.granted_at, row.reason) == (admin, at, "Knows the field.")
    assert queries.held_roles(ada) == {Role.EDITOR}


def test_a_role_sleeps_until_its_holder_has_a_second_factor(at: datetime) -> None:
    ada = member()
    grant(ada, Role.EDITOR, administrator(), at)
    assert not queries.has_role(ada, Role.EDITOR)
    assert queries.dormant_roles(ada) == {Role.EDITOR}
    with_second_factor(ada)
    assert queries.has_role(ada, Role.EDITOR)
    assert queries.dormant_roles(ada) == frozenset()


def test_recovery_codes_alone_wake_no_role() -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    ada = staff(Role.EDITOR, second_factor=False)
    RecoveryCodes.activate(ada)
    assert queries.effective_roles(ada) == frozenset()


def test_a_disabled_person_has_no_effective_role(at: datetime) -> None:
    ada, admin = staff(Role.REGISTRAR), administrator()
    services.disable_account(ada, actor=admin, at=at, reason="Left the institute.")
    assert queries.effective_roles(ada) == frozenset()
    assert not queries.people_with_role(Role.REGISTRAR).exists()
    assert not queries.is_staff_member(ada)


def test_people_with_a_role_are_those_for_whom_it_is_effective() -> None:
    awake = staff(Role.TRIAGE)
    staff(Role.TRIAGE, second_factor=False)
    staff(Role.EDITOR)
    assert list(queries.people_with_role(Role.TRIAGE)) == [awake]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_no_other_role_lets_one_grant_roles(role: Role, at: datetime) -> None:
    ada = member()
    with pytest.raises(PermissionRefused, match="needs the role administrator"):
        grant(ada, Role.EDITOR, staff(role), at)
    assert not queries.held_roles(ada)


def test_a_member_grants_no_role(at: datetime) -> None:
    with pytest.raises(PermissionRefused, match="which you do not hold"):
        grant(member(), Role.EDITOR, member(), at)


def test_an_administrator_without_second_factor_grants_no_role_and_learns_why(
    at: datetime,
) -> None:
    with pytest.raises(PermissionRefused, match="sleeps until you set up a second factor"):
        grant(member(), Role.EDITOR, administrator(second_factor=False), at)


def test_nobody_grants_a_role_to_themselves(at: datetime) -> None:
    admin = administrator()
    with pytest.raises(PermissionRefused, match="to themselves"):
        grant(admin, Role.EDITOR, admin, at)


def test_a_grant_needs_a_reason(at: datetime) -> None:
    ada = member()
    with pytest.raises(services.ReasonMissing):
        services.grant_role(ada, Role.EDITOR, actor=administrator(), at=at, reason=" \n")
    assert not queries.held_roles(ada)


def test_a_role_is_not_granted_twice_but_again_after_it_ended(at: datetime) -> None:
    ada, admin = member(), administrator()
    first = grant(ada, Role.EDITOR, admin, at)
    with pytest.raises(services.RoleAlreadyHeld, match="editor"):
        grant(ada, Role.EDITOR, admin, at)
    services.end_role(first, actor=admin, at=at, reason="The cycle is over.")
    grant(ada, Role.EDITOR, admin, at + timedelta(days=1))
    assert queries.role_history(ada).count() == 2


def test_the_database_refuses_a_second_open_grant(at: datetime) -> None:
    ada, admin = staff(Role.EDITOR), administrator()
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(
            user=ada, role=Role.EDITOR, reason="Again.", granted_by=admin, granted_at=at
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "emperor"},
        {"reason": ""},
        {"granted_by": None},
        {"ended_at": datetime.fromisoformat("2026-03-03T12:00:00Z")},
        {"end_reason": "Ended by nobody."},
    ],
)
def test_the_database_refuses_a_grant_that_explains_itself_badly(
    wrong: dict[str, object], at: datetime
) -> None:
    fields: dict[str, object] = {
        "user": member(),
        "role": Role.EDITOR,
        "reason": "Knows the field.",
        "granted_by": administrator(),
        "granted_at": at,
        **wrong,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(**fields)


def test_the_database_refuses_a_role_given_to_oneself(at: datetime) -> None:
    ada = member()
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(
            user=ada, role=Role.EDITOR, reason="I want it.", granted_by=ada, granted_at=at
        )


def test_an_ended_role_stays_in_the_history_with_both_reasons(at: datetime) -> None:
    ada, admin = staff(Role.EDITOR), administrator()
    row = services.end_role(
        queries.open_grants(ada).get(), actor=admin, at=at, reason="The cycle is over."
    )
    assert (row.ended_at, row.ended_by, row.end_reason) == (at, admin, "The cycle is over.")
    assert queries.held_roles(ada) == frozenset()
    assert list(queries.role_history(ada)) == [row]


def test_a_role_ends_once(at: datetime) -> None:
    row, admin = queries.open_grants(staff(Role.EDITOR)).get(), administrator()
    services.end_role(row, actor=admin, at=at, reason="The cycle is over.")
    with pytest.raises(PermissionRefused, match="already ended"):
        services.end_role(row, actor=admin, at=at, reason="Once more.")


def test_anybody_may_lay_down_their_own_role(at: datetime) -> None:
    ada = staff(Role.EDITOR, second_factor=False)
    services.end_role(queries.open_grants(ada).get(), actor=ada, at=at, reason="No time left.")
    assert queries.held_roles(ada) == frozenset()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT, Role.EDITOR])
def test_nobody_but_administrators_ends_a_role_of_others(role: Role, at: datetime) -> None:
    row = queries.open_grants(staff(Role.EDITOR)).get()
    with pytest.raises(PermissionRefused):
        services.end_role(row, actor=staff(role), at=at, reason="I dislike it.")
    row.refresh_from_db()
    assert row.ended_at is None


def test_the_last_administrator_who_can_act_cannot_be_ended(at: datetime) -> None:
    admin = administrator()
    administrator(second_factor=False)
    row = queries.open_grants(admin).get()
    with pytest.raises(PermissionRefused, match="Nobody else could grant roles"):
        services.end_role(row, actor=admin, at=at, reason="I retire.")


def test_one_of_two_administrators_can_be_ended(at: datetime) -> None:
    admin, other = administrator(), administrator()
    services.end_role(queries.open_grants(other).get(), actor=admin, at=at, reason="Retired.")
    assert list(queries.people_with_role(Role.ADMINISTRATOR)) == [admin]


def test_the_first_administrator_needs_nobody_to_appoint_them(at: datetime) -> None:
    ada = with_second_factor(member())
    row = services.appoint_first_administrator(ada, at=at)
    assert row.granted_by is None
    assert queries.has_role(ada, Role.ADMINISTRATOR)


def test_there_is_one_first_administrator_for_ever(at: datetime) -> None:
    ada, admin = member(), administrator()
    services.end_role(
        queries.open_grants(administrator()).get(), actor=admin, at=at, reason="Retired."
    )
    with pytest.raises(services.AdministratorAlreadyAppointed):
        services.appoint_first_administrator(ada, at=at)
    assert queries.held_roles(ada) == frozenset()


def test_the_database_refuses_a_second_first_administrator(at: datetime) -> None:
    services.appoint_first_administrator(member(), at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(
            user=member(), role=Role.ADMINISTRATOR, reason="Me too.", granted_at=at
        )


def test_every_role_says_in_one_sentence_what_it_lets_one_do() -> None:
    for role in Role:
        sentence = str(role.description)
        assert sentence.endswith(".")
        assert sentence.count(". ") == 0
