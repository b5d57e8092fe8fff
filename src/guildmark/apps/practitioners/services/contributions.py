"""Recording what people did, and what the programme counts it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.practitioners import policies, queries
from guildmark.apps.practitioners.events import ContributionRecorded, PointsDefined
from guildmark.apps.practitioners.models import Contribution, ContributionKind, RenewalRule

from .refusals import PractitionerRefused, given, locked, note

LONGEST_SUBJECT = 200
LONGEST_TITLE = 300


def record_contribution(
    person: Any,
    kind: str,
    *,
    subject: str,
    title: str,
    at: datetime,
    points: int | None = None,
) -> Contribution:
    """Record something that a person did, once for each kind and subject.

    Called by contexts above. Without points it counts what the programme says now; later changes
    of the programme leave it as it is. Recorded again, the first record comes back. Raises
    `PractitionerRefused` and `AccountIsClosed`.
    """
    missing = _("Name what was contributed.")
    title = given(title, field="title", longest=LONGEST_TITLE, missing=missing)
    subject = given(subject, field="subject", longest=LONGEST_SUBJECT, missing=missing)
    if points is not None and points < 0:
        raise PractitionerRefused(_("Points can't be less than nothing."), "points")
    with transaction.atomic():
        person = locked(person)
        known = Contribution.objects.filter(person=person, kind=kind, subject=subject).first()
        if known is not None:
            return known
        counted = queries.points_policy().get(kind, 0) if points is None else points
        row = Contribution.objects.create(
            person=person, kind=kind, subject=subject, title=title, points=counted, at=at
        )
        note(ContributionRecorded(kind, counted), person.actor_id, actor=None, at=at)
    return row


def define_points(
    kinds: Mapping[str, tuple[str, int]], renewals: Mapping[str, int], *, actor: Any, at: datetime
) -> bool:
    """Say what counts how much (name and points by kind), and what a renewal needs by type.

    What is not named is not counted any more; what was recorded stays. Returns whether anything
    changed. Raises `PermissionRefused`.
    """
    policies.POINTS_DEFINE.require(actor)
    with transaction.atomic():
        before = {each.kind: (each.name, each.points) for each in queries.contribution_kinds()}
        if before == dict(kinds) and queries.points_needed() == dict(renewals):
            return False
        ContributionKind.objects.exclude(kind__in=list(kinds)).delete()
        for kind, (name, points) in kinds.items():
            values = {"name": name, "points": points}
            ContributionKind.objects.update_or_create(kind=kind, defaults=values)
        RenewalRule.objects.exclude(type__in=list(renewals)).delete()
        for code, points in renewals.items():
            RenewalRule.objects.update_or_create(type=code, defaults={"points": points})
        defined = PointsDefined(tuple(sorted(kinds)), tuple(sorted(renewals)))
        note(defined, "practitioners.points", actor=actor, at=at)
    return True
