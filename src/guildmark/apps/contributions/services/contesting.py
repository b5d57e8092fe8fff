"""Contesting a decision: a case that other people decide on, and what follows from it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.assignments import queries as assignments
from guildmark.apps.assignments import services as assignment
from guildmark.apps.assignments.states import RelationKind
from guildmark.apps.cases import services as cases
from guildmark.apps.contributions import notices, policies, queries
from guildmark.apps.contributions.models import TEXT_AT_MOST, Contribution
from guildmark.apps.contributions.states import Move, State, Trace

from .moving import SUBJECT_KIND, Told, locked, trace
from .refusals import ContributionRefused, cleaned
from .triage import reopen

CASE_KIND = "contest"


def contest(contribution: Contribution, *, statement: str, actor: Any, at: datetime) -> Any:
    """Open a case about a decision, once; people who took no part decide on it.

    Raises `ContributionRefused` and `PermissionRefused`.
    """
    words = cleaned(
        statement,
        field="statement",
        most=TEXT_AT_MOST,
        needed=_("Say what is wrong with the decision. Who decides on this reads it."),
    )
    with transaction.atomic():
        row = locked(contribution)
        policies.CONTRIBUTION_CONTEST.require(actor, row)
        if queries.was_contested(row):
            raise ContributionRefused(_("You have contested this once already."))
        case = cases.open_case(CASE_KIND, SUBJECT_KIND, row.pk, statement=words, actor=actor, at=at)
        trace(row, Trace.CONTEST, actor=actor, at=at)
    return case


def carry_out(key: int, *, upheld: bool, why: str, actor: Any, at: datetime) -> None:
    """Open a contribution again where a contest was upheld; a second delivery changes nothing."""
    with transaction.atomic():
        row = locked(Contribution(pk=key))
        if not upheld or row.state != State.DISPOSED or not _is_contested_still(row):
            return
        _step_aside(row, at)
        reopen(row, text=why, actor=actor, at=at, told=Told(text=why))
        notices.tell_reopened(row, why, at=at)


def _is_contested_still(row: Contribution) -> bool:
    """Whether the decision that stands is the one that was contested."""
    contest = row.steps.filter(move=Trace.CONTEST.value).order_by("-at", "-pk").first()
    later = row.steps.filter(move=Move.DISPOSE.value, pk__gt=contest.pk if contest else 0)
    return contest is not None and not later.exists()


def _step_aside(row: Contribution, at: datetime) -> None:
    """Who decided on it does not decide on it again."""
    for person in assignments.people_with(SUBJECT_KIND, row.pk, RelationKind.DECIDER):
        assignment.record_relation(person, SUBJECT_KIND, row.pk, RelationKind.EARLIER_ROLE, at=at)
