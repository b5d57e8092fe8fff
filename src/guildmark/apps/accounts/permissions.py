"""The vocabulary of policies: a permission, its conditions, and a refusal that gives its reason.

Contexts above build their own policies from it, as `accounts.policies` does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import and_
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from rules.permissions import add_perm
from rules.predicates import Predicate

Text = str | Promise
Reason = Callable[[Any, Any], Text]


def predicate(function: Callable[..., bool]) -> Predicate:
    """Make a named predicate of a function over (actor) or (actor, subject)."""
    return Predicate(function)


class PermissionRefused(PermissionDenied):
    """Somebody may not do something; `reason` is the sentence that tells them why."""

    def __init__(self, permission: StrEnum, reason: Text) -> None:
        self.permission = permission
        self.reason = str(reason)
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate over (actor, subject), and the sentence for those for whom it is false."""

    holds: Predicate
    reason: Text | Reason

    def refusal(self, actor: Any, subject: Any) -> Text | None:
        """Return why the condition is not met, or None when it is."""
        if self.holds.test(actor, subject):
            return None
        return self.reason(actor, subject) if callable(self.reason) else self.reason


class Policy:
    """What must be true for one permission; the conditions are asked in order.

    Making a policy also registers it with `rules` under the permission's name.
    """

    def __init__(self, permission: StrEnum, *conditions: Condition) -> None:
        self.permission = permission
        self.conditions = conditions
        add_perm(permission.value, reduce(and_, (c.holds for c in conditions)))

    def refusal(self, actor: Any, subject: Any = None) -> Text | None:
        """Return the first reason against, or None when the actor may."""
        reasons = (condition.refusal(actor, subject) for condition in self.conditions)
        return next((reason for reason in reasons if reason is not None), None)

    def allows(self, actor: Any, subject: Any = None) -> bool:
        """Whether the actor may; cheaper than asking for the reason."""
        return all(condition.holds.test(actor, subject) for condition in self.conditions)

    def require(self, actor: Any, subject: Any = None) -> None:
        """Raise `PermissionRefused` with the reason unless the actor may."""
        if (reason := self.refusal(actor, subject)) is not None:
            raise PermissionRefused(self.permission, reason)
