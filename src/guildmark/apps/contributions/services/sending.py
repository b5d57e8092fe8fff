"""Sending in: framework feedback, messages to the institute, and voices that join."""

from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.assignments import services as assignments
from guildmark.apps.assignments.states import RelationKind
from guildmark.apps.contributions import backing, clocks, notices, policies, ruling, search
from guildmark.apps.contributions.models import (
    NAME_AT_MOST,
    SUMMARY_AT_MOST,
    TEXT_AT_MOST,
    Contribution,
    Draft,
    Voice,
)
from guildmark.apps.contributions.secrets import digest
from guildmark.apps.contributions.states import (
    AiHelp,
    Concern,
    Credit,
    Kind,
    Move,
    Outcome,
    Standing,
    State,
    Trace,
)
from guildmark.apps.contributions.targets import Target
from guildmark.cores.identifiers import fold, write_id

from .moving import SUBJECT_KIND, Told, locked, move, receive, save, trace
from .refusals import ContributionRefused, cleaned, one_line

TRIES = 5
CODES = {Kind.FEEDBACK: "FB", Kind.CONTACT: "CM"}
"""What a reference begins with."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody says about the framework; only the first four have no default.

    `sent_as` is the token of the form, whose draft ends and whose files go along.
    """

    concern: Concern
    target: Target
    summary: str
    details: str
    in_production: bool = False
    seen: str = ""
    proposed: str = ""
    ai_help: AiHelp = AiHelp.NONE
    credit: Credit = Credit.NONE
    credential: str = ""
    sent_as: UUID | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to the institute, from a person with an account or from anybody with an address.

    `suspicion` says why it may come from a machine; it goes in all the same, set apart.
    """

    topic: str
    summary: str
    details: str
    name: str = ""
    email: str = ""
    suspicion: str = ""
    sent_as: UUID | None = None


@dataclass(frozen=True, slots=True)
class Joining:
    """What a voice adds to a contribution of somebody else."""

    words: str
    in_production: bool = False
    credit: Credit = Credit.NONE
    credential: str = ""


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who sends: a person, or an address with a name."""

    person: Any = None
    name: str = ""
    email: str = ""
    behind: backing.Backing = backing.NOBODYS


def send_feedback(wanted: Feedback, *, actor: Any, at: datetime) -> Contribution:
    """Send framework feedback; from somebody without a fit credential it becomes a message.

    Takes the files of the draft along, ends the draft, and tells the author the reference by
    mail. What is sent twice comes in once. Raises `ContributionRefused` with the field, and
    `PermissionRefused`.
    """
    policies.FEEDBACK_SEND.require(actor)
    if (before := _sent_before(wanted, actor)) is not None:
        return before
    behind = _backing(actor, wanted.credential, at)
    kind = Kind.CONTACT if behind.standing is Standing.NONE else Kind.FEEDBACK
    texts = _checked_feedback(wanted)
    target = wanted.target
    row = Contribution(
        kind=kind.value,
        concern=wanted.concern.value,
        topic="" if kind is Kind.FEEDBACK else _first_topic(),
        framework=target.framework,
        edition=target.edition,
        domain=target.domain,
        requirement=target.requirement,
        target_label=target.label[:250],
        in_production=wanted.in_production,
        ai_help=wanted.ai_help.value,
        credit=wanted.credit.value,
        sent_as=wanted.sent_as,
        **texts,
    )
    with transaction.atomic():
        _receive(row, _Sender(person=actor, behind=behind), actor=actor, at=at)
        _take_over(row, actor)
        notices.tell_received(row, at=at)
    return row


def send_letter(wanted: Letter, *, actor: Any, at: datetime, token: str = "") -> Contribution:
    """Send a message to the institute, with or without an account.

    `token` is the secret of the link by which somebody without an account reads the answer; the
    database keeps its digest only. What is sent twice comes in once. Raises `ContributionRefused`
    with the field.
    """
    if (before := _sent_before(wanted, actor)) is not None:
        return before
    rules = ruling.in_force()
    if wanted.topic not in {each.code for each in ruling.topics(rules)}:
        raise ContributionRefused(_("Choose what your message is about."), field="topic")
    row = Contribution(
        kind=Kind.CONTACT.value,
        topic=wanted.topic,
        suspicion=wanted.suspicion[:100],
        sent_as=wanted.sent_as,
        secret=digest(token) if token else "",
        summary=one_line(
            wanted.summary,
            field="summary",
            most=SUMMARY_AT_MOST,
            needed=_("Say in one line what it is about."),
        ),
        details=cleaned(
            wanted.details,
            field="details",
            most=TEXT_AT_MOST,
            needed=_("Write your message."),
        ),
    )
    with transaction.atomic():
        _receive(row, _sender(wanted, actor), actor=actor, at=at)
        notices.tell_received(row, at=at, token=token)
    return row


def join(contribution: Contribution, wanted: Joining, *, actor: Any, at: datetime) -> Voice:
    """Add a voice to feedback of somebody else, in its own words; a second time changes nothing.

    Raises `ContributionRefused` and `PermissionRefused`.
    """
    policies.CONTRIBUTION_JOIN.require(actor, contribution)
    behind = _backing(actor, wanted.credential, at)
    if behind.standing is Standing.NONE:
        raise ContributionRefused(_("A voice counts for whoever holds a credential."))
    words = cleaned(
        wanted.words,
        field="words",
        most=TEXT_AT_MOST,
        needed=_("Say in your own words what you saw. A voice without words can't be weighed."),
    )
    with transaction.atomic():
        row = locked(contribution)
        policies.CONTRIBUTION_JOIN.require(actor, row)
        if (before := row.voices.filter(person=actor, left_at=None).first()) is not None:
            return before
        if row.voices.filter(person=actor).exists():
            raise ContributionRefused(_("You took your voice back here; it can't come again."))
        voice = Voice.objects.create(
            contribution=row,
            person=actor,
            words=words,
            in_production=wanted.in_production,
            credit=wanted.credit.value,
            credential_number=behind.number,
            credential_type=behind.type,
            standing=behind.standing.value,
            joined_at=at,
        )
        _relate(row, actor, RelationKind.VOICE, at)
        trace(row, Trace.JOIN, actor=actor, at=at)
        save(row)
        notices.tell_joined(voice, at=at)
    return voice


def leave(contribution: Contribution, *, actor: Any, at: datetime) -> None:
    """Take one's voice back; its words stay in the file, but it counts no more."""
    with transaction.atomic():
        row = locked(contribution)
        left = row.voices.filter(person=actor, left_at=None).update(left_at=at)
        if left:
            trace(row, Trace.LEAVE, actor=actor, at=at)
            save(row)


def withdraw(contribution: Contribution, *, actor: Any, at: datetime) -> Contribution:
    """Take back what one sent in, as long as nobody has decided.

    Raises `PermissionRefused` and `TransitionRefused`.
    """
    with transaction.atomic():
        row = locked(contribution)
        policies.CONTRIBUTION_WITHDRAW.require(actor, row)
        if row.duplicates.exists():
            raise ContributionRefused(
                _("Others were joined to it. Write to the institute, so that theirs go on first.")
            )
        row.outcome, row.reason_code = Outcome.WITHDRAWN.value, ruling.WITHDRAWN
        row.disposed_at = at
        told = Told(outcome=row.outcome, reason_code=row.reason_code)
        move(row, Move.WITHDRAW, actor=actor, at=at, told=told)
        notices.tell_disposed(row, at=at)
    return row


def new_row(row: Contribution, *, at: datetime) -> Contribution:
    """Give a contribution its reference and its clocks, and save it."""
    row.rules = ruling.in_force()
    row.received_at = row.received_at or at
    row.first_due = clocks.day_due(row.received_at, row.rules.first_answer_days)
    row.due = clocks.day_due(row.received_at, row.rules.disposition_days)
    row.next_due = row.next_step()
    for _attempt in range(TRIES):
        row.number = write_id(CODES[Kind(row.kind)], row.received_at.year, SystemRandom())
        row.key = fold(row.number)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if row.sent_as and Contribution.objects.filter(sent_as=row.sent_as).exists():
                raise ContributionRefused(_("This was sent already.")) from None
            continue
        return row
    raise ContributionRefused(_("No free reference was found. Send it again."))


def _receive(row: Contribution, sender: _Sender, *, actor: Any, at: datetime) -> None:
    row.author, row.author_name, row.author_email = sender.person, sender.name, sender.email
    row.credential_number, row.credential_type = sender.behind.number, sender.behind.type
    row.standing = sender.behind.standing.value
    row.state = State.RECEIVED.value
    new_row(row, at=at)
    # Whoever writes signed out is still the author where it comes to conflicts.
    author = sender.person or accounts.person_by_email(sender.email)
    if author is not None:
        _relate(row, author, RelationKind.AUTHOR, at)
    search.index(row)
    receive(row, actor=actor, at=at)


def _relate(row: Contribution, person: Any, kind: RelationKind, at: datetime) -> None:
    assignments.record_relation(person, SUBJECT_KIND, row.pk, kind, at=at)


def _sender(wanted: Letter, actor: Any) -> _Sender:
    if getattr(actor, "is_authenticated", False):
        return _Sender(person=actor)
    email = wanted.email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise ContributionRefused(
            _("Give an e-mail address at which the institute can answer you."), field="email"
        ) from None
    return _Sender(name=one_line(wanted.name, field="name", most=NAME_AT_MOST), email=email)


def _backing(actor: Any, typed: str, at: datetime) -> backing.Backing:
    try:
        return backing.backing(actor, typed, at=at)
    except backing.CredentialUnfit as refusal:
        raise ContributionRefused(str(refusal), field="credential") from refusal


def _checked_feedback(wanted: Feedback) -> dict[str, str]:
    return {
        "summary": one_line(
            wanted.summary,
            field="summary",
            most=SUMMARY_AT_MOST,
            needed=_("Say in one line what is missing or wrong."),
        ),
        "details": cleaned(
            wanted.details,
            field="details",
            most=TEXT_AT_MOST,
            needed=_("Say what is missing or wrong, and what follows from it."),
        ),
        "seen": cleaned(wanted.seen, field="seen", most=TEXT_AT_MOST),
        "proposed": cleaned(wanted.proposed, field="proposed", most=TEXT_AT_MOST),
    }


def sent_before(
    token: UUID | None, *, author: Any, summary: str, details: str
) -> Contribution | None:
    """Return what came in from this form already with the same words of the same author.

    Raises `ContributionRefused` where other words came in from it: the form needs a new token.
    """
    row = Contribution.objects.filter(sent_as=token).first() if token else None
    if row is None:
        return None
    person = author.pk if getattr(author, "is_authenticated", False) else None
    words = (" ".join(summary.split()), details.replace("\r\n", "\n").strip())
    if (row.author_id, row.summary, row.details) != (person, *words):
        raise ContributionRefused(_("This form was sent already, with other words."))
    return row


def _sent_before(wanted: Feedback | Letter, author: Any) -> Contribution | None:
    return sent_before(
        wanted.sent_as, author=author, summary=wanted.summary, details=wanted.details
    )


def _take_over(row: Contribution, actor: Any) -> None:
    """Let the files of a draft belong to what was sent, and end the draft."""
    if row.sent_as is None:
        return
    drafts = Draft.objects.select_for_update().filter(token=row.sent_as, person=actor)
    if (own := drafts.first()) is not None:
        own.attachments.update(draft=None, contribution=row)
        own.delete()


def _first_topic() -> str:
    return ruling.topics(ruling.in_force())[0].code
