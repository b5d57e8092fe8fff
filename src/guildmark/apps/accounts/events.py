"""What happens to accounts and roles; the subject is always the person's pseudonym.

No payload holds an address, a name or a free text. Only roles and resets of second factors go into
the public ledger.
"""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from guildmark.apps.audit.events import Event, Text


@dataclass(frozen=True)
class AccountOpened(Event):
    """A person signed up, or an operator made their account."""

    name: ClassVar[str] = "accounts:account:opened"
    title: ClassVar[Text] = _("Account opened")


@dataclass(frozen=True)
class AccountDisabled(Event):
    """An administrator keeps a person from signing in."""

    name: ClassVar[str] = "accounts:account:disabled"
    title: ClassVar[Text] = _("Account disabled")


@dataclass(frozen=True)
class AccountEnabled(Event):
    """An administrator lets a person sign in again."""

    name: ClassVar[str] = "accounts:account:enabled"
    title: ClassVar[Text] = _("Account enabled")


@dataclass(frozen=True)
class AccountClosed(Event):
    """An account was closed for ever; `by` is owner or administrator."""

    name: ClassVar[str] = "accounts:account:closed"
    title: ClassVar[Text] = _("Account closed")
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
    title: ClassVar[Text] = _("Password changed")
    how: str


@dataclass(frozen=True)
class SecondFactorAdded(Event):
    """A person has one more second factor of this kind."""

    name: ClassVar[str] = "accounts:factor:added"
    title: ClassVar[Text] = _("Second factor added")
    kind: str


@dataclass(frozen=True)
class SecondFactorRemoved(Event):
    """A person has one second factor of this kind less."""

    name: ClassVar[str] = "accounts:factor:removed"
    title: ClassVar[Text] = _("Second factor removed")
    kind: str


@dataclass(frozen=True)
class SecondFactorsReset(Event):
    """All second factors of somebody who lost them were removed, by administrator or operator."""

    name: ClassVar[str] = "accounts:factor:reset"
    title: ClassVar[Text] = _("Second factors reset")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("by",)
    labels: ClassVar[dict[str, Text]] = {"by": _("Done by")}
    by: str


@dataclass(frozen=True)
class EmailChanged(Event):
    """A person has another address."""

    name: ClassVar[str] = "accounts:email:changed"
    title: ClassVar[Text] = _("E-mail address changed")


@dataclass(frozen=True)
class RoleGranted(Event):
    """Somebody gave a person a role."""

    name: ClassVar[str] = "accounts:role:granted"
    title: ClassVar[Text] = _("Role granted")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("role",)
    labels: ClassVar[dict[str, Text]] = {"role": _("Role")}
    role: str


@dataclass(frozen=True)
class RoleEnded(Event):
    """A person's role ended."""

    name: ClassVar[str] = "accounts:role:ended"
    title: ClassVar[Text] = _("Role ended")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("role",)
    labels: ClassVar[dict[str, Text]] = {"role": _("Role")}
    role: str


# What the history on a person's page says; sign-ins are left to the person's own export.
HISTORY: dict[str, Text] = {
    kind.name: kind.title
    for kind in (
        AccountOpened,
        AccountDisabled,
        AccountEnabled,
        PasswordChanged,
        SecondFactorAdded,
        SecondFactorRemoved,
        SecondFactorsReset,
        EmailChanged,
        RoleGranted,
        RoleEnded,
    )
}
# How a history says what an event holds as a code; anything else is shown as it is.
SPOKEN: dict[str, Text] = {
    "totp": _("authenticator app"),
    "webauthn": _("passkey"),
    "recovery_codes": _("recovery codes"),
    "changed": _("by the person, signed in"),
    "reset": _("by a link in a mail"),
}
