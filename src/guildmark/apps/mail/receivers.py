"""Telling people by mail what others decided about their roles and account.

Whoever closed their account meanwhile is not found by their pseudonym any more, and gets nothing.
"""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.events import (
    AccountDisabled,
    AccountEnabled,
    RoleEnded,
    RoleGranted,
    SecondFactorsReset,
)
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import Event, Recorded, receives
from guildmark.apps.institute import queries as institutes

from . import services
from .states import DECISION


@receives(RoleGranted, name="mail:role-granted")
def role_granted(recorded: Recorded[RoleGranted]) -> None:
    """Tell a person which role they have, and whether it still sleeps."""
    _tell(recorded, "role_granted", role=Role(recorded.event.role))


@receives(RoleEnded, name="mail:role-ended")
def role_ended(recorded: Recorded[RoleEnded]) -> None:
    """Tell a person which role they have no more."""
    _tell(recorded, "role_ended", role=Role(recorded.event.role))


@receives(AccountDisabled, name="mail:account-disabled")
def account_disabled(recorded: Recorded[AccountDisabled]) -> None:
    """Tell a person that they cannot sign in."""
    _tell(recorded, "account_disabled")


@receives(AccountEnabled, name="mail:account-enabled")
def account_enabled(recorded: Recorded[AccountEnabled]) -> None:
    """Tell a person that they can sign in again."""
    _tell(recorded, "account_enabled")


@receives(SecondFactorsReset, name="mail:second-factors-reset")
def second_factors_reset(recorded: Recorded[SecondFactorsReset]) -> None:
    """Tell a person that their second factors are gone, in case they did not ask for it."""
    _tell(recorded, "second_factors_reset")


def _tell(recorded: Recorded[Event], template: str, **more: Any) -> None:
    person = accounts.open_person_by_actor(UUID(recorded.subject))
    if person is None:
        return
    context = {
        "reason": recorded.reason,
        "decided_at": recorded.at,
        "account_url": _url("accounts:overview"),
        "factors_url": _url("mfa_index"),
        "has_second_factor": accounts.has_second_factor(person),
        **more,
    }
    services.send(
        kind=DECISION.name, to=person, template=template, context=context, at=timezone.now()
    )


def _url(name: str) -> str:
    return f"{institutes.institute().origin}{reverse(name)}"
