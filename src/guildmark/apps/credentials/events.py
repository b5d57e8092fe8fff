"""What happens to credentials; the subject is the credential, by a key without its secret part."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from guildmark.apps.audit.events import Event, Text


@dataclass(frozen=True)
class TypeDefined(Event):
    """A type of credential was made or described anew."""

    name: ClassVar[str] = "credentials:type:defined"
    title: ClassVar[Text] = _("Type of credential defined")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("type", "second_person")
    labels: ClassVar[dict[str, Text]] = {
        "type": _("Type"),
        "second_person": _("Needs a second person"),
    }
    type: str
    second_person: tuple[str, ...]


@dataclass(frozen=True)
class IssuerRecognised(Event):
    """Another issuer is known here from now on, or by another name."""

    name: ClassVar[str] = "credentials:issuer:recognised"
    title: ClassVar[Text] = _("Issuer recognised")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("issuer", "known_as")
    labels: ClassVar[dict[str, Text]] = {"issuer": _("Issuer"), "known_as": _("Known as")}
    issuer: str
    known_as: str


@dataclass(frozen=True)
class IssuerDropped(Event):
    """Another issuer is not known here any more."""

    name: ClassVar[str] = "credentials:issuer:dropped"
    title: ClassVar[Text] = _("Issuer no longer recognised")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("issuer",)
    labels: ClassVar[dict[str, Text]] = {"issuer": _("Issuer")}
    issuer: str


@dataclass(frozen=True)
class CredentialAwarded(Event):
    """A credential was awarded; `digest` is the SHA-256 of the signed text, in hexadecimal."""

    name: ClassVar[str] = "credentials:credential:awarded"
    title: ClassVar[Text] = _("Credential awarded")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("type",)
    labels: ClassVar[dict[str, Text]] = {"type": _("Type")}
    type: str
    digest: str
    holder: str


@dataclass(frozen=True)
class CredentialChanged(Event):
    """A credential came from one state to the next."""

    name: ClassVar[str] = "credentials:credential:changed"
    title: ClassVar[Text] = _("State of a credential changed")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("type", "move", "target", "cause")
    labels: ClassVar[dict[str, Text]] = {
        "type": _("Type"),
        "move": _("Change"),
        "target": _("State"),
        "cause": _("Cause"),
    }
    type: str
    move: str
    target: str
    cause: str


@dataclass(frozen=True)
class ComponentRecorded(Event):
    """It was recorded that a person passed a component of a type, or did not."""

    name: ClassVar[str] = "credentials:component:recorded"
    title: ClassVar[Text] = _("Outcome of a component recorded")
    type: str
    component: str
    outcome: str
    person: str


@dataclass(frozen=True)
class ProposalMade(Event):
    """Somebody asked for what needs a second person."""

    name: ClassVar[str] = "credentials:proposal:made"
    title: ClassVar[Text] = _("Second person asked for")
    action: str


@dataclass(frozen=True)
class ProposalDecided(Event):
    """A second person approved or refused, or whoever asked withdrew."""

    name: ClassVar[str] = "credentials:proposal:decided"
    title: ClassVar[Text] = _("Second person decided")
    action: str
    state: str


@dataclass(frozen=True)
class VisibilityChosen(Event):
    """A holder chose how to be named to whoever looks the credential up."""

    name: ClassVar[str] = "credentials:credential:shown"
    title: ClassVar[Text] = _("Visibility of a credential chosen")
    shown_as: str


@dataclass(frozen=True)
class NameLinkMade(Event):
    """A holder made a private link that shows their name for some days."""

    name: ClassVar[str] = "credentials:name-link:made"
    title: ClassVar[Text] = _("Private link to a name made")
    days: int


@dataclass(frozen=True)
class NameLinkWithdrawn(Event):
    """A holder took back a private link before its time."""

    name: ClassVar[str] = "credentials:name-link:withdrawn"
    title: ClassVar[Text] = _("Private link to a name taken back")


@dataclass(frozen=True)
class RegistryTakenOver(Event):
    """Credentials of an older registry were taken over."""

    name: ClassVar[str] = "credentials:registry:taken-over"
    title: ClassVar[Text] = _("Older registry taken over")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("count",)
    labels: ClassVar[dict[str, Text]] = {"count": _("Number of credentials")}
    count: int


@dataclass(frozen=True)
class CredentialClaimed(Event):
    """A person showed that a credential is theirs; `digest` is that of the text signed for it."""

    name: ClassVar[str] = "credentials:credential:claimed"
    title: ClassVar[Text] = _("Credential claimed")
    ledger: ClassVar[bool] = True
    digest: str
    holder: str
