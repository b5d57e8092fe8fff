"""Public figures of the queue: how much came in, how fast it was answered, how it ended."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache as remembered
from statistics import median

from django.core.cache import cache
from django.db.models import QuerySet

from guildmark.apps.institute import queries as institutes
from guildmark.cores import workdays

from . import clocks
from .models import Contribution
from .states import Outcome, State

A_YEAR = timedelta(days=365)
COUNTED_AT_ONCE = 5_000
"""Up to so many are counted anew for everybody who asks, more only every `KEPT` seconds."""
KEPT = 600


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of contributions from a day up to a moment, `at`.

    Days are working days, None where there is nothing.

    `answered` were acknowledged or decided on, `decided` have an outcome that their author did not
    bring about. `weighed` were accepted or declined, `accepted_share` of them accepted.
    """

    since: date
    at: datetime
    received: int
    answered: int
    decided: int
    waiting: int
    outcomes: dict[str, int]
    answer_days: float | None
    decision_days: float | None
    weighed: int
    accepted_share: float | None


Row = tuple[datetime, datetime | None, datetime | None, str, str]


def of_the_year(kind: str, *, at: datetime) -> Figures:
    """Return the figures of the last year; where that is much, of up to `KEPT` seconds ago."""
    if _since(kind, at - A_YEAR, at)[: COUNTED_AT_ONCE + 1].count() <= COUNTED_AT_ONCE:
        return figures(kind, at=at, since=at - A_YEAR)
    key = f"contributions.figures.{kind}"
    found: Figures | None = cache.get(key)
    if found is None:
        found = figures(kind, at=at, since=at - A_YEAR)
        cache.set(key, found, timeout=KEPT)
    return found


def figures(kind: str, *, at: datetime, since: datetime) -> Figures:
    """Return the figures of a kind of contribution, counted now."""
    rows: Iterable[Row] = _since(kind, since, at).values_list(
        "received_at", "acknowledged_at", "disposed_at", "state", "outcome"
    )
    return computed(rows, since=clocks.day_of(since), at=at, holidays=institutes.holidays())


def _since(kind: str, begin: datetime, end: datetime) -> QuerySet[Contribution]:
    return Contribution.objects.filter(
        kind=kind, received_at__gte=begin, received_at__lte=end, suspicion=""
    )


def computed(
    rows: Iterable[Row], *, since: date, at: datetime, holidays: frozenset[date]
) -> Figures:
    """Compute the figures of rows of (received, acknowledged, decided, state, outcome)."""
    known = list(rows)
    answered = [each for each in known if each[1] or each[2]]
    ended = [each for each in known if each[4]]
    decided = [each for each in ended if each[4] != Outcome.WITHDRAWN]
    outcomes = Counter(each[4] for each in ended)
    weighed = outcomes[Outcome.ACCEPTED] + outcomes[Outcome.DECLINED]
    return Figures(
        since=since,
        at=at,
        received=len(known),
        answered=len(answered),
        decided=len(decided),
        waiting=sum(each[3] != State.DISPOSED for each in known),
        outcomes=dict(outcomes),
        answer_days=_median(((each[0], each[1] or each[2]) for each in answered), holidays),
        decision_days=_median(((each[0], each[2]) for each in decided), holidays),
        weighed=weighed,
        accepted_share=outcomes[Outcome.ACCEPTED] / weighed if weighed else None,
    )


def _median(
    spans: Iterable[tuple[datetime, datetime | None]], holidays: frozenset[date]
) -> float | None:
    between = remembered(workdays.between)
    days = [
        between(clocks.day_of(begin), clocks.day_of(end), holidays)
        for begin, end in spans
        if end is not None
    ]
    return float(median(days)) if days else None
