"""What a person tells about themselves, and who may read it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guildmark.apps.practitioners import policies, queries
from guildmark.apps.practitioners.events import ExpertiseDeclared, ProfileChanged
from guildmark.apps.practitioners.handles import LONGEST, SHORTEST, folded, is_well_formed, written
from guildmark.apps.practitioners.models import Expertise, Handle, Profile
from guildmark.apps.practitioners.naming import tidy
from guildmark.apps.practitioners.states import Level, Sector

from .refusals import PractitionerRefused, fitting, known_domains, locked, note

LONGEST_NAME = 80
LONGEST_TEXT = 600
MOST_HANDLES = 5
"""Handles that one person can have had; each stays taken for ever."""


@dataclass(frozen=True, slots=True)
class ProfileDescription:
    """What a person wants to tell about themselves; see `models.Profile`."""

    handle: str = ""
    name: str = ""
    text: str = ""
    sector: str = ""
    is_public: bool = False
    shows_name: bool = False
    shows_sector: bool = False
    shows_expertise: bool = False
    shows_experience: bool = False
    shows_credentials: bool = False
    shows_contributions: bool = False


def edit_profile(wanted: ProfileDescription, *, actor: Any, at: datetime) -> Profile:
    """Save what a person tells about themselves, and who may read it.

    Raises `PractitionerRefused` for a handle that can't be had, for a public page without a
    handle, for a shown name that is missing; and `PermissionRefused`.
    """
    policies.PROFILE_EDIT.require(actor)
    values = _checked(wanted)
    with transaction.atomic():
        person = locked(actor)
        row = queries.profile(person) or Profile(person=person, created_at=at)
        if values["handle"] != row.handle:
            _take_handle(values["handle"], person, at)
        for name, value in values.items():
            setattr(row, name, value)
        row.changed_at = at
        row.save()
        note(ProfileChanged(row.is_public, row.shows_name), actor.actor_id, actor=actor, at=at)
    return row


def declare_expertise(
    levels: Mapping[str, Level | None], *, actor: Any, at: datetime
) -> tuple[str, ...]:
    """Say how well one knows each domain, and return all in which something is said now.

    None takes it back; domains that are not named stay as they are.

    Raises `PractitionerRefused` and `PermissionRefused`.
    """
    policies.PROFILE_EDIT.require(actor)
    known_domains(levels)
    with transaction.atomic():
        person = locked(actor)
        for domain, level in levels.items():
            rows = Expertise.objects.filter(person=person, domain=domain)
            if level is None:
                rows.delete()
            elif not rows.filter(level=level.value).exists():
                values = {"level": level.value, "declared_at": at}
                Expertise.objects.update_or_create(person=person, domain=domain, defaults=values)
        domains = tuple(queries.expertise(person).values_list("domain", flat=True))
        note(ExpertiseDeclared(domains), actor.actor_id, actor=actor, at=at)
    return domains


def _checked(wanted: ProfileDescription) -> dict[str, Any]:
    values = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
    values["handle"] = written(wanted.handle)
    values["name"] = fitting(tidy(wanted.name), field="name", longest=LONGEST_NAME)
    values["text"] = fitting(wanted.text.strip(), field="text", longest=LONGEST_TEXT)
    if wanted.sector and wanted.sector not in {each.value for each in Sector}:
        raise PractitionerRefused(_("Choose a sector from the list."), "sector")
    if wanted.is_public and not values["handle"]:
        raise PractitionerRefused(
            _("A public page needs a handle: it is part of the page's address."), "handle"
        )
    if wanted.shows_name and not values["name"]:
        raise PractitionerRefused(_("Give the name by which you want to be shown."), "name")
    return values


def _take_handle(handle: str, person: Any, at: datetime) -> None:
    """Take a handle for ever, or take back one that was the person's own."""
    if not handle:
        return
    if not is_well_formed(handle):
        raise PractitionerRefused(
            _(
                "“%(handle)s” is no handle. Use %(least)s to %(most)s small letters, digits and "
                "single hyphens, a letter first and no hyphen last."
            )
            % {"handle": handle, "least": SHORTEST, "most": LONGEST},
            "handle",
        )
    if queries.is_reserved(handle):
        raise PractitionerRefused(
            _("“%(handle)s” reads like an office of the institute. Choose another handle.")
            % {"handle": handle},
            "handle",
        )
    taken, owner = queries.handle_owner(handle)
    if owner == person.pk and taken:
        return
    if taken or not _took(handle, person, at):
        raise PractitionerRefused(
            _("“%(handle)s” is taken, or reads like one that is. Choose another handle.")
            % {"handle": handle},
            "handle",
        )


def _took(handle: str, person: Any, at: datetime) -> bool:
    if Handle.objects.filter(person=person).count() >= MOST_HANDLES:
        raise PractitionerRefused(
            _("You have had %(most)s handles, which is as many as anybody can have.")
            % {"most": MOST_HANDLES},
            "handle",
        )
    try:
        with transaction.atomic():
            Handle.objects.create(folded=folded(handle), person=person, taken_at=at)
    except IntegrityError:  # Somebody else was first, this very moment.
        return False
    return True
