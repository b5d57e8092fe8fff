"""Telling relations, declaring conflicts and ties, and taking them back."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from guildmark.apps.audit import services as audit

from . import policies
from .events import ConflictDeclared, ConflictWithdrawn, TieDeclared, TieEnded
from .models import LONGEST_REASON, Relation, Tie
from .states import RelationKind, TieKind

DECLARATIONS = frozenset({RelationKind.DECLARED, RelationKind.RECUSED, RelationKind.NONE})
"""What somebody says themselves, and can take back."""


class ConflictRefused(ValueError):
    """A declaration can't be taken as it is; the message says why and what to do."""


def record_relation(
    person: Any,
    subject_kind: str,
    subject_id: int,
    kind: RelationKind,
    *,
    at: datetime,
) -> Relation:
    """Tell what a person is to a subject; telling it again changes nothing.

    Called by the context that the subject belongs to, in the transaction of what it tells.
    """
    found, _made = Relation.objects.get_or_create(
        person=person,
        subject_kind=subject_kind,
        subject_id=subject_id,
        kind=kind.value,
        until=None,
        defaults={"since": at},
    )
    return found


def end_relation(
    person: Any, subject_kind: str, subject_id: int, kind: RelationKind, *, at: datetime
) -> None:
    """Let what a person was to a subject no longer count."""
    rows = Relation.objects.filter(
        person=person, subject_kind=subject_kind, subject_id=subject_id, kind=kind.value
    )
    rows.filter(until=None).update(until=at)


def record_firm(firm: Any, subject_kind: str, subject_id: int, *, at: datetime) -> Relation:
    """Tell that a subject is about a firm of the register of employers; again changes nothing."""
    found, _made = Relation.objects.get_or_create(
        firm_id=firm.pk,
        subject_kind=subject_kind,
        subject_id=subject_id,
        kind=RelationKind.FIRM.value,
        until=None,
        defaults={"since": at},
    )
    return found


def end_firm(firm: Any, subject_kind: str, subject_id: int, *, at: datetime) -> None:
    """Tell that a subject is not about a firm any more."""
    rows = Relation.objects.filter(
        firm_id=firm.pk, subject_kind=subject_kind, subject_id=subject_id, until=None
    )
    rows.update(until=at)


def pass_on(
    subject_kind: str,
    source: int,
    target: int,
    *,
    at: datetime,
    leaving_out: Collection[RelationKind] = (RelationKind.DECIDER, RelationKind.NONE),
) -> None:
    """Let whoever is something to one subject be the same to another that was made of it."""
    rows = Relation.objects.filter(subject_kind=subject_kind, subject_id=source)
    current = rows.filter(Q(until__isnull=True) | Q(until__gt=at))
    for each in current.exclude(kind__in=[kind.value for kind in leaving_out]):
        Relation.objects.get_or_create(
            person_id=each.person_id,
            firm_id=each.firm_id,
            subject_kind=subject_kind,
            subject_id=target,
            kind=each.kind,
            until=None,
            defaults={"since": at, "reason": each.reason},
        )


def declare(
    subject_kind: str, subject_id: int, *, reason: str, actor: Any, at: datetime
) -> Relation:
    """Declare a conflict of one's own with a subject. Raises `ConflictRefused`."""
    policies.CONFLICT_DECLARE.require(actor)
    return _declared(
        RelationKind.DECLARED, subject_kind, subject_id, reason=reason, actor=actor, at=at
    )


def recuse(
    subject_kind: str, subject_id: int, *, reason: str, actor: Any, at: datetime
) -> Relation:
    """Step back from a subject, visibly. Raises `ConflictRefused`."""
    policies.CONFLICT_DECLARE.require(actor)
    return _declared(
        RelationKind.RECUSED, subject_kind, subject_id, reason=reason, actor=actor, at=at
    )


def declare_none(subject_kind: str, subject_id: int, *, actor: Any, at: datetime) -> Relation:
    """State that one looked, and has no conflict with a subject."""
    policies.CONFLICT_DECLARE.require(actor)
    return _kept(RelationKind.NONE, subject_kind, subject_id, reason="", actor=actor, at=at)


def withdraw(relation: Relation, *, actor: Any, at: datetime) -> None:
    """Take back what one declared; it stays in the history. Raises `PermissionRefused`."""
    policies.CONFLICT_WITHDRAW.require(actor, relation)
    with transaction.atomic():
        row = Relation.objects.select_for_update().get(pk=relation.pk)
        if row.until is not None or row.kind not in DECLARATIONS:
            return
        row.until = at
        row.save(update_fields=["until"])
        event = ConflictWithdrawn(row.kind, f"{row.subject_kind}:{row.subject_id}")
        audit.record(event, actor=actor, subject=actor.actor_id, at=at)


def declare_tie(other: Any, kind: TieKind, *, actor: Any, at: datetime) -> Tie:
    """Declare that one is close to another person. Raises `ConflictRefused`."""
    policies.TIE_DECLARE.require(actor)
    if other.pk == actor.pk:
        raise ConflictRefused(_("Name another person than yourself."))
    with transaction.atomic():
        found, made = Tie.objects.get_or_create(
            declared_by=actor,
            other=other,
            kind=kind.value,
            ended_at=None,
            defaults={"declared_at": at},
        )
        if made:
            event = TieDeclared(kind.value, str(other.actor_id))
            audit.record(event, actor=actor, subject=actor.actor_id, at=at)
    return found


def end_tie(tie: Tie, *, actor: Any, at: datetime) -> None:
    """Declare that a tie has ended; it no longer counts. Raises `PermissionRefused`."""
    policies.TIE_END.require(actor, tie)
    with transaction.atomic():
        row = Tie.objects.select_for_update(of=("self",)).select_related("other").get(pk=tie.pk)
        if row.ended_at is None:
            row.ended_at = at
            row.save(update_fields=["ended_at"])
            event = TieEnded(row.kind, str(row.other.actor_id))
            audit.record(event, actor=actor, subject=actor.actor_id, at=at)


def _declared(
    kind: RelationKind,
    subject_kind: str,
    subject_id: int,
    *,
    reason: str,
    actor: Any,
    at: datetime,
) -> Relation:
    why = reason.strip()
    if not why or len(why) > LONGEST_REASON:
        raise ConflictRefused(
            _("Say in one or two sentences what the conflict is, in at most 500 characters.")
        )
    return _kept(kind, subject_kind, subject_id, reason=why, actor=actor, at=at)


def _kept(
    kind: RelationKind,
    subject_kind: str,
    subject_id: int,
    *,
    reason: str,
    actor: Any,
    at: datetime,
) -> Relation:
    with transaction.atomic():
        found, made = Relation.objects.get_or_create(
            person=actor,
            subject_kind=subject_kind,
            subject_id=subject_id,
            kind=kind.value,
            until=None,
            defaults={"since": at, "reason": reason},
        )
        if made:
            event = ConflictDeclared(kind.value, f"{subject_kind}:{subject_id}")
            audit.record(event, actor=actor, subject=actor.actor_id, at=at)
    return found
