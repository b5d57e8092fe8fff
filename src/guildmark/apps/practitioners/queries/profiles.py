"""How a person is known to others."""

import hmac
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from guildmark.apps.credentials import queries as credentials
from guildmark.apps.credentials.states import ShownAs, Standing
from guildmark.apps.institute import queries as institutes
from guildmark.apps.practitioners.handles import RESERVED, folded, written
from guildmark.apps.practitioners.models import Expertise, Handle, Profile

CLOSED = "closed:"
SHOWN = (Standing.VALID, Standing.SUSPENDED, Standing.EXPIRED)


def profile(person: Any) -> Profile | None:
    """Return what the person tells about themselves, public or not, if they told anything."""
    return Profile.objects.filter(person_id=person.pk).first()


def profiles_of(people: Iterable[Any]) -> dict[int, Profile]:
    """Return the profiles of people by the key of their person, public or not."""
    rows = Profile.objects.filter(person_id__in={each.pk for each in people})
    return {each.person_id: each for each in rows}


def by_handle(handle: str) -> Profile | None:
    """Return the profile that has this handle now, public or not. Pages ask `public_profile`."""
    word = written(handle)
    return Profile.objects.filter(handle=word).first() if word else None


def public_profile(handle: str) -> Profile | None:
    """Return the profile with this handle if its owner shows it and can still sign in."""
    found = by_handle(handle)
    shown = found is not None and found.is_public and found.person.is_active
    return found if shown else None


def shown_name(person: Any) -> str:
    """Return the name if the person chose to be named, else the handle, else nothing."""
    found = profile(person)
    return found.shown_name if found else ""


def expertise(person: Any) -> QuerySet[Expertise]:
    """Return what a person says about how well they know each domain."""
    return Expertise.objects.filter(person_id=person.pk).order_by("domain")


def is_reserved(handle: str) -> bool:
    """Whether a handle reads like a word of the house, the institute or its programme."""
    institute, programme = institutes.institute(), institutes.programme()
    own = [institute.name, *([programme.code, programme.name] if programme else [])]
    return folded(handle) in RESERVED | {folded("".join(each.split())) for each in own}


def handle_owner(handle: str) -> tuple[bool, int | None]:
    """Return whether a handle, or one that reads like it, was ever taken, and by whom."""
    word = folded(handle)
    found = Handle.objects.filter(folded__in=[word, closed_digest(word)]).first()
    return found is not None, found.person_id if found else None


def closed_digest(word: str) -> str:
    """Return what stands for a folded handle after its owner's account was closed.

    Keyed by the secret of the installation: a new secret sets such handles free.
    """
    key = settings.SECRET_KEY.encode()
    digest = hmac.new(key, f"guildmark.practitioners.handle:{word}".encode(), sha256)
    return CLOSED + digest.hexdigest()


def shown_credentials(
    found: Profile, *, at: datetime
) -> list[tuple[credentials.Credential, Standing]]:
    """Return the credentials that a public profile shows, each with what a verifier is told.

    Only those that already show, to whoever looks them up, the name or handle of this profile:
    otherwise the profile would tell who hides behind an id. What was replaced, given back or
    revoked is left out.
    """
    if not found.shows_credentials:
        return []
    rows = [each for each in credentials.held_by(found.person) if is_shown_alike(each, found)]
    told = [(each, each.standing(at)) for each in rows]
    return [(each, standing) for each, standing in told if standing in SHOWN]


def is_shown_alike(row: credentials.Credential, found: Profile) -> bool:
    """Whether a credential names its holder as the profile does."""
    if row.shown_as == ShownAs.NAME:
        return found.shows_name
    return row.shown_as == ShownAs.HANDLE and folded(row.handle) == folded(found.handle)
