"""Who may open a case, and who may act on it."""

from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.permissions import Condition, Policy, Text, predicate
from guildmark.apps.accounts.policies import SIGNED_IN, is_administrator, needs_role
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import System

from . import queries
from .models import Case


class Permission(StrEnum):
    """Every permission of this context, as context:subject:action."""

    CLOCKS_CHANGE = "cases:clocks:change"
    CASE_OPEN = "cases:case:open"
    CASE_READ = "cases:case:read"
    CASE_HANDLE = "cases:case:handle"
    CASE_DECIDE = "cases:case:decide"


@predicate
def is_decision_maker(actor: Any) -> bool:
    """An effective decision maker."""
    return accounts.has_role(actor, Role.DECISION_MAKER)


@predicate
def is_independent(actor: Any, case: Case) -> bool:
    """Never had to do with the matter, and has no conflict with it."""
    return queries.is_independent(actor, case, at=timezone.now())


@predicate
def is_member(actor: Any, case: Case) -> bool:
    """Is one of those to whom it was given."""
    return case.members.filter(person_id=actor.pk).exists()


@predicate
def is_operator(actor: Any) -> bool:
    """Somebody at the command line of the machine, or Guildmark itself."""
    return actor is None or isinstance(actor, System)


@predicate
def is_administrator_here(actor: Any) -> bool:
    """An effective administrator."""
    return actor is not None and is_administrator.test(actor)


@predicate
def may_read(actor: Any, case: Case) -> bool:
    """Opened it, or is a decision maker who is independent of it."""
    if case.opened_by_id == actor.pk:
        return True
    return is_decision_maker.test(actor) and is_independent.test(actor, case)


def _needs_administrator(actor: Any, _subject: Any) -> Text:
    return needs_role(actor, Role.ADMINISTRATOR)


def _needs_decision_maker(actor: Any, _case: Any) -> Text:
    return needs_role(actor, Role.DECISION_MAKER)


def _why_not_independent(actor: Any, case: Case) -> Text:
    found = queries.hindrance(actor, case, at=timezone.now())
    return found.reason if found is not None else ""


DECISION_MAKER = Condition(is_decision_maker, _needs_decision_maker)
INDEPENDENT = Condition(is_independent, _why_not_independent)
CLOCKS_CHANGE = Policy(
    Permission.CLOCKS_CHANGE, Condition(is_operator | is_administrator_here, _needs_administrator)
)
CASE_READ = Policy(
    Permission.CASE_READ,
    SIGNED_IN,
    Condition(may_read, _("Only who opened a case and those who may decide on it read it.")),
)
CASE_OPEN = Policy(Permission.CASE_OPEN, SIGNED_IN)
CASE_HANDLE = Policy(Permission.CASE_HANDLE, SIGNED_IN, DECISION_MAKER, INDEPENDENT)
CASE_DECIDE = Policy(
    Permission.CASE_DECIDE,
    SIGNED_IN,
    DECISION_MAKER,
    INDEPENDENT,
    Condition(is_member, _("It was given to somebody else to decide.")),
)
POLICIES = {
    policy.permission: policy
    for policy in (CLOCKS_CHANGE, CASE_OPEN, CASE_READ, CASE_HANDLE, CASE_DECIDE)
}
