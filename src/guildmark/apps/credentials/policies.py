"""Who may define types, award and change credentials, decide as a second person, and why not."""

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.permissions import Condition, Policy, predicate
from guildmark.apps.accounts.policies import SIGNED_IN, is_administrator, needs_role
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import System

from . import queries
from .models import Credential, NameLink, Proposal
from .states import CREDENTIAL, Move, ProposalState


class Permission(StrEnum):
    """Every permission of this context, as context:subject:action."""

    TYPE_DEFINE = "credentials:type:define"
    ISSUER_RECOGNISE = "credentials:issuer:recognise"
    REGISTRY_READ = "credentials:registry:read"
    REGISTRY_TAKE_OVER = "credentials:registry:take-over"
    CREDENTIAL_AWARD = "credentials:credential:award"
    CREDENTIAL_CHANGE = "credentials:credential:change"
    CREDENTIAL_RENEW = "credentials:credential:renew"
    CREDENTIAL_SURRENDER = "credentials:credential:surrender"
    CREDENTIAL_SHOW = "credentials:credential:show"
    NAME_LINK_MAKE = "credentials:name-link:make"
    NAME_LINK_WITHDRAW = "credentials:name-link:withdraw"
    COMPONENT_RECORD = "credentials:component:record"
    PROPOSAL_DECIDE = "credentials:proposal:decide"
    PROPOSAL_WITHDRAW = "credentials:proposal:withdraw"


@predicate
def is_operator(actor: Any) -> bool:
    """Somebody at the command line of the machine, or Guildmark itself."""
    return actor is None or isinstance(actor, System)


@predicate
def is_guildmark(actor: Any) -> bool:
    """Guildmark itself: another context knows that somebody passed, and says so."""
    return isinstance(actor, System)


@predicate
def is_administrator_here(actor: Any) -> bool:
    """An effective administrator."""
    return actor is not None and is_administrator.test(actor)


@predicate
def is_registrar(actor: Any) -> bool:
    """An effective registrar."""
    return not isinstance(actor, System) and accounts.has_role(actor, Role.REGISTRAR)


@predicate
def may_read_registry(actor: Any) -> bool:
    """An effective registrar, auditor or administrator."""
    return bool(accounts.effective_roles(actor) & queries.READERS)


@predicate
def is_holder(actor: Any, credential: Credential) -> bool:
    """The actor holds the credential."""
    return actor.pk is not None and actor.pk == credential.holder_id


@predicate
def made_it(actor: Any, link: NameLink) -> bool:
    """The actor holds the credential that the link is about."""
    return bool(is_holder.test(actor, link.credential))


@predicate
def is_person(actor: Any, person: accounts.User) -> bool:
    """The actor is the person whom it is about."""
    return not isinstance(actor, System) and actor.pk is not None and actor.pk == person.pk


@predicate
def can_still_change(_actor: Any, credential: Credential) -> bool:
    """Some move is left from the state it is in."""
    return bool(CREDENTIAL.available(credential.state))


@predicate
def can_surrender(_actor: Any, credential: Credential) -> bool:
    """It is active."""
    return Move.SURRENDER in CREDENTIAL.available(credential.state)


@predicate
def is_open(_actor: Any, proposal: Proposal) -> bool:
    """Nobody has decided yet."""
    return proposal.state == ProposalState.OPEN


@predicate
def asked_for_it(actor: Any, proposal: Proposal) -> bool:
    """The actor is who asked."""
    return bool(actor.pk == proposal.asked_by_id)


@predicate
def gains_by_it(actor: Any, proposal: Proposal) -> bool:
    """The actor is the holder of what it is about."""
    held = proposal.credential is not None and proposal.credential.holder_id == actor.pk
    return bool(held or proposal.details.get("email", "").lower() == actor.email)


def _needs_registrar(actor: Any, _subject: Any) -> Any:
    return needs_role(actor, Role.REGISTRAR)


def _needs_recorder(actor: Any, _subject: Any) -> Any:
    if not getattr(actor, "is_authenticated", False):
        return _("Sign in first.")
    return needs_role(actor, Role.REGISTRAR)


def _needs_reader(actor: Any, _subject: Any) -> Any:
    return needs_role(actor, *sorted(queries.READERS))


def _needs_keeper(actor: Any, _subject: Any) -> Any:
    if not getattr(actor, "is_authenticated", False):
        return _("Sign in first.")
    return needs_role(actor, Role.ADMINISTRATOR)


REGISTRAR = Condition(is_registrar, _needs_registrar)
NOT_ONESELF = Condition(
    ~is_holder, _("Nobody changes their own credential. Ask another registrar.")
)
OPEN = Condition(is_open, _("This was decided already."))

KEEPER = Condition(is_operator | is_administrator_here, _needs_keeper)

TYPE_DEFINE = Policy(Permission.TYPE_DEFINE, KEEPER)
ISSUER_RECOGNISE = Policy(Permission.ISSUER_RECOGNISE, KEEPER)
REGISTRY_READ = Policy(
    Permission.REGISTRY_READ, SIGNED_IN, Condition(may_read_registry, _needs_reader)
)
REGISTRY_TAKE_OVER = Policy(
    Permission.REGISTRY_TAKE_OVER,
    Condition(is_operator, _("An older registry is taken over at the command line only.")),
)
CREDENTIAL_AWARD = Policy(Permission.CREDENTIAL_AWARD, SIGNED_IN, REGISTRAR)
CREDENTIAL_CHANGE = Policy(
    Permission.CREDENTIAL_CHANGE,
    SIGNED_IN,
    REGISTRAR,
    NOT_ONESELF,
    Condition(can_still_change, _("This state is final; nothing leads out of it.")),
)
CREDENTIAL_RENEW = Policy(Permission.CREDENTIAL_RENEW, SIGNED_IN, REGISTRAR, NOT_ONESELF)
COMPONENT_RECORD = Policy(
    Permission.COMPONENT_RECORD,
    Condition(is_guildmark | is_registrar, _needs_recorder),
    Condition(~is_person, _("Nobody records a component for themselves. Ask another registrar.")),
)
CREDENTIAL_SURRENDER = Policy(
    Permission.CREDENTIAL_SURRENDER,
    SIGNED_IN,
    Condition(is_holder, _("Only the holder can surrender a credential.")),
    Condition(can_surrender, _("Only an active credential can be surrendered.")),
)
CREDENTIAL_SHOW = Policy(
    Permission.CREDENTIAL_SHOW,
    SIGNED_IN,
    Condition(is_holder, _("Only the holder chooses how a credential is shown.")),
)
NAME_LINK_MAKE = Policy(
    Permission.NAME_LINK_MAKE,
    SIGNED_IN,
    Condition(is_holder, _("Only the holder decides who is shown the name.")),
)
NAME_LINK_WITHDRAW = Policy(
    Permission.NAME_LINK_WITHDRAW,
    SIGNED_IN,
    Condition(made_it, _("Only the holder takes back who is shown the name.")),
)
PROPOSAL_DECIDE = Policy(
    Permission.PROPOSAL_DECIDE,
    SIGNED_IN,
    REGISTRAR,
    OPEN,
    Condition(~asked_for_it, _("A second person decides, never the one who asked.")),
    Condition(~gains_by_it, _("Nobody decides on their own credential.")),
)
PROPOSAL_WITHDRAW = Policy(
    Permission.PROPOSAL_WITHDRAW,
    SIGNED_IN,
    OPEN,
    Condition(asked_for_it, _("Only who asked can withdraw it.")),
)
POLICIES = {
    policy.permission: policy
    for policy in (
        TYPE_DEFINE,
        ISSUER_RECOGNISE,
        REGISTRY_READ,
        REGISTRY_TAKE_OVER,
        CREDENTIAL_AWARD,
        CREDENTIAL_CHANGE,
        CREDENTIAL_RENEW,
        COMPONENT_RECORD,
        CREDENTIAL_SURRENDER,
        CREDENTIAL_SHOW,
        NAME_LINK_MAKE,
        NAME_LINK_WITHDRAW,
        PROPOSAL_DECIDE,
        PROPOSAL_WITHDRAW,
    )
}
