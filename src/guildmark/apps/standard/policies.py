"""Who may release an edition, and why not. Everybody may read."""

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy

from guildmark.apps.accounts.permissions import Condition, Policy, predicate
from guildmark.apps.accounts.policies import is_administrator, needs_role
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import System


class Permission(StrEnum):
    """Every permission of this context, as context:subject:action."""

    EDITION_RELEASE = "standard:edition:release"
    LINEAGE_RECORD = "standard:lineage:record"
    FRAMEWORK_DESCRIBE = "standard:framework:describe"


@predicate
def is_operator(actor: Any) -> bool:
    """Somebody at the command line of the machine, or Guildmark itself."""
    return actor is None or isinstance(actor, System)


@predicate
def is_administrator_here(actor: Any) -> bool:
    """An effective administrator."""
    return actor is not None and is_administrator.test(actor)


def _reason(actor: Any, _subject: Any) -> Any:
    if not getattr(actor, "is_authenticated", False):
        return gettext_lazy("Sign in first.")
    return needs_role(actor, Role.ADMINISTRATOR)


KEEPER = Condition(is_operator | is_administrator_here, _reason)

EDITION_RELEASE = Policy(Permission.EDITION_RELEASE, KEEPER)
LINEAGE_RECORD = Policy(Permission.LINEAGE_RECORD, KEEPER)
FRAMEWORK_DESCRIBE = Policy(Permission.FRAMEWORK_DESCRIBE, KEEPER)
POLICIES = {
    policy.permission: policy for policy in (EDITION_RELEASE, LINEAGE_RECORD, FRAMEWORK_DESCRIBE)
}
