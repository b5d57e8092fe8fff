"""A contribution's way and history, as pages show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from guildmark.apps.contributions import queries
from guildmark.apps.contributions.queries import Contribution, Step
from guildmark.apps.contributions.states import Move, State, Trace

INSIDE = {Trace.CLAIM, Trace.RELEASE, Trace.ESCALATE}
"""How the institute shares its work is no news to an author."""
BY_PRACTITIONERS = {
    Trace.SEND, Trace.JOIN, Trace.LEAVE, Trace.REPLY, Trace.CONTEST, Move.WITHDRAW,
}  # fmt: skip
"""Their names are no help to whoever decides, and would tell who wrote it."""
WAY = (State.RECEIVED, State.ACKNOWLEDGED, State.IN_REVIEW, State.DISPOSED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a history: `state` and `label` are what a badge shows."""

    at: datetime
    title: str | Promise
    text: str = ""
    who: str = ""
    url: str = ""
    link: str = ""


def steps_of(row: Contribution) -> list[dict[str, Any]]:
    """Return the stations of a contribution for the stepper."""
    way = [
        each
        for each in WAY
        if (each is not State.IN_REVIEW or _goes_through_review(row))
        and (each is not State.ACKNOWLEDGED or row.is_open or row.acknowledged_at is not None)
    ]
    here = way.index(State(row.state))
    done = here if row.is_open else len(way)
    return [
        {
            "label": row.state_label if each is State.DISPOSED and row.outcome else each.label,
            "state": "done" if n < done else "current" if n == here else "upcoming",
        }
        for n, each in enumerate(way)
    ]


def _goes_through_review(row: Contribution) -> bool:
    """Whether it is or was in review, or may still come there."""
    return row.is_open or row.steps.filter(target=State.IN_REVIEW.value).exists()


def author_history(row: Contribution) -> list[Entry]:
    """Return what happened, without who did it and without what is of the house."""
    return [_entry(each) for each in queries.steps(row) if each.move not in INSIDE]


def full_history(row: Contribution, seen: QuerySet[Contribution]) -> list[Entry]:
    """Return all that happened, with who of the house did it, for who reads the queue.

    `seen` is what the reader may read: of steps that tell of another contribution, nothing but
    their name is told where it is not among these.
    """
    steps = list(queries.steps(row))
    readable = set(seen.filter(pk__in=[each.other_id for each in steps]).values_list("pk"))
    return [
        _entry(each, named=each.move not in BY_PRACTITIONERS)
        if each.other_id is None or (each.other_id,) in readable
        else Entry(each.at, title(each))
        for each in steps
    ]


def title(step: Step) -> str | Promise:
    """Return what happened in a step, in words."""
    return (Move if step.move in set(Move) else Trace)(step.move).label


def _entry(step: Step, *, named: bool = False) -> Entry:
    other = step.other
    return Entry(
        at=step.at,
        title=title(step),
        text=step.text,
        who=str(step.actor) if named and step.actor is not None else "",
        url=_address(other, named) if other is not None else "",
        link=other.number if other is not None else "",
    )


def _address(other: Contribution, named: bool) -> str:
    if named:
        return reverse("contributions:triage", args=[other.number])
    return reverse("contributions:fate", args=[other.number]) if other.public_summary else ""
