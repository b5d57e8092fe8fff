"""Policies, their reasons, and their queryset twin."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries
from rules.permissions import has_perm, perm_exists

from guildmark.apps.accounts import policies, queries
from guildmark.apps.accounts.models import User
from guildmark.apps.accounts.queries import Visitor
from guildmark.apps.accounts.states import Role

from .factories import member, staff, with_second_factor

pytestmark = pytest.mark.django_db


def everybody() -> Iterator[Visitor]:
    """One person of each kind: every role awake and asleep, disabled, closed, nobody."""
    yield AnonymousUser()
    yield member()
    yield with_second_factor(member())
    for role in Role:
        yield staff(role)
        yield staff(role, second_factor=False)
        disabled = staff(role)
        User.objects.filter(pk=disabled.pk).update(is_active=False)
        disabled.refresh_from_db()
        yield disabled


def test_the_people_one_may_see_are_those_whose_page_one_may_see_one_by_one() -> None:
    actors = list(everybody())
    closed = member()
    User.objects.filter(pk=closed.pk).update(is_active=False, closed_at="2026-03-01T00:00:00Z")
    people = list(User.objects.all())
    assert len(people) > 25
    for actor in actors:
        one_by_one = {p for p in people if policies.PERSON_VIEW.allows(actor, p)}
        assert set(queries.visible_to(actor)) == one_by_one, actor


def test_only_administrators_and_auditors_who_are_awake_may_list_people() -> None:
    may = [actor for actor in everybody() if policies.PEOPLE_LIST.allows(actor)]
    roles = [role for actor in may for role in queries.effective_roles(actor)]
    assert sorted(roles) == [Role.ADMINISTRATOR, Role.AUDITOR]
    assert len(may) == len(roles)


def test_every_refusal_gives_its_reason_in_words() -> None:
    ada = member()
    for actor in everybody():
        for policy in (policies.PEOPLE_LIST, policies.PERSON_VIEW, policies.ROLE_GRANT):
            refusal = policy.refusal(actor, ada)
            assert (refusal is None) == policy.allows(actor, ada)
            assert refusal is None or str(refusal).endswith(".")


def test_nobody_is_told_to_sign_in_first() -> None:
    assert str(policies.PEOPLE_LIST.refusal(AnonymousUser())) == "Sign in first."


def test_a_policy_is_known_to_rules_under_its_permission() -> None:
    admin = staff(Role.ADMINISTRATOR)
    for permission in policies.Permission:
        assert policies.POLICIES[permission].permission is permission
        assert perm_exists(permission)
    assert has_perm(policies.Permission.PEOPLE_LIST, admin)
    assert not has_perm(policies.Permission.PEOPLE_LIST, member())


def test_asking_for_effective_roles_takes_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ada = staff(Role.EDITOR)
    with django_assert_num_queries(1):
        queries.effective_roles(ada)
