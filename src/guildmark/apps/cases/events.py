"""What happens to cases; the subject is the case, by its key."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from guildmark.apps.audit.events import Event, Text


@dataclass(frozen=True)
class ClocksChanged(Event):
    """How long each step of a case may take changed, for cases that are opened from now on."""

    name: ClassVar[str] = "cases:clocks:changed"
    version: int


@dataclass(frozen=True)
class CaseOpened(Event):
    """Somebody contested a decision, appealed or complained; `about` is the key of the subject."""

    name: ClassVar[str] = "cases:case:opened"
    kind: str
    about: str


@dataclass(frozen=True)
class CaseMoved(Event):
    """A case was acknowledged, admitted, refused, assigned or closed, or its clock extended."""

    name: ClassVar[str] = "cases:case:moved"
    kind: str
    move: str


@dataclass(frozen=True)
class CaseDecided(Event):
    """People who took no part decided on a case."""

    name: ClassVar[str] = "cases:case:decided"
    title: ClassVar[Text] = _("Case decided")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("kind", "outcome")
    labels: ClassVar[dict[str, Text]] = {"kind": _("Kind"), "outcome": _("Outcome")}
    kind: str
    subject_kind: str
    subject_id: int
    outcome: str
