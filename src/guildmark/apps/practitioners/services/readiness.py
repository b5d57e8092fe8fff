"""Offering one's time, and how much of it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.practitioners import policies, queries
from guildmark.apps.practitioners.events import AvailabilityChanged, OptInChosen
from guildmark.apps.practitioners.models import LoadCap, OptIn, Unavailability
from guildmark.apps.practitioners.states import Purpose

from .refusals import PractitionerRefused, known_domains, locked, note

MOST_LOAD = 50
MOST_ABSENCES = 50


def choose_opt_ins(purpose: Purpose, domains: Iterable[str], *, actor: Any, at: datetime) -> None:
    """Offer one's time for a purpose in these domains and in no others, from this moment on.

    Raises `PractitionerRefused` for a domain whose drafts one can't review, and
    `PermissionRefused`.
    """
    policies.PROFILE_EDIT.require(actor)
    wanted = set(known_domains(domains))
    with transaction.atomic():
        person = locked(actor)
        before = {each for kind, each in queries.open_opt_ins(person) if kind == purpose}
        for domain in sorted(wanted - before):
            _refuse_no_specialist(purpose, domain, person, at)
            OptIn.objects.create(person=person, purpose=purpose.value, domain=domain, since=at)
            note(OptInChosen(purpose.value, domain, True), actor.actor_id, actor=actor, at=at)
        for domain in sorted(before - wanted):
            rows = OptIn.objects.filter(person=person, purpose=purpose.value, domain=domain)
            rows.filter(until__isnull=True).update(until=at)
            note(OptInChosen(purpose.value, domain, False), actor.actor_id, actor=actor, at=at)


def set_load_cap(purpose: Purpose, most: int | None, *, actor: Any, at: datetime) -> None:
    """Say how many things at a time one takes on; None leaves it to the institute.

    Raises `PractitionerRefused` and `PermissionRefused`.
    """
    policies.PROFILE_EDIT.require(actor)
    if most is not None and not 0 < most <= MOST_LOAD:
        raise PractitionerRefused(
            _("Give a whole number from 1 to %(most)s, or nothing.") % {"most": MOST_LOAD}, "most"
        )
    with transaction.atomic():
        person = locked(actor)
        if queries.load_cap(person, purpose) == most:
            return
        LoadCap.objects.filter(person=person, purpose=purpose.value).delete()
        if most is not None:
            LoadCap.objects.create(person=person, purpose=purpose.value, most=most)
        note(AvailabilityChanged(), actor.actor_id, actor=actor, at=at)


def add_absence(begins: date, ends: date, *, actor: Any, at: datetime) -> Unavailability:
    """Say on which days one can't do anything. Raises `PractitionerRefused`."""
    policies.PROFILE_EDIT.require(actor)
    if ends < begins:
        raise PractitionerRefused(_("The last day is before the first."), "ends")
    if ends < at.date():
        raise PractitionerRefused(_("These days are over."), "ends")
    with transaction.atomic():
        person = locked(actor)
        if queries.unavailabilities(person).count() >= MOST_ABSENCES:
            raise PractitionerRefused(_("Remove some that are over before you add more."))
        row = Unavailability.objects.create(person=person, begins=begins, ends=ends)
        note(AvailabilityChanged(), actor.actor_id, actor=actor, at=at)
    return row


def remove_absence(row: Unavailability, *, actor: Any, at: datetime) -> None:
    """Be there after all. Raises `PractitionerRefused` and `PermissionRefused`."""
    policies.PROFILE_EDIT.require(actor)
    with transaction.atomic():
        person = locked(actor)
        if not queries.unavailabilities(person).filter(pk=row.pk).delete()[0]:
            raise PractitionerRefused(_("These days are not yours, or they were removed already."))
        note(AvailabilityChanged(), actor.actor_id, actor=actor, at=at)


def _refuse_no_specialist(purpose: Purpose, domain: str, person: Any, at: datetime) -> None:
    if purpose is Purpose.DRAFT_REVIEW and not queries.may_review_drafts(person, domain, at):
        raise PractitionerRefused(
            _("Drafts of “%(domain)s” are reviewed by holders of a specialist credential in it.")
            % {"domain": queries.domain_titles().get(domain, domain)},
            purpose.value.replace(" ", "_"),
        )
