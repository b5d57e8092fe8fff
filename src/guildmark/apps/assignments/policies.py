"""Who may declare what, and who may look at the conflicts of others."""

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.permissions import Condition, Policy, Text, predicate
from guildmark.apps.accounts.policies import SIGNED_IN, needs_role
from guildmark.apps.accounts.states import Role

from .models import Relation, Tie


class Permission(StrEnum):
    """Every permission of this context, as context:subject:action."""

    CONFLICT_DECLARE = "assignments:conflict:declare"
    CONFLICT_WITHDRAW = "assignments:conflict:withdraw"
    CONFLICT_CHECK = "assignments:conflict:check"
    TIE_DECLARE = "assignments:tie:declare"
    TIE_END = "assignments:tie:end"


CHECKERS = frozenset(
    {Role.TRIAGE, Role.EDITOR, Role.EXAM_OFFICER, Role.ASSESSOR_LEAD, Role.DECISION_MAKER}
)
"""Who asks people to act on something, and so has to know who can't."""


@predicate
def gives_work(actor: Any) -> bool:
    """Has a role that asks people to act on something."""
    return bool(accounts.effective_roles(actor) & CHECKERS)


@predicate
def is_about_oneself(actor: Any, relation: Relation) -> bool:
    """Declared it."""
    return bool(relation.person_id == actor.pk)


@predicate
def declared_tie(actor: Any, tie: Tie) -> bool:
    """Declared the tie."""
    return bool(tie.declared_by_id == actor.pk)


def _needs_checker(actor: Any, _subject: Any) -> Text:
    return needs_role(actor, *sorted(CHECKERS))


CONFLICT_CHECK = Policy(Permission.CONFLICT_CHECK, SIGNED_IN, Condition(gives_work, _needs_checker))
CONFLICT_DECLARE = Policy(Permission.CONFLICT_DECLARE, SIGNED_IN)
CONFLICT_WITHDRAW = Policy(
    Permission.CONFLICT_WITHDRAW,
    SIGNED_IN,
    Condition(is_about_oneself, _("Only who declared it can take it back.")),
)
TIE_DECLARE = Policy(Permission.TIE_DECLARE, SIGNED_IN)
TIE_END = Policy(
    Permission.TIE_END,
    SIGNED_IN,
    Condition(declared_tie, _("Only who declared it can end it.")),
)
POLICIES = {
    policy.permission: policy
    for policy in (CONFLICT_CHECK, CONFLICT_DECLARE, CONFLICT_WITHDRAW, TIE_DECLARE, TIE_END)
}
