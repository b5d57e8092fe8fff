"""Who may keep the register, check experience, end a verification and set points, and why not."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.permissions import Condition, Policy, predicate
from guildmark.apps.accounts.policies import SIGNED_IN, is_administrator, needs_role
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import System

from . import queries
from .models import CheckRequest, Experience, Reference, Verification
from .states import CheckState, ReferenceState

KEEPERS = frozenset({Role.REGISTRAR, Role.ADMINISTRATOR})
"""Who keeps the register of employers."""
ENDERS = frozenset({Role.REGISTRAR})
"""Who ends a verification that was found false."""


class Permission(StrEnum):
    """Every permission of this context, as context:subject:action."""

    PROFILE_EDIT = "practitioners:profile:edit"
    EMPLOYER_KEEP = "practitioners:employer:keep"
    EXPERIENCE_EDIT = "practitioners:experience:edit"
    CHECKS_READ = "practitioners:checks:read"
    EXPERIENCE_CHECK = "practitioners:experience:check"
    PORTFOLIO_VERIFY = "practitioners:experience:verify-by-portfolio"
    REFERENCE_ANSWER = "practitioners:reference:answer"
    REFERENCE_EDIT = "practitioners:reference:edit"
    VERIFICATIONS_READ = "practitioners:verifications:read"
    VERIFICATION_END = "practitioners:verification:end"
    POINTS_DEFINE = "practitioners:points:define"


class CheckAt(NamedTuple):
    """A request for a check, and the moment at which somebody wants to decide on it."""

    request: CheckRequest
    at: datetime


class AnswerAt(NamedTuple):
    """A reference, and the moment at which somebody wants to answer."""

    reference: Reference
    at: datetime


@predicate
def is_operator(actor: Any) -> bool:
    """Somebody at the command line of the machine, or Guildmark itself."""
    return actor is None or isinstance(actor, System)


@predicate
def is_administrator_here(actor: Any) -> bool:
    """An effective administrator."""
    return actor is not None and is_administrator.test(actor)


@predicate
def is_keeper(actor: Any) -> bool:
    """An effective registrar or administrator."""
    return bool(accounts.effective_roles(actor) & KEEPERS)


@predicate
def is_checker(actor: Any) -> bool:
    """An effective registrar or assessor lead."""
    return bool(accounts.effective_roles(actor) & queries.CHECKERS)


@predicate
def is_ender(actor: Any) -> bool:
    """An effective registrar."""
    return bool(accounts.effective_roles(actor) & ENDERS)


@predicate
def is_owner(actor: Any, experience: Experience) -> bool:
    """The actor attested it."""
    return actor.pk is not None and actor.pk == experience.person_id


@predicate
def stands(_actor: Any, experience: Experience) -> bool:
    """It was not withdrawn, and its person is still here."""
    return experience.withdrawn_at is None and experience.person_id is not None


@predicate
def is_another(actor: Any, experience: Experience) -> bool:
    """The actor is not the person whose experience it is."""
    return getattr(actor, "pk", None) != experience.person_id


@predicate
def asked_for_it(actor: Any, reference: Reference) -> bool:
    """The actor asked the referee."""
    return is_owner.test(actor, reference.experience)


@predicate
def is_unanswered(_actor: Any, reference: Reference) -> bool:
    """Nobody answered, and it was not withdrawn."""
    return reference.state == ReferenceState.ASKED and stands.test(None, reference.experience)


@predicate
def can_be_answered(_actor: Any, answer: AnswerAt) -> bool:
    """It waits for an answer, and the link is still good."""
    waits = is_unanswered.test(None, answer.reference)
    return waits and not answer.reference.has_lapsed(answer.at)


@predicate
def is_referee_apart(actor: Any, answer: AnswerAt) -> bool:
    """Whoever answers is not signed in as the person whom it is about."""
    return getattr(actor, "pk", None) != answer.reference.experience.person_id


@predicate
def is_open(_actor: Any, check: CheckAt) -> bool:
    """Nobody decided yet, and what was attested still stands."""
    waits = check.request.state == CheckState.ASKED
    return waits and stands.test(None, check.request.experience)


@predicate
def is_checker_apart(actor: Any, check: CheckAt) -> bool:
    """The experience is not the checker's own."""
    return is_another.test(actor, check.request.experience)


@predicate
def is_no_colleague(actor: Any, check: CheckAt) -> bool:
    """They shared no family of employers in the last 24 months."""
    colleagues = queries.recent_colleagues(actor, at=check.at)
    return not colleagues.filter(person_id=check.request.experience.person_id).exists()


@predicate
def ends_for_another(actor: Any, verification: Verification) -> bool:
    """The verification is not of the actor's own experience."""
    return is_another.test(actor, verification.experience)


def _needs(*roles: Role) -> Any:
    def reason(actor: Any, _subject: Any) -> Any:
        if not getattr(actor, "is_authenticated", False):
            return _("Sign in first.")
        return needs_role(actor, *sorted(roles))

    return reason


OWN = Condition(is_owner, _("Only the person whose experience it is can do this."))
STANDS = Condition(stands, _("This was withdrawn."))

PROFILE_EDIT = Policy(Permission.PROFILE_EDIT, SIGNED_IN)
EMPLOYER_KEEP = Policy(Permission.EMPLOYER_KEEP, SIGNED_IN, Condition(is_keeper, _needs(*KEEPERS)))
EXPERIENCE_EDIT = Policy(Permission.EXPERIENCE_EDIT, SIGNED_IN, OWN, STANDS)
CHECKS_READ = Policy(
    Permission.CHECKS_READ, SIGNED_IN, Condition(is_checker, _needs(*queries.CHECKERS))
)
VERIFICATIONS_READ = Policy(
    Permission.VERIFICATIONS_READ, SIGNED_IN, Condition(is_ender, _needs(*ENDERS))
)
EXPERIENCE_CHECK = Policy(
    Permission.EXPERIENCE_CHECK,
    SIGNED_IN,
    Condition(is_checker, _needs(*queries.CHECKERS)),
    Condition(is_checker_apart, _("Nobody checks their own experience.")),
    Condition(
        is_no_colleague,
        _(
            "You and this person worked for the same family of employers within the last 24 "
            "months. Somebody else has to check this."
        ),
    ),
    Condition(is_open, _("This was decided or withdrawn already.")),
)
PORTFOLIO_VERIFY = Policy(
    Permission.PORTFOLIO_VERIFY,
    Condition(is_another, _("Nobody verifies their own experience.")),
    STANDS,
)
REFERENCE_ANSWER = Policy(
    Permission.REFERENCE_ANSWER,
    Condition(
        is_referee_apart,
        _("You are signed in as the person whom this is about. Nobody confirms their own work."),
    ),
    Condition(
        can_be_answered,
        _("This link is no good any more: it was answered, withdrawn, or is older than 30 days."),
    ),
)
REFERENCE_EDIT = Policy(
    Permission.REFERENCE_EDIT,
    SIGNED_IN,
    Condition(asked_for_it, _("Only who asked the referee can do this.")),
    Condition(is_unanswered, _("The referee answered already, or it was withdrawn.")),
)
VERIFICATION_END = Policy(
    Permission.VERIFICATION_END,
    SIGNED_IN,
    Condition(is_ender, _needs(*ENDERS)),
    Condition(ends_for_another, _("Nobody decides on their own experience.")),
)
POINTS_DEFINE = Policy(
    Permission.POINTS_DEFINE,
    Condition(is_operator | is_administrator_here, _needs(Role.ADMINISTRATOR)),
)
POLICIES = {
    policy.permission: policy
    for policy in (
        PROFILE_EDIT,
        EMPLOYER_KEEP,
        EXPERIENCE_EDIT,
        CHECKS_READ,
        EXPERIENCE_CHECK,
        PORTFOLIO_VERIFY,
        REFERENCE_ANSWER,
        REFERENCE_EDIT,
        VERIFICATIONS_READ,
        VERIFICATION_END,
        POINTS_DEFINE,
    )
}
