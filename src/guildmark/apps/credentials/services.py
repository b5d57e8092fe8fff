"""Defining types, awarding, changing states, second persons, and what holders decide themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import SystemRandom
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.audit import queries as audit_queries
from guildmark.apps.audit import services as audit
from guildmark.apps.institute import services as institutes
from guildmark.cores.identifiers import CODE_PATTERN, fold, write_id
from guildmark.cores.vc.errors import Refused
from guildmark.cores.vc.open_badges import UNWRITTEN

from . import issuing, notices, policies, status_lists
from .events import (
    CredentialAwarded,
    CredentialChanged,
    CredentialClaimed,
    ProposalDecided,
    ProposalMade,
    TypeDefined,
    VisibilityChosen,
)
from .models import Credential, CredentialType, Proposal, StateChange
from .periods import months_after
from .states import CAUSES, CREDENTIAL, PROPOSAL, Action, Cause, Move, ProposalState, ShownAs, State

TRIES = 5
FINAL = (
    Action.AWARD.value,
    Action.REVOKE.value,
    Action.SUPERSEDE.value,
    Action.SURRENDER.value,
)
"""What one registrar alone can't do unless a type says so: it can't be undone."""
LONGEST_TEXT = 500
LONGEST_HANDLE = 40
EDITABLE = (
    "name",
    "level",
    "description",
    "criteria",
    "components",
    "validity_months",
    "domains",
    "second_person",
    "position",
)


class CredentialRefused(ValueError):
    """What was asked for a credential can't be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class TypeDescription:
    """What a programme says about a type of credential; see `models.CredentialType`."""

    code: str
    description: str
    criteria: str
    name: str = ""
    level: str = ""
    components: tuple[str, ...] = ()
    validity_months: int | None = None
    domains: tuple[str, ...] = ()
    second_person: tuple[str, ...] = FINAL
    position: int = 0


@dataclass(frozen=True, slots=True)
class Award:
    """Who is to get which credential, and why."""

    type: CredentialType
    email: str
    name: str
    reason: str
    valid_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of a credential: `public_text` is for verifiers, `reason` for the file."""

    move: Move
    cause: Cause
    reason: str
    public_text: str = ""
    successor: Credential | None = field(default=None)


def define_type(wanted: TypeDescription, *, actor: Any, at: datetime) -> bool:
    """Make a type or describe it anew; return whether anything changed.

    Raises `CredentialRefused` for a code that is none or that reads like another one and for
    texts that can't be signed, and `PermissionRefused`.
    """
    policies.TYPE_DEFINE.require(actor)
    _refuse_odd_code(wanted.code)
    _refuse_unprintable(wanted)
    values = {name: getattr(wanted, name) for name in EDITABLE}
    values.update((name, list(each)) for name, each in values.items() if isinstance(each, tuple))
    with transaction.atomic():
        row = CredentialType.objects.select_for_update().filter(code=wanted.code).first()
        if row is not None and all(getattr(row, name) == each for name, each in values.items()):
            return False
        row = row or CredentialType(code=wanted.code, folded=fold(wanted.code))
        for name, each in values.items():
            setattr(row, name, each)
        row.save()
        event = TypeDefined(row.code, tuple(row.second_person))
        _record(event, f"credentials.type:{row.code}", actor=actor, at=at)
    return True


def award(wanted: Award, *, actor: Any, at: datetime) -> Credential | Proposal:
    """Award a credential, or ask a second person where the type wants one.

    Raises `CredentialRefused` and `PermissionRefused`.
    """
    policies.CREDENTIAL_AWARD.require(actor)
    wanted = _checked_award(wanted)
    _refuse_own(wanted.email, actor)
    if not wanted.type.needs_second_person(Action.AWARD):
        return _award(wanted, actor=actor, second=None, at=at)
    details = {"email": wanted.email, "name": wanted.name}
    if wanted.valid_from is not None:
        details["valid_from"] = wanted.valid_from.isoformat()
    return _propose(Action.AWARD, wanted.type, None, details, wanted.reason, actor=actor, at=at)


def change(
    credential: Credential, wanted: Change, *, actor: Any, at: datetime
) -> StateChange | Proposal:
    """Move a credential to another state, or ask a second person where the type wants one.

    Raises `CredentialRefused`, `TransitionRefused` and `PermissionRefused`.
    """
    policies.CREDENTIAL_CHANGE.require(actor, credential)
    _refuse_own(credential.holder_email, actor)
    _check_change(credential, wanted)
    if not credential.type.needs_second_person(Action(wanted.move.value)):
        return _change(credential, wanted, actor=actor, second=None, at=at)
    details = {"cause": wanted.cause.value, "public_text": wanted.public_text}
    if wanted.successor is not None:
        details["successor"] = str(wanted.successor.pk)
    action = Action(wanted.move.value)
    return _propose(action, credential.type, credential, details, wanted.reason, actor=actor, at=at)


def surrender(credential: Credential, *, reason: str, actor: Any, at: datetime) -> StateChange:
    """Give a credential back, as its holder; it can't be taken back.

    Raises `CredentialRefused` and `PermissionRefused`.
    """
    policies.CREDENTIAL_SURRENDER.require(actor, credential)
    wanted = Change(Move.SURRENDER, Cause.HOLDER_ASKED, reason)
    _check_change(credential, wanted)
    return _change(credential, wanted, actor=actor, second=None, at=at)


def approve(
    proposal: Proposal, *, reason: str, actor: Any, at: datetime
) -> Credential | StateChange:
    """Approve as the second person, and do what was asked, in one transaction.

    Raises `CredentialRefused`, `TransitionRefused` and `PermissionRefused`; then the proposal
    stays open.
    """
    with transaction.atomic():
        row = _decide(proposal, "approve", reason, actor=actor, at=at)
        asked_by = row.asked_by
        _refuse_unfit_asker(row)
        if row.action == Action.AWARD:
            made = _award(_award_of(row), actor=asked_by, second=actor, at=at)
            Proposal.objects.filter(pk=row.pk).update(credential=made)
            return made
        credential = row.credential
        assert credential is not None  # noqa: S101 - only awards are without one.
        return _change(credential, _change_of(row), actor=asked_by, second=actor, at=at)


def refuse(proposal: Proposal, *, reason: str, actor: Any, at: datetime) -> Proposal:
    """Refuse as the second person. Raises `CredentialRefused` and `PermissionRefused`."""
    with transaction.atomic():
        return _decide(proposal, "refuse", reason, actor=actor, at=at)


def withdraw(proposal: Proposal, *, actor: Any, at: datetime) -> Proposal:
    """Take back what one asked for. Raises `PermissionRefused`."""
    with transaction.atomic():
        row = Proposal.objects.select_for_update().get(pk=proposal.pk)
        policies.PROPOSAL_WITHDRAW.require(actor, row)
        return _close(row, "withdraw", "", actor=actor, at=at)


def show_as(
    credential: Credential, shown_as: ShownAs, *, actor: Any, at: datetime, handle: str = ""
) -> Credential:
    """Choose how the holder is named to whoever looks the credential up.

    Raises `CredentialRefused` where a handle is wanted and none is given, and `PermissionRefused`.
    """
    policies.CREDENTIAL_SHOW.require(actor, credential)
    handle = _checked_handle(handle) if shown_as is ShownAs.HANDLE else ""
    with transaction.atomic():
        row = Credential.objects.select_for_update().get(pk=credential.pk)
        row.shown_as, row.handle = shown_as.value, handle
        _save_seen_change(row, ["shown_as", "handle"], at=at)
        _record(VisibilityChosen(shown_as.value), _subject(row), actor=actor, at=at)
    return row


def _checked_handle(handle: str) -> str:
    cleaned = " ".join(handle.split())
    if not cleaned or len(cleaned) > LONGEST_HANDLE or not cleaned.isprintable():
        raise CredentialRefused(
            _("Give the handle by which you want to be shown, of at most %(most)s characters.")
            % {"most": LONGEST_HANDLE}
        )
    return cleaned


def claim(credential: Credential, *, actor: Any, at: datetime) -> Credential:
    """Take a credential that was meant for one of the person's confirmed addresses.

    Raises `CredentialRefused`.
    """
    confirmed = set(accounts.confirmed_addresses(actor))
    with transaction.atomic():
        row = Credential.objects.select_for_update().get(pk=credential.pk)
        if row.holder_id == actor.pk:  # A second click on the same button.
            return row
        _refuse_who_took_part(row, actor)
        if row.holder_id is not None or row.holder_email not in confirmed:
            raise CredentialRefused(
                _(
                    "This credential was not awarded to a confirmed e-mail address of yours. "
                    "Confirm the address that you gave the institute, or write to the registrar."
                )
            )
        address = row.holder_email
        row.holder, row.holder_email = actor, ""
        if not row.document and row.state == State.ACTIVE:
            _sign(row, email=address, actor=actor, at=at)
        _save_seen_change(row, ["holder", "holder_email"], at=at)
        digest = issuing.digest(row.document) if row.document else ""
        event = CredentialClaimed(digest, str(actor.actor_id))
        _record(event, _subject(row), actor=actor, at=at)
    return row


def _refuse_unfit_asker(row: Proposal) -> None:
    """Refuse what its asker may not ask for any more, or has come to gain by."""
    asker, about = row.asked_by, row.credential
    _refuse_own(row.details.get("email", "") if about is None else about.holder_email, asker)
    refusal = policies.CREDENTIAL_AWARD.refusal(asker)
    if about is not None and about.holder_id == asker.pk:
        refusal = policies.NOT_ONESELF.refusal(asker, about)
    if refusal is not None:
        raise CredentialRefused(
            _("%(who)s, who asked for this, may not do it any more: %(why)s")
            % {"who": asker, "why": refusal}
        )


def _refuse_who_took_part(row: Credential, person: Any) -> None:
    """Nobody comes to hold what they awarded, asked for or approved."""
    events = audit_queries.events_of(_subject(row)).filter(
        name=CredentialAwarded.name, actor=person.actor_id
    )
    asked = row.proposals.filter(Q(asked_by=person) | Q(decided_by=person))
    if events.exists() or asked.exists():
        raise CredentialRefused(
            _("You took part in the decisions on this credential, so you can't hold it.")
        )


def _refuse_odd_code(code: str) -> None:
    if not re.fullmatch(CODE_PATTERN, code):
        raise CredentialRefused(
            _("“%(code)s” is no code. Use two to ten capital letters and digits, a letter first.")
            % {"code": code}
        )
    twin = CredentialType.objects.filter(folded=fold(code)).exclude(code=code).first()
    if twin is not None:
        raise CredentialRefused(
            _(
                "“%(code)s” reads like “%(twin)s”: O and 0, I, L and 1, U and V are taken for one "
                "another. Choose another code."
            )
            % {"code": code, "twin": twin.code}
        )


def _refuse_unprintable(wanted: TypeDescription) -> None:
    """Refuse at once what no credential of the type could be signed with."""
    for text in (wanted.name, wanted.level, wanted.description, wanted.criteria):
        if odd := UNWRITTEN.search(text):
            raise CredentialRefused(
                _("“%(code)s” holds the character U+%(number)s, which can't be printed. Remove it.")
                % {"code": wanted.code, "number": f"{ord(odd.group()):04X}"}
            )


def _checked_award(wanted: Award) -> Award:
    email, name = wanted.email.strip().lower(), " ".join(wanted.name.split())
    try:
        validate_email(email)
    except ValidationError:
        raise CredentialRefused(
            _("“%(address)s” is not an e-mail address.") % {"address": wanted.email}
        ) from None
    if not name:
        raise CredentialRefused(_("Give the name as it is to stand on the certificate."))
    reason = _checked_reason(wanted.reason)
    return Award(wanted.type, email, name, reason, wanted.valid_from)


def _checked_reason(reason: str) -> str:
    cleaned = reason.strip()
    if not cleaned:
        raise CredentialRefused(_("Give the reason; it is kept with the decision."))
    if len(cleaned) > LONGEST_TEXT:
        raise CredentialRefused(
            _("The reason has %(length)s characters; at most %(most)s are kept.")
            % {"length": len(cleaned), "most": LONGEST_TEXT}
        )
    return cleaned


def _refuse_own(email: str, actor: Any) -> None:
    if email and email in {address.lower() for address, _ok in accounts.email_addresses(actor)}:
        raise CredentialRefused(
            _("This address is yours: nobody awards a credential to themselves or changes it.")
        )


def _check_change(credential: Credential, wanted: Change) -> None:
    CREDENTIAL.target(credential.state, wanted.move)
    _checked_reason(wanted.reason)
    if wanted.cause not in CAUSES[wanted.move]:
        raise CredentialRefused(
            _("“%(cause)s” is no cause for this. Choose one of: %(causes)s.")
            % {
                "cause": wanted.cause.label,
                "causes": ", ".join(str(each.label) for each in CAUSES[wanted.move]),
            }
        )
    if len(wanted.public_text) > LONGEST_TEXT:
        raise CredentialRefused(
            _("The public text can have %(most)s characters at most.") % {"most": LONGEST_TEXT}
        )
    successor = wanted.successor
    if wanted.move is not Move.SUPERSEDE:
        return
    if successor is None or successor.pk == credential.pk or successor.state != State.ACTIVE:
        raise CredentialRefused(_("Name the active credential that takes the place of this one."))
    if not any(_whose(credential)) or _whose(successor) != _whose(credential):
        raise CredentialRefused(
            _("%(number)s is somebody else's. Name a credential of the same holder.")
            % {"number": successor.number}
        )


def _whose(credential: Credential) -> tuple[int | None, str]:
    return credential.holder_id, credential.holder_email


def _propose(
    action: Action,
    kind: CredentialType,
    credential: Credential | None,
    details: Mapping[str, str],
    reason: str,
    *,
    actor: Any,
    at: datetime,
) -> Proposal:
    with transaction.atomic():
        if credential is not None:
            _refuse_second_proposal(credential)
        row = Proposal.objects.create(
            action=action.value,
            type=kind,
            credential=credential,
            details=dict(details),
            reason=_checked_reason(reason),
            asked_by=actor,
            asked_at=at,
        )
        event = ProposalMade(action.value)
        _record(event, f"credentials.proposal:{row.pk}", actor=actor, at=at, reason=reason)
    return row


def _refuse_second_proposal(credential: Credential) -> None:
    Credential.objects.select_for_update().get(pk=credential.pk)
    if credential.proposals.filter(state=ProposalState.OPEN).exists():
        raise CredentialRefused(
            _("Something about this credential waits for a second person already.")
        )


def _decide(
    proposal: Proposal, transition: str, reason: str, *, actor: Any, at: datetime
) -> Proposal:
    row = Proposal.objects.select_for_update().get(pk=proposal.pk)
    policies.PROPOSAL_DECIDE.require(actor, row)
    _refuse_own(row.details.get("email", ""), actor)
    _refuse_own(row.credential.holder_email if row.credential else "", actor)
    return _close(row, transition, _checked_reason(reason), actor=actor, at=at)


def _close(row: Proposal, transition: str, reason: str, *, actor: Any, at: datetime) -> Proposal:
    row.state = PROPOSAL.target(row.state, transition).value
    row.decided_by, row.decided_at, row.decision_reason = actor, at, reason
    row.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    event = ProposalDecided(row.action, row.state)
    _record(event, f"credentials.proposal:{row.pk}", actor=actor, at=at, reason=reason)
    return row


def _award_of(row: Proposal) -> Award:
    begins = row.details.get("valid_from")
    return Award(
        type=row.type,
        email=row.details["email"],
        name=row.details["name"],
        reason=row.reason,
        valid_from=datetime.fromisoformat(begins) if begins else None,
    )


def _change_of(row: Proposal) -> Change:
    successor = row.details.get("successor")
    return Change(
        move=Move(row.action),
        cause=Cause(row.details["cause"]),
        reason=row.reason,
        public_text=row.details["public_text"],
        successor=Credential.objects.get(pk=int(successor)) if successor else None,
    )


def _award(wanted: Award, *, actor: Any, second: Any, at: datetime) -> Credential:
    """Make, sign and record a credential, and tell its holder."""
    with transaction.atomic():
        row = _new_credential(wanted, at=at)
        _sign(row, email=wanted.email, actor=actor, at=at)
        person = str(row.holder.actor_id) if row.holder is not None else ""
        event = CredentialAwarded(row.type.code, issuing.digest(row.document), person)
        _record(event, _subject(row), actor=second or actor, at=at, reason=wanted.reason)
        notices.tell_award(row, email=wanted.email, at=at)
    return row


def _sign(row: Credential, *, email: str, actor: Any, at: datetime) -> None:
    """Give a credential its place in a status list and its signed text."""
    institutes.fix_origin(actor=actor, at=at)
    issuing.ensure_key(actor=actor, at=at)
    row.status_list, row.status_index = status_lists.place()
    try:
        document = issuing.credential_document(row, email=email)
        row.document = issuing.signed(document, at=at)
    except Refused as refusal:
        raise CredentialRefused(
            _("This can't be signed as it is: %(why)s") % {"why": refusal}
        ) from refusal
    row.save(update_fields=["status_list", "status_index", "document"])
    status_lists.note_change(row)


def _new_credential(wanted: Award, *, at: datetime) -> Credential:
    begins = (wanted.valid_from or at).replace(microsecond=0)
    months = wanted.type.validity_months
    holder = accounts.person_by_email(wanted.email)
    if holder is not None and wanted.email not in accounts.confirmed_addresses(holder):
        holder = None  # Whoever signed up with the address has not shown that it is theirs.
    row = Credential(
        type=wanted.type,
        holder=holder,
        holder_name=wanted.name,
        holder_email="" if holder is not None else wanted.email,
        awarded_at=at,
        valid_from=begins,
        valid_until=None if months is None else months_after(begins, months),
        changed_at=at,
    )
    for _attempt in range(TRIES):
        row.number = write_id(wanted.type.code, begins.year, SystemRandom())
        row.key = fold(row.number)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:  # Drawn twice; there are 2^50 to draw from.
            continue
        return row
    raise CredentialRefused(_("No free id was found. Try again."))


def _change(
    credential: Credential, wanted: Change, *, actor: Any, second: Any, at: datetime
) -> StateChange:
    with transaction.atomic():
        row, wanted = _locked(credential, wanted)
        _check_change(row, wanted)
        source, target = row.state, CREDENTIAL.target(row.state, wanted.move)
        row.state, row.public_text = target.value, wanted.public_text
        row.successor = wanted.successor
        _save_seen_change(row, ["state", "public_text", "successor"], at=at)
        if target is State.ACTIVE and row.holder is not None and not row.document:
            _sign(row, email=row.holder.email, actor=actor, at=at)
        status_lists.note_change(row)
        saved = StateChange.objects.create(
            credential=row,
            move=wanted.move.value,
            source=source,
            target=target.value,
            cause=wanted.cause.value,
            public_text=wanted.public_text,
            actor=actor,
            second_person=second,
            at=at,
        )
        event = CredentialChanged(row.type.code, wanted.move, target, wanted.cause)
        _record(event, _subject(row), actor=second or actor, at=at, reason=wanted.reason)
        notices.tell_change(row, saved, at=at)
    return saved


def _locked(credential: Credential, wanted: Change) -> tuple[Credential, Change]:
    """Lock a credential and its successor, always in the same order, and read both anew."""
    successor = wanted.successor
    keys = {credential.pk, successor.pk if successor is not None else credential.pk}
    rows = Credential.objects.select_for_update(of=("self",)).select_related("type")
    found = {each.pk: each for each in rows.filter(pk__in=keys).order_by("pk")}
    if successor is not None:
        wanted = replace(wanted, successor=found[successor.pk])
    return found[credential.pk], wanted


def _save_seen_change(row: Credential, fields: list[str], *, at: datetime) -> None:
    """Save what a verifier can see, under a new version."""
    row.version += 1
    row.changed_at = at
    row.save(update_fields=[*fields, "version", "changed_at"])


def _subject(row: Credential) -> str:
    return f"credentials.credential:{row.pk}"


def _record(event: Any, subject: str, *, actor: Any, at: datetime, reason: str = "") -> None:
    audit.record(event, actor=actor, subject=subject, at=at, reason=reason)
