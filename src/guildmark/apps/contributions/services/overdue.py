"""What waits for longer than was promised is told, once, to everybody who can help."""

from datetime import datetime

from django.core.cache import cache
from django.db import transaction

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.contributions import clocks, notices, queries
from guildmark.apps.contributions.models import Contribution
from guildmark.apps.contributions.states import Trace

from .moving import locked, save, trace

TOLD = "contributions.undecidable"


def escalate(*, at: datetime) -> int:
    """Tell of everything that came to be overdue, and return how much that was.

    Each person is told of what they may read only. Those who grant roles are told how many
    contributions nobody can decide on, without a word about them.
    """
    today = clocks.day_of(at)
    late = Contribution.objects.filter(queries.overdue(today), escalated_at=None, suspicion="")
    with transaction.atomic():  # Who is marked as told is told.
        rows = [row for each in late.order_by("pk") if (row := _marked(each, at)) is not None]
        if rows:
            _tell(rows, at)
    return len(rows)


def tell_undecidable(*, at: datetime) -> int:
    """Tell who grants roles of what nobody may decide on, once; return how much of it is new.

    What was told is kept in the cache; were it lost, it would be told again.
    """
    keys = queries.undecidable(at=at)
    told = frozenset(cache.get(TOLD, ()))
    new = keys - told
    if new:
        for person in accounts.people_with_role(Role.ADMINISTRATOR):
            notices.tell_stuck(len(keys), to=person, at=at)
    if keys != told:
        cache.set(TOLD, sorted(keys), timeout=None)
    return len(new)


def _marked(each: Contribution, at: datetime) -> Contribution | None:
    row = locked(each)
    if row.escalated_at is not None or not row.is_open:
        return None
    row.escalated_at = at
    save(row)
    trace(row, Trace.ESCALATE, actor=SYSTEM, at=at)
    return row


def _tell(rows: list[Contribution], at: datetime) -> None:
    keys = {each.pk for each in rows}
    readers = {
        person.pk: person
        for role in (Role.TRIAGE, Role.SUPPORT)
        for person in accounts.people_with_role(role)
    }
    helped: set[int] = set()
    for person in readers.values():
        seen = list(queries.visible_to(person, at=at).filter(pk__in=keys))
        helped |= {each.pk for each in seen}
        if seen:
            notices.tell_overdue(seen, to=person, at=at)
    stuck = len(keys - helped)
    for person in accounts.people_with_role(Role.ADMINISTRATOR) if stuck else ():
        notices.tell_stuck(stuck, to=person, at=at)
