"""What happens to the standard; the subject is the framework or the edition, by its key."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from guildmark.apps.audit.events import Event, Text


@dataclass(frozen=True)
class EditionReleased(Event):
    """An edition was released, or one of somebody else's was imported; it never changes again.

    `digest` is the SHA-256 of the whole text, in hexadecimal.
    """

    name: ClassVar[str] = "standard:edition:released"
    title: ClassVar[Text] = _("Edition released")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("framework", "edition", "digest")
    labels: ClassVar[dict[str, Text]] = {
        "framework": _("Framework"),
        "edition": _("Edition"),
        "digest": _("Digest of the text"),
    }
    framework: str
    edition: str
    digest: str


@dataclass(frozen=True)
class LineageRecorded(Event):
    """What became of requirements of a framework kept elsewhere was recorded after its import."""

    name: ClassVar[str] = "standard:lineage:recorded"
    title: ClassVar[Text] = _("Lineage recorded")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("framework", "edition", "records")
    labels: ClassVar[dict[str, Text]] = {
        "framework": _("Framework"),
        "edition": _("Edition"),
        "records": _("Records"),
    }
    framework: str
    edition: str
    records: int


@dataclass(frozen=True)
class FrameworkDescribed(Event):
    """A framework was made, or its code, name or summary changed; its editions did not."""

    name: ClassVar[str] = "standard:framework:described"
    title: ClassVar[Text] = _("Framework described")
    framework: str
