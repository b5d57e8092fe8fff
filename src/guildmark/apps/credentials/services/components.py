"""Recording what became of the components of a type; the award follows when all are passed."""

from dataclasses import dataclass, replace
from datetime import datetime
from textwrap import shorten
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.audit.events import System
from guildmark.apps.credentials import policies, queries
from guildmark.apps.credentials.events import ComponentRecorded
from guildmark.apps.credentials.models import (
    LONGEST_SOURCE,
    ComponentOutcome,
    Credential,
    CredentialType,
    Proposal,
)
from guildmark.apps.credentials.states import Outcome

from .awarding import Award, award_or_propose, checked_award
from .recording import record
from .refusals import LONGEST_TEXT, CredentialRefused, checked_reason, refuse_own


@dataclass(frozen=True, slots=True)
class TakenComponent:
    """A component of a type that somebody has taken, and what became of it.

    `source` says where that is documented, such as "exams.sitting:17". `taken_at` is when it was
    taken, without it the moment of the recording. `name` is for the certificate, without it the
    one of the account.
    """

    type: CredentialType
    component: str
    outcome: Outcome
    source: str
    taken_at: datetime | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What stands in the record now, and the award or proposal that followed at once, if any."""

    outcome: ComponentOutcome
    followed: Credential | Proposal | None = None


def record_component(
    person: accounts.User, taken: TakenComponent, *, reason: str, actor: Any, at: datetime
) -> Recorded:
    """Record that a person passed a component of a type, or did not, and award what is complete.

    The same source counts once, however often it is sent; of several outcomes of a component the
    one that was taken last counts. Another context that knows the outcome gives `SYSTEM` as the
    actor. Nothing follows for whoever was awarded the type before. Raises `CredentialRefused` and
    `PermissionRefused`.
    """
    policies.COMPONENT_RECORD.require(actor, person)
    taken, reason = _checked(taken, at=at), checked_reason(reason)
    wanted = _checked_award(person, taken, actor=actor)
    with transaction.atomic():
        if accounts.open_person_by_actor(person.actor_id) is None:
            raise CredentialRefused(_("This account is closed; nothing is recorded for it."))
        known = queries.outcomes(person, taken.type).filter(component=taken.component)
        if (before := known.filter(source=taken.source).first()) is not None:
            _refuse_contradiction(before, taken)
            return Recorded(before)
        row = _record_outcome(person, taken, reason=reason, actor=actor, at=at)
        return Recorded(row, _award_what_is_complete(person, wanted, actor=actor, at=at))


def _record_outcome(
    person: accounts.User, taken: TakenComponent, *, reason: str, actor: Any, at: datetime
) -> ComponentOutcome:
    row = ComponentOutcome.objects.create(
        person=person,
        type=taken.type,
        component=taken.component,
        outcome=taken.outcome.value,
        taken_at=taken.taken_at or at,
        source=taken.source,
        recorded_by=None if isinstance(actor, System) else actor,
        recorded_at=at,
    )
    event = ComponentRecorded(
        taken.type.code, taken.component, taken.outcome.value, str(person.actor_id)
    )
    record(event, f"credentials.component:{row.pk}", actor=actor, at=at, reason=reason)
    return row


def _award_what_is_complete(
    person: accounts.User, wanted: Award, *, actor: Any, at: datetime
) -> Credential | Proposal | None:
    progress = queries.progress_of(person, wanted.type)
    if not progress.is_complete or queries.was_awarded(person, wanted.type):
        return None
    passed = ", ".join(
        _("%(component)s on %(day)s")
        % {"component": each.component, "day": each.taken_at.date().isoformat()}
        for each in progress.steps
        if each.taken_at is not None
    )
    reason = _("All components are passed: %(passed)s.") % {"passed": passed}
    wanted = replace(wanted, reason=shorten(reason, LONGEST_TEXT, placeholder=" …"))
    return award_or_propose(wanted, actor=actor, at=at, earned_by=person)


def _checked_award(person: accounts.User, taken: TakenComponent, *, actor: Any) -> Award:
    """Refuse at the first component what the award would be refused for at the last."""
    if not isinstance(actor, System):
        refuse_own(person.email, actor)
    name = taken.name.strip() or person.display_name.strip()
    if not name:
        raise CredentialRefused(
            _("The account has no name. Give the one that is to stand on the certificate.")
        )
    return checked_award(Award(taken.type, person.email, name, _("All components are passed.")))


def _checked(taken: TakenComponent, *, at: datetime) -> TakenComponent:
    _refuse_other_component(taken.type, taken.component)
    if taken.taken_at is not None and taken.taken_at > at:
        raise CredentialRefused(_("Give a day that is not in the future."))
    return replace(taken, source=_checked_source(taken.source))


def _checked_source(source: str) -> str:
    cleaned = " ".join(source.split())
    if not cleaned or len(cleaned) > LONGEST_SOURCE:
        raise CredentialRefused(
            _("Say where it is documented, in %(most)s characters at most.")
            % {"most": LONGEST_SOURCE}
        )
    return cleaned


def _refuse_other_component(kind: CredentialType, component: str) -> None:
    if component in kind.components:
        return
    if not kind.components:
        raise CredentialRefused(
            _("%(type)s has no components. Award it at once.") % {"type": kind.code}
        )
    raise CredentialRefused(
        _("%(type)s has no component “%(component)s”. It has: %(components)s.")
        % {
            "type": kind.code,
            "component": component,
            "components": ", ".join(kind.components),
        }
    )


def _refuse_contradiction(before: ComponentOutcome, taken: TakenComponent) -> None:
    if before.outcome == taken.outcome and taken.taken_at in (None, before.taken_at):
        return
    raise CredentialRefused(
        _(
            "“%(source)s” is recorded already, as %(outcome)s on %(day)s. What is recorded never "
            "changes: give the document that says otherwise as the source."
        )
        % {
            "source": before.source,
            "outcome": before.outcome_label,
            "day": before.taken_at.date().isoformat(),
        }
    )
