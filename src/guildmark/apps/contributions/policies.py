"""Who may send, join, read and decide on contributions, and why not."""

from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.permissions import Condition, Policy, predicate
from guildmark.apps.accounts.policies import SIGNED_IN, is_administrator, needs_role
from guildmark.apps.accounts.states import Role
from guildmark.apps.assignments import queries as assignments
from guildmark.apps.audit.events import System

from . import queries
from .models import Contribution
from .states import Kind, Outcome, State


class Permission(StrEnum):
    """Every permission of this context, as context:subject:action."""

    RULES_CHANGE = "contributions:rules:change"
    FEEDBACK_SEND = "contributions:feedback:send"
    CONTRIBUTION_OWN = "contributions:contribution:own"
    CONTRIBUTION_JOIN = "contributions:contribution:join"
    CONTRIBUTION_WITHDRAW = "contributions:contribution:withdraw"
    CONTRIBUTION_CONTEST = "contributions:contribution:contest"
    QUEUE_READ = "contributions:queue:read"
    CONTRIBUTION_READ = "contributions:contribution:read"
    CONTRIBUTION_TRIAGE = "contributions:contribution:triage"


@predicate
def is_operator(actor: Any) -> bool:
    """Somebody at the command line of the machine, or Guildmark itself."""
    return actor is None or isinstance(actor, System)


@predicate
def is_administrator_here(actor: Any) -> bool:
    """An effective administrator."""
    return actor is not None and is_administrator.test(actor)


@predicate
def reads_a_queue(actor: Any) -> bool:
    """Has a role that reads contributions of some kind."""
    return bool(accounts.effective_roles(actor) & queries.READERS[Kind.CONTACT])


@predicate
def reads_this_kind(actor: Any, row: Contribution) -> bool:
    """Has a role that reads contributions of this kind."""
    return bool(accounts.effective_roles(actor) & queries.READERS[Kind(row.kind)])


@predicate
def triages_this_kind(actor: Any, row: Contribution) -> bool:
    """Has a role that decides on contributions of this kind."""
    return bool(accounts.effective_roles(actor) & queries.TRIAGERS[Kind(row.kind)])


@predicate
def has_no_conflict(actor: Any, row: Contribution) -> bool:
    """Did not write it, did not join it, and has no other conflict with it today."""
    return not assignments.conflicts(actor, queries.SUBJECT_KIND, row.pk, at=timezone.now())


@predicate
def is_author(actor: Any, row: Contribution) -> bool:
    """Sent it in."""
    return row.author_id is not None and row.author_id == actor.pk


@predicate
def is_open(_actor: Any, row: Contribution) -> bool:
    """Nobody has decided yet."""
    return row.is_open


@predicate
def can_be_joined(_actor: Any, row: Contribution) -> bool:
    """Is published feedback that nobody has decided on, and joined to no other."""
    return bool(row.kind == Kind.FEEDBACK and row.public_summary and row.is_open)


@predicate
def was_decided(_actor: Any, row: Contribution) -> bool:
    """Somebody else than its author decided on it, and it was not merely split or turned."""
    ends = {Outcome.ACCEPTED, Outcome.DECLINED, Outcome.DUPLICATE, Outcome.ANSWERED}
    return row.state == State.DISPOSED and row.outcome in ends


def _needs_reader(actor: Any, _row: Any) -> Any:
    return needs_role(actor, *sorted(queries.READERS[Kind.CONTACT]))


def _needs_triager(actor: Any, row: Contribution) -> Any:
    return needs_role(actor, *sorted(queries.TRIAGERS[Kind(row.kind)]))


def _needs_keeper(actor: Any, _subject: Any) -> Any:
    return needs_role(actor, Role.ADMINISTRATOR)


AUTHOR = Condition(is_author, _("Only who sent it in can do this."))
IMPARTIAL = Condition(
    has_no_conflict, _("You have a conflict of interest here. Somebody else decides on it.")
)
"""It does not say which: that would tell who wrote it."""
OPEN = Condition(is_open, _("This was decided already."))

RULES_CHANGE = Policy(
    Permission.RULES_CHANGE, Condition(is_operator | is_administrator_here, _needs_keeper)
)
FEEDBACK_SEND = Policy(Permission.FEEDBACK_SEND, SIGNED_IN)
CONTRIBUTION_OWN = Policy(Permission.CONTRIBUTION_OWN, SIGNED_IN, AUTHOR)
CONTRIBUTION_JOIN = Policy(
    Permission.CONTRIBUTION_JOIN,
    SIGNED_IN,
    Condition(~is_author, _("You wrote this: your voice counts already.")),
    Condition(can_be_joined, _("Nobody can join this any more: it was decided on.")),
)
CONTRIBUTION_WITHDRAW = Policy(Permission.CONTRIBUTION_WITHDRAW, SIGNED_IN, AUTHOR, OPEN)
CONTRIBUTION_CONTEST = Policy(
    Permission.CONTRIBUTION_CONTEST,
    SIGNED_IN,
    AUTHOR,
    Condition(was_decided, _("There is no decision that could be contested.")),
)
QUEUE_READ = Policy(Permission.QUEUE_READ, SIGNED_IN, Condition(reads_a_queue, _needs_reader))
CONTRIBUTION_READ = Policy(
    Permission.CONTRIBUTION_READ,
    SIGNED_IN,
    Condition(reads_this_kind, _needs_reader),
    IMPARTIAL,
)
CONTRIBUTION_TRIAGE = Policy(
    Permission.CONTRIBUTION_TRIAGE,
    SIGNED_IN,
    Condition(triages_this_kind, _needs_triager),
    IMPARTIAL,
)
POLICIES = {
    policy.permission: policy
    for policy in (
        RULES_CHANGE,
        FEEDBACK_SEND,
        CONTRIBUTION_OWN,
        CONTRIBUTION_JOIN,
        CONTRIBUTION_WITHDRAW,
        CONTRIBUTION_CONTEST,
        QUEUE_READ,
        CONTRIBUTION_READ,
        CONTRIBUTION_TRIAGE,
    )
}
