"""What the contexts below announce by signal becomes events here, in the same transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from guildmark.apps.institute.events import (
    institute_changed,
    institute_founded,
    programme_described,
)
from guildmark.apps.keys.events import (
    key_compromised,
    key_created,
    key_rotated,
    keys_rewrapped,
)

from .events import Event, Text
from .services import record

INSTITUTE = "institute.institute:1"
KEY_LABELS: dict[str, Text] = {
    "kid": _("Key"),
    "purpose": _("Purpose"),
    "algorithm": _("Algorithm"),
    "public_key": _("Public key"),
}


@dataclass(frozen=True)
class InstituteEvent(Event):
    """Something about the institute, with its name and origin as they are now."""

    public: ClassVar[tuple[str, ...]] = ("institute", "origin", "origin_fixed")
    labels: ClassVar[dict[str, Text]] = {
        "institute": _("Institute"),
        "origin": _("Web address"),
        "origin_fixed": _("Web address fixed"),
    }
    ledger: ClassVar[bool] = True
    institute: str
    origin: str
    origin_fixed: bool


@dataclass(frozen=True)
class InstituteFounded(InstituteEvent):
    """The institute was founded."""

    name: ClassVar[str] = "institute:institute:founded"
    title: ClassVar[Text] = _("Institute founded")


@dataclass(frozen=True)
class InstituteChanged(InstituteEvent):
    """Name, origin, tagline or contact address of the institute changed."""

    name: ClassVar[str] = "institute:institute:changed"
    title: ClassVar[Text] = _("Institute changed")


@dataclass(frozen=True)
class ProgrammeDescribed(Event):
    """A programme file said anew what the institute certifies against."""

    name: ClassVar[str] = "institute:programme:described"
    title: ClassVar[Text] = _("Programme described")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("code", "programme", "version")
    labels: ClassVar[dict[str, Text]] = {
        "code": _("Code"),
        "programme": _("Programme"),
        "version": _("Version"),
    }
    code: str
    programme: str
    version: str


@dataclass(frozen=True)
class KeyCreated(Event):
    """The first key of a purpose was made."""

    name: ClassVar[str] = "keys:key:created"
    title: ClassVar[Text] = _("Key made")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("kid", "purpose", "algorithm", "public_key")
    labels: ClassVar[dict[str, Text]] = KEY_LABELS
    kid: str
    purpose: str
    algorithm: str
    public_key: str


@dataclass(frozen=True)
class KeyRotated(Event):
    """A key took the place of another."""

    name: ClassVar[str] = "keys:key:rotated"
    title: ClassVar[Text] = _("Key replaced")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = (
        "kid",
        "purpose",
        "algorithm",
        "public_key",
        "replaces",
        "compromised",
    )
    labels: ClassVar[dict[str, Text]] = {
        **KEY_LABELS,
        "replaces": _("Replaces the key"),
        "compromised": _("Somebody else may hold the replaced key"),
    }
    kid: str
    purpose: str
    algorithm: str
    public_key: str
    replaces: str
    compromised: bool


@dataclass(frozen=True)
class KeyCompromised(Event):
    """A key that was replaced before turned out to be one that somebody else may hold."""

    name: ClassVar[str] = "keys:key:compromised"
    title: ClassVar[Text] = _("Old key compromised")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("kid", "purpose", "algorithm", "public_key")
    labels: ClassVar[dict[str, Text]] = KEY_LABELS
    kid: str
    purpose: str
    algorithm: str
    public_key: str


@dataclass(frozen=True)
class KeysRewrapped(Event):
    """Keys were wrapped under another key-encryption key."""

    name: ClassVar[str] = "keys:key:rewrapped"
    title: ClassVar[Text] = _("Keys protected by a new key")
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("count",)
    labels: ClassVar[dict[str, Text]] = {"count": _("Number of keys")}
    count: int


@receiver(institute_founded, dispatch_uid="audit:institute-founded")
def record_founding(institute: Any, actor: Any, at: datetime, **_more: Any) -> None:
    """Record that the institute was founded."""
    record(InstituteFounded(**_of(institute)), actor=actor, subject=INSTITUTE, at=at)


@receiver(institute_changed, dispatch_uid="audit:institute-changed")
def record_change(institute: Any, actor: Any, at: datetime, **_more: Any) -> None:
    """Record that the institute changed."""
    record(InstituteChanged(**_of(institute)), actor=actor, subject=INSTITUTE, at=at)


@receiver(programme_described, dispatch_uid="audit:programme-described")
def record_programme(programme: Any, actor: Any, at: datetime, **_more: Any) -> None:
    """Record what the institute certifies against from now on."""
    event = ProgrammeDescribed(
        code=programme.code, programme=programme.name, version=programme.version
    )
    record(event, actor=actor, subject=f"institute.programme:{programme.code}", at=at)


@receiver(key_created, dispatch_uid="audit:key-created")
def record_key(key: Any, actor: Any, at: datetime, **_more: Any) -> None:
    """Record that a key was made."""
    record(KeyCreated(**_half(key)), actor=actor, subject=_subject(key), at=at)


@receiver(key_rotated, dispatch_uid="audit:key-rotated")
def record_rotation(
    old: Any, new: Any, actor: Any, at: datetime, reason: str, **_more: Any
) -> None:
    """Record that a key was replaced."""
    compromised = old.compromised_at is not None
    event = KeyRotated(**_half(new), replaces=old.kid, compromised=compromised)
    record(event, actor=actor, subject=_subject(new), at=at, reason=reason)


@receiver(key_compromised, dispatch_uid="audit:key-compromised")
def record_compromise(key: Any, actor: Any, at: datetime, reason: str, **_more: Any) -> None:
    """Record that a key replaced earlier counts as compromised."""
    record(KeyCompromised(**_half(key)), actor=actor, subject=_subject(key), at=at, reason=reason)


@receiver(keys_rewrapped, dispatch_uid="audit:keys-rewrapped")
def record_rewrapping(count: int, actor: Any, at: datetime, **_more: Any) -> None:
    """Record that keys were wrapped anew."""
    record(KeysRewrapped(count=count), actor=actor, subject="keys.purpose:all", at=at)


def _of(institute: Any) -> dict[str, Any]:
    return {
        "institute": institute.name,
        "origin": institute.origin,
        "origin_fixed": institute.origin_fixed_at is not None,
    }


def _half(key: Any) -> dict[str, str]:
    return {
        "kid": key.kid,
        "purpose": key.purpose,
        "algorithm": key.algorithm,
        "public_key": bytes(key.public).hex(),
    }


def _subject(key: Any) -> str:
    return f"keys.purpose:{key.purpose}"
