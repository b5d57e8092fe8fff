"""What every change of a contribution has in common: the lock, the row, the trace, the event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guildmark.apps.accounts.queries import User
from guildmark.apps.audit import services as audit
from guildmark.apps.contributions.events import (
    ContributionDisposed,
    ContributionMoved,
    ContributionReceived,
    ContributionTraced,
)
from guildmark.apps.contributions.models import Contribution, Step
from guildmark.apps.contributions.states import CONTRIBUTION, Move, Trace

SUBJECT_KIND = "contributions.contribution"


@dataclass(frozen=True, slots=True)
class Told:
    """What a step says beside its name."""

    text: str = ""
    outcome: str = ""
    reason_code: str = ""
    other: Contribution | None = None
    undoes: Step | None = None


NOTHING = Told()


def locked(contribution: Contribution) -> Contribution:
    """Return the row as it is now, locked until the transaction ends."""
    rows = Contribution.objects.select_for_update(of=("self",)).select_related("rules")
    return rows.get(pk=contribution.pk)


def locked_pair(one: Contribution, other: Contribution) -> tuple[Contribution, Contribution]:
    """Lock two rows, always in the same order, and return both as they are now."""
    rows = Contribution.objects.select_for_update(of=("self",)).select_related("rules")
    found = {each.pk: each for each in rows.filter(pk__in=[one.pk, other.pk]).order_by("pk")}
    return found[one.pk], found[other.pk]


def move(
    row: Contribution, wanted: Move, *, actor: Any, at: datetime, told: Told = NOTHING
) -> Step:
    """Bring a locked row to its next state, save it, and tell of it.

    Raises `TransitionRefused` where the state has no such arrow.
    """
    source = row.state
    row.state = CONTRIBUTION.target(source, wanted).value
    row.next_due, row.escalated_at = row.next_step(), None
    save(row)
    step = _step(row, wanted, actor=actor, at=at, told=told, source=source)
    _record(_moved(row, wanted), row, actor=actor, at=at)
    return step


def trace(
    row: Contribution, wanted: Trace, *, actor: Any, at: datetime, told: Told = NOTHING
) -> Step:
    """Tell of something that leaves the state as it is."""
    step = _step(row, wanted, actor=actor, at=at, told=told, source=row.state)
    _record(ContributionTraced(row.kind, wanted), row, actor=actor, at=at)
    return step


def receive(
    row: Contribution, *, actor: Any, at: datetime, whole: Contribution | None = None
) -> None:
    """Tell that a new row is there: sent in, or made out of the `whole` that was split."""
    told = Told(other=whole)
    _step(row, Trace.SEND, actor=actor, at=at, told=told, source="")
    target = row.requirement or row.domain
    event = ContributionReceived(row.kind, row.concern, target, row.standing)
    _record(event, row, actor=actor, at=at)


def save(row: Contribution) -> None:
    """Save a locked row under a new version."""
    row.version += 1
    row.save()


def subject(row: Contribution) -> str:
    """Return the key of a contribution in events."""
    return f"{SUBJECT_KIND}:{row.pk}"


def _moved(row: Contribution, wanted: Move) -> ContributionMoved | ContributionDisposed:
    if wanted in (Move.DISPOSE, Move.WITHDRAW):
        return ContributionDisposed(row.kind, row.outcome, row.reason_code)
    return ContributionMoved(row.kind, wanted, row.state)


def _record(event: Any, row: Contribution, *, actor: Any, at: datetime) -> None:
    known = actor if getattr(actor, "actor_id", None) is not None else None
    audit.record(event, actor=known, subject=subject(row), at=at)


def _step(
    row: Contribution,
    name: Move | Trace,
    *,
    actor: Any,
    at: datetime,
    told: Told,
    source: str,
) -> Step:
    return Step.objects.create(
        contribution=row,
        move=name.value,
        source=source,
        target=row.state,
        outcome=told.outcome,
        reason_code=told.reason_code,
        text=told.text,
        actor=actor if isinstance(actor, User) else None,
        other=told.other,
        undoes=told.undoes,
        at=at,
    )
