"""What happens to accounts and roles; the subject is always the person's pseudonym.

No payload holds an address, a name or a free text. Only roles and resets of second factors go into
the public ledger.
"""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.apps.audit.events import Event


@dataclass(frozen=True)
class AccountOpened(Event):
    """A person signed up, or an operator made their account."""

    name: ClassVar[str] = "accounts:account:opened"


@dataclass(frozen=True)
class AccountDisabled(Event):
    """An administrator keeps a person from signing in."""

    name: ClassVar[str] = "accounts:account:disabled"


@dataclass(frozen=True)
class AccountEnabled(Event):
    """An administrator lets a person sign in again."""

    name: ClassVar[str] = "accounts:account:enabled"


@dataclass(frozen=True)
class AccountClosed(Event):
    """An account was closed for ever; `by` is owner or administrator."""

    name: ClassVar[str] = "accounts:account:closed"
    by: str


@dataclass(frozen=True)
class PersonalDataExported(Event):
    """A person took their personal data away as a file."""

    name: ClassVar[str] = "accounts:account:exported"


@dataclass(frozen=True)
class SignedIn(Event):
    """A person signed in; `method` is the last step, such as password, totp or webauthn."""

    name: ClassVar[str] = "accounts:session:started"
    method: str


@dataclass(frozen=True)
class SignInFailed(Event):
    """A wrong password or code; at most one a minute for each address is kept."""

    name: ClassVar[str] = "accounts:session:refused"
    factor: str


@dataclass(frozen=True)
class PasswordChanged(Event):
    """A person has a new password; `how` is changed (signed in) or reset (by mail)."""

    name: ClassVar[str] = "accounts:password:changed"
    how: str


@dataclass(frozen=True)
class SecondFactorAdded(Event):
    """A person has one more second factor of this kind."""

    name: ClassVar[str] = "accounts:factor:added"
    kind: str


@dataclass(frozen=True)
class SecondFactorRemoved(Event):
    """A person has one second factor of this kind less."""

    name: ClassVar[str] = "accounts:factor:removed"
    kind: str


@dataclass(frozen=True)
class SecondFactorsReset(Event):
    """All second factors of somebody who lost them were removed, by administrator or operator."""

    name: ClassVar[str] = "accounts:factor:reset"
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("by",)
    by: str


@dataclass(frozen=True)
class EmailChanged(Event):
    """A person has another address."""

    name: ClassVar[str] = "accounts:email:changed"


@dataclass(frozen=True)
class RoleGranted(Event):
    """Somebody gave a person a role."""

    name: ClassVar[str] = "accounts:role:granted"
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("role",)
    role: str


@dataclass(frozen=True)
class RoleEnded(Event):
    """A person's role ended."""

    name: ClassVar[str] = "accounts:role:ended"
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("role",)
    role: str


# What the history on a person's page says; sign-ins are left to the person's own export.
HISTORY: dict[str, Promise] = {
    AccountOpened.name: _("Account opened"),
    AccountDisabled.name: _("Account disabled"),
    AccountEnabled.name: _("Account enabled"),
    PasswordChanged.name: _("Password changed"),
    SecondFactorAdded.name: _("Second factor added"),
    SecondFactorRemoved.name: _("Second factor removed"),
    SecondFactorsReset.name: _("Second factors reset"),
    EmailChanged.name: _("E-mail address changed"),
    RoleGranted.name: _("Role granted"),
    RoleEnded.name: _("Role ended"),
}
