"""What happens to contributions; the subject is the contribution, by its key."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from guildmark.apps.audit.events import Event, Text


@dataclass(frozen=True)
class RulesChanged(Event):
    """The rules of the queue were changed: its clocks, reasons and topics."""

    name: ClassVar[str] = "contributions:rules:changed"
    title: ClassVar[Text] = _("Rules of the queue changed")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("version",)
    labels: ClassVar[dict[str, Text]] = {"version": _("Version")}
    version: int


@dataclass(frozen=True)
class ContributionReceived(Event):
    """Somebody sent something in; `target` is the permanent key it is about, or empty."""

    name: ClassVar[str] = "contributions:contribution:received"
    kind: str
    concern: str
    target: str
    standing: str


@dataclass(frozen=True)
class ContributionMoved(Event):
    """A contribution was acknowledged, taken into review, or opened again."""

    name: ClassVar[str] = "contributions:contribution:moved"
    kind: str
    move: str
    state: str


@dataclass(frozen=True)
class ContributionDisposed(Event):
    """A contribution came to its end, with an outcome and a reason from the published list."""

    name: ClassVar[str] = "contributions:contribution:disposed"
    title: ClassVar[Text] = _("Contribution decided on")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("kind", "outcome", "reason_code")
    labels: ClassVar[dict[str, Text]] = {
        "kind": _("Kind"),
        "outcome": _("Outcome"),
        "reason_code": _("Reason"),
    }
    kind: str
    outcome: str
    reason_code: str


@dataclass(frozen=True)
class ContributionTraced(Event):
    """Something else happened: claimed, aimed anew, joined, merged, split, answered, escalated."""

    name: ClassVar[str] = "contributions:contribution:traced"
    kind: str
    trace: str
