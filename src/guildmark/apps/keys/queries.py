"""Reading keys, never their secret halves."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from .models import Key
from .states import KeyPurpose

__all__ = [
    "KeyMissing",
    "KeyPurpose",
    "KeyUnknown",
    "active_key",
    "expiring",
    "has_active_key",
    "key_named",
    "public_keys",
]


class KeyMissing(LookupError):
    """There is no key for this purpose."""


class KeyUnknown(LookupError):
    """No key has this name."""


def active_key(purpose: KeyPurpose) -> Key:
    """Return the key in use for a purpose. Raises `KeyMissing`."""
    key = Key.objects.filter(purpose=purpose, retired_at=None).first()
    if key is None:
        raise KeyMissing(
            f'There is no key for the purpose "{purpose}" yet. guildmark init makes the first one.'
        )
    return key


def key_named(kid: str, *purposes: KeyPurpose) -> Key:
    """Return a key of one of the purposes by its name, retired or in use.

    Raises `KeyUnknown`, which names those there are.
    """
    known = Key.objects.filter(purpose__in=purposes).order_by("-activates_at", "-pk")
    key = known.filter(kid=kid).first()
    if key is None:
        words = " or ".join(f'"{purpose}"' for purpose in purposes)
        names = ", ".join(known.values_list("kid", flat=True)) or "none yet"
        raise KeyUnknown(
            f'There is no key "{kid}" for the purpose {words}. Known, newest first: {names}.'
        )
    return key


def has_active_key(purpose: KeyPurpose) -> bool:
    """Whether a key for this purpose is in use."""
    return Key.objects.filter(purpose=purpose, retired_at=None).exists()


def public_keys(purpose: KeyPurpose) -> QuerySet[Key]:
    """Return all keys of a purpose, newest first; retired ones stay, for what they signed."""
    return Key.objects.filter(purpose=purpose).order_by("-activates_at", "-pk")


def expiring(*, at: datetime, within: timedelta) -> QuerySet[Key]:
    """Return the keys in use that should be replaced within this time, or should have been."""
    due = Key.objects.filter(retired_at=None, not_after__lte=at + within)
    return due.order_by("not_after")
