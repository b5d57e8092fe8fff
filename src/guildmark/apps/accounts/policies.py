"""Who may do what with accounts and roles, and why not."""

from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import queries
from .models import RoleGrant, User
from .permissions import Condition, Policy, Text, predicate
from .queries import Visitor
from .states import Role


class Permission(StrEnum):
    """Every permission of this context, as context:subject:action."""

    PEOPLE_LIST = "accounts:people:list"
    PERSON_VIEW = "accounts:person:view"
    ROLE_GRANT = "accounts:role:grant"
    ROLE_END = "accounts:role:end"
    ACCOUNT_DISABLE = "accounts:account:disable"
    ACCOUNT_ENABLE = "accounts:account:enable"
    ACCOUNT_CLOSE = "accounts:account:close"
    FACTORS_RESET = "accounts:factor:reset"


@predicate
def is_signed_in(actor: Visitor) -> bool:
    """Somebody with an active account."""
    return actor.is_authenticated and actor.is_active


@predicate
def is_administrator(actor: Visitor) -> bool:
    """Somebody for whom the role administrator is effective."""
    return queries.has_role(actor, Role.ADMINISTRATOR)


@predicate
def is_overseer(actor: Visitor) -> bool:
    """An effective administrator or auditor."""
    return bool(queries.effective_roles(actor) & queries.OVERSEERS)


@predicate
def is_oneself(actor: Visitor, person: User) -> bool:
    """The actor is the person it is about."""
    return actor.pk is not None and actor.pk == person.pk


@predicate
def is_holder(actor: Visitor, grant: RoleGrant) -> bool:
    """The actor holds the role it is about."""
    return actor.pk is not None and actor.pk == grant.user_id


@predicate
def is_not_closed(_actor: Visitor, person: User) -> bool:
    """The account still belongs to somebody."""
    return person.closed_at is None


@predicate
def is_active(_actor: Visitor, person: User) -> bool:
    """The account can be used."""
    return person.is_active


@predicate
def has_factors(_actor: Visitor, person: User) -> bool:
    """There is something to reset: an app, a passkey or recovery codes."""
    return bool(queries.second_factors(person))


@predicate
def is_open(_actor: Visitor, grant: RoleGrant) -> bool:
    """The role is still held."""
    return grant.ended_at is None


@predicate
def leaves_an_administrator(_actor: Visitor, person: User) -> bool:
    """The institute could still grant roles without this person."""
    return not queries.is_last_administrator(person)


@predicate
def end_leaves_an_administrator(_actor: Visitor, grant: RoleGrant) -> bool:
    """The institute could still grant roles without this grant."""
    return grant.role != Role.ADMINISTRATOR or not queries.is_last_administrator(grant.user)


def needs_role(actor: Visitor, *roles: Role) -> Text:
    """Say which role is missing, or that the role the actor holds sleeps."""
    if dormant := sorted(queries.dormant_roles(actor) & set(roles)):
        if queries.has_second_factor(actor):
            return _(
                "You hold the role %(role)s, but it sleeps in this session, which has not used "
                "your second factor. Confirm it on your account page, or sign out and sign in "
                "again with your second factor."
            ) % {"role": dormant[0].label}
        return _(
            "You hold the role %(role)s, but it sleeps until you set up a second factor: an "
            "authenticator app or a passkey, on your account page."
        ) % {"role": dormant[0].label}
    return _(
        "This needs the role %(roles)s, which you do not hold. An administrator can grant it."
    ) % {"roles": _(" or ").join(str(role.label) for role in roles)}


SIGNED_IN = Condition(is_signed_in, gettext_lazy("Sign in first."))
ADMINISTRATOR = Condition(
    is_administrator, lambda actor, _subject: needs_role(actor, Role.ADMINISTRATOR)
)
OVERSEER = Condition(
    is_overseer, lambda actor, _subject: needs_role(actor, Role.ADMINISTRATOR, Role.AUDITOR)
)
ONESELF_OR_OVERSEER = Condition(is_oneself | is_overseer, OVERSEER.reason)
ONESELF_OR_ADMINISTRATOR = Condition(is_oneself | is_administrator, ADMINISTRATOR.reason)
HOLDER_OR_ADMINISTRATOR = Condition(is_holder | is_administrator, ADMINISTRATOR.reason)
NOT_CLOSED = Condition(is_not_closed, gettext_lazy("This account is closed."))
ACTIVE = Condition(is_active, gettext_lazy("This account is disabled. Enable it first."))
DISABLED = Condition(~is_active, gettext_lazy("This account is not disabled."))
OPEN = Condition(is_open, gettext_lazy("This role has already ended."))
LAST_ADMINISTRATOR = gettext_lazy(
    "Nobody else could grant roles then. Appoint another administrator first; the role counts "
    "once that person has a second factor."
)

PEOPLE_LIST = Policy(Permission.PEOPLE_LIST, SIGNED_IN, OVERSEER)
PERSON_VIEW = Policy(Permission.PERSON_VIEW, SIGNED_IN, ONESELF_OR_OVERSEER, NOT_CLOSED)
ROLE_GRANT = Policy(
    Permission.ROLE_GRANT,
    SIGNED_IN,
    ADMINISTRATOR,
    Condition(
        ~is_oneself,
        gettext_lazy("Nobody grants a role to themselves. Ask another administrator."),
    ),
    NOT_CLOSED,
    ACTIVE,
)
ROLE_END = Policy(
    Permission.ROLE_END,
    SIGNED_IN,
    HOLDER_OR_ADMINISTRATOR,
    OPEN,
    Condition(end_leaves_an_administrator, LAST_ADMINISTRATOR),
)
ACCOUNT_DISABLE = Policy(
    Permission.ACCOUNT_DISABLE,
    SIGNED_IN,
    ADMINISTRATOR,
    Condition(
        ~is_oneself, gettext_lazy("Nobody disables their own account. You can close it instead.")
    ),
    NOT_CLOSED,
    ACTIVE,
    Condition(leaves_an_administrator, LAST_ADMINISTRATOR),
)
ACCOUNT_ENABLE = Policy(Permission.ACCOUNT_ENABLE, SIGNED_IN, ADMINISTRATOR, NOT_CLOSED, DISABLED)
ACCOUNT_CLOSE = Policy(
    Permission.ACCOUNT_CLOSE,
    SIGNED_IN,
    ONESELF_OR_ADMINISTRATOR,
    NOT_CLOSED,
    Condition(leaves_an_administrator, LAST_ADMINISTRATOR),
)
FACTORS_RESET = Policy(
    Permission.FACTORS_RESET,
    SIGNED_IN,
    ADMINISTRATOR,
    Condition(
        ~is_oneself,
        gettext_lazy(
            "Nobody resets their own second factors here. Change them in your account, or ask "
            "another administrator."
        ),
    ),
    NOT_CLOSED,
    Condition(has_factors, gettext_lazy("This person has no second factor.")),
)
POLICIES = {
    policy.permission: policy
    for policy in (
        PEOPLE_LIST,
        PERSON_VIEW,
        ROLE_GRANT,
        ROLE_END,
        ACCOUNT_DISABLE,
        ACCOUNT_ENABLE,
        ACCOUNT_CLOSE,
        FACTORS_RESET,
    )
}
