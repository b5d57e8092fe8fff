"""Opening cases and bringing them to their end; every step tells who opened it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import SystemRandom
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guildmark.apps.accounts.queries import User
from guildmark.apps.assignments import services as assignments
from guildmark.apps.assignments.states import RelationKind
from guildmark.apps.audit import services as audit
from guildmark.apps.institute import queries as institutes
from guildmark.cores import workdays
from guildmark.cores.identifiers import fold, write_id

from . import notices, policies, queries, slots
from .events import CaseDecided, CaseMoved, CaseOpened, ClocksChanged
from .models import TEXT_AT_MOST, Case, Clocks, Member, Step
from .states import CASE, ENDED, EXTENDED, OPENED, Move, Outcome, State

CODE = "CASE"
EXTENSION_AT_MOST = 60
CLOCK_OF = {
    State.RECEIVED: "acknowledge_days",
    State.ACKNOWLEDGED: "admissibility_days",
    State.ADMISSIBLE: "decide_days",
}
"""The clock that starts with each state; who decides is chosen while the last one runs."""


class CaseRefused(ValueError):
    """What was asked for a case can't be done; the message says why and what to do."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Finding:
    """What those who decide find, and why, in words that who opened the case reads."""

    outcome: Outcome
    reason: str


def open_case(
    kind: str,
    subject_kind: str,
    subject_id: int,
    *,
    statement: str,
    actor: Any,
    at: datetime,
) -> Case:
    """Open a case; a second one by the same person about the same is the first one.

    The kind says whether the person may. Raises `CaseRefused` and `PermissionRefused`.
    """
    policies.CASE_OPEN.require(actor)
    _refuse_unless_opens(kind, subject_id, actor)
    words = _cleaned(statement, field="statement", needed=_("Say what is wrong."))
    number, clocks = write_id(CODE, at.year, SystemRandom()), queries.clocks_in_force()
    with transaction.atomic():
        case, made = Case.objects.get_or_create(
            kind=kind,
            subject_kind=subject_kind,
            subject_id=subject_id,
            opened_by=actor,
            defaults={
                "number": number,
                "key": fold(number),
                "statement": words,
                "opened_at": at,
                "clocks": clocks,
                "due": _day(clocks.acknowledge_days, at),
            },
        )
        if made:
            _begin(case, actor=actor, at=at)
    return case


def acknowledge(case: Case, *, actor: Any, at: datetime) -> Case:
    """Say that it was read. Raises `TransitionRefused` and `PermissionRefused`."""
    with transaction.atomic():
        row = _mine(case, actor)
        _move(row, Move.ACKNOWLEDGE, "", actor=actor, at=at)
    return row


def admit(case: Case, *, reason: str, actor: Any, at: datetime) -> Case:
    """Find that it is to be decided on. Raises `CaseRefused` and as `acknowledge`."""
    return _with_reason(case, Move.ADMIT, reason, actor=actor, at=at)


def refuse(case: Case, *, reason: str, actor: Any, at: datetime) -> Case:
    """Find that it is not to be decided on, and why. Raises as `admit`."""
    return _with_reason(case, Move.REFUSE, reason, actor=actor, at=at)


def assign(case: Case, people: Sequence[User], *, actor: Any, at: datetime) -> Case:
    """Give it to independent people to decide, or to more people where it was given before.

    Raises `CaseRefused` and as `acknowledge`.
    """
    if not people:
        raise CaseRefused(_("Choose at least one person."), field="people")
    with transaction.atomic():
        row = _mine(case, actor)
        for each in people:
            _refuse_unless_decides(row, each, at)
        _move(row, Move.ASSIGN, "", actor=actor, at=at)
        for each in people:
            _give(row, each, at=at)
    return row


def decide(case: Case, finding: Finding, *, actor: Any, at: datetime) -> Case:
    """Decide; what follows is up to the context that the subject belongs to.

    Raises `CaseRefused`, `TransitionRefused` and `PermissionRefused`.
    """
    why = _cleaned(finding.reason, field="reason", needed=_("Give the reason; it is the answer."))
    with transaction.atomic():
        row = _locked(case)
        policies.CASE_DECIDE.require(actor, row)
        row.outcome, row.reason, row.decided_at = finding.outcome.value, why, at
        _move(row, Move.DECIDE, why, actor=actor, at=at)
        event = CaseDecided(row.kind, row.subject_kind, row.subject_id, row.outcome)
        audit.record(event, actor=actor, subject=_subject(row), at=at)
    return row


def close(case: Case, *, actor: Any, at: datetime) -> Case:
    """Put it away once everything has followed. Raises as `acknowledge`."""
    with transaction.atomic():
        row = _mine(case, actor)
        _move(row, Move.CLOSE, "", actor=actor, at=at)
    return row


def extend(case: Case, days: int, *, reason: str, actor: Any, at: datetime) -> Case:
    """Give the next step more working days, and tell who opened it why. Raises `CaseRefused`."""
    why = _cleaned(reason, field="reason", needed=_("Say why it takes longer."))
    if not 0 < days <= EXTENSION_AT_MOST:
        raise CaseRefused(
            _("Give between 1 and %(most)s working days.") % {"most": EXTENSION_AT_MOST},
            field="days",
        )
    with transaction.atomic():
        row = _mine(case, actor)
        if row.due is None or not row.is_open:
            raise CaseRefused(_("No step is due any more."))
        begin = max(row.due, timezone.localdate(at))
        row.due = workdays.add(begin, days, institutes.holidays())
        _save(row)
        _step(row, EXTENDED, why, actor=actor, at=at)
        audit.record(CaseMoved(row.kind, EXTENDED), actor=actor, subject=_subject(row), at=at)
        notices.tell_extended(row, why, at=at)
    return row


def change_clocks(wanted: dict[str, int], *, actor: Any, at: datetime) -> bool:
    """Put new clocks in force for cases opened from now on; return whether anything changed.

    `wanted` has been checked by the section of the programme. Raises `PermissionRefused`.
    """
    policies.CLOCKS_CHANGE.require(actor)
    with transaction.atomic():
        before = queries.clocks_in_force()
        values = {name: getattr(before, name) for name in CLOCK_OF.values()}
        if values == {**values, **wanted}:
            return False
        made = Clocks.objects.create(version=before.version + 1, made_at=at, **{**values, **wanted})
        audit.record(ClocksChanged(made.version), actor=actor, subject="cases.clocks", at=at)
    return True


def _refuse_unless_opens(kind: str, subject_id: int, actor: Any) -> None:
    known = slots.kind_named(kind)
    if known is None:
        text = _("No part of this installation takes cases of the kind “%(kind)s”.")
        raise CaseRefused(text % {"kind": kind})
    if (why := known.refusal(actor, subject_id)) is not None:
        raise CaseRefused(str(why))


def _begin(case: Case, *, actor: Any, at: datetime) -> None:
    """Write down that a case was opened, and tell everybody whom it concerns now."""
    author = RelationKind.AUTHOR
    assignments.record_relation(actor, queries.SUBJECT_KIND, case.pk, author, at=at)
    _step(case, OPENED, "", actor=actor, at=at)
    event = CaseOpened(case.kind, f"{case.subject_kind}:{case.subject_id}")
    audit.record(event, actor=actor, subject=_subject(case), at=at)
    independent = queries.independent_people(case, at=at)
    notices.tell_opened(case, stuck=not independent, at=at)
    for each in independent:
        notices.tell_waiting(case, each, at=at)
    if not independent:
        notices.tell_stuck(at=at)


def _refuse_unless_decides(row: Case, person: User, at: datetime) -> None:
    if not policies.is_decision_maker.test(person):
        text = _("%(who)s does not have the role “decision maker”, or it sleeps.")
        raise CaseRefused(text % {"who": person}, field="people")
    if (why := queries.hindrance(person, row, at=at)) is not None:
        words = {"who": person, "why": why.reason_of_another}
        raise CaseRefused(
            _("%(who)s %(why)s. Choose somebody independent.") % words, field="people"
        )


def _give(row: Case, person: User, *, at: datetime) -> None:
    _member, made = Member.objects.get_or_create(
        case=row, person=person, defaults={"assigned_at": at}
    )
    if made:
        notices.tell_assigned(row, person, at=at)


def _with_reason(case: Case, move: Move, reason: str, *, actor: Any, at: datetime) -> Case:
    why = _cleaned(reason, field="reason", needed=_("Give the reason; who opened it reads it."))
    with transaction.atomic():
        row = _mine(case, actor)
        if move is Move.REFUSE:
            row.reason = why
        _move(row, move, why, actor=actor, at=at)
    return row


def _locked(case: Case) -> Case:
    rows = Case.objects.select_for_update(of=("self",)).select_related("opened_by", "clocks")
    return rows.get(pk=case.pk)


def _mine(case: Case, actor: Any) -> Case:
    row = _locked(case)
    policies.CASE_HANDLE.require(actor, row)
    return row


def _move(row: Case, move: Move, text: str, *, actor: Any, at: datetime) -> None:
    target = CASE.target(row.state, move)
    row.state, row.due = target.value, _due(row, target, at)
    _save(row)
    _step(row, move.value, text, actor=actor, at=at)
    if move is not Move.DECIDE:
        audit.record(CaseMoved(row.kind, move), actor=actor, subject=_subject(row), at=at)
    notices.tell_moved(row, move, text, at=at)


def _due(row: Case, target: State, at: datetime) -> date | None:
    if target in ENDED:
        return None
    name = CLOCK_OF.get(target)
    return row.due if name is None else _day(getattr(row.clocks, name), at)


def _day(days: int, at: datetime) -> date:
    return workdays.add(timezone.localdate(at), days, institutes.holidays())


def _save(row: Case) -> None:
    row.version += 1
    row.save()


def _step(row: Case, move: str, text: str, *, actor: Any, at: datetime) -> None:
    known = actor if isinstance(actor, User) else None
    Step.objects.create(case=row, move=move, text=text, actor=known, at=at)


def _subject(row: Case) -> str:
    return f"cases.case:{row.pk}"


def _cleaned(text: str, *, field: str, needed: str) -> str:
    found = text.replace("\r\n", "\n").strip()
    if not found:
        raise CaseRefused(needed, field=field)
    if len(found) > TEXT_AT_MOST:
        raise CaseRefused(
            _("This has %(length)s characters; at most %(most)s are kept. Shorten it.")
            % {"length": len(found), "most": TEXT_AT_MOST},
            field=field,
        )
    return found
