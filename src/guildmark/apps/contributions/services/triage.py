"""Reading the queue: acknowledge, claim, review, aim, answer, decide; all by somebody impartial."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.assignments import services as assignments
from guildmark.apps.assignments.states import RelationKind
from guildmark.apps.contributions import clocks, notices, policies, queries, ruling, search
from guildmark.apps.contributions.models import (
    SUMMARY_AT_MOST,
    TEXT_AT_MOST,
    Contribution,
    Reply,
)
from guildmark.apps.contributions.secrets import secret_of
from guildmark.apps.contributions.states import OUTCOMES, Kind, Move, Outcome, State, Trace
from guildmark.apps.contributions.targets import Target
from guildmark.apps.practitioners import services as practitioners

from .moving import SUBJECT_KIND, Told, locked, move, save, trace
from .refusals import ContributionRefused, cleaned, one_line

CREDITED_AS = "feedback"
"""The kind by which the contribution record knows what was accepted."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How a contribution is to end: `reason_code` is of the published list, `text` for its author.

    `public_summary` is needed for feedback that nobody has worded one for. A duplicate is not
    decided here but joined: `merging.merge`.
    """

    outcome: Outcome
    reason_code: str
    text: str
    public_summary: str = ""


def vouch(contribution: Contribution, *, actor: Any, at: datetime) -> Contribution:
    """Find that a person wrote what looked like a machine; from now on they are written to.

    They are told what they would have been told when it came in. Raises `PermissionRefused`.
    """
    with transaction.atomic():
        row = _mine_to_triage(contribution, actor)
        if row.suspicion:
            row.suspicion = ""
            save(row)
            trace(row, Trace.VOUCH, actor=actor, at=at)
            token = secret_of(row.sent_as) if row.sent_as and row.secret else ""
            notices.tell_received(row, at=at, token=token)
    return row


def claim(contribution: Contribution, *, actor: Any, at: datetime) -> Contribution:
    """Take a contribution on, so that two people don't work on it; a second click does nothing.

    Raises `ContributionRefused` where somebody else has it, and `PermissionRefused`.
    """
    with transaction.atomic():
        row = _open_to_triage(contribution, actor)
        if row.claimed_by_id == actor.pk:
            return row
        if row.claimed_by_id is not None:
            raise ContributionRefused(
                _("%(who)s has taken this on. Ask them to give it back.") % {"who": row.claimed_by}
            )
        row.claimed_by, row.claimed_at = actor, at
        save(row)
        trace(row, Trace.CLAIM, actor=actor, at=at)
    return row


def release(contribution: Contribution, *, actor: Any, at: datetime) -> Contribution:
    """Give a contribution back to the queue. Raises `PermissionRefused`."""
    with transaction.atomic():
        row = _mine_to_triage(contribution, actor)
        if row.claimed_by_id is not None:
            row.claimed_by, row.claimed_at = None, None
            save(row)
            trace(row, Trace.RELEASE, actor=actor, at=at)
    return row


def acknowledge(
    contribution: Contribution, *, public_summary: str, actor: Any, at: datetime
) -> Contribution:
    """Tell the author that somebody has read it, and publish a summary of feedback.

    `public_summary` is what everybody reads from now on; a message to the institute has none.
    Raises `ContributionRefused`, `TransitionRefused` and `PermissionRefused`.
    """
    with transaction.atomic():
        row = _mine_to_triage(contribution, actor)
        row.acknowledged_at = at
        row.public_summary = _checked_summary(row, public_summary)
        move(row, Move.ACKNOWLEDGE, actor=actor, at=at)
        search.index(row)
        notices.tell_acknowledged(row, at=at)
    return row


def review(contribution: Contribution, *, actor: Any, at: datetime) -> Contribution:
    """Take a contribution into review; feedback needs a public summary by then.

    Raises `ContributionRefused`, `TransitionRefused` and `PermissionRefused`.
    """
    with transaction.atomic():
        row = _mine_to_triage(contribution, actor)
        if _lacks_summary(row):
            raise ContributionRefused(
                _("Acknowledge it first: what is in review can be followed by everybody.")
            )
        was_received = row.state == State.RECEIVED
        _acknowledged_by_now(row, at)
        move(row, Move.REVIEW, actor=actor, at=at)
        if was_received:
            notices.tell_acknowledged(row, at=at)
    return row


def summarise(
    contribution: Contribution, *, public_summary: str, actor: Any, at: datetime
) -> Contribution:
    """Word the public summary anew. Raises `ContributionRefused` and `PermissionRefused`."""
    with transaction.atomic():
        row = _mine_to_triage(contribution, actor)
        if row.state == State.RECEIVED:
            raise ContributionRefused(_("Acknowledge it first."), field="public_summary")
        row.public_summary = _checked_summary(row, public_summary)
        save(row)
        search.index(row)
        trace(row, Trace.SUMMARISE, actor=actor, at=at, told=Told(text=row.public_summary))
    return row


def aim(
    contribution: Contribution, target: Target, *, reason: str, actor: Any, at: datetime
) -> Contribution:
    """Aim feedback at another target than its author did; where it came from stays in the trace.

    Raises `ContributionRefused` and `PermissionRefused`.
    """
    why = cleaned(
        reason,
        field="reason",
        most=TEXT_AT_MOST,
        needed=_("Say why it belongs there; its author reads it."),
    )
    with transaction.atomic():
        row = _open_to_triage(contribution, actor)
        if (row.framework, row.edition, row.domain, row.requirement) == (
            target.framework, target.edition, target.domain, target.requirement
        ):  # fmt: skip
            raise ContributionRefused(_("It is aimed there already."), field="about")
        before = row.target_label or _("nothing covers this")
        row.framework, row.edition = target.framework, target.edition
        row.domain, row.requirement = target.domain, target.requirement
        row.target_label = target.label[:250]
        save(row)
        text = _("Before: %(before)s. %(why)s") % {"before": before, "why": why}
        search.index(row)
        trace(row, Trace.AIM, actor=actor, at=at, told=Told(text=text))
    return row


def dispose(
    contribution: Contribution, wanted: Decision, *, actor: Any, at: datetime
) -> Contribution:
    """Decide on a contribution, and tell its author and every voice.

    Raises `ContributionRefused`, `TransitionRefused` and `PermissionRefused`.
    """
    with transaction.atomic():
        row = _mine_to_triage(contribution, actor)
        _check_decision(row, wanted)
        text = cleaned(
            wanted.text,
            field="text",
            most=TEXT_AT_MOST,
            # Nobody reads it where a machine wrote.
            needed=""
            if row.suspicion
            else _("Write to the author why. The reason from the list alone is no answer."),
        )
        if _lacks_summary(row):
            row.public_summary = _checked_summary(row, wanted.public_summary)
            search.index(row)
        end(row, wanted.outcome, wanted.reason_code, text, actor=actor, at=at)
    return row


def end(
    row: Contribution,
    outcome: Outcome,
    reason_code: str,
    text: str,
    *,
    actor: Any,
    at: datetime,
    other: Contribution | None = None,
) -> None:
    """Bring a locked row to its end, with its trace, its event and its notices."""
    _acknowledged_by_now(row, at)
    row.outcome, row.reason_code, row.reason_text = outcome.value, reason_code, text
    row.disposed_at = at
    told = Told(text=text, outcome=outcome.value, reason_code=reason_code, other=other)
    move(row, Move.DISPOSE, actor=actor, at=at, told=told)
    assignments.record_relation(actor, SUBJECT_KIND, row.pk, RelationKind.DECIDER, at=at)
    if outcome is Outcome.ACCEPTED:
        _credit(row, at)
    notices.tell_disposed(row, at=at)


def _credit(row: Contribution, at: datetime) -> None:
    """Let what was accepted count for its author and for everybody who joined."""
    for person in queries.people_behind(row, counted=True):
        practitioners.record_contribution(
            person,
            CREDITED_AS,
            subject=f"{SUBJECT_KIND}:{row.pk}",
            title=row.public_summary or row.summary,
            at=at,
        )


def reopen(
    row: Contribution,
    *,
    text: str,
    actor: Any,
    at: datetime,
    told: Told | None = None,
    due: date | None = None,
) -> None:
    """Open a locked row again, due on a day or as if it came in now; the trace keeps what was."""
    row.outcome, row.reason_code, row.reason_text = "", "", ""
    row.disposed_at, row.merged_into = None, None
    row.claimed_by, row.claimed_at = None, None
    row.due = due or clocks.day_due(at, row.rules.disposition_days)
    move(row, Move.REOPEN, actor=actor, at=at, told=told or Told(text=text))


def reply(contribution: Contribution, text: str, *, actor: Any, at: datetime) -> Reply:
    """Write to the author of a contribution, or as its author to the institute.

    Raises `ContributionRefused` and `PermissionRefused`.
    """
    words = cleaned(text, field="text", most=TEXT_AT_MOST, needed=_("Write your message."))
    with transaction.atomic():
        row = locked(contribution)
        from_author = row.author_id is not None and row.author_id == actor.pk
        if not from_author:
            policies.CONTRIBUTION_TRIAGE.require(actor, row)
            if row.suspicion:
                raise ContributionRefused(
                    _("No mail goes there before somebody has found that a person wrote it."),
                    field="text",
                )
        return _reply(row, words, from_author=from_author, writer=actor, at=at)


def reply_as_stranger(contribution: Contribution, text: str, *, at: datetime) -> Reply:
    """Write as who sent a message without an account and has its secret link.

    The caller has compared the secret. Raises `ContributionRefused`.
    """
    words = cleaned(text, field="text", most=TEXT_AT_MOST, needed=_("Write your message."))
    with transaction.atomic():
        return _reply(locked(contribution), words, from_author=True, writer=None, at=at)


def _reply(row: Contribution, words: str, *, from_author: bool, writer: Any, at: datetime) -> Reply:
    found = Reply.objects.create(
        contribution=row, from_author=from_author, writer=writer, text=words, written_at=at
    )
    trace(row, Trace.REPLY, actor=writer, at=at)
    notices.tell_reply(found, at=at)
    return found


def _mine_to_triage(contribution: Contribution, actor: Any) -> Contribution:
    """Lock a row, and ask on the locked row whether the actor may triage it."""
    row = locked(contribution)
    policies.CONTRIBUTION_TRIAGE.require(actor, row)
    return row


def _open_to_triage(contribution: Contribution, actor: Any) -> Contribution:
    row = _mine_to_triage(contribution, actor)
    if not row.is_open:
        raise ContributionRefused(_("This was decided already."))
    return row


def _check_decision(row: Contribution, wanted: Decision) -> None:
    if wanted.outcome is Outcome.DUPLICATE or wanted.outcome not in OUTCOMES[Kind(row.kind)]:
        raise ContributionRefused(_("Choose how this ends."), field="outcome")
    known = {each.code for each in ruling.reasons(row.rules, wanted.outcome)}
    if wanted.reason_code not in known:
        raise ContributionRefused(
            _("Choose a reason from the published list for this outcome."), field="reason_code"
        )


def _checked_summary(row: Contribution, text: str) -> str:
    if row.kind != Kind.FEEDBACK:
        return ""
    return one_line(
        text,
        field="public_summary",
        most=SUMMARY_AT_MOST,
        needed=_("Give the summary that everybody may read; it names no person and no firm."),
    )


def _lacks_summary(row: Contribution) -> bool:
    return row.kind == Kind.FEEDBACK and not row.public_summary


def _acknowledged_by_now(row: Contribution, at: datetime) -> None:
    """A decision or a review is a first answer, too."""
    if row.state == State.RECEIVED:
        row.acknowledged_at = at
