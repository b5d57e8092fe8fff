"""What happens to profiles, employers, experience, opt-ins and points.

The subject is the person's pseudonym, or the key of the row that it is about. No names, no words.
"""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from guildmark.apps.audit.events import Event, Text


@dataclass(frozen=True)
class ProfileChanged(Event):
    """A person changed their profile or who sees it."""

    name: ClassVar[str] = "practitioners:profile:changed"
    is_public: bool
    shows_name: bool


@dataclass(frozen=True)
class EmployerAdded(Event):
    """An employer came into the register."""

    name: ClassVar[str] = "practitioners:employer:added"
    checked: bool


@dataclass(frozen=True)
class EmployerChanged(Event):
    """Somebody who keeps the register checked, renamed or described an employer."""

    name: ClassVar[str] = "practitioners:employer:changed"
    what: str


@dataclass(frozen=True)
class EmployerMoved(Event):
    """An employer came into another family: `parent` is the number of the new parent, 0 if none."""

    name: ClassVar[str] = "practitioners:employer:moved"
    parent: int


@dataclass(frozen=True)
class EmployerMerged(Event):
    """An employer turned out to be the same as another one, whose number is `into`."""

    name: ClassVar[str] = "practitioners:employer:merged"
    into: int


@dataclass(frozen=True)
class EmployerUnmerged(Event):
    """A merge was taken back."""

    name: ClassVar[str] = "practitioners:employer:unmerged"
    into: int


@dataclass(frozen=True)
class HistoryChanged(Event):
    """A person added, ended or withdrew a line of their work or of their vendor interests."""

    name: ClassVar[str] = "practitioners:history:changed"
    what: str
    how: str


@dataclass(frozen=True)
class ExpertiseDeclared(Event):
    """A person said in which domains they know their way."""

    name: ClassVar[str] = "practitioners:expertise:declared"
    domains: tuple[str, ...]


@dataclass(frozen=True)
class ExperienceAttested(Event):
    """A person attested experience of their own."""

    name: ClassVar[str] = "practitioners:experience:attested"
    domains: tuple[str, ...]


@dataclass(frozen=True)
class ExperienceWithdrawn(Event):
    """A person withdrew what they had attested."""

    name: ClassVar[str] = "practitioners:experience:withdrawn"


@dataclass(frozen=True)
class ReferenceAsked(Event):
    """A person asked a referee, for the first time or again."""

    name: ClassVar[str] = "practitioners:reference:asked"
    again: bool


@dataclass(frozen=True)
class ReferenceAnswered(Event):
    """A referee answered; `digest` is the SHA-256 of the signed text, in hexadecimal."""

    name: ClassVar[str] = "practitioners:reference:answered"
    title: ClassVar[Text] = _("Referee answered")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("state", "identity")
    labels: ClassVar[dict[str, Text]] = {"state": _("Answer"), "identity": _("Identity")}
    state: str
    identity: str
    digest: str


@dataclass(frozen=True)
class ReferenceWithdrawn(Event):
    """A person withdrew what they had asked a referee."""

    name: ClassVar[str] = "practitioners:reference:withdrawn"


@dataclass(frozen=True)
class CheckMoved(Event):
    """A check by the institute was asked for, decided or withdrawn."""

    name: ClassVar[str] = "practitioners:check:moved"
    state: str


@dataclass(frozen=True)
class ExperienceVerified(Event):
    """Experience was verified in some domains."""

    name: ClassVar[str] = "practitioners:experience:verified"
    title: ClassVar[Text] = _("Experience verified")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("way", "domains")
    labels: ClassVar[dict[str, Text]] = {"way": _("By"), "domains": _("Domains")}
    way: str
    domains: tuple[str, ...]


@dataclass(frozen=True)
class VerificationEnded(Event):
    """A verification was found false and ended early."""

    name: ClassVar[str] = "practitioners:verification:ended"
    title: ClassVar[Text] = _("Verification of experience ended")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("way",)
    labels: ClassVar[dict[str, Text]] = {"way": _("By")}
    way: str


@dataclass(frozen=True)
class OptInChosen(Event):
    """A person offered their time in a domain, or took the offer back."""

    name: ClassVar[str] = "practitioners:opt-in:chosen"
    purpose: str
    domain: str
    on: bool


@dataclass(frozen=True)
class AvailabilityChanged(Event):
    """A person changed how much they take on, or when they can't."""

    name: ClassVar[str] = "practitioners:availability:changed"


@dataclass(frozen=True)
class ContributionRecorded(Event):
    """Something that a person did counts towards renewal."""

    name: ClassVar[str] = "practitioners:contribution:recorded"
    kind: str
    points: int


@dataclass(frozen=True)
class PointsDefined(Event):
    """The programme says what counts how much, and how much a renewal needs."""

    name: ClassVar[str] = "practitioners:points:defined"
    title: ClassVar[Text] = _("Points towards renewal defined")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("kinds", "types")
    labels: ClassVar[dict[str, Text]] = {
        "kinds": _("Kinds of contribution"),
        "types": _("Types of credential"),
    }
    kinds: tuple[str, ...]
    types: tuple[str, ...]
