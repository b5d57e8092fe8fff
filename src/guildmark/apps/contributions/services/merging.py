"""Joining duplicates, splitting what makes several points, and taking both back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.assignments import queries as relations
from guildmark.apps.assignments import services as assignments
from guildmark.apps.assignments.states import RelationKind
from guildmark.apps.contributions import notices, policies, ruling, search
from guildmark.apps.contributions.models import SUMMARY_AT_MOST, TEXT_AT_MOST, Contribution, Step
from guildmark.apps.contributions.states import Kind, Move, Outcome, State, Trace
from guildmark.apps.contributions.targets import Target

from .moving import SUBJECT_KIND, Told, locked, locked_pair, receive, save, trace
from .refusals import ContributionRefused, cleaned, one_line
from .sending import new_row
from .triage import end, reopen

PARTS = range(2, 11)
NOT_SHARED = (
    RelationKind.DECIDER,
    RelationKind.EARLIER_ROLE,
    RelationKind.NONE,
)
"""What somebody is to a duplicate only: having decided on it says nothing of the other one."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the points that a contribution makes."""

    target: Target
    summary: str
    details: str


def merge(
    contribution: Contribution, into: Contribution, *, text: str, actor: Any, at: datetime
) -> Contribution:
    """Join a contribution to another one that makes the same point, and tell its author.

    It keeps its number, words and voices; these count with the other one from now on. Raises
    `ContributionRefused`, `TransitionRefused` and `PermissionRefused`.
    """
    words = cleaned(
        text,
        field="text",
        most=TEXT_AT_MOST,
        needed=_("Say what both have in common; the author reads it."),
    )
    with transaction.atomic():
        row, other = locked_pair(contribution, into)
        for each in (row, other):
            policies.CONTRIBUTION_TRIAGE.require(actor, each)
        _check_merge(row, other)
        row.merged_into = other
        # Whoever has a conflict with one has it with both: they are decided on together now.
        assignments.pass_on(SUBJECT_KIND, row.pk, other.pk, at=at, leaving_out=NOT_SHARED)
        end(row, Outcome.DUPLICATE, ruling.MERGED, words, actor=actor, at=at, other=other)
        trace(other, Trace.MERGE, actor=actor, at=at, told=Told(other=row))
        save(other)
    return row


def unmerge(contribution: Contribution, *, reason: str, actor: Any, at: datetime) -> Contribution:
    """Let a duplicate go again: it goes on by itself from review.

    Raises `ContributionRefused` and `PermissionRefused`.
    """
    why = _why(reason)
    with transaction.atomic():
        row, other = locked_pair(contribution, contribution.merged_into or contribution)
        for each in (row, other):
            policies.CONTRIBUTION_TRIAGE.require(actor, each)
        if row.pk == other.pk or row.merged_into_id != other.pk:
            raise ContributionRefused(_("This is joined to nothing any more."))
        step = _last(row, Move.DISPOSE)
        told = Told(text=why, other=other, undoes=step)
        reopen(row, text=why, actor=actor, at=at, told=told, due=row.due)
        _part_ways(row, other, at)
        trace(other, Trace.UNMERGE, actor=actor, at=at, told=Told(text=why, other=row))
        save(other)
        notices.tell_reopened(row, why, at=at)
    return row


def split(
    contribution: Contribution, parts: Sequence[Part], *, text: str, actor: Any, at: datetime
) -> list[Contribution]:
    """Give each point of a contribution its own number; all keep author, day and clocks.

    Raises `ContributionRefused`, `TransitionRefused` and `PermissionRefused`.
    """
    words = cleaned(
        text,
        field="text",
        most=TEXT_AT_MOST,
        needed=_("Say why you split it; its author reads it."),
    )
    if len(parts) not in PARTS:
        raise ContributionRefused(_("Give at least two parts, and at most ten."), field="parts")
    with transaction.atomic():
        row = locked(contribution)
        policies.CONTRIBUTION_TRIAGE.require(actor, row)
        if row.kind != Kind.FEEDBACK:
            raise ContributionRefused(_("Only framework feedback is split."))
        if row.voices.filter(left_at=None).exists() or row.duplicates.exists():
            raise ContributionRefused(
                _("Others joined it as a whole, so it can't be split any more.")
            )
        made = [_part(row, each, actor=actor, at=at) for each in parts]
        end(row, Outcome.CONVERTED, ruling.SPLIT, words, actor=actor, at=at)
        trace(row, Trace.SPLIT, actor=actor, at=at)
    return made


def unsplit(contribution: Contribution, *, reason: str, actor: Any, at: datetime) -> Contribution:
    """Take a split back while nobody has decided on a part: the whole goes on from review.

    Raises `ContributionRefused` and `PermissionRefused`.
    """
    why = _why(reason)
    with transaction.atomic():
        row = locked(contribution)
        policies.CONTRIBUTION_TRIAGE.require(actor, row)
        parts = _parts_of_last_split(row)
        for each in parts:
            policies.CONTRIBUTION_TRIAGE.require(actor, each)
        if row.reason_code != ruling.SPLIT or not parts:
            raise ContributionRefused(_("This was not split."))
        if any(not each.is_open or each.voices.exists() for each in parts):
            raise ContributionRefused(
                _("A part has been decided on or joined by now, so the split stays.")
            )
        for each in parts:
            end(each, Outcome.CONVERTED, ruling.TAKEN_BACK, why, actor=actor, at=at, other=row)
        told = Told(text=why, undoes=_last(row, Move.DISPOSE))
        reopen(row, text=why, actor=actor, at=at, told=told, due=row.due)
        trace(row, Trace.UNSPLIT, actor=actor, at=at, told=Told(text=why))
        notices.tell_reopened(row, why, at=at)
    return row


def convert(
    contribution: Contribution, part: Part, *, text: str, actor: Any, at: datetime
) -> Contribution:
    """Turn a message to the institute into framework feedback of the same author.

    Raises `ContributionRefused`, `TransitionRefused` and `PermissionRefused`.
    """
    words = cleaned(
        text, field="text", most=TEXT_AT_MOST, needed=_("Say why; its author reads it.")
    )
    with transaction.atomic():
        row = locked(contribution)
        policies.CONTRIBUTION_TRIAGE.require(actor, row)
        if row.kind != Kind.CONTACT:
            raise ContributionRefused(_("This is framework feedback already."))
        made = _part(row, part, actor=actor, at=at)
        end(row, Outcome.CONVERTED, ruling.TURNED, words, actor=actor, at=at, other=made)
        trace(row, Trace.CONVERT, actor=actor, at=at, told=Told(other=made))
    return made


def _part(row: Contribution, part: Part, *, actor: Any, at: datetime) -> Contribution:
    """Make a contribution of the same author out of one of the points of a row."""
    target = part.target
    made = new_row(
        Contribution(
            kind=Kind.FEEDBACK.value,
            concern=row.concern or "gap",
            framework=target.framework,
            edition=target.edition,
            domain=target.domain,
            requirement=target.requirement,
            target_label=target.label[:250],
            summary=one_line(
                part.summary,
                field="parts",
                most=SUMMARY_AT_MOST,
                needed=_("Give each part a summary."),
            ),
            details=_own_words(row, part.details),
            **_kept(row),
        ),
        at=at,
    )
    assignments.pass_on(SUBJECT_KIND, row.pk, made.pk, at=at)
    search.index(made)
    receive(made, actor=actor, at=at, whole=row)
    return made


def _own_words(row: Contribution, text: str) -> str:
    """Return a part of what the author wrote. Raises `ContributionRefused` for other words."""
    found = cleaned(
        text,
        field="parts",
        most=TEXT_AT_MOST,
        needed=_("Give each part the words of the author that belong to it."),
    )
    said = _plain(f"{row.summary} {row.details} {row.seen} {row.proposed}")
    for line in found.splitlines():
        if _plain(line) not in said:
            raise ContributionRefused(
                _("The author did not write “%(line)s”. Leave their words as they are.")
                % {"line": line.strip()[:80]},
                field="parts",
            )
    return found


def _plain(text: str) -> str:
    return " ".join(text.split())


def _part_ways(row: Contribution, other: Contribution, at: datetime) -> None:
    """Take back what the author and the voices of a duplicate were to the other one."""
    stay = {other.author_id, *other.voices.values_list("person_id", flat=True)}
    for each in other.duplicates.exclude(pk=row.pk):
        stay |= {each.author_id, *each.voices.values_list("person_id", flat=True)}
    for kind in (RelationKind.AUTHOR, RelationKind.VOICE):
        for person in relations.people_with(SUBJECT_KIND, row.pk, kind):
            if person.pk not in stay:
                assignments.end_relation(person, SUBJECT_KIND, other.pk, kind, at=at)


def _parts_of_last_split(row: Contribution) -> list[Contribution]:
    """Lock and return the parts that the last split made; earlier ones were taken back."""
    last = row.steps.filter(move=Trace.SPLIT.value).order_by("-at", "-pk").first()
    before = row.steps.filter(move=Trace.UNSPLIT.value).order_by("-at", "-pk").first()
    if last is None or (before is not None and before.pk > last.pk):
        return []
    parts = row.parts.exclude(reason_code=ruling.TAKEN_BACK).order_by("pk")
    return [locked(each) for each in parts]


def _kept(row: Contribution) -> dict[str, Any]:
    """What a part has from the whole."""
    names = (
        "in_production", "seen", "proposed", "ai_help", "credit", "author", "author_name",
        "author_email", "secret", "suspicion", "credential_number", "credential_type",
        "standing",
        "received_at",
    )  # fmt: skip
    return {"part_of": row, **{name: getattr(row, name) for name in names}}


def _check_merge(row: Contribution, other: Contribution) -> None:
    if row.pk == other.pk:
        raise ContributionRefused(_("Name another one than this."), field="into")
    if {row.kind, other.kind} != {Kind.FEEDBACK.value}:
        raise ContributionRefused(_("Only framework feedback is joined."), field="into")
    if other.merged_into_id is not None:
        raise ContributionRefused(
            _("%(number)s is itself joined to %(other)s. Name that one.")
            % {"number": other.number, "other": other.merged_into},
            field="into",
        )
    if other.state == State.DISPOSED:
        raise ContributionRefused(
            _("%(number)s was decided on, so nothing can join it any more.")
            % {"number": other.number},
            field="into",
        )
    if row.duplicates.exists():
        raise ContributionRefused(
            _("Others are joined to this one. Join the other one to it, or let them go first."),
            field="into",
        )


def _why(reason: str) -> str:
    return cleaned(
        reason,
        field="reason",
        most=TEXT_AT_MOST,
        needed=_("Say why you take it back; it stays in the history."),
    )


def _last(row: Contribution, move: Move) -> Step | None:
    return row.steps.filter(move=move.value).order_by("-at", "-pk").first()
